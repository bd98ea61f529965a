# SPDX-License-Identifier: EUPL-1.2
"""One page of somebody's queue, in a number of queries that does not grow with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, Count, DateTimeField, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from filanda.capabilities.desk.models import DeskItem, queues_of
from filanda.capabilities.desk.queries import deputised, names_of
from filanda.kernel.database.compiled import made
from filanda.kernel.database.compiled import rows as rows_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests import desk_sources
from filanda.kernel.manifests.desk import FACILITATORS, DeskLine
from filanda.spaces.models import Space

__all__ = ["PAGE", "WHOSE", "Filters", "QueuePage", "lines_of", "queue_names", "queue_page"]

PAGE = 25
WHOSE = ("", "mine", "free", "others", "later", "all")  # "": what one could do next: mine and nobody's
_OPEN = {"": ("mine", "free"), "mine": ("mine",), "free": ("free",), "others": ("others",), "later": ("later",)}

# In the order of the model: from_db takes them as they come.
_SHOWN = ("id", "kind", "object_id", "queue", "holder_id", "since", "due_at", "snoozed_until")


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
    the page, its lines (a few for each kind on it), names of colleagues that have some of it.
    """
    away = deputised(actor, now)
    reader = _Reader(actor.account_id or 0, (*away, actor.account_id or 0), tuple(queues_of(actor)), now)
    by_whose: Counter[str] = Counter()
    by_kind: Counter[str] = Counter()
    by_queue: Counter[str] = Counter()
    total = overdue = 0
    for row in reader.ask("counts", _counts):
        whose, kind, queue, count, late = (row[name] for name in ("whose", "kind", "queue", "count", "late"))
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
    filters = replace(filters, page=page)
    found = reader.ask(filters, lambda rows, _moment: _page(rows, filters)) if total else []
    items = [made(DeskItem, _SHOWN, [row[name] for name in _SHOWN]) for row in found]
    lines = lines_of(actor, items, now)
    names = names_of(item.holder_id for item in items if item.holder_id != actor.account_id)
    return QueuePage(items, lines, names, away, page, pages, total, overdue, by_whose, by_kind, by_queue)


@dataclass(frozen=True)
class _Reader:
    """What of a reader and the moment counts in the queue, so that its queries are compiled once."""

    account_id: int
    mine: Sequence[int]
    queues: Sequence[str]
    now: datetime

    def ask(
        self, key: Hashable, build: Callable[[QuerySet[Any, Any], Any], QuerySet[Any, Any]]
    ) -> list[dict[str, Any]]:
        """What `build` makes of what the reader may deal with and of the moment; it may depend on `key` alone."""
        count = len(self.mine)

        def whole(given: Sequence[Any]) -> QuerySet[Any, Any]:
            moment = Cast(Value(given[1]), DateTimeField())
            rows = DeskItem.objects.within(given[2 + count :], given[0]).open().filter(shows_at__lte=moment)
            return build(rows.annotate(whose=_whose(given[2 : 2 + count], moment)), moment)

        numbers: list[int | str] = [self.account_id, self.now.isoformat(), *self.mine, *self.queues]
        return rows_of(("workbench", key, count, len(self.queues)), whole, numbers)


def _whose(mine: Sequence[Any], moment: Any) -> Case:
    """mine, free, others; "later" for what was put off."""
    return Case(
        When(snoozed_until__gt=moment, then=Value("later")),
        When(holder=None, then=Value("free")),
        When(holder__in=mine, then=Value("mine")),
        default=Value("others"),
        output_field=CharField(),
    )


def _counts(rows: QuerySet[Any, Any], moment: Any) -> QuerySet[Any, Any]:
    late = Count("pk", filter=Q(due_at__lt=moment))
    return rows.order_by().values("whose", "kind", "queue").annotate(count=Count("pk"), late=late)


def _page(rows: QuerySet[Any, Any], filters: Filters) -> QuerySet[Any, Any]:
    rows = rows.filter(kind=filters.kind) if filters.kind else rows
    rows = rows.filter(queue=filters.queue) if filters.queue else rows
    rows = rows.filter(whose__in=_OPEN[filters.whose]) if filters.whose in _OPEN else rows.exclude(whose="later")
    first = (filters.page - 1) * PAGE
    return rows.order_by("due_at", "pk").values(*_SHOWN)[first : first + PAGE]


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
