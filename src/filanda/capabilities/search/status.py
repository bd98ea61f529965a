# SPDX-License-Identifier: EUPL-1.2
"""How the index is doing, for pages, metrics and operators."""

from __future__ import annotations

import json
import os
import time
import uuid
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from filanda.capabilities.search.engine import search_index
from filanda.kernel.journal import chain

_STALE = 15.0  # seconds without a report after which the indexer is taken for stopped


@dataclass(frozen=True)
class Progress:
    """A rebuild: rows written of all rows of its shard, and rows a second."""

    region_id: int
    kind: str
    done: int
    total: int
    rate: float = 0.0


@dataclass(frozen=True)
class Report:
    """What the indexer says of itself, every other second and after every step, in `<index>/indexer.json`."""

    at: float
    pid: int
    position: int
    rebuilds: list[Progress] = field(default_factory=list)


@dataclass(frozen=True)
class IndexStatus:
    """`is_running`: an indexer reported lately. `lag`: events of the journal that are not in the index yet.

    `documents`: how many there are, by kind, for whatever audience, in all regions.
    """

    is_running: bool
    position: int
    head: int
    documents: dict[str, int]
    rebuilds: list[Progress]

    @property
    def lag(self) -> int:
        return max(0, self.head - self.position)

    @property
    def is_rebuilding(self) -> bool:
        return bool(self.rebuilds)


def write_report(root: Path, report: Report) -> None:
    """Replace the report in one step. A full disk must not stop the indexer."""
    fresh = root / f"indexer.{uuid.uuid4().hex[:8]}"
    with suppress(OSError):
        fresh.write_text(json.dumps(asdict(report)))
        fresh.replace(root / "indexer.json")


def read_report(root: Path) -> Report | None:
    """The last report, None if there is none that can be read."""
    try:
        found: dict[str, Any] = json.loads((root / "indexer.json").read_text())
        return Report(**{**found, "rebuilds": [Progress(**one) for one in found["rebuilds"]]})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def is_running(report: Report | None) -> bool:
    """Whether the process that reported is alive and reported lately."""
    if report is None or time.time() - report.at > _STALE:
        return False
    try:
        os.kill(report.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def index_status() -> IndexStatus:
    """Status of this machine's index. One query."""
    index = search_index()
    report = read_report(index.root)
    documents: dict[str, int] = {}
    positions = []
    for shard in index.shards():
        reader = index.reader(shard)
        if reader is not None:
            documents[shard.kind] = documents.get(shard.kind, 0) + reader.count()
            positions.append(reader.checkpoint.position)
    running = is_running(report)
    return IndexStatus(
        is_running=running,
        position=report.position if report is not None and running else min(positions, default=0),
        head=chain.head(),
        documents=documents,
        rebuilds=report.rebuilds if report is not None and running else [],
    )
