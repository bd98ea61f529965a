# SPDX-License-Identifier: EUPL-1.2
"""Search inside a space: threads from the index, and of each the post in which most of the words stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import add, or_
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import get_language
from markupsafe import Markup

from filanda.capabilities.search.analysis import query_words
from filanda.capabilities.search.highlight import first_marked, mark
from filanda.capabilities.search.queries import find_threads
from filanda.capabilities.threads.models import Post, PostState
from filanda.capabilities.threads.queries import threads_seen
from filanda.capabilities.threads.rendering import plain_of
from filanda.components.discussions import queries
from filanda.components.discussions.framing import Room, foreign
from filanda.kernel.database import compiled
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.ui.moments import when
from filanda.spaces.models import SCOPE

__all__ = ["Found", "search_threads"]

PAGE = 20
_SNIPPET = 260  # characters
_BEFORE = 70  # of them before the first word that was found


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


def search_threads(room: Room, q: str, page: int) -> Found:
    """Page `page` of the threads of the space with the words of `q`. Three queries."""
    filters = {SCOPE: [str(room.space.pk)]}
    answer = find_threads(active_region(), room.actor, q, filters, (page - 1) * PAGE, PAGE)
    threads = threads_seen(room.actor, (SCOPE, room.space.pk), answer.ids)
    best = _best_posts(list(threads), q)
    people = queries.authors({post.author_id for post in best.values()}, room.actor, room.space)
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
                "snippet": _snippet(post, q) if post is not None else Markup(""),
                "lang": foreign(language, here),
                "author": people[post.author_id].name if post is not None else "",
                "when": when(post.created_at if post is not None else thread.last_post_at),
                "number": post.number if post is not None else 0,
            }
        )
    return Found(hits, answer.total, page, max(1, -(-answer.total // PAGE)), answer.is_rebuilding, answer.is_loosened)


def _best_posts(threads: Sequence[int], q: str) -> dict[int, PostFound]:
    """By thread, the first of the posts that hold most words of `q`; the first of all where none does. One query."""
    if not threads:
        return {}
    words = [[one for one in word.variants if len(one) > 1] for word in query_words(q, most=8)]
    words = [variants for variants in words if variants]
    lengths = tuple(len(variants) for variants in words)
    ids = [*threads, *[threads[-1]] * (-len(threads) % PAGE)]  # one length of the list: it is compiled once

    def build(given: Sequence[Any]) -> QuerySet[Any, Any]:
        rows = Post.objects.filter(thread__in=given[: len(ids)], state=PostState.SHOWN)
        rest = iter(given[len(ids) :])
        held = [reduce(or_, (Q(source__icontains=next(rest)) for _variant in range(many))) for many in lengths]
        counted = [
            Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField()) for condition in held
        ]
        rows = rows.annotate(words=reduce(add, counted) if counted else Value(0, output_field=IntegerField()))
        best = rows.order_by("thread_id", "-words", "number").distinct("thread_id")
        found: QuerySet[Any, Any] = best.values("thread_id", "number", "author_id", "language", "created_at", "html")
        return found

    # They become a part of a pattern of LIKE.
    texts = [re.sub(r"([\\%_])", r"\\\1", one) for variants in words for one in variants]
    rows = compiled.rows(("discussions: best posts", active_region().pk, len(ids), lengths), build, [*ids, *texts])
    return {row["thread_id"]: PostFound(**row) for row in rows}


def _snippet(post: PostFound, q: str) -> Markup:
    """The piece of a post around the first word that was found, with the words marked."""
    text = plain_of(post.html)
    at = first_marked(text, q, post.language)
    start = text.find(" ", at - _BEFORE) + 1 if at > _SNIPPET - _BEFORE else 0
    piece = text[start : start + _SNIPPET]
    if start + _SNIPPET < len(text):
        piece = piece.rsplit(" ", 1)[0] + " …"
    return mark(f"… {piece}" if start else piece, q, post.language)
