# SPDX-License-Identifier: EUPL-1.2
"""The directory of proposals."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from filanda.components.proposals.ladder import with_rungs
from filanda.components.proposals.models import SHOWN_STATES, Proposal
from filanda.spaces.pages import actor_of

__all__ = ["directory"]


@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """Proposals that the reader may know of."""
    actor = actor_of(request)
    rows = Proposal.objects.visible_to(actor).filter(state__in=SHOWN_STATES).order_by("-published_at", "-pk")
    found = with_rungs(actor, rows[:20])
    context = {"rows": found, "list_url": reverse("proposals:directory")}
    response = render(request, "proposals/directory.html", context)
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    return response
