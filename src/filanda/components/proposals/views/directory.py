# SPDX-License-Identifier: EUPL-1.2
"""The directory of proposals, its feed and exports; those of one space; those of one's own side."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import urlencode
from django.utils.timezone import now as clock
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from filanda.capabilities.search.highlight import mark
from filanda.capabilities.search.queries import find_proposals
from filanda.components.proposals import facets
from filanda.components.proposals.cards import Card, cards
from filanda.components.proposals.models import Proposal, ProposalState
from filanda.components.proposals.parameters import LAST_PAGE, PER_PAGE, Selection
from filanda.kernel.identity.actors import VISITOR, Actor
from filanda.kernel.identity.requests import actor_of, signed_in
from filanda.kernel.regions.models import Region
from filanda.kernel.text.cells import harmless
from filanda.kernel.ui.addresses import address as to
from filanda.kernel.ui.addresses import address_or_none
from filanda.kernel.ui.numbers import whole
from filanda.kernel.ui.paging import pager
from filanda.spaces.models import SpaceKind
from filanda.spaces.pages import space_page
from filanda.spaces.policies import takes_part

__all__ = ["as_csv", "as_json", "directory", "feed", "mine", "space_list"]

EXPORT_MOST = 1_000
ENTRIES_MOST = 30
FRESH_SECONDS = 300
DAYS_LEFT_SHOWN = 14


@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """The whole page, or for htmx the results alone. Any query string gets a sane answer."""
    actor = actor_of(request)
    context = _found(request, actor, Selection.read(request.GET), to("proposals:directory"))
    is_fragment = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    response = render(request, "proposals/_results.html" if is_fragment else "proposals/directory.html", context)
    # Back must not find the fragment where the page was; what a member reads is nobody else's.
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    return response


def _found(request: HttpRequest, actor: Actor, selection: Selection, list_url: str) -> dict[str, Any]:
    region: Region = request.region  # type: ignore[attr-defined]
    found = find_proposals(
        region,
        actor,
        selection.q,
        selection.filters,
        selection.sort_used,
        offset=(selection.page - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    if found.total and (selection.page - 1) * PER_PAGE >= found.total:
        selection = selection.at_page(-(-found.total // PER_PAGE))
        return _found(request, actor, selection, list_url)
    names = facets.names_of(region, found.facets, selection)
    now = clock()
    query = selection.at_page(1).query_string()
    return {
        "list_url": list_url,
        "q": selection.q,
        "total": found.total,
        "groups": facets.groups(found.facets, selection, names),
        "active": facets.active_filters(selection, names, list_url),
        "clear_url": list_url + selection.cleared().query_string(),
        "sorts": facets.sorts(selection),
        "rows": [row_of(card, now, selection.q) for card in cards(actor, found.ids)],
        "pager": pager(
            selection.page,
            min(max(1, -(-found.total // PER_PAGE)), LAST_PAGE),
            lambda number: list_url + selection.at_page(number).query_string(),
        ),
        "map": facets.province_map(region, found.facets, selection, list_url),
        "csv_url": to("proposals:csv") + query,
        "json_url": to("proposals:json") + query,
        "feed_url": to("proposals:feed") + query,
        "keep_query": query.removeprefix("?"),
        "keep_url": to("proposals:searches"),
        "is_member": actor.is_member,
        "is_visitor": actor.is_visitor,
        "is_rebuilding": found.is_rebuilding,
        "is_loosened": found.is_loosened,
        "new_url": _new_url(),
        "canonical_path": list_url + (Selection(page=selection.page).query_string() if not selection.q else ""),
    }


def _new_url(query: str = "") -> str:
    return address_or_none("proposals:new", query=query)


def row_of(card: Card, now: datetime, q: str = "") -> dict[str, Any]:
    """A proposal as a row of _rows.html. No query."""
    language = (get_language() or "it")[:2]
    left = (card.expires_at - now) // timedelta(days=1) if card.expires_at is not None and card.is_open else None
    return {
        "id": card.id,
        "url": to("proposals:proposal", card.id, card.slug),
        "title": card.title,
        "lang": card.language if card.language != language else "",
        "kind": card.kind,
        "kind_label": card.kind_label,
        "state": card.state,
        "state_label": "" if card.state == ProposalState.PUBLISHED else card.state_label,
        "summary": mark(card.summary, q, card.language) if q and card.summary else card.summary,
        "who": card.who,
        "cooperation": ", ".join(card.cooperation_labels[:2]),
        "place": card.place,
        "topics": list(dict.fromkeys(topic.label for topic in card.topics))[:3],
        "published_at": card.published_at,
        "days_left": left if left is not None and 0 <= left <= DAYS_LEFT_SHOWN else None,
        "is_whole": card.reads.text,
        "answers": card.answers_count,
    }


# Feed and exports


@require_safe
@cache_control(public=True, max_age=FRESH_SECONDS)
def feed(request: HttpRequest) -> HttpResponse:
    """What everybody may read, whoever asks, as Atom (RFC 4287): newest first, narrowed as the directory is."""
    region: Region = request.region  # type: ignore[attr-defined]
    selection = Selection.read(request.GET)
    filters = dict(selection.filters) | {"open": ("yes",)}
    found = find_proposals(region, VISITOR, selection.q, filters, "newest", limit=ENTRIES_MOST)
    rows = cards(VISITOR, found.ids)
    origin = f"{request.scheme}://{request.get_host()}"
    heading = _("Proposals")
    made = _Feed(
        title=f"{heading} · {region.name}",
        link=origin + to("proposals:directory") + selection.at_page(1).query_string(),
        feed_url=origin + request.get_full_path(),
        description=_("What people look for, offer and want to build together."),
        language=get_language(),
        feed_guid=f"tag:{request.get_host().split(':')[0]},2026:proposals{selection.at_page(1).query_string()}",
        latest=max((row.published_at for row in rows if row.published_at), default=None),
    )
    for row in rows:
        address = origin + to("proposals:proposal", row.id, row.slug)
        made.add_item(
            title=row.title,
            link=address,
            description=row.summary or row.kind_label,
            author_name=row.who.name or region.name,
            pubdate=row.published_at,
            updateddate=row.published_at,
            unique_id=f"{origin}{to('proposals:short', row.id)}",
            categories=[row.kind_label, *row.cooperation_labels],
        )
    return HttpResponse(made.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


class _Feed(Atom1Feed):
    def latest_post_date(self) -> datetime:
        latest: datetime | None = self.feed["latest"]
        return latest or clock()


@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    """The list as filtered, in its order: of each what this reader reads (RFC 4180, UTF-8 with a byte order mark)."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(_heading())
    for record in _records(request):
        writer.writerow([harmless(_cell(value)) for value in record.values()])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="proposals.csv"'
    return _own(response)


