# SPDX-License-Identifier: EUPL-1.2
"""The page of one organisation."""

from __future__ import annotations

from django.contrib.messages import get_messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from filanda.across.finder import queries
from filanda.across.finder.addresses import Addresses
from filanda.across.finder.portrait import portrait
from filanda.capabilities.follows.queries import standing
from filanda.directory.organisations.models import EvidenceKind, Organisation, OrganisationState
from filanda.directory.organisations.queries import organisation_page
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import decide
from filanda.kernel.regions.models import Region
from filanda.kernel.ui.addresses import moved_to
from filanda.kernel.ui.numbers import whole

__all__ = ["organisation"]


@require_safe
def organisation(request: HttpRequest, organisation_id: int, slug: str = "") -> HttpResponse:
    """Who they are and what they can show. A hidden body looks like one that was never here."""
    region: Region = request.region  # type: ignore[attr-defined]
    actor = actor_of(request)
    kind = request.GET.get("kind", "")
    kind = kind if kind in EvidenceKind.values else ""
    number = whole(request.GET.get("page"), least=1, most=100_000, default=1)
    if piece := whole(request.GET.get("e"), least=1, most=10**9, default=0):
        number = queries.evidence_page(organisation_id, piece, kind)
    page = organisation_page(organisation_id, actor, page=number, kind=kind)
    addresses = Addresses.here()
    if page is None:
        heir = queries.merged_into(organisation_id, actor)
        if heir is None:
            raise Http404(_("No organisation that you can see has this address."))
        return moved_to(f"{addresses.organisations}{heir}/")
    own_url = addresses.organisation(organisation_id, page.card.slug)
    if slug != page.card.slug:
        query = request.META.get("QUERY_STRING", "")
        return moved_to(f"{own_url}{'?' if query else ''}{query}")
    similar = queries.similar_cards(Organisation(pk=organisation_id, region=region), actor)
    context = portrait(
        page,
        region=region,
        addresses=addresses,
        kind=kind if kind in page.evidence_by_kind else "",
        similar=similar,
        absolute_url=request.build_absolute_uri(own_url),
    )
    # Visitors are told nothing: reading their session would make the page one of a kind for each of them.
    told = [] if actor.is_visitor else [{"kind": m.level_tag, "text": str(m)} for m in get_messages(request)]
    context |= {
        "partners_total": len(context["partners"]),
        "told": told,
        **_standing(actor, organisation_id, own_url),
        **_own_doors(actor, organisation_id, page.card.state),
    }
    return render(request, "finder/organisation.html", context)


def _standing(actor: Actor, organisation_id: int, path: str) -> dict[str, str | bool]:
    """Whether the reader follows it or has marked it. Two queries, none for visitors."""
    if not decide(actor, "follows.own"):
        return {"following": ""}
    key = ("organisation", organisation_id)
    how = standing(actor, [key])
    path_and_key = {"following": f"organisation:{organisation_id}", "following_path": path}
    return {**path_and_key, "level": how.level(key), "is_marked": how.is_bookmarked(key)}


def _own_doors(actor: Actor, organisation_id: int, state: str) -> dict[str, str | bool]:
    """Where its people go from its page: to its desk; others, to claim it or to ask to join. "" where not."""
    is_listed = state == OrganisationState.LISTED
    is_theirs = organisation_id in actor.scope_ids("organisation") or bool(decide(actor, "organisations.create"))
    return {
        "say_url": reverse("ownership:say", args=[organisation_id]),
        "desk_url": reverse("ownership:overview", args=[organisation_id]) if is_theirs else "",
        "claim_url": "" if is_theirs and not is_listed else reverse("ownership:claim", args=[organisation_id]),
        "is_listed": is_listed,
    }
