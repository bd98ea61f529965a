# SPDX-License-Identifier: EUPL-1.2
"""The directory of organisations: list, completions, export."""

from __future__ import annotations

import csv
from collections.abc import Iterator
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
from filanda.across.finder.listing import completion_url, rows
from filanda.across.finder.parameters import PER_PAGE, Selection
from filanda.across.finder.portrait import kind_label, size_label
from filanda.capabilities.search.queries import find_organisations
from filanda.directory.organisations.models import OrganisationState
from filanda.directory.organisations.queries import Card
from filanda.kernel.identity.actors import Actor
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import in_region
from filanda.kernel.text.folding import clean

__all__ = ["organisations", "organisations_csv", "suggest"]


@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """The whole page, or for htmx the results alone. Any query string gets a sane answer."""
    region: Region = request.region  # type: ignore[attr-defined]
    actor: Actor = request.actor  # type: ignore[attr-defined]
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
    pages = max(1, -(-found.total // PER_PAGE))
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
        "pager": facets.pager(
            selection.page, pages, lambda number: list_url + selection.at_page(number).query_string()
        ),
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


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def _harmless(cell: object) -> str:
    """`cell` as text that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    text = str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


@require_safe
def organisations_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The list as filtered, in its order, as CSV (RFC 4180, UTF-8 with a byte order mark for spreadsheets)."""
    region: Region = request.region  # type: ignore[attr-defined]
    actor: Actor = request.actor  # type: ignore[attr-defined]
    selection = Selection.read(request.GET).at_page(1)
    total = find_organisations(region, actor, selection.q, selection.filters, limit=0).total
    origin = request.build_absolute_uri("/").rstrip("/")
    stream = _csv(region, _resolved(actor), selection, total, origin, translation.get_language() or "it")
    response = StreamingHttpResponse(stream, content_type="text/csv; charset=utf-8")
    name = "organisations" if total <= queries.EXPORT_MOST else f"organisations-first-{queries.EXPORT_MOST}-of-{total}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["X-Total-Count"] = str(total)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _resolved(actor: Actor) -> Actor:
    """The actor itself: the lazy one looks roles up in the active region, which is left when rows are sent."""
    return Actor(
        account_id=actor.account_id,
        roles=actor.roles,
        is_operator=actor.is_operator,
        is_platform=actor.is_platform,
    )


def _csv(region: Region, actor: Actor, selection: Selection, total: int, origin: str, language: str) -> Iterator[bytes]:
    """Rows are made while they are sent, after the middleware has left the region: it is entered again here.

    For each batch, and left before what was made is sent: whoever hangs up in between leaves this behind unfinished,
    in a thread that by then may answer in another region.
    """
    writer = csv.writer(_Echo())
    batches = queries.export_cards(region, actor, selection)
    yield b"\xef\xbb\xbf"
    is_first = is_last = True
    while is_first or not is_last:
        with in_region(region), translation.override(language):
            addresses = Addresses.here()
            batch = next(batches, None)
            is_last = batch is None
            cells = [_heading()] if is_first else []
            cells += [_cells(card, origin, addresses) for card in batch or ()]
            if is_last and total > queries.EXPORT_MOST:
                notice = _(
                    "The list goes on: these are the first %(most)s of %(total)s. Narrow it down to get the others."
                )
                cells.append([notice % {"most": queries.EXPORT_MOST, "total": total}])
            lines = b"".join(_line(writer, line) for line in cells)
        is_first = False
        if lines:
            yield lines


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


def _line(writer: Any, cells: list[Any]) -> bytes:
    line: str = writer.writerow([_harmless(cell) for cell in cells])
    return line.encode()
