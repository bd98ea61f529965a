# SPDX-License-Identifier: EUPL-1.2
"""The page of one person, and what a reader may do there: block, and as staff hide or hand over."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from filanda.across.profiles import queries
from filanda.across.profiles.addresses import PeopleAddresses
from filanda.across.profiles.portrait import portrait
from filanda.capabilities.follows.queries import standing
from filanda.directory.people.actions import (
    NotAFacilitator,
    ReasonMissing,
    assign_facilitator,
    block_person,
    hide_person,
    show_person,
    unblock_person,
)
from filanda.directory.people.models import Person, ValidationState
from filanda.directory.people.queries import facilitators, is_trusted
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import decide, require
from filanda.kernel.regions.models import Region

__all__ = ["assign", "block", "hide", "person", "show", "unblock"]


@require_safe
def person(request: HttpRequest, person_id: int, slug: str = "") -> HttpResponse:
    """Who they are. Somebody whom the reader may not see looks like one who was never here."""
    page = _page(request, person_id)
    own_url = PeopleAddresses.here().person(person_id, page.person.slug)
    if slug != page.person.slug:
        query = request.META.get("QUERY_STRING", "")
        return redirect(f"{own_url}{'?' if query else ''}{query}", permanent=False)
    return _shown(request, page)


def _shown(
    request: HttpRequest,
    page: queries.Profile,
    errors: dict[str, Any] | None = None,
    typed: dict[str, str] | None = None,
) -> HttpResponse:
    actor = actor_of(request)
    region: Region = request.region  # type: ignore[attr-defined]
    found, addresses = page.person, PeopleAddresses.here()
    own_url = addresses.person(found.pk, found.slug)
    is_own = found.is_of(actor)
    may_hide = bool(decide(actor, "people.hide", found))
    is_trusted_unseen = found.state == ValidationState.WAITING and is_trusted(found, region)
    may_assign = bool(decide(actor, "people.assign", found)) and found.account_id is not None
    context = portrait(page, region=region, addresses=addresses, absolute_url=request.build_absolute_uri(own_url)) | {
        "is_own": is_own,
        "edit_url": reverse("profiles:edit") if is_own else "",
        "block_url": _address("block", found) if actor.is_member and decide(actor, "people.block", found) else "",
        "blocked_url": reverse("profiles:blocked"),
        "hide_url": _address("hide", found) if may_hide and found.hidden_at is None else "",
        "show_url": _address("show", found) if may_hide and found.hidden_at is not None else "",
        "hidden_reason": found.hidden_reason if found.hidden_at is not None else "",
        "is_hidden": found.hidden_at is not None,
        "state_label": found.get_state_display() if (may_hide or is_own) and not is_trusted_unseen else "",
        "facilitator": str(found.facilitator) if found.facilitator and (may_hide or is_own) else "",
        "purpose": found.purpose if is_own or found.is_looked_after_by(actor) else "",
        "assign_url": _address("assign", found) if may_assign else "",
        "facilitators": [
            (str(one.pk), str(one))
            for one in (facilitators(now()) if may_assign else ())
            if one.pk not in (found.account_id, found.facilitator_id)
        ],
        "was_assigned": may_assign and "assigned" in request.GET,
        "marking": f"person:{found.pk}",
        "may_mark": not is_own and bool(decide(actor, "follows.own")),
        "is_marked": standing(actor, [("person", found.pk)]).is_bookmarked(("person", found.pk)),
        "typed": {"to": "", "why": ""} | (typed or {}),
        "errors": errors or {},
        "canonical_path": own_url,
    }
    response = render(request, "profiles/person.html", context, status=422 if errors else 200)
    patch_vary_headers(response, ["Cookie"])
    return response


def _address(name: str, found: Person) -> str:
    return reverse(f"profiles:{name}", args=[found.pk])


def _page(request: HttpRequest, person_id: int) -> queries.Profile:
    actor = actor_of(request)
    page = queries.profile(person_id, actor)
    if page is None:
        raise Http404(_("No person that you can see has this address."))
    return page


@require_POST
def block(request: HttpRequest, person_id: int) -> HttpResponse:
    """Neither sees the other from now on; the list of those whom one blocks says so, and takes it back."""
    block_person(actor=request.actor, person=_page(request, person_id).person, now=now())  # type: ignore[attr-defined]
    return redirect("profiles:blocked")


@require_POST
def unblock(request: HttpRequest, person_id: int) -> HttpResponse:
    actor = actor_of(request)
    found = next((one for one in queries.blocked_people(actor) if one.pk == person_id), None)
    if found is not None:
        unblock_person(actor=actor, person=found, now=now())
    return redirect("profiles:blocked")


@require_POST
def hide(request: HttpRequest, person_id: int) -> HttpResponse:
    page = _page(request, person_id)
    actor = actor_of(request)
    try:
        hide_person(actor=actor, person=page.person, reason=request.POST.get("reason", ""), now=now())
    except ReasonMissing as error:
        return _shown(request, page, {"reason": [str(error)]})
    return redirect(PeopleAddresses.here().person(page.person.pk, page.person.slug))


@require_POST
def assign(request: HttpRequest, person_id: int) -> HttpResponse:
    """Hand somebody over to another facilitator, `to`, and say `why`: they get an e-mail."""
    page = _page(request, person_id)
    actor = actor_of(request)
    typed = {"to": request.POST.get("to", ""), "why": request.POST.get("why", "")}
    chosen = next((one for one in facilitators(now()) if str(one.pk) == typed["to"]), None)
    require(actor, "people.assign", page.person)
    if chosen is None:
        return _shown(request, page, {"to": [_("Choose a facilitator from the list.")]}, typed)
    try:
        assign_facilitator(actor=actor, person=page.person, facilitator=chosen, reason=typed["why"], now=now())
    except ReasonMissing as error:
        return _shown(request, page, {"why": [str(error)]}, typed)
    except NotAFacilitator as error:
        return _shown(request, page, {"to": [str(error)]}, typed)
    return redirect(PeopleAddresses.here().person(page.person.pk, page.person.slug) + "?assigned=1")


@require_POST
def show(request: HttpRequest, person_id: int) -> HttpResponse:
    page = _page(request, person_id)
    show_person(actor=request.actor, person=page.person, now=now())  # type: ignore[attr-defined]
    return redirect(PeopleAddresses.here().person(page.person.pk, page.person.slug))
