# SPDX-License-Identifier: EUPL-1.2
"""What people's screens, the API and exports read. Rows come through `visible_to(actor)`, and each field is asked for.

Every function costs a constant number of queries, named in its docstring.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count
from django.utils.text import slugify
from django.utils.timezone import localdate
from django.utils.translation import get_language

from filanda.across.finder.parameters import PER_PAGE
from filanda.across.profiles.parameters import PeopleSelection
from filanda.capabilities.search.queries import FacetCount, find_people, people_findable, suggest_people
from filanda.directory.affiliations.models import Position
from filanda.directory.organisations.models import ConceptOrigin, HelixRole
from filanda.directory.people.models import FIELDS, Block, Person, PersonConcept, ValidationState
from filanda.directory.people.queries import people_listed, unfindable_ids
from filanda.directory.taxonomies.models import label_in
from filanda.kernel.identity.actors import Actor
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import fold

__all__ = [
    "EXPORT_MOST",
    "Directory",
    "PersonCard",
    "Place",
    "Profile",
    "QueuePage",
    "Topic",
    "blocked_people",
    "directory",
    "export_cards",
    "person_cards",
    "profile",
    "queue_page",
    "suggestions",
]

EXPORT_MOST = 5_000
EXPORT_BATCH = 500
QUEUE_PAGE = 20
SKILL, INTEREST = PersonConcept.Kind.SKILL, PersonConcept.Kind.INTEREST


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation that somebody is or was at."""

    organisation_id: int
    name: str
    helix_role: str
    title: str
    started_on: date | None
    ended_on: date | None
    is_confirmed: bool
    is_now: bool

    @property
    def slug(self) -> str:
        return slugify(self.name)[:80] or "-"

    @property
    def helix_label(self) -> str:
        return str(HelixRole(self.helix_role).label)


@dataclass(frozen=True, slots=True)
class Topic:
    """A skill or an interest."""

    concept_id: int
    kind: str
    scheme: str
    code: str
    label: str


@dataclass(frozen=True)
class PersonCard:
    """Somebody in a list, as far as the reader may know them."""

    id: int
    name: str
    slug: str
    headline: str
    language: str
    is_validated: bool
    places: list[Place] = field(default_factory=list)
    skills: list[Topic] = field(default_factory=list)
    languages: Sequence[str] = ()


# Of a person: what a card shows, and what decides whether it may.
_ON_CARDS = ("name", "headline", "text_language", "languages", "state", "visibility", "account_id", "facilitator_id")


def person_cards(ids: Sequence[int], actor: Actor) -> dict[int, PersonCard]:
    """Cards of those of `ids` whom `actor` may see, in the order of `ids`. Three queries."""
    rows = Person.objects.visible_to(actor).filter(pk__in=ids)
    people = {person.pk: person for person in rows.only(*_ON_CARDS).order_by()}
    places = _places([pk for pk, person in people.items() if person.field_visible_to("positions", actor)])
    skills = _topics([pk for pk, person in people.items() if person.field_visible_to("skills", actor)], SKILL)
    cards = {}
    for id_ in ids:
        person = people.get(id_)
        if person is None:
            continue
        cards[id_] = PersonCard(
            id=id_,
            name=person.name,
            slug=person.slug,
            headline=person.headline_to(actor),
            language=person.text_language,
            is_validated=person.state == ValidationState.VALIDATED,
            places=[place for place in places.get(id_, ()) if place.is_now],
            skills=skills.get(id_, []),
            languages=person.languages if person.field_visible_to("languages", actor) else (),
        )
    return cards


def _places(people: Sequence[int]) -> dict[int, list[Place]]:
    """By person, positions at organisations that have a page, those held now first. One query."""
    today = localdate()
    found: dict[int, list[Place]] = {}
    rows = Position.objects.filter(person__in=people, organisation__hidden_at=None, organisation__is_external=False)
    for person_id, organisation_id, name, role, title, started_on, ended_on, is_confirmed in rows.values_list(
        "person_id",
        "organisation_id",
        "organisation__name",
        "organisation__helix_role",
        "title",
        "started_on",
        "ended_on",
        "is_confirmed",
    ):
        is_now = ended_on is None or ended_on > today
        place = Place(organisation_id, name, role, title, started_on, ended_on, is_confirmed, is_now)
        found.setdefault(person_id, []).append(place)
    return found


def _topics(people: Sequence[int], *kinds: str) -> dict[int, list[Topic]]:
    """By person, concepts that they confirmed. One query."""
    rows = PersonConcept.objects.filter(person__in=people, kind__in=kinds).exclude(origin=ConceptOrigin.SUGGESTED)
    found: dict[int, list[Topic]] = {}
    language = get_language()
    for person_id, kind, concept_id, scheme, code, labels in rows.order_by("person_id", "pk").values_list(
        "person_id", "kind", "concept_id", "concept__scheme__slug", "concept__code", "concept__labels"
    ):
        found.setdefault(person_id, []).append(
            Topic(concept_id, kind, scheme, code, label_in(labels, language) or code)
        )
    return found


@dataclass(frozen=True)
class Directory:
    """A page of the directory. `facets`: what the index counted. `total_all`: whom the reader may find at all."""

    total: int
    total_all: int
    cards: list[PersonCard]
    facets: list[FacetCount]
    is_rebuilding: bool
    is_loosened: bool


