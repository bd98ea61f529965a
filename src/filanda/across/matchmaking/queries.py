# SPDX-License-Identifier: EUPL-1.2
"""Who fits a proposal, which proposals fit somebody, what exists already while somebody types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
from django.db.models import Count

from filanda.across.matchmaking import features as signals
from filanda.across.matchmaking import finding, funding, reading, why
from filanda.across.matchmaking.diversity import Candidate, diversified, with_newcomers
from filanda.across.matchmaking.exposure import excess_of
from filanda.across.matchmaking.finding import Side, Wish
from filanda.across.matchmaking.models import Found, KeptAnswerers, MatchFeedback, Seeker, Showing
from filanda.capabilities.matching import things
from filanda.capabilities.matching.models import ThingPart
from filanda.capabilities.matching.queries import NeedTooLong, NeedTooShort, checked, match
from filanda.capabilities.matching.vectors import evidence_vectors
from filanda.components.proposals.models import Proposal
from filanda.directory.organisations.models import Evidence, Organisation
from filanda.directory.people.models import Person
from filanda.directory.taxonomies.models import Concept, label_in
from filanda.kernel.identity.actors import Actor
from filanda.kernel.regions.models import Region

__all__ = [
    "Match",
    "Panel",
    "ProposalMatches",
    "answerers_of",
    "calls_for",
    "matches_for_proposal",
    "panel",
    "proposals_for",
    "seeker_of",
]

PEOPLE, PROPOSALS = 5, 5  # shown of each beside ten organisations
LIKE_IT = 0.45  # similarity from which a proposal is told as similar while somebody types
NEAR = 120  # proposals looked at for a list: some are closed, some not for the reader
NEAR_PEOPLE = 60
PIECES = 150  # of one's own evidence that proposals are compared with
PIECE_LEAST = 0.30  # similarity from which a piece of one's own evidence is named as the reason
PERSON_LEAST = 0.20  # similarity below which somebody's profile says nothing of this
PROPOSAL_LEAST = 0.20
PANEL_BODIES, PANEL_LOOKED_AT = 5, 25
EXPOSURE_DAYS = 90  # in which showings count when newcomers take turns


@dataclass(frozen=True)
class Match:
    """A suggestion. `why`: one sentence in the reader's language. `evidence`: ids, nearest first, of an organisation's
    pieces (or, for a proposal suggested to an organisation, of its own). `score`: 0 to about 1.5, comparable within a
    kind. `is_rotated`: it stands there because of a newcomers' turn.
    """

    kind: str
    id: int
    place: int
    score: float
    why: str
    features: Mapping[str, float]
    evidence: tuple[int, ...] = ()
    is_close: bool = True
    is_new: bool = False
    is_rotated: bool = False


@dataclass(frozen=True)
class ProposalMatches:
    """Who fits a proposal, and which funding calls. `text_only`: no vectors yet, words alone decided, and nothing but
    organisations.
    """

    organisations: tuple[Match, ...] = ()
    people: tuple[Match, ...] = ()
    proposals: tuple[Match, ...] = ()
    calls: tuple[Match, ...] = ()
    text_only: bool = False


@dataclass(frozen=True)
class Panel:
    """While somebody types: organisation ids with the sentence why, and ids of similar proposals."""

    organisations: tuple[Match, ...] = ()
    proposals: tuple[Match, ...] = ()
    is_too_short: bool = False


@dataclass(frozen=True)
class _Chosen:
    """What was chosen of candidates: in order, with those that took a newcomers' turn."""

    order: list[Candidate] = field(default_factory=list)
    rotated: frozenset[int] = frozenset()


