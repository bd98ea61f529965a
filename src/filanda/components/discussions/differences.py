# SPDX-License-Identifier: EUPL-1.2
"""What changed between two versions of a text, word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

__all__ = ["differences"]

_MOST = 1500  # words compared one by one; longer texts line by line


def differences(before: str, after: str) -> list[tuple[str, str]]:
    """Pieces of text in order: ("same", …), ("gone", …), ("new", …). Joined, "same" and "new" are `after`."""
    old, new = _words(before), _words(after)
    pieces: list[tuple[str, str]] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=max(len(old), len(new)) > _MOST).get_opcodes():
        if tag == "equal":
            pieces.append(("same", "".join(new[c:d])))
            continue
        if b > a:
            pieces.append(("gone", "".join(old[a:b])))
        if d > c:
            pieces.append(("new", "".join(new[c:d])))
    return pieces


def _words(text: str) -> list[str]:
    words = re.findall(r"\s+|[^\s]+", text)
    return words if len(words) <= _MOST else text.splitlines(keepends=True)
