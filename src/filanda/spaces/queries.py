# SPDX-License-Identifier: EUPL-1.2
"""Reads about spaces. Each says how many queries it costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.utils.timezone import now as clock

from filanda.directory.people.models import Person
from filanda.kernel.database.compiled import made
from filanda.kernel.database.compiled import rows as rows_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role, RoleGrant
from filanda.kernel.regions.scoped import active_region
from filanda.spaces.components import ComponentKind, component_kinds
from filanda.spaces.models import SCOPE, MemberRole, Membership, MembershipState, Space, SpaceComponent, SpaceKind

__all__ = [
    "ROLE_ORDER",
    "Within",
    "component_setting",
    "components_of",
    "has_component",
    "managers_of",
    "members_as_people",
    "open_grants",
    "people_by_account",
    "reader_within",
    "role_in",
    "space_at",
    "with_components",
]

ROLE_ORDER = (MemberRole.MANAGER, MemberRole.MODERATOR, MemberRole.MEMBER, MemberRole.READER)
VISIT_GAP = timedelta(minutes=30)


def with_components(rows: QuerySet[Space]) -> QuerySet[Space]:
    """`rows`, each with `component_rows`: what it switched on or off, for `components_of`. No query of its own."""
    chosen = SpaceComponent.objects.filter(space=OuterRef("pk")).order_by("name")
    return rows.annotate(
        component_rows=ArraySubquery(chosen.values(json=JSONObject(name="name", is_on="is_on", settings="settings")))
    )


_SPACE = tuple(field.attname for field in Space._meta.concrete_fields)
# In the order of the model: from_db takes them as they come.
_PARENT = ("id", "kind", "slug", "names", "openness", "archived_at")
_MINE = tuple(field.attname for field in Membership._meta.concrete_fields)


def space_at(slug: str, actor: Actor) -> Space | None:
    """The space at `slug`, with the one above it and its components, if `actor` may know of it; `own_membership` is
    the actor's row in it, or None. One query.
    """
    region = active_region()
    numbers: list[int | str] = [slug]
    if actor.account_id is not None:
        numbers.append(actor.account_id)

    def build(given: Sequence[Any]) -> QuerySet[Any, Any]:
        rows = with_components(Space.objects.filter(slug=given[0]))
        fields = [*_SPACE, "component_rows", *(f"parent__{name}" for name in _PARENT)]
        if len(given) > 1:
            rows = rows.annotate(mine=FilteredRelation("memberships", condition=Q(memberships__account=given[1])))
            fields += [f"mine__{name}" for name in _MINE]
        return rows.values(*fields)

    found = rows_of(("spaces: at", region.pk), build, numbers)
    if not found:
        return None
    row = found[0]
    space: Space = made(Space, _SPACE, [row[name] for name in _SPACE])
    space.region = region
    space.component_rows = row["component_rows"]  # type: ignore[attr-defined]
    if space.parent_id is not None:
        space.parent = made(Space, _PARENT, [row[f"parent__{name}"] for name in _PARENT])
    mine = None
    if row.get("mine__id") is not None:
        mine = made(Membership, _MINE, [row[f"mine__{name}"] for name in _MINE])
    space.own_membership = mine  # type: ignore[attr-defined]
    return space if _may_know(actor, space, mine) else None


def _may_know(actor: Actor, space: Space, mine: Membership | None) -> bool:
    """As SpaceQuerySet.visible_to."""
    if actor.is_platform or not space.is_private or space.pk in actor.scope_ids(SCOPE):
        return True
    return mine is not None and mine.state == MembershipState.INVITED


def _chosen(space: Space) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] | None = getattr(space, "component_rows", None)
    if rows is not None:
        return rows
    return [dict(row) for row in SpaceComponent.objects.filter(space=space).values("name", "is_on", "settings")]


def components_of(space: Space) -> list[ComponentKind]:
    """What is switched on in `space`, in the order of the tabs. No query for one read by `with_components`."""
    chosen = {row["name"]: bool(row["is_on"]) for row in _chosen(space)}
    return [
        kind
        for kind in component_kinds()
        if space.kind in kind.space_kinds and chosen.get(kind.name, kind.is_on_by_default)
    ]


def has_component(space: Space, name: str) -> bool:
    """Whether the component `name` is switched on in `space`. As `components_of`."""
    return any(kind.name == name for kind in components_of(space))


def component_setting(space: Space, component: str, name: str) -> bool:
    """A yes/no setting of a component of `space`, or its default. As `components_of`."""
    for row in _chosen(space):
        if row["name"] == component and name in (row["settings"] or {}):
            return bool(row["settings"][name])
    kind = next((kind for kind in component_kinds() if kind.name == component), None)
    return next((bool(default) for known, _label, default in (kind.settings if kind else ()) if known == name), False)


def role_in(actor: Actor, space: Space) -> str:
    """What `actor` is in `space`: a MemberRole, "" for nobody there. No query."""
    for role in ROLE_ORDER:
        if space.pk in actor.scope_ids(SCOPE, role):
            return role.value
    if space.kind == SpaceKind.REGION and actor.is_member:
        is_manager = Role.REGION_ADMINISTRATOR in actor.roles
        return (MemberRole.MANAGER if is_manager else MemberRole.MEMBER).value
    return ""


@dataclass(frozen=True)
class Within:
    """What of a reader counts in one space, for queries that are compiled once: readers with the same `key` differ only
    by `numbers` (the space's id, then the account's if there is one); `actor` makes the reader of them.
    """

    key: tuple[Any, ...]
    numbers: list[int | str]
    actor: Callable[[Sequence[Any]], Actor]


def reader_within(actor: Actor, space: Space) -> Within:
    """`actor` in `space`: rows of the space are theirs to see if and only if they are the reader's who is left, since
    roles in other spaces and bodies decide nothing here. No query.
    """
    here = frozenset(role for role, kind, number in actor.scoped if kind == SCOPE and number == space.pk)
    account = actor.account_id
    key = (active_region().pk, space.kind, actor.is_platform, account is None, actor.roles, actor.withheld, here)

    def reduced(given: Sequence[Any]) -> Actor:
        return Actor(
            account_id=given[1] if account is not None else None,
            roles=actor.roles,
            withheld=actor.withheld,
            is_platform=actor.is_platform,
            scoped=frozenset((role, SCOPE, given[0]) for role in here),
        )

    return Within(key, [space.pk, *([account] if account is not None else [])], reduced)


def open_grants(space_id: int, kind: str, *roles: str, until: Any) -> QuerySet[RoleGrant]:
    """Grants of `roles` in a space of `kind` that hold at `until`, of accounts that are active."""
    rows = RoleGrant.objects.filter(Q(until=None) | Q(until__gt=until), ended_at=None, account__is_active=True)
    if kind == SpaceKind.REGION:
        wanted = {MemberRole.MANAGER.value: Role.REGION_ADMINISTRATOR.value}
        return rows.filter(scope_kind="", role__in=[wanted[role] for role in roles if role in wanted])
    return rows.filter(scope_kind=SCOPE, scope_id=space_id, role__in=roles)


def managers_of(space: Space, *roles: str) -> list[Account]:
    """Who looks after `space` (or holds one of `roles` there), longest first. One query."""
    rows = open_grants(space.pk, space.kind, *(roles or (MemberRole.MANAGER.value,)), until=clock())
    rows = rows.select_related("account").order_by("granted_at", "pk")
    return list({grant.account_id: grant.account for grant in rows}.values())


def members_as_people(actor: Actor, space_id: int) -> QuerySet[Membership]:
    """Active members of a space whom `actor` may see, with their account: who hides from lists is hidden here too,
    except from managers, who have to know whom they look after; blocks hold as in the directory.
    """
    rows = Membership.objects.visible_to(actor).active().filter(space=space_id)
    if space_id in actor.scope_ids(SCOPE, Role.SPACE_MANAGER) or actor.is_platform:
        return rows.select_related("account")
    listed = Person.objects.listed_to(actor).filter(account=OuterRef("account"))
    return rows.filter(Exists(listed) | Q(account=actor.account_id)).select_related("account")


def people_by_account(account_ids: Iterable[int]) -> dict[int, Person]:
    """Profiles in the active region, by account. One query."""
    rows = Person.objects.present().filter(account__in=list(account_ids))
    return {person.account_id: person for person in rows if person.account_id is not None}
