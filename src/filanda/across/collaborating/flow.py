# SPDX-License-Identifier: EUPL-1.2
"""The region's figures from the first word to the result: proposals, answers, collaborations, outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from statistics import median

from django.core.cache import cache
from django.db.models import Count, F

from filanda.capabilities.collaborations.models import Collaboration
from filanda.capabilities.collaborations.queries import Figures, figures
from filanda.components.proposals.models import ExpressionOfInterest, InterestState, Proposal
from filanda.kernel.regions.models import Region

__all__ = ["FEWEST", "Flow", "flow"]

FEWEST = 5  # a median of fewer would tell of single cases
_KEPT = 60  # seconds: the same for all readers


@dataclass(frozen=True)
class Flow:
    """Counts, and medians of the days between (None of fewer than five). `published`: proposals ever published;
    `answered`: those of them with an answer; `answers`, `accepted`: expressions of interest; `register`: what came of
    it.
    """

    published: int
    answered: int
    answers: int
    accepted: int
    days_to_answer: float | None
    days_to_accept: float | None
    days_to_confirm: float | None
    register: Figures


def flow(region: Region, now: datetime) -> Flow:
    """Figures of `region`, the active one, at most a minute old. No words, no names; private communities' proposals
    count as all others. Fifteen queries, whatever the size, or none.
    """
    key = f"collaborating-flow:{region.pk}"
    known: Flow | None = cache.get(key)
    if known is None:
        known = _counted(region, now)
        cache.set(key, known, _KEPT)
    return known


def _counted(region: Region, now: datetime) -> Flow:
    proposals = Proposal.objects.filter(region=region, published_at__isnull=False).aggregate(
        published=Count("pk"), answered=Count("first_answer_at")
    )
    sent = ExpressionOfInterest.objects.filter(region=region, sent_at__isnull=False)
    accepted = sent.filter(state=InterestState.ACCEPTED)
    answers = sent.aggregate(answers=Count("pk"))
    first = Proposal.objects.filter(region=region, first_answer_at__isnull=False, published_at__isnull=False)
    to_answer = first.values_list(F("first_answer_at") - F("published_at"), flat=True)
    to_accept = accepted.filter(decided_at__isnull=False).values_list(F("decided_at") - F("sent_at"), flat=True)
    to_confirm = (
        Collaboration.objects.filter(region=region)
        .counted()
        .values_list(F("confirmed_at") - F("created_at"), flat=True)
    )
    return Flow(
        published=proposals["published"],
        answered=proposals["answered"],
        answers=answers["answers"],
        accepted=accepted.count(),
        days_to_answer=_median([span.total_seconds() for span in to_answer]),
        days_to_accept=_median([span.total_seconds() for span in to_accept]),
        days_to_confirm=_median([span.total_seconds() for span in to_confirm]),
        register=figures(region, now),
    )


def _median(seconds: list[float]) -> float | None:
    """In days."""
    return median(seconds) / 86_400 if len(seconds) >= FEWEST else None
