# SPDX-License-Identifier: EUPL-1.2
"""Topics of an organisation: suggested, confirmed with one tap, refused for good."""

from __future__ import annotations

from types import SimpleNamespace

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from filanda.across.ownership.framing import frame, managed
from filanda.across.ownership.suggesting import offers
from filanda.capabilities.matching.embedding import embedder
from filanda.directory.organisations.actions.classifying import decide_topic
from filanda.directory.organisations.models import ConceptOrigin, OrganisationConcept
from filanda.directory.taxonomies.models import Concept
from filanda.kernel.identity.requests import actor_of

__all__ = ["topic_answer", "topics"]


@never_cache
@require_safe
def topics(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """What it is about, and what it may be about."""
    organisation = managed(request, organisation_id, "organisations.classify")
    links = OrganisationConcept.objects.filter(organisation=organisation).select_related("concept__scheme")
    context = frame(request, organisation, "topics") | {
        "confirmed": [
            SimpleNamespace(
                id=link.concept_id,
                label=link.concept.label or link.concept.code,
                scheme=link.concept.scheme.label,
                is_suggested=link.origin == ConceptOrigin.SUGGESTED,
            )
            for link in links.order_by("concept__scheme__slug", "concept__code")
        ],
        "offers": offers(organisation, embedder()),
    }
    return render(request, "ownership/topics.html", context)


@require_POST
def topic_answer(request: HttpRequest, organisation_id: int, concept_id: int, answer: str) -> HttpResponse:
    """answer: confirm, refuse, remove."""
    organisation = managed(request, organisation_id, "organisations.classify")
    concept = Concept.objects.filter(pk=concept_id).first()
    if concept is None:
        raise Http404
    try:
        decide_topic(actor=actor_of(request), organisation=organisation, concept=concept, answer=answer)
    except ValueError:
        raise Http404 from None
    return redirect("ownership:topics", organisation_id=organisation.pk)
