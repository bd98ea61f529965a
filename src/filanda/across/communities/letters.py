# SPDX-License-Identifier: EUPL-1.2
"""What goes into a newsletter, and how it reads for somebody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from filanda.across.communities.models import Newsletter
from filanda.capabilities.threads.models import Post, PostState, Thread
from filanda.components.documents.models import Document
from filanda.components.events.models import SpaceEvent
from filanda.components.news.models import NewsItem
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests import things
from filanda.kernel.manifests.things import Key, ThingLine
from filanda.spaces.models import SCOPE, Membership, Space

__all__ = ["SECTIONS", "Section", "best_of", "new_members", "sections_of", "still_there"]

SECTIONS = ("thread", "news", "event", "document")
MOST = {"thread": 5, "news": 5, "event": 6, "document": 6}
AHEAD = timedelta(days=60)


@dataclass(frozen=True)
class Section:
    kind: str
    title: str
    lines: list[ThingLine]


def best_of(actor: Actor, space: Space, since: datetime, until: datetime) -> list[Key]:
    """The most useful discussions, news, what comes, new documents: what every reader of the space may see. Five
    queries. A discussion counts by accepted answer, thanks and how many people wrote in it.
    """
    threads = Thread.objects.visible_to(actor).in_place(SCOPE, space.pk)
    threads = threads.filter(hidden_at=None, moved_to=None, audience=space.audience, last_post_at__gte=since)
    solved = set(threads.filter(answered_at__gte=since).exclude(answer=None).values_list("pk", flat=True))
    posts = Post.objects.filter(thread__in=threads, state=PostState.SHOWN, created_at__range=(since, until)).order_by()
    counted = posts.values_list("thread").annotate(
        people=Count("author", distinct=True), thanks=Count("post_reactions", distinct=True)
    )
    scores = {pk: 3 * (pk in solved) + thanks + 2 * people for pk, people, thanks in counted}
    best = sorted(scores, key=lambda pk: (-scores[pk], -pk))[: MOST["thread"]]
    news = NewsItem.objects.visible_to(actor).published().filter(space=space, published_at__range=(since, until))
    events = SpaceEvent.objects.visible_to(actor).taking_place().filter(space=space)
    events = events.filter(starts_at__range=(until, until + AHEAD))
    papers = Document.objects.visible_to(actor).filter(space=space, audience=space.audience, hidden_at=None)
    papers = papers.filter(created_at__range=(since, until))
    return [
        *(("thread", pk) for pk in best),
        *(("news", pk) for pk in news.order_by("-published_at").values_list("pk", flat=True)[: MOST["news"]]),
        *(("event", pk) for pk in events.order_by("starts_at").values_list("pk", flat=True)[: MOST["event"]]),
        *(("document", pk) for pk in papers.order_by("-created_at").values_list("pk", flat=True)[: MOST["document"]]),
    ]


def new_members(space: Space, since: datetime, until: datetime) -> int:
    """How many joined. One query."""
    return int(Membership.objects.active().filter(Q(joined_at__range=(since, until)), space=space).count())


def still_there(letter: Newsletter) -> dict[str, list[int]]:
    """The lines of `letter` by kind, but for what has been hidden, taken back, called off or merged since: managers,
    who still see that, get no other letter. A query for each kind.
    """
    rows: dict[str, Any] = {
        "thread": Thread.objects.filter(hidden_at=None, moved_to=None),
        "news": NewsItem.objects.published(),
        "event": SpaceEvent.objects.taking_place(),
        "document": Document.objects.filter(hidden_at=None),
    }
    found: dict[str, list[int]] = {}
    for kind in SECTIONS:
        ids = [row["id"] for row in letter.lines if row["kind"] == kind]
        there = set(rows[kind].filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
        found[kind] = [pk for pk in ids if pk in there]
    return found


def sections_of(actor: Actor, letter: Newsletter, wanted: Mapping[str, list[int]] | None = None) -> list[Section]:
    """The lines of `letter` that `actor` may see, by kind; a kind without any is left out. `wanted`: what still_there
    says, where it is asked for many readers.
    """
    wanted = still_there(letter) if wanted is None else wanted
    known = things()
    found = []
    for kind in SECTIONS:
        ids = wanted.get(kind, [])
        lines = known[kind].lines(actor, ids) if ids and kind in known else {}
        shown = [lines[pk] for pk in ids if pk in lines]
        if shown:
            found.append(Section(kind, _title(kind), shown))
    return found


def _title(kind: str) -> str:
    return {
        "thread": _("Talked about"),
        "news": _("News"),
        "event": _("What comes"),
        "document": _("New documents"),
    }[kind]


def read_lines(given: Sequence[str], letter: Newsletter) -> list[dict[str, Any]]:
    """Those lines of `letter` that are named in `given` ("thread:17"): lines are taken away, never added."""
    kept = set(given)
    return [row for row in letter.lines if f"{row['kind']}:{row['id']}" in kept]
