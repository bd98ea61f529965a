# SPDX-License-Identifier: EUPL-1.2
"""The directory of communities."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import decide
from filanda.kernel.ui.paging import pager
from filanda.spaces.listing import Wanted, find_spaces

__all__ = ["directory"]


@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """The whole page, or for htmx what search as you type replaces."""
    actor, wanted = actor_of(request), Wanted.read(request.GET)
    found = find_spaces(actor, wanted, now())
    address = reverse("spaces:directory")
    context = {
        "list_url": address,
        "q": wanted.q,
        "cards": found.cards,
        "total": found.total,
        "total_all": found.total_all,
        "groups": found.groups,
        "active": [
            {"label": label, "url": address + wanted.query_string(filters=wanted.without(name, value), page=1)}
            for name, value, label in found.active
        ],
        "clear_url": address + wanted.query_string(filters={}, page=1),
        "sorts": [
            {"value": value, "label": label, "is_on": wanted.sort == value}
            for value, label in (
                ("", _("Most alive")),
                ("name", _("Name")),
                ("newest", _("Newest")),
                ("members", _("Members")),
            )
        ],
        "view": wanted.view,
        "calm_url": address + wanted.query_string(view="", page=1),
        "dense_url": address + wanted.query_string(view="list", page=1),
        "pager": pager(found.page, found.pages, lambda number: address + wanted.query_string(page=number)),
        "openness": {
            "open": _("Open"),
            "restricted": _("Members read; ask to join"),
            "private": _("Private"),
        },
        "is_mine": bool(wanted.filters.get("mine")),
        "new_url": reverse("spaces:new") if decide(actor, "spaces.create") else "",
        "group_url": reverse("spaces:new-group") if decide(actor, "spaces.groups.open") else "",
    }
    partial = (
        request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"
    )
    response = render(request, "spaces/_found.html" if partial else "spaces/directory.html", context)
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    return response
