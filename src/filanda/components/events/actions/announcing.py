# SPDX-License-Identifier: EUPL-1.2
"""Writing, changing, publishing and cancelling events; what is left afterwards; reminders."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from filanda.components.events.details import Details, Outdated, checked, is_web_address
from filanda.components.events.models import LINKS_MOST, REASON_MOST, SpaceEvent, SpaceEventState
from filanda.components.events.steps import fill_places, lock_event
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.text.folding import clean
from filanda.kernel.workflow import MoveNotPossible, move
from filanda.spaces.models import Space
from filanda.spaces.steps import note_activity

__all__ = [
    "add_link",
    "cancel_event",
    "delete_draft",
    "edit_event",
    "publish_event",
    "remind_due",
    "remove_link",
    "write_event",
]

WHEN_AND_WHERE = ("starts_at", "ends_at", "time_zone", "place", "address", "online_url")
DAYS_BEFORE, HOURS_BEFORE = timedelta(days=2), timedelta(hours=2)


def write_event(*, actor: Actor, space: Space, details: Details, now: datetime) -> SpaceEvent:
    """Write a draft. Raises ValidationError by field, Forbidden."""
    given = checked(details)
    with transaction.atomic(durable=True):
        require(actor, "events.propose", space)
        made: SpaceEvent = SpaceEvent.objects.create(
            region=space.region,
            space=space,
            audience=space.audience,
            author_id=actor.account_id,
            created_at=now,
            state_changed_at=now,
            **given,
        )
        _note("events.event.written", actor, made)
        return made


def edit_event(*, actor: Actor, event: SpaceEvent, details: Details, version: int, now: datetime) -> SpaceEvent:
    """Change it. Of a published one that is not over, another time or place is told to those registered; more places go
    to those who wait. `version`: what the editor saw. Raises ValidationError by field, Outdated, Forbidden.
    """
    given = checked(details)
    with transaction.atomic(durable=True):
        row = lock_event(event.pk)
        require(actor, "events.organise", row)
        if row.version != version:
            raise Outdated(row)
        is_out = row.state == SpaceEventState.PUBLISHED
        if is_out and row.ends_at > now and given["ends_at"] <= now:
            raise ValidationError({"ends_at": _("That moment is over. An event that is published lies ahead.")})
        moved = [name for name in WHEN_AND_WHERE if getattr(row, name) != given[name]]
        for name, value in given.items():
            setattr(row, name, value)
        if "starts_at" in moved:
            if row.starts_at - now > DAYS_BEFORE:
                row.reminded_days_at = None
            if row.starts_at - now > HOURS_BEFORE:
                row.reminded_hours_at = None
        row.version += 1
        row.sequence += 1 if is_out else 0
        row.edited_at = now
        row.save()
        is_told = bool(is_out and moved and row.ends_at > now)
        _note("events.event.moved" if is_told else "events.event.edited", actor, row, changed=moved)
        if is_out:
            fill_places(row, now)
        return row


def publish_event(*, actor: Actor, event: SpaceEvent, now: datetime) -> SpaceEvent:
    """Announce it: the followers of its space are told. Raises ValidationError, Forbidden, MoveNotPossible."""
    with transaction.atomic(durable=True):
        row = lock_event(event.pk)
        require(actor, "events.organise", row)
        if row.ends_at <= now:
            raise ValidationError({"ends_at": _("It would be over already. Choose a moment that lies ahead.")})
        move(row, "publish", actor=actor, now=now, published_at=now)
        note_activity(row.space_id, now)
        _note("events.event.published", actor, row)
        return row


def cancel_event(*, actor: Actor, event: SpaceEvent, reason: str, now: datetime) -> SpaceEvent:
    """Call it off; everybody who has a place or waits for one is told. Raises ValidationError ("reason"), Forbidden,
    MoveNotPossible.
    """
    words = " ".join(clean(reason).split())
    if not words:
        raise ValidationError({"reason": _("Say why: everybody who wanted to come reads it.")})
    if len(words) > REASON_MOST:
        raise ValidationError({"reason": _("That is too long: %(most)d characters at most.") % {"most": REASON_MOST}})
    with transaction.atomic(durable=True):
        row = lock_event(event.pk)
        require(actor, "events.organise", row)
        if row.ends_at <= now:
            raise ValidationError({"reason": _("This event is over: it cannot be called off any more.")})
        move(row, "cancel", actor=actor, now=now, reason=words, sequence=row.sequence + 1)
        _note("events.event.cancelled", actor, row)
        return row


def delete_draft(*, actor: Actor, event: SpaceEvent) -> None:
    """Throw a draft away. Raises Forbidden, MoveNotPossible if it is one no longer."""
    with transaction.atomic(durable=True):
        row = lock_event(event.pk)
        require(actor, "events.organise", row)
        if row.state != SpaceEventState.DRAFT:
            raise MoveNotPossible(SpaceEvent.workflow, SpaceEvent.workflow.transition("publish"), row.state)
        _note("events.event.deleted", actor, row)
        row.delete()


def add_link(*, actor: Actor, event: SpaceEvent, label: str, url: str, now: datetime) -> SpaceEvent:
    """Add a link to what was left. Raises ValidationError ("label", "url"), Forbidden."""
    label, url = " ".join(clean(label).split()), url.strip()
    errors = {}
    if not label:
        errors["label"] = _("Say what it leads to.")
    elif len(label) > 200:
        errors["label"] = _("That is too long: %(most)d characters at most.") % {"most": 200}
    if not is_web_address(url):
        errors["url"] = _("This is no address of the web: it begins with https://")
    if errors:
        raise ValidationError(errors)
    with transaction.atomic(durable=True):
        row = lock_event(event.pk)
        require(actor, "events.organise", row)
        if len(row.links) >= LINKS_MOST:
            raise ValidationError({"url": _("%(most)d links are enough. Take one away first.") % {"most": LINKS_MOST}})
        if url not in {one["url"] for one in row.links}:
            row.links = [*row.links, {"label": label, "url": url}]
            row.save(update_fields=["links"])
            _note("events.material.changed", actor, row)
        return row


def remove_link(*, actor: Actor, event: SpaceEvent, url: str, now: datetime) -> SpaceEvent:
    """Take a link away; twice is the same as once. Raises Forbidden."""
    with transaction.atomic(durable=True):
        row = lock_event(event.pk)
        require(actor, "events.organise", row)
        kept = [one for one in row.links if one["url"] != url]
        if kept != row.links:
            row.links = kept
            row.save(update_fields=["links"])
            _note("events.material.changed", actor, row)
        return row


def remind_due(*, now: datetime) -> int:
    """Remind those who come, two days and two hours before, once each, in the active region; returns how many times.

    Who announced so late that the moment was over already is not heard twice about the same thing.
    """
    count = 0
    for field, before, least in (
        ("reminded_days_at", DAYS_BEFORE, HOURS_BEFORE),
        ("reminded_hours_at", HOURS_BEFORE, timedelta(0)),
    ):
        due = SpaceEvent.objects.taking_place().filter(
            **{field: None}, starts_at__gt=now + least, starts_at__lte=now + before
        )
        for number in list(due.values_list("pk", flat=True)):
            with transaction.atomic(durable=True):
                row = lock_event(number)
                if getattr(row, field) is not None or not now + least < row.starts_at <= now + before:
                    continue
                setattr(row, field, now)
                row.save(update_fields=[field])
                if row.published_at is not None and row.published_at <= row.starts_at - before:
                    _note("events.event.reminded", PLATFORM, row, before=int(before.total_seconds() // 3600))
                    count += 1
    return count


def _note(name: str, actor: Actor, row: SpaceEvent, **more: object) -> None:
    record(
        name,
        region=row.region,
        actor=actor,
        subject=row,
        payload={"space": row.space_id, **more},
        touches={"event": [row.pk]},
    )
