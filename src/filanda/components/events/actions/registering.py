# SPDX-License-Identifier: EUPL-1.2
"""Who comes: registering, leaving, who was there; and the calendar address of one's own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from filanda.components.events.details import Closed
from filanda.components.events.models import ANSWER_MOST, CalendarFeed, Registration, RegistrationState, SpaceEvent
from filanda.components.events.steps import drop_registration, lock_event
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.identity.models import RoleGrant
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.text.folding import clean
from filanda.kernel.workflow import move
from filanda.spaces.models import SCOPE, Openness, SpaceKind
from filanda.spaces.steps import account_id_of

__all__ = ["leave_event", "note_attendance", "own_calendar", "register", "release_lost"]


def register(*, actor: Actor, event: SpaceEvent, answers: Sequence[str] = (), now: datetime) -> Registration:
    """Take a place, or the next turn in the waiting list; twice is the same as once.

    Raises ValidationError by field ("answer_0" …), Closed, Forbidden.
    """
    with transaction.atomic(durable=True):
        row = lock_event(event.pk)
        require(actor, "events.registrations.own", row)
        account_id = account_id_of(actor)
        if not row.takes_registrations(now):
            raise Closed(_("Registration is closed."))
        mine = Registration.objects.filter(event=row, account=account_id).first()
        if mine is not None and mine.state != RegistrationState.CANCELLED:
            return mine
        said = _answers(row, answers)
        has_place = row.capacity is None or (row.registered_count < row.capacity and not row.waiting_count)
        row.last_number += 1
        if mine is None:
            mine = Registration.objects.create(
                region=row.region,
                event=row,
                account_id=account_id,
                number=row.last_number,
                state=RegistrationState.REGISTERED if has_place else RegistrationState.WAITING,
                state_changed_at=now,
                created_at=now,
                answers=said,
            )
        else:
            fields = {"answers": said, "number": row.last_number}
            move(mine, "register" if has_place else "wait", actor=actor, now=now, **fields)
        row.registered_count += 1 if has_place else 0
        row.waiting_count += 0 if has_place else 1
        row.save(update_fields=["last_number", "registered_count", "waiting_count"])
        record(
            "events.registration.made",
            region=row.region,
            actor=actor,
            subject=mine,
            payload={"space": row.space_id, "event": row.pk, "state": str(mine.state)},
        )
        return mine


def leave_event(*, actor: Actor, event: SpaceEvent, now: datetime) -> None:
    """Not come after all: the place goes to the next who waits, who is told at once. Twice is the same as once.

    Raises Closed when it is over, Forbidden.
    """
    with transaction.atomic(durable=True):
        row = lock_event(event.pk)
        mine = Registration.objects.filter(event=row, account=account_id_of(actor)).open().first()
        if mine is None:
            return
        require(actor, "events.registrations.leave", mine)
        if row.is_over(now):
            raise Closed(_("This event is over."))
        drop_registration(row, mine, now, actor)


def note_attendance(*, actor: Actor, event: SpaceEvent, came: Collection[int], now: datetime) -> int:
    """Say who of those with a place came: ids of registrations. Returns how many. Raises Closed before it begins,
    Forbidden.
    """
    with transaction.atomic(durable=True):
        row = lock_event(event.pk)
        require(actor, "events.organise", row)
        if now < row.starts_at:
            raise Closed(_("It has not begun yet: who came is said afterwards."))
        registered = Registration.objects.filter(event=row).coming()
        there = registered.filter(pk__in=list(came)).update(attended=True)
        registered.exclude(pk__in=list(came)).update(attended=False)
        record(
            "events.attendance.noted",
            region=row.region,
            actor=actor,
            subject=row,
            payload={"space": row.space_id, "came": there},
        )
        return int(there)


def own_calendar(*, actor: Actor, renew: bool = False, now: datetime) -> CalendarFeed:
    """The actor's calendar address, made if there is none; renewed, the one before leads nowhere. Raises Forbidden."""
    with transaction.atomic(durable=True):
        require(actor, "events.calendar.own")
        feed: CalendarFeed
        feed, is_new = CalendarFeed.objects.select_for_update(of=("self",)).get_or_create(
            account_id=account_id_of(actor), region=active_region(), defaults={"made_at": now}
        )
        if renew and not is_new:
            feed.version += 1
            feed.made_at = now
            feed.save(update_fields=["version", "made_at"])
        if renew or is_new:
            record("events.calendar.made", region=feed.region, actor=actor, payload={"version": feed.version})
        return feed


def release_lost(*, now: datetime) -> int:
    """Give up the places of people who no longer belong to the closed space that an event is in, in the active region.
    Returns how many.
    """
    rows = (
        Registration.objects.open()
        .filter(event__starts_at__gt=now)
        .exclude(event__space__openness=Openness.OPEN)
        .exclude(event__space__kind=SpaceKind.REGION)
        .values_list("event", "pk", "account", "event__space")
    )
    found = list(rows)
    inside = set(
        RoleGrant.objects.filter(
            scope_kind=SCOPE, scope_id__in={space for *_rest, space in found}, ended_at=None
        ).values_list("account", "scope_id")
    )
    count = 0
    for event_id, number, account_id, space_id in found:
        if (account_id, space_id) in inside:
            continue
        with transaction.atomic(durable=True):
            event = lock_event(event_id)
            row = Registration.objects.filter(pk=number).open().first()
            if row is not None:
                drop_registration(event, row, now, PLATFORM)
                count += 1
    return count


def _answers(event: SpaceEvent, answers: Sequence[str]) -> list[dict[str, str]]:
    said, errors = [], {}
    for place, question in enumerate(event.questions):
        answer = clean(answers[place]) if place < len(answers) else ""
        if question.get("required") and not answer:
            errors[f"answer_{place}"] = _("The organisers need an answer to this.")
        elif len(answer) > ANSWER_MOST:
            errors[f"answer_{place}"] = _("That is too long: %(most)d characters at most.") % {"most": ANSWER_MOST}
        said.append({"label": question["label"], "answer": answer})
    if errors:
        raise ValidationError(errors)
    return said
