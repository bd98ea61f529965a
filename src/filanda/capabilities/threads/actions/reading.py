# SPDX-License-Identifier: EUPL-1.2
"""A reader's own notes: how far they have read, what they are writing. Not journalled: nobody else acts on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from filanda.capabilities.threads.errors import TextTooLong
from filanda.capabilities.threads.models import POST_MOST, TITLE_MOST, Draft, Thread
from filanda.capabilities.threads.steps.positions import advance
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests.things import Key
from filanda.kernel.policies import require
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.text.folding import clean

__all__ = ["drop_draft", "mark_all_read", "mark_read", "save_draft"]

DRAFTS_MOST = 200  # of one person
_PLACE_MOST = 60


def mark_read(*, actor: Actor, thread: Thread, number: int, now: datetime) -> None:
    """The reader has seen `thread` up to post `number`. Never goes back. Raises Forbidden. One statement."""
    with transaction.atomic(durable=True):
        require(actor, "threads.read", thread)
        if actor.account_id is not None:
            advance(active_region(), actor.account_id, {thread.pk: min(number, thread.last_number)}, now)


def mark_all_read(*, actor: Actor, place: Key, now: datetime) -> int:
    """Everything that the reader sees in `place` is read. Returns how many threads there are. Raises Forbidden."""
    with transaction.atomic(durable=True):
        require(actor, "threads.notes")
        seen = Thread.objects.visible_to(actor).in_place(*place).filter(moved_to=None)
        numbers = dict(seen.order_by().values_list("pk", "last_number"))
        if actor.account_id is not None:
            advance(active_region(), actor.account_id, numbers, now)
    return len(numbers)


def save_draft(*, actor: Actor, place: str, title: str, source: str, now: datetime) -> Draft:
    """Keep what somebody is writing; `place`: "thread:17", "post:4", "space:3". Raises Forbidden, TextTooLong."""
    source = source.replace("\x00", "")
    if len(source) > 2 * POST_MOST:
        raise TextTooLong(len(source), 2 * POST_MOST)
    if not 0 < len(place) <= _PLACE_MOST:
        raise ValueError(place)
    with transaction.atomic(durable=True):
        require(actor, "threads.notes")
        mine = Draft.objects.filter(account=actor.account_id)
        written = {"title": clean(title)[:TITLE_MOST], "source": source, "saved_at": now}
        key: dict[str, Any] = {"region": active_region(), "account_id": actor.account_id, "place": place}
        draft: Draft
        draft, is_new = Draft.objects.update_or_create(**key, defaults=written)
        if is_new:
            kept = mine.order_by("-saved_at", "-pk").values("pk")[:DRAFTS_MOST]
            mine.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
    return draft


def drop_draft(*, actor: Actor, place: str) -> None:
    """Let go of what was being written. Twice is the same as once. Raises Forbidden."""
    with transaction.atomic(durable=True):
        require(actor, "threads.notes")
        Draft.objects.filter(account=actor.account_id, place=place).delete()
