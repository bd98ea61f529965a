# SPDX-License-Identifier: EUPL-1.2
"""The directory of organisations: list, completions, export."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from filanda.across.finder import facets, queries
from filanda.across.finder.addresses import Addresses
from filanda.across.finder.exporting import csv_lines, csv_response, settled
from filanda.across.finder.listing import completion_url, rows
from filanda.across.finder.parameters import LAST_PAGE, PER_PAGE, Selection
from filanda.across.finder.portrait import kind_label, size_label
from filanda.capabilities.search.queries import find_organisations
from filanda.directory.organisations.models import OrganisationState
from filanda.directory.organisations.queries import Card
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import clean
from filanda.kernel.ui.paging import pager

__all__ = ["organisations", "organisations_csv", "suggest"]


@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """The whole page, or for htmx the results alone. Any query string gets a sane answer."""
    region: Region = request.region  # type: ignore[attr-defined]
    actor = actor_of(request)
    selection = Selection.read(request.GET)
    found = queries.directory(region, actor, selection)
    if found.total and selection.offset >= found.total:
        # A page beyond the last one: the last one.
        selection = selection.at_page(-(-found.total // PER_PAGE))
        found = queries.directory(region, actor, selection)
    context = _context(region, selection, found)
    is_fragment = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    response = render(request, "finder/_results.html" if is_fragment else "finder/organisations.html", context)
    # Back must not find the fragment where the page was.
    patch_vary_headers(response, ["HX-Request"])
    return response


def _context(region: Region, selection: Selection, found: queries.Directory) -> dict[str, Any]:
    addresses = Addresses.here()
    list_url = addresses.organisations
    pages = min(max(1, -(-found.total // PER_PAGE)), LAST_PAGE)
    return {
        "list_url": list_url,
        "q": selection.q,
        "total": found.total,
        "total_all": found.total_all,
        "groups": facets.groups(region, found.facets, selection),
        "active": facets.active_filters(region, selection, list_url),
        "clear_url": list_url + selection.cleared().query_string(),
        "sorts": facets.sorts(selection),
        "rows": rows(found, selection.q, addresses),
        "pager": pager(selection.page, pages, lambda number: list_url + selection.at_page(number).query_string()),
        "map": facets.province_map(region, found.facets, selection, list_url),
        "csv_url": reverse("finder:organisations-csv") + selection.at_page(1).query_string(),
        "csv_most": queries.EXPORT_MOST,
        "need_url": addresses.home,
        "is_rebuilding": found.is_rebuilding,
        "is_loosened": found.is_loosened,
        "canonical_path": list_url + (Selection(page=selection.page).query_string() if not selection.q else ""),
    }


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """Completions of `q` as JSON: [{"kind", "text", "url"}]. Evidence leads to a search for its title."""
    text = " ".join(clean(request.GET.get("q", "")[:200]).split())
    addresses = Addresses.here()
    found = queries.suggestions(request.region, request.actor, text) if len(text) > 1 else []  # type: ignore[attr-defined]
    return JsonResponse(
        [{"kind": one.kind, "text": one.text, "url": completion_url(one, addresses)} for one in found],
        safe=False,
    )


@require_safe
def organisations_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The list as filtered, in its order, as CSV (RFC 4180, UTF-8 with a byte order mark for spreadsheets)."""
    region: Region = request.region  # type: ignore[attr-defined]
    actor = actor_of(request)
    selection = Selection.read(request.GET).at_page(1)
    total = find_organisations(region, actor, selection.q, selection.filters, limit=0).total
    origin = request.build_absolute_uri("/").rstrip("/")
    addresses = Addresses.here()
    stream = csv_lines(
        region,
        translation.get_language() or "it",
        queries.export_cards(region, settled(actor), selection),
        _heading,
        lambda card: _cells(card, origin, addresses),
        total=total,
        most=queries.EXPORT_MOST,
    )
    return csv_response(stream, "organisations", total=total, most=queries.EXPORT_MOST)


def _heading() -> list[object]:
    return [
        _("Name"),
        _("Kind of organisation"),
        _("Legal kind"),
        _("Size"),
        _("Municipality"),
        _("Province"),
        _("Pieces of evidence"),
        _("State of the page"),
        _("Address of the page"),
    ]


def _cells(card: Card, origin: str, addresses: Addresses) -> list[object]:
    return [
        card.name,
        card.helix_label,
        kind_label(card.legal_kind),
        size_label(card.size),
        card.municipality,
        card.province or card.province_code,
        card.evidence_count,
        OrganisationState(card.state).label,
        origin + addresses.organisation(card.id, card.slug),
    ]
