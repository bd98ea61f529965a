# SPDX-License-Identifier: EUPL-1.2
"""Where threads live, and what holds there: declared by the room of the place, where its manifest is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests.things import Key
from filanda.kernel.policies import Decision

__all__ = ["Place", "Read", "kept_by", "place", "places", "read_by", "reads", "register_place"]

Read = Iterable[int] | QuerySet[Any, Any]  # ids of places


@dataclass(frozen=True)
class Place:
    """A kind of place. `may_open(actor, id)`, `may_answer(actor, id)`: who starts threads there and answers;
    `keeps_order(actor, id)`: who pins, closes, moves, splits, merges and sees what is hidden; `keeps_order_in(actor)`:
    ids of all such places, from the actor alone where possible. `audience(id)`: the token of its readers.
    `holds(actor, id)`: whether a new post of theirs waits until somebody has looked. `thread_page(id, thread, title)`:
    (url_name, args) of a thread's page; `post_page(id, thread, number)`: of the address that leads to a post on it.
    `followers_of(id)`: what people follow to hear of new threads there. `pages`: addresses in texts that lead to a
    thread or post: (url_name, keyword of the thread's id, keyword of the post's number or "").
    `read_by(actor)`: of places whose readers hold no token (two parties and somebody between them), the ids of those
    that `actor` reads, as a query without effects; `audience(id)` is then a token that nobody holds.
    """

    kind: str
    may_open: Callable[[Actor, int], Decision]
    may_answer: Callable[[Actor, int], Decision]
    keeps_order: Callable[[Actor, int], Decision]
    keeps_order_in: Callable[[Actor], Iterable[int]]
    audience: Callable[[int], str]
    thread_page: Callable[[int, int, str], tuple[str, tuple[str | int, ...]]]
    holds: Callable[[Actor, int], bool] = lambda _actor, _number: False
    followers_of: Callable[[int], Iterable[Key]] = lambda _number: ()
    post_page: Callable[[int, int, int], tuple[str, tuple[str | int, ...]]] | None = None
    pages: tuple[tuple[str, str, str], ...] = ()
    read_by: Callable[[Actor], Read] | None = None


_registry: dict[str, Place] = {}


def register_place(kind: Place) -> None:
    """Let threads live in places of this kind. Call it once."""
    if _registry.setdefault(kind.kind, kind) != kind:
        raise ValueError(f"Places of kind {kind.kind!r} are declared twice.")


def place(kind: str) -> Place:
    """The declared kind. Raises KeyError for one that takes no threads."""
    return _registry[kind]


def places() -> list[Place]:
    """All declared kinds."""
    return list(_registry.values())


def kept_by(actor: Actor) -> Iterator[tuple[str, list[int]]]:
    """By kind, the places in which `actor` keeps order; kinds without any are left out."""
    for kind in _registry.values():
        ids = list(kind.keeps_order_in(actor))
        if ids:
            yield kind.kind, ids


def read_by(actor: Actor) -> Iterator[tuple[str, Read]]:
    """By kind, the places that `actor` reads without a token; none for visitors. No query of its own."""
    if actor.account_id is None:
        return
    for kind in _registry.values():
        if kind.read_by is not None:
            yield kind.kind, kind.read_by(actor)


def reads(actor: Actor, key: Key) -> bool:
    """Whether `actor` reads that place without a token. One query where such places are of that kind, else none."""
    kind = _registry.get(key[0])
    if kind is None or kind.read_by is None or actor.account_id is None:
        return False
    found = kind.read_by(actor)
    return found.filter(pk=key[1]).exists() if isinstance(found, QuerySet) else key[1] in found
