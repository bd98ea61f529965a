# SPDX-License-Identifier: EUPL-1.2
"""Reads of the desk that several rooms need. Each says how many queries it costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, DateField, Min, Q, QuerySet, Value
from django.db.models.functions import Cast

from filanda.capabilities.desk.models import Absence, Check, DeskItem, SavedReply, queues_of
from filanda.directory.people.models import Person
from filanda.kernel.database.compiled import padded
from filanda.kernel.database.compiled import rows as rows_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.regions.scoped import across_regions, active_region
from filanda.kernel.regions.working import time_zone

__all__ = [
    "Standing",
    "absent_on",
    "deputised",
    "names_of",
    "replies_for",
    "standing",
    "standing_of_all",
    "today_in_region",
]


def today_in_region(now: datetime) -> date:
    """The day that it is in the active region."""
    return now.astimezone(time_zone(active_region())).date()


def deputised(actor: Actor, now: datetime) -> list[int]:
    """Accounts that are away now and whose deputy `actor` is. One query."""
    if actor.account_id is None:
        return []

    def build(given: Sequence[Any]) -> QuerySet[Any, Any]:
        day = Cast(Value(given[1]), DateField())
        return Absence.objects.filter(deputy=given[0], starts_on__lte=day, ends_on__gte=day).values("account")

    found = rows_of("desk: deputised", build, [actor.account_id, today_in_region(now).isoformat()])
    return sorted({row["account"] for row in found})


def absent_on(day: date, accounts: Iterable[int]) -> dict[int, Absence]:
    """Who of `accounts` is away on `day`. One query."""
    rows = Absence.objects.filter(account__in=list(accounts), starts_on__lte=day, ends_on__gte=day)
    return {row.account_id: row for row in rows.select_related("deputy")}


def names_of(accounts: Iterable[int | None]) -> dict[int, str]:
    """What people of the staff are called in the region: as in their profile, else as their account says. Two queries,
    none for nobody.
    """
    wanted = {number for number in accounts if number is not None}
    if not wanted:
        return {}
    ids = padded(sorted(wanted))
    found = {row["id"]: str(Account(**row)) for row in rows_of("desk: accounts", _accounts, ids)}
    found |= {row["account"]: row["name"] for row in rows_of("desk: people", _people, ids)}
    return found


def _accounts(ids: Sequence[Any]) -> QuerySet[Any, Any]:
    return Account.objects.filter(pk__in=ids).values("id", "name")


def _people(ids: Sequence[Any]) -> QuerySet[Any, Any]:
    found: QuerySet[Any, Any] = Person.objects.present().filter(account__in=ids).values("account", "name")
    return found


@dataclass(frozen=True)
class Standing:
    """What is on somebody's desk: how much shows, how much of it is over its target, since when the oldest."""

    count: int
    overdue: int
    oldest: datetime | None


def standing(actor: Actor, now: datetime) -> Standing:
    """Of one's own items, and those of people whose deputy one is. Two queries for staff, none for anybody else."""
    if not queues_of(actor):
        return Standing(0, 0, None)
    mine = [*deputised(actor, now), actor.account_id]
    found = (
        DeskItem.objects.visible_to(actor)
        .shown(now)
        .filter(holder__in=mine)
        .aggregate(count=Count("pk"), overdue=Count("pk", filter=Q(due_at__lt=now)), oldest=Min("since"))
    )
    return Standing(found["count"], found["overdue"], found["oldest"])


def standing_of_all(now: datetime) -> tuple[int, int, int]:
    """Of the installation: items open, items over their target, items ever mended. For metrics; two queries."""
    with across_regions():
        found = DeskItem.objects.filter(closed_at=None).aggregate(
            open=Count("pk"), overdue=Count("pk", filter=Q(due_at__lt=now, shows_at__lte=now))
        )
        mended = sum(Check.objects.values_list("mended_ever", flat=True))
    return found["open"], found["overdue"], mended


def replies_for(actor: Actor) -> list[SavedReply]:
    """Saved replies that one may use: one's own, and those shared in one's queues. One query."""
    rows = SavedReply.objects.filter(queue__in=queues_of(actor))
    return list(rows.filter(Q(owner=None) | Q(owner=actor.account_id)))
