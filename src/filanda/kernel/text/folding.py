# SPDX-License-Identifier: EUPL-1.2
"""Folding of names: for sorting (the embedded database sorts by code point) and for comparing."""

from __future__ import annotations

import re
import unicodedata

_NOT_WORD = re.compile(r"[^a-z0-9]+")
# Besides what does not print: what turns the direction of the text around it, so that a name looks like another one.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_HIDDEN_MARKS = frozenset("\u0f73\u0f75\u0f81\uff9e\uff9f")  # no marks by their class, but made of marks
_MOST_MARKS = 30  # on one letter: the Stream-Safe Text Format of Unicode Standard Annex #15


def fold(text: str) -> str:
    """Lower case, without accents, one space between words: "Università  degli STUDI" -> "universita degli studi"."""
    if text.isascii():
        return " ".join(_NOT_WORD.sub(" ", text.lower()).split())
    decomposed = unicodedata.normalize("NFKD", _stream_safe(text).casefold().replace("ß", "ss"))
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(_NOT_WORD.sub(" ", plain).split())


def sort_key(text: str, *, length: int = 300) -> str:
    """The stored, indexed key that lists are ordered by: folded, at most `length` characters."""
    return fold(text)[:length]


def clean(text: str) -> str:
    """Remove control characters and lone surrogates, normalise to NFC. Takes time in proportion to the length.

    NUL breaks both PostgreSQL and the embedder; JSON can carry surrogates ("\\ud800"), which no encoding has.
    """
    plain = _CONTROL.sub("", text)
    return unicodedata.normalize("NFC", _stream_safe(plain)).strip()


def _stream_safe(text: str) -> str:
    """Without the marks beyond the first thirty on a letter, which no language has.

    Normalising sorts the marks of a letter one by one: 200,000 of them on one letter take a minute.
    """
    if text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for character in text:
        is_mark = unicodedata.combining(character) or character in _HIDDEN_MARKS
        marks = marks + 1 if is_mark else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)
