# SPDX-License-Identifier: EUPL-1.2
"""What this room keeps about people: how it leaves with them, how it is erased, how long it stays, what waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q
from django.utils.timezone import now as clock
from django.utils.translation import gettext as _

from filanda.directory.affiliations.models import (
    OPEN_CLAIM,
    STAFF,
    Claim,
    ClaimState,
    Invitation,
    JoinRequest,
    Position,
    RequestState,
)
from filanda.directory.affiliations.queries import (
    claims_waiting,
    has_admins,
    invitations_for,
    organisations_without_admins,
    waiting_requests,
)
from filanda.directory.affiliations.steps import end_belonging, lock_organisation, told_event
from filanda.directory.organisations.models import Organisation
from filanda.directory.organisations.steps import forget_in_ledgers
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.identity.models import Account, Role, RoleGrant
from filanda.kernel.manifests import Waiting
from filanda.kernel.regions.models import Region


def collect(account: Account) -> Mapping[str, Any]:
    """Positions, claims, requests, and invitations to the account's address."""
    found = {
        "positions.json": Position.objects.filter(person__account=account).values(
            "organisation_id", "organisation__name", "title", "started_on", "ended_on", "is_confirmed", "created_at"
        ),
        "claims.json": Claim.objects.filter(account=account).values(
            "organisation_id",
            "organisation__name",
            "email",
            "message",
            "state",
            "state_changed_at",
            "reason",
            "created_at",
        ),
        "requests-to-join.json": JoinRequest.objects.filter(account=account).values(
            "organisation_id",
            "organisation__name",
            "title",
            "message",
            "state",
            "state_changed_at",
            "reason",
            "created_at",
        ),
        "invitations.json": Invitation.objects.filter(Q(email=account.email) | Q(used_by=account)).values(
            "organisation_id",
            "organisation__name",
            "email",
            "name",
            "role",
            "title",
            "created_at",
            "expires_at",
            "used_at",
            "withdrawn_at",
        ),
    }
    return {name: list(rows) for name, rows in found.items() if rows}


def readdress(account: Account, old: str, new: str) -> None:
    """Whoever was invited under the old address is so under the new one."""
    Invitation.objects.filter(email=old).update(email=new)


def erase(account: Account, keeps: bool) -> None:
    """Positions, claims, requests and invitations go whatever stays of contributions; roles in organisations end. Where
    that leaves an organisation without admins, its facilitator is told.
    """
    from filanda.directory.affiliations.actions.members import tell_without_admin

    at = clock()
    scopes = RoleGrant.objects.filter(account=account, scope_kind="organisation", ended_at=None)
    for organisation_id in sorted(set(scopes.values_list("scope_id", flat=True))):
        if not Organisation.objects.filter(pk=organisation_id).exists():
            continue
        organisation = lock_organisation(organisation_id)
        had_admins = has_admins(organisation_id)
        end_belonging(actor=PLATFORM, organisation=organisation, account=account, now=at, reason="left the region")
        if had_admins and not has_admins(organisation_id, besides=account.pk):
            tell_without_admin(organisation, account)
        told_event("affiliations.member.left", actor=PLATFORM, organisation=organisation, account=account)
    people = list(Person.objects.filter(account=account).values_list("pk", flat=True))
    forget_in_ledgers(Position._meta.label, "person_id", people)
    forget_in_ledgers(Invitation._meta.label, "email", [account.email])
    Position.objects.filter(person__account=account).delete()
    Claim.objects.filter(account=account).delete()
    JoinRequest.objects.filter(account=account).delete()
    Invitation.objects.filter(Q(email=account.email) | Q(used_by=account)).delete()
    Claim.objects.filter(decided_by=account).update(decided_by=None)
    JoinRequest.objects.filter(decided_by=account).update(decided_by=None)
    Invitation.objects.filter(invited_by=account).update(invited_by=None)


def waiting(actor: Actor) -> Iterator[Waiting]:
    """For admins: requests to join; for staff: those that nobody is left to answer, and claims to decide; for
    everybody: their own codes and invitations.
    """
    if actor.account_id is None:
        return
    at = clock()
    mine = actor.scope_ids("organisation", Role.ORGANISATION_ADMIN)
    if mine and (counts := waiting_requests(mine)):
        names = dict(Organisation.objects.filter(pk__in=counts).values_list("pk", "name"))
        for organisation_id, count in counts.items():
            label = _("Requests to join %(organisation)s") % {"organisation": names[organisation_id]}
            yield Waiting(label, "ownership:people", (organisation_id,), count)
    if actor.roles & STAFF:
        left = JoinRequest.objects.filter(state=RequestState.ASKED, organisation__in=organisations_without_admins())
        left = left.exclude(account=actor.account_id).exclude(organisation__in=mine)
        for number, name, count, since in (
            left.order_by("organisation__name")
            .values_list("organisation", "organisation__name")
            .annotate(count=Count("pk"), since=Min("state_changed_at"))
        ):
            label = _("Requests to join %(organisation)s") % {"organisation": name}
            yield Waiting(label, "ownership:people", (number,), count, since)
        oldest = list(claims_waiting(actor).values_list("state_changed_at", flat=True))
        if oldest:
            yield Waiting(_("Claims with a document to look at"), "ownership:claims", (), len(oldest), oldest[0])
    own = Claim.objects.filter(account=actor.account_id, state__in=[ClaimState.ASKED, ClaimState.CODE_SENT])
    for claim in own.select_related("organisation"):
        label = _("Finish your claim of %(organisation)s") % {"organisation": claim.organisation.name}
        yield Waiting(label, "ownership:claim", (claim.organisation_id,), 1, claim.state_changed_at)
    account = Account.objects.filter(pk=actor.account_id).first()
    for invitation in invitations_for(account, at) if account else ():
        label = _("Invitation to %(organisation)s") % {"organisation": invitation.organisation.name}
        yield Waiting(label, "joining:invitations", (), 1, invitation.created_at)


def forget_claims(region: Region, before: datetime, now: datetime) -> int:
    """Claims that ended before `before`: those granted too, as the role and the journal say what came of them."""
    ended = Claim.objects.exclude(state__in=OPEN_CLAIM).filter(state_changed_at__lt=before)
    return int(ended.delete()[1].get(Claim._meta.label, 0))


def forget_requests(region: Region, before: datetime, now: datetime) -> int:
    ended = JoinRequest.objects.exclude(state=RequestState.ASKED).filter(state_changed_at__lt=before)
    return int(ended.delete()[1].get(JoinRequest._meta.label, 0))


def forget_invitations(region: Region, before: datetime, now: datetime) -> int:
    """Invitations used, withdrawn or run out before `before`."""
    over = Q(used_at__lt=before) | Q(withdrawn_at__lt=before) | Q(expires_at__lt=before)
    return int(Invitation.objects.filter(over).delete()[1].get(Invitation._meta.label, 0))
