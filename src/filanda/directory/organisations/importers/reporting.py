# SPDX-License-Identifier: EUPL-1.2
"""What an import has to say: rejected lines and values, bodies united, and counts."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from filanda.kernel.text.cells import harmless

__all__ = ["ImportRefused", "Merge", "Reject", "RejectLog", "write_merges"]


class ImportRefused(ValueError):
    """The whole import cannot be done; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A line that was left out, or a value of it that was (`column` names it; the rest of the line was used)."""

    file: str
    line: int
    reason: str
    column: str = ""
    value: str = ""

    @property
    def is_whole_line(self) -> bool:
        return not self.column


@dataclass(frozen=True, slots=True)
class Merge:
    """Source ids that became one organisation, or only look like one (`is_applied` false: for a person to decide)."""

    name: str
    rule: str
    first_id: str
    second_id: str
    first_name: str
    second_name: str
    detail: str = ""
    is_applied: bool = True


@dataclass
class RejectLog:
    """Counts rejects by reason and writes each to a CSV file (file, line, what, column, value, reason) as it comes.

    The file is made at once, so that a path that cannot be written is known before the work, not after it.
    """

    path: Path | None = None
    lines: int = 0
    values: int = 0
    by_reason: Counter[str] = field(default_factory=Counter)
    first: list[Reject] = field(default_factory=list)
    _write: Callable[[Iterable[str]], object] | None = None
    _close: Callable[[], None] | None = None

    def __enter__(self) -> RejectLog:
        if self.path is not None:
            file = _open(self.path)
            self._write = csv.writer(file).writerow
            self._close = file.close
            self._write(("file", "line", "what", "column", "value", "reason"))
        return self

    def __exit__(self, *_: object) -> None:
        if self._close is not None:
            self._close()

    def __call__(self, reject: Reject) -> None:
        if reject.is_whole_line:
            self.lines += 1
        else:
            self.values += 1
        self.by_reason[reject.reason] += 1
        if len(self.first) < 20:
            self.first.append(reject)
        if self._write is not None:
            what = "line left out" if reject.is_whole_line else "value left out"
            shown = harmless(reject.value[:300])
            self._write((reject.file, str(reject.line), what, reject.column, shown, reject.reason))


def write_merges(path: Path, merges: Iterable[Merge]) -> None:
    """Write the report of merges as CSV: one line a pair, those that were applied first."""
    with _open(path) as file:
        writer = csv.writer(file)
        writer.writerow(("what", "rule", "organisation", "id 1", "id 2", "spelling 1", "spelling 2", "why"))
        for merge in sorted(merges, key=lambda merge: (not merge.is_applied, merge.rule, merge.name)):
            what = "united" if merge.is_applied else "left apart: please look"
            cells = (merge.name, merge.first_id, merge.second_id, merge.first_name, merge.second_name, merge.detail)
            writer.writerow((what, merge.rule, *map(harmless, cells)))


def _open(path: Path) -> TextIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("w", encoding="utf-8", newline="", errors="replace")
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise ImportRefused(f"The report {path} cannot be written: {reason}.") from error
