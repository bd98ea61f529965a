# SPDX-License-Identifier: EUPL-1.2
"""Lists of events, one event, and the calendars that everybody may read."""

from __future__ import annotations

import re
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from filanda.capabilities.notifications.timing import zone_of
from filanda.components.events import queries
from filanda.components.events.calendars import MEDIA_TYPE, calendar_of
from filanda.components.events.framing import enter, event_context, find, grouped, may_write, row_of
from filanda.components.events.models import SpaceEvent
from filanda.components.events.times import month_words
from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.regions.models import Region
from filanda.kernel.ui.numbers import page_in
from filanda.spaces.queries import has_component, space_at

__all__ = ["entry", "event", "events", "feed", "region"]

FEED_MOST = 500
FRESH_SECONDS = 900
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])\Z", re.ASCII)


@require_safe
def region(request: HttpRequest) -> HttpResponse:
    """What takes place in the region and everybody may read of. GET month (2026-12), priority (a code), page."""
    here: Region = request.region  # type: ignore[attr-defined]
    moment, zone = now(), zone_of(here)
    asked = _MONTH.match(request.GET.get("month", ""))
    month = (int(asked[1]), int(asked[2])) if asked else None
    choices = queries.priorities(here)
    chosen = next((one for one in choices if one.code == request.GET.get("priority", "")), None)
    at = page_in(request, most=1000)
    found = queries.public_events(
        moment,
        month=month,
        priority=chosen.pk if chosen else 0,
        zone=zone,
        most=queries.PER_PAGE + 1,
        offset=(at - 1) * queries.PER_PAGE,
    )
    states = queries.states_of(actor_of(request), found)
    rows = [row_of(one, moment, state=states.get(one.pk, "")) for one in found[: queries.PER_PAGE]]

    def here_with(**changed: str) -> str:
        said = {"month": f"{month[0]}-{month[1]:02}" if month else "", "priority": chosen.code if chosen else ""}
        pairs = {name: value for name, value in (said | changed).items() if value}
        return reverse("events:region") + (f"?{urlencode(pairs)}" if pairs else "")

    context = {
        "groups": grouped(rows),
        "is_chosen": bool(month or chosen),
        "months": [{"label": _("All that comes"), "url": here_with(month=""), "is_on": month is None}]
        + [
            {
                "label": month_words(first),
                "url": here_with(month=f"{first:%Y-%m}"),
                "is_on": month == (first.year, first.month),
            }
            for first in queries.months_ahead(moment, zone)
        ],
        "priorities": [{"label": _("All priorities"), "url": here_with(priority=""), "is_on": chosen is None}]
        + [
            {"label": one.label, "url": here_with(priority=one.code), "is_on": chosen is not None and one == chosen}
            for one in choices
        ],
        "all_url": reverse("events:region"),
        "previous_url": here_with(page=str(at - 1)) if at > 1 else "",
        "next_url": here_with(page=str(at + 1)) if len(found) > queries.PER_PAGE else "",
    }
    response = render(request, "events/region.html", context)
    patch_vary_headers(response, ["Cookie"])
    return response


@require_safe
def events(request: HttpRequest, slug: str) -> HttpResponse:
    """What comes in a space, by month; ?past=1: what was. Drafts on top for those who see them."""
    page = enter(request, slug)
    moment = now()
    is_past = request.GET.get("past") == "1"
    at = page_in(request, most=1000)
    found, has_more = queries.listed(page.actor, page.space, moment, is_past=is_past, page=at)
    states = queries.states_of(page.actor, found)
    root = reverse("events:list", args=[slug])
    proposes = may_write(page)

    def at_page(number: int) -> str:
        pairs = {"past": "1"} if is_past else {}
        return f"{root}?{urlencode(pairs | ({'page': number} if number > 1 else {}))}"

    drafts = queries.drafts(page.actor, page.space) if page.actor.account_id is not None and at == 1 else []
    for one in drafts:
        one.space = page.space
    context = {
        "page": page,
        "groups": grouped(row_of(one, moment, state=states.get(one.pk, "")) for one in found),
        "drafts": [row_of(one, moment) for one in drafts],
        "is_past": is_past,
        "may_write": proposes,
        "new_url": reverse("events:new", args=[slug]),
        "coming_url": root,
        "past_url": f"{root}?past=1",
        "feed_url": reverse("events:feed", args=[slug]) if page.space.is_open else "",
        "calendar_url": reverse("events:calendar") if page.actor.is_member else "",
        "previous_url": at_page(at - 1) if at > 1 else "",
        "next_url": at_page(at + 1) if has_more else "",
    }
    response = render(request, "events/list.html", context)
    patch_vary_headers(response, ["Cookie"])
    return response


@never_cache
@require_safe
def event(request: HttpRequest, slug: str, number: int, title: str) -> HttpResponse:
    """When, where, who comes; registering; what is left of it."""
    page = enter(request, slug)
    row = find(page, number)
    right = reverse("events:event", args=queries.address_of(row))
    if request.path != right:
        return redirect(right)
    return render(request, "events/event.html", event_context(page, row))


def _download(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return response


def page_address(request: HttpRequest) -> Any:
    """Whole addresses of events' pages at the host that was asked."""
    origin = f"{request.scheme}://{request.get_host()}"

    def address(one: SpaceEvent) -> str:
        return origin + reverse("events:event", args=queries.address_of(one))

    return address


@never_cache
@require_safe
def entry(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One event as a calendar file, for whoever sees it. Drafts have none."""
    page = enter(request, slug)
    row = find(page, number)
    if row.is_draft:
        raise Http404
    mine = queries.own_registration(page.actor, row)
    states = {row.pk: str(mine.state)} if mine is not None else {}
    content = calendar_of([row], name=row.title, address=page_address(request), states=states)
    return _download(content, queries.title_slug(row.title))


@require_safe
@cache_control(public=True, max_age=FRESH_SECONDS)
def feed(request: HttpRequest, slug: str) -> HttpResponse:
    """The calendar of an open space, as a visitor sees it, whoever asks. Closed spaces have none: calendars keep
    copies, and show no sign-in.
    """
    space = space_at(slug, VISITOR)
    if space is None or not space.is_open or not has_component(space, "events"):
        raise Http404
    rows = list(
        SpaceEvent.objects.visible_to(VISITOR).announced().filter(space=space).order_by("-starts_at", "-pk")[:FEED_MOST]
    )
    for one in rows:
        one.space = space
    content = calendar_of(reversed(rows), name=space.name, address=page_address(request), source=request.path)
    return _download(content, slug)
