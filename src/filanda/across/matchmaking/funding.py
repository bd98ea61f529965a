# SPDX-License-Identifier: EUPL-1.2
"""Funding calls for a proposal and for somebody; who here could answer a call; proposals that are for one.

A call is compared by what everybody reads of it. It has no turn and no exposure to be fair about: it is suggested by
score alone, above a threshold, and never once it is over.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime

import numpy as np
from django.db import transaction
from django.utils.timezone import localdate
from markupsafe import Markup

from filanda.across.matchmaking import features as signals
from filanda.across.matchmaking import finding, reading
from filanda.across.matchmaking.features import Topic
from filanda.across.matchmaking.finding import Side
from filanda.across.matchmaking.models import Found, KeptAnswerers
from filanda.capabilities.matching import things
from filanda.capabilities.matching.lexicon import other_language, translate
from filanda.capabilities.matching.models import ThingPart
from filanda.capabilities.matching.queries import NeedTooLong, NeedTooShort, checked, match
from filanda.capabilities.search.highlight import mark
from filanda.directory.funding.models import FundingCall, FundingCallConcept
from filanda.directory.organisations.models import ConceptOrigin
from filanda.directory.taxonomies.models import Concept, label_in
from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.jobs.stopping import stop_requested
from filanda.kernel.regions.models import Region

__all__ = ["CALLS", "Matched", "calls_near", "for_pieces", "for_question", "keep_answerers", "nearest_passage"]

CALLS = 5  # shown of a proposal, or of somebody
CALL_LEAST = 0.28  # similarity below which a call has nothing to do with it
NEAR = 40  # looked at
TEXT_READ = 3_000  # characters of a call in which the nearest passage is looked for
PASSAGE_MOST = 260
SENTENCE_LEAST = 12
ANSWERERS = 8
SURE = 0.4  # probability of a translation from which a word is marked
_SENTENCE = re.compile(r"(?<=[.;:!?])\s+|\n+")

Matched = tuple[int, float, Mapping[str, float], list[str]]


def calls_near(
    near: Mapping[int, float], topics: Sequence[Topic], side: Side, weights: Mapping[str, float], now: datetime
) -> list[Matched]:
    """Of calls with their similarities, those that can still be answered and were not said no to, best first: id,
    score, features, labels of common topics. Up to three queries.
    """
    near = {
        one: similarity
        for one, similarity in near.items()
        if similarity >= CALL_LEAST and (str(Found.FUNDING_CALL), one) not in side.dismissed
    }
    if not near:
        return []
    today = localdate(now)
    rows = FundingCall.objects.answerable(today).filter(pk__in=finding.any_of(near))
    ends: dict[int, date | None] = dict(rows.order_by().values_list("pk", "closes_on"))
    about = _topics(ends) if topics and ends else {}
    scored = []
    for pk in ends:
        features = {
            "evidence": signals.nearness(near[pk]),
            "topics": signals.topics(topics, about.get(pk, ())) if topics else 0.0,
        }
        scored.append((pk, signals.score(features, weights), features))
    best = sorted(scored, key=lambda one: (-one[1], ends[one[0]] or date.max, one[0]))[:CALLS]
    common = {
        pk: [one.id for one in about.get(pk, ()) if any(signals.shared(want, one) >= 1 for want in topics)]
        for pk, _score, _features in best
    }
    wanted = {one for some in common.values() for one in some}
    labels: dict[int, str] = {}
    if wanted:
        labels = {pk: label_in(one) for pk, one in Concept.objects.filter(pk__in=wanted).values_list("pk", "labels")}
    return [(pk, score, features, [labels[one] for one in common[pk]]) for pk, score, features in best]


def _topics(ids: Iterable[int]) -> dict[int, tuple[Topic, ...]]:
    """What calls are about, as far as somebody said so. One query."""
    rows = finding.asked_of(
        "topics of calls",
        lambda those: (
            FundingCallConcept.objects.filter(call__in=those)
            .exclude(origin=ConceptOrigin.SUGGESTED)
            .values("call", "concept", "concept__ancestor_ids")
        ),
        ids,
    )
    found: dict[int, list[Topic]] = defaultdict(list)
    for row in rows:
        found[row["call"]].append(Topic(row["concept"], tuple(row["concept__ancestor_ids"])))
    return {call: tuple(some) for call, some in found.items()}


def for_question(
    question: things.Vectors,
    topics: Sequence[Topic],
    side: Side,
    weights: Mapping[str, float],
    region: Region,
    now: datetime,
) -> list[Matched]:
    """Calls near to a question, a proposal's or a person's. Up to four queries."""
    near = things.nearest(region, reading.FUNDING, ThingPart.PUBLIC, question, NEAR)
    return calls_near(near, topics, side, weights, now)


def for_pieces(
    matrix: things.Vectors,
    pieces: Sequence[int],
    topics: Sequence[Topic],
    side: Side,
    weights: Mapping[str, float],
    region: Region,
    now: datetime,
) -> tuple[list[Matched], dict[int, int]]:
    """Calls near to what somebody has done (`pieces`, with their placed vectors), and by call the piece that is nearest
    to it. Up to five queries.
    """
    near = things.nearest(region, reading.FUNDING, ThingPart.PUBLIC, matrix.mean(axis=0), NEAR)
    placed = things.vectors_of(region, reading.FUNDING, ThingPart.PUBLIC, list(near))
    if not placed:
        return [], {}
    ids = list(placed)
    similar = np.asarray([placed[one] for one in ids]) @ matrix.T
    best = similar.argmax(axis=1)
    score = {one: float(similar[at, best[at]]) for at, one in enumerate(ids)}
    return calls_near(score, topics, side, weights, now), {one: pieces[int(best[at])] for at, one in enumerate(ids)}


def nearest_passage(call: FundingCall, asked: str, language: str) -> Markup:
    """The sentence of a call that shares most words with what was asked, those words inside <mark>; Markup("") where
    they share none. What is marked are words of the call, which everybody reads. No query.
    """
    stems: list[str] | None = None
    if language and call.language and language != call.language:
        translated = translate(asked, language) if call.language == other_language(language) else {}
        stems = [stem for stem, chance in translated.items() if chance >= SURE]
    best, most = Markup(""), 0
    for sentence in _SENTENCE.split(call.text[:TEXT_READ]):
        if len(sentence) < SENTENCE_LEAST:
            continue
        shown = sentence if len(sentence) <= PASSAGE_MOST else sentence[:PASSAGE_MOST].rsplit(" ", 1)[0] + " …"
        marked = mark(shown, asked, call.language, stems=stems)
        count = marked.count("<mark>")
        if count > most:
            best, most = marked, count
    return best


def keep_answerers(region: Region, now: datetime, may_go_on: Callable[[], bool] = lambda: True) -> bool:
    """Who here could answer each call, worked out ahead by what everybody may see: a public page has to be quick.
    Looked for anew where a call has changed, and once a day. Whether all is done.
    """
    today = localdate(now)
    calls = FundingCall.objects.answerable(today)
    KeptAnswerers.objects.exclude(call_id__in=calls.values("pk")).delete()
    known = {row.call_id: row for row in KeptAnswerers.objects.only("call_id", "stamp", "on_day")}
    for pk, version in calls.order_by("pk").values_list("pk", "version"):
        row = known.get(pk)
        if row is not None and row.stamp == version and row.on_day == today:
            continue
        if stop_requested() or not may_go_on():
            return False
        call = FundingCall.objects.get(pk=pk)
        found = _answerers(call, region)
        with transaction.atomic():
            KeptAnswerers.objects.update_or_create(
                region=region, call_id=pk, defaults={"stamp": version, "on_day": today, "found": found}
            )
    return True


def _answerers(call: FundingCall, region: Region) -> list[dict[str, object]]:
    try:
        plain = checked(reading.text_of_call(call))
    except (NeedTooShort, NeedTooLong):
        return []
    found = match(plain, region=region, actor=VISITOR, language=call.language or None, limit=ANSWERERS * 2)
    near = [one for one in found.organisations if one.is_close] or found.organisations[: ANSWERERS // 2]
    return [
        {
            "organisation": one.organisation_id,
            "is_close": one.is_close,
            "evidence": [piece.evidence_id for piece in one.evidence[:3]],
        }
        for one in near[:ANSWERERS]
    ]
