# SPDX-License-Identifier: EUPL-1.2
"""What things may have files, and who sees them: declared by the room of the thing, or here for rooms below."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from filanda.kernel.identity.actors import Actor
from filanda.kernel.policies import Decision

__all__ = ["Subject", "register_subject", "subject", "subjects"]

Ids = Iterable[int] | QuerySet[Any, Any]


@dataclass(frozen=True)
class Subject:
    """A kind of thing that files belong to.

    `visible(actor)`: ids of the things whose files `actor` may open, best as a lazy queryset of `pk`; without it, only
    the uploader and staff. `may_add(actor, id)`: who may put files there, and take them away. `over(before)`: ids of
    the things that were settled before that moment; their documents are then deleted (retention).
    `is_closed_to_staff`: the region's staff open them where they are readers, and not because they are staff, as
    private places hold such things. `lost(id)`: what the room puts right, in the caller's transaction, after a file of
    that thing was taken away by the platform.
    """

    kind: str
    may_add: Callable[[Actor, int], Decision]
    visible: Callable[[Actor], Ids] | None = None
    over: Callable[[datetime], Ids] | None = None
    is_closed_to_staff: bool = False
    lost: Callable[[int], None] | None = None


_registry: dict[str, Subject] = {}


def register_subject(
    kind: str,
    *,
    may_add: Callable[[Actor, int], Decision],
    visible: Callable[[Actor], Ids] | None = None,
    over: Callable[[datetime], Ids] | None = None,
    is_closed_to_staff: bool = False,
    lost: Callable[[int], None] | None = None,
) -> None:
    """Let things of `kind` have files; see `Subject`. Call it once, where the room's manifest is read."""
    if kind in _registry:
        raise ValueError(f"Things of kind {kind!r} are declared twice.")
    _registry[kind] = Subject(kind, may_add, visible, over, is_closed_to_staff, lost)


def subject(kind: str) -> Subject:
    """The declared kind. Raises KeyError for one that takes no files."""
    return _registry[kind]


def subjects() -> list[Subject]:
    return [_registry[kind] for kind in sorted(_registry)]
