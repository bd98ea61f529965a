# SPDX-License-Identifier: EUPL-1.2
"""The site map (sitemaps.org): pages, open proposals and visible organisations, each in all languages of the region."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from filanda.across.finder.addresses import Addresses
from filanda.components.proposals.models import OPEN_STATES, Proposal
from filanda.directory.organisations.models import Organisation
from filanda.directory.organisations.queries import slug_of
from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.regions.models import Region

__all__ = ["sitemap", "sitemap_part"]

PER_PART = 10_000  # organisations; a part may hold 50,000 addresses
_PAGES = ("finder:home", "finder:organisations", "proposals:directory", "how", "privacy", "accessibility", "api-docs")
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


@require_safe
@cache_control(max_age=3600, public=True)
def sitemap(request: HttpRequest) -> HttpResponse:
    """The index of the parts."""
    total = Organisation.objects.visible_to(VISITOR).count()
    places = [
        request.build_absolute_uri(reverse("sitemap-part", args=[number]))
        for number in range(1, max(1, -(-total // PER_PART)) + 1)
    ]
    lines = [f"<sitemap><loc>{escape(place)}</loc></sitemap>" for place in places]
    return _xml("sitemapindex", lines)


@require_safe
@cache_control(max_age=3600, public=True)
def sitemap_part(request: HttpRequest, number: int) -> HttpResponse:
    """Part `number`, from 1; the first one also holds the pages that are no organisation's."""
    if not 0 < number < 10_000:
        raise Http404
    rows = Organisation.objects.visible_to(VISITOR).order_by("pk").values_list("pk", "name", "updated_at")
    organisations = list(rows[(number - 1) * PER_PART : number * PER_PART])
    if not organisations and number > 1:
        raise Http404
    region: Region = request.region  # type: ignore[attr-defined]
    origin = request.build_absolute_uri("/").rstrip("/")
    proposals = _proposals() if number == 1 else []
    lines: list[str] = []
    for code in region.languages:
        with translation.override(code):
            addresses = Addresses.here()
            if number == 1:
                lines += [_url(origin + reverse(page)) for page in _PAGES]
                lines += [
                    _url(origin + reverse("proposals:proposal", args=[row.pk, row.slug]), f"{row.changed_at:%Y-%m-%d}")
                    for row in proposals
                ]
            lines += [
                _url(origin + addresses.organisation(pk, slug_of(name)), f"{updated_at:%Y-%m-%d}")
                for pk, name, updated_at in organisations
            ]
    return _xml("urlset", lines)


def _proposals() -> list[Any]:
    """Those that everybody finds and can answer, newest first."""
    rows = Proposal.objects.visible_to(VISITOR).filter(state__in=OPEN_STATES)
    rows = rows.annotate(changed_at=Coalesce("edited_at", "published_at"))
    return list(rows.only("title", "published_at").order_by("-published_at", "-pk")[:PER_PART])


def _url(place: str, changed: str = "") -> str:
    return f"<url><loc>{escape(place)}</loc>{f'<lastmod>{changed}</lastmod>' if changed else ''}</url>"


def _xml(root: str, lines: list[str]) -> HttpResponse:
    body = f"{_HEAD}<{root} {_NAMESPACE}>\n" + "\n".join(lines) + f"\n</{root}>\n"
    return HttpResponse(body, content_type="application/xml; charset=utf-8")