def directory(
    region: Region, actor: Actor, selection: PeopleSelection, per_page: int = PER_PAGE, *, offset: int | None = None
) -> Directory:
    """One page of people. Three queries for visitors, two more for members (whom they blocked, and whose ids).

    How many there are in all is what the index holds for this reader; the database is asked while that is not whole.
    """
    without = unfindable_ids(actor)
    found = find_people(
        region,
        actor,
        selection.q,
        selection.filters,
        selection.sort_used,
        offset=(selection.page - 1) * per_page if offset is None else offset,
        limit=per_page,
        without=without,
    )
    total_all = people_findable(region, actor, without=without)
    return Directory(
        total=found.total,
        total_all=people_listed(actor) if total_all is None else total_all,
        cards=list(person_cards(found.ids, actor).values()),
        facets=found.facets,
        is_rebuilding=found.is_rebuilding,
        is_loosened=found.is_loosened,
    )


def suggestions(region: Region, actor: Actor, text: str, limit: int = 8) -> list[tuple[int, str, str]]:
    """(id, name, slug) of people whose names complete `text`. One query, two more for members."""
    found = suggest_people(region, actor, text, limit, without=unfindable_ids(actor))
    rows = {row.pk: row for row in Person.objects.visible_to(actor).filter(pk__in=[one.id for one in found])}
    return [(one.id, rows[one.id].name, rows[one.id].slug) for one in found if one.id in rows]


def export_cards(region: Region, actor: Actor, selection: PeopleSelection) -> Iterator[list[PersonCard]]:
    """The whole list in the order shown, in batches, up to EXPORT_MOST rows. Three queries a batch."""
    without = unfindable_ids(actor)
    for offset in range(0, EXPORT_MOST, EXPORT_BATCH):
        found = find_people(
            region,
            actor,
            selection.q,
            selection.filters,
            selection.sort_used,
            offset=offset,
            limit=EXPORT_BATCH,
            without=without,
        )
        yield list(person_cards(found.ids, actor).values())
        if offset + EXPORT_BATCH >= found.total:
            return


@dataclass(frozen=True)
class Profile:
    """A person as far as `actor` may know them. `shows`: by field, whether it is shown; what is not is empty here."""

    person: Person
    shows: Mapping[str, bool]
    places: list[Place]
    skills: list[Topic]
    interests: list[Topic]


def profile(person_id: int, actor: Actor) -> Profile | None:
    """The page of one person, None for somebody whom `actor` does not see. Three queries."""
    person = Person.objects.visible_to(actor).select_related("facilitator").filter(pk=person_id).first()
    return profile_of(person, actor) if person is not None else None


def profile_of(person: Person, actor: Actor) -> Profile:
    """`person`, who is seen by readers like `actor`. Two queries."""
    shows = {name: person.field_visible_to(name, actor) for name in FIELDS}
    topics = _topics([person.pk], SKILL, INTEREST).get(person.pk, [])
    return Profile(
        person=person,
        shows=shows,
        places=_places([person.pk] if shows["positions"] else []).get(person.pk, []),
        skills=[topic for topic in topics if topic.kind == SKILL and shows["skills"]],
        interests=[topic for topic in topics if topic.kind == INTEREST and shows["interests"]],
    )


def blocked_people(actor: Actor) -> list[Person]:
    """Whom `actor` blocks, by name. One query."""
    blocks = Block.objects.filter(blocker=actor.account_id)
    return list(Person.objects.present().filter(account__in=blocks.values("blocked")))


@dataclass(frozen=True)
class QueuePage:
    """Profiles for facilitators. `counts`: by state, of what `whose` leaves."""

    profiles: list[Profile]
    counts: dict[str, int]
    total: int
    page: int
    pages: int


def queue_page(actor: Actor, *, state: str, whose: str, q: str = "", page: int = 1) -> QueuePage:
    """Profiles in `state` (a ValidationState), those that wait longest first. Four queries.

    `whose`: "mine" for those that `actor` looks after. `q`: words of names, as staff finds people whom no list shows.
    """
    rows = Person.objects.visible_to(actor).exclude(account=actor.account_id)
    if whose == "mine":
        rows = rows.filter(facilitator=actor.account_id)
    for word in fold(q).split()[:6]:
        rows = rows.filter(sort_key__contains=word)
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    total = counts.get(state, 0)
    pages = max(1, -(-total // QUEUE_PAGE))
    page = min(max(1, page), pages)
    first = (page - 1) * QUEUE_PAGE
    chosen = list(
        rows.filter(state=state)
        .select_related("facilitator")
        .order_by("state_changed_at", "pk")[first : first + QUEUE_PAGE]
    )
    places = _places([person.pk for person in chosen if person.field_visible_to("positions", actor)])
    topics = _topics([person.pk for person in chosen], SKILL, INTEREST)
    profiles = []
    for person in chosen:
        shows = {name: person.field_visible_to(name, actor) for name in FIELDS}
        own = topics.get(person.pk, [])
        profiles.append(
            Profile(
                person=person,
                shows=shows,
                places=places.get(person.pk, []),
                skills=[topic for topic in own if topic.kind == SKILL and shows["skills"]],
                interests=[topic for topic in own if topic.kind == INTEREST and shows["interests"]],
            )
        )
    return QueuePage(profiles, counts, total, page, pages)
