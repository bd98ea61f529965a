# SPDX-License-Identifier: EUPL-1.2
"""Saved replies with their fields filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

__all__ = ["FIELDS", "fill", "reader_s_first", "unknown_fields"]

FIELDS = ("name", "title", "region")
_FIELD = re.compile(r"\{([a-z_]{1,20})\}")


def fill(words: str, values: Mapping[str, str]) -> str:
    """`words` with {name}, {title} and {region} as `values` say; anything else stays as it is written."""
    return _FIELD.sub(lambda found: values.get(found[1], found[0]) if found[1] in FIELDS else found[0], words)


def reader_s_first(languages: Iterable[str], reads: str) -> list[str]:
    """Codes of languages, the one that the reader reads first, the others by their code."""
    return sorted(languages, key=lambda code: (code != reads, code))


def unknown_fields(words: str) -> list[str]:
    """Fields that nobody fills in: mistakes, most likely."""
    return sorted({name for name in _FIELD.findall(words) if name not in FIELDS})
