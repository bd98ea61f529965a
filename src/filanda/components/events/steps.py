# SPDX-License-Identifier: EUPL-1.2
"""What actions of this room share, and what follows when a space changes or moderation acts. No transaction is opened
here.
"""

from __future__ import annotations

from datetime import datetime

from filanda.components.events.models import Registration, SpaceEvent, SpaceEventState
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.workflow import move
from filanda.spaces.models import Space

__all__ = ["drop_registration", "fill_places", "follow_audience", "hide", "lock_event", "remove", "restore", "text"]


def lock_event(number: int) -> SpaceEvent:
    """The event's row, locked: who has a place is decided by one transaction at a time. Raises DoesNotExist."""
    rows = SpaceEvent.objects.select_for_update(of=("self",)).select_related("space", "region")
    row: SpaceEvent = rows.get(pk=number)
    return row


def fill_places(event: SpaceEvent, now: datetime) -> list[Registration]:
    """Give free places to those who wait, in their order, while the event has not begun; count anew. The caller holds
    the event's lock. Each is told.
    """
    registered = Registration.objects.filter(event=event).coming().count()
    raised: list[Registration] = []
    if event.state == SpaceEventState.PUBLISHED and now < event.starts_at:
        waiting = Registration.objects.filter(event=event).waiting().order_by("number")
        free = None if event.capacity is None else max(0, event.capacity - registered)
        for row in list(waiting[:free] if free is not None else waiting):
            move(row, "move_up", actor=PLATFORM, now=now)
            record(
                "events.registration.moved_up",
                region=event.region,
                actor=PLATFORM,
                subject=row,
                payload={"space": event.space_id, "event": event.pk, "account": row.account_id},
            )
            raised.append(row)
    event.registered_count = registered + len(raised)
    event.waiting_count = Registration.objects.filter(event=event).waiting().count()
    event.save(update_fields=["registered_count", "waiting_count"])
    return raised


def drop_registration(event: SpaceEvent, row: Registration, now: datetime, actor: Actor) -> None:
    """Let somebody not come, and give their place to the next. The caller holds the event's lock."""
    move(row, "leave", actor=actor, now=now, answers=[], attended=None)
    record(
        "events.registration.left",
        region=event.region,
        actor=actor,
        subject=row,
        payload={"space": event.space_id, "event": event.pk},
    )
    fill_places(event, now)


def follow_audience(space: Space) -> None:
    """The space has opened or closed: its events have other readers now."""
    rows = SpaceEvent.objects.filter(space=space)
    ids = sorted(rows.values_list("pk", flat=True))
    rows.update(audience=space.audience)
    if ids:
        record(
            "events.audience.followed",
            region=space.region,
            actor=PLATFORM,
            subject=space,
            payload={"audience": space.audience},
            touches={"event": ids},
        )


def hide(actor: Actor, number: int, now: datetime) -> None:
    """Moderation hides it."""
    _set(actor, number, now, "events.event.hidden")


def remove(actor: Actor, number: int, now: datetime) -> None:
    """Moderation removes it: as hidden, for good unless an appeal brings it back."""
    _set(actor, number, now, "events.event.hidden")


def restore(actor: Actor, number: int, now: datetime) -> None:
    """It stands again."""
    _set(actor, number, None, "events.event.restored")


def text(number: int) -> str:
    """What it says, for a report."""
    row = SpaceEvent.objects.filter(pk=number).first()
    return "\n\n".join(part for part in (row.title, row.summary, row.source) if part) if row is not None else ""


def _set(actor: Actor, number: int, hidden_at: datetime | None, event: str) -> None:
    row = SpaceEvent.objects.select_for_update(of=("self",)).filter(pk=number).select_related("region").first()
    if row is None:
        return
    row.hidden_at = hidden_at
    row.save(update_fields=["hidden_at"])
    record(
        event, region=row.region, actor=actor, subject=row, payload={"space": row.space_id}, touches={"event": [row.pk]}
    )
