# SPDX-License-Identifier: EUPL-1.2
"""Reads about people. Each says how many queries it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from filanda.directory.people.models import STAFF, Block, Person, ValidationState, Visibility
from filanda.kernel.identity.actors import PLATFORM, VISITOR, Actor
from filanda.kernel.identity.models import Account, Role, RoleGrant
from filanda.kernel.manifests.things import ThingLine
from filanda.kernel.regions.models import Region

__all__ = [
    "FacilitatorRules",
    "facilitator_rules",
    "facilitators",
    "has_blocked",
    "is_trusted",
    "least_loaded",
    "lines",
    "people_listed",
    "person_of",
    "reader_class",
    "reader_in_class",
    "unfindable_ids",
]


def person_of(actor: Actor) -> Person | None:
    """The person that `actor` is in the active region. One query; None for visitors, strangers and the platform."""
    if actor.account_id is None:
        return None
    found: Person | None = Person.objects.filter(account=actor.account_id, erased_at=None).first()
    return found


def lines(actor: Actor, ids: Sequence[int]) -> Mapping[int, ThingLine]:
    """Those of `ids` whose page `actor` may open. One query."""
    return {
        row.pk: ThingLine(
            kind="person",
            id=row.pk,
            title=row.name,
            url_name="profiles:person",
            url_args=(row.pk, row.slug),
            excerpt=row.headline_to(actor),
            language=row.text_language if row.headline_to(actor) else "",
            audience="public" if row.listing == Visibility.PUBLIC else "members",
        )
        for row in Person.objects.visible_to(actor).filter(pk__in=ids)
    }


def reader_class(actor: Actor) -> tuple[str, list[int]]:
    """What decides which people `actor` sees (PersonQuerySet.visible_to): a class of readers, and the numbers by which
    readers of a class differ. For queries that are compiled once: see kernel.database.compiled.
    """
    if actor.is_platform or actor.roles & STAFF:
        return "all", []
    if not actor.is_member or actor.account_id is None:
        return "public", []
    return "members", [actor.account_id]


def reader_in_class(name: str, numbers: Sequence[int]) -> Actor:
    """Somebody who sees the same people as the reader of whom `reader_class` said `name` and `numbers`."""
    if name == "members":
        return Actor(account_id=numbers[0], roles=frozenset({Role.INNOVATOR}))
    return PLATFORM if name == "all" else VISITOR


def people_listed(actor: Actor) -> int:
    """How many people a list may show `actor`. One query."""
    return Person.objects.listed_to(actor).count()


def unfindable_ids(actor: Actor) -> frozenset[int]:
    """Ids of people whom search must leave out for `actor`, besides what the index keeps from everybody of their
    kind: those whom they blocked, or who blocked them. One query for members, none for anybody else.
    """
    if actor.is_platform or not actor.is_member or actor.account_id is None or actor.roles & STAFF:
        return frozenset()
    mine = Block.objects.filter(Q(blocker=actor.account_id) | Q(blocked=actor.account_id))
    others = {account for pair in mine.values_list("blocker", "blocked") for account in pair} - {actor.account_id}
    if not others:
        return frozenset()
    return frozenset(Person.objects.filter(account__in=others).values_list("pk", flat=True))


def has_blocked(actor: Actor, person: Person) -> bool:
    """Whether `actor` blocks `person`. One query."""
    if actor.account_id is None or person.account_id is None:
        return False
    return Block.objects.filter(blocker=actor.account_id, blocked=person.account_id).exists()


@dataclass(frozen=True)
class FacilitatorRules:
    """How people of a region come to their facilitator (settings["facilitators"]).

    `may_choose`: whoever joins may name one. `assigns`: "least_loaded", or "nobody": an administrator does it.
    `validates`: a facilitator looks at each profile before it is trusted; without, whoever joins is trusted at once.
    """

    may_choose: bool = True
    assigns: str = "least_loaded"
    validates: bool = True


def facilitator_rules(region: Region) -> FacilitatorRules:
    """The rules in the settings of `region`; what is missing or not understood is as by default. No query."""
    given = region.settings.get("facilitators")
    given = given if isinstance(given, dict) else {}
    return FacilitatorRules(
        may_choose=given.get("may_choose") is not False,
        assigns="nobody" if given.get("assigns") == "nobody" else "least_loaded",
        validates=given.get("validates") is not False,
    )


def is_trusted(person: Person, region: Region) -> bool:
    """Whether `person` of `region` may do what needs a validated profile: a facilitator validated it, or the region
    trusts whoever joins and no facilitator has a question open. No query.
    """
    if person.state == ValidationState.WAITING:
        return not facilitator_rules(region).validates
    return person.state == ValidationState.VALIDATED


def facilitators(now: datetime) -> list[Account]:
    """Who is a facilitator of the active region now, by name. One query."""
    open_grants = RoleGrant.objects.filter(Q(until=None) | Q(until__gt=now), role=Role.FACILITATOR, ended_at=None)
    accounts = Account.objects.filter(is_active=True, pk__in=open_grants.values("account"))
    return list(accounts.order_by("name", "pk"))


def least_loaded(now: datetime, *, besides: int | None = None) -> Account | None:
    """The facilitator with the fewest profiles waiting, then with the fewest people in all, then the longest here.

    `besides`: an account that it must not be, as nobody looks after themselves. Two queries.
    """
    able = [account for account in facilitators(now) if account.pk != besides]
    counted = (
        Person.objects.present()
        .filter(facilitator__in=able)
        .order_by()
        .values_list("facilitator")
        .annotate(waiting=Count("pk", filter=Q(state=ValidationState.WAITING)), everybody=Count("pk"))
    )
    load = {account: (waiting, everybody) for account, waiting, everybody in counted}
    return min(able, key=lambda account: (*load.get(account.pk, (0, 0)), account.pk), default=None)
