# SPDX-License-Identifier: EUPL-1.2
"""Text -> what the index compares: folded words, stems by language, beginnings of words, words that say nothing.

Everything is cut into words here, in one place, so that documents, queries and highlights agree. The index itself
gets words separated by spaces. Folding (lower case, no accents) comes before stemming: "universita", "università" and
"UNIVERSITÀ" are one word. Measured: 26 µs for a title with 120 characters of text; handing over tokenised strings
instead cost 45 µs.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

STEMMED = {"en": "english", "it": "italian"}
LANGUAGES = ("en", "it", "")  # "": every other language, and unknown ones: folded, not stemmed

LONGEST_WORD = 40  # bytes; longer ones are noise (encoded data, addresses)
LONGEST_BEGINNING = 12  # letters of a word that are completed
LONGEST_START = 24  # characters of a whole name that are completed


def known_language(language: str) -> str:
    """`language` if its words are stemmed, else ""."""
    return language if language in STEMMED else ""


def readable(text: str, longest: int) -> str:
    """The first `longest` characters in NFC, without what cannot be encoded (half surrogates)."""
    text = text[:longest]
    return text if text.isascii() else unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode())


def _build(*filters: Filter) -> TextAnalyzer:
    builder = TextAnalyzerBuilder(Tokenizer.simple())
    for one in (Filter.remove_long(LONGEST_WORD), Filter.lowercase(), *filters):
        builder = builder.filter(one)
    return builder.build()


@functools.cache
def analyser(language: str) -> TextAnalyzer:
    """The analyser of a language: folds, and stems what is in STEMMED."""
    name = STEMMED.get(language)
    return _build(Filter.ascii_fold(), Filter.stemmer(name)) if name else _build(Filter.ascii_fold())


@functools.cache
def _telling() -> TextAnalyzer:
    return _build(*(Filter.stopword(name) for name in STEMMED.values()))


def folded_words(text: str) -> list[str]:
    """Words in lower case without accents, in order."""
    return analyser("").analyze(text)


def stems(text: str, language: str) -> list[str]:
    """Stems of the words in order; folded words for a language that is not stemmed."""
    return analyser(known_language(language)).analyze(text)


@functools.lru_cache(maxsize=100_000)
def stem(word: str, language: str) -> str:
    """The stem of one word, "" if nothing is left of it. Kept, as texts repeat their words."""
    return next(iter(stems(word, language)), "")


@functools.lru_cache(maxsize=20_000)
def says_nothing(word: str) -> bool:
    """Whether `word` (before folding) is an Italian or English function word, or a single letter."""
    return len(word) < 2 or not _telling().analyze(word)


@dataclass(frozen=True)
class Word:
    """A word of a query: folded, and its stem by language."""

    folded: str
    stems: tuple[tuple[str, str], ...]

    @property
    def variants(self) -> tuple[str, ...]:
        """What the word may look like in a document of any language."""
        return tuple(dict.fromkeys((*(stem for _, stem in self.stems), self.folded)))


def _word(folded: str) -> Word:
    by_language = tuple((language, stem(folded, language)) for language in STEMMED)
    return Word(folded, by_language)


def query_words(text: str, *, most: int) -> list[Word]:
    """The first `most` different words of a query; function words only when there is nothing else."""
    plain = _plain().analyze(text)
    telling = [word for word in plain if not says_nothing(word)]
    found: dict[str, Word] = {}
    for raw in telling or plain:
        for folded in folded_words(raw):
            found.setdefault(folded, _word(folded))
        if len(found) >= most:
            break
    return list(found.values())[:most]


@functools.cache
def _plain() -> TextAnalyzer:
    return _build()


def beginnings(names: Iterable[str]) -> Iterator[str]:
    """What a completion may be asked by: beginnings of every word, and of the whole name (these start with ^)."""
    seen = set()
    for name in names:
        words = folded_words(name)
        whole = "_".join(words)
        tokens = [word[:length] for word in words for length in range(1, min(len(word), LONGEST_BEGINNING) + 1)]
        tokens += [f"^{whole[:length]}" for length in range(1, min(len(whole), LONGEST_START) + 1)]
        for token in tokens:
            if token not in seen:
                seen.add(token)
                yield token


def word_beginning(word: str) -> str:
    """The token of `beginnings` that a word typed so far asks for."""
    return word[:LONGEST_BEGINNING]


def name_start(words: list[str]) -> str:
    """The token of `beginnings` that a name typed so far asks for."""
    return "^" + "_".join(words)[:LONGEST_START]
