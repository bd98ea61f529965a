# SPDX-License-Identifier: EUPL-1.2
"""The order of a list, once every candidate has its score: not all of one kind, and a place for newcomers. Pure.

Partners of one project rest on one piece of evidence; departments of one university are one house. Maximal marginal
relevance (Carbonell and Goldstein 1998) puts somebody else between them. Who was suggested often gives way a little
(`exposure`). Of each ten places one (`TURN`) belongs to
newcomers, in turn: the one among those whose score is near enough that has been shown least.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

__all__ = [
    "EXPOSED",
    "NEAR_ENOUGH",
    "PENALTY",
    "TEN",
    "TURN",
    "Candidate",
    "alike",
    "diversified",
    "gini",
    "with_newcomers",
]

PENALTY = 0.15  # of the best score, taken from who is just like somebody above
EXPOSED = 0.15  # of the best score, at most, taken from who had most attention lately
HOUSE = 0.5  # how alike two bodies of one house are, whatever they have done
OF_A_HOUSE = 2  # of each ten, at most
TEN = 10
TURN = 8  # the place, of each ten, that belongs to newcomers
NEAR_ENOUGH = 0.5  # of the best score: below, nobody stands there only for being new


@dataclass(frozen=True)
class Candidate:
    """Somebody to be suggested. `score` on the list's own scale; `shares`: by piece of evidence, its part of what
    carries them (0..1); `house`: what they are a part of, "" when unknown; `excess`: of attention had lately (0..1).
    """

    id: int
    score: float
    shares: Mapping[int, float] = field(default_factory=dict)
    house: str = ""
    is_new: bool = False
    excess: float = 0.0


def alike(one: Candidate, other: Candidate) -> float:
    """How much two candidates rest on the same, 0..1."""
    both = one.shares.keys() & other.shares.keys()
    common = sum(min(one.shares[piece], other.shares[piece]) for piece in sorted(both)) if both else 0.0
    return max(common, HOUSE if one.house and one.house == other.house else 0.0)


def diversified(candidates: Sequence[Candidate], limit: int, *, penalty: float = PENALTY) -> list[Candidate]:
    """The first `limit`, each the best of those left, less what it shares with those above it and what attention it
    had lately.
    """
    left = sorted(candidates, key=lambda one: (-one.score, one.id))
    best = left[0].score if left else 0.0
    worths = {one.id: one.score - EXPOSED * best * one.excess for one in left}
    chosen: list[Candidate] = []
    likeness = {one.id: 0.0 for one in left}
    while left and len(chosen) < limit:
        houses = [one.house for one in chosen[len(chosen) // TEN * TEN :]]

        def worth(one: Candidate, houses: Sequence[str] = houses) -> tuple[bool, float, int]:
            is_too_many = bool(one.house) and houses.count(one.house) >= OF_A_HOUSE
            return is_too_many, -(worths[one.id] - penalty * best * likeness[one.id]), one.id

        following = min(left, key=worth)
        left.remove(following)
        chosen.append(following)
        for one in left:
            likeness[one.id] = max(likeness[one.id], alike(one, following))
    return chosen


def with_newcomers(
    ordered: Sequence[Candidate],
    others: Iterable[Candidate],
    shown: Mapping[int, int] | Callable[[int], int],
    *,
    limit: int,
) -> tuple[list[Candidate], set[int]]:
    """`ordered` with a newcomer at the place `TURN` of each ten that has none up to there; and who stands there only
    because of it. `others`: candidates further down. `shown`: how often each was suggested lately.
    """
    times = shown if callable(shown) else lambda one: shown.get(one, 0)
    listed = list(ordered)
    best = listed[0].score if listed else 0.0
    waiting = [one for one in others if one.is_new and one.score >= NEAR_ENOUGH * best]
    rotated: set[int] = set()
    for start in range(0, limit, TEN):
        at = start + TURN - 1
        if at >= limit or len(listed) < at or any(one.is_new for one in listed[start : at + 1]):
            continue
        known = {one.id for one in listed[: at + 1]}
        able = [one for one in waiting if one.id not in known]
        if not able:
            continue
        turn = min(able, key=lambda one: (times(one.id), -one.score, one.id))
        listed = [one for one in listed if one.id != turn.id]
        listed.insert(at, turn)
        rotated.add(turn.id)
    return listed[:limit], rotated


def gini(amounts: Iterable[float]) -> float:
    """How unequally something is shared: 0 all alike, near 1 one has it all. Those who have nothing count."""
    values = sorted(amounts)
    total = sum(values)
    if not values or total <= 0:
        return 0.0
    weighted = sum(rank * value for rank, value in enumerate(values, start=1))
    return 2 * weighted / (len(values) * total) - (len(values) + 1) / len(values)