def matches_for_proposal(
    proposal: Proposal, *, actor: Actor, now: datetime, limit: int = 10, is_plain: bool = False
) -> ProposalMatches:
    """Who fits `proposal`, for its own side or whoever looks after it: as much of its words as `actor` reads is asked
    with. What is shown of others is what `actor` may see of them. About 34 queries, whatever there is to find.

    `is_plain`: without diversity and newcomers' turns, for measurements.
    """
    region: Region = proposal.region
    text = reading.question_of(proposal, actor)
    try:
        plain = checked(text)
    except (NeedTooShort, NeedTooLong):
        return ProposalMatches()
    wish = finding.wish_of(proposal)
    mine, accounts = finding.own_side(proposal)
    blocked = finding.blocked_accounts({one for one in (proposal.owner_id, actor.account_id) if one is not None})
    said = feedback_of(Seeker.PROPOSAL, proposal.pk)
    side = Side(
        organisations=frozenset(mine),
        accounts=frozenset(accounts | blocked),
        dismissed=frozenset((one.kind, one.object_id) for one in said),
    )
    weights = signals.learned(one.reason for one in said)
    question = things.recall(plain, proposal.language, region)
    found, text_only = finding.bodies(
        plain, wish, side, region=region, actor=actor, language=proposal.language, now=now
    )
    organisations = _chosen_bodies(found, weights, actor, wish, now, limit, is_plain=is_plain)
    if question is None:
        return ProposalMatches(organisations=organisations, text_only=True)
    return ProposalMatches(
        organisations=organisations,
        people=_people(question, wish, side, weights, region, actor, now, is_plain=is_plain),
        proposals=_complements(proposal, question, wish, side, weights, region, actor, now),
        calls=_calls(funding.for_question(question, wish.topics, side, weights, region, now), is_for_reader=False),
        text_only=text_only,
    )


def feedback_of(seeker_kind: str, seeker_id: int) -> list[MatchFeedback]:
    """What a seeker said no to. One query."""
    return list(MatchFeedback.objects.filter(seeker_kind=seeker_kind, seeker_id=seeker_id).order_by("pk"))


def times_shown(kind: str, ids: Iterable[int], now: datetime) -> dict[int, int]:
    """How often things were suggested lately, to anybody. One query."""
    since = (now - timedelta(days=EXPOSURE_DAYS)).date()
    rows = Showing.objects.filter(kind=kind, object_id__in=finding.any_of(ids), on_day__gte=since).order_by()
    return dict(rows.values_list("object_id").annotate(n=Count("pk")))


def _choose(candidates: Sequence[Candidate], kind: str, now: datetime, limit: int, *, is_plain: bool) -> _Chosen:
    if is_plain:
        order = sorted(candidates, key=lambda one: (-one.score, one.id))[:limit]
        return _Chosen(order)
    excess = excess_of(kind, [one.id for one in candidates]) if candidates else {}
    candidates = [replace(one, excess=excess.get(one.id, 0.0)) for one in candidates]
    order = diversified(candidates, limit)
    listed = {one.id for one in order}
    others = [one for one in candidates if one.id not in listed and one.is_new]
    shown = times_shown(kind, [one.id for one in others], now) if others else {}
    order, rotated = with_newcomers(order, others, shown, limit=limit)
    return _Chosen(order, frozenset(rotated))


def _chosen_bodies(
    found: Sequence[finding.Body],
    weights: Mapping[str, float],
    actor: Actor,
    wish: Wish,
    now: datetime,
    limit: int,
    *,
    is_plain: bool,
) -> tuple[Match, ...]:
    by_id = {one.id: one for one in found}
    candidates = [
        Candidate(
            id=one.id,
            score=signals.score(one.features, weights),
            shares={piece.evidence_id: piece.share for piece in one.evidence},
            house=one.house,
            is_new=one.is_new,
        )
        for one in found
    ]
    chosen = _choose(candidates, Found.ORGANISATION, now, limit, is_plain=is_plain)
    shown = [piece.evidence_id for one in chosen.order for piece in by_id[one.id].evidence[:3]]
    titles = dict(Evidence.objects.visible_to(actor).filter(pk__in=finding.any_of(shown)).values_list("pk", "title"))
    labels = _labels({topic for one in chosen.order for topic in by_id[one.id].topics})
    made = []
    for place, candidate in enumerate(chosen.order, start=1):
        body = by_id[candidate.id]
        evidence = tuple(piece.evidence_id for piece in body.evidence[:3] if piece.evidence_id in titles)
        made.append(
            Match(
                kind=Found.ORGANISATION,
                id=body.id,
                place=place,
                score=candidate.score,
                why=why.sentence_of_body(
                    body.features,
                    titles[evidence[0]] if evidence else "",
                    is_close=body.is_close,
                    days=body.days,
                    partners=body.partners,
                    topics=[labels[one] for one in body.topics if one in labels],
                    is_rotated=body.id in chosen.rotated,
                ),
                features=body.features,
                evidence=evidence,
                is_close=body.is_close,
                is_new=body.is_new,
                is_rotated=body.id in chosen.rotated,
            )
        )
    return tuple(made)


