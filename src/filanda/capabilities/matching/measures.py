# SPDX-License-Identifier: EUPL-1.2
"""Measures of a ranking against judgements, as TREC counts them (binary or graded gains, linear)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

Judgements = Mapping[str, int]


def ndcg(ranking: Sequence[str], judged: Judgements, k: int = 10) -> float:
    """Normalised discounted cumulative gain at `k` (Järvelin and Kekäläinen 2002), 0..1."""
    gains = [judged.get(one, 0) / math.log2(rank + 2) for rank, one in enumerate(ranking[:k])]
    ideal = [gain / math.log2(rank + 2) for rank, gain in enumerate(sorted(judged.values(), reverse=True)[:k])]
    return sum(gains) / sum(ideal) if sum(ideal) else 0.0


def recall(ranking: Sequence[str], judged: Judgements, k: int) -> float:
    """Part of the relevant ones among the first `k`, 0..1."""
    relevant = {one for one, gain in judged.items() if gain > 0}
    return len(relevant.intersection(ranking[:k])) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranking: Sequence[str], judged: Judgements, k: int = 100) -> float:
    """One over the rank of the first relevant one among the first `k`, 0..1."""
    for rank, one in enumerate(ranking[:k], start=1):
        if judged.get(one, 0) > 0:
            return 1 / rank
    return 0.0