@require_safe
def as_json(request: HttpRequest) -> HttpResponse:
    """As `as_csv`, for programs."""
    content = json.dumps({"proposals": list(_records(request))}, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
    response = HttpResponse(content, content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="proposals.json"'
    return _own(response)


def _own(response: HttpResponse) -> HttpResponse:
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "private, no-store"
    patch_vary_headers(response, ["Cookie"])
    return response


def _records(request: HttpRequest) -> Iterator[dict[str, Any]]:
    region: Region = request.region  # type: ignore[attr-defined]
    actor, selection = actor_of(request), Selection.read(request.GET)
    found = find_proposals(region, actor, selection.q, selection.filters, selection.sort_used, limit=EXPORT_MOST)
    origin = f"{request.scheme}://{request.get_host()}"
    for card in cards(actor, found.ids):
        yield {
            "id": card.id,
            "title": card.title,
            "language": card.language,
            "kind": card.kind,
            "state": card.state,
            "organisation": card.who.organisation,
            "person": card.who.person,
            "summary": card.summary,
            "partners_bring": card.partners_bring,
            "cooperation": list(card.cooperation),
            "trl_now": card.trl_now,
            "trl_wanted": card.trl_wanted,
            "place": card.place,
            "topics": [topic.label for topic in card.topics],
            "published_at": card.published_at,
            "expires_at": card.expires_at,
            "url": origin + to("proposals:proposal", card.id, card.slug),
        }


def _heading() -> list[str]:
    return [
        _("Number"),
        _("Title"),
        _("Language"),
        _("Kind of proposal"),
        _("State"),
        _("Organisation"),
        _("Person"),
        _("Summary"),
        _("What partners should bring"),
        _("Cooperation wanted"),
        _("TRL now"),
        _("TRL wanted"),
        _("Place"),
        _("Topics"),
        _("Published"),
        _("Open until"),
        _("Address of the page"),
    ]


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(str(one) for one in value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return "" if value is None else str(value)


# Of a space, of one's own


@require_safe
def space_list(request: HttpRequest, slug: str) -> HttpResponse:
    """A space's own proposals: open ones, those that ended on demand."""
    page = space_page(request, slug, tab="proposals")
    is_past = request.GET.get("past") == "1"
    number = request.GET.get("page", "")
    at = whole(number, least=1, most=500, default=1)
    rows = Proposal.objects.visible_to(page.actor).filter(space=page.space, hidden_at=None)
    states = (
        (ProposalState.CLOSED, ProposalState.EXPIRED) if is_past else (ProposalState.PUBLISHED, ProposalState.IN_TALKS)
    )
    rows = rows.filter(state__in=states).order_by("-published_at", "-pk")
    ids = list(rows.values_list("pk", flat=True)[(at - 1) * PER_PAGE : at * PER_PAGE + 1])
    here = to("proposals:space", slug)
    now = clock()

    def address(wanted: int) -> str:
        pairs = ([("past", "1")] if is_past else []) + ([("page", str(wanted))] if wanted > 1 else [])
        return here + (f"?{urlencode(pairs)}" if pairs else "")

    context = {
        "page": page,
        "rows": [row_of(card, now) for card in cards(page.actor, ids[:PER_PAGE])],
        "is_past": is_past,
        "here": here,
        "previous_url": address(at - 1) if at > 1 else "",
        "next_url": address(at + 1) if len(ids) > PER_PAGE else "",
        "all_url": to("proposals:directory"),
        "new_url": _new_url("" if page.space.kind == SpaceKind.REGION else f"space={page.space.pk}")
        if takes_part(page.actor, page.space)
        else "",
    }
    response = render(request, "proposals/space.html", context)
    patch_vary_headers(response, ["Cookie"])
    return response


_ORDER = (
    ProposalState.DRAFT,
    ProposalState.IN_REVIEW,
    ProposalState.IN_TALKS,
    ProposalState.PUBLISHED,
    ProposalState.SUSPENDED,
    ProposalState.EXPIRED,
    ProposalState.CLOSED,
)


@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Everything of one's own side, what waits for oneself first."""
    actor = signed_in(request)
    rows = Proposal.objects.filter(Proposal.objects.all().owned(actor)).order_by("-state_changed_at", "-pk")
    ids = list(rows.values_list("pk", flat=True)[:200])
    now = clock()
    found = [row_of(card, now) | {"state_label": ""} for card in cards(actor, ids)]
    return render(request, "proposals/mine.html", {"groups": _by_state(found), "new_url": _new_url()})


def _by_state(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = list(rows)
    grouped = [(state, [row for row in rows if row["state"] == state]) for state in _ORDER]
    return [{"state": state, "label": ProposalState(state).label, "rows": found} for state, found in grouped if found]
