# SPDX-License-Identifier: EUPL-1.2
"""The directory of people: list, completions, export."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from filanda.across.finder import facets
from filanda.across.finder.exporting import csv_lines, csv_response, settled
from filanda.across.finder.parameters import LAST_PAGE, PER_PAGE
from filanda.across.profiles import queries
from filanda.across.profiles.addresses import PeopleAddresses
from filanda.across.profiles.parameters import WORDING, PeopleSelection
from filanda.across.profiles.queries import PersonCard
from filanda.capabilities.search.queries import find_people
from filanda.directory.people.queries import unfindable_ids
from filanda.directory.people.values import language_label
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import clean
from filanda.kernel.ui.paging import pager

__all__ = ["people", "people_csv", "suggest"]

SKILLS_SHOWN = 3


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """The whole page, or for htmx the results alone. Any query string gets a sane answer."""
    region: Region = request.region  # type: ignore[attr-defined]
    actor = actor_of(request)
    selection = PeopleSelection.read(request.GET)
    found = queries.directory(region, actor, selection)
    if found.total and selection.offset >= found.total:
        selection = selection.at_page(-(-found.total // PER_PAGE))
        found = queries.directory(region, actor, selection)
    context = _context(region, actor, selection, found)
    is_fragment = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    response = render(request, "profiles/_results.html" if is_fragment else "profiles/people.html", context)
    # Back must not find the fragment where the page was; what a member sees is nobody else's.
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    return response


def _context(region: Region, actor: Actor, selection: PeopleSelection, found: queries.Directory) -> dict[str, Any]:
    addresses = PeopleAddresses.here()
    list_url = addresses.people
    pages = min(max(1, -(-found.total // PER_PAGE)), LAST_PAGE)
    return {
        "list_url": list_url,
        "q": selection.q,
        "total": found.total,
        "total_all": found.total_all,
        "groups": facets.groups(region, found.facets, selection, wording=WORDING),
        "active": facets.active_filters(region, selection, list_url, WORDING),
        "clear_url": list_url + selection.cleared().query_string(),
        "sorts": facets.sorts(selection, "newest", _("Newest members")),
        "rows": [_row(card, addresses) for card in found.cards],
        "pager": pager(selection.page, pages, lambda number: list_url + selection.at_page(number).query_string()),
        "csv_url": reverse("profiles:people-csv") + selection.at_page(1).query_string(),
        "csv_most": queries.EXPORT_MOST,
        "is_member": actor.is_member,
        "is_rebuilding": found.is_rebuilding,
        "is_loosened": found.is_loosened,
        "canonical_path": list_url + (PeopleSelection(page=selection.page).query_string() if not selection.q else ""),
    }


def _row(card: PersonCard, addresses: PeopleAddresses) -> dict[str, Any]:
    return {
        "name": card.name,
        "url": addresses.person(card.id, card.slug),
        "headline": card.headline,
        "language": card.language,
        "is_validated": card.is_validated,
        "places": [
            {
                "name": place.name,
                "url": addresses.finder.organisation(place.organisation_id, place.slug),
                "helix_role": place.helix_role,
                "helix_label": place.helix_label,
                "title": place.title,
            }
            for place in card.places[:2]
        ],
        "skills": [topic.label for topic in card.skills[:SKILLS_SHOWN]],
    }


@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """Names that complete `q` as JSON: [{"kind", "text", "url"}]."""
    text = " ".join(clean(request.GET.get("q", "")[:200]).split())
    addresses = PeopleAddresses.here()
    found = queries.suggestions(request.region, request.actor, text) if len(text) > 1 else []  # type: ignore[attr-defined]
    response = JsonResponse(
        [{"kind": "person", "text": name, "url": addresses.person(pk, slug)} for pk, name, slug in found], safe=False
    )
    patch_vary_headers(response, ["Cookie"])
    return response


@require_safe
def people_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The list as filtered, in its order: only what this reader sees of each."""
    region: Region = request.region  # type: ignore[attr-defined]
    actor = settled(request.actor)  # type: ignore[attr-defined]
    selection = PeopleSelection.read(request.GET).at_page(1)
    without = unfindable_ids(actor)
    total = find_people(region, actor, selection.q, selection.filters, limit=0, without=without).total
    origin = request.build_absolute_uri("/").rstrip("/")
    addresses = PeopleAddresses.here()
    stream = csv_lines(
        region,
        translation.get_language() or "it",
        queries.export_cards(region, actor, selection),
        _heading,
        lambda card: _cells(card, origin, addresses),
        total=total,
        most=queries.EXPORT_MOST,
    )
    return csv_response(stream, "people", total=total, most=queries.EXPORT_MOST)


def _heading() -> list[object]:
    return [
        _("Name"),
        _("Headline"),
        _("Organisations"),
        _("Skills"),
        _("Languages"),
        _("Validated by a facilitator"),
        _("Address of the page"),
    ]


def _cells(card: PersonCard, origin: str, addresses: PeopleAddresses) -> list[object]:
    return [
        card.name,
        card.headline,
        "; ".join(f"{place.name} ({place.title})" if place.title else place.name for place in card.places),
        "; ".join(topic.label for topic in card.skills),
        "; ".join(language_label(code) for code in card.languages),
        _("yes") if card.is_validated else _("no"),
        origin + addresses.person(card.id, card.slug),
    ]
