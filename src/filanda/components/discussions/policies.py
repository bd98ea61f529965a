# SPDX-License-Identifier: EUPL-1.2
"""Who talks in a space, and who keeps order there. Threads ask through the place registered for ("space", id)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from django.core.cache import cache
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from filanda.capabilities.threads.models import Post
from filanda.capabilities.threads.places import Place, register_place
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.manifests.things import Key
from filanda.kernel.policies import Decision, Permission, decide
from filanda.kernel.regions.scoped import active_region
from filanda.spaces.models import SCOPE, Space
from filanda.spaces.policies import MEMBERS, STAFF, WRITERS, keeps_order, space_scope, takes_part

__all__ = ["PERMISSIONS", "may_keep_order", "may_write", "register", "thread_page", "title_slug"]

_KEEPERS = frozenset({Role.SPACE_MANAGER, Role.SPACE_MODERATOR})

_GONE = Decision(False, _("This is not there any more, or not for you to see."))


def may_write(actor: Actor, space: Space | None) -> Decision:
    """Whether `actor` starts threads and answers in `space`. No query."""
    return decide(actor, "discussions.write", space) if space is not None else _GONE


def may_keep_order(actor: Actor, space: Space | None) -> Decision:
    """Whether `actor` pins, closes, moves, splits and merges in `space`, and sees what is held or hidden. No query."""
    return decide(actor, "discussions.keep_order", space) if space is not None else _GONE


PERMISSIONS = (
    Permission(
        "discussions.write",
        _("Start discussions in a community and answer"),
        roles=MEMBERS,
        scoped_roles=WRITERS | {Role.SPACE_READER},
        scope=space_scope,
        rule=takes_part,
    ),
    Permission(
        "discussions.keep_order",
        _("Keep order in a community's discussions: pin, close, move, split, merge, release"),
        roles=STAFF,
        scoped_roles=_KEEPERS,
        scope=space_scope,
        rule=keeps_order,
    ),
    Permission("discussions.seed", _("Make invented conversations in a demonstration")),
)


def _space(number: int) -> Space | None:
    found: Space | None = Space.objects.filter(pk=number).first()
    return found


def _region_space() -> int | None:
    """The id of the space that is the region itself: it never changes once it is there."""
    key = f"discussions:region-space:{active_region().pk}"
    known: int | None = cache.get(key)
    if known is None:
        space = Space.objects.of_region(active_region())
        known = space.pk if space is not None else None
        if known is not None:
            cache.set(key, known, 3600)
    return known


def _kept_in(actor: Actor) -> Iterable[int]:
    ids = set(actor.scope_ids(SCOPE, *_KEEPERS))
    if actor.roles & STAFF:
        whole = _region_space()
        if whole is not None:
            ids.add(whole)
    return ids


def _audience(number: int) -> str:
    space = _space(number)
    return space.audience if space is not None else ""


def _slug_of(number: int) -> str:
    """The slug in a space's addresses, kept for a minute."""
    key = f"discussions:slug:{number}"
    slug: str | None = cache.get(key)
    if slug is None:
        slug = Space.objects.filter(pk=number).values_list("slug", flat=True).first() or "-"
        cache.set(key, slug, 60)
    return slug


@lru_cache(maxsize=4096)  # lists of threads name the same ones to all their readers
def title_slug(title: str) -> str:
    """What stands of a title in its address."""
    slug = slugify(title)[:60].strip("-") or "-"
    return f"{slug}-" if slug in _TAKEN else slug


# Last parts of addresses below a thread (urls.py).
_TAKEN = frozenset({"accept", "answer", "bookmark", "follow", "order", "unread"})


def thread_page(space_id: int, thread_id: int, title: str) -> tuple[str, tuple[str | int, ...]]:
    """The page of a thread, to be reversed in the reader's language."""
    return "discussions:thread", (_slug_of(space_id), thread_id, title_slug(title))


def _holds(actor: Actor, number: int) -> bool:
    """Whether a new post waits until somebody has looked: the first posts of a new member, where the space says so
    (settings["holds_first_posts"]: how many). Those who keep order never wait.
    """
    space = _space(number)
    if space is None or may_keep_order(actor, space):
        return False
    most = space.settings.get("holds_first_posts", 0)
    if isinstance(most, bool) or not isinstance(most, int) or most <= 0:
        return False
    written = Post.objects.filter(
        author=actor.account_id, thread__place_kind=SCOPE, thread__place_id=number, state="shown"
    )
    return written[:most].count() < most


def _followed(number: int) -> Iterable[Key]:
    return ((SCOPE, number),)


def register() -> None:
    """Let threads live in spaces."""
    register_place(
        Place(
            kind=SCOPE,
            may_open=lambda actor, number: may_write(actor, _space(number)),
            may_answer=lambda actor, number: may_write(actor, _space(number)),
            keeps_order=lambda actor, number: may_keep_order(actor, _space(number)),
            keeps_order_in=_kept_in,
            audience=_audience,
            thread_page=thread_page,
            holds=_holds,
            followers_of=_followed,
            post_page=lambda number, thread, post: ("discussions:post", (_slug_of(number), thread, post)),
            pages=(
                ("discussions:thread", "number", ""),
                ("discussions:short", "number", ""),
                ("discussions:post", "number", "post"),
            ),
        )
    )
