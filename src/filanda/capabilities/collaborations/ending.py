# SPDX-License-Identifier: EUPL-1.2
"""A side answers a check-in with "it is over": the others confirm or object within ten working days, and where they are
silent it ends then. All of it follows from the answers; whoever ends it on its page has decided at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from filanda.capabilities.collaborations import steps
from filanda.capabilities.collaborations.mailing import recipients
from filanda.capabilities.collaborations.models import (
    REASON_MOST,
    CheckIn,
    CheckInAnswer,
    Collaboration,
    CollaborationState,
    Party,
)
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.regions.working import working_time_after
from filanda.kernel.workflow import move

__all__ = ["OBJECT_DAYS", "OPEN", "OVER", "Said", "end_when_agreed", "said_over"]

OBJECT_DAYS = 10  # working days
OPEN = (CollaborationState.CONFIRMED, CollaborationState.ACTIVE)
OVER = (CheckInAnswer.STOPPED, CheckInAnswer.SUCCESS)


@dataclass(frozen=True)
class Said:
    """`rows`: the answers that say so, the first one first; `until`: when it ends unless somebody objects."""

    rows: tuple[CheckIn, ...]
    since: datetime
    until: datetime

    @property
    def parties(self) -> frozenset[int]:
        return frozenset(row.party_id for row in self.rows)


def said_over(collaboration: Collaboration) -> Said | None:
    """Who has said that an open collaboration is over, if nobody has said since that it goes on. One query."""
    if collaboration.state not in OPEN:
        return None
    answered = CheckIn.objects.filter(collaboration=collaboration, answered_at__isnull=False)
    rows: list[CheckIn] = []
    for row in answered.order_by("-answered_at", "-pk"):
        if row.answer not in OVER:
            break
        rows.append(row)
    since = rows[-1].answered_at if rows else None
    if since is None:
        return None
    until = working_time_after(collaboration.region, since, OBJECT_DAYS)
    return Said(tuple(reversed(rows)), since, until)


def end_when_agreed(locked: Collaboration, now: datetime) -> bool:
    """End it, if all sides for whom somebody answers have said that it is over, or their time to object is."""
    said = said_over(locked)
    if said is None:
        return False
    others = Party.objects.filter(collaboration=locked).exclude(pk__in=said.parties).select_related("account")
    if now < said.until and any(recipients(party) for party in others):
        return False
    stopped = [row for row in said.rows if row.answer == CheckInAnswer.STOPPED]
    why = (next((row.details for row in stopped if row.details), "")[:REASON_MOST] or "—") if stopped else ""
    day = max(locked.started_on, steps.today(locked.region, said.since))
    move(locked, "end", actor=PLATFORM, now=now, ended_on=day, stopped_why=why)
    steps.end_check_ins(locked)
    steps.note("ended", locked, PLATFORM, has_stopped=bool(why))
    return True
