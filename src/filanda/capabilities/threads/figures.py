# SPDX-License-Identifier: EUPL-1.2
"""Figures of how alive a place's conversations are, for its managers. Held and hidden posts do not count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q

from filanda.capabilities.threads.models import Post, PostState, Thread, ThreadKind

__all__ = ["PlaceFigures", "figures_of", "posts_by_author"]


@dataclass(frozen=True, slots=True)
class PlaceFigures:
    """Of threads opened and posts written in a period. `first_reply`: the median time to the first post by somebody
    else, of threads that have one; None without. `unanswered`: threads without any.
    """

    threads: int = 0
    posts: int = 0
    authors: int = 0
    questions: int = 0
    answered: int = 0
    unanswered: int = 0
    first_reply: timedelta | None = None


def figures_of(kind: str, ids: Sequence[int], since: datetime, until: datetime) -> dict[int, PlaceFigures]:
    """Figures by place, of places of one kind. Three queries, however many places."""
    threads = Thread.objects.filter(place_kind=kind, place_id__in=ids, hidden_at=None, moved_to=None)
    opened = threads.filter(created_at__gte=since, created_at__lt=until).order_by()
    counted: dict[int, Any] = {
        row["place_id"]: row
        for row in opened.values("place_id").annotate(
            threads=Count("pk"),
            questions=Count("pk", filter=Q(kind=ThreadKind.QUESTION)),
            answered=Count("pk", filter=Q(kind=ThreadKind.QUESTION) & ~Q(answer=None)),
            unanswered=Count("pk", filter=Q(first_reply_at=None)),
        )
    }
    waits: dict[int, list[timedelta]] = {}
    waited = ExpressionWrapper(F("first_reply_at") - F("created_at"), output_field=DurationField())
    replied = opened.exclude(first_reply_at=None).annotate(waited=waited)
    for number, wait in replied.values_list("place_id", "waited"):
        waits.setdefault(number, []).append(wait)
    posts = Post.objects.filter(
        thread__in=threads, state=PostState.SHOWN, created_at__gte=since, created_at__lt=until
    ).order_by()
    written: dict[int, Any] = {
        row["thread__place_id"]: row
        for row in posts.values("thread__place_id").annotate(posts=Count("pk"), authors=Count("author", distinct=True))
    }
    found = {}
    for number in ids:
        one = counted.get(number, {})
        two = written.get(number, {})
        found[number] = PlaceFigures(
            threads=one.get("threads", 0),
            posts=two.get("posts", 0),
            authors=two.get("authors", 0),
            questions=one.get("questions", 0),
            answered=one.get("answered", 0),
            unanswered=one.get("unanswered", 0),
            first_reply=_median(waits.get(number, [])),
        )
    return found


def posts_by_author(kind: str, number: int, since: datetime, until: datetime) -> dict[int, int]:
    """How many posts each account wrote in a place; former members are left out. One query."""
    rows = Post.objects.filter(
        thread__place_kind=kind,
        thread__place_id=number,
        thread__hidden_at=None,
        state=PostState.SHOWN,
        created_at__gte=since,
        created_at__lt=until,
    ).exclude(author=None)
    return dict(rows.order_by().values_list("author").annotate(count=Count("pk")))


def _median(waits: list[timedelta]) -> timedelta | None:
    if not waits:
        return None
    ordered = sorted(waits)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
