# SPDX-License-Identifier: EUPL-1.2
"""Who follows what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from filanda.capabilities.follows.models import Bookmark, Follow, FollowLevel
from filanda.kernel.database.compiled import padded
from filanda.kernel.database.compiled import rows as rows_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests import things
from filanda.kernel.manifests.things import Key, ThingLine
from filanda.kernel.regions.scoped import active_region

__all__ = ["Standing", "bookmarks_of", "followed_by", "followers", "muted_each", "standing"]

Row = TypeVar("Row", Follow, Bookmark)


def followers(keys: Sequence[Key]) -> list[int]:
    """Accounts that follow any of `keys`. The nearest one that somebody has said something about decides: who follows
    a space and has muted one thread of it is no follower of [thread, space]. One query; ascending ids.
    """
    return sorted(account for account, level in _nearest_words(keys).items() if level == FollowLevel.FOLLOWING)


def muted_each(asked: Iterable[tuple[Key, ...]]) -> dict[tuple[Key, ...], set[int]]:
    """For each of `asked` (a thing, then what it is part of), accounts whose nearest word about it is that they want
    to hear nothing of it. One query.
    """
    wanted = set(asked)
    rows: dict[Key, list[tuple[int, str, int, str]]] = {}
    keys = {key for one in wanted for key in one}
    found = Follow.objects.filter(_any_of(list(keys))) if keys else Follow.objects.none()
    for row in found.values_list("account", "thing_kind", "thing_id", "level"):
        rows.setdefault((row[1], row[2]), []).append(row)
    return {
        one: {
            account
            for account, level in nearest_words(one, [row for key in one for row in rows.get(key, ())]).items()
            if level == FollowLevel.MUTED
        }
        for one in wanted
    }


def _nearest_words(keys: Sequence[Key]) -> dict[int, str]:
    if not keys:
        return {}
    kinds = tuple(kind for kind, _number in keys)

    def build(given: Sequence[Any]) -> QuerySet[Any, Any]:
        rows = Follow.objects.filter(_any_of(list(zip(kinds, given, strict=True))))
        found: QuerySet[Any, Any] = rows.values("account_id", "thing_kind", "thing_id", "level")
        return found

    found = rows_of(("follows: words", active_region().pk, kinds), build, [number for _kind, number in keys])
    return nearest_words(keys, [tuple(row.values()) for row in found])


def nearest_words(keys: Sequence[Key], rows: Iterable[tuple[int, str, int, str]]) -> dict[int, str]:
    """By account, its level at the first of `keys` that it has said anything about. `rows`: (account, kind, id, level),
    of things in `keys`.
    """
    rank = {key: place for place, key in enumerate(keys)}
    said: dict[int, tuple[int, str]] = {}
    for account_id, kind, number, level in rows:
        place = rank[kind, number]
        if account_id not in said or place < said[account_id][0]:
            said[account_id] = (place, level)
    return {account_id: level for account_id, (_place, level) in said.items()}


class Standing:
    """How a reader stands to some things: `level(key)` ("following", "muted" or ""), `is_bookmarked(key)`."""

    def __init__(self, levels: dict[Key, str], marked: set[Key]) -> None:
        self._levels, self._marked = levels, marked

    def level(self, key: Key) -> str:
        return self._levels.get(key, "")

    def is_bookmarked(self, key: Key) -> bool:
        return key in self._marked


def standing(actor: Actor, keys: Iterable[Key]) -> Standing:
    """How `actor` stands to `keys`: two queries, none for a visitor."""
    wanted = list(keys)
    if actor.account_id is None or not wanted:
        return Standing({}, set())
    by_kind: dict[str, list[int]] = {}
    for kind, number in wanted:
        by_kind.setdefault(kind, []).append(number)
    asked = [(kind, number) for kind in sorted(by_kind) for number in padded(by_kind[kind])]
    kinds = tuple(kind for kind, _number in asked)

    def mine(given: Sequence[Any]) -> Q:
        return Q(account=given[0]) & _any_of(list(zip(kinds, given[1:], strict=True)))

    def said(given: Sequence[Any]) -> QuerySet[Any, Any]:
        rows: QuerySet[Any, Any] = Follow.objects.filter(mine(given)).values("thing_kind", "thing_id", "level")
        return rows

    def marked(given: Sequence[Any]) -> QuerySet[Any, Any]:
        rows: QuerySet[Any, Any] = Bookmark.objects.filter(mine(given)).order_by().values("thing_kind", "thing_id")
        return rows

    numbers = [actor.account_id, *(number for _kind, number in asked)]
    levels = rows_of(("follows: standing", kinds), said, numbers)
    marks = rows_of(("follows: marked", kinds), marked, numbers)
    return Standing(
        {(row["thing_kind"], row["thing_id"]): row["level"] for row in levels},
        {(row["thing_kind"], row["thing_id"]) for row in marks},
    )


def followed_by(actor: Actor, most: int = 500) -> list[tuple[Follow, ThingLine]]:
    """What `actor` follows or has muted, newest first, as lines; what they may no longer see is left out."""
    rows = list(Follow.objects.visible_to(actor).order_by("-created_at", "-pk")[:most])
    return _with_lines(actor, rows)


def bookmarks_of(actor: Actor, most: int = 500) -> list[tuple[Bookmark, ThingLine]]:
    """What `actor` has marked, newest first, as lines; what they may no longer see is left out."""
    rows = list(Bookmark.objects.visible_to(actor)[:most])
    return _with_lines(actor, rows)


def _with_lines(actor: Actor, rows: list[Row]) -> list[tuple[Row, ThingLine]]:
    known = things()
    ids: dict[str, list[int]] = {}
    for row in rows:
        ids.setdefault(row.thing_kind, []).append(row.thing_id)
    lines = {kind: known[kind].lines(actor, numbers) for kind, numbers in ids.items() if kind in known}
    found = ((row, lines.get(row.thing_kind, {}).get(row.thing_id)) for row in rows)
    return [(row, line) for row, line in found if line is not None]


def _any_of(keys: Sequence[Key]) -> Q:
    by_kind: dict[str, list[int]] = {}
    for kind, number in keys:
        by_kind.setdefault(kind, []).append(number)
    return reduce(or_, (Q(thing_kind=kind, thing_id__in=numbers) for kind, numbers in by_kind.items()))
