# SPDX-License-Identifier: EUPL-1.2
"""The indexer: the only writer of this machine's index. Follows the journal, and rebuilds what is lost.

A shard's checkpoint is the position of the journal up to which it holds everything; it is stored in the same commit
as the documents, so a kill at any moment loses nothing: what was not committed is read again. Refreshing a document
twice does no harm.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

import structlog
from django.db import DatabaseError, close_old_connections, connection

from filanda.capabilities.search.engine import search_index
from filanda.capabilities.search.index import Checkpoint, IndexDamaged, LockBusy, Shard
from filanda.capabilities.search.refreshing import CHUNK, refresh
from filanda.capabilities.search.status import Progress, Report, write_report
from filanda.capabilities.search.tantivy_index import TantivyIndex
from filanda.capabilities.search.tantivy_shard import TantivyWriter
from filanda.kernel.journal import chain
from filanda.kernel.journal.models import ChainLink
from filanda.kernel.manifests import search_sources
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import across_regions, in_region

log = structlog.get_logger(__name__)

_EVENTS = 500  # read at once
_ROWS = 50_000  # touched rows after which the events so far are worked off: an import touches the same rows often
_COMMIT_ROWS = 10_000  # of a rebuild, between two commits
_IDLE_POSITIONS = 5_000  # how far an untouched shard's checkpoint may fall behind
_LOOK = 0.4  # seconds between two looks at the journal
_REPORT = 2.0  # seconds between two reports when nothing happens
_KEEP_WRITERS = 30.0  # seconds that writers (and their memory) are kept when nothing happens
_LONGEST_WAIT = 5.0  # seconds between two tries while the database is away


def hold(root: Path) -> IO[str]:
    """Be the only indexer of the index in `root` for as long as the returned file is open. Raises LockBusy."""
    root.mkdir(parents=True, exist_ok=True)
    file = (root / "lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise LockBusy("another indexer writes to this index") from error
    return file


class Stopped(Exception):
    """The indexer was told to stop in the middle of its work, which will be done again."""


@dataclass
class _Rebuild:
    """A rebuild in progress: `ids` that remain, of `total` rows."""

    writer: TantivyWriter
    start: Checkpoint
    ids: list[int]
    total: int
    uncommitted: int = 0
    written: int = 0
    began: float = field(default_factory=time.monotonic)

    def progress(self, shard: Shard) -> Progress:
        rate = self.written / max(time.monotonic() - self.began, 0.001)
        return Progress(shard.region_id, shard.kind, self.total - len(self.ids), self.total, round(rate, 1))


class Indexer:
    """One indexer. `step` does a bounded piece of work; `run` repeats it until told to stop.

    Raises LockBusy at once when another process writes to the same index.
    """

    def __init__(self, index: TantivyIndex | None = None) -> None:
        self.index = index or search_index()
        self._lock = hold(self.index.root)
        self._journal = ""
        self._forget_everything()
        self._reported = self._worked = float("-inf")
        self._should_stop: Callable[[], bool] = lambda: False

    def _forget_everything(self) -> None:
        self._writers: dict[Shard, TantivyWriter] = {}
        self._rebuilds: dict[Shard, _Rebuild] = {}
        self._followed: dict[Shard, Checkpoint] = {}  # complete shards, and how far each is
        self._position: int | None = None

    def close(self) -> None:
        """Store how far every shard is, and let go."""
        try:
            self._advance(further_than=0)
        except (IndexDamaged, LookupError, LockBusy) as error:
            log.warning("search.checkpoints_not_stored", error=str(error))
        self._close_writers()
        self._lock.close()

    def run(self, should_stop: Callable[[], bool], wait: Callable[[float], object] = time.sleep) -> None:
        """Work until `should_stop()`; a database that is away is waited for."""
        failures = 0
        self._should_stop = should_stop
        while not should_stop():
            try:
                close_old_connections()
                busy = self.step()
                failures = 0
            except Stopped:
                self._close_writers()
            except DatabaseError as error:
                failures += 1
                self._close_writers()
                connection.close()
                log.warning("search.database_away", error=str(error).partition("\n")[0])
                wait(min(0.2 * 2**failures, _LONGEST_WAIT))
            except (IndexDamaged, LookupError, OSError) as error:
                failures += 1
                log.warning("search.index_damaged", error=str(error))
                self._close_writers()
                self._forget_everything()
                wait(min(0.2 * 2**failures, _LONGEST_WAIT))
            else:
                if not busy:
                    wait(_LOOK)

    def catch_up(self) -> None:
        """Work until there is nothing left to do."""
        while self.step():
            pass

    def step(self) -> bool:
        """Look after every shard, work off some events and some of a rebuild. Returns whether there was anything."""
        with across_regions():
            self._check_place()
            regions = {region.pk: region for region in Region.objects.all()}
            self._drop_orphans(regions)
            for region_id in regions:
                for kind in search_sources():
                    self._look_after(Shard(region_id, kind), regions)
            busy = any([self._follow(regions), self._build_some(regions)])
        now = time.monotonic()
        if busy:
            self._worked = now
        elif now - self._worked > _KEEP_WRITERS:
            self._close_writers()
        if busy or now - self._reported > _REPORT:
            self._report()
        return busy

    def _report(self) -> None:
        rebuilds = [rebuild.progress(shard) for shard, rebuild in self._rebuilds.items()]
        write_report(self.index.root, Report(time.time(), os.getpid(), self._position or 0, rebuilds))
        self._reported = time.monotonic()

    # Looking after shards

    def _check_place(self) -> None:
        """Start afresh if the whole directory was removed: nothing that is open leads there any more."""
        try:
            same = os.fstat(self._lock.fileno()).st_ino == (self.index.root / "lock").stat().st_ino
        except OSError:
            same = False
        if not same:
            log.warning("search.index_removed")
            self._lock.close()
            self._lock = hold(self.index.root)
            self._close_writers()
            self._forget_everything()
            self.index.refresh()

    def _drop_orphans(self, regions: Mapping[int, Region]) -> None:
        for shard in [shard for shard in (*self._followed, *self._rebuilds) if shard.region_id not in regions]:
            self._let_go(shard)
            self.index.drop(shard)

    def _look_after(self, shard: Shard, regions: Mapping[int, Region]) -> None:
        """Make sure that something whole serves `shard`, else begin to build it again."""
        usable = self.index.serves(shard) and not self.index.is_damaged(shard)
        if not usable:
            self._let_go(shard)
        elif shard in self._rebuilds:
            return
        elif shard not in self._followed:
            usable = self._take_up(shard)
        if not usable or self.index.is_rebuild_requested(shard):
            self._begin_rebuild(shard, regions[shard.region_id])

    def _take_up(self, shard: Shard) -> bool:
        """Follow the journal from where a shard that somebody left is. False if it must be built again."""
        try:
            self.index.check(shard)
            checkpoint = self._stored(shard)
        except IndexDamaged as error:
            log.warning("search.shard_damaged", region=shard.region_id, kind=shard.kind, error=str(error))
            self.index.report_damage(shard)
            return False
        if not checkpoint.is_complete:
            return False
        if checkpoint.position > chain.head() or checkpoint.journal not in {"", self._journal_identity()}:
            log.warning("search.another_journal", region=shard.region_id, kind=shard.kind)
            self.index.report_damage(shard)
            return False
        self._join(shard, checkpoint)
        return True

    def _join(self, shard: Shard, checkpoint: Checkpoint) -> None:
        """From now on `shard` follows, and events that it has not seen are read again."""
        self._followed[shard] = checkpoint
        self._position = min(self._reached(), checkpoint.position)

    def _stored(self, shard: Shard) -> Checkpoint:
        self.index.refresh()
        reader = self.index.reader(shard)
        if reader is None:
            raise IndexDamaged("it cannot be opened")
        return reader.checkpoint

    def _reached(self) -> int:
        return self._position if self._position is not None else chain.head()

    def _journal_identity(self) -> str:
        """The hash of the journal's first link, "" while there is none."""
        if not self._journal:
            first = ChainLink.objects.filter(position=1).values_list("hash", flat=True).first()
            self._journal = bytes(first).hex() if first is not None else ""
        return self._journal

    def _let_go(self, shard: Shard) -> None:
        self._followed.pop(shard, None)
        rebuild = self._rebuilds.pop(shard, None)
        for writer in (self._writers.pop(shard, None), rebuild.writer if rebuild else None):
            if writer is not None:
                writer.close()

    # Rebuilding

    def _begin_rebuild(self, shard: Shard, region: Region) -> None:
        if writer := self._writers.pop(shard, None):
            writer.close()
        start = Checkpoint(chain.head(), built_to=0, journal=self._journal_identity())
        writer, checkpoint = self.index.rebuild(shard, start)
        with in_region(region):
            every = list(search_sources()[shard.kind].all_ids())
        remaining = [id_ for id_ in every if id_ > (checkpoint.built_to or 0)] if not checkpoint.is_complete else []
        self._rebuilds[shard] = _Rebuild(writer, checkpoint, remaining, len(every))
        self.index.refresh()
        log.info("search.rebuild_begun", region=region.slug, kind=shard.kind, rows=len(every), remaining=len(remaining))

    def _build_some(self, regions: Mapping[int, Region]) -> bool:
        """Build one chunk of one rebuild. A chunk that fails stays to be built."""
        shard = next(iter(self._rebuilds), None)
        if shard is None:
            return False
        rebuild = self._rebuilds[shard]
        chunk = rebuild.ids[:CHUNK]
        with in_region(regions[shard.region_id]):
            rebuild.writer.upsert(search_sources()[shard.kind].build(chunk))
        del rebuild.ids[: len(chunk)]
        rebuild.written += len(chunk)
        rebuild.uncommitted += len(chunk)
        if not rebuild.ids:
            self._finish(shard, rebuild)
        elif rebuild.uncommitted >= _COMMIT_ROWS:
            rebuild.writer.commit(replace(rebuild.start, built_to=chunk[-1]))
            rebuild.uncommitted = 0
            self.index.refresh()
        return True

    def _finish(self, shard: Shard, rebuild: _Rebuild) -> None:
        complete = replace(rebuild.start, built_to=None)
        rebuild.writer.commit(complete)
        seconds = round(time.monotonic() - rebuild.began, 2)
        self._let_go(shard)
        self.index.swap(shard)
        self.index.refresh()
        self._join(shard, complete)
        log.info("search.rebuilt", region=shard.region_id, kind=shard.kind, rows=rebuild.total, seconds=seconds)

    # Following the journal

    def _follow(self, regions: Mapping[int, Region]) -> bool:
        """Work off the next events. Returns whether there were any."""
        position = start = self._reached()
        touched: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        rows = 0
        for at, event in chain.follow(start, limit=_EVENTS):
            position = at
            if event.region_id is None or event.region_id not in regions:
                continue
            for kind, ids in (event.touches or {}).items():
                if kind in search_sources():
                    touched[event.region_id][kind].update(ids)
                    rows += len(ids)
            if rows >= _ROWS:
                break
        for region_id, by_kind in touched.items():
            shards = [shard for shard in self._followed if shard.region_id == region_id]
            writers = {shard: self._writer(shard) for shard in shards}
            with in_region(regions[region_id]):
                written = refresh(self.index, region_id, by_kind, writers, between=self._breathe)
            for shard in written:
                self._commit(shard, position)
        self._position = position
        if position == start:
            return False
        self._advance(further_than=_IDLE_POSITIONS)
        self.index.refresh()
        return True

    def _breathe(self) -> None:
        """Between two chunks of a long refresh: say that we live, and end it if we are to stop."""
        if self._should_stop():
            raise Stopped
        if time.monotonic() - self._reported > _REPORT:
            self._report()

    def _writer(self, shard: Shard) -> TantivyWriter:
        if shard not in self._writers:
            self._writers[shard] = self.index.writer(shard)
        return self._writers[shard]

    def _commit(self, shard: Shard, position: int) -> None:
        """Commit with the checkpoint. One that was ahead already stays where it is."""
        reached = max(position, self._followed[shard].position)
        checkpoint = Checkpoint(reached, journal=self._journal_identity())
        self._writer(shard).commit(checkpoint)
        self._followed[shard] = checkpoint

    def _advance(self, *, further_than: int) -> None:
        """Let the checkpoints of untouched shards follow, so that a restart reads little again."""
        position = self._position or 0
        for shard, checkpoint in list(self._followed.items()):
            if position - checkpoint.position > further_than:
                self._commit(shard, position)

    def _close_writers(self) -> None:
        """Let go of every writer, and of what it did not commit: it will be done again."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()
