# SPDX-License-Identifier: EUPL-1.2
"""What a space's home shows of its discussions: what is new, and what its managers should do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from filanda.capabilities.threads.models import Post, PostState, Thread, ThreadKind
from filanda.components.discussions.policies import title_slug
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests.things import ThingLine
from filanda.spaces.components import Lines, Task, as_columns
from filanda.spaces.models import SCOPE, Space
from filanda.spaces.words import held_by

__all__ = ["NEWS", "tasks"]

UNANSWERED = timedelta(days=2)


def _rows(actor: Actor, space_id: int, _now: Any) -> QuerySet[Any, Any]:
    rows = Thread.objects.visible_to(actor).in_place(SCOPE, space_id).filter(moved_to=None)
    return as_columns(rows.order_by("-last_post_at", "-pk"), at="last_post_at", author="last_author_id")


def _line(row: Mapping[str, Any], space: Space, names: Mapping[int, str]) -> ThingLine:
    said = row.get("line_body") or {}  # the post that a search has found
    author = said["author"] if said else row["line_author"]
    return ThingLine(
        kind="thread",
        id=row["line_id"],
        title=row["line_title"],
        url_name="discussions:post" if said else "discussions:thread",
        url_args=(space.slug, row["line_id"], said["number"] if said else title_slug(row["line_title"])),
        language=row["line_language"],
        audience=row["line_audience"],
        author_id=author,
        author_name=names.get(author) or _("A member") if author is not None else _("A former member"),
        inside=((SCOPE, space.pk),),
        at=datetime.fromisoformat(said["at"]) if said else row["line_at"],
    )


def _body(_actor: Actor, words: Sequence[Sequence[Any]]) -> Any:
    """The first of the posts that hold most of the words."""
    posts = Post.objects.filter(thread=OuterRef("pk"), state=PostState.SHOWN).annotate(held=held_by("source", words))
    said = JSONObject(html="html", language="language", author="author_id", at="created_at", number="number")
    return Subquery(posts.order_by("-held", "number").values(json=said)[:1])


# Threads, the one in which something was said last before the others.
NEWS = Lines(_rows, _line, body=_body, reads_words=True)


def tasks(space: Space, now: datetime) -> Iterator[Task]:
    """Questions that nobody has answered for two days, and posts that wait to be looked at: each leads to the first of
    them. Two queries, and one for each that there is.
    """
    asked = Thread.objects.in_place(SCOPE, space.pk).filter(
        kind=ThreadKind.QUESTION,
        first_reply_at=None,
        closed_at=None,
        hidden_at=None,
        moved_to=None,
        created_at__lt=now - UNANSWERED,
    )
    found = asked.aggregate(count=Count("pk"), since=Min("created_at"))
    if found["count"]:
        sentence = ngettext(
            "Answer a question older than two days",
            "Answer %(count)s questions older than two days",
            found["count"],
        ) % {"count": found["count"]}
        oldest = asked.order_by("created_at", "pk").values_list("pk", "title").first()
        if oldest is not None:  # where to begin: the list has questions without an accepted answer, too
            address = (space.slug, oldest[0], title_slug(oldest[1]))
            yield Task(sentence, "discussions:thread", address, "", found["count"], found["since"])
    held = Post.objects.filter(thread__place_kind=SCOPE, thread__place_id=space.pk, state=PostState.HELD)
    waiting = held.aggregate(count=Count("pk"), since=Min("created_at"))
    if waiting["count"]:
        first = held.order_by("created_at", "pk").values_list("thread", "number").first()
        sentence = ngettext(
            "Look at a post that is held", "Look at %(count)s posts that are held", waiting["count"]
        ) % {"count": waiting["count"]}
        if first is not None:
            yield Task(sentence, "discussions:post", (space.slug, *first), "", waiting["count"], waiting["since"])
