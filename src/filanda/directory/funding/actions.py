# SPDX-License-Identifier: EUPL-1.2
"""Listing a funding call by hand, correcting it, withdrawing it, and following the calendar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from filanda.directory.funding.models import BY_HAND, FundingCall, FundingState
from filanda.directory.funding.steps import confirm_concepts, derive, note
from filanda.directory.funding.values import checked
from filanda.directory.taxonomies.models import Concept
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region

__all__ = ["CONCEPTS_MOST", "Outdated", "change", "create", "follow_calendar", "restore", "tell_deadlines", "withdraw"]

CONCEPTS_MOST = 12
KEY_MOST = 40
ENDS_SOON, ENDS_NOW = 14, 3  # days before a deadline


class Outdated(Exception):
    """Somebody has saved meanwhile. `call`: as it stands now."""

    def __init__(self, call: FundingCall) -> None:
        super().__init__(
            _("Somebody else has changed this meanwhile. Look at what stands there now, and save again what is yours.")
        )
        self.call = call


def create(
    *,
    actor: Actor,
    region: Region,
    fields: Mapping[str, Any],
    concepts: Iterable[Concept] = (),
    key: str = "",
    now: datetime,
    is_invented: bool = False,
) -> FundingCall:
    """List a funding call. `key`: given by the form; with the same one, the call that was made is given back.

    Raises ValidationError by field, Forbidden.
    """
    given = checked({"title": "", **fields})
    number = key[:KEY_MOST] or get_random_string(24)
    with transaction.atomic(durable=True):
        require(actor, "funding.manage")
        made = FundingCall(
            region=region,
            source=BY_HAND,
            source_id=number,
            created_by_id=actor.account_id,
            created_at=now,
            is_invented=is_invented,
            **given,
        )
        derive(made, now)
        FundingCall.objects.bulk_create([made], ignore_conflicts=True)
        found: FundingCall = FundingCall.objects.select_for_update().get(source=BY_HAND, source_id=number)
        if found.created_at != now or found.created_by_id != actor.account_id:
            return found  # sent twice
        confirm_concepts(found, list(concepts)[:CONCEPTS_MOST])
        note("created", found, actor)
        return found


def change(
    *,
    actor: Actor,
    call: FundingCall,
    fields: Mapping[str, Any],
    version: int,
    now: datetime,
    concepts: Iterable[Concept] | None = None,
) -> FundingCall:
    """Correct a call. What is changed of an imported one, later imports leave as it is. `version`: the one that was
    seen. Raises ValidationError by field, Outdated, Forbidden.
    """
    given = checked(fields)
    with transaction.atomic(durable=True):
        require(actor, "funding.manage")
        row: FundingCall = FundingCall.objects.select_for_update().select_related("region").get(pk=call.pk)
        changed = sorted(name for name, value in given.items() if getattr(row, name) != value)
        if row.version != version and changed:
            raise Outdated(row)
        if concepts is not None and confirm_concepts(row, list(concepts)[:CONCEPTS_MOST]):
            changed.append("concepts")
        if not changed:
            return row
        for name in changed:
            if name in given:
                setattr(row, name, given[name])
        if row.source != BY_HAND:
            row.kept_fields = sorted({*row.kept_fields, *changed})
        if {"opens_on", "deadlines"} & set(changed):
            row.said_state = ""  # days were given: they tell
        row.version += 1
        derive(row, now)
        row.save()
        note("changed", row, actor, fields=changed)
        return row


def withdraw(*, actor: Actor, call: FundingCall, now: datetime) -> FundingCall:
    """Take it out of lists and matches: only who looks after calls sees it. Twice is the same as once. Raises
    Forbidden.
    """
    return _move(actor, call, now, "withdrawn", is_out=True)


def restore(*, actor: Actor, call: FundingCall, now: datetime) -> FundingCall:
    """Show it again. Raises Forbidden."""
    return _move(actor, call, now, "restored", is_out=False)


def _move(actor: Actor, call: FundingCall, now: datetime, what: str, *, is_out: bool) -> FundingCall:
    with transaction.atomic(durable=True):
        require(actor, "funding.manage")
        row: FundingCall = FundingCall.objects.select_for_update().select_related("region").get(pk=call.pk)
        if (row.withdrawn_at is not None) == is_out:
            return row
        row.withdrawn_at = now if is_out else None
        row.version += 1
        row.save(update_fields=["withdrawn_at", "version"])
        note(what, row, actor)
        return row


def follow_calendar(*, actor: Actor = PLATFORM, region: Region, now: datetime) -> int:
    """Tell the search index of calls that opened or closed, or whose next deadline is another one. Returns how many."""
    today: date = localdate(now)
    with transaction.atomic(durable=True):
        require(actor, "funding.manage")
        moved = []
        rows = FundingCall.objects.select_for_update().exclude(
            told_state=FundingState.CLOSED, closes_on__lt=today, next_deadline=None
        )
        for row in rows.order_by("pk"):
            if row.follow(today):
                moved.append(row)
        if moved:
            FundingCall.objects.bulk_update(moved, ["told_state", "next_deadline", "closes_on"], batch_size=500)
            record(
                "funding.calendar.followed",
                region=region,
                actor=actor,
                payload={"calls": len(moved)},
                touches={"funding_call": [row.pk for row in moved]},
            )
    return len(moved)


def tell_deadlines(*, actor: Actor = PLATFORM, region: Region, now: datetime) -> int:
    """Record that a deadline is near, 14 and 3 days before it: once each, and late where nothing ran meanwhile. Calls
    that cannot be answered yet are left out. Returns of how many deadlines it was recorded.
    """
    today: date = localdate(now)
    told = 0
    with transaction.atomic(durable=True):
        require(actor, "funding.manage")
        rows = FundingCall.objects.answerable(today).select_for_update(of=("self",)).select_related("region")
        near = rows.filter(next_deadline__gte=today, next_deadline__lte=today + timedelta(days=ENDS_SOON))
        for row in near.order_by("pk"):
            ends = row.next_deadline
            if ends is None or row.state(today) != FundingState.OPEN:
                continue
            is_last_word = ends <= today + timedelta(days=ENDS_NOW)
            if (row.told_3_for if is_last_word else row.told_14_for) == ends:
                continue
            row.told_14_for = ends
            row.told_3_for = ends if is_last_word else row.told_3_for
            row.save(update_fields=["told_14_for", "told_3_for"])
            note("ending", row, actor, deadline=ends.isoformat())
            told += 1
    return told