def _labels(concept_ids: Iterable[int]) -> dict[int, str]:
    """One query, none for nothing."""
    rows = finding.asked_of(
        "labels", lambda those: Concept.objects.filter(pk__in=those).values("id", "labels"), set(concept_ids)
    )
    return {row["id"]: label_in(row["labels"]) for row in rows}


def _people(
    question: things.Vectors,
    wish: Wish,
    side: Side,
    weights: Mapping[str, float],
    region: Region,
    actor: Actor,
    now: datetime,
    *,
    is_plain: bool,
) -> tuple[Match, ...]:
    """By what they show to readers like `actor`. Five queries."""
    near = things.nearest(region, reading.PERSON, reading.part_for(actor), question, NEAR_PEOPLE)
    near = {one: similarity for one, similarity in near.items() if similarity >= PERSON_LEAST}
    candidates, features, common = [], {}, {}
    seen = finding.people_in_sight(actor, near, side) if near else []
    said = finding.topics_of_people(seen, actor) if wish.topics and seen else {}
    for person in seen:
        topics = said.get(person.pk, ())
        features[person.pk] = {
            "evidence": signals.nearness(near[person.pk]),
            "topics": signals.topics(wish.topics, topics),
        }
        common[person.pk] = [one.id for one in topics if any(signals.shared(want, one) >= 1 for want in wish.topics)]
        candidates.append(
            Candidate(
                id=person.pk,
                score=signals.score(features[person.pk], weights),
                is_new=person.joined_at > now - timedelta(days=finding.NEW_DAYS),
            )
        )
    chosen = _choose(candidates, Found.PERSON, now, PEOPLE, is_plain=is_plain)
    labels = _labels({topic for one in chosen.order for topic in common[one.id]})
    return tuple(
        Match(
            kind=Found.PERSON,
            id=one.id,
            place=place,
            score=one.score,
            why=why.sentence_of_person(
                features[one.id],
                topics=[labels[topic] for topic in common[one.id] if topic in labels],
                is_rotated=one.id in chosen.rotated,
            ),
            features=features[one.id],
            is_new=one.is_new,
            is_rotated=one.id in chosen.rotated,
        )
        for place, one in enumerate(chosen.order, start=1)
    )


def _complements(
    proposal: Proposal,
    question: things.Vectors,
    wish: Wish,
    side: Side,
    weights: Mapping[str, float],
    region: Region,
    actor: Actor,
    now: datetime,
) -> tuple[Match, ...]:
    """Proposals that answer this one, by what readers like `actor` read of them. Five queries."""
    near = things.nearest(region, reading.PROPOSAL, reading.part_for(actor), question, NEAR)
    rows = [
        row
        for row in finding.proposals_in_sight(actor, near, side, now, signals.COMPLEMENTS[proposal.kind])
        if row.pk != proposal.pk and near[row.pk] >= PROPOSAL_LEAST
    ]
    return _ranked_proposals(rows, near, wish, weights, now, PROPOSALS, trl_now=proposal.trl_now)


