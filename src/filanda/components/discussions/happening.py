# SPDX-License-Identifier: EUPL-1.2
"""What a space's home shows of its discussions: what is new, and what its managers should do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Min
from django.utils.translation import ngettext

from filanda.capabilities.threads.models import Post, PostState, Thread, ThreadKind
from filanda.components.discussions.policies import title_slug
from filanda.components.discussions.queries import authors
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests.things import ThingLine
from filanda.spaces.components import Task
from filanda.spaces.models import SCOPE, Space

__all__ = ["news", "tasks"]

UNANSWERED = timedelta(days=2)


def news(actor: Actor, space: Space, since: datetime | None, most: int) -> list[ThingLine]:
    """Threads in which something was said after `since` (without it: lately), the latest first. Two queries."""
    rows = Thread.objects.visible_to(actor).in_place(SCOPE, space.pk).filter(moved_to=None)
    if since is not None:
        rows = rows.filter(last_post_at__gt=since)
    threads = list(rows.order_by("-last_post_at", "-pk")[:most])
    people = authors({thread.last_author_id for thread in threads}, actor, space) if threads else {}
    return [
        ThingLine(
            kind="thread",
            id=thread.pk,
            title=thread.title,
            url_name="discussions:thread",
            url_args=(space.slug, thread.pk, title_slug(thread.title)),
            language=thread.language,
            audience=thread.audience,
            author_id=thread.last_author_id,
            author_name=people[thread.last_author_id].name,
            inside=((SCOPE, space.pk),),
            at=thread.last_post_at,
        )
        for thread in threads
    ]


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
