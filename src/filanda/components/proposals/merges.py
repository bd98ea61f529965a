# SPDX-License-Identifier: EUPL-1.2
"""When two entries of one organisation are united, what both have answered stands once."""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import now as clock

from filanda.components.proposals.models import ExpressionOfInterest
from filanda.components.proposals.steps.answering import note
from filanda.directory.organisations.models import Organisation
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.regions.models import Region
from filanda.kernel.workflow import move

__all__ = ["follow_merge"]


def follow_merge(region: Region, stays: Organisation, other: Organisation) -> None:
    """One open answer an organisation and proposal: where both have one, that of the entry that goes lapses,
    with its words kept. Answers to
    a proposal that is now their own lapse too.
    """
    now = clock()
    waiting = ExpressionOfInterest.objects.waiting().filter(region=region)
    answered = waiting.filter(organisation=stays).values("proposal")
    for interest in waiting.filter(organisation=other, proposal__in=answered).select_related("proposal"):
        _lapse(interest, now)
    both = (stays.pk, other.pk)
    for interest in waiting.filter(organisation__in=both, proposal__organisation__in=both).select_related("proposal"):
        _lapse(interest, now)


def _lapse(interest: ExpressionOfInterest, now: datetime) -> None:
    proposal = interest.proposal
    move(interest, "lapse", actor=PLATFORM, now=now, decided_at=now)
    interest.proposal = proposal
    note("lapsed", interest, PLATFORM)