def _ranked_proposals(
    rows: Sequence[Proposal],
    near: Mapping[int, float],
    wish: Wish,
    weights: Mapping[str, float],
    now: datetime,
    limit: int,
    *,
    trl_now: int | None = None,
    evidence: Mapping[int, tuple[int, str]] | None = None,
) -> tuple[Match, ...]:
    """`evidence`: for somebody, not for a proposal; by proposal, one's own piece nearest to it, (id, title). What a
    proposal is about is what counts then, not all that one is about.
    """
    about = finding.topics_of_proposals([row.pk for row in rows])
    by_id = {row.pk: row for row in rows}
    features, common, candidates = {}, {}, []
    for row in rows:
        topics = about.get(row.pk, ())
        features[row.pk] = {
            "evidence": signals.nearness(near[row.pk]),
            "topics": signals.topics(*((wish.topics, topics) if evidence is None else (topics, wish.topics))),
            "kind": signals.overlap(wish.cooperation, row.cooperation),
            "stage": max(signals.stages(row.trl_now, wish.trl), signals.stages(trl_now, row.trl_wanted)),
            "place": signals.place(wish.area, finding.area_of(row.place)),
            "helix": signals.helix(wish.helix, row.organisation.helix_role if row.organisation is not None else ""),
        }
        common[row.pk] = [one.id for one in topics if any(signals.shared(want, one) >= 1 for want in wish.topics)]
        candidates.append(
            Candidate(
                id=row.pk,
                score=signals.score(features[row.pk], weights),
                house=f"organisation {row.organisation_id}" if row.organisation_id else f"account {row.owner_id}",
                is_new=row.published_at is not None and row.published_at > now - timedelta(days=14),
            )
        )
    chosen = _choose(candidates, Found.PROPOSAL, now, limit, is_plain=False)
    labels = _labels({topic for one in chosen.order for topic in common[one.id]})
    own = evidence or {}
    return tuple(
        Match(
            kind=Found.PROPOSAL,
            id=one.id,
            place=place,
            score=one.score,
            why=why.sentence_of_proposal(
                by_id[one.id].kind,
                features[one.id],
                topics=[labels[topic] for topic in common[one.id] if topic in labels],
                evidence=own[one.id][1] if one.id in own else "",
                is_for_reader=evidence is not None,
                is_rotated=one.id in chosen.rotated,
            ),
            features=features[one.id],
            evidence=(own[one.id][0],) if one.id in own else (),
            is_new=one.is_new,
            is_rotated=one.id in chosen.rotated,
        )
        for place, one in enumerate(chosen.order, start=1)
    )


def _calls(
    found: Sequence[funding.Matched],
    *,
    is_for_reader: bool,
    evidence: Mapping[int, tuple[int, str]] | None = None,
) -> tuple[Match, ...]:
    """`evidence`: by call, one's own piece nearest to it, (id, title). No query."""
    own = evidence or {}
    return tuple(
        Match(
            kind=Found.FUNDING_CALL,
            id=pk,
            place=place,
            score=score,
            why=why.sentence_of_call(
                features, topics=topics, evidence=own[pk][1] if pk in own else "", is_for_reader=is_for_reader
            ),
            features=features,
            evidence=(own[pk][0],) if pk in own else (),
        )
        for place, (pk, score, features, topics) in enumerate(found, start=1)
    )


def calls_for(seeker: Organisation | Person, *, actor: Actor, now: datetime) -> tuple[Match, ...]:
    """Funding calls for an organisation (by its evidence) or a person (by what they say of themselves). About ten
    queries.
    """
    region: Region = seeker.region
    kind, number = seeker_of(seeker)
    said = feedback_of(kind, number)
    weights = signals.learned(one.reason for one in said)
    side = Side(dismissed=frozenset((one.kind, one.object_id) for one in said))
    if isinstance(seeker, Person):
        asked = _question_of_person(seeker, region)
        if asked is None:
            return ()
        row, question = asked
        topics = finding.topics_of_people([row], actor).get(row.pk, ())
        return _calls(funding.for_question(question, topics, side, weights, region, now), is_for_reader=True)
    pieces = finding.evidence_of([seeker.pk], PIECES)
    vectors = evidence_vectors(region, pieces)
    if not vectors:
        return ()
    ids = list(vectors)
    matrix = np.asarray([vectors[one] for one in ids], dtype=np.float32)
    of_body = finding._topics_of_bodies([seeker.pk], {seeker.pk: pieces}).get(seeker.pk, ())
    found, nearest = funding.for_pieces(matrix, ids, of_body, side, weights, region, now)
    wanted = {nearest[one[0]] for one in found}
    titles = dict(Evidence.objects.visible_to(actor).filter(pk__in=wanted).values_list("pk", "title"))
    own = {one[0]: (nearest[one[0]], titles[nearest[one[0]]]) for one in found if nearest[one[0]] in titles}
    return _calls(found, is_for_reader=True, evidence=own)


