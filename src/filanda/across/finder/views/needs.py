# SPDX-License-Identifier: EUPL-1.2
"""A need is sent, kept behind a random address, and answered there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from filanda.across.finder import facets, queries
from filanda.across.finder.addresses import Addresses
from filanda.across.finder.listing import match_rows
from filanda.across.finder.parameters import Selection
from filanda.across.finder.views.home import render_home
from filanda.across.finder.visitors import address_of, wait_sentence
from filanda.capabilities.matching.queries import NeedTooLong, NeedTooShort, checked
from filanda.capabilities.needs import limits
from filanda.capabilities.needs.actions import save_need
from filanda.capabilities.needs.models import SavedNeed
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.regions.models import Region
from filanda.kernel.text.language import detect
from filanda.kernel.ui.numbers import whole

__all__ = ["need", "needs"]

MATCHES_SHOWN = 10
MATCHES_MOST = 50


@require_http_methods(["GET", "HEAD", "POST"])
def needs(request: HttpRequest) -> HttpResponse:
    """Take a need and lead to its page. Whoever opens this address by hand gets the box."""
    if request.method != "POST":
        return redirect("finder:home")
    region: Region = request.region  # type: ignore[attr-defined]
    # An example is a button of the same form: what it says goes before what is in the box.
    typed = request.POST.get("example") or request.POST.get("text", "")
    try:
        text = checked(typed)
    except (NeedTooShort, NeedTooLong) as problem:
        return render_home(request, text=typed, error=str(problem), status=422)
    now = timezone.now()
    try:
        limits.take("need", address=address_of(request), region=region, now=now)
    except limits.TooMany as limit:
        return render_home(
            request, text=typed, error=wait_sentence(limit, now), status=429, retry_after=limit.retry_after
        )
    saved = save_need(actor=request.actor, region=region, text=text, language=detect(text), now=now)  # type: ignore[attr-defined]
    response = redirect("finder:need", token=saved.token)
    response.status_code = 303
    return response


@require_safe
def need(request: HttpRequest, token: str) -> HttpResponse:
    """Who can help, and why. An address that leads nowhere (any more) offers the box again."""
    saved = SavedNeed.objects.behind(token, timezone.now())
    if saved is None:
        gone = _("There is no need at this address, or no longer: needs are kept for 30 days and then deleted. ")
        return _private(render_home(request, error=gone + _("You can describe it again here."), status=404))
    now = timezone.now()
    try:
        limits.take_here("answer", address=address_of(request), region=request.region, now=now)  # type: ignore[attr-defined]
    except limits.TooMany as limit:
        wait = wait_sentence(limit, now)
        return _private(render_home(request, text=saved.text, error=wait, status=429, retry_after=limit.retry_after))
    selection = Selection.read(request.GET)
    filters = selection.filters or {name: tuple(values) for name, values in saved.filters.items()}
    selection = Selection(filters=filters)
    shown = whole(request.GET.get("show"), least=1, most=MATCHES_MOST, default=MATCHES_SHOWN)
    context = _context(request, saved, selection, shown)
    is_fragment = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    response = render(request, "finder/_matches.html" if is_fragment else "finder/need.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return _private(response)


def _private(response: HttpResponse) -> HttpResponse:
    """Not for shared caches, nor for search engines."""
    patch_cache_control(response, private=True)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _context(request: HttpRequest, saved: SavedNeed, selection: Selection, shown: int) -> dict[str, Any]:
    region: Region = request.region  # type: ignore[attr-defined]
    actor = actor_of(request)
    found = queries.answer(
        saved.text,
        region=region,
        actor=actor,
        language=saved.language or None,
        filters=selection.filters,
        limit=shown,
    )
    addresses = Addresses.here()
    list_url = addresses.need(saved.token)
    more_url = ""
    if found.matches.total > shown and shown < MATCHES_MOST:
        query = selection.query_string()
        show = urlencode({"show": min(shown + MATCHES_SHOWN, MATCHES_MOST)})
        more_url = f"{list_url}{query}{'&' if query else '?'}{show}"
    return {
        "need_url": addresses.needs,
        "need_text": saved.text,
        "need_error": "",
        "need_language": saved.language,
        "need_at": saved.created_at,
        "kept_until": timezone.localtime(saved.expires_at).date(),
        "share_url": request.build_absolute_uri(list_url),
        "list_url": list_url,
        "proposal_url": f"{reverse('proposals:new')}?{urlencode({'need': saved.token})}",
        # How many of a kind the region holds says nothing about this need: no counts here.
        "groups": facets.groups(region, found.facets, selection, with_counts=False),
        "active": facets.active_filters(region, selection, list_url),
        "clear_url": list_url,
        "total": found.matches.total,
        "matches": match_rows(found, addresses, saved.token),
        "more_url": more_url,
        "text_only": found.matches.text_only,
        "how_url": reverse("how"),
        "organisations_url": addresses.organisations,
        "reader_language": get_language(),
        "canonical_path": list_url,
    }
