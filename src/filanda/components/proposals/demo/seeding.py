# SPDX-License-Identifier: EUPL-1.2
"""Invented proposals of the invented communities, and answers to them: the same on every machine, in one batch."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from filanda.capabilities.collaborations.models import Cooperation, ValueBand
from filanda.components.proposals.demo.histories import seed_talks, seed_versions
from filanda.components.proposals.demo.texts import answer_text, proposal_text
from filanda.components.proposals.models import (
    Admission,
    AdmissionState,
    ClosedAs,
    DeclineReason,
    ExpressionOfInterest,
    InterestState,
    IprPosition,
    Proposal,
    ProposalConcept,
    ProposalKind,
    ProposalState,
    Rung,
)
from filanda.components.proposals.undertakings import words_in
from filanda.directory.affiliations.models import Position
from filanda.directory.organisations.models import ConceptOrigin
from filanda.directory.people.models import Person, ValidationState
from filanda.directory.people.queries import facilitators
from filanda.directory.taxonomies.models import Concept
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.text.markdown import to_html
from filanda.spaces.demo.texts import CommunityText, communities
from filanda.spaces.models import Membership, MembershipState, Space

__all__ = ["seed_proposals"]

MANY, ANSWERS = 120, 200
_P, _I = ProposalState, InterestState
# How many of MANY stand where, and how they ended.
_STATES: tuple[tuple[ProposalState, str, int], ...] = (
    (_P.PUBLISHED, "", 68),
    (_P.IN_TALKS, "", 14),
    (_P.CLOSED, ClosedAs.COLLABORATING, 8),
    (_P.CLOSED, ClosedAs.NO_PARTNER, 3),
    (_P.CLOSED, ClosedAs.WITHDRAWN, 3),
    (_P.EXPIRED, "", 10),
    (_P.IN_REVIEW, "", 8),
    (_P.DRAFT, "", 6),
)
_REASONS = {
    ClosedAs.COLLABORATING: ("Abbiamo firmato con chi ha risposto per primo.", "We start together in spring."),
    ClosedAs.NO_PARTNER: ("Le risposte non andavano bene per la nostra scala.", "Nobody works at our scale."),
    ClosedAs.WITHDRAWN: ("Il progetto interno è stato rinviato.", "Our own project was put off."),
}


@dataclass
class _Made:
    """A proposal with the community that it stands in, and what belongs to it."""

    row: Proposal
    community: CommunityText
    concepts: list[int] = field(default_factory=list)


def seed_proposals(actor: Actor, region: Region, now: datetime) -> int:
    """Make the invented proposals of `region` once; returns how many. The region must be active, and invented. One
    query when there is nothing to do. Raises Forbidden, ValueError for a region of real people.
    """
    require(actor, "proposals.seed")
    if not region.is_invented:
        raise ValueError("Invented proposals belong into an invented region.")
    if Proposal.objects.filter(is_invented=True).exists():
        return 0
    spaces = {space.slug: space for space in Space.objects.communities().filter(region=region, is_invented=True)}
    texts = [one for one in communities() if one.slug in spaces and one.openness != "private"]
    people = {
        person.account_id: person
        for person in Person.objects.present().filter(is_invented=True, account__isnull=False).order_by("pk")
    }
    members: dict[int, list[int]] = {}
    rows = Membership.objects.filter(space__in=list(spaces.values()), state=MembershipState.ACTIVE).order_by("pk")
    for space_id, account_id in rows.values_list("space", "account"):
        if account_id in people:
            members.setdefault(space_id, []).append(account_id)
    if not texts or not members:
        return 0
    bodies: dict[int, list[int]] = {}
    for account_id, body in (
        Position.objects.filter(person__in=list(people.values()), ended_on=None, organisation__hidden_at=None)
        .order_by("pk")
        .values_list("person__account", "organisation")
    ):
        bodies.setdefault(account_id, []).append(body)
    codes = dict(Concept.objects.current().filter(scheme__region=region, scheme__slug="s3").values_list("code", "pk"))
    chance = random.Random(f"proposals of {region.slug}")  # noqa: S311 - invented, no secret
    made = _proposals(region, texts, spaces, members, bodies, people, codes, now, chance)
    with transaction.atomic(durable=True):
        Proposal.objects.bulk_create([one.row for one in made])
        ProposalConcept.objects.bulk_create(
            ProposalConcept(region=region, proposal=one.row, concept_id=concept, origin=ConceptOrigin.CONFIRMED)
            for one in made
            for concept in one.concepts
        )
        answers = _answers(made, members, bodies, people, now, chance)
        ExpressionOfInterest.objects.bulk_create(answers)
        about = {one.row.pk: one.community for one in made}
        posts = seed_talks(region, [(one, about[one.proposal_id]) for one in answers], now, chance)
        reviewers = [account.pk for account in facilitators(now)]
        reviews = seed_versions(region, [(one.row, one.community) for one in made], reviewers, now, chance)
        Proposal.objects.bulk_update([one.row for one in made], ["answers_count", "first_answer_at"])
        admissions = _admissions(region, made, members, now, chance)
        Admission.objects.bulk_create(admissions)
        record(
            "proposals.demo.seeded",
            region=region,
            actor=actor,
            payload={"proposals": len(made), "answers": len(answers), "admissions": len(admissions)}
            | {"posts": posts, "reviews": reviews},
            touches={"proposal": [one.row.pk for one in made]},
        )
    return len(made)


def _proposals(
    region: Region,
    texts: Sequence[CommunityText],
    spaces: dict[str, Space],
    members: dict[int, list[int]],
    bodies: dict[int, list[int]],
    people: dict[int, Person],
    codes: dict[str, int],
    now: datetime,
    chance: random.Random,
) -> list[_Made]:
    places = [(state, ended) for state, ended, count in _STATES for _one in range(count)]
    chance.shuffle(places)
    kinds = list(ProposalKind)
    wanted = [one for one in texts if spaces[one.slug].pk in members]
    made: list[_Made] = []
    for number in range(MANY):
        # Each community one, then the largest ones a second, of another kind.
        is_second = number >= len(wanted)
        ordered = sorted(wanted, key=lambda one: (-one.size, one.number)) if is_second else wanted
        community = ordered[number % len(wanted)]
        kind = kinds[(community.number + is_second) % 3]
        language = "en" if (community.number + number) % 5 == 0 else "it"
        state, ended = places[number]
        space = spaces[community.slug]
        able = [one for one in members[space.pk] if people[one].state == ValidationState.VALIDATED]
        owner = chance.choice(able or members[space.pk])
        row = _one(region, space, community, kind, language, people[owner], state, ended, now, chance)
        own = bodies.get(owner, [])
        row.organisation_id = chance.choice(own) if own and chance.random() < 0.75 else None
        row.key = f"demo {community.slug} {kind}"[:40]
        about = [codes[community.priority]] if community.priority in codes else []
        near = [pk for code, pk in sorted(codes.items()) if code.startswith(f"{community.ecosystem}-")]
        about += [one for one in chance.sample(near, min(1, len(near))) if one not in about]
        made.append(_Made(row, community, about))
    return made


def _one(
    region: Region,
    space: Space,
    community: CommunityText,
    kind: ProposalKind,
    language: str,
    owner: Person,
    state: ProposalState,
    ended: str,
    now: datetime,
    chance: random.Random,
) -> Proposal:
    text = proposal_text(community, kind, language)
    months = chance.choice((3, 6, 6, 9, 12))
    is_out = state not in (_P.DRAFT, _P.IN_REVIEW)
    submitted: datetime | None
    if state == _P.EXPIRED:
        published = now - timedelta(days=months * 30 + chance.uniform(1, 60))
    else:
        published = now - timedelta(days=chance.uniform(1, months * 30 - 4))
    expires = published + timedelta(days=months * 30)
    changed = {
        _P.EXPIRED: expires,
        _P.CLOSED: published + (now - published) * chance.uniform(0.3, 0.95),
        _P.IN_TALKS: published + (now - published) * chance.uniform(0.3, 0.95),
        _P.IN_REVIEW: now - timedelta(hours=chance.uniform(1, 40)),
        _P.DRAFT: now - timedelta(days=chance.uniform(0, 20)),
    }.get(state, published)
    submitted = published - timedelta(hours=9) if is_out else changed if state == _P.IN_REVIEW else None
    trl = chance.randint(2, 7) if kind != ProposalKind.OFFER else chance.randint(4, 9)
    text_for = chance.choices(list(Rung), weights=(25, 35, 40))[0]
    row = Proposal(
        region=region,
        space=space,
        audience=space.audience,
        kind=kind,
        owner_id=owner.account_id,
        title=text.title,
        summary=text.summary,
        source=text.source,
        html=str(to_html(text.source)),
        language=language,
        summary_for=Rung.PUBLIC
        if text_for == Rung.PUBLIC
        else chance.choices(list(Rung), weights=(45, 50, 5 if text_for == Rung.LET_IN else 0))[0],
        text_for=text_for,
        needs_undertaking=text_for == Rung.LET_IN and chance.random() < 0.5,
        cooperation=sorted(chance.sample(Cooperation.values, chance.randint(1, 3))),
        trl_now=trl,
        trl_wanted=min(9, trl + chance.randint(0, 3)),
        ipr=chance.choice(IprPosition.values),
        languages=["it", "en"] if chance.random() < 0.5 else [language],
        partners_bring=text.partners_bring,
        budget=chance.choice(ValueBand.values),
        is_for_other_regions=chance.random() < 0.4,
        months=months,
        facilitator_id=owner.facilitator_id if owner.facilitator_id != owner.account_id else None,
        state=state,
        state_changed_at=changed,
        closed_as=ended,
        reason=_REASONS[ClosedAs(ended)][language == "en"] if ended else "",
        submitted_at=submitted,
        published_at=published if is_out else None,
        expires_at=expires if is_out else None,
        is_invented=True,
        created_at=(published if is_out else changed) - timedelta(days=chance.uniform(0.2, 3)),
    )
    if state == _P.EXPIRED:
        row.warned_14_at, row.warned_3_at = expires - timedelta(days=14), expires - timedelta(days=3)
    return row


def _answers(
    made: Sequence[_Made],
    members: dict[int, list[int]],
    bodies: dict[int, list[int]],
    people: dict[int, Person],
    now: datetime,
    chance: random.Random,
) -> list[ExpressionOfInterest]:
    """Some proposals have many answers, some none; each by another person, and another organisation."""
    shown = [one for one in made if one.row.state not in (_P.DRAFT, _P.IN_REVIEW)]
    everybody = sorted(one for one, person in people.items() if person.state == ValidationState.VALIDATED)
    wanted = [chance.choices((0, 1, 2, 3, 5), weights=(22, 30, 25, 15, 8))[0] for _one in shown]
    for place, one in enumerate(shown):
        if one.row.state == _P.IN_TALKS or one.row.closed_as == ClosedAs.COLLABORATING:
            wanted[place] = max(1, wanted[place])
    while sum(wanted) != ANSWERS and shown:
        place = chance.randrange(len(shown))
        least = int(shown[place].row.state == _P.IN_TALKS or shown[place].row.closed_as == ClosedAs.COLLABORATING)
        step = 1 if sum(wanted) < ANSWERS else -1
        wanted[place] = max(least, wanted[place] + step)
    found: list[ExpressionOfInterest] = []
    said: set[str] = set()
    for one, count in zip(shown, wanted, strict=True):
        near = [account for account in members.get(one.row.space_id, []) if account in people]
        pool = list(dict.fromkeys(near + chance.sample(everybody, min(30, len(everybody)))))
        pool = [account for account in pool if account not in (one.row.owner_id, one.row.facilitator_id)]
        authors = chance.sample(pool, min(count, len(pool)))
        own = [_answer(one, account, place, bodies, now, chance, said) for place, account in enumerate(authors)]
        taken = {one.row.organisation_id}
        for answer in own:
            if answer.organisation_id in taken:
                answer.organisation_id = None
            elif answer.organisation_id is not None:
                taken.add(answer.organisation_id)
        sent = [answer for answer in own if answer.state not in (_I.DRAFT, _I.WITHDRAWN)]
        one.row.answers_count = len(sent)
        one.row.first_answer_at = min((answer.sent_at for answer in own if answer.sent_at), default=None)
        found += own
    return found


def _words(one: _Made, place: int, said: set[str]) -> tuple[str, str]:
    """What an answer brings and asks, as no other does; two to one proposal ask different things."""
    brings, asks = "", ""
    for attempt in range(60):
        brings, asks = answer_text(one.community, one.row.language, f"{one.row.key} {place} {attempt}")
        if brings not in said and (not asks or f"{one.row.key} {asks}" not in said):
            break
    said |= {brings, f"{one.row.key} {asks}"}
    return brings, asks


def _answer(
    one: _Made,
    account: int,
    place: int,
    bodies: dict[int, list[int]],
    now: datetime,
    chance: random.Random,
    said: set[str],
) -> ExpressionOfInterest:
    row = one.row
    begun = row.published_at or row.created_at
    until = min(now, row.state_changed_at if row.state in (_P.CLOSED, _P.EXPIRED) else now)
    sent = begun + min((until - begun) * 0.9, timedelta(days=chance.lognormvariate(1.9, 0.8)))
    brings, asks = _words(one, place, said)
    has_partner = row.state == _P.IN_TALKS or row.closed_as == ClosedAs.COLLABORATING
    if has_partner and place == 0:
        state = _I.ACCEPTED
    elif row.state in (_P.CLOSED, _P.EXPIRED):
        state = chance.choices((_I.LAPSED, _I.DECLINED, _I.WITHDRAWN), weights=(60, 30, 10))[0]
    else:
        states = (_I.SENT, _I.READ, _I.SHORTLISTED, _I.DECLINED, _I.WITHDRAWN, _I.DRAFT)
        state = chance.choices(states, weights=(32, 26, 14, 16, 6, 6))[0]
    is_decided = state in (_I.ACCEPTED, _I.DECLINED, _I.WITHDRAWN, _I.LAPSED)
    if state in (_I.SENT, _I.READ, _I.SHORTLISTED):  # most owners are quick; a few let people wait
        waits = chance.uniform(0.2, 9) if chance.random() < 0.85 else chance.uniform(9, 25)
        sent = max(begun + (now - begun) * 0.05, now - timedelta(days=waits))
    soon = sent + timedelta(days=chance.uniform(0.1, 2.5))
    seen = state in (_I.READ, _I.SHORTLISTED, _I.ACCEPTED, _I.DECLINED)
    read = min(soon, sent + (until - sent) * 0.3) if seen else None
    decided = min(sent + (until - sent) * 0.8, soon + timedelta(days=chance.lognormvariate(2.2, 0.5)))
    changed = until if state == _I.LAPSED else decided if is_decided else read or sent
    own = bodies.get(account, [])
    reasons = [reason for reason in DeclineReason.values if reason != DeclineReason.OTHER]
    fields: dict[str, Any] = {}
    if state == _I.DECLINED:
        fields = {"decline_reason": chance.choice(reasons), "reason": ""}
    return ExpressionOfInterest(
        region=row.region,
        proposal=row,
        author_id=account,
        organisation_id=chance.choice(own) if own and chance.random() < 0.6 else None,
        brings=brings,
        questions=asks,
        language=row.language,
        state=state,
        state_changed_at=changed,
        sent_at=None if state == _I.DRAFT else sent,
        read_at=read,
        decided_at=changed if is_decided else None,
        key=f"demo {place}",
        is_invented=True,
        created_at=sent - timedelta(hours=2),
        **fields,
    )


def _admissions(
    region: Region, made: Sequence[_Made], members: dict[int, list[int]], now: datetime, chance: random.Random
) -> list[Admission]:
    """Some of the community have asked to read what is shown only to whom the owner lets in."""
    found = []
    for one in made:
        row = one.row
        if row.text_for != Rung.LET_IN or row.state in (_P.DRAFT, _P.IN_REVIEW) or row.published_at is None:
            continue
        pool = [account for account in members.get(row.space_id, []) if account != row.owner_id]
        for account in chance.sample(pool, min(len(pool), chance.choice((0, 1, 1, 2, 3)))):
            states = (AdmissionState.LET_IN, AdmissionState.ASKED, AdmissionState.REFUSED)
            state = chance.choices(states, weights=(60, 30, 10))[0]
            at = row.published_at + (now - row.published_at) * chance.uniform(0.1, 0.9)
            found.append(
                Admission(
                    region=region,
                    proposal=row,
                    account_id=account,
                    state=state,
                    state_changed_at=at,
                    asked_why=answer_text(one.community, row.language, f"ask {account}")[0][:1000],
                    undertaking=words_in(region, row.language) if row.needs_undertaking else "",
                    undertaken_at=at if row.needs_undertaking else None,
                    reason="Per ora lo mostriamo solo a chi può provarlo sul campo."
                    if state == AdmissionState.REFUSED
                    else "",
                    decided_by_id=None if state == AdmissionState.ASKED else row.owner_id,
                    created_at=at - timedelta(hours=3),
                )
            )
    return found
