# SPDX-License-Identifier: EUPL-1.2
"""Conversations of few people, shown in long pages, the latest first asked for: answers to proposals, introductions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from django.utils.translation import gettext as _
from markupsafe import Markup

from filanda.capabilities.threads.models import Thread
from filanda.capabilities.threads.queries import POSTS_PAGE, PostRow, page_of, post_rows
from filanda.capabilities.threads.rendering import finished
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import Actor

__all__ = ["TALK", "Message", "Talk", "page_holding", "talk_at"]

TALK = 5 * POSTS_PAGE  # messages on a page


@dataclass(frozen=True)
class Message:
    """One message, as its reader sees it; `name` of who wrote it: the parties know each other."""

    n: int
    name: str
    is_mine: bool
    at: datetime
    html: Markup | str
    lang: str
    via_mail: bool
    state: str


@dataclass(frozen=True)
class Talk:
    """A page of a conversation, and how many there are."""

    thread: Thread | None
    shown: int = 1
    pages: int = 1
    messages: list[Message] = field(default_factory=list)


def talk_at(actor: Actor, thread_id: int | None, page: int = 0) -> Talk:
    """Page `page` of a conversation that `actor` reads, the last one for 0; an empty one where they read none. Four
    queries, and one for each twenty messages.
    """
    thread = Thread.objects.visible_to(actor).filter(pk=thread_id or 0).first()
    if thread is None:
        return Talk(None)
    pages = _pages(thread)
    shown = min(page, pages) or pages
    first = (shown - 1) * (TALK // POSTS_PAGE) + 1
    rows: list[PostRow] = []
    for number in count(first):  # the last page goes to the end: removed ones are not counted, but leave a stone
        more = post_rows(actor, thread, page=number)
        rows += more
        if len(more) < POSTS_PAGE or (shown < pages and len(rows) >= TALK):
            break
    accounts = {row.author_id for row in rows if row.author_id is not None}
    names = {one.account_id: one.name for one in Person.objects.filter(account__in=accounts, erased_at=None)}
    said = finished(actor, [row.html for row in rows])
    messages = [
        Message(
            n=row.number,
            name=names.get(row.author_id, _("A former member")),
            is_mine=row.author_id == actor.account_id,
            at=row.created_at,
            html=html,
            lang=row.language,
            via_mail=row.via_mail,
            state=row.state,
        )
        for row, html in zip(rows, said, strict=True)
    ]
    return Talk(thread, shown, pages, messages)


def page_holding(actor: Actor, thread: Thread, number: int) -> int:
    """On which page message `number` stands. One query at most."""
    return min(_pages(thread), (page_of(actor, thread, number) - 1) // (TALK // POSTS_PAGE) + 1)


def _pages(thread: Thread) -> int:
    return max(1, -(-thread.posts_count // TALK))
