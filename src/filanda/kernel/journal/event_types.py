# SPDX-License-Identifier: EUPL-1.2
"""Event types, registered once with label, audience and erasure rule."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise


class Audience(StrEnum):
    """Who may read an event of this type in a stream."""

    PUBLIC = "public"
    MEMBERS = "members"
    STAFF = "staff"
    OPERATORS = "operators"


class Erasure(StrEnum):
    """What goes when the person an event is about is erased."""

    NOTHING = "nothing"  # holds no personal data: counts, ids of bodies, codes
    PAYLOAD = "payload"  # payload and salt are deleted; the digest stays, so the chain verifies


@dataclass(frozen=True)
class EventType:
    """`name` is `room.thing.verb` in the past tense; see docs/glossary.md for the words."""

    name: str
    label: str | Promise
    audience: Audience
    erasure: Erasure


_registry: dict[str, EventType] = {}


def register(event_type: EventType) -> None:
    """Register a type once; a second, different one under the same name is a programming error."""
    known = _registry.setdefault(event_type.name, event_type)
    if known != event_type:
        raise ValueError(f"Event type {event_type.name!r} is declared twice.")


def get(name: str) -> EventType:
    """The registered type. Raises KeyError for an unknown name."""
    return _registry[name]


def event_types() -> list[EventType]:
    """All types, by name."""
    return [_registry[name] for name in sorted(_registry)]
