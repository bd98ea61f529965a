# SPDX-License-Identifier: EUPL-1.2
"""Files that machines look for at fixed places, outside the languages."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from filanda.kernel.regions.models import Region
from filanda.kernel.ui.assets import asset
from filanda.kernel.ui.colours import colour_css, version_of

_DAY = 24 * 3600


@require_safe
@cache_control(max_age=365 * _DAY, public=True, immutable=True)
def colour(request: HttpRequest, colour: str, version: str) -> HttpResponse:
    """A region's own colour as a style sheet. The address says all of it, so that browsers keep it for ever."""
    if version != version_of(f"#{colour}"):
        raise Http404
    return HttpResponse(colour_css(f"#{colour}"), content_type="text/css; charset=utf-8")


@require_safe
@cache_control(max_age=_DAY, public=True)
def robots(request: HttpRequest) -> HttpResponse:
    """RFC 9309. Needs and forms are nobody's search results; an invented region is none at all."""
    region: Region = request.region  # type: ignore[attr-defined]
    if region.is_invented:
        lines = ["User-agent: *", "Disallow: /"]
    else:
        lines = ["User-agent: *"]
        for code, _name in settings.LANGUAGES:
            lines += [f"Disallow: /{code}/needs/", f"Disallow: /{code}/organisations/*/introduction/"]
            lines += [f"Disallow: /{code}/organisations.csv", f"Disallow: /{code}/people.csv"]
            lines += [f"Disallow: /{code}/proposals/list.csv", f"Disallow: /{code}/proposals/list.json"]
        lines += ["", f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(max_age=_DAY, public=True)
def security(request: HttpRequest) -> HttpResponse:
    """RFC 9116: whom to tell of a weakness. Absent where the region names no address."""
    region: Region = request.region  # type: ignore[attr-defined]
    if not region.contact_email:
        raise Http404("This region names no contact.")
    expires = (timezone.now() + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    lines = [
        f"Contact: mailto:{region.contact_email}",
        f"Expires: {expires}",
        f"Preferred-Languages: {', '.join(region.languages)}",
        f"Canonical: {request.build_absolute_uri(reverse('security-txt'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(max_age=_DAY, public=True)
def favicon(request: HttpRequest) -> HttpResponse:
    """For those who ask without reading the page."""
    return HttpResponseRedirect(asset("favicon.svg"))
