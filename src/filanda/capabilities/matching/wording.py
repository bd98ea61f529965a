# SPDX-License-Identifier: EUPL-1.2
"""Concepts of large schemes (ATECO, NACE, EuroSciVoc) for a text, by the words of their labels.

Thousands of concepts have no vectors; their labels say what they are in few words, so the classic measure serves: each
word that a text and a label share counts by how few labels of the scheme have it (BM25: Robertson and Zaragoza 2009),
stemmed as the search index stems. Short words count like long ones: "gas", "vino" and "latte" say more than
"fabbricazione". A label stands in the reader's language; a text in another one is compared with the labels of its own
language where the scheme has them, and else by the words it translates to.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from filanda.capabilities.matching.lexicon import other_language, translate
from filanda.capabilities.search.analysis import known_language, says_nothing, stem
from filanda.directory.taxonomies.models import Concept, ConceptScheme
from filanda.kernel.kept import Kept
from filanda.kernel.text.folding import fold
from filanda.kernel.text.language import detect

__all__ = ["nearest_by_words"]

KEPT = 600.0  # seconds for which the words of a scheme's labels are believed
SATURATION = 1.2  # k1 of BM25
LENGTH = 0.75  # b of BM25
ALTERNATIVE, ABOVE = 0.8, 0.3  # what a word of a synonym, or of a broader concept's label, weighs beside one's own
CLOSE = 0.35  # a suggestion scores at least this part of the best one
SURE = 0.3  # probability of a translation from which a word counts
MOST_TRIED = 8  # times as many as are wanted: some are of one branch
MOST_WORDS = 200  # different ones of a text, those said most


@dataclass(frozen=True)
class _Words:
    """The words of a scheme's labels in one language: by stem, the concepts (by position) with their weights."""

    ids: list[int]
    above: list[tuple[int, ...]]
    postings: dict[str, list[tuple[int, float]]]
    said_by: dict[str, int]  # by stem, how many concepts say it themselves
    lengths: list[float]
    mean_length: float


_kept: Kept[tuple[int, str, object], _Words] = Kept(KEPT, most=20)


def nearest_by_words(
    scheme: ConceptScheme, text: str, *, reader: str, but: Iterable[int] = (), limit: int = 3
) -> list[Concept]:
    """At most `limit` current concepts of `scheme` whose labels say what `text` says, best first.

    `reader`: the reader's language, in which labels are compared unless the text is in another one; `but`: ids that
    are left out. Of a concept and the broader ones above it only the best is named. One query, and one more where the
    labels are not known yet.
    """
    language = _language(scheme, text, reader)
    words = _kept.get((scheme.pk, language, scheme.updated_at), lambda: _words_of(scheme, language))
    left_out = set(but)
    scores = _scores(words, _said(text, language, words))
    scores = {at: score for at, score in scores.items() if words.ids[at] not in left_out}
    if not scores:
        return []
    least = CLOSE * max(scores.values())
    order = sorted((-score, words.lengths[at], words.ids[at], at) for at, score in scores.items() if score >= least)
    order = order[: limit * MOST_TRIED]
    rows = Concept.objects.current().select_related("scheme").in_bulk([pk for _score, _length, pk, _at in order])
    chosen: set[int] = set()
    above_chosen: set[int] = set()
    found: dict[str, Concept] = {}  # a scheme may say one thing at two depths: "13.2 Weaving", "13.20 Weaving"
    for _score, _length, pk, at in order:
        concept = rows.get(pk)
        if concept is None or pk in above_chosen or chosen & {*words.above[at]} or concept.label in found:
            continue
        chosen.add(pk)
        above_chosen |= {*words.above[at]}
        found[concept.label] = concept
        if len(found) == limit:
            break
    return list(found.values())


def _language(scheme: ConceptScheme, text: str, reader: str) -> str:
    """The language in which `text` and the labels of `scheme` are compared."""
    written = detect(text, default=reader)
    sample = Concept.objects.current().filter(scheme=scheme).values_list("labels", flat=True).first() or {}
    for language in (written, reader.split("-")[0], "it", "en"):
        if sample.get(language):
            return language
    return next(iter(sample), "")


def _said(text: str, language: str, words: _Words) -> dict[str, float]:
    """Stems of `text` with how much each was said; translated where it is in the other language of the lexicon."""
    plain = [word for word in fold(text).split() if not word.isdecimal() and not says_nothing(word)]
    counted = Counter(plain).most_common(MOST_WORDS)
    said: dict[str, float] = {}
    for word, times in counted:
        found = stem(word, known_language(language))
        said[found] = said.get(found, 0.0) + times
    written = detect(text, default=language)
    if written != language and written == other_language(language):
        for found, chance in translate(" ".join(plain), written).items():
            if chance >= SURE and found in words.postings:
                said[found] = max(said.get(found, 0.0), chance)
    return {found: 1 + math.log(times) if times >= 1 else times for found, times in said.items()}


def _scores(words: _Words, said: dict[str, float]) -> dict[int, float]:
    total = len(words.ids)
    scores: dict[int, float] = {}
    for found, weight in said.items():
        postings = words.postings.get(found)
        if not postings:
            continue
        having = words.said_by.get(found, 1)
        rarity = math.log(1 + (total - having + 0.5) / (having + 0.5))
        for at, times in postings:
            norm = SATURATION * (1 - LENGTH + LENGTH * words.lengths[at] / words.mean_length)
            scores[at] = scores.get(at, 0.0) + weight * rarity * times * (SATURATION + 1) / (times + norm)
    return scores


def _words_of(scheme: ConceptScheme, language: str) -> _Words:
    """One query."""
    rows = Concept.objects.current().filter(scheme=scheme).order_by("pk")
    columns = list(rows.values_list("pk", "ancestor_ids", "labels", "alt_labels"))
    own = {pk: _stems(_label(labels, language), language) for pk, _above, labels, _others in columns}
    postings: dict[str, list[tuple[int, float]]] = {}
    said_by: Counter[str] = Counter()
    lengths = []
    for at, (pk, above, _labels, others) in enumerate(columns):
        weights: dict[str, float] = dict.fromkeys(own[pk], 1.0)
        for label in others.get(language, []):
            for found in _stems(label, language):
                weights[found] = max(weights.get(found, 0.0), ALTERNATIVE)
        said_by.update(weights.keys())
        for broader in above:
            for found in own.get(broader, ()):
                weights[found] = max(weights.get(found, 0.0), ABOVE)
        for found, weight in weights.items():
            postings.setdefault(found, []).append((at, weight))
        lengths.append(float(max(1, len(own[pk]))))
    mean = sum(lengths) / len(lengths) if lengths else 1.0
    return _Words(
        [row[0] for row in columns], [tuple(row[1]) for row in columns], postings, dict(said_by), lengths, mean
    )


def _label(labels: dict[str, str], language: str) -> str:
    return labels.get(language) or next(iter(labels.values()), "")


def _stems(text: str, language: str) -> set[str]:
    plain = (word for word in fold(text).split() if not says_nothing(word) and not word.isdecimal())
    return {stem(word, known_language(language)) for word in plain} - {""}
