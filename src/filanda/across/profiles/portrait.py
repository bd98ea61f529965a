# SPDX-License-Identifier: EUPL-1.2
"""The page of one person, as its template wants it, and the same for machines (schema.org)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from markupsafe import Markup

from filanda.across.finder.portrait import linked_data, safe_url
from filanda.across.profiles.addresses import PeopleAddresses
from filanda.across.profiles.parameters import PeopleSelection
from filanda.across.profiles.queries import Place, Profile, Topic
from filanda.directory.people.models import FIELDS, Person, ValidationState, Visibility
from filanda.directory.people.values import language_label
from filanda.kernel.regions.models import Region
from filanda.kernel.text.markdown import to_html

__all__ = ["portrait", "years"]


def portrait(page: Profile, *, region: Region, addresses: PeopleAddresses, absolute_url: str = "") -> dict[str, Any]:
    """What profiles/person.html shows of somebody: nothing that this reader may not see is in it.

    `absolute_url`: of the page, for machines; without it nothing is said to them.
    """
    person, shows = page.person, page.shows
    is_public = person.listing == Visibility.PUBLIC and person.hidden_at is None
    return {
        "person": {
            "name": person.name,
            "headline": person.headline if shows["headline"] else "",
            "about_html": to_html(person.about) if shows["about"] and person.about else "",
            "language": person.text_language,
            "is_validated": person.state == ValidationState.VALIDATED,
            "languages": [language_label(code) for code in person.languages] if shows["languages"] else [],
            "orcid": person.orcid if shows["orcid"] else "",
            "links": _links(person) if shows["links"] else [],
            "joined_at": person.joined_at,
        },
        "places": [_place(place, addresses) for place in page.places],
        "skills": [_topic(topic, "skills", addresses) for topic in page.skills],
        "interests": [_topic(topic, "interests", addresses) for topic in page.interests],
        "crumbs": [
            {"label": region.name, "url": addresses.finder.home},
            {"label": _("People"), "url": addresses.people},
            {"label": person.name, "url": ""},
        ],
        "is_public": is_public,
        "jsonld": _jsonld(page, absolute_url) if is_public and absolute_url else "",
    }


def _links(person: Person) -> list[dict[str, str]]:
    links = [{"label": link["label"], "url": safe_url(link["url"])} for link in person.links]
    return [link for link in links if link["url"]]


def _place(place: Place, addresses: PeopleAddresses) -> dict[str, Any]:
    return {
        "name": place.name,
        "url": addresses.finder.organisation(place.organisation_id, place.slug),
        "helix_role": place.helix_role,
        "helix_label": place.helix_label,
        "title": place.title,
        "years": years(place),
        "is_now": place.is_now,
        "is_confirmed": place.is_confirmed,
    }


def years(place: Place) -> str:
    """ "2015–2018", "since 2015", "until 2018", or ""."""
    first, last = place.started_on, place.ended_on
    if first and last:
        return str(first.year) if first.year == last.year else f"{first.year}–{last.year}"
    if first:
        return _("since %(year)s") % {"year": first.year}
    return _("until %(year)s") % {"year": last.year} if last else ""


def _topic(topic: Topic, facet: str, addresses: PeopleAddresses) -> dict[str, Any]:
    url = ""
    if topic.scheme == "s3":
        url = addresses.people + PeopleSelection(filters={facet: (topic.code,)}).query_string()
    return {"label": topic.label, "url": url, "is_suggested": False}


def _jsonld(page: Profile, absolute_url: str) -> Markup:
    """schema.org Person, of public fields only, whoever is looking: what is in a page may be kept by a machine."""
    person = page.person
    public = {field: person.visibility_of(field) == Visibility.PUBLIC for field in FIELDS}
    links = [link["url"] for link in _links(person)] if public["links"] else []
    if person.orcid and public["orcid"]:
        links.append(f"https://orcid.org/{person.orcid}")
    said = linked_data(
        {
            "@context": "https://schema.org",
            "@type": "Person",
            "@id": absolute_url,
            "url": absolute_url,
            "name": person.name,
            "description": person.headline if public["headline"] else "",
            "knowsLanguage": person.languages if public["languages"] else [],
            "sameAs": links,
            "worksFor": [
                {"@type": "Organization", "name": place.name}
                for place in page.places
                if place.is_now and public["positions"]
            ],
            "knowsAbout": [topic.label for topic in page.skills] if public["skills"] else [],
        }
    )
    return Markup(said)  # noqa: S704 - <, > and & are escaped in it
