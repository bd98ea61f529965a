# SPDX-License-Identifier: EUPL-1.2
"""Word scores of pieces of evidence, for the matcher."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple


class EvidenceScore(NamedTuple):
    """`score`: BM25, comparable within one call only. `language`: of the piece, "" when unknown."""

    evidence_id: int
    score: float
    language: str


def evidence_scores(
    region_id: int,
    text: str,
    *,
    audience: Collection[str] | None,
    language_weights: Mapping[str, float] | None = None,
    title_boost: float = 1.0,
    text_boost: float = 1.0,
    organisation_ids: Collection[int] | None = None,
    limit: int = 300,
) -> list[EvidenceScore]:
    """The `limit` pieces of evidence of a region that share most with `text` (any length, any content), best first.

    `audience`: Actor.audience_tokens, or None for the platform itself. `language_weights`: factor for the words of
    pieces in that language, e.g. {"it": 1, "en": .3}, "" for unknown languages; a language not named is not searched;
    None: all alike. `organisation_ids`: only pieces that one of these bodies takes part in. Returns [] when no word
    is shared or there is no index.
    """
    raise NotImplementedError
