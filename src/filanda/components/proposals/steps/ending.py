# SPDX-License-Identifier: EUPL-1.2
"""How a proposal ends, as part of actions here and above. No transaction is opened here."""

from __future__ import annotations

from datetime import datetime

from filanda.components.proposals.models import ClosedAs, Proposal, ProposalState, Rung
from filanda.components.proposals.steps.answering import lapse_open
from filanda.components.proposals.steps.writing import lock_proposal, note
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.workflow import move

__all__ = ["end_proposal", "expire_proposal", "hide", "remove", "restore", "start_talks", "text"]


def end_proposal(*, actor: Actor, proposal: Proposal, closed_as: str, reason: str, now: datetime) -> Proposal:
    """Close it; answers that wait lapse, and their authors are told. Raises Forbidden, MoveNotPossible, ValueError."""
    row = lock_proposal(proposal.pk)
    move(row, "close", actor=actor, now=now, closed_as=ClosedAs(closed_as).value, reason=reason)
    lapsed = lapse_open(actor=actor, proposal=row, now=now)
    note("closed", row, actor, closed_as=row.closed_as, lapsed=lapsed)
    return row


def expire_proposal(proposal: Proposal, now: datetime) -> None:
    """Its time is over. The caller holds its lock and has looked at the clock."""
    move(proposal, "expire", actor=PLATFORM, now=now)
    lapsed = lapse_open(actor=PLATFORM, proposal=proposal, now=now)
    note("expired", proposal, PLATFORM, lapsed=lapsed)


def start_talks(*, actor: Actor, proposal: Proposal, now: datetime) -> Proposal:
    """The owner talks with somebody. Raises Forbidden, MoveNotPossible."""
    row = lock_proposal(proposal.pk)
    move(row, "begin_talks", actor=actor, now=now)
    note("talks_begun", row, actor)
    return row


def hide(actor: Actor, number: int, now: datetime) -> None:
    """Moderation has decided: one that is open is suspended, any other is out of sight. Twice is as once."""
    row = _locked(number)
    if row is None or row.hidden_at is not None:
        return
    before = row.state
    if row.is_open:
        move(row, "suspend", actor=PLATFORM, now=now, suspended_from=before, hidden_at=now)
    else:
        row.hidden_at = now
        row.save(update_fields=["hidden_at"])
    note("suspended", row, actor, before=before)


def remove(actor: Actor, number: int, now: datetime) -> None:
    """Moderation removes it: suspended, for good unless an appeal brings it back."""
    hide(actor, number, now)


def restore(actor: Actor, number: int, now: datetime) -> None:
    """An appeal was upheld: it stands as before. The time for which it was suspended does not count."""
    row = _locked(number)
    if row is None or row.hidden_at is None:
        return
    if row.state == ProposalState.SUSPENDED:
        was_in_talks = row.suspended_from == ProposalState.IN_TALKS
        end = row.expires_at + (now - row.state_changed_at) if row.expires_at is not None else None
        move(
            row,
            "resume_talks" if was_in_talks else "resume",
            actor=PLATFORM,
            now=now,
            suspended_from="",
            hidden_at=None,
            expires_at=end,
        )
    else:
        row.hidden_at = None
        row.save(update_fields=["hidden_at"])
    note("resumed", row, actor)


def text(number: int) -> str:
    """What it says, for the record of a report, which many read: a text for those let in alone stays out of it."""
    row = Proposal.objects.filter(pk=number).first()
    if row is None:
        return ""
    parts = [row.title, row.summary if row.summary_for != Rung.LET_IN else ""]
    parts += [row.source if row.text_for != Rung.LET_IN else ""]
    return "\n\n".join(part for part in parts if part)


def _locked(number: int) -> Proposal | None:
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("region", "space")
    row: Proposal | None = rows.filter(pk=number).first()
    return row
