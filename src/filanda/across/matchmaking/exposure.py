# SPDX-License-Identifier: EUPL-1.2
"""Who was suggested often gives way a little: attention is shared out over time, not in one list.

A body near to many questions heads list after list, though it takes up no more of them than others would. Attention
that is shared over a series of lists is what the fairness of ranking is judged by (Biega, Gummadi and Weikum 2018:
amortised fairness; Morik et al. 2020: an error that grows until it is corrected). Here, once a night:

    attention   what somebody had in the last 90 days: for each seeker once, 1 / log2(place + 1) of the best place
    welcome     the part of it that led to something: an expression of interest, an introduction made
    excess      x / (1 + x), with x = attention / (mean attention · (1 + 3 · welcome))

The list's order takes `EXPOSED` (`diversity`) of its best score, times the excess. So nobody falls by more than that
part, whoever was never shown not at all, and who is answered pays less: three welcome suggestions to one that was not.

Welcome counts from `LEAST` on, so that an order tells nothing of one answer, and never for proposals: their order must
not tell that others have answered one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from math import log2

from django.db import transaction
from django.db.models import Min

from filanda.across.matchmaking.finding import asked_of
from filanda.across.matchmaking.models import Exposure, Found, Seeker, Showing
from filanda.capabilities.introductions.models import IntroductionState
from filanda.capabilities.introductions.models import Side as IntroducedSide
from filanda.components.proposals.models import ExpressionOfInterest
from filanda.directory.people.models import Person
from filanda.kernel.regions.models import Region

__all__ = ["DAYS", "attention", "count_exposure", "excess", "excess_of"]

DAYS = 90
WORTH = 3.0  # suggestions that one welcome one makes up for
LEAST = 3  # welcome suggestions before they count

Pair = tuple[int, int]  # a proposal, and who was suggested for it


def attention(place: int) -> float:
    """How much a place of a list is looked at, as DCG has it."""
    return 1 / log2(place + 1)


def excess(had: Mapping[int, float], welcome: Mapping[int, float]) -> dict[int, float]:
    """By id, 0..1: by how much somebody had more attention than they were welcome. `had`, `welcome`: attention."""
    # Below one, a first place is more than most have had so far: nobody is to fall for that.
    mean = max(1.0, sum(had.values()) / len(had)) if had else 1.0
    found = {}
    for one, amount in had.items():
        times = amount / (mean * (1 + WORTH * welcome.get(one, 0.0)))
        found[one] = times / (1 + times)
    return found


def count_exposure(region: Region, now: datetime) -> int:
    """Count anew. Returns for how many organisations, people and proposals."""
    since = (now - timedelta(days=DAYS)).date()
    rows = Showing.objects.filter(on_day__gte=since).order_by()
    shown: dict[str, dict[int, float]] = {kind: defaultdict(float) for kind in Found.values}
    looked_at: dict[str, dict[Pair, float]] = {kind: {} for kind in Found.values}
    best = rows.values_list("kind", "object_id", "seeker_kind", "seeker_id").annotate(best=Min("place"))
    for kind, object_id, seeker_kind, seeker_id, place in best.iterator():
        shown[kind][object_id] += attention(place)
        if seeker_kind == Seeker.PROPOSAL:
            looked_at[kind][seeker_id, object_id] = attention(place)
    answered = {Found.ORGANISATION.value: _bodies_welcome(), Found.PERSON.value: _people_welcome()}
    made = []
    for kind, had in shown.items():
        welcome = _amounts(looked_at[kind], answered.get(kind, set()))
        for object_id, share in excess(had, welcome).items():
            made.append(Exposure(region=region, kind=kind, object_id=object_id, excess=round(share, 4), at=now))
    with transaction.atomic():
        Exposure.objects.all().delete()
        Exposure.objects.bulk_create(made, batch_size=2_000)
    return len(made)


def _amounts(looked_at: Mapping[Pair, float], answered: set[Pair]) -> dict[int, float]:
    """Attention that led to something, of those who have `LEAST` such suggestions."""
    amounts: dict[int, list[float]] = defaultdict(list)
    for pair in answered & looked_at.keys():
        amounts[pair[1]].append(looked_at[pair])
    return {one: sum(found) for one, found in amounts.items() if len(found) >= LEAST}


def _bodies_welcome() -> set[Pair]:
    sent = ExpressionOfInterest.objects.filter(sent_at__isnull=False, organisation__isnull=False).order_by()
    return set(sent.values_list("proposal", "organisation")) | _introduced("organisation")


def _people_welcome() -> set[Pair]:
    sent = ExpressionOfInterest.objects.filter(sent_at__isnull=False, author__isnull=False).order_by()
    pairs = set(sent.values_list("proposal", "author")) | _introduced("account")
    people = dict(
        Person.objects.filter(account__in={account for _proposal, account in pairs}).values_list("account", "pk")
    )
    return {(proposal, people[account]) for proposal, account in pairs if account in people}


def _introduced(side: str) -> set[Pair]:
    """Proposals with those who were introduced for them: organisations, or accounts of people alone."""
    made = IntroducedSide.objects.filter(
        introduction__state=IntroductionState.MADE, introduction__about_kind=Seeker.PROPOSAL
    )
    if side == "account":
        made = made.filter(organisation=None)
    pairs = made.order_by().values_list("introduction__about_id", side)
    return {(proposal, one) for proposal, one in pairs if proposal is not None and one is not None}


def excess_of(kind: str, ids: Iterable[int]) -> dict[int, float]:
    """What was counted last night. One query."""
    rows = asked_of(
        f"excess of {kind}",
        lambda those: Exposure.objects.filter(kind=kind, object_id__in=those).values("object_id", "excess"),
        ids,
    )
    return {row["object_id"]: row["excess"] for row in rows}
