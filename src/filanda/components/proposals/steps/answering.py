# SPDX-License-Identifier: EUPL-1.2
"""Expressions of interest, as part of actions here and above. The proposal's row is locked before those of its answers,
always: so that one outcome is left of two people acting at once. No transaction is opened here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q

from filanda.components.proposals.models import (
    OPEN_STATES,
    ExpressionOfInterest,
    InterestState,
    Proposal,
    ProposalState,
)
from filanda.components.proposals.refusals import ProposalOver
from filanda.components.proposals.steps.writing import note as note_proposal
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.workflow import move

__all__ = ["accept", "lapse_open", "lock_for", "note", "recount"]


def lock_for(interest: ExpressionOfInterest) -> Proposal:
    """The proposal that `interest` answers, locked, and put at hand of it. Raises DoesNotExist."""
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("region")
    proposal: Proposal = rows.get(pk=interest.proposal_id)
    return proposal


def note(what: str, interest: ExpressionOfInterest, actor: Actor, **payload: Any) -> None:
    """Record `proposals.interest.<what>`: ids and states, never words."""
    record(
        f"proposals.interest.{what}",
        region=interest.proposal.region,
        actor=actor,
        subject=interest,
        payload={"proposal": interest.proposal_id, "state": interest.state, **payload},
        touches={"proposal": [interest.proposal_id]} if what == "accepted" else None,
    )


def recount(proposal: Proposal) -> None:
    """Count a locked proposal's answers anew: sent and not withdrawn."""
    gone = Q(state__in=[InterestState.DRAFT, InterestState.WITHDRAWN])
    proposal.answers_count = ExpressionOfInterest.objects.filter(proposal=proposal).exclude(gone).count()
    proposal.save(update_fields=["answers_count"])


def lapse_open(*, actor: Actor, proposal: Proposal, now: datetime) -> int:
    """The proposal has ended: answers that wait lapse, and their authors are told. The caller holds its lock; `actor`
    is who ended it. Returns how many.
    """
    rows = list(ExpressionOfInterest.objects.waiting().filter(proposal=proposal).order_by("pk"))
    for interest in rows:
        move(interest, "lapse", actor=PLATFORM, now=now, decided_at=now)
        interest.proposal = proposal
        note("lapsed", interest, PLATFORM)
    return len(rows)


def accept(*, actor: Actor, interest: ExpressionOfInterest, now: datetime, words: str = "") -> ExpressionOfInterest:
    """Accept an answer; a published proposal is in talks from now on. Other answers wait on: an owner may accept
    several. `words`: to the other side.

    Raises Forbidden, ProposalOver when the proposal has ended, MoveNotPossible when the answer was withdrawn, declined
    or accepted meanwhile.
    """
    proposal = lock_for(interest)
    interest.proposal = proposal
    if proposal.state not in OPEN_STATES or proposal.hidden_at is not None:
        raise ProposalOver
    move(interest, "accept", actor=actor, now=now, decided_at=now, reason=words)
    interest.proposal = proposal
    if proposal.state == ProposalState.PUBLISHED:
        move(proposal, "begin_talks", actor=PLATFORM, now=now)
        note_proposal("talks_begun", proposal, actor)
    note("accepted", interest, actor, proposal_state=proposal.state)
    return interest
