# SPDX-License-Identifier: EUPL-1.2
"""A first look at many vectors: the first dimensions of a space's pieces, kept by the process in a byte each.

The dimensions of a space come in order of their spread (`geometry`), so that the first 160 of 384 tell nearly all: of
the 400 nearest of 100,000 pieces, 9,999 in 10,000 are among the 1,200 best by them (docs/matching.md). One product of a
matrix and a vector takes 4 ms of CPU for those, where PostgreSQL took 22 to read as many short rows. What is found here
is compared in full in the database, which alone decides what is there.

Memory: 168 bytes a piece and process, for the spaces that were asked in.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from time import monotonic

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from filanda.kernel.kept import Kept

__all__ = ["DIMENSIONS", "Front", "front_of"]

DIMENSIONS = 160
STEPS = 200  # of a dimension from 0 to 1: 127 of them fit, and no number of a real text's is beyond .6
ANEW_SECONDS = 3600.0  # pieces that are gone are forgotten by then; until then the database leaves them out
_ROWS = 20_000  # ids read at once
_CHUNK = 4096  # rows multiplied at once: they stay in the processor's cache


@dataclass(frozen=True)
class Front:
    """First dimensions of the pieces of a space. `ids`: int64, shape (n,); `rows`: int8, shape (n, DIMENSIONS), in
    STEPS. `newest`: the row of the table up to which it was read.
    """

    ids: NDArray[np.int64]
    rows: NDArray[np.int8]
    newest: int = 0

    def best(self, question: NDArray[np.float32], most: int) -> list[int]:
        """Ids of the `most` pieces nearest to a placed question by its first dimensions, in no order."""
        if most <= 0:
            return []
        if len(self.ids) <= most:
            return self.ids.tolist()
        asked = np.ascontiguousarray(question[:DIMENSIONS], dtype=np.float32)
        similar = np.empty(len(self.ids), dtype=np.float32)
        wide = np.empty((_CHUNK, DIMENSIONS), dtype=np.float32)
        for start in range(0, len(self.ids), _CHUNK):
            some = self.rows[start : start + _CHUNK]
            into = wide[: len(some)]
            np.copyto(into, some)
            np.dot(into, asked, out=similar[start : start + len(some)])
        return self.ids[np.argpartition(similar, -most)[-most:]].tolist()

    def joined(self, ids: NDArray[np.int64], rows: NDArray[np.int8], newest: int) -> Front:
        """With rows that came since; those of pieces placed again take the place of the older ones."""
        if not len(ids):
            return Front(self.ids, self.rows, newest)
        stay = ~np.isin(self.ids, ids)
        return Front(np.concatenate([self.ids[stay], ids]), np.concatenate([self.rows[stay], rows]), newest)


_NOTHING = Front(np.empty(0, dtype=np.int64), np.empty((0, DIMENSIONS), dtype=np.int8))


_kept: Kept[int, tuple[Front, float]] = Kept(5.0)  # and when all of it was read
_reading = Lock()


def front_of(space_id: int, table: str) -> Front:
    """The front of a space whose vectors stand in `table`, as it was a few seconds ago. A space of 100,000 pieces takes
    .5 s to be read for the first time, and anew every hour; in between one query every few seconds tells what came.
    """
    kept = _kept.fresh(space_id)
    if kept is not None:
        return kept[0]
    older = _kept.last(space_id)
    if not _reading.acquire(blocking=older is None):
        return older[0]  # type: ignore[index]  # another thread is looking
    try:
        kept = _kept.fresh(space_id)  # or has just looked
        if kept is None:
            at = monotonic()
            if older is None or at - older[1] >= ANEW_SECONDS:
                older = _NOTHING, at
            kept = _with_what_came(older[0], space_id, table), older[1]
            _kept.keep(space_id, kept)
        return kept[0]
    finally:
        _reading.release()


def _with_what_came(front: Front, space_id: int, table: str) -> Front:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max(id) FROM {table}")  # noqa: S608 - a constant
        newest = cursor.fetchone()[0] or 0
        if newest <= front.newest:
            return front
        first, last = front.newest + 1, newest
        if not front.newest:
            cursor.execute(f"SELECT min(id), max(id) FROM {table} WHERE space_id = %s", [space_id])  # noqa: S608
            first, last = (one or 0 for one in cursor.fetchone())
        ids: list[NDArray[np.int64]] = []
        rows: list[NDArray[np.int8]] = []
        for start in range(first, last + 1, _ROWS):
            # As halfvec_send writes them: two numbers of two bytes, then the dimensions, two bytes each.
            cursor.execute(
                f"""SELECT array_agg(evidence_id ORDER BY id),
                           string_agg(substring(halfvec_send(vector) FROM 5 FOR {2 * DIMENSIONS}), '' ORDER BY id)
                    FROM {table} WHERE space_id = %s AND id BETWEEN %s AND %s""",  # noqa: S608 - constants
                [space_id, start, min(start + _ROWS - 1, last)],
            )
            some, packed = cursor.fetchone()
            if some:
                ids.append(np.asarray(some, dtype=np.int64))
                rows.append(_as_bytes(np.frombuffer(packed, dtype=">f2").reshape(len(some), DIMENSIONS)))
    if not ids:
        return Front(front.ids, front.rows, newest)
    return front.joined(np.concatenate(ids), np.concatenate(rows), newest)


def _as_bytes(vectors: NDArray[np.float16]) -> NDArray[np.int8]:
    return np.clip(np.rint(vectors.astype(np.float32) * STEPS), -127, 127).astype(np.int8)
