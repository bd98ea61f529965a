# SPDX-License-Identifier: EUPL-1.2
"""What a process keeps in mind for a few seconds, so that each page need not ask the database for it again.

For what many requests want alike and few people change: which region answers to a host, what concepts are called. A
change shows in other processes once the seconds have passed; nothing that decides what somebody may see is kept so.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from time import monotonic
from typing import Any, Generic, TypeVar
from weakref import WeakSet

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_all: WeakSet[Kept[Any, Any]] = WeakSet()


class Kept(Generic[K, V]):
    """Values by key, each believed for `seconds`; at most `most` of them, after which all are dropped."""

    def __init__(self, seconds: float, *, most: int = 200) -> None:
        self._seconds = seconds
        self._most = most
        self._values: dict[K, tuple[float, V]] = {}
        _all.add(self)

    def get(self, key: K, make: Callable[[], V]) -> V:
        """What is kept under `key`; `make` is called where nothing is, or where it is too old."""
        at = monotonic()
        kept = self._values.get(key)
        if kept is not None and at - kept[0] < self._seconds:
            return kept[1]
        value = make()
        self._keep(key, at, value)
        return value

    def fresh(self, key: K) -> V | None:
        """What is kept under `key` and is not too old."""
        kept = self._values.get(key)
        return kept[1] if kept is not None and monotonic() - kept[0] < self._seconds else None

    def keep(self, key: K, value: V) -> None:
        """For a value that has to be looked at before it may be shown again, or that is not always kept."""
        self._keep(key, monotonic(), value)

    def _keep(self, key: K, at: float, value: V) -> None:
        if len(self._values) >= self._most and key not in self._values:
            self._values.clear()
        self._values[key] = (at, value)

    def last(self, key: K) -> V | None:
        """What was kept under `key`, however old."""
        kept = self._values.get(key)
        return kept[1] if kept is not None else None

    def forget(self) -> None:
        """Drop everything (after a change made in this process)."""
        self._values.clear()


def forget_all() -> None:
    """Drop whatever any part of this process keeps (between tests)."""
    for kept in list(_all):
        kept.forget()
