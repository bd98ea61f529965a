# SPDX-License-Identifier: EUPL-1.2
"""Keeping order in a thread: its title, pinned, closed, answered; posts that were held."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from filanda.capabilities.threads.errors import NotPossible, ThreadGone
from filanda.capabilities.threads.models import FormerNumber, Post, PostState, Thread
from filanda.capabilities.threads.steps.counting import lock_post, lock_threads
from filanda.capabilities.threads.steps.posts import checked_title, count_in, save_counts, tell
from filanda.kernel.identity.actors import Actor
from filanda.kernel.policies import require
from filanda.kernel.text.folding import clean

__all__ = ["accept_answer", "close_thread", "pin_thread", "release_post", "rename_thread", "reopen_thread"]

REASON_MOST = 300


def rename_thread(*, actor: Actor, thread: Thread, title: str, now: datetime) -> None:
    """Whoever opened it, and those who keep order, give it a better title. Raises Forbidden, NothingWritten,
    TextTooLong.
    """
    line = checked_title(title)
    with transaction.atomic(durable=True):
        row = _locked(thread)
        require(actor, "threads.rename", row)
        if row.title != line:
            _change(actor, row, "threads.thread.renamed", title=line)


def pin_thread(*, actor: Actor, thread: Thread, is_on: bool, now: datetime) -> None:
    """Keep a thread on top of the list, or no longer. Raises Forbidden."""
    with transaction.atomic(durable=True):
        row = _locked(thread)
        require(actor, "threads.keep_order", row)
        if (row.pinned_at is not None) != is_on:
            name = "threads.thread.pinned" if is_on else "threads.thread.unpinned"
            _change(actor, row, name, pinned_at=now if is_on else None)


def close_thread(*, actor: Actor, thread: Thread, reason: str, now: datetime) -> None:
    """Nobody answers in it any more; `reason` is shown to everybody. Raises Forbidden."""
    said = " ".join(clean(reason).split())[:REASON_MOST]
    with transaction.atomic(durable=True):
        row = _locked(thread)
        require(actor, "threads.keep_order", row)
        if row.closed_at is None or row.closed_reason != said:
            _change(actor, row, "threads.thread.closed", closed_at=row.closed_at or now, closed_reason=said)


def reopen_thread(*, actor: Actor, thread: Thread, now: datetime) -> None:
    """A closed thread takes answers again. Raises Forbidden."""
    with transaction.atomic(durable=True):
        row = _locked(thread)
        require(actor, "threads.keep_order", row)
        if row.closed_at is not None:
            _change(actor, row, "threads.thread.reopened", closed_at=None, closed_reason="")


def accept_answer(*, actor: Actor, thread: Thread, post: Post | None, now: datetime) -> None:
    """Say which post answers the question, another one, or (None) that none does. Raises Forbidden, NotPossible."""
    with transaction.atomic(durable=True):
        row = _locked(thread)
        require(actor, "threads.accept", row)
        if post is None:
            if row.answer_id is not None:
                _change(actor, row, "threads.answer.withdrawn", answer_id=None, answered_at=None)
            return
        found: Post | None = Post.objects.filter(pk=post.pk, thread=row, state=PostState.SHOWN, number__gt=1).first()
        if found is None:
            raise NotPossible(_("This post cannot be the answer: it is the question itself, or not shown here."))
        if row.answer_id != found.pk:
            _change(actor, row, "threads.answer.accepted", found, answer_id=found.pk, answered_at=now)


def release_post(*, actor: Actor, post: Post, now: datetime) -> Post:
    """Show a post that was held. It comes after what was written meanwhile, so that nobody misses it. Twice is the same
    as once. Raises Forbidden, ThreadGone, NotPossible.
    """
    with transaction.atomic(durable=True):
        try:
            thread, row = lock_post(post)
        except Post.DoesNotExist:
            raise ThreadGone from None
        require(actor, "threads.keep_order", thread)
        if row.state == PostState.SHOWN:
            return row
        if row.state != PostState.HELD:
            raise NotPossible(_("This post is not held: it was hidden, removed or deleted."))
        if thread.last_number > row.number:
            FormerNumber.objects.create(region_id=row.region_id, thread=thread, number=row.number, post=row)
            thread.numbers_given += 1
            row.number = thread.numbers_given
        row.state, row.state_changed_at = PostState.SHOWN, now
        row.save(update_fields=["number", "state", "state_changed_at"])
        count_in(thread, row, at=now)
        thread.version += 1
        if row.number == 1:
            thread.hidden_at = None
        save_counts(thread, "numbers_given", "hidden_at")
        tell("threads.post.released", actor=actor, thread=thread, post=row)
    return row


def _locked(thread: Thread) -> Thread:
    row = lock_threads(thread.pk).get(thread.pk)
    if row is None:
        raise ThreadGone
    if row.moved_to_id is not None:
        raise NotPossible(_("This discussion was merged with another one meanwhile: go there."))
    return row


def _change(actor: Actor, row: Thread, event: str, post: Post | None = None, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.save(update_fields=[*values, "version"])
    tell(event, actor=actor, thread=row, post=post)
