# SPDX-License-Identifier: EUPL-1.2
"""Whom a community could invite: people who say that they know or want what it is about, or who are where evidence fits
it; and organisations with such evidence of which nobody is a member. Only what the reader may see anyway is used.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from filanda.across.communities.models import NotForUs
from filanda.capabilities.matching.queries import Matches, NeedTooShort, match
from filanda.capabilities.moderation.models import Suspension
from filanda.directory.affiliations.models import Position
from filanda.directory.organisations.models import ConceptOrigin
from filanda.directory.organisations.queries import Card, EvidenceCard, evidence_cards, organisation_cards
from filanda.directory.people.models import Person, PersonConcept
from filanda.kernel.identity.actors import Actor
from filanda.spaces.models import Membership, Space, SpaceConcept

__all__ = ["OrganisationToInvite", "PersonToInvite", "Suggestions", "suggest"]

NEED_MOST = 3000  # characters of a community's texts
BODIES = 40
CANDIDATES = 400
FROM_ONE = 2  # people of one organisation
SHOWN = 12
SKILL, INTEREST, PLACE = 2.0, 1.5, 1.5


@dataclass(frozen=True)
class PersonToInvite:
    """`skills`, `interests`: what they share with the community; `card`, `evidence`: where they are, and what of it
    fits.
    """

    person: Person
    skills: tuple[str, ...]
    interests: tuple[str, ...]
    card: Card | None
    evidence: EvidenceCard | None


@dataclass(frozen=True)
class OrganisationToInvite:
    card: Card
    evidence: tuple[EvidenceCard, ...]


@dataclass(frozen=True)
class Suggestions:
    people: list[PersonToInvite]
    organisations: list[OrganisationToInvite]


def suggest(actor: Actor, space: Space, most: int = SHOWN) -> Suggestions:
    """Whom to invite to `space`, best first, with why. A constant number of queries, and one match."""
    matches = _match(actor, space)
    fits = {one.organisation_id: one for one in matches.organisations} if matches else {}
    no = {(row.kind, row.target_id) for row in NotForUs.objects.visible_to(actor).filter(space=space)}
    inside = Membership.objects.filter(space=space).values("account")
    members = Membership.objects.active().filter(space=space).values("account")
    taken = set(
        Position.objects.visible_to(actor)
        .filter(person__account__in=members, ended_on=None, organisation__in=list(fits))
        .order_by()
        .values_list("organisation", flat=True)
    )
    people = Person.objects.listed_to(actor).exclude(account=None).exclude(account__in=inside)
    people = people.exclude(account=actor.account_id).filter(account__is_active=True)
    silenced = Suspension.objects.filter(lifted_at=None, until__gt=timezone.now(), space_id=None)  # in the whole region
    people = people.exclude(account__in=silenced.values("account"))
    people = people.exclude(pk__in=[target for kind, target in no if kind == NotForUs.Kind.PERSON])
    shared, found = _shared(actor, space, people)
    places: dict[int, int] = {}
    rows = Position.objects.visible_to(actor).filter(person__in=people, ended_on=None, organisation__in=list(fits))
    for person_id, organisation_id in rows.order_by("pk").values_list("person", "organisation")[:CANDIDATES]:
        known = places.get(person_id)
        if known is None or fits[organisation_id].score > fits[known].score:
            places[person_id] = organisation_id
    missing = set(places) - set(found)
    found |= {person.pk: person for person in people.filter(pk__in=missing)}
    chosen = _choose(found, shared, places, {pk: one.score for pk, one in fits.items()}, most)
    bodies = [
        pk for pk in fits if fits[pk].is_close and pk not in taken and (NotForUs.Kind.ORGANISATION, pk) not in no
    ][:most]
    named = {places[pk] for pk in chosen if pk in places} | set(bodies)
    cards = organisation_cards(named, actor)
    pieces = evidence_cards(
        [one.evidence_id for pk in named for one in fits[pk].evidence[:2]], actor, with_parties=False
    )

    def evidence_of(pk: int) -> tuple[EvidenceCard, ...]:
        return tuple(pieces[one.evidence_id] for one in fits[pk].evidence[:2] if one.evidence_id in pieces)

    return Suggestions(
        people=[
            PersonToInvite(
                person=found[pk],
                skills=tuple(shared[pk][PersonConcept.Kind.SKILL]),
                interests=tuple(shared[pk][PersonConcept.Kind.INTEREST]),
                card=cards.get(places[pk]) if pk in places else None,
                evidence=next(iter(evidence_of(places[pk])), None) if pk in places else None,
            )
            for pk in chosen
        ],
        organisations=[OrganisationToInvite(cards[pk], evidence_of(pk)) for pk in bodies if pk in cards],
    )


def _match(actor: Actor, space: Space) -> Matches | None:
    words = " ".join(part for part in (space.name, space.summary, space.text("welcomes")) if part)
    try:
        return match(words[:NEED_MOST], region=space.region, actor=actor, limit=BODIES)
    except NeedTooShort:
        return None


Shared = dict[int, dict[str, list[str]]]


def _shared(actor: Actor, space: Space, people: QuerySet[Person]) -> tuple[Shared, dict[int, Person]]:
    """By person, the labels of what they and the community have in common, and show. Two queries."""
    about = list(SpaceConcept.objects.filter(space=space).values_list("concept", flat=True))
    rows = PersonConcept.objects.filter(person__in=people, concept__in=about)
    rows = rows.exclude(origin=ConceptOrigin.SUGGESTED).select_related("person", "concept").order_by("pk")
    shared: Shared = defaultdict(lambda: defaultdict(list))
    found: dict[int, Person] = {}
    for row in rows[: CANDIDATES * 2]:
        field = "skills" if row.kind == PersonConcept.Kind.SKILL else "interests"
        if row.person.field_visible_to(field, actor):
            shared[row.person_id][row.kind].append(row.concept.label)
            found[row.person_id] = row.person
    return shared, found


def _choose(
    found: Mapping[int, Person],
    shared: Shared,
    places: Mapping[int, int],
    scores: Mapping[int, float],
    most: int,
) -> Sequence[int]:
    """The best of them, at most two of one organisation."""
    highest = max(scores.values(), default=1.0) or 1.0

    def score(pk: int) -> float:
        own = shared.get(pk, {})
        place = PLACE * scores[places[pk]] / highest if pk in places else 0.0
        skills, interests = own.get(PersonConcept.Kind.SKILL, []), own.get(PersonConcept.Kind.INTEREST, [])
        return SKILL * len(skills) + INTEREST * len(interests) + place

    chosen: list[int] = []
    of_one: Counter[int] = Counter()
    for pk in sorted(found, key=lambda pk: (-score(pk), pk)):
        place = places.get(pk)
        if place is not None and of_one[place] >= FROM_ONE:
            continue
        if place is not None:
            of_one[place] += 1
        chosen.append(pk)
        if len(chosen) == most:
            break
    return chosen
