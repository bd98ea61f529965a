# SPDX-License-Identifier: EUPL-1.2
"""Figures for the summary that `python -m bench` prints at the end: each benchmark notes its own."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

PLACE = "FILANDA_BENCH_FIGURES"
"""Names the file that figures are added to; without it they are only printed by the benchmark itself."""


@dataclass(frozen=True)
class Figure:
    """`goal`: at most so much, or at least when `more_is_better`."""

    what: str
    value: float
    unit: str
    goal: float | None = None
    more_is_better: bool = False

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return ""
        reached = self.value >= self.goal if self.more_is_better else self.value <= self.goal
        return "reached" if reached else "NOT reached"


def note(what: str, value: float, unit: str, *, goal: float | None = None, more_is_better: bool = False) -> None:
    """Keep a figure for the summary."""
    place = os.environ.get(PLACE)
    if place:
        with Path(place).open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(Figure(what, value, unit, goal, more_is_better))) + "\n")


def read(place: Path) -> list[Figure]:
    if not place.exists():
        return []
    return [Figure(**json.loads(line)) for line in place.read_text(encoding="utf-8").splitlines()]


def tell(figures: Sequence[Figure]) -> None:
    width = max((len(figure.what) for figure in figures), default=0)
    for figure in figures:
        sign = "≥" if figure.more_is_better else "≤"
        goal = f"{sign} {figure.goal:,.10g}" if figure.goal is not None else ""
        value = f"{figure.value:,.0f}" if abs(figure.value) >= 100 else f"{figure.value:.2f}"
        print(f"{figure.what:{width}} {value:>9} {figure.unit:14} {goal:>8}  {figure.verdict}")


def machine() -> str:
    """Cores, memory, processor, and what else the machine does."""
    import platform

    model = "unknown processor"
    place = Path("/proc/cpuinfo")
    if place.exists():
        names = [
            line.partition(":")[2].strip() for line in place.read_text().splitlines() if line.startswith("model name")
        ]
        model = names[0] if names else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}; load {load} (1, 5, 15 minutes)"
    )
