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
_WORD = re.compile(r"[^\W_]+")


def mark(text: str, query: str, language: str = "", *, stems: Collection[str] | None = None) -> Markup:
    """`text`, escaped, with the words that share a stem with a word of `query` inside <mark>.

    `stems`: of `language`, to mark instead of those of `query`: its words in another language.

    `language`: ISO 639-1 of `text`; "" compares without stemming. Words that say nothing ("the", "di") stay unmarked.
    A text beyond 100,000 characters is cut there.
    """
    text = readable(text, _LONGEST_TEXT)
    code = known_language(language)
    wanted = _wanted(query, code) if stems is None else frozenset(stems)
    if not wanted:
        return escape(text)
    pieces: list[str] = []
    done = 0
    for found in _WORD.finditer(text):
        if stem(found[0], code) in wanted:
            pieces += [str(escape(text[done : found.start()])), "<mark>", found[0], "</mark>"]
            done = found.end()
    pieces.append(str(escape(text[done:])))
    return Markup("".join(pieces))  # noqa: S704 - every piece is escaped, or letters and digits only


def first_marked(text: str, query: str, language: str = "") -> int:
    """Where in `text` the first word stands that `mark` would mark; -1 where there is none."""
    code = known_language(language)
    wanted = _wanted(query, code)
    for found in _WORD.finditer(text[:_LONGEST_TEXT]) if wanted else ():
        if stem(found[0], code) in wanted:
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


@functools.lru_cache(maxsize=16)
def _wanted(query: str, code: str) -> frozenset[str]:
    """Stems of a query's words. Kept, as one query is compared with every text of an answer: up to 450 times."""
    words = query_words(readable(query, _LONGEST_QUERY), most=500)
    return frozenset(dict(word.stems).get(code, word.folded) for word in words)
