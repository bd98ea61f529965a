# SPDX-License-Identifier: EUPL-1.2
"""Opening a thread as part of an action of another room. No transaction is opened here."""

from __future__ import annotations

from datetime import datetime

from filanda.capabilities.threads.models import Thread
from filanda.capabilities.threads.places import place as place_kind
from filanda.capabilities.threads.rendering import render
from filanda.capabilities.threads.steps.posts import checked_source, checked_title, tell, write_post
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests.things import Key
from filanda.kernel.regions.scoped import active_region

__all__ = ["start_thread"]


def start_thread(*, actor: Actor, place: Key, title: str, now: datetime, source: str = "") -> Thread:
    """A thread in `place`, in which nobody has said anything yet; with `source`, the actor's first post. The caller has
    decided that they may. Raises NothingWritten, TextTooLong.
    """
    where = place_kind(place[0])
    audience = where.audience(place[1])
    thread: Thread = Thread.objects.create(
        region=active_region(),
        place_kind=place[0],
        place_id=place[1],
        audience=audience,
        title=checked_title(title),
        author_id=actor.account_id,
        created_at=now,
        last_post_at=now,
        last_author_id=actor.account_id,
    )
    if source:
        text = checked_source(source)
        rendered = render(text, actor=actor, audience=audience)
        thread.language = rendered.language
        thread.save(update_fields=["language"])
        post = write_post(actor=actor, thread=thread, source=text, rendered=rendered, now=now)
        tell("threads.thread.opened", actor=actor, thread=thread, post=post)
    return thread
