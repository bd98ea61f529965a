# SPDX-License-Identifier: EUPL-1.2
"""Two people in one form at once. A form remembers what it showed, as a short mark of each field; when it comes back,
what only its editor changed is written, what only somebody else changed meanwhile stays, and what both changed
differently is refused with both versions.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

__all__ = ["EditConflict", "mark_of", "marks_of", "reconciled"]


class EditConflict(Exception):
    """Somebody else changed the same fields meanwhile. `theirs`: what these fields say now; `current`: all of them;
    `marks`: of them, for the next try.
    """

    def __init__(self, theirs: dict[str, Any], current: Mapping[str, Any]) -> None:
        super().__init__(_("Somebody else changed this while you were writing. Both versions are shown below."))
        self.theirs = theirs
        self.current = dict(current)
        self.marks = marks_of(current)


def mark_of(value: Any) -> str:
    """A short digest of what a field says."""
    said = [_plain(one) for one in value] if isinstance(value, tuple) else _plain(value)
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]


def marks_of(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: mark_of(value) for name, value in values.items()}


def reconciled(mine: Mapping[str, Any], now: Mapping[str, Any], marks: Mapping[str, str] | None) -> dict[str, Any]:
    """`mine`, with what only others changed since `marks` as they left it; all of `mine` without marks.

    Raises EditConflict.
    """
    found = dict(mine)
    theirs: dict[str, Any] = {}
    for name, ours in mine.items() if marks is not None else ():
        current, seen = now[name], (marks or {}).get(name, "")
        if mark_of(current) == seen or ours == current:
            continue
        if mark_of(ours) == seen:
            found[name] = current
        else:
            theirs[name] = current
    if theirs:
        raise EditConflict(theirs, now)
    return found


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return value.isoformat() if isinstance(value, date) else value
