# SPDX-License-Identifier: EUPL-1.2
"""Following, muting and bookmarking. These are a reader's own notes: they are not journalled, as nobody else acts on
them; they are exported and erased with everything else of one's own.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from filanda.capabilities.follows.models import Bookmark, Follow, FollowLevel
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests import things
from filanda.kernel.manifests.things import Key, ThingLine
from filanda.kernel.policies import require
from filanda.kernel.regions.scoped import active_region

__all__ = ["ThingGone", "set_bookmark", "set_follow"]

BOOKMARKS_MOST = 2000


class ThingGone(Exception):
    """Raised for a thing that is not there, or that the reader may not see: they are told the same."""

    def __init__(self) -> None:
        super().__init__(_("This is not there any more, or not for you to see."))


def set_follow(*, actor: Actor, thing: Key, level: str | None, now: datetime) -> None:
    """Follow ("following"), mute ("muted") or neither (None). Raises ThingGone, Forbidden, ValueError for a level that
    does not exist. Doing it twice is doing it once.
    """
    if level is not None and level not in FollowLevel.values:
        raise ValueError(level)
    with transaction.atomic(durable=True):
        require(actor, "follows.own")
        mine = {"region": active_region(), "account_id": actor.account_id, "thing_kind": thing[0], "thing_id": thing[1]}
        if level is None:  # always possible, also when the thing can no longer be seen
            Follow.objects.filter(**mine).delete()
            return
        _seen(actor, thing, "is_followed")
        Follow.objects.update_or_create(
            **mine,
            defaults={"level": level, "is_own_choice": True},
            create_defaults={"level": level, "created_at": now},
        )


def set_bookmark(*, actor: Actor, thing: Key, is_on: bool, note: str = "", now: datetime) -> None:
    """Mark a thing to find it again, with a note for oneself, or take the mark away. Raises ThingGone, Forbidden."""
    with transaction.atomic(durable=True):
        require(actor, "follows.own")
        mine = {"region": active_region(), "account_id": actor.account_id, "thing_kind": thing[0], "thing_id": thing[1]}
        if not is_on:
            Bookmark.objects.filter(**mine).delete()
            return
        _seen(actor, thing, "is_bookmarked")
        cut = " ".join(note.split())[:300]
        Bookmark.objects.update_or_create(
            **mine, defaults={"note": cut}, create_defaults={"note": cut, "created_at": now}
        )


def _seen(actor: Actor, thing: Key, ability: str) -> ThingLine:
    kind = things().get(thing[0])
    line = kind.lines(actor, [thing[1]]).get(thing[1]) if kind is not None and getattr(kind, ability) else None
    if line is None:
        raise ThingGone
    return line
