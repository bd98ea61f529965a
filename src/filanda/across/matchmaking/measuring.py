# SPDX-License-Identifier: EUPL-1.2
"""What diversity and newcomers' turns cost and give, on a history with known answers; and what recorded feedback says
of another order.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean

from django.db.models import Count

from filanda.across.matchmaking.diversity import PENALTY, Candidate, diversified, gini, with_newcomers
from filanda.across.matchmaking.exposure import LEAST, attention, excess
from filanda.across.matchmaking.finding import CANDIDATES, NEW_EVIDENCE
from filanda.capabilities.matching.measures import Judgements, ndcg
from filanda.capabilities.matching.queries import OrganisationMatch
from filanda.directory.organisations.models import Organisation

__all__ = ["VARIANTS", "Feedback", "Variant", "attention", "compare", "newcomers", "of_policy", "told"]

TEN = 10
AGAIN = 2000
A_NIGHT = 10  # questions between two counts of exposure, about as many as 949 in 90 days are a day
VARIANTS = (
    "by score alone",
    "diversified",
    "diversified, newcomers' turns",
    "and exposure, nobody answering",
    "and exposure, the right ones answering",
)

Lists = dict[str, list[Candidate]]


@dataclass
class _Way:
    """A way of ordering, with what it has shown. `answers`: whether the right ones answer; None: exposure does not
    count.
    """

    is_varied: bool
    has_turns: bool
    answers: bool | None = None
    shown: Counter[int] = field(default_factory=Counter)
    had: dict[int, float] = field(default_factory=dict)
    welcome: dict[int, list[float]] = field(default_factory=dict)
    excess: dict[int, float] = field(default_factory=dict)

    def count(self) -> None:
        """The night's job."""
        if self.answers is not None:
            welcome = {one: sum(some) for one, some in self.welcome.items() if len(some) >= LEAST}
            self.excess = excess(self.had, welcome)

    def order(self, those: Sequence[Candidate], right: set[int], penalty: float) -> list[Candidate]:
        if not self.is_varied:
            return sorted(those, key=lambda one: (-one.score, one.id))[:TEN]
        those = [replace(one, excess=self.excess.get(one.id, 0.0)) for one in those]
        listed = diversified(those, TEN, penalty=penalty)
        if self.has_turns:
            known = {one.id for one in listed}
            others = [one for one in those if one.id not in known]
            listed, _rotated = with_newcomers(listed, others, self.shown, limit=TEN)
        for place, one in enumerate(listed, start=1):
            self.shown[one.id] += 1
            self.had[one.id] = self.had.get(one.id, 0.0) + attention(place)
            if self.answers and one.id in right:
                self.welcome.setdefault(one.id, []).append(attention(place))
        return listed


@dataclass(frozen=True)
class Variant:
    """A way of putting candidates in order, measured. `ndcg`: mean and 95 % bootstrap interval. `exposure`: by body,
    attention in lists of ten (1/log2(place + 1)). `new`: part of all attention that newcomers have. `top`: part that
    the ten most shown have. `bodies`: how many were shown at all.
    """

    name: str
    ndcg: tuple[float, float, float]
    difference: tuple[float, float, float]
    gini: float
    new: float
    top: float
    bodies: int


def newcomers() -> set[int]:
    """Bodies of the active region with fewer pieces of evidence than newcomers have at most. One query."""
    rows = Organisation.objects.annotate(n=Count("parties")).filter(n__lt=NEW_EVIDENCE)
    return set(rows.values_list("pk", flat=True))


def candidates(found: Sequence[OrganisationMatch], new: set[int]) -> list[Candidate]:
    """As `matches_for_proposal` makes them where nothing but evidence is known."""
    best = max((one.score for one in found), default=0.0)
    return [
        Candidate(
            id=one.organisation_id,
            score=(one.score / best) ** 0.5 if best > 0 else 0.0,
            shares={piece.evidence_id: piece.share for piece in one.evidence},
            is_new=one.organisation_id in new,
        )
        for one in found[:CANDIDATES]
    ]


