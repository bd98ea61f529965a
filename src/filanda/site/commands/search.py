# SPDX-License-Identifier: EUPL-1.2
"""`filanda indexer` and `filanda reindex`."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from filanda.site.django_ready import django_ready
from filanda.site.failures import Failure

if TYPE_CHECKING:
    from filanda.capabilities.search.index import Shard
    from filanda.capabilities.search.indexer import Indexer
    from filanda.capabilities.search.status import Progress

_PATIENCE = 10.0  # seconds that an indexer before us has to end
_SILENCE = 20.0  # seconds without a word from the indexer after which waiting for it is vain
_LINE_EVERY = 5.0  # seconds between two lines of progress where there is no terminal


def register(app: typer.Typer) -> None:
    @app.command(rich_help_panel="Serve")
    def indexer() -> None:
        """Keep this machine's search index up to date, until Ctrl-C. `filanda run` starts one by itself."""
        with django_ready():
            stop = threading.Event()
            for signum in (signal.SIGTERM, signal.SIGINT):
                signal.signal(signum, lambda *_: stop.set())
            at_work = _only_indexer(patience=_PATIENCE)
            if at_work is None:
                raise Failure("another indexer is at work on this search index already.")
            try:
                at_work.run(stop.is_set, stop.wait)
            finally:
                at_work.close()

    @app.command(rich_help_panel="Look after")
    def reindex(region: str = typer.Option("", help="Short name of one region; without it, all regions.")) -> None:
        """Build the search index anew from the database. Searches go on meanwhile, on the old one.

        Hardly ever needed: an index that is lost or damaged is built anew by itself.

        Safe to stop with Ctrl-C: `filanda run`, or this command again, goes on from there.
        """
        with django_ready():
            from filanda.capabilities.search.engine import search_index

            shards = _shards(region)
            try:
                for shard in shards:
                    search_index().request_rebuild(shard)
            except OSError as error:
                raise Failure(
                    f"the search index in {search_index().root} cannot be written: {error.strerror}."
                ) from error
            at_work = _only_indexer(patience=0)
            try:
                _await(shards, at_work)
                if at_work is not None:
                    at_work.catch_up()
            finally:
                if at_work is not None:
                    at_work.close()
            typer.echo(f"The search index is built: {_documents(shards)} documents.")


def _shards(slug: str) -> list[Shard]:
    from filanda.capabilities.search.index import Shard
    from filanda.kernel.manifests import search_sources
    from filanda.kernel.regions.models import Region

    regions = Region.objects.filter(slug=slug) if slug else Region.objects.all()
    found = [Shard(region.pk, kind) for region in regions for kind in search_sources()]
    if slug and not found:
        raise Failure(f"there is no region {slug!r}. See: filanda region list")
    return found


def _only_indexer(*, patience: float) -> Indexer | None:
    """This process as the indexer; None if another one still is after `patience` seconds."""
    from filanda.capabilities.search.index import LockBusy
    from filanda.capabilities.search.indexer import Indexer

    until = time.monotonic() + patience
    while True:
        try:
            return Indexer()
        except LockBusy:
            if time.monotonic() >= until:
                return None
            time.sleep(0.2)
        except OSError as error:
            raise _not_writable(error) from error


def _not_writable(error: OSError) -> Failure:
    return Failure(f"the search index cannot be written ({error.strerror}: {error.filename}).")


def _await(shards: Iterable[Shard], at_work: Indexer | None) -> None:
    """Show progress until every shard is built, by this process if it is the indexer, else by the one that runs."""
    from filanda.capabilities.search.engine import search_index
    from filanda.capabilities.search.status import is_running, read_report

    index = search_index()
    total = _rows(shards)
    heard = time.monotonic()
    with _shown(total) as show:
        while any(index.is_rebuild_requested(shard) for shard in shards):
            if at_work is not None:
                at_work.step()
            else:
                time.sleep(0.3)
            report = read_report(index.root)
            if is_running(report):
                heard = time.monotonic()
            elif time.monotonic() - heard > _SILENCE:
                raise Failure("the indexer stopped; run this command again.")
            if report is not None:
                show.update(report.rebuilds, [shard for shard in shards if index.is_rebuild_requested(shard)])


def _rows(shards: Iterable[Shard]) -> dict[Shard, int]:
    from filanda.kernel.manifests import search_sources
    from filanda.kernel.regions.models import Region
    from filanda.kernel.regions.scoped import in_region

    rows = {}
    for shard in shards:
        with in_region(Region.objects.get(pk=shard.region_id)):
            rows[shard] = sum(1 for _ in search_sources()[shard.kind].all_ids())
    return rows


def _documents(shards: Iterable[Shard]) -> int:
    from filanda.capabilities.search.engine import search_index

    search_index().refresh()
    readers = [search_index().reader(shard) for shard in shards]
    return sum(reader.count() for reader in readers if reader is not None)


class _Display:
    """Rows done of all rows: a bar on a terminal, a line every few seconds elsewhere."""

    def __init__(self, rows: dict[Shard, int]) -> None:
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        self._rows = rows
        self._began = self._said = time.monotonic()
        self._bar = None
        if sys.stderr.isatty():
            from rich.console import Console

            self._bar = Progress(
                TextColumn("Building the search index"),
                BarColumn(),
                TaskProgressColumn(),
                TextColumn("{task.fields[rate]} rows/s"),
                TimeRemainingColumn(),
                console=Console(stderr=True),
            )
            self._task = self._bar.add_task("", total=max(sum(rows.values()), 1), rate=0)
            self._bar.start()

    def update(self, rebuilds: Iterable[Progress], waiting: Iterable[Shard]) -> None:
        under_way = {(one.region_id, one.kind): one.done for one in rebuilds}
        left = sum(self._rows[shard] - under_way.get((shard.region_id, shard.kind), 0) for shard in waiting)
        total = sum(self._rows.values())
        done = max(0, total - left)
        seconds = time.monotonic() - self._began
        rate = round(done / max(seconds, 0.1))
        if self._bar is not None:
            self._bar.update(self._task, completed=done, rate=rate)
        elif time.monotonic() - self._said >= _LINE_EVERY:
            self._said = time.monotonic()
            remaining = f", {round(left / rate)} s left" if rate else ""
            typer.echo(f"{done} of {total} rows ({rate} rows/s{remaining})", err=True)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.stop()


@contextmanager
def _shown(rows: dict[Shard, int]) -> Iterator[_Display]:
    display = _Display(rows)
    try:
        yield display
    finally:
        display.close()
