# SPDX-License-Identifier: EUPL-1.2
"""Searching everything that stands in a space."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from filanda.kernel.ui.addresses import address
from filanda.kernel.ui.numbers import page_in
from filanda.kernel.ui.paging import pager, pages_at
from filanda.spaces.pages import space_page
from filanda.spaces.searching import PAGE, search_space

__all__ = ["search"]

LONGEST = 200


@require_safe
def search(request: HttpRequest, slug: str) -> HttpResponse:
    """?q= words, ?kind= the name of a component, ?page= from 1, of one kind only."""
    page = space_page(request, slug, tab="search")
    q = " ".join(request.GET.get("q", "").split())[:LONGEST]
    kind = request.GET.get("kind", "")
    number = page_in(request)
    groups = search_space(page.actor, page.space, q, kind=kind, page=number) if q else []
    if kind and all(one.kind != kind for one in groups):
        kind, number = "", 1
        groups = search_space(page.actor, page.space, q) if q else []
    root = address("spaces:search", page.space.slug)
    asked = f"{root}?{urlencode({'q': q})}"

    def at(name: str) -> str:
        return f"{asked}&kind={name}" if name else asked

    chosen = next((one for one in groups if one.kind == kind), None)
    total = sum(one.total for one in groups)
    context = {
        "page": page,
        "q": q,
        "kind": kind,
        "search_url": root,
        "filters": [
            {"label": _("Everything"), "count": total, "url": at(""), "is_on": not kind},
            *(
                {"label": one.label, "count": one.total, "url": at(one.kind), "is_on": one.kind == kind}
                for one in groups
            ),
        ],
        "groups": [(one, at(one.kind)) for one in groups if one.lines],
        "total": chosen.total if chosen is not None else total,
        "is_rebuilding": any(one.is_rebuilding for one in groups),
        "is_loosened": any(one.is_loosened and one.lines for one in groups),
        "pager": pager(number, max(1, -(-chosen.total // PAGE)), pages_at(root, q=q, kind=kind)) if chosen else None,
    }
    response = render(request, "spaces/search.html", context)
    patch_vary_headers(response, ["Cookie"])
    return response
