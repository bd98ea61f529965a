# SPDX-License-Identifier: EUPL-1.2
"""Folding of names: for sorting (the embedded database sorts by code point) and for comparing."""

from __future__ import annotations

import re
import unicodedata

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def fold(text: str) -> str:
    """Lower case, without accents, one space between words: "Università  degli STUDI" -> "universita degli studi"."""
    if text.isascii():
        return " ".join(_NOT_WORD.sub(" ", text.lower()).split())
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(_NOT_WORD.sub(" ", plain).split())


def sort_key(text: str, *, length: int = 300) -> str:
    """The stored, indexed key that lists are ordered by: folded, at most `length` characters."""
    return fold(text)[:length]


def clean(text: str) -> str:
    """Remove control characters and lone surrogates, normalise to NFC.

    NUL breaks both PostgreSQL and the embedder; JSON can carry surrogates ("\\ud800"), which no encoding has.
    """
    return unicodedata.normalize("NFC", _CONTROL.sub("", text)).strip()
