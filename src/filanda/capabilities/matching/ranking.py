# SPDX-License-Identifier: EUPL-1.2
"""From scores of pieces of evidence to organisations. Pure functions; the constants are measured in docs/matching.md.

The document-centric model of expert finding (Balog, Azzopardi and de Rijke 2006, "Model 2"; voting models: Macdonald
and Ounis 2006): rank pieces of evidence, then add up over the bodies that take part in them.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median

MEANING = 0.8  # weight of meaning; words get the rest, when need and evidence share a language
MEANING_TRANSLATED = 0.7  # the same when the need's words were translated into the evidence's language
SECOND = 0.5  # weight of the second reader where it has read a piece
VOTERS = 300  # pieces that may vote; fewer did worse in small regions too
POWER = 4.0  # votes are raised to this power before they are added up: one close piece outweighs many distant ones
POWER_TO_CALL = 3.0  # the same where the first bodies are looked at again: nearness is judged there
LOOKED_AGAIN = 8  # bodies with the most votes that are looked at again
NEARNESS = 8.0  # what the nearest piece's own similarity counts then: .1 more is worth 2.2 times the votes
COMPARED = 30  # best pieces that say how much words add to meaning
NEGLIGIBLE = 1e-6  # of the best; below, sums of powers lose their meaning
KEPT = 8  # pieces of one organisation that are looked at for the reason shown


@dataclass(frozen=True)
class Piece:
    """A piece of evidence with its fused score and where it came from (each in 0..1 of the best)."""

    evidence_id: int
    score: float
    meaning: float
    words: float


@dataclass(frozen=True)
class Ranked:
    """An organisation's total and the pieces that carried it, best first, with their shares of the total (0..1).

    `counted`: how many pieces were added up in all.
    """

    organisation_id: int
    score: float
    pieces: tuple[tuple[Piece, float], ...]
    counted: int


def scaled(scores: Mapping[int, float]) -> dict[int, float]:
    """Scores divided by the best; what is not at least NEGLIGIBLE of it is left out."""
    best = max(scores.values(), default=0.0)
    if best <= 0:
        return {}
    return {key: value / best for key, value in scores.items() if value / best >= NEGLIGIBLE}


def mixed(first: Mapping[int, float], second: Mapping[int, float], *, weight: float = SECOND) -> dict[int, float]:
    """Two readers' similarities as one, on a scale of its own: each in parts of its best, then weighed.

    A piece that only the first has read counts as much as its like: its similarity times what the mix makes, on
    average, of the best pieces that both have read.
    """
    best, best_second = max(first.values(), default=0.0), max(second.values(), default=0.0)
    if best <= 0 or best_second <= 0:
        return dict(first)
    both = {
        key: (1 - weight) * value / best + weight * second[key] / best_second
        for key, value in first.items()
        if key in second
    }
    likes = sorted((key for key in both if first[key] > 0), key=lambda key: -first[key])[:COMPARED]
    factor = fmean(both[key] * best / first[key] for key in likes) if likes else 1.0
    return {key: both[key] if key in both else factor * value / best for key, value in first.items()}


def fuse(
    meaning: Mapping[int, float],
    words: Mapping[int, float],
    *,
    translated: Collection[int] = (),
    other_language: Collection[int] = (),
    weight: float = MEANING,
    weight_translated: float = MEANING_TRANSLATED,
) -> list[Piece]:
    """Fuse two scores per piece of evidence; best first.

    `meaning`, `words`: scores by evidence id, any scale; with only one kind, that one decides. `translated`: ids whose
    words were compared with translations of the need's. `other_language`: ids whose words cannot be compared. They are
    judged by meaning alone, times what words add on average to the pieces that could share them, so that neither
    language has an advantage.
    """
    by_meaning, by_words = scaled(meaning), scaled(words)
    if not by_meaning or not by_words:
        weight = weight_translated = 1.0 if by_meaning else 0.0
    pieces, across = [], []
    for evidence_id in by_meaning.keys() | by_words.keys():
        m, w = by_meaning.get(evidence_id, 0.0), by_words.get(evidence_id, 0.0)
        if evidence_id in other_language and by_meaning:
            across.append((evidence_id, m))
        else:
            share = weight_translated if evidence_id in translated else weight
            pieces.append(Piece(evidence_id, share * m + (1 - share) * w, m, w))
    pieces.sort(key=lambda piece: (-piece.score, piece.evidence_id))
    if across:
        comparable = [piece for piece in pieces[:COMPARED] if piece.meaning > 0]
        factor = fmean(piece.score / piece.meaning for piece in comparable) if comparable else 1.0
        pieces += [Piece(evidence_id, factor * m, m, 0.0) for evidence_id, m in across]
        pieces.sort(key=lambda piece: (-piece.score, piece.evidence_id))
    return [piece for piece in pieces if piece.score >= NEGLIGIBLE]


def add_up(
    pieces: Sequence[Piece],
    parties: Mapping[int, Collection[int]],
    *,
    most: int = VOTERS,
    power: float = POWER,
    kept: int = KEPT,
    best: int | None = None,
) -> list[Ranked]:
    """Let the `most` best pieces vote for the organisations that take part in them; best first, ties by id.

    `pieces`: best first (so what each body holds is, too). `parties`: evidence id -> organisation ids. A piece is not
    divided among its partners. `best`: how many organisations are told, None for all.
    """
    voting = [(piece.score**power, piece, parties.get(piece.evidence_id, ())) for piece in pieces[:most]]
    totals: dict[int, float] = {}
    for vote, _piece, bodies in voting:
        for organisation_id in bodies:
            totals[organisation_id] = totals.get(organisation_id, 0.0) + vote
    order = sorted(totals, key=lambda organisation_id: (-totals[organisation_id], organisation_id))[:best]
    held: dict[int, list[tuple[float, Piece]]] = {organisation_id: [] for organisation_id in order}
    for vote, piece, bodies in voting:
        for organisation_id in held.keys() & bodies:
            held[organisation_id].append((vote, piece))
    return [_ranked(one, totals[one], held[one], kept) for one in order]


def look_again(
    ranked: Sequence[Ranked], near: Mapping[int, float], *, most: int = LOOKED_AGAIN, weight: float = NEARNESS
) -> list[Ranked]:
    """Put the first `most` of `ranked` in order by votes and by how near their nearest piece is by its own text.

    Votes say who works in the field, the nearest piece who did just this. `near`: similarity by evidence id; a body
    none of whose pieces is in it counts as one in the middle of the others. Bodies change places, and each takes the
    score of its new one: what a score says of a place, and the places below, stay as they were.
    """
    first = ranked[:most]
    nearest = {
        one.organisation_id: max(known)
        for one in first
        if (known := [near[piece.evidence_id] for piece, _share in one.pieces if piece.evidence_id in near])
    }
    if not nearest:
        return list(ranked)
    usual = median(nearest.values())

    def worth(one: Ranked) -> float:
        return one.score * math.exp(weight * nearest.get(one.organisation_id, usual))

    order = sorted(first, key=lambda one: (-worth(one), one.organisation_id))
    return [replace(one, score=place.score) for one, place in zip(order, first, strict=True)] + list(ranked[most:])


def _ranked(organisation_id: int, total: float, own: list[tuple[float, Piece]], kept: int) -> Ranked:
    reasons = tuple((piece, vote / total) for vote, piece in own[:kept])
    return Ranked(organisation_id, total, reasons, len(own))
