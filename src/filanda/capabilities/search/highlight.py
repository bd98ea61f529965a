# SPDX-License-Identifier: EUPL-1.2
"""Marking the words of a query in a text."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection

from markupsafe import Markup, escape

from filanda.capabilities.search.analysis import known_language, query_words, readable, stem

_LONGEST_QUERY = 20_000
_LONGEST_TEXT = 100_000
_MOST_WORDS = 5_000
_WORD = re.compile(r"([^\W_]+)")  # splitting by it gives what is between words and words in turn


def mark(text: str, query: str, language: str = "", *, stems: Collection[str] | None = None) -> Markup:
    """`text`, escaped, with the words that share a stem with a word of `query` inside <mark>.

    `stems`: of `language`, to mark instead of those of `query`: its words in another language.

    `language`: ISO 639-1 of `text`; "" compares without stemming. Words that say nothing ("the", "di") stay unmarked.
    A text beyond 100,000 characters is cut there.
    """
    text = readable(text, _LONGEST_TEXT)
    code = known_language(language)
    looked_for = _looked_for(query, code) if stems is None else _LookedFor(frozenset(stems), code)
    if not looked_for.stems:
        return escape(text)
    parts = _WORD.split(text)
    found = list(map(looked_for.__getitem__, parts[1::2]))
    if True not in found:
        return escape(text)
    pieces: list[str] = []
    done = 0
    for at, is_found in enumerate(found):
        if is_found:
            pieces += [escape("".join(parts[done : 2 * at + 1])), "<mark>", parts[2 * at + 1], "</mark>"]
            done = 2 * at + 2
    pieces.append(escape("".join(parts[done:])))
    return Markup("".join(pieces))  # noqa: S704 - every piece is escaped, or letters and digits only


def first_marked(text: str, query: str, language: str = "") -> int:
    """Where in `text` the first word stands that `mark` would mark; -1 where there is none."""
    looked_for = _looked_for(query, known_language(language))
    if not looked_for.stems:
        return -1
    for found in _WORD.finditer(text[:_LONGEST_TEXT]):
        if looked_for[found[0]]:
            return found.start()
    return -1


def piece(text: str, query: str, language: str = "", *, most: int = 260) -> Markup:
    """About `most` characters of `text` around the first word that `mark` would mark, with the words marked; its
    beginning where there is none.
    """
    before = most // 4  # characters shown before the word
    at = first_marked(text, query, language)
    start = text.find(" ", at - before) + 1 if at > before * 2 else 0
    shown = text[start : start + most]
    if start + most < len(text):
        shown = shown.rsplit(" ", 1)[0] + " …"
    return mark(f"… {shown}" if start else shown, query, language)


class _LookedFor(dict[str, bool]):
    """By word of a text in the language `code`, whether its stem is among `stems`: asked once a word."""

    def __init__(self, stems: Collection[str], code: str) -> None:
        super().__init__()
        self.stems = stems
        self._code = code

    def __missing__(self, word: str) -> bool:
        found = stem(word, self._code) in self.stems
        if len(self) < _MOST_WORDS:
            self[word] = found
        return found


@functools.lru_cache(maxsize=16)
def _looked_for(query: str, code: str) -> _LookedFor:
    """Kept, as one query is compared with every text of an answer: up to 450 times."""
    words = query_words(readable(query, _LONGEST_QUERY), most=500)
    return _LookedFor(frozenset(dict(word.stems).get(code, word.folded) for word in words), code)
