# SPDX-License-Identifier: EUPL-1.2
"""Files of posts: whoever sees the post's words opens them; its author adds and removes them."""

from __future__ import annotations

from contextlib import suppress

from filanda.capabilities.files.subjects import Ids, register_subject
from filanda.capabilities.threads.models import Post, PostState
from filanda.capabilities.threads.policies import may_edit
from filanda.capabilities.threads.steps.counting import lock_post
from filanda.capabilities.threads.steps.posts import SUBJECT
from filanda.kernel.identity.actors import Actor
from filanda.kernel.policies import Decision

__all__ = ["register"]


def _seen(actor: Actor) -> Ids:
    shown = [PostState.SHOWN, PostState.HELD, PostState.HIDDEN]
    seen: Ids = Post.objects.visible_to(actor).filter(state__in=shown).order_by().values("pk")
    return seen


def _may_add(actor: Actor, number: int) -> Decision:
    post = Post.objects.select_related("thread").filter(pk=number).first()
    return may_edit(actor, post) if post is not None else Decision(False)


def _lost(number: int) -> None:
    """The post shows one file less: pages that are kept for visitors are made anew."""
    with suppress(Post.DoesNotExist):
        thread, _row = lock_post(Post.objects.get(pk=number))
        thread.version += 1
        thread.save(update_fields=["version"])


def register() -> None:
    """Let posts have files. Staff open them as everybody else does: by being readers of the thread."""
    register_subject(SUBJECT, may_add=_may_add, visible=_seen, is_closed_to_staff=True, lost=_lost)
