# SPDX-License-Identifier: EUPL-1.2
"""What the signed-in home and the list of roles read: each function says how many queries it costs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, F, Q, Value, When

from filanda.directory.affiliations.models import Position
from filanda.directory.organisations.models import Organisation
from filanda.directory.people.models import Person, PersonConcept, ValidationState
from filanda.directory.people.queries import is_trusted
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import SPACE_ROLES, Account, Role, RoleGrant
from filanda.kernel.manifests import Waiting, manifests
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.text.folding import fold
from filanda.kernel.ui.numbers import id_in

__all__ = [
    "GrantPage",
    "MyOrganisation",
    "ProfileSteps",
    "grant_page",
    "my_organisations",
    "organisation_names",
    "organisations_called",
    "people_called",
    "profile_steps",
    "waiting_for",
]


def waiting_for(actor: Actor) -> list[Waiting]:
    """What waits for `actor`, as every room says it, the longest waiting first. As many queries as the rooms ask."""
    found = [
        line for manifest in manifests().values() if manifest.waiting is not None for line in manifest.waiting(actor)
    ]
    return sorted(found, key=lambda line: (line.since is None, line.since.timestamp() if line.since else 0.0))


@dataclass(frozen=True)
class MyOrganisation:
    """`role`: a scoped Role, or "" where it is only a position of the profile. `may_manage`: its desk is open."""

    id: int
    name: str
    role: str
    title: str
    may_manage: bool


def my_organisations(actor: Actor, person: Person | None) -> list[MyOrganisation]:
    """The organisations that `actor` has a role in, or a position at, by name. Two queries."""
    roles: dict[int, str] = {}
    for role, kind, number in sorted(actor.scoped):  # "organisation_admin" comes before "organisation_member"
        if kind == "organisation":
            roles.setdefault(number, role)
    titles: dict[int, str] = {}
    if person is not None:
        held = Position.objects.filter(person=person, ended_on=None).values_list("organisation_id", "title")
        titles = dict(held)
    wanted = set(roles) | set(titles)
    rows = Organisation.objects.visible_to(actor).filter(pk__in=wanted).order_by("sort_key").values_list("pk", "name")
    return [
        MyOrganisation(number, name, roles.get(number, ""), titles.get(number, ""), number in roles)
        for number, name in rows
    ]


@dataclass(frozen=True)
class ProfileSteps:
    """What a profile still lacks, as names of steps in the order in which to take them; `done` of `most`."""

    missing: tuple[str, ...]
    done: int
    most: int
    is_waiting: bool
    is_returned: bool


def profile_steps(person: Person, *, has_organisation: bool) -> ProfileSteps:
    """How complete a profile is. One query."""
    kinds = set(PersonConcept.objects.filter(person=person).order_by().values_list("kind", flat=True).distinct())
    held = {
        "headline": bool(person.headline),
        "skills": PersonConcept.Kind.SKILL in kinds,
        "interests": PersonConcept.Kind.INTEREST in kinds,
        "organisation": has_organisation,
        "about": bool(person.about),
        "languages": bool(person.languages),
    }
    missing = tuple(name for name, is_there in held.items() if not is_there)
    return ProfileSteps(
        missing=missing,
        done=len(held) - len(missing),
        most=len(held),
        is_waiting=person.state == ValidationState.WAITING and not is_trusted(person, active_region()),
        is_returned=person.state == ValidationState.RETURNED,
    )


@dataclass(frozen=True)
class GrantPage:
    """One page of role grants; `organisations`: names by id, of those that roles are held in."""

    rows: list[RoleGrant]
    organisations: dict[int, str]
    total: int
    page: int
    pages: int


def grant_page(now: datetime, *, q: str, role: str, ended: bool, page: int, size: int) -> GrantPage:
    """Grants held at `now`, those with most power first, or those that have ended, last
    first. `q`: part of a name or of an address. Three queries. Roles in spaces are not here: who belongs to a private
    group is no administrator's business, and managers give those roles themselves.
    """
    over = Q(ended_at__isnull=False) | Q(until__lte=now)
    wanted = RoleGrant.objects.filter(over) if ended else RoleGrant.objects.exclude(over)
    wanted = wanted.exclude(role__in=SPACE_ROLES)
    if role:
        wanted = wanted.filter(role=role)
    if q:
        wanted = wanted.filter(Q(account__name__icontains=q) | Q(account__email__icontains=q))
    total = wanted.count()
    pages = max(1, -(-total // size))
    page = min(page, pages)
    power = Case(*(When(role=known, then=Value(-place)) for place, known in enumerate(Role.values)))
    order = (F("ended_at").desc(nulls_first=True), "-pk") if ended else (power, "account__name", "account__email", "pk")
    rows = list(
        wanted.select_related("account", "granted_by", "ended_by").order_by(*order)[(page - 1) * size : page * size]
    )
    return GrantPage(rows, organisation_names(rows), total, page, pages)


def organisation_names(rows: Iterable[RoleGrant]) -> dict[int, str]:
    """Names of the organisations that grants are held in. One query at most."""
    ids = {row.scope_id for row in rows if row.scope_kind == "organisation"}
    return dict(Organisation.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def people_called(q: str, most: int = 10) -> list[Account]:
    """Accounts that have, or had, a part in the region and whose name or address holds `q`. One query.

    Nobody of another region: an account alone is nobody's business here.
    """
    here = RoleGrant.objects.values("account")
    rows = Account.objects.filter(Q(name__icontains=q) | Q(email__icontains=q), pk__in=here, is_active=True)
    return list(rows.order_by("name", "email")[:most])


def organisations_called(actor: Actor, typed: str, most: int = 5) -> list[Organisation]:
    """Organisations whose whole name, or id, is `typed`. One query."""
    seen = Organisation.objects.visible_to(actor)
    number = id_in(typed)
    if number is not None:
        return list(seen.filter(pk=number))
    return list(seen.filter(sort_key=fold(typed)[:300]).order_by("pk")[:most])