def compare(
    found: Mapping[str, Sequence[OrganisationMatch]],
    judged: Mapping[str, Judgements],
    ids: Mapping[int, Sequence[str]],
    new: set[int],
    *,
    penalty: float = PENALTY,
) -> list[Variant]:
    """The VARIANTS on the same answers. Queries come in their order; a showing counts for the turns after it, and for
    exposure after the next night. The last variant has all those answer who were shown and are right.
    """
    ways: list[_Way] = [_Way(False, False), _Way(True, False), _Way(True, True), _Way(True, True, False)]
    ways.append(_Way(True, True, True))
    lists: list[Lists] = [{} for _way in ways]
    for number, (query, matches) in enumerate(found.items()):
        all_of_them = candidates(matches, new)
        right = {
            one.id for one in all_of_them if any(judged.get(query, {}).get(name, 0) for name in ids.get(one.id, ()))
        }
        for made, way in zip(lists, ways, strict=True):
            if number % A_NIGHT == 0:
                way.count()
            made[query] = way.order(all_of_them, right, penalty)

    def scores(made: Lists) -> list[float]:
        return [
            ndcg([name for one in made.get(query, ()) for name in sorted(ids.get(one.id, ()))], judged[query], TEN)
            for query in judged
        ]

    base = scores(lists[0])
    return [_variant(name, made, scores(made), base, new) for name, made in zip(VARIANTS, lists, strict=True)]


def _variant(name: str, made: Lists, scores: Sequence[float], base: Sequence[float], new: set[int]) -> Variant:
    exposure: Counter[int] = Counter()
    for order in made.values():
        for place, one in enumerate(order, start=1):
            exposure[one.id] += attention(place)  # type: ignore[assignment]
    total = sum(exposure.values()) or 1
    everybody = Organisation.objects.filter(is_external=False).count()
    amounts = [*exposure.values(), *[0.0] * max(0, everybody - len(exposure))]
    return Variant(
        name=name,
        ndcg=interval(scores),
        difference=interval([one - other for one, other in zip(scores, base, strict=True)]),
        gini=gini(amounts),
        new=sum(value for body, value in exposure.items() if body in new) / total,
        top=sum(sorted(exposure.values(), reverse=True)[:TEN]) / total,
        bodies=len(exposure),
    )


def interval(values: Sequence[float], again: int = AGAIN) -> tuple[float, float, float]:
    """Mean, and its 95 % bootstrap interval."""
    if not values:
        return 0.0, 0.0, 0.0
    chance = random.Random(11)  # noqa: S311 - a bootstrap
    means = sorted(fmean(chance.choices(values, k=len(values))) for _again in range(again))
    return fmean(values), means[math.floor(0.025 * again)], means[math.ceil(0.975 * again) - 1]


def told(variants: Iterable[Variant]) -> list[str]:
    """Lines for a terminal."""
    lines = []
    for one in variants:
        mean, low, high = one.ndcg
        change, least, most = one.difference
        lines.append(
            f"{one.name}: nDCG@10 {mean:.4f} [{low:.3f}, {high:.3f}], "
            f"difference {change:+.4f} [{least:+.4f}, {most:+.4f}]; "
            f"Gini {one.gini:.3f}, newcomers have {one.new:.1%} of attention, the ten most shown {one.top:.1%}, "
            f"{one.bodies} bodies shown"
        )
    return lines


@dataclass(frozen=True)
class Feedback:
    """A suggestion that was shown at `place` (from 1), and what became of it: 1 welcome, 0 not."""

    query: str
    id: int
    place: int
    reward: float


def of_policy(
    logged: Sequence[Feedback], place_of: Callable[[str, int], int | None], *, most: float = 10.0
) -> tuple[float, float, float]:
    """What feedback a list under another order would have had on average, from what was recorded under this one: each
    piece weighs the attention its new place has over what its old one had (inverse propensity by place: Joachims,
    Swaminathan and Schnabel 2017), at most `most`. `place_of(query, id)`: its place in the other order, None where it
    is not shown; what was never shown can say nothing. Welcome suggestions a list, and the 95 % bootstrap interval.
    """
    by_list: dict[str, float] = {}
    for one in logged:
        place = place_of(one.query, one.id)
        weight = min(most, attention(place) / attention(one.place)) if place is not None else 0.0
        by_list[one.query] = by_list.get(one.query, 0.0) + weight * one.reward
    return interval(list(by_list.values()))
