# SPDX-License-Identifier: EUPL-1.2
"""Why this one: the sentence of a piece of evidence that answers a need, and the words they share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from filanda.capabilities.matching.lexicon import LANGUAGES, other_language, translate
from filanda.capabilities.matching.queries import place_need
from filanda.capabilities.matching.sentences import Span, nearest_sentences
from filanda.capabilities.search.analysis import stem
from filanda.capabilities.search.highlight import mark
from filanda.kernel.regions.models import Region

EXCERPT = 260  # characters shown of a text
SURE = 0.4  # probability of a translation from which a word is marked

_MARKED = re.compile(r"<mark>(.*?)</mark>")


@dataclass(frozen=True)
class ToExplain:
    """A piece of evidence as it is stored: `language` is ISO 639-1 or ""."""

    evidence_id: int
    title: str
    text: str
    language: str


@dataclass(frozen=True)
class Explanation:
    """Ready to show: title and excerpt are escaped, shared words (or the nearest sentence) inside <mark>.

    `words`: the shared words as they stand in the evidence, one form of each; empty when meaning alone brought it.
    """

    title: Markup
    excerpt: Markup
    words: tuple[str, ...]


def explain(need: str, language: str, evidence: Iterable[ToExplain], *, region: Region) -> dict[int, Explanation]:
    """Explanations by evidence id for the pieces shown beside a need. One query; no text is embedded but the need."""
    pieces = list(evidence)
    placed = place_need(need, region)
    sentences = nearest_sentences([piece.evidence_id for piece in pieces], *placed) if placed and pieces else {}
    return {piece.evidence_id: _explain(piece, need, language, sentences.get(piece.evidence_id)) for piece in pieces}


def distinct(words: Iterable[str]) -> list[str]:
    """`words` without those that are only another form of one before: "batteries" after "battery"."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for word in words:
        forms = {(language, stem(word, language)) for language in LANGUAGES}
        if not forms & seen:
            kept.append(word)
        seen |= forms
    return kept


def _explain(piece: ToExplain, need: str, language: str, sentence: Span | None) -> Explanation:
    stems: list[str] | None = None
    if language and piece.language and language != piece.language:
        translated = translate(need, language) if piece.language == other_language(language) else {}
        stems = [stem for stem, chance in translated.items() if chance >= SURE]
    title = mark(piece.title, need, piece.language, stems=stems)
    whole = mark(piece.text, need, piece.language, stems=stems)
    words = tuple(distinct(word.lower() for word in _MARKED.findall(f"{title} {whole}")))
    start, end = sentence or (0, min(len(piece.text), EXCERPT))
    before, shown, after = _window(piece.text, start, end)
    excerpt = mark(shown, need, piece.language, stems=stems)
    if sentence and "<mark>" not in excerpt:
        excerpt = Markup("<mark>{}</mark>").format(shown)
    return Explanation(title=title, excerpt=Markup("{}{}{}").format(before, excerpt, after), words=words)


def _window(text: str, start: int, end: int) -> tuple[str, str, str]:
    """Ellipsis before, the part shown, ellipsis after: `start`..`end` cut at a word to EXCERPT characters."""
    shown = text[start:end].strip()
    cut = len(shown) > EXCERPT
    if cut:
        shown = shown[:EXCERPT].rsplit(" ", 1)[0].rstrip(" ,;:")
    return ("… " if text[:start].strip() else "", shown, " …" if cut or text[end:].strip() else "")
