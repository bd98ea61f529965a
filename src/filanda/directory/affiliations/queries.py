# SPDX-License-Identifier: EUPL-1.2
"""Reads about who belongs to an organisation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.timezone import now as clock

from filanda.directory.affiliations.domains import own_domain
from filanda.directory.affiliations.models import (
    Claim,
    Invitation,
    JoinRequest,
    Position,
    RequestState,
)
from filanda.directory.organisations.models import Organisation, OrganisationState
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role, RoleGrant

__all__ = [
    "Belonging",
    "admin_accounts",
    "affiliated_organisations",
    "belongings",
    "has_admins",
    "invitations_for",
    "is_claimable_by_mail",
    "names_of",
    "open_grants",
    "organisation_people",
    "organisations_without_admins",
    "spoken_for",
    "staff_accounts",
]


def open_grants(*roles: Role) -> QuerySet[RoleGrant]:
    """Grants of the active region that hold now."""
    rows = RoleGrant.objects.filter(Q(until=None) | Q(until__gt=clock()), ended_at=None, account__is_active=True)
    return rows.filter(role__in=roles) if roles else rows


def _admin_grants(organisation_id: int) -> QuerySet[RoleGrant]:
    return open_grants(Role.ORGANISATION_ADMIN).filter(scope_kind="organisation", scope_id=organisation_id)


def has_admins(organisation_id: int, *, besides: int | None = None) -> bool:
    """Whether somebody speaks for the organisation (other than the account `besides`)."""
    rows = _admin_grants(organisation_id)
    return bool((rows.exclude(account=besides) if besides else rows).exists())


def spoken_for(organisation_ids: Iterable[int]) -> frozenset[int]:
    """Those of the organisations that have an admin. One query."""
    rows = open_grants(Role.ORGANISATION_ADMIN).filter(scope_kind="organisation", scope_id__in=list(organisation_ids))
    return frozenset(rows.values_list("scope_id", flat=True))


def admin_accounts(organisation_id: int) -> list[Account]:
    """Who speaks for the organisation, oldest first."""
    rows = _admin_grants(organisation_id).select_related("account").order_by("granted_at", "pk")
    return [grant.account for grant in rows]


def staff_accounts(person: Person | None = None) -> list[Account]:
    """Whom of the staff to tell: the person's own facilitator, else all facilitators, else the administrators."""
    if person is not None and person.facilitator_id is not None:
        own = (
            open_grants(Role.FACILITATOR).filter(account=person.facilitator_id, scope_kind="").select_related("account")
        )
        if found := [grant.account for grant in own]:
            return found[:1]
    for role in (Role.FACILITATOR, Role.REGION_ADMINISTRATOR):
        rows = open_grants(role).filter(scope_kind="").select_related("account").order_by("granted_at", "pk")
        if found := list({grant.account_id: grant.account for grant in rows}.values()):
            return found
    return []


def organisations_without_admins() -> QuerySet[Organisation]:
    """Claimed bodies of the active region that nobody speaks for any more: their facilitator has to know."""
    grants = open_grants(Role.ORGANISATION_ADMIN).filter(scope_kind="organisation", scope_id=OuterRef("pk"))
    return Organisation.objects.filter(
        ~Exists(grants), state__in=[OrganisationState.CLAIMED, OrganisationState.VERIFIED], is_external=False
    )


def is_claimable_by_mail(organisation: Organisation) -> bool:
    """Whether an e-mail address can prove a claim on it. No query."""
    return bool(own_domain(organisation.website))


def names_of(accounts: Iterable[Account]) -> dict[int, str]:
    """What people call themselves in the active region, by account. One query."""
    people = Person.objects.present().filter(account__in=[account.pk for account in accounts])
    return dict(people.values_list("account_id", "name"))


@dataclass(frozen=True)
class Belonging:
    """An organisation that somebody acts for. `role`: the stronger of theirs."""

    organisation: Organisation
    role: Role


def belongings(actor: Actor) -> list[Belonging]:
    """The organisations that `actor` is an admin or a member of, by name. One query."""
    roles: dict[int, Role] = {}
    for role in (Role.ORGANISATION_MEMBER, Role.ORGANISATION_ADMIN):
        roles |= dict.fromkeys(actor.scope_ids("organisation", role), role)
    rows = Organisation.objects.visible_to(actor).filter(pk__in=roles)
    return [Belonging(row, roles[row.pk]) for row in rows]


def affiliated_organisations(person: Person) -> list[Position]:
    """The person's positions with their organisations, those held now first. The caller asked who may see them."""
    return list(Position.objects.filter(person=person).select_related("organisation"))


@dataclass
class OrganisationPerson:
    """Somebody of an organisation. `role` empty: only a position, which gives no right."""

    account: Account | None
    person: Person | None
    role: str = ""
    grant: RoleGrant | None = None
    positions: list[Position] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.person.name if self.person else str(self.account or "")


def organisation_people(organisation: Organisation, actor: Actor) -> list[OrganisationPerson]:
    """Admins, then members, then people who only say that they have a position there. Three queries.

    People who hide their positions, or themselves, from a reader like `actor` are here only if they hold a role.
    """
    rows = (
        open_grants(Role.ORGANISATION_ADMIN, Role.ORGANISATION_MEMBER)
        .filter(scope_kind="organisation", scope_id=organisation.pk)
        .select_related("account")
        .order_by("granted_at", "pk")
    )
    found: dict[int, OrganisationPerson] = {}
    for grant in rows:
        known = found.get(grant.account_id)
        if known is None or grant.role == Role.ORGANISATION_ADMIN:
            found[grant.account_id] = OrganisationPerson(grant.account, None, grant.role, grant)
    for person in Person.objects.present().filter(account__in=found):
        found[person.account_id].person = person
    only: dict[int, OrganisationPerson] = {}
    seen = Position.objects.visible_to(actor).filter(organisation=organisation).select_related("person__account")
    for position in seen:
        person = position.person
        known = found.get(person.account_id or 0) or only.setdefault(
            person.pk, OrganisationPerson(person.account, person)
        )
        known.positions.append(position)
    admins = [one for one in found.values() if one.role == Role.ORGANISATION_ADMIN]
    members = [one for one in found.values() if one.role != Role.ORGANISATION_ADMIN]
    return [*admins, *members, *only.values()]


def invitations_for(account: Account, now: datetime) -> list[Invitation]:
    """Invitations to the address of `account` that can still be used."""
    rows = Invitation.objects.usable(now).filter(email=account.email).select_related("organisation")
    return list(rows)


def waiting_requests(organisation_ids: Iterable[int]) -> dict[int, int]:
    """How many requests to join wait, by organisation."""
    found: dict[int, int] = {}
    rows = JoinRequest.objects.filter(organisation__in=list(organisation_ids), state=RequestState.ASKED)
    for organisation_id in rows.values_list("organisation_id", flat=True):
        found[organisation_id] = found.get(organisation_id, 0) + 1
    return found


def claims_waiting(actor: Actor) -> QuerySet[Claim]:
    """Claims with a document that staff have to look at, oldest first; one's own are others' to decide."""
    rows = Claim.objects.visible_to(actor).filter(state="document_given").exclude(account=actor.account_id)
    return rows.select_related("organisation", "account").order_by(F("state_changed_at"), "pk")
