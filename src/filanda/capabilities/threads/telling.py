# SPDX-License-Identifier: EUPL-1.2
"""Who is told of what is written, and in which words. Whether they may see it is asked again when they are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.utils.translation import gettext as _

from filanda.capabilities.follows.queries import followers
from filanda.capabilities.threads.models import Mention, Post, PostState, Thread
from filanda.capabilities.threads.places import place
from filanda.kernel.database import compiled
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests.things import Key, Notice, ThingLine, Told
from filanda.kernel.regions.scoped import active_region

__all__ = ["NOTICES"]

_SPACE = "space"


def _said(event: Event) -> dict[str, Any]:
    said: dict[str, Any] = event.payload or {}
    return said


def _space(event: Event) -> int | None:
    kind, number = _said(event).get("place") or ("", 0)
    return int(number) if kind == _SPACE else None


def _post(event: Event) -> Key | None:
    number = _said(event).get("post")
    return ("post", int(number)) if number else None


def _thread(event: Event) -> Key | None:
    number = _said(event).get("thread")
    return ("thread", int(number)) if number else None


@dataclass(frozen=True, slots=True)
class _Post:
    """A post that is shown, and whom it may concern."""

    number: int
    author_id: int | None
    thread_id: int
    reply_to__author_id: int | None
    thread__author_id: int | None
    named: list[int]


def _row(event: Event) -> _Post | None:
    """The post, while it is shown: nobody is told of what was held, hidden or taken back meanwhile. One query an
    event, however many notices ask.
    """
    known: tuple[_Post | None] | None = getattr(event, "_post_told_of", None)
    if known is None:
        known = (_post_now(int(_said(event).get("post") or 0)),)
        event._post_told_of = known  # type: ignore[attr-defined]
    return known[0]


def _post_now(number: int) -> _Post | None:
    named = Mention.objects.filter(post=OuterRef("pk")).order_by("account").values("account")
    names = tuple(name for name in _Post.__dataclass_fields__ if name != "named")

    def build(given: Sequence[Any]) -> QuerySet[Any, Any]:
        rows = Post.objects.filter(pk=given[0], state=PostState.SHOWN)
        found: QuerySet[Any, Any] = rows.values(*names, named=ArraySubquery(named))
        return found

    found = compiled.rows(("threads: told", active_region().pk), build, [number])
    return _Post(**found[0]) if found else None


def _but(row: _Post, told: Iterable[Told]) -> list[Told]:
    """Nobody is told what they wrote themselves, also when somebody else released it."""
    return [one for one in told if one.account_id != row.author_id]


def _opens(event: Event, row: _Post) -> bool:
    """Whether the post came with its thread; the first one in a thread that waited for it did not."""
    return row.number == 1 and event.type != "threads.post.written"


def _named(event: Event) -> Iterable[Told]:
    row = _row(event)
    return _but(row, [Told(account, "mention") for account in row.named]) if row is not None else []


def _newly_named(event: Event) -> Iterable[Told]:
    new = set(_said(event).get("named") or ())
    return [one for one in _named(event) if one.account_id in new] if new else []


def _answered(event: Event) -> Iterable[Told]:
    """Whose post is answered; and whoever opened the thread."""
    row = _row(event)
    if row is None or _opens(event, row):
        return []
    told = [Told(row.reply_to__author_id, "reply")] if row.reply_to__author_id is not None else []
    told += [Told(row.thread__author_id, "author")] if row.thread__author_id is not None else []
    return _but(row, told)


def _followers(event: Event) -> Iterable[Told]:
    row = _row(event)
    if row is None or _opens(event, row):
        return []
    return _but(row, [Told(account, "follow") for account in followers([("thread", row.thread_id)])])


def _followers_of_place(event: Event) -> Iterable[Told]:
    row = _row(event)
    if row is None or row.number != 1:
        return []
    thread = Thread.objects.filter(pk=row.thread_id).first()
    if thread is None:
        return []
    keys = [("thread", thread.pk), *place(thread.place_kind).followers_of(thread.place_id)]
    return _but(row, [Told(account, "follow") for account in followers(keys)])


def _accepted(event: Event) -> Iterable[Told]:
    row = _row(event)
    return [Told(row.author_id, "author")] if row is not None and row.author_id is not None else []


def _values(line: ThingLine) -> dict[str, str]:
    return {"name": line.author_name, "title": line.title}


def _says_named(event: Event, line: ThingLine) -> str:
    return _("%(name)s named you in “%(title)s”") % _values(line)


def _says_answered(event: Event, line: ThingLine) -> str:
    return _("%(name)s answered in “%(title)s”") % _values(line)


def _says_opened(event: Event, line: ThingLine) -> str:
    return _("%(name)s opened “%(title)s”") % _values(line)


def _says_accepted(event: Event, line: ThingLine) -> str:
    return _("Your answer in “%(title)s” was accepted") % _values(line)


def _notices() -> Iterable[Notice]:
    for event in ("threads.thread.opened", "threads.post.written", "threads.post.released"):
        yield Notice(event, "mentions", _named, _post, _says_named, _space)
    yield Notice("threads.post.edited", "mentions", _newly_named, _post, _says_named, _space)
    for event in ("threads.post.written", "threads.post.released"):
        yield Notice(event, "replies", _answered, _post, _says_answered, _space)
        yield Notice(event, "threads", _followers, _post, _says_answered, _space)
    for event in ("threads.thread.opened", "threads.post.released"):
        yield Notice(event, "threads", _followers_of_place, _thread, _says_opened, _space)
    yield Notice("threads.answer.accepted", "replies", _accepted, _post, _says_accepted, _space)


NOTICES = tuple(_notices())
