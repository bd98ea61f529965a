# SPDX-License-Identifier: EUPL-1.2
"""The page of one proposal."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from filanda.components.proposals.models import Proposal
from filanda.components.proposals.portrait import portrait
from filanda.components.proposals.queries import reading
from filanda.components.proposals.views.writing_pages import field_labels
from filanda.kernel.identity.requests import actor_of

__all__ = ["find", "proposal"]


def find(request: HttpRequest, number: int) -> Proposal:
    """The proposal, if the reader may know it. What they may not know looks like what was never there."""
    found = reading.proposal_at(actor_of(request), number)
    if found is None:
        raise Http404(_("No proposal that you can see has this address."))
    return found


@require_safe
def proposal(request: HttpRequest, number: int, title: str = "") -> HttpResponse:
    """Who, what, where it stands, and what the reader may do next."""
    found = find(request, number)
    if title != found.slug:
        query = request.META.get("QUERY_STRING", "")
        address = reverse("proposals:proposal", args=reading.address_of(found))
        return redirect(f"{address}{'?' if query else ''}{query}", permanent=False)
    context = portrait(actor_of(request), found, now())
    context["labels"] = field_labels() if context["returned"] else {}
    context["told"] = [{"kind": one.level_tag, "text": str(one)} for one in messages.get_messages(request)]
    response = render(request, "proposals/proposal.html", context)
    patch_vary_headers(response, ["Cookie"])
    return response
