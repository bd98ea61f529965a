# SPDX-License-Identifier: EUPL-1.2
"""What a space's home shows of its discussions: what is new, and what its managers should do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from filanda.capabilities.threads.models import Post, PostState, Thread, ThreadKind
from filanda.components.discussions.policies import title_slug
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests.things import ThingLine
from filanda.spaces.components import Lines, Task, as_columns
from filanda.spaces.models import SCOPE, Space

__all__ = ["NEWS", "tasks"]

UNANSWERED = timedelta(days=2)


def _rows(actor: Actor, space_id: int, _now: Any) -> QuerySet[Any, Any]:
    rows = Thread.objects.visible_to(actor).in_place(SCOPE, space_id).filter(moved_to=None)
    return as_columns(rows.order_by("-last_post_at", "-pk"), at="last_post_at", author="last_author_id")


def _line(row: Mapping[str, Any], space: Space, names: Mapping[int, str]) -> ThingLine:
    author = row["line_author"]
    return ThingLine(
        kind="thread",
        id=row["line_id"],
        title=row["line_title"],
        url_name="discussions:thread",
        url_args=(space.slug, row["line_id"], title_slug(row["line_title"])),
        language=row["line_language"],
        audience=row["line_audience"],
        author_id=author,
        author_name=names.get(author) or _("A member") if author is not None else _("A former member"),
        inside=((SCOPE, space.pk),),
        at=row["line_at"],
    )


NEWS = Lines(_rows, _line)  # threads, the one in which something was said last before the others


def tasks(space: Space, now: datetime) -> Iterator[Task]:
    """Questions that nobody has answered for two days, and posts that wait to be looked at. Two queries."""
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
        yield Task(sentence, "discussions:threads", (space.slug,), "show=unanswered", found["count"], found["since"])
    held = Post.objects.filter(thread__place_kind=SCOPE, thread__place_id=space.pk, state=PostState.HELD)
    waiting = held.aggregate(count=Count("pk"), since=Min("created_at"))
    if waiting["count"]:
        first = held.order_by("created_at", "pk").values_list("thread", "number").first()
        sentence = ngettext(
            "Look at a post that is held", "Look at %(count)s posts that are held", waiting["count"]
        ) % {"count": waiting["count"]}
        if first is not None:
            yield Task(sentence, "discussions:post", (space.slug, *first), "", waiting["count"], waiting["since"])
