# SPDX-License-Identifier: EUPL-1.2
"""The first page of the desk: what is missing, and the next step."""

from __future__ import annotations

from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from filanda.across.ownership import queries
from filanda.across.ownership.framing import SECTIONS, frame, managed
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import decide

__all__ = ["overview"]


@never_cache
@require_safe
def overview(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """How complete the organisation's page is."""
    organisation = managed(request, organisation_id)
    actor = actor_of(request)
    opened = {name for name, _label, permission in SECTIONS if decide(actor, permission, organisation)}
    pieces = [
        SimpleNamespace(
            label=piece.label,
            why=piece.why,
            is_there=piece.is_there,
            url=reverse(f"ownership:{piece.section}", args=[organisation.pk]) if piece.section in opened else "",
        )
        for piece in queries.missing(organisation)
    ]
    context = frame(request, organisation, "overview") | {
        "pieces": pieces,
        "next": next((piece for piece in pieces if not piece.is_there), None),
        "present": sum(piece.is_there for piece in pieces),
        "most": len(pieces),
        "is_hidden": organisation.hidden_at is not None,
    }
    return render(request, "ownership/overview.html", context)
