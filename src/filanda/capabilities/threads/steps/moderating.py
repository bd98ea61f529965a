# SPDX-License-Identifier: EUPL-1.2
"""How moderation acts on threads and posts (see manifests.things.Enforcement), in the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from filanda.capabilities.threads.models import Post, PostState, Thread
from filanda.capabilities.threads.rendering import render
from filanda.capabilities.threads.steps.counting import lock_post, lock_threads, recount
from filanda.capabilities.threads.steps.posts import after_disappearing, save_counts, tell
from filanda.kernel.identity.actors import PLATFORM, Actor

__all__ = [
    "hide_post",
    "hide_thread",
    "post_text",
    "remove_post",
    "remove_thread",
    "restore_post",
    "restore_thread",
    "thread_text",
]


def hide_post(actor: Actor, number: int, now: datetime) -> None:
    """Only its author and those who keep order see it."""
    _put(actor, number, PostState.HIDDEN, "threads.post.hidden", now)


def remove_post(actor: Actor, number: int, now: datetime) -> None:
    """A stone is left for readers; the words stay stored for an appeal."""
    _put(actor, number, PostState.REMOVED, "threads.post.removed", now)


def restore_post(actor: Actor, number: int, now: datetime) -> None:
    """As it was. What its author deleted meanwhile stays deleted."""
    _put(actor, number, PostState.SHOWN, "threads.post.restored", now)


def hide_thread(actor: Actor, number: int, now: datetime) -> None:
    """Only whoever opened it and those who keep order see it."""
    row = lock_threads(number).get(number)
    if row is None or row.hidden_at is not None:
        return
    row.hidden_at = now
    row.version += 1
    row.save(update_fields=["hidden_at", "version"])
    tell("threads.thread.hidden", actor=actor, thread=row)


def remove_thread(actor: Actor, number: int, now: datetime) -> None:
    """The thread is hidden, and the words of its first post go for its readers. Answers stay their authors' words."""
    hide_thread(actor, number, now)
    first = Post.objects.filter(thread=number, number=1).first()
    if first is not None:
        remove_post(actor, first.pk, now)


def restore_thread(actor: Actor, number: int, now: datetime) -> None:
    """As it was before it was hidden or removed."""
    first = Post.objects.filter(thread=number, number=1, state=PostState.REMOVED).first()
    if first is not None:
        restore_post(actor, first.pk, now)
    row = lock_threads(number).get(number)
    if row is None or row.hidden_at is None or not row.posts_count:
        return
    row.hidden_at = None
    row.version += 1
    row.save(update_fields=["hidden_at", "version"])
    tell("threads.thread.restored", actor=actor, thread=row)


def thread_text(number: int) -> str:
    row = Thread.objects.filter(pk=number).first()
    if row is None:
        return ""
    first = Post.objects.filter(thread=number, number=1).values_list("source", flat=True).first()
    return f"{row.title}\n\n{first or ''}".strip()


def post_text(number: int) -> str:
    return Post.objects.filter(pk=number).values_list("source", flat=True).first() or ""


_FROM = {
    PostState.HIDDEN: (PostState.SHOWN, PostState.HELD),
    PostState.REMOVED: (PostState.SHOWN, PostState.HELD, PostState.HIDDEN),
    PostState.SHOWN: (PostState.HIDDEN, PostState.REMOVED),
}


def _put(actor: Actor, number: int, state: PostState, event: str, now: datetime) -> None:
    post = Post.objects.filter(pk=number).first()
    if post is None:
        return
    thread, row = lock_post(post)
    if row.state not in _FROM[state]:
        return
    row.state, row.state_changed_at = state, now
    if state == PostState.REMOVED:
        row.html = ""
    elif not row.html:
        row.html = render(row.source, actor=PLATFORM, audience=thread.audience).html
    if thread.answer_id == row.pk:
        row.was_answer_at = thread.answered_at
    elif state == PostState.SHOWN and row.was_answer_at is not None:
        if thread.answer_id is None:  # nobody accepted another one meanwhile
            thread.answer, thread.answered_at = row, row.was_answer_at
        row.was_answer_at = None
    row.save(update_fields=["state", "state_changed_at", "html", "was_answer_at"])
    if state == PostState.SHOWN:
        recount(thread)
        thread.version += 1
        save_counts(thread, "answer", "answered_at")
    else:
        after_disappearing(thread, row, now)
    tell(event, actor=actor, thread=thread, post=row)
