# SPDX-License-Identifier: EUPL-1.2
"""What actions of this room share. No transaction is opened here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.timezone import now as clock
from django.utils.translation import gettext as _

from filanda.directory.affiliations.models import Position, scope_of
from filanda.directory.affiliations.queries import admin_accounts, open_grants
from filanda.directory.organisations.models import Organisation, OrganisationState
from filanda.directory.organisations.steps import sign_history
from filanda.directory.people.languages import language_of
from filanda.directory.people.models import Person
from filanda.directory.people.steps import touches
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role, RoleGrant
from filanda.kernel.journal.actions import record
from filanda.kernel.mail.links import absolute
from filanda.kernel.mail.steps import post
from filanda.kernel.policies import Decision, Forbidden
from filanda.kernel.regions.models import Region
from filanda.kernel.signin.steps import end_role, give_role

__all__ = [
    "account_id_of",
    "become_admin",
    "become_member",
    "end_belonging",
    "end_positions",
    "end_roles",
    "hold_position",
    "lock_organisation",
    "page_path",
    "people_path",
    "secret_hash",
    "standing_before",
    "tell",
    "told",
    "told_event",
]

_STATES = [OrganisationState.LISTED, OrganisationState.CLAIMED, OrganisationState.VERIFIED]


def secret_hash(secret: str, purpose: str) -> bytes:
    """What is stored of a token or a code. `purpose` keeps one from being used as another."""
    return hashlib.sha256(f"affiliations/{purpose}/{secret}".encode()).digest()


def account_id_of(actor: Actor) -> int:
    """Whose deed it is. Raises Forbidden for visitors and the platform, which claim and join nothing."""
    if actor.account_id is None:
        raise Forbidden(Decision(False, _("Sign in first: only somebody can do this.")))
    return actor.account_id


def lock_organisation(organisation_id: int) -> Organisation:
    """The organisation's row, locked: who belongs to it is decided by one transaction at a time."""
    locked: Organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    return locked


def hold_position(account: Account, organisation: Organisation, title: str, *, is_confirmed: bool) -> Position | None:
    """A position held now, taken over if there is one already; None for an account without a profile here."""
    person = Person.objects.present().filter(account=account).first()
    if person is None:
        return None
    held = Position.objects.select_for_update().filter(person=person, organisation=organisation, ended_on=None)
    position: Position | None = held.filter(title=title).first() or (held.first() if not title else None)
    if position is None:
        position = Position(region=organisation.region, person=person, organisation=organisation, title=title)
    position.is_confirmed = position.is_confirmed or is_confirmed
    position.save()
    return position


def become_admin(
    *, actor: Actor, organisation: Organisation, account: Account, reason: str, state: OrganisationState
) -> None:
    """`account` speaks for the organisation, which is in `state` now, or in the one it was in if that is more."""
    give_role(
        actor=actor,
        region=organisation.region,
        account=account,
        role=Role.ORGANISATION_ADMIN,
        scope=scope_of(organisation),
        reason=reason,
    )
    member = Role.ORGANISATION_MEMBER
    end_roles(actor=actor, organisation=organisation, account=account, role=member, reason=reason, now=clock())
    hold_position(account, organisation, "", is_confirmed=True)
    if _STATES.index(state) > _STATES.index(OrganisationState(organisation.state)):
        sign_history(actor)
        organisation.state = state
        organisation.save(update_fields=["state", "updated_at"])


def standing_before(organisation: Organisation, account: Account) -> dict[str, Any]:
    """Fields of a claim about to be granted: where its organisation and its claimant stand, should it be taken back."""
    grants = open_grants(Role.ORGANISATION_MEMBER).filter(account=account, scope_kind="organisation")
    return {
        "state_before": organisation.state,
        "was_member": grants.filter(scope_id=organisation.pk).exists(),
    }


def become_member(*, actor: Actor, organisation: Organisation, account: Account, title: str, reason: str) -> None:
    """`account` is one of the organisation's people from now on; an admin stays one."""
    is_admin = any(known.pk == account.pk for known in admin_accounts(organisation.pk))
    if not is_admin:
        give_role(
            actor=actor,
            region=organisation.region,
            account=account,
            role=Role.ORGANISATION_MEMBER,
            scope=scope_of(organisation),
            reason=reason,
        )
    hold_position(account, organisation, title, is_confirmed=True)


def end_belonging(
    *, actor: Actor, organisation: Organisation, account: Account, now: datetime, reason: str = ""
) -> bool:
    """End every role of `account` in the organisation, and the positions held. False if there was no role."""
    ended = end_roles(actor=actor, organisation=organisation, account=account, role=None, reason=reason, now=now)
    end_positions(account, organisation, now)
    return ended


def end_roles(
    *, actor: Actor, organisation: Organisation, account: Account, role: Role | None, reason: str, now: datetime
) -> bool:
    """End the open grants of `role` (None: of any) of `account` in the organisation. False if there were none."""
    rows = (
        RoleGrant.objects.select_for_update(of=("self",))
        .select_related("account")
        .filter(account=account, scope_kind="organisation", scope_id=organisation.pk, ended_at=None)
    )
    grants = list(rows.filter(role=role) if role else rows)
    for grant in grants:
        end_role(actor=actor, grant=grant, now=now, reason=reason)
    return bool(grants)


def end_positions(account: Account, organisation: Organisation, now: datetime) -> None:
    """Positions of `account` there that are held now end today."""
    today = now.date()
    for position in Position.objects.select_for_update(of=("self",)).filter(
        person__account=account, organisation=organisation, ended_on=None
    ):
        # Somebody may have written a beginning that is still to come.
        position.ended_on = max(today, position.started_on) if position.started_on else today
        position.save(update_fields=["ended_on"])


def told(organisation: Organisation, account: Account) -> dict[str, list[int]]:
    """What derived copies must follow when somebody's belonging changes."""
    return {"organisation": [organisation.pk], **touches(*Person.objects.filter(account=account))}


def tell(
    accounts: Iterable[Account],
    template: str,
    *,
    region: Region,
    path: str,
    context: Mapping[str, Any],
    language: str = "",
    besides: int | None = None,
) -> None:
    """Post "affiliations/mail/<template>" to each of `accounts`, once, in their language; `url` in its context leads to
    `path`. `language`: for those who have no profile in the region.
    """
    for account in {one.pk: one for one in accounts if one.pk != besides}.values():
        reads = language_of(account, region, language)
        post(
            region=region,
            to=account.email,
            template=f"affiliations/mail/{template}",
            language=reads,
            context={**context, "url": absolute(region, reads, path)},
            account=account,
        )


def people_path(organisation: Organisation) -> str:
    """Where admins deal with requests, members and invitations. By name: no room imports another's screens."""
    return reverse("ownership:people", args=[organisation.pk])


def page_path(organisation: Organisation) -> str:
    return reverse("finder:organisation-short", args=[organisation.pk])


def told_event(name: str, *, actor: Actor, organisation: Organisation, account: Account, subject: Any = None) -> None:
    """Record that somebody's belonging to an organisation changed. No words: ids only."""
    record(
        name,
        region=organisation.region,
        actor=actor,
        subject=subject if subject is not None else account,
        payload={"organisation": organisation.pk},
        touches=told(organisation, account),
    )
