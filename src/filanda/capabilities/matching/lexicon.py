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
GLOSSES = 2  # English words that stand for an Italian one in a gloss, at most
_SHIPPED = Path(__file__).parent / "shipped"
_FILE = _SHIPPED / "lexicon-it-en.tsv"

# Words whose stem is that of another word, "batterie" (batteries): what they stand for, by the whole word.
_BACTERIA = (("bacteria", 0.8), ("bacteri", 0.6), ("bacterium", 0.4))
_BY_WORD = {
    "it": dict.fromkeys(("batteri", "batterio", "batterico", "batterica", "batterici", "batteriche"), _BACTERIA)
}

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


@functools.lru_cache(maxsize=1)
def _words() -> dict[str, str]:
    """English stem -> the word it is short for most often, where they differ."""
    with (_SHIPPED / "words-en.tsv").open(encoding="utf-8") as file:
        pairs = (line.rstrip("\n").split("\t") for line in file if not line.startswith("#"))
        return dict(pair for pair in pairs if len(pair) == 2)


def other_language(language: str) -> str:
    """The language that needs in `language` are translated into; "" when there is none."""
    return {"it": "en", "en": "it"}.get(language, "")


def _known(word: str, language: str, known: Translations) -> tuple[tuple[str, float], ...]:
    """What a folded word may stand for: by the whole word where its stem would mislead, else by its stem."""
    return _BY_WORD.get(language, {}).get(word) or known.get(stem(word, language), ())


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
        for translated, chance in _known(word, language, known) or ((stem(word, target), LEAST),):
            if translated:
                found[translated] = max(found.get(translated, 0.0), chance)
    return found


def gloss(text: str) -> str:
    """An Italian text word by word in English, for a reader that knows no Italian: no sentence, but its matter.

    Function words are left out; words that the lexicon does not know keep their stem.
    """
    known, words = _lexicon()["it-en"], _words()
    found: list[str] = []
    for word in folded_words(text):
        if says_nothing(word):
            continue
        translated = [words.get(other, other) for other, _chance in _known(word, "it", known)[:GLOSSES] if other]
        found += translated or [stem(word, "it")]
    return " ".join(found)
