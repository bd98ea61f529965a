# SPDX-License-Identifier: EUPL-1.2
"""Somebody's organisation is not in the directory: they add it, and look after it from then on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from filanda.directory.affiliations.errors import TooManyCodes
from filanda.directory.affiliations.queries import names_of, staff_accounts
from filanda.directory.affiliations.steps import account_id_of, become_admin, page_path, tell, told
from filanda.directory.organisations.identifiers import InvalidIdentifier, normalise
from filanda.directory.organisations.models import (
    HelixRole,
    Identifier,
    IdentifierScheme,
    Organisation,
    OrganisationState,
    Site,
)
from filanda.directory.organisations.steps import ORGANISATION_FIELDS, give, lock_imports, sign_history
from filanda.directory.people.models import Person
from filanda.directory.taxonomies.places import find_municipality
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.actions import record
from filanda.kernel.limits import Limit, TooMany, take
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import clean

__all__ = ["ROLES", "found_organisation", "known_forms"]

FOUNDED_A_DAY = Limit(5, timedelta(days=1))
PLACE_LENGTH = 120
ROLES = tuple(role for role in HelixRole.values if role != HelixRole.UNKNOWN)


def found_organisation(
    *,
    actor: Actor,
    region: Region,
    name: str,
    helix_role: str,
    now: datetime,
    website: str = "",
    municipality: str = "",
    number: str = "",
) -> Organisation:
    """List an organisation, claimed by `actor`, who is its first admin. The facilitator is told. What is alike in the
    directory the caller has shown before.

    `municipality`: as typed; its codes are kept where it is one that we know. `number`: a VAT number or tax code.
    Raises ValidationError (by field), TooManyCodes, Forbidden.
    """
    with transaction.atomic(durable=True):
        lock_imports(region)
        require(actor, "affiliations.organisations.found", region)
        _check(name, helix_role)
        try:
            take("organisations_founded", FOUNDED_A_DAY, who=f"account:{actor.account_id}", region=region, now=now)
        except TooMany:
            raise TooManyCodes from None
        sign_history(actor)
        organisation = Organisation(region=region)
        fields: dict[str, Any] = {"name": " ".join(clean(name).split()), "helix_role": helix_role, "website": website}
        give(organisation, fields, ORGANISATION_FIELDS)
        _place(organisation, municipality)
        _identify(organisation, number)
        account = Account.objects.get(pk=account_id_of(actor))
        become_admin(
            actor=actor,
            organisation=organisation,
            account=account,
            reason="added the organisation",
            state=OrganisationState.CLAIMED,
        )
        person = Person.objects.present().filter(account=account).first()
        tell(
            [one for one in staff_accounts(person) if one.pk != account.pk],
            "founded",
            region=region,
            path=page_path(organisation),
            context={
                "organisation": organisation.name,
                "name": names_of([account]).get(account.pk, str(account)),
            },
        )
        record(
            "organisations.organisation.created",
            region=region,
            actor=actor,
            subject=organisation,
            touches=told(organisation, account),
        )
    return organisation


def _check(name: str, helix_role: str) -> None:
    """Sentences for what the model would say in its own words."""
    errors: dict[str, str] = {}
    if not clean(name):
        errors["name"] = _("Write the organisation’s name.")
    elif sum(character.isalnum() for character in name) < 2:
        errors["name"] = _("Write a name, with letters.")
    if helix_role not in ROLES:
        errors["helix_role"] = _("Choose what kind of body it is.")
    if errors:
        raise ValidationError(errors)


def known_forms(number: str) -> dict[str, str]:
    """What `number` is as a VAT number or a tax code, by scheme; {} when it is neither. Raises nothing."""
    found: dict[str, str] = {}
    for scheme in (IdentifierScheme.VAT, IdentifierScheme.TAX_CODE):
        try:
            found[scheme] = normalise(scheme, number)
        except InvalidIdentifier:
            continue
    return found


def _identify(organisation: Organisation, number: str) -> None:
    """Eleven digits are both a VAT number and a tax code: kept as the first."""
    if not clean(number):
        return
    forms = known_forms(number)
    if not forms:
        try:
            normalise(IdentifierScheme.VAT, number)
        except InvalidIdentifier as error:
            raise ValidationError({"number": str(error)}) from None
    scheme, value = next(iter(forms.items()))
    if Identifier.objects.filter(scheme__in=forms, value__in=forms.values()).exists():
        raise ValidationError(
            {"number": _("An organisation with this number is in the directory already. Search for it, and claim it.")}
        )
    Identifier.objects.create(region=organisation.region, organisation=organisation, scheme=scheme, value=value)


def _place(organisation: Organisation, typed: str) -> None:
    typed = " ".join(clean(typed).split())[:PLACE_LENGTH]
    if not typed:
        return
    known = find_municipality(typed)
    Site.objects.create(
        region=organisation.region,
        organisation=organisation,
        municipality=known.name if known else typed,
        municipality_code=known.istat if known else "",
        province_code=known.province.acronym if known else "",
        nuts_code=known.province.nuts if known else "",
        country_code="IT" if known else "",
    )