def answerers_of(call_id: int, actor: Actor) -> tuple[Match, ...]:
    """Who here could answer a funding call, as the worker found lately. Two queries."""
    row = KeptAnswerers.objects.filter(call_id=call_id).first()
    if row is None or not row.found:
        return ()
    shown = [piece for one in row.found for piece in one["evidence"]]
    titles = dict(Evidence.objects.visible_to(actor).filter(pk__in=finding.any_of(shown)).values_list("pk", "title"))
    made = []
    for place, one in enumerate(row.found, start=1):
        evidence = tuple(piece for piece in one["evidence"] if piece in titles)
        sentence = why.sentence_of_body(
            {}, titles[evidence[0]] if evidence else "", is_close=one["is_close"], days=None, partners=0, topics=()
        )
        made.append(Match(Found.ORGANISATION, one["organisation"], place, 0.0, sentence, {}, evidence, one["is_close"]))
    return tuple(made)


def seeker_of(seeker: Organisation | Person) -> tuple[str, int]:
    """How feedback and showings name a seeker."""
    kind = Seeker.ORGANISATION if isinstance(seeker, Organisation) else Seeker.PERSON
    return kind, seeker.pk


def proposals_for(seeker: Organisation | Person, *, actor: Actor, now: datetime, limit: int = 10) -> tuple[Match, ...]:
    """Open proposals of others that fit an organisation (by its evidence) or a person (by what they say of
    themselves), by what readers like `actor` read of them. About 15 queries.
    """
    region: Region = seeker.region
    kind, number = seeker_of(seeker)
    said = feedback_of(kind, number)
    weights = signals.learned(one.reason for one in said)
    mine = finding.bodies_of(actor) | ({seeker.pk} if isinstance(seeker, Organisation) else set())
    accounts = {actor.account_id} - {None}
    blocked = finding.blocked_accounts(accounts)  # type: ignore[arg-type]
    side = Side(
        organisations=frozenset(mine),
        accounts=frozenset(accounts | blocked),  # type: ignore[arg-type]
        dismissed=frozenset((one.kind, one.object_id) for one in said),
    )
    part = reading.part_for(actor)
    if isinstance(seeker, Organisation):
        return _for_organisation(seeker, side, weights, part, region, actor, now, limit)
    return _for_person(seeker, side, weights, part, region, actor, now, limit)


def _for_organisation(
    body: Organisation,
    side: Side,
    weights: Mapping[str, float],
    part: str,
    region: Region,
    actor: Actor,
    now: datetime,
    limit: int,
) -> tuple[Match, ...]:
    pieces = finding.evidence_of([body.pk], PIECES)
    vectors = evidence_vectors(region, pieces)
    if not vectors:
        return ()
    ids = list(vectors)
    matrix = np.asarray([vectors[one] for one in ids], dtype=np.float32)
    middle = matrix.mean(axis=0)
    near = things.nearest(region, reading.PROPOSAL, part, middle, NEAR)
    rows = finding.proposals_in_sight(actor, near, side, now)
    placed = things.vectors_of(region, reading.PROPOSAL, part, [row.pk for row in rows])
    rows = [row for row in rows if row.pk in placed]
    if not rows:
        return ()
    similar = np.asarray([placed[row.pk] for row in rows]) @ matrix.T
    best = similar.argmax(axis=1)
    score = {row.pk: float(similar[at, best[at]]) for at, row in enumerate(rows)}
    nearest_piece = {row.pk: ids[int(best[at])] for at, row in enumerate(rows)}
    rows = [row for row in rows if score[row.pk] >= PROPOSAL_LEAST]
    named = {nearest_piece[row.pk] for row in rows if score[row.pk] >= PIECE_LEAST}
    titles = dict(Evidence.objects.visible_to(actor).filter(pk__in=named).values_list("pk", "title"))
    wish = Wish(
        topics=finding._topics_of_bodies([body.pk], {body.pk: pieces}).get(body.pk, ()),
        area=finding._areas([body.pk]).get(body.pk),
        helix=body.helix_role,
        organisation_id=body.pk,
    )
    reasons = {
        row.pk: (nearest_piece[row.pk], titles[nearest_piece[row.pk]])
        for row in rows
        if nearest_piece[row.pk] in titles
    }
    return _ranked_proposals(rows, score, wish, weights, now, limit, evidence=reasons)


