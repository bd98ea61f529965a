# SPDX-License-Identifier: EUPL-1.2
"""Words of a need in the other language, so that words count across languages too, and can be marked.

Two files say what stands for what: one written by hand, for the words that needs are made of, and where that knows
nothing a lexicon learned from labels that exist in both languages (tools/lexicon.py); it holds stems, no sentences.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from filanda.capabilities.search.analysis import folded_words, says_nothing, stem

LANGUAGES = ("it", "en")
SHORTEST = 3  # letters of a word that the learned lexicon is asked for
LEAST = 0.3  # probability of a translation that is used
SURELY = 0.8  # the same of what is written by hand
GLOSSES = 2  # English words that stand for an Italian one in a gloss, at most
LONGEST_PHRASE = 3  # Italian words, those that say nothing not counted
_SHIPPED = Path(__file__).parent / "shipped"
_FILE = _SHIPPED / "lexicon-it-en.tsv"

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


class _Entry(NamedTuple):
    """Folded Italian words, in their first form, and the English words that they stand for, likeliest first."""

    italian: tuple[str, ...]
    english: tuple[str, ...]


def _telling(text: str) -> list[str]:
    return [word for word in folded_words(text) if not says_nothing(word)]


def _italian_stems(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(stem(word, "it") for word in words)


@functools.lru_cache(maxsize=1)
def _written() -> dict[tuple[str, ...], list[_Entry]]:
    """The entries written by hand, by the stems of their Italian words: one has several where stems are the same."""
    found: dict[tuple[str, ...], list[_Entry]] = {}
    with (_SHIPPED / "words-it-en.tsv").open(encoding="utf-8") as file:
        for line in file:
            if line.startswith("#"):
                continue
            phrases, english = line.rstrip("\n").split("\t")
            for phrase in phrases.split(","):
                italian = tuple(_telling(phrase))
                if italian:
                    found.setdefault(_italian_stems(italian), []).append(_Entry(italian, tuple(english.split())))
    return found


@functools.lru_cache(maxsize=1)
def _written_back() -> dict[str, tuple[tuple[str, float], ...]]:
    """English stem -> Italian stems, of single words written by hand."""
    found: dict[str, dict[str, float]] = {}
    for stems, entries in _written().items():
        if len(stems) == 1:
            for word in (word for entry in entries for word in entry.english):
                found.setdefault(stem(word, "en"), {})[stems[0]] = SURELY
    return {one: tuple(others.items()) for one, others in found.items()}


# Vowels that the first form of a word may end in, by what another form ends in: "costi" is of "costo", not of "costa".
_FIRST_ENDINGS = {"i": "oei", "e": "aei", "o": "o", "a": "ao"}


def _alike(word: str, first_form: str) -> tuple[int, bool]:
    """How much `word` looks like a form of a word with the same stem; the larger the more."""
    same = sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], zip(word, first_form, strict=False)))
    return 2 * same - len(word) - len(first_form), first_form[-1] in _FIRST_ENDINGS.get(word[-1], "")


def _entry_of(words: Sequence[str]) -> _Entry | None:
    entries = _written().get(_italian_stems(words), ())
    return max(entries, key=lambda one: list(map(_alike, words, one.italian)), default=None)


def _read(text: str) -> Iterator[tuple[str, _Entry | None]]:
    """The words of an Italian text that say something, the longest phrases that are written by hand as one."""
    words = _telling(text)
    at = 0
    while at < len(words):
        for count in range(min(LONGEST_PHRASE, len(words) - at), 0, -1):
            entry = _entry_of(words[at : at + count])
            if entry is not None:
                break
        yield words[at], entry
        at += count


def translate(text: str, language: str) -> dict[str, float]:
    """Stems in the other language that the words of `text` may stand for, with their probability (0..1).

    Words that no lexicon knows keep their own form with a low weight: names and terms are often the same.
    """
    target = other_language(language)
    if not target:
        return {}
    known = _lexicon()[f"{language}-{target}"]
    found: dict[str, float] = {}

    def add(pairs: Iterable[tuple[str, float]]) -> None:
        for translated, chance in pairs:
            if translated:
                found[translated] = max(found.get(translated, 0.0), chance)

    words = _read(text) if language == "it" else ((word, None) for word in _telling(text))
    for word, entry in words:
        if entry is not None:
            add((stem(english, target), SURELY) for english in entry.english)
        elif len(word) >= SHORTEST:
            own = stem(word, language)
            more = _written_back().get(own, ()) if language == "en" else ()
            add((*known.get(own, ()), *more) or ((stem(word, target), LEAST),))
    return found


def gloss(text: str) -> str:
    """An Italian text word by word in English, for a reader that knows no Italian: no sentence, but its matter.

    Function words are left out; words that no lexicon knows keep their stem.
    """
    known, words = _lexicon()["it-en"], _words()
    found: list[str] = []
    for word, entry in _read(text):
        if entry is not None:
            found += entry.english if len(entry.italian) > 1 else entry.english[:GLOSSES]
            continue
        own = stem(word, "it")
        translated = [words.get(other, other) for other, _chance in known.get(own, ())[:GLOSSES] if other]
        found += translated or [own]
    return " ".join(found)
