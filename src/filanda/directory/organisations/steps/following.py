# SPDX-License-Identifier: EUPL-1.2
"""How rooms above follow when two entries are united, and when they are parted again. They register once, at start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from filanda.directory.organisations.models import Organisation
from filanda.kernel.regions.models import Region

__all__ = ["Parting", "Rows", "followers", "kept_rows", "on_merge", "on_part", "settlers"]

Rows = Mapping[str, Mapping[str, Mapping[str, Any]]]  # model label -> key -> column -> value, as JSON
Follow = Callable[[Region, Organisation, Organisation], None]
Keep = Callable[[set[int]], Iterable["QuerySet[Any]"]]


@dataclass(frozen=True)
class Parting:
    """A merge that is being undone. `before`, `after`: what rows said around it, as the ledger kept it."""

    region: Region
    stays: Organisation
    again: Organisation
    before: Rows
    after: Rows
    now: datetime


Settle = Callable[[Parting], Iterable[str]]

_following: list[Follow] = []
_keeping: list[Keep] = []
_settling: list[Settle] = []


def on_merge(follow: Follow, *, keep: Keep | None = None) -> None:
    """Follow merges: `follow(region, stays, other)` is called for each organisation that goes, in the merge's
    transaction, before the rows that point at `other` are moved. For what a plain move would break (one open row a
    body) or cannot find (keys that are no foreign keys, such as the scopes of roles).

    keep: rows that belong to organisations (ids) by keys that are no foreign keys: parting puts them back too.
    """
    if follow not in _following:
        _following.append(follow)
    if keep is not None and keep not in _keeping:
        _keeping.append(keep)


def on_part(settle: Settle) -> None:
    """Follow partings: `settle(parting)` is called in the parting's transaction, when all rows that nobody changed
    since are back. It corrects what the time between made wrong, and returns a sentence for each thing that is not as
    it was before the merge.
    """
    if settle not in _settling:
        _settling.append(settle)


def followers() -> tuple[Follow, ...]:
    return tuple(_following)


def kept_rows(ids: set[int]) -> list[QuerySet[Any]]:
    """What rooms above keep about the organisations `ids` without a foreign key."""
    return [rows for keep in _keeping for rows in keep(ids)]


def settlers() -> tuple[Settle, ...]:
    return tuple(_settling)