def _for_person(
    person: Person,
    side: Side,
    weights: Mapping[str, float],
    part: str,
    region: Region,
    actor: Actor,
    now: datetime,
    limit: int,
) -> tuple[Match, ...]:
    asked = _question_of_person(person, region)
    if asked is None:
        return ()
    row, question = asked
    near = things.nearest(region, reading.PROPOSAL, part, question, NEAR)
    rows = [one for one in finding.proposals_in_sight(actor, near, side, now) if near[one.pk] >= PROPOSAL_LEAST]
    topics = finding.topics_of_people([row], actor).get(row.pk, ())
    return _ranked_proposals(rows, near, Wish(topics=topics), weights, now, limit, evidence={})


def _question_of_person(person: Person, region: Region) -> tuple[Person, things.Vectors] | None:
    """Somebody with what they say of themselves, placed; None where that is too little. Up to four queries."""
    row = Person.objects.filter(pk=person.pk).prefetch_related("concept_links__concept").first()
    if row is None:
        return None
    said = [one for one in reading.texts_of_person(row) if one.part == ThingPart.QUESTION]
    try:
        plain = checked(said[0].text)
    except (NeedTooShort, NeedTooLong):
        return None
    question = things.recall(plain, row.text_language, region)
    return None if question is None else (row, question)


def panel(
    text: str,
    kind: str,
    *,
    region: Region,
    actor: Actor,
    now: datetime,
    language: str = "",
    besides: int | None = None,
) -> Panel:
    """Who could answer, five at most, and which proposals are like it, three at most, of any kind: whoever wrote one
    is worth a word; those that complement a proposal of `kind` come first. `besides`: the proposal that is written. The
    ranker's queries and seven more. Nothing of the text is kept.
    """
    try:
        plain = checked(things.question_text(text))
    except (NeedTooShort, NeedTooLong):
        return Panel(is_too_short=True)
    mine = finding.bodies_of(actor)
    found = match(plain, region=region, actor=actor, language=language or None, limit=PANEL_LOOKED_AT)
    ids = [one.organisation_id for one in found.organisations]
    # Staff see hidden bodies, and are not told of them as somebody who could answer.
    left_out = mine | set(
        Organisation.objects.filter(pk__in=finding.any_of(ids), hidden_at__isnull=False).values_list("pk", flat=True)
    )
    evidence = {one.organisation_id: [piece.evidence_id for piece in one.evidence] for one in found.organisations}
    shown = {piece for pieces in evidence.values() for piece in pieces}
    titles = dict(Evidence.objects.visible_to(actor).filter(pk__in=shown).values_list("pk", "title"))
    by_id = {one.organisation_id: one for one in found.organisations if one.organisation_id not in left_out}
    best = max((one.score for one in by_id.values()), default=0.0) or 1.0
    several = [
        Candidate(
            one.organisation_id, (one.score / best) ** 0.5, {piece.evidence_id: piece.share for piece in one.evidence}
        )
        for one in by_id.values()
    ]
    organisations: list[Match] = []
    for place, candidate in enumerate(diversified(several, PANEL_BODIES), start=1):
        one = by_id[candidate.id]
        pieces = tuple(piece for piece in evidence[candidate.id] if piece in titles)
        sentence = why.sentence_of_body(
            {}, titles[pieces[0]] if pieces else "", is_close=one.is_close, days=None, partners=0, topics=()
        )
        organisations.append(
            Match(Found.ORGANISATION, candidate.id, place, one.score, sentence, {}, pieces, one.is_close)
        )
    question = things.recall(plain, found.language, region)
    similar: list[Match] = []
    if question is not None:
        near = things.nearest(region, reading.PROPOSAL, reading.part_for(actor), question, NEAR)
        blocked = finding.blocked_accounts({actor.account_id}) if actor.account_id is not None else set()
        for row in sorted(
            finding.proposals_in_sight(actor, near, Side(accounts=frozenset(blocked)), now),
            key=lambda row: (not signals.complement(kind, row.kind), -near[row.pk], row.pk),
        ):
            if near[row.pk] >= LIKE_IT and len(similar) < 3 and row.pk != besides:
                similar.append(Match(Found.PROPOSAL, row.pk, len(similar) + 1, near[row.pk], "", {}))
    return Panel(tuple(organisations), tuple(similar))
