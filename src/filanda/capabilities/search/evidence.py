# SPDX-License-Identifier: EUPL-1.2
"""Word scores of pieces of evidence, for the matcher."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from filanda.capabilities.search.engine import search_index
from filanda.capabilities.search.index import EVERYTHING, IndexDamaged, Shard


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
    filters: Mapping[str, Collection[str]] | None = None,
    organisation_ids: Collection[int] | None = None,
    limit: int = 300,
    translations: Mapping[str, Mapping[str, float]] | None = None,
) -> list[EvidenceScore]:
    """The `limit` pieces of evidence of a region that share most with `text` (any length, any content), best first.

    `audience`: Actor.audience_tokens, or None for the platform itself. `language_weights`: factor for the words of
    pieces in that language, e.g. {"it": 1, "en": .3}, "" for unknown languages; a language not named is not searched;
    None: all alike. `filters`: alternatives by facet, of which one of the piece's bodies (or, for evidence_kind, the
    piece itself) has one; each facet may be met by another body, so check the bodies afterwards. `organisation_ids`:
    only pieces that one of these takes part in (for short lists: costs about 5 µs an id). Function words do not
    count, and of a long text the 128 rarest words decide. `translations`: for a language, stems with weights (0..1)
    that are looked for in its pieces instead of the words of `text`. Returns [] when no word is shared or there is no
    index.
    """
    shard = Shard(region_id, "evidence")
    reader = search_index().reader(shard)
    if reader is None:
        return []
    try:
        scores = reader.text_scores(
            text,
            audience=(EVERYTHING,) if audience is None else audience,
            language_weights=language_weights,
            title_boost=title_boost,
            text_boost=text_boost,
            filters=filters or {},
            organisation_ids=organisation_ids,
            limit=limit,
            translations=translations,
        )
    except IndexDamaged:
        search_index().report_damage(shard)
        return []
    return [EvidenceScore(*score) for score in scores]
