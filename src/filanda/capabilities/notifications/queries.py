# SPDX-License-Identifier: EUPL-1.2
"""What a reader is told, as sentences, and how much of it is unread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from filanda.capabilities.notifications.models import Channel, Choice, Notification, Preferences
from filanda.kernel.database import compiled
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests import notices, things
from filanda.kernel.manifests.things import Key, ThingLine
from filanda.kernel.regions.scoped import active_region

__all__ = ["Line", "choices_of", "lines_of", "notification_page", "preferences_of", "unread_count"]

PAGE = 30
MOST_COUNTED = 99


@dataclass(frozen=True)
class Line:
    """A notification as its reader sees it: one sentence, the thing it is about, when."""

    notification: Notification
    sentence: str
    thing: ThingLine
    space: ThingLine | None

    @property
    def at(self) -> datetime:
        return self.notification.created_at

    @property
    def is_unread(self) -> bool:
        return self.notification.read_at is None


def unread_count(actor: Actor) -> int:
    """How many unread notifications `actor` has, at most MOST_COUNTED + 1. One query on a partial index."""
    if actor.account_id is None:
        return 0
    tokens = actor.audience_tokens

    def build(given: Sequence[Any]) -> QuerySet[Any, Any]:
        rows = Notification.objects.addressed_to(given[0], given[1:]).unread()
        found: QuerySet[Any, Any] = rows.order_by().values("pk")[: MOST_COUNTED + 1]
        return found

    return len(compiled.rows(("notifications: unread", active_region().pk), build, [actor.account_id, *tokens]))


def notification_page(
    actor: Actor, *, before: tuple[datetime, int] | None = None, kind: str = "", is_unread: bool = False
) -> tuple[list[Line], list[Notification], tuple[datetime, int] | None]:
    """A page of what `actor` is told, newest first: lines, rows that turned out to be theirs to see no more, and where
    the next page begins (created_at and id of the last one looked at), None at the end. While a role of theirs sleeps,
    what it would show is only not shown: it is theirs again with a second factor.
    """
    rows = Notification.objects.visible_to(actor)
    if kind:
        rows = rows.filter(kind=kind)
    if is_unread:
        rows = rows.unread()
    if before is not None:
        rows = rows.filter(Q(created_at__lt=before[0]) | Q(created_at=before[0], pk__lt=before[1]))
    found = list(rows.select_related("event").order_by("-created_at", "-pk")[: PAGE + 1])
    page = found[:PAGE]
    lines = lines_of(actor, page)
    shown = {line.notification.pk for line in lines}
    following = (page[-1].created_at, page[-1].pk) if len(found) > PAGE else None
    gone = [] if actor.withheld else [row for row in page if row.pk not in shown]
    return lines, gone, following


def lines_of(actor: Actor, rows: Sequence[Notification]) -> list[Line]:
    """The sentences of `rows` for `actor`, in the active language; what they may not see is left out. A constant number
    of queries for each kind of thing.
    """
    keys = [(row.thing_kind, row.thing_id) for row in rows]
    keys += [("space", row.space_id) for row in rows if row.space_id]
    seen = _lines(actor, keys)
    declared = notices()
    lines = []
    for row in rows:
        thing = seen.get((row.thing_kind, row.thing_id))
        event: Event | None = row.event
        if thing is None or event is None:
            continue
        notice = next((one for one in declared.get(event.type, ()) if one.kind == row.kind), None)
        if notice is None:
            continue
        space = seen.get(("space", row.space_id)) if row.space_id else None
        lines.append(Line(row, notice.sentence(event, thing), thing, space))
    return lines


def _lines(actor: Actor, keys: Sequence[Key]) -> dict[Key, ThingLine]:
    by_kind: dict[str, set[int]] = {}
    for kind, number in keys:
        by_kind.setdefault(kind, set()).add(number)
    known = things()
    return {
        (kind, number): line
        for kind, numbers in by_kind.items()
        if kind in known
        for number, line in known[kind].lines(actor, sorted(numbers)).items()
    }


def choices_of(actor: Actor) -> dict[tuple[int, str], Channel]:
    """What `actor` chose: (space id or 0, kind) -> channel."""
    rows = Choice.objects.visible_to(actor).values_list("space_id", "kind", "channel")
    return {(space_id, kind): Channel(channel) for space_id, kind, channel in rows}


def preferences_of(actor: Actor) -> Preferences | None:
    found: Preferences | None = Preferences.objects.visible_to(actor).first()
    return found
