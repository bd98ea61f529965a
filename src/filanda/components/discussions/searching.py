# SPDX-License-Identifier: EUPL-1.2
"""Search inside a space: threads from the index, and of each the post in which most of the words stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language
from markupsafe import Markup

from filanda.capabilities.search.highlight import mark, piece
from filanda.capabilities.search.queries import find_threads
from filanda.capabilities.threads.models import Post, PostState
from filanda.capabilities.threads.queries import ThreadRow, threads_seen
from filanda.capabilities.threads.rendering import plain_of
from filanda.components.discussions import queries
from filanda.components.discussions.framing import Room, foreign
from filanda.kernel.database import compiled
from filanda.kernel.kept import Kept
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.ui.moments import when
from filanda.spaces.models import SCOPE
from filanda.spaces.words import held_by, words_held

__all__ = ["Found", "search_threads"]

PAGE = 20
KEPT_SECONDS = 20  # of what visitors are answered: what is new is found that much later


@dataclass(frozen=True)
class Found:
    """`hits`: url, title, snippet (both with <mark>), lang, author, when, number. As search.queries.Found otherwise."""

    hits: list[dict[str, Any]]
    total: int
    page: int
    pages: int
    is_rebuilding: bool = False
    is_loosened: bool = False


@dataclass(frozen=True, slots=True)
class PostFound:
    thread_id: int
    number: int
    author_id: int | None
    language: str
    created_at: datetime
    html: str


@dataclass(frozen=True)
class _Kept:
    """What visitors were answered, with what it shows as that was then: where a thread has changed since, is another's
    to see or has gone, or somebody is known otherwise, it is not shown again.
    """

    found: Found
    ids: tuple[int, ...]
    threads: dict[int, ThreadRow]
    accounts: tuple[int | None, ...]
    known: list[dict[str, Any]]

    def still_holds(self, room: Room) -> bool:
        """Two queries."""
        return self.threads == threads_seen(
            room.actor, (SCOPE, room.space.pk), self.ids
        ) and self.known == queries.people_known(self.accounts, room.actor, room.space)


_answered: Kept[tuple[Any, ...], _Kept] = Kept(KEPT_SECONDS, most=100)


def search_threads(room: Room, q: str, page: int) -> Found:
    """Page `page` of the threads of the space with the words of `q`. Three queries; what visitors are answered, who all
    see the same, is kept for some seconds.
    """
    if not room.actor.is_visitor:
        return _search(room, q, page).found
    key = (room.space.pk, room.root, get_language(), page, q)
    kept = _answered.fresh(key)
    if kept is None or not kept.still_holds(room):
        kept = _search(room, q, page)
        if not kept.found.is_rebuilding:
            _answered.keep(key, kept)
    return kept.found


def _search(room: Room, q: str, page: int) -> _Kept:
    filters = {SCOPE: [str(room.space.pk)]}
    answer = find_threads(active_region(), room.actor, q, filters, (page - 1) * PAGE, PAGE)
    threads = threads_seen(room.actor, (SCOPE, room.space.pk), answer.ids)
    best = _best_posts(list(threads), q)
    accounts = tuple({post.author_id for post in best.values()})
    known = queries.people_known(accounts, room.actor, room.space)
    people = queries.authors(accounts, room.actor, room.space, known)
    here = get_language() or "it"
    hits = []
    for number in answer.ids:
        thread, post = threads.get(number), best.get(number)
        if thread is None:
            continue
        language = post.language if post is not None else thread.language
        hits.append(
            {
                "url": f"{room.root}{thread.id}/p/{post.number}/" if post is not None else room.thread_url(thread),
                "title": mark(thread.title, q, thread.language),
                "title_lang": foreign(thread.language, here),
                "snippet": piece(plain_of(post.html), q, post.language) if post is not None else Markup(""),
                "lang": foreign(language, here),
                "author": people[post.author_id].name if post is not None else "",
                "when": when(post.created_at if post is not None else thread.last_post_at),
                "number": post.number if post is not None else 0,
            }
        )
    pages = max(1, -(-answer.total // PAGE))
    found = Found(hits, answer.total, page, pages, answer.is_rebuilding, answer.is_loosened)
    return _Kept(found, tuple(answer.ids), threads, accounts, known)


def _best_posts(threads: Sequence[int], q: str) -> dict[int, PostFound]:
    """By thread, the first of the posts that hold most words of `q`; the first of all where none does. One query."""
    if not threads:
        return {}
    words = words_held(q)
    lengths = tuple(len(variants) for variants in words)
    ids = [*threads, *[threads[-1]] * (-len(threads) % PAGE)]  # one length of the list: it is compiled once

    def build(given: Sequence[Any]) -> QuerySet[Any, Any]:
        rest = iter(given[len(ids) :])
        looked_for = [[next(rest) for _variant in range(many)] for many in lengths]
        rows = Post.objects.filter(thread__in=given[: len(ids)], state=PostState.SHOWN)
        rows = rows.annotate(words=held_by("source", looked_for))
        best = rows.order_by("thread_id", "-words", "number").distinct("thread_id")
        found: QuerySet[Any, Any] = best.values("thread_id", "number", "author_id", "language", "created_at", "html")
        return found

    texts = [one for variants in words for one in variants]
    rows = compiled.rows(("discussions: best posts", active_region().pk, len(ids), lengths), build, [*ids, *texts])
    return {row["thread_id"]: PostFound(**row) for row in rows}
