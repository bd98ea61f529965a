# SPDX-License-Identifier: EUPL-1.2
"""Progress of long work: a bar with rate and time left on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

_EVERY = 10.0  # seconds between two lines when nobody watches


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "", style="dim")


@contextmanager
def progress_bar(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show progress of `what`; the block gets a function to call with how many of `total` are done by now."""
    if not sys.stderr.isatty():
        yield _Lines(what, total)
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


class _Lines:
    def __init__(self, what: str, total: int) -> None:
        self._what, self._total = what, total
        self._began = self._said = time.monotonic()

    def __call__(self, done: int) -> None:
        at = time.monotonic()
        if at - self._said >= _EVERY or done == self._total:
            self._said = at
            rate = done / max(at - self._began, 0.001)
            left = (self._total - done) / rate if rate else 0
            sys.stderr.write(f"{self._what}: {done} of {self._total}, {rate:,.0f}/s, about {left:,.0f} s left\n")
