# SPDX-License-Identifier: EUPL-1.2
"""The first page of the desk: what is missing, and the next step."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from filanda.across.ownership.framing import frame, managed

__all__ = ["overview"]


@never_cache
@require_safe
def overview(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """How complete the organisation's page is."""
    organisation = managed(request, organisation_id)
    return render(request, "ownership/overview.html", frame(request, organisation, "overview"))
