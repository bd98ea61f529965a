# SPDX-License-Identifier: EUPL-1.2
"""A check of the counterfactual estimate itself, on readers that are simulated and say so.

A simulated reader looks at a place with the chance that `attention` gives it and says "yes" to who is among the known
answers with a chance of .8, to anybody else with .05. Under the order by score these readers leave a log; from the log
alone `of_policy` estimates the diversified order; then other readers see that order, and the two can be compared.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from statistics import fmean

from filanda.across.matchmaking.diversity import Candidate, diversified
from filanda.across.matchmaking.measuring import TEN, Feedback, attention, candidates, of_policy
from filanda.capabilities.matching.measures import Judgements
from filanda.capabilities.matching.queries import OrganisationMatch

__all__ = ["simulated"]

LOGGED = 20  # places that the log goes down to: what was never shown can say nothing
WELCOME, POLITE = 0.8, 0.05


def simulated(
    found: Mapping[str, Sequence[OrganisationMatch]],
    judged: Mapping[str, Judgements],
    ids: Mapping[int, Sequence[str]],
    new: set[int],
) -> list[str]:
    """Lines for a terminal: estimate from the log, with its interval, and what was then seen."""
    chance = random.Random(23)  # noqa: S311 - a simulation
    log: list[Feedback] = []
    other: dict[str, dict[int, int]] = {}
    seen: list[float] = []
    before: list[float] = []
    for query, matches in found.items():
        if query not in judged:
            continue
        all_of_them = candidates(matches, new)
        plain = sorted(all_of_them, key=lambda one: (-one.score, one.id))[:LOGGED]
        varied = diversified(all_of_them, TEN)
        other[query] = {one.id: place for place, one in enumerate(varied, start=1)}
        for place, one in enumerate(plain, start=1):
            log.append(Feedback(query, one.id, place, _says(one, place, judged[query], ids, chance)))
        before.append(sum(one.reward for one in log[-len(plain) :][:TEN]))
        seen.append(sum(_says(one, at, judged[query], ids, chance) for at, one in enumerate(varied, start=1)))
    mean, low, high = of_policy(log, lambda query, one: other[query].get(one))
    return [
        "counterfactual check, simulated readers (no real feedback exists yet): "
        f"welcome a list of ten under the order by score {fmean(before or [0]):.3f}; diversified, estimated from that "
        f"log {mean:.3f} [{low:.3f}, {high:.3f}], then seen {fmean(seen or [0]):.3f}"
    ]


def _says(
    one: Candidate, place: int, judged: Judgements, ids: Mapping[int, Sequence[str]], chance: random.Random
) -> float:
    if chance.random() >= attention(place):
        return 0.0
    is_right = any(judged.get(name, 0) > 0 for name in ids.get(one.id, ()))
    return float(chance.random() < (WELCOME if is_right else POLITE))
