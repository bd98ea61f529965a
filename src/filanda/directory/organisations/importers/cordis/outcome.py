# SPDX-License-Identifier: EUPL-1.2
"""What an import did."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from filanda.directory.organisations.importers.records import LoadReport
from filanda.directory.organisations.importers.reporting import Merge

__all__ = ["CordisImport"]


@dataclass
class CordisImport:
    """What an import did, for the summary and the tests."""

    participations: int = 0
    projects: int = 0
    bodies: int = 0
    ids: int = 0
    in_region: int = 0
    outside: int = 0
    lines_rejected: int = 0
    values_rejected: int = 0
    rejected_by_reason: Counter[str] = field(default_factory=Counter)
    merges: list[Merge] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    load: LoadReport = field(default_factory=LoadReport)

    @property
    def united(self) -> list[Merge]:
        return [merge for merge in self.merges if merge.is_applied]

    @property
    def left_apart(self) -> list[Merge]:
        return [merge for merge in self.merges if not merge.is_applied]
