# SPDX-License-Identifier: EUPL-1.2
"""The region's journal, for administrators: what happened, by whom, and whether the chain stands."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from filanda.across.administration.framing import frame
from filanda.across.administration.happenings import about_what_is_known, readable_types
from filanda.kernel import limits
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.journal import chain
from filanda.kernel.journal.models import Event
from filanda.kernel.policies import require
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.ui.numbers import id_in

__all__ = ["journal", "verify"]

SECTION = "administration:journal"
PAGE = 50
_NOTHING: tuple[Any, ...] = (None, "", [], {}, ["", 0])  # not worth a line
VERIFY_LIMIT = limits.Limit(10, timedelta(hours=1))  # it reads every event of the installation


@never_cache
@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    """?type=; ?who= part of a name or of an address; ?from=, ?to= days; ?before= an event's number: those older."""
    return _page(request)


@never_cache
@require_http_methods(["POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Recompute the whole chain, and say what was found."""
    actor = actor_of(request)
    require(actor, "administration.journal.view")
    try:
        limits.take(
            "journal.verify", VERIFY_LIMIT, who=str(actor.account_id), region=active_region(), now=timezone.now()
        )
    except limits.TooMany:
        return _page(request, too_many=True, status=429)
    chain.extend()
    return _page(request, found=chain.verify())


def _page(
    request: HttpRequest, *, found: chain.Verification | None = None, too_many: bool = False, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    require(actor, "administration.journal.view")
    types = readable_types(actor)
    asked = {name: request.GET.get(name, "").strip()[:200] for name in ("type", "who", "from", "to", "before")}
    errors: dict[str, list[str]] = {}
    rows = about_what_is_known(Event.objects.all(), actor)
    rows = rows.filter(type__in=[asked["type"]] if asked["type"] in types else list(types))
    if asked["who"]:
        rows = rows.filter(account__name__icontains=asked["who"]) | rows.filter(account__email__icontains=asked["who"])
    for name in ("from", "to"):
        if asked[name]:
            try:
                day = date.fromisoformat(asked[name])
                moment = timezone.make_aware(datetime.combine(day + timedelta(days=name == "to"), time.min))
            except (ValueError, OverflowError):
                errors[name] = [_("Give a day, like 2026-11-22.")]
            else:
                rows = rows.filter(at__lt=moment) if name == "to" else rows.filter(at__gte=moment)
    before = id_in(asked["before"])
    if before is not None:
        rows = rows.filter(pk__lt=before)
    events = list(rows.select_related("account").order_by("-pk")[: PAGE + 1])
    more = len(events) > PAGE
    events = events[:PAGE]
    kept = {name: value for name, value in asked.items() if value and name != "before"}
    url = reverse(SECTION)
    context = frame(request, SECTION, _("Journal")) | {
        "rows": [_row(event, types) for event in events],
        "asked": asked,
        "errors": {name: errors.get(name, []) for name in ("from", "to")},
        "types": [("", _("Everything")), *sorted(types.items(), key=lambda pair: pair[1])],
        "older_url": f"{url}?{urlencode(kept | {'before': str(events[-1].pk)})}" if more else "",
        "newest_url": f"{url}?{urlencode(kept)}" if before else "",
        "head": chain.head(),
        "waiting": chain.waiting(),
        "found": found,
        "too_many": too_many,
        "verify_url": reverse("administration:journal-verify"),
    }
    return render(request, "administration/journal.html", context, status=422 if errors and status == 200 else status)


def _row(event: Event, types: dict[str, str]) -> dict[str, Any]:
    if event.account is not None:
        who = event.account.name or event.account.email
    else:
        who = _("somebody who has left") if event.erased_at else _("the platform, or a visitor")
    return {
        "id": event.pk,
        "label": types[event.type],
        "type": event.type,
        "at": event.at,
        "who": who,
        "subject": f"{event.subject_type} {event.subject_id}" if event.subject_type else "",
        "details": [(name, _words(value)) for name, value in (event.payload or {}).items() if value not in _NOTHING],
        "is_erased": event.payload is None and event.erased_at is not None,
    }


def _words(value: Any) -> str:
    if isinstance(value, dict):
        words = ", ".join(f"{key}: {inner}" for key, inner in value.items())
    elif isinstance(value, list):
        words = ", ".join(str(inner) for inner in value)
    else:
        words = str(value)
    return words if len(words) <= 300 else words[:299] + "…"
