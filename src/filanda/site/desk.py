# SPDX-License-Identifier: EUPL-1.2
"""What waits on the facilitator's desk in a demonstration: people to look after, a profile to validate, a claim with a
document, a request to join, a request for an introduction.

Everything is made through the actions that people use, once: what somebody has dealt with does not come back.
"""

from __future__ import annotations

import io
from datetime import datetime

import structlog
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils.timezone import now as clock
from django.utils.translation import override
from PIL import Image, ImageDraw

from filanda.across.finder.views.introductions import consent
from filanda.capabilities.files.actions import ScannerAway, store
from filanda.capabilities.needs.actions import ask_for_introduction
from filanda.capabilities.needs.models import IntroductionRequest
from filanda.directory.affiliations.actions.claims import ask_claim, give_claim_document
from filanda.directory.affiliations.actions.requests import ask_to_join
from filanda.directory.affiliations.demo.people import DOMAIN
from filanda.directory.affiliations.models import Claim, JoinRequest
from filanda.directory.affiliations.queries import admin_accounts
from filanda.directory.organisations.models import Organisation, OrganisationState
from filanda.directory.people.models import Person, PersonQuerySet, ValidationState
from filanda.directory.people.steps import touches
from filanda.kernel.identity.actors import VISITOR, Actor, actor_for
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region

__all__ = ["seed_desk"]

log = structlog.get_logger("filanda.demo")
PEOPLE = 30
ASKS = ("ambra.sarti@altariva.example", "Ambra Sarti")


def seed_desk(actor: Actor, region: Region, facilitator: Account, spokesperson: Account) -> None:
    """Give `facilitator` people and things to decide, as far as they are missing. Quick when nothing is.

    `spokesperson`: who administers an organisation, so that somebody can ask to join it. The region must be active, and
    invented; people are those of `seed_people`. Raises Forbidden, and ValueError for a region of real people.
    """
    require(actor, "people.seed")
    if not region.is_invented:
        raise ValueError("Invented requests belong into an invented region.")
    at = clock()
    invented = Person.objects.present().filter(account__email__endswith=f"@{DOMAIN}").order_by("pk")
    _give_people(actor, region, facilitator, invented)
    with override("it"):
        alone = list(invented.filter(positions=None).select_related("account")[:3])
        if alone and not Claim.objects.filter(account=alone[0].account).exists():
            _claim(region, alone[0], at)
        if len(alone) > 1 and not JoinRequest.objects.filter(account=alone[1].account).exists():
            _join(alone[1], spokesperson, at)
        if not IntroductionRequest.objects.filter(email=ASKS[0]).exists():
            _introduction(region, at)


def _give_people(actor: Actor, region: Region, facilitator: Account, invented: PersonQuerySet) -> None:
    """Every fifth of the first invented people, three of whom at least wait to be validated."""
    if invented.filter(facilitator=facilitator).exists():
        return
    rows = list(invented[: 5 * PEOPLE])
    chosen = {row.pk: row for row in rows[::5]}
    chosen |= {row.pk: row for row in [one for one in rows if one.state == ValidationState.WAITING][:3]}
    if not chosen:
        return
    with transaction.atomic(durable=True):
        theirs = Person.objects.filter(pk__in=chosen)
        theirs.filter(state=ValidationState.VALIDATED).update(validated_by=facilitator)
        theirs.update(facilitator=facilitator)
        payload = {"people": len(chosen)}
        record("people.demo.seeded", region=region, actor=actor, payload=payload, touches=touches(*chosen.values()))


def _claim(region: Region, person: Person, at: datetime) -> None:
    """Somebody says that they speak for a body nobody claimed yet, with a document to look at."""
    body = Organisation.objects.filter(
        hidden_at=None, is_external=False, is_natural_person=False, state=OrganisationState.LISTED
    )
    organisation = body.order_by("-pk").first()
    if organisation is None or person.account is None:
        return
    me = actor_for(person.account)
    words = "Sono la persona che tiene i contatti con l’esterno: allego la nomina."
    claim = ask_claim(actor=me, organisation=organisation, now=at, message=words)
    upload = SimpleUploadedFile("nomina.png", _document(person.name, organisation.name), "image/png")
    try:
        store(actor=me, region=region, subject=("claim", claim.pk), kind="document", upload=upload, now=at)
    except ScannerAway:
        # The demonstration starts all the same; the claim then rests on words alone.
        log.warning("no invented document was added to a claim: the virus scanner (FILANDA_CLAMAV) does not answer")
        return
    give_claim_document(actor=actor_for(person.account), claim=claim, now=at)


def _document(name: str, organisation: str) -> bytes:
    """A picture of an invented letter."""
    sheet = Image.new("RGB", (840, 520), "#fdfcf8")
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((20, 20, 820, 500), outline="#94856a", width=2)
    lines = ("DOCUMENTO INVENTATO", "", organisation, "", f"Si nomina {name}", "referente per l'innovazione.")
    for place, line in enumerate(lines):
        pen.text(
            (60, 60 + 60 * place), line.encode("latin-1", "replace").decode("latin-1"), fill="#2b2620", font_size=30
        )
    kept = io.BytesIO()
    sheet.save(kept, "PNG")
    return kept.getvalue()


def _join(person: Person, spokesperson: Account, at: datetime) -> None:
    """Somebody asks to join the organisation that `spokesperson` administers."""
    grant = spokesperson.role_grants.filter(scope_kind="organisation", ended_at=None).order_by("pk").first()
    organisation = Organisation.objects.filter(pk=grant.scope_id).first() if grant is not None else None
    if organisation is None or person.account is None or not admin_accounts(organisation.pk):
        return
    message = "Collaboro con voi da marzo: vorrei comparire tra le persone dell’istituto."
    ask_to_join(
        actor=actor_for(person.account), organisation=organisation, now=at, title="Progetti di ricerca", message=message
    )


def _introduction(region: Region, at: datetime) -> None:
    """Somebody without an account would like to be introduced."""
    organisation = Organisation.objects.visible_to(VISITOR).filter(is_natural_person=False).order_by("pk").first()
    if organisation is None:
        return
    ask_for_introduction(
        actor=VISITOR,
        organisation=organisation,
        email=ASKS[0],
        name=ASKS[1],
        message="Abbiamo un prototipo di sensore per serre e cerchiamo chi lo provi con noi una stagione intera.",
        consent=consent(region),
        language="it",
        now=at,
    )
