# SPDX-License-Identifier: EUPL-1.2
"""Words of a need in the other language, so that words count across languages too, and can be marked.

The lexicon is learned from labels that exist in both languages (tools/lexicon.py); it holds stems, no sentences.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

from filanda.capabilities.search.analysis import folded_words, says_nothing, stem

LANGUAGES = ("it", "en")
LEAST = 0.3  # probability of a translation that is used
_FILE = Path(__file__).parent / "shipped" / "lexicon-it-en.tsv"

Translations = Mapping[str, tuple[tuple[str, float], ...]]


@functools.lru_cache(maxsize=1)
def _lexicon() -> dict[str, dict[str, tuple[tuple[str, float], ...]]]:
    found: dict[str, dict[str, tuple[tuple[str, float], ...]]] = {"it-en": {}, "en-it": {}}
    with _FILE.open(encoding="utf-8") as file:
        for line in file:
            if line.startswith("#"):
                continue
            direction, one, words = line.rstrip("\n").split("\t")
            pairs = (pair.rsplit(":", 1) for pair in words.split(" "))
            found[direction][one] = tuple((word, float(value)) for word, value in pairs if float(value) >= LEAST)
    return found


def other_language(language: str) -> str:
    """The language that needs in `language` are translated into; "" when there is none."""
    return {"it": "en", "en": "it"}.get(language, "")


def translate(text: str, language: str) -> dict[str, float]:
    """Stems in the other language that the words of `text` may stand for, with their probability (0..1).

    Words the lexicon does not know keep their own form with a low weight: names and terms are often the same.
    """
    target = other_language(language)
    if not target:
        return {}
    known = _lexicon()[f"{language}-{target}"]
    found: dict[str, float] = {}
    for word in folded_words(text):
        if says_nothing(word) or len(word) < 3:
            continue
        for translated, chance in known.get(stem(word, language), ()) or ((stem(word, target), LEAST),):
            if translated:
                found[translated] = max(found.get(translated, 0.0), chance)
    return found
