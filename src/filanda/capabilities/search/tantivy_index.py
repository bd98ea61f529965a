# SPDX-License-Identifier: EUPL-1.2
"""The index on tantivy: a directory a shard, a generation in it that serves, and perhaps one that is being built.

<root>/<region id>/<kind>/serving -> 1a2b…      a symbolic link, replaced in one step
<root>/<region id>/<kind>/1a2b…/                a generation: tantivy's files, and `layout` with LAYOUT in it
<root>/<region id>/<kind>/building              the name of the generation that is being built
<root>/<region id>/<kind>/damaged               somebody could not read what serves: build it again
"""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import tantivy

from filanda.capabilities.search import index as api
from filanda.capabilities.search.index import EVERYTHING, Checkpoint, IndexDamaged, Question, Shard
from filanda.capabilities.search.tantivy_shard import (
    LAYOUT,
    TantivyReader,
    TantivyWriter,
    build_schema,
    check_files,
    guarded,
    open_generation,
)

_LOOK_EVERY = 1.0  # seconds between two looks for newer commits


class _Serving:
    """What this process has open of one shard."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.looked_at = float("-inf")
        self.mark: tuple[str, int, int] | None = None  # generation, and the commit in it
        self.index: tantivy.Index | None = None
        self.reader: TantivyReader | None = None


class TantivyIndex:
    """All shards under `root`. One object a process; readers may be asked for by several threads."""

    def __init__(self, root: Path, *, look_every: float = _LOOK_EVERY) -> None:
        self.root = root
        self._look_every = look_every
        self._serving: dict[Shard, _Serving] = {}

    # Reading

    def reader(self, shard: Shard) -> TantivyReader | None:
        """See `SearchIndex.reader`. A shard that cannot be read is marked for the indexer, and None."""
        held = self._serving.setdefault(shard, _Serving())
        now = time.monotonic()
        if now - held.looked_at < self._look_every:
            return held.reader
        with held.lock:
            if now - held.looked_at >= self._look_every:
                self._look(shard, held)
                held.looked_at = time.monotonic()
        return held.reader

    def refresh(self) -> None:
        """Look for newer commits at the next question, without waiting out the second."""
        for held in list(self._serving.values()):
            held.looked_at = float("-inf")

    def _look(self, shard: Shard, held: _Serving) -> None:
        for _ in range(3):  # a swap may come between the look and the opening
            mark = self._mark(shard)
            if mark == held.mark and mark is not None:
                return
            try:
                self._reopen(shard, held, mark)
            except IndexDamaged:
                if self._mark(shard) == mark:
                    self.report_damage(shard)
                    held.reader = held.index = held.mark = None
                    return
            else:
                return

    def _reopen(self, shard: Shard, held: _Serving, mark: tuple[str, int, int] | None) -> None:
        if mark is None:
            held.reader = held.index = held.mark = None
            return
        if held.index is None or held.mark is None or held.mark[0] != mark[0]:
            index = guarded(lambda: open_generation(self._place(shard) / mark[0]))
        else:
            index = held.index
            guarded(index.reload)
        held.reader, held.index, held.mark = TantivyReader(index.schema, index.searcher()), index, mark

    def _mark(self, shard: Shard) -> tuple[str, int, int] | None:
        """Which generation serves, and which commit of it; None when none of this layout does."""
        place = self._place(shard)
        try:
            name = str((place / "serving").readlink())
            if (place / name / "layout").read_text() != LAYOUT:
                return None
            meta = (place / name / "meta.json").stat()
        except OSError:
            return None
        return name, meta.st_ino, meta.st_mtime_ns

    def report_damage(self, shard: Shard) -> None:
        """Ask the indexer to build a shard again. Silent where this process may not write."""
        with contextlib.suppress(OSError):
            (self._place(shard) / "damaged").touch()

    def is_damaged(self, shard: Shard) -> bool:
        return (self._place(shard) / "damaged").exists()

    def request_rebuild(self, shard: Shard) -> None:
        """Ask the indexer to build a sound shard again. Raises OSError where this process may not write."""
        place = self._place(shard)
        place.mkdir(parents=True, exist_ok=True)
        (place / "wanted").touch()

    def is_rebuild_requested(self, shard: Shard) -> bool:
        return (self._place(shard) / "wanted").exists()

    def serves(self, shard: Shard) -> bool:
        """Whether there are files of this layout to serve from, damaged or not."""
        return self._mark(shard) is not None

    def check(self, shard: Shard) -> None:
        """Read every file of what serves `shard`. Raises IndexDamaged."""
        mark = self._mark(shard)
        if mark is None:
            raise IndexDamaged("there is nothing that serves")
        generation = self._place(shard) / mark[0]
        check_files(generation)
        index = guarded(lambda: open_generation(generation))
        reader = TantivyReader(index.schema, index.searcher())
        reader.search(Question(text="a", audience=[EVERYTHING], limit=1))

    def shards(self) -> list[Shard]:
        found = []
        for link in sorted(self.root.glob("*/*/serving")):
            region, kind = link.parent.parent.name, link.parent.name
            if region.isdecimal():
                found.append(Shard(int(region), kind))
        return found

    # Writing

    def writer(self, shard: Shard) -> TantivyWriter:
        mark = self._mark(shard)
        if mark is None:
            raise LookupError(f"nothing serves {shard.kind} of region {shard.region_id}")
        return TantivyWriter(self._place(shard) / mark[0])

    def rebuild(self, shard: Shard, start: Checkpoint) -> tuple[TantivyWriter, Checkpoint]:
        place = self._place(shard)
        place.mkdir(parents=True, exist_ok=True)
        begun = self._go_on(place)
        if begun is None:
            begun = self._begin(place, start)
        generation, writer, checkpoint = begun
        if self._mark(shard) is None or self.is_damaged(shard):
            _link(place, generation.name)
            (place / "damaged").unlink(missing_ok=True)
        self._tidy(place)
        return writer, checkpoint

    def _go_on(self, place: Path) -> tuple[Path, TantivyWriter, Checkpoint] | None:
        """The generation that was being built when the indexer ended, if it can be used."""
        try:
            generation = place / (place / "building").read_text()
            if (generation / "layout").read_text() != LAYOUT:
                return None
            check_files(generation)
            writer = TantivyWriter(generation)
        except (OSError, IndexDamaged):
            return None
        index = guarded(lambda: open_generation(generation))
        try:
            return generation, writer, TantivyReader(index.schema, index.searcher()).checkpoint
        except IndexDamaged:
            writer.close()
            return None

    def _begin(self, place: Path, start: Checkpoint) -> tuple[Path, TantivyWriter, Checkpoint]:
        generation = place / uuid.uuid4().hex[:12]
        generation.mkdir()
        tantivy.Index(build_schema(), path=str(generation))
        (generation / "layout").write_text(LAYOUT)
        writer = TantivyWriter(generation)
        writer.commit(start)
        _replace(place / "building", generation.name)
        return generation, writer, start

    def swap(self, shard: Shard) -> None:
        place = self._place(shard)
        _link(place, (place / "building").read_text())
        for note in ("building", "damaged", "wanted"):
            (place / note).unlink(missing_ok=True)
        self._tidy(place)

    def drop(self, shard: Shard) -> None:
        shutil.rmtree(self._place(shard), ignore_errors=True)

    def _tidy(self, place: Path) -> None:
        """Remove generations that neither serve nor are being built. Who reads one of them keeps it open."""
        keep = set()
        with contextlib.suppress(OSError):
            keep.add(str((place / "serving").readlink()))
        with contextlib.suppress(OSError):
            keep.add((place / "building").read_text())
        for generation in self._generations(place):
            if generation.name not in keep:
                shutil.rmtree(generation, ignore_errors=True)

    def _generations(self, place: Path) -> Iterator[Path]:
        return (path for path in place.iterdir() if path.is_dir() and not path.is_symlink())

    def _place(self, shard: Shard) -> Path:
        return self.root / str(shard.region_id) / shard.kind


def _link(place: Path, name: str) -> None:
    """Let `name` serve: a link made beside and renamed over the old one, which no reader sees half done."""
    fresh = place / f"serving.{uuid.uuid4().hex[:8]}"
    fresh.symlink_to(name)
    fresh.replace(place / "serving")


def _replace(path: Path, content: str) -> None:
    fresh = path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}")
    fresh.write_text(content)
    fresh.replace(path)


def _conforms(index: TantivyIndex, reader: TantivyReader, writer: TantivyWriter) -> tuple[object, ...]:
    """Never called: lets the type checker compare this engine with the interface."""
    checked: tuple[api.SearchIndex, api.ShardReader, api.ShardWriter] = (index, reader, writer)
    return checked
