# SPDX-License-Identifier: EUPL-1.2
"""The directory of funding calls, and its feed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.feedgenerator import Atom1Feed
from django.utils.timezone import localdate
from django.utils.timezone import now as clock
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from filanda.across.opportunities import facets
from filanda.across.opportunities.parameters import LAST_PAGE, PER_PAGE, Selection
from filanda.across.opportunities.showing import row_of
from filanda.capabilities.search.queries import find_funding
from filanda.directory.funding.queries import cards
from filanda.kernel.identity.actors import VISITOR, Actor
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import decide
from filanda.kernel.regions.models import Region
from filanda.kernel.ui.addresses import address as to
from filanda.kernel.ui.moments import day_of
from filanda.kernel.ui.paging import pager

__all__ = ["directory", "feed"]

ENTRIES_MOST = 50
FRESH_SECONDS = 300


@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """The whole page, or for htmx the results alone. Any query string gets a sane answer."""
    context = _found(request, actor_of(request), Selection.read(request.GET), to("funding:directory"))
    is_fragment = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    name = "opportunities/_results.html" if is_fragment else "opportunities/directory.html"
    response = render(request, name, context)
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    return response


def _found(request: HttpRequest, actor: Actor, selection: Selection, list_url: str) -> dict[str, Any]:
    region: Region = request.region  # type: ignore[attr-defined]
    found = find_funding(
        region,
        actor,
        selection.q,
        selection.filters_used,
        selection.sort_used,
        offset=(selection.page - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    if found.total and (selection.page - 1) * PER_PAGE >= found.total:
        return _found(request, actor, selection.at_page(-(-found.total // PER_PAGE)), list_url)
    names = facets.names_of(region)
    today = localdate(clock())
    return {
        "list_url": list_url,
        "q": selection.q,
        "total": found.total,
        "groups": facets.groups(found.facets, selection, names),
        "active": facets.active_filters(selection, names, list_url),
        "clear_url": list_url + selection.cleared().query_string(),
        "sorts": facets.sorts(selection),
        "rows": [row_of(card, today, selection.q) for card in cards(actor, found.ids)],
        "pager": pager(
            selection.page,
            min(max(1, -(-found.total // PER_PAGE)), LAST_PAGE),
            lambda number: list_url + selection.at_page(number).query_string(),
        ),
        "closed_url": list_url + selection.only("state", "closed").query_string(),
        "feed_url": to("funding:feed") + selection.at_page(1).query_string(),
        "new_url": to("funding:new") if decide(actor, "funding.manage") else "",
        "is_rebuilding": found.is_rebuilding,
        "is_loosened": found.is_loosened,
        "canonical_path": list_url + (Selection(page=selection.page).query_string() if not selection.q else ""),
    }


@require_safe
@cache_control(public=True, max_age=FRESH_SECONDS)
def feed(request: HttpRequest) -> HttpResponse:
    """What can be answered, as Atom (RFC 4287): the next deadline first, narrowed as the directory is."""
    region: Region = request.region  # type: ignore[attr-defined]
    selection = Selection.read(request.GET)
    found = find_funding(region, VISITOR, selection.q, selection.filters_used, "deadline", limit=ENTRIES_MOST)
    rows = cards(VISITOR, found.ids)
    origin = f"{request.scheme}://{request.get_host()}"
    query = selection.at_page(1).query_string()
    name = _("Funding calls")
    made = _Feed(
        title=f"{name} · {region.name}",
        link=origin + to("funding:directory") + query,
        feed_url=origin + request.get_full_path(),
        description=_("What can be applied for, and until when."),
        language=get_language(),
        feed_guid=f"tag:{request.get_host().split(':')[0]},2026:funding{query}",
        latest=max((row.updated_at for row in rows), default=None),
    )
    for row in rows:
        until = _("Deadline: %(day)s.") % {"day": day_of(row.next_deadline)} if row.next_deadline else ""
        made.add_item(
            title=row.title,
            link=origin + to("funding:call", row.id),
            description=f"{until} {row.beginning}".strip(),
            author_name=row.source_name or region.name,
            pubdate=row.created_at,
            updateddate=row.updated_at,
            unique_id=f"{origin}{to('funding:call', row.id)}",
            categories=[one for one in (row.programme, row.action_kind) if one],
        )
    return HttpResponse(made.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


class _Feed(Atom1Feed):
    def latest_post_date(self) -> datetime:
        latest: datetime | None = self.feed["latest"]
        return latest or clock()
