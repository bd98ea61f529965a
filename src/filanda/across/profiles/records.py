# SPDX-License-Identifier: EUPL-1.2
"""What the API says of people: public fields of people who list themselves publicly, and nothing else.

Descriptions are source strings: they are translated when the OpenAPI document is shown (site.api).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.utils.translation import gettext_noop as N_  # noqa: N812 - under this name it is collected
from ninja import Field, Schema

from filanda.across.finder.answered import FacetRecord
from filanda.across.finder.asked import FURTHEST, PAGE, PAGE_MOST, VALUES_MOST, Code, HelixRoleCode, Parameters
from filanda.across.finder.portrait import safe_url
from filanda.across.finder.records import facet_records, notices
from filanda.across.profiles.addresses import PeopleAddresses
from filanda.across.profiles.parameters import facet_label, value_label
from filanda.across.profiles.queries import Directory, PersonCard, Place, Profile, Topic
from filanda.capabilities.search.queries import PEOPLE_FACETS
from filanda.directory.people.models import ValidationState
from filanda.kernel.regions.models import Region

__all__ = ["PeopleList", "PeopleParameters", "PersonParameters", "PersonRecord", "people_list", "person_record"]

PeopleSortCode = Literal["relevance", "name", "newest"]


class PeopleParameters(Parameters):
    q: str = Field("", max_length=200, description=N_("Words of names, headlines, skills … Empty: all."))
    skills: list[Code] = Field(
        [],
        max_length=VALUES_MOST,
        description=N_("Codes of the regional smart specialisation strategy that they can help with. See /concepts."),
    )
    interests: list[Code] = Field(
        [], max_length=VALUES_MOST, description=N_("Codes of the strategy that they want to know more about.")
    )
    helix_role: list[HelixRoleCode] = Field(
        [], max_length=VALUES_MOST, description=N_("Place in the quadruple helix of an organisation they are at.")
    )
    province: list[Code] = Field(
        [], max_length=VALUES_MOST, description=N_("Province codes of an organisation they are at.")
    )
    languages: list[Code] = Field([], max_length=VALUES_MOST, description=N_("Languages they speak (ISO 639-1)."))
    validated: list[Literal["yes", "no"]] = Field(
        [], max_length=2, description=N_("Whether a facilitator has validated the profile.")
    )
    sort: PeopleSortCode | None = Field(
        None, description=N_("Order; without it by relevance when there are words, else by name.")
    )
    offset: int = Field(0, ge=0, le=FURTHEST, description=N_("How many results to skip."))
    limit: int = Field(PAGE, ge=1, le=PAGE_MOST, description=N_("How many results to give."))

    def chosen(self) -> dict[str, tuple[str, ...]]:
        """Facets with at least one value."""
        return {name: tuple(sorted(set(getattr(self, name)))) for name in PEOPLE_FACETS if getattr(self, name)}


class PersonParameters(Parameters):
    pass


class PlaceRecord(Schema):
    id: int
    name: str
    url: str
    helix_role: HelixRoleCode
    title: str | None = Field(description=N_("What they are there."))
    started_on: date | None
    ended_on: date | None
    is_confirmed: bool = Field(description=N_("The organisation says so too."))


class TopicRecord(Schema):
    scheme: str
    code: str
    label: str


class PersonSummary(Schema):
    id: int
    name: str
    url: str = Field(description=N_("The person's page for people."))
    headline: str | None
    language: str | None = Field(description=N_("Of headline and text (ISO 639-1)."))
    is_validated: bool = Field(description=N_("A facilitator has validated the profile."))
    organisations: list[PlaceRecord] = Field(description=N_("Where they are now."))
    skills: list[TopicRecord]
    languages: list[str] = Field(description=N_("ISO 639-1."))


class PeopleList(Schema):
    total: int
    offset: int
    limit: int
    sort: PeopleSortCode
    is_loosened: bool = Field(description=N_("Nothing held all the words: these hold some of them."))
    is_rebuilding: bool = Field(description=N_("The index is being built just now, so that some may be missing."))
    people: list[PersonSummary]
    facets: list[FacetRecord] = Field(description=N_("Counts of people by value; each without its own filter."))
    notices: list[str] = Field(description=N_("Attributions and licences to show with the data."))


class LinkRecord(Schema):
    label: str
    url: str


class PersonRecord(PersonSummary):
    about: str | None = Field(description=N_("Markdown."))
    interests: list[TopicRecord]
    orcid: str | None
    links: list[LinkRecord]
    past_organisations: list[PlaceRecord]
    joined_at: datetime


@dataclass(frozen=True)
class PeopleLinks:
    """Absolute addresses of pages. `origin`: scheme and host, without a slash at the end."""

    origin: str
    addresses: PeopleAddresses

    def person(self, pk: int, slug: str) -> str:
        return self.origin + self.addresses.person(pk, slug)

    def organisation(self, place: Place) -> str:
        return self.origin + self.addresses.finder.organisation(place.organisation_id, place.slug)


def people_list(
    found: Directory, region: Region, links: PeopleLinks, *, offset: int, limit: int, sort: str
) -> PeopleList:
    """A page of the directory."""
    return PeopleList(
        total=found.total,
        offset=offset,
        limit=limit,
        sort=sort,  # type: ignore[arg-type]  # checked by the schema
        is_loosened=found.is_loosened,
        is_rebuilding=found.is_rebuilding,
        people=[_summary(card, links) for card in found.cards],
        facets=facet_records(region, found.facets, PEOPLE_FACETS, facet_label, value_label),
        notices=notices(region),
    )


def _summary(card: PersonCard, links: PeopleLinks) -> PersonSummary:
    return PersonSummary(
        id=card.id,
        name=card.name,
        url=links.person(card.id, card.slug),
        headline=card.headline or None,
        language=card.language or None,
        is_validated=card.is_validated,
        organisations=[_place(place, links) for place in card.places],
        skills=[_topic(topic) for topic in card.skills],
        languages=list(card.languages),
    )


def person_record(page: Profile, links: PeopleLinks) -> PersonRecord:
    """What everybody may know of one person. `page` was read for a visitor."""
    person, shows = page.person, page.shows
    web = [(link["label"], safe_url(link["url"])) for link in person.links] if shows["links"] else []
    return PersonRecord(
        id=person.pk,
        name=person.name,
        url=links.person(person.pk, person.slug),
        headline=(person.headline if shows["headline"] else "") or None,
        language=person.text_language or None,
        is_validated=person.state == ValidationState.VALIDATED,
        organisations=[_place(place, links) for place in page.places if place.is_now],
        past_organisations=[_place(place, links) for place in page.places if not place.is_now],
        skills=[_topic(topic) for topic in page.skills],
        interests=[_topic(topic) for topic in page.interests],
        languages=person.languages if shows["languages"] else [],
        about=(person.about if shows["about"] else "") or None,
        orcid=(person.orcid if shows["orcid"] else "") or None,
        links=[LinkRecord(label=label, url=url) for label, url in web if url],
        joined_at=person.joined_at,
    )


def _place(place: Place, links: PeopleLinks) -> PlaceRecord:
    return PlaceRecord(
        id=place.organisation_id,
        name=place.name,
        url=links.organisation(place),
        helix_role=place.helix_role,  # type: ignore[arg-type]  # checked by the schema
        title=place.title or None,
        started_on=place.started_on,
        ended_on=place.ended_on,
        is_confirmed=place.is_confirmed,
    )


def _topic(topic: Topic) -> TopicRecord:
    return TopicRecord(scheme=topic.scheme, code=topic.code, label=topic.label)
