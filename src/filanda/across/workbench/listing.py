# SPDX-License-Identifier: EUPL-1.2
"""One page of somebody's queue, in a number of queries that does not grow with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, Count, Q, QuerySet, Value, When

from filanda.capabilities.desk.models import DeskItem, queues_of
from filanda.capabilities.desk.queries import deputised, names_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests import desk_sources
from filanda.kernel.manifests.desk import FACILITATORS, DeskLine
from filanda.spaces.models import Space

__all__ = ["PAGE", "WHOSE", "Filters", "QueuePage", "lines_of", "queue_names", "queue_page"]

PAGE = 50
WHOSE = ("", "mine", "free", "others", "later", "all")  # "": what one could do next: mine and nobody's
_OPEN = {"": ("mine", "free"), "mine": ("mine",), "free": ("free",), "others": ("others",), "later": ("later",)}


@dataclass(frozen=True)
class Filters:
    whose: str = ""
    kind: str = ""
    queue: str = ""
    page: int = 1


@dataclass(frozen=True)
class QueuePage:
    """`items` with their `lines` (those that still wait); `names` of holders; `absent`: whose deputy the reader is.

    `by_whose`, `by_kind`, `by_queue`: counts with the other filters on; `overdue`, `total`: of what the filters leave.
    """

    items: list[DeskItem]
    lines: Mapping[int, DeskLine]
    names: Mapping[int, str]
    absent: Sequence[int]
    page: int
    pages: int
    total: int
    overdue: int
    by_whose: Mapping[str, int] = field(default_factory=dict)
    by_kind: Mapping[str, int] = field(default_factory=dict)
    by_queue: Mapping[str, int] = field(default_factory=dict)


def queue_page(actor: Actor, filters: Filters, now: datetime) -> QueuePage:
    """What most needs somebody first: by the moment at which it should have been done. Queries: who is away, counts,
    the page, its lines (a few for each kind on it), names.
    """
    away = deputised(actor, now)
    mine = [*away, actor.account_id]
    seen = _with_whose(DeskItem.objects.visible_to(actor).open(), mine, now)
    counted = (
        seen.order_by()
        .values_list("whose", "kind", "queue")
        .annotate(count=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now)))
    )
    by_whose: Counter[str] = Counter()
    by_kind: Counter[str] = Counter()
    by_queue: Counter[str] = Counter()
    total = overdue = 0
    for whose, kind, queue, count, late in counted:
        fits = {
            "whose": whose in _OPEN.get(filters.whose, (whose,)) and (whose != "later" or filters.whose == "later"),
            "kind": filters.kind in ("", kind),
            "queue": filters.queue in ("", queue),
        }
        if fits["kind"] and fits["queue"]:
            by_whose[whose] += count
        if fits["whose"] and fits["queue"]:
            by_kind[kind] += count
        if fits["whose"] and fits["kind"]:
            by_queue[queue] += count
        if all(fits.values()):
            total, overdue = total + count, overdue + late
    pages = max(1, -(-total // PAGE))
    page = min(max(1, filters.page), pages)
    items = list(_filtered(seen, filters)[(page - 1) * PAGE : page * PAGE]) if total else []
    lines = lines_of(actor, items, now)
    names = names_of(item.holder_id for item in items if item.holder_id != actor.account_id)
    return QueuePage(items, lines, names, away, page, pages, total, overdue, by_whose, by_kind, by_queue)


def _with_whose(rows: QuerySet[DeskItem], mine: Sequence[int | None], now: datetime) -> QuerySet[Any, Any]:
    """With `whose`: mine, free, others; "later" for what was put off. What is not worth a look yet is left out."""
    whose = Case(
        When(snoozed_until__gt=now, then=Value("later")),
        When(holder=None, then=Value("free")),
        When(holder__in=mine, then=Value("mine")),
        default=Value("others"),
        output_field=CharField(),
    )
    return rows.filter(shows_at__lte=now).annotate(whose=whose)


def _filtered(rows: QuerySet[Any, Any], filters: Filters) -> QuerySet[Any, Any]:
    rows = rows.filter(kind=filters.kind) if filters.kind else rows
    rows = rows.filter(queue=filters.queue) if filters.queue else rows
    rows = rows.filter(whose__in=_OPEN[filters.whose]) if filters.whose in _OPEN else rows.exclude(whose="later")
    return rows.order_by("due_at", "pk")


def lines_of(actor: Actor, items: Iterable[DeskItem], now: datetime) -> dict[int, DeskLine]:
    """By item: what it is, for those that still wait and that `actor` may deal with. A few queries for each kind."""
    by_kind: dict[str, dict[int, int]] = {}
    for item in items:
        by_kind.setdefault(item.kind, {})[item.object_id] = item.pk
    sources = desk_sources()
    found: dict[int, DeskLine] = {}
    for kind, numbers in by_kind.items():
        if kind in sources:
            for number, line in sources[kind].lines(actor, list(numbers), now).items():
                if number in numbers:
                    found[numbers[number]] = line
    return found


def queue_names(actor: Actor, words: str) -> dict[str, str]:
    """The queues that one works in, by token: the region's is called `words`, a community's as the community. One
    query for managers, none for others.
    """
    tokens = queues_of(actor)
    spaces = [int(token.split(":")[1]) for token in tokens if token != FACILITATORS]
    named = {space.pk: space.name for space in Space.objects.filter(pk__in=spaces)} if spaces else {}
    return {token: words if token == FACILITATORS else named.get(int(token.split(":")[1]), token) for token in tokens}
