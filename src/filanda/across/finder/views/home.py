# SPDX-License-Identifier: EUPL-1.2
"""The home page: the need box, and what the region holds."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from filanda.across.finder import queries
from filanda.across.finder.addresses import Addresses
from filanda.across.finder.facets import province_map
from filanda.across.finder.labels import value_label
from filanda.across.finder.parameters import Selection
from filanda.components.news.queries import address_of, front_page
from filanda.directory.organisations.models import HelixRole
from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.regions.models import Region

__all__ = ["home", "render_home"]


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render_home(request)


def render_home(
    request: HttpRequest, *, text: str = "", error: str = "", status: int = 200, retry_after: int = 0
) -> HttpResponse:
    """The page, with what was typed and what was wrong with it."""
    region: Region = request.region  # type: ignore[attr-defined]
    addresses = Addresses.here()
    context = {
        "need_url": addresses.needs,
        "need_text": text,
        "need_error": error,
        "examples": _examples(region),
        "home_title": _own_words(region, "title"),
        "home_lead": _own_words(region, "lead"),
        "organisations_url": addresses.organisations,
        "how_url": reverse("how"),
        "news": _news(),
        **_counted(region, addresses),
    }
    response = render(request, "finder/home.html", context, status=status)
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _news() -> list[dict[str, Any]]:
    """What the region's staff put on the front page. One query."""
    return [
        {
            "id": item.pk,
            "url": reverse("news:item", args=address_of(item)),
            "title": item.title,
            "summary": item.summary,
            "language": item.language,
            "at": item.published_at,
            "space": item.space.name,
            "space_url": reverse("spaces:home", args=[item.space.slug]),
        }
        for item in front_page()
    ]


def _own_words(region: Region, which: str) -> str:
    """What the region says on its home page instead of what comes with the software; "" if nothing."""
    language = (get_language() or region.default_language).split("-")[0]
    return str(region.home_texts.get(which, {}).get(language, ""))


def _examples(region: Region) -> list[str]:
    language = (get_language() or region.default_language).split("-")[0]
    own: list[str] = region.home_texts.get("examples", {}).get(language, [])
    return own or [
        _("Sensors that tell when a machine tool is about to fail"),
        _("Packaging for fresh food that can be composted at home"),
        _("A way to follow patients with heart failure at home"),
        _("Somebody who makes old school buildings use less energy"),
    ]


def _counted(region: Region, addresses: Addresses) -> dict[str, Any]:
    """Figures, roles, ecosystems and map as a visitor may see them: worked out once for each state of the index."""
    key = f"finder.home:{region.pk}:{get_language()}:{queries.index_version(region)}"
    counted: dict[str, Any] | None = cache.get(key)
    if counted is None:
        found = queries.figures(region, VISITOR)
        counted = {
            "figures": [
                {"value": found.organisations, "label": _("organisations"), "url": addresses.organisations},
                {"value": found.evidence, "label": _("pieces of evidence"), "url": ""},
                # Where all there is are projects, the same number twice says nothing.
                *(
                    [{"value": found.projects, "label": _("of them projects with partners"), "url": ""}]
                    if found.projects < found.evidence
                    else []
                ),
            ],
            "helix": _helix(found, addresses),
            "ecosystems": _ecosystems(region, found, addresses),
            "map": province_map(region, found.facets, Selection(), addresses.organisations),
        }
        if not found.is_rebuilding:
            cache.set(key, counted, 600)
    return counted


def _counts(found: queries.Figures, facet: str) -> dict[str, int]:
    return {one.value: one.count for one in found.facets if one.name == facet}


def _url(addresses: Addresses, facet: str, value: str) -> str:
    return addresses.organisations + Selection(filters={facet: (value,)}).query_string()


def _helix(found: queries.Figures, addresses: Addresses) -> list[dict[str, Any]]:
    notes = {
        HelixRole.INDUSTRY: _("Companies, from the workshop to the group, and their consortia."),
        HelixRole.ACADEMIA: _("Universities, research bodies and their laboratories."),
        HelixRole.GOVERNMENT: _("Municipalities, agencies, health authorities."),
        HelixRole.CIVIL_SOCIETY: _("Associations, foundations, social enterprises."),
    }
    counts = _counts(found, "helix_role")
    return [
        {
            "role": role.value,
            "label": str(role.label),
            "count": counts.get(role.value, 0),
            "url": _url(addresses, "helix_role", role.value),
            "note": note,
        }
        for role, note in notes.items()
    ]


def _ecosystems(region: Region, found: queries.Figures, addresses: Addresses) -> list[dict[str, Any]]:
    rows = []
    for value, count in _counts(found, "s3").items():
        name = value_label(region, "s3", value)
        if not name.broader:
            rows.append({"label": name.label, "count": count, "url": _url(addresses, "s3", value)})
    return sorted(rows, key=lambda row: (-row["count"], row["label"]))
