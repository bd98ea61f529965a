# SPDX-License-Identifier: EUPL-1.2
"""Talks, the end of a proposal, its renewal, and the clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from filanda.components.proposals.models import (
    OPEN_STATES,
    REASON_MOST,
    ClosedAs,
    Proposal,
)
from filanda.components.proposals.steps import ending as steps
from filanda.components.proposals.steps.warning import warn_owner
from filanda.components.proposals.steps.writing import line_of, lock_proposal, note
from filanda.components.proposals.timing import WARN_DAYS, days_before, months_after
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.policies import require
from filanda.kernel.workflow import move

__all__ = ["begin_talks", "close", "expire_due", "fail_talks", "renew", "warn_due"]

_LONGEST = timedelta(days=max(WARN_DAYS) + 1)  # looked at before the exact moment is reckoned


def close(*, actor: Actor, proposal: Proposal, closed_as: str, reason: str, now: datetime) -> Proposal:
    """Close it, whether it came to something or not; answers that wait lapse. `reason`: in words, for its readers.

    Raises ValidationError ("closed_as", "reason"), Forbidden, MoveNotPossible.
    """
    if closed_as not in ClosedAs.values:
        raise ValidationError({"closed_as": _("Say what came of it.")})
    words = line_of(reason, "reason", REASON_MOST)
    with transaction.atomic(durable=True):
        return steps.end_proposal(actor=actor, proposal=proposal, closed_as=closed_as, reason=words, now=now)


def begin_talks(*, actor: Actor, proposal: Proposal, now: datetime) -> Proposal:
    """Tell readers that talks go on. Raises Forbidden, MoveNotPossible."""
    with transaction.atomic(durable=True):
        return steps.start_talks(actor=actor, proposal=proposal, now=now)


def fail_talks(*, actor: Actor, proposal: Proposal, now: datetime) -> Proposal:
    """The talks came to nothing: it is open again. Raises Forbidden, MoveNotPossible."""
    with transaction.atomic(durable=True):
        row = lock_proposal(proposal.pk)
        move(row, "fail_talks", actor=actor, now=now)
        note("talks_failed", row, actor)
        return row


def renew(*, actor: Actor, proposal: Proposal, now: datetime) -> Proposal:
    """Let it stand for as many months again, from now on. One that is still open is prolonged once its end is near;
    before that nothing changes, so that a second click does no harm.

    Raises Forbidden, MoveNotPossible.
    """
    with transaction.atomic(durable=True):
        row = lock_proposal(proposal.pk)
        fresh = {
            "expires_at": months_after(row.region, now, row.months),
            "warned_14_at": None,
            "warned_3_at": None,
        }
        if row.state not in OPEN_STATES:
            move(row, "renew", actor=actor, now=now, **fresh)
        else:
            require(actor, "proposals.write", row)
            if row.expires_at is None or now < days_before(row.region, row.expires_at, max(WARN_DAYS)):
                return row
            for name, value in fresh.items():
                setattr(row, name, value)
            row.save(update_fields=list(fresh))
        note("renewed", row, actor)
        return row


def expire_due(*, now: datetime) -> int:
    """End what is over in the active region; returns how many."""
    due = Proposal.objects.filter(state__in=OPEN_STATES, expires_at__lte=now).order_by("pk")
    count = 0
    for number in list(due.values_list("pk", flat=True)):
        with transaction.atomic(durable=True):
            row = lock_proposal(number)
            if row.state in OPEN_STATES and row.expires_at is not None and row.expires_at <= now:
                steps.expire_proposal(row, now)
                count += 1
    return count


def warn_due(*, now: datetime) -> int:
    """Warn those whose proposals are about to end, 14 and 3 days before, once each; returns how many. Who comes so late
    that the next warning is due hears that one alone.
    """
    near = Proposal.objects.filter(state__in=OPEN_STATES, expires_at__gt=now, expires_at__lte=now + _LONGEST)
    count = 0
    for number in list(near.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic(durable=True):
            row = lock_proposal(number)
            days = _warning_due(row, now)
            if not days:
                continue
            row.warned_14_at = row.warned_14_at or now
            if days == min(WARN_DAYS):
                row.warned_3_at = now
            row.save(update_fields=["warned_14_at", "warned_3_at"])
            note("warned", row, PLATFORM, days=days)
            warn_owner(row, now)
            count += 1
    return count


def _warning_due(row: Proposal, now: datetime) -> int:
    """14 or 3, which warning is due now; 0: none."""
    if row.state not in OPEN_STATES or row.expires_at is None or row.expires_at <= now:
        return 0
    if row.warned_3_at is None and days_before(row.region, row.expires_at, 3) <= now:
        return 3
    if row.warned_14_at is None and days_before(row.region, row.expires_at, 14) <= now:
        return 14
    return 0
