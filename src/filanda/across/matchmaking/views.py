# SPDX-License-Identifier: EUPL-1.2
"""Who and what fits a proposal, which proposals fit the reader, what exists while somebody types."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from filanda.across.matchmaking import actions, queries
from filanda.across.matchmaking.listing import REASONS, dismissed_rows, rows
from filanda.across.matchmaking.models import Seeker, speaks_for
from filanda.across.matchmaking.reading import question_of
from filanda.capabilities.needs import limits
from filanda.components.proposals.models import Proposal, ProposalKind
from filanda.components.proposals.queries.reading import address_of, proposal_at, title_of
from filanda.directory.organisations.models import Organisation
from filanda.directory.people.models import Person
from filanda.directory.people.queries import person_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.requests import actor_of, signed_in
from filanda.kernel.limits import address_of as network_address
from filanda.kernel.policies import require
from filanda.kernel.text.language import detect
from filanda.kernel.ui.numbers import id_in

__all__ = ["dismiss", "mine", "panel", "proposal"]

BODIES = 5  # organisations of one's own on the page, at most
PANEL_MOST = 6_000  # characters typed that are looked at


def _found(actor: Actor, number: int) -> Proposal:
    found = proposal_at(actor, number)
    if found is None:
        raise Http404(_("No proposal that you can see has this address."))
    return found


def _told(request: HttpRequest) -> list[dict[str, str]]:
    return [{"kind": one.level_tag, "text": str(one)} for one in messages.get_messages(request)]


@never_cache
@require_safe
def proposal(request: HttpRequest, number: int) -> HttpResponse:
    """Who fits a proposal, for the side that made it and for facilitators."""
    actor, at = actor_of(request), now()
    row = _found(actor, number)
    require(actor, "matchmaking.see", row)
    found = queries.matches_for_proposal(row, actor=actor, now=at)
    is_owner = row.is_owned_by(actor)
    seeker = (str(Seeker.PROPOSAL), row.pk)
    if is_owner:
        everything = [*found.organisations, *found.people, *found.proposals, *found.calls]
        actions.note_shown(actor=actor, seeker=seeker, found=everything, now=at)
    said = queries.feedback_of(*seeker) if is_owner else []
    first = "" if is_owner else _side_of(row, actor)
    here = reverse("matchmaking:proposal", args=[row.pk])
    context = {
        "title": title_of(row),
        "lang": row.language,
        "proposal_url": reverse("proposals:proposal", args=address_of(row)),
        "organisations": rows(found.organisations, actor=actor, proposal_id=row.pk, first=first),
        "people": rows(found.people, actor=actor, proposal_id=row.pk, first=first),
        "proposals": rows(found.proposals, actor=actor, proposal_id=row.pk, first=first),
        "calls": rows(found.calls, actor=actor, asked=question_of(row, actor), language=row.language),
        "text_only": found.text_only,
        "is_owner": is_owner,
        "seeker": f"proposal:{row.pk}",
        "reasons": REASONS(),
        "dismissed": dismissed_rows(said, actor=actor),
        "here": here,
        "told": _told(request),
        "how_url": reverse("how"),
    }
    return render(request, "matchmaking/proposal.html", context)


def _side_of(row: Proposal, actor: Actor) -> str:
    """The side that made a proposal, as introductions name it. One query where it is a person alone."""
    if row.organisation_id is not None:
        return f"organisation:{row.organisation_id}"
    person = Person.objects.visible_to(actor).filter(account=row.owner_id).first() if row.owner_id else None
    return f"person:{person.pk}" if person is not None else "-"


@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Which proposals and funding calls may fit the reader, and each organisation they speak for."""
    actor, at = signed_in(request), now()
    require(actor, "matchmaking.own")
    seekers: list[Any] = [
        *Organisation.objects.visible_to(actor).filter(pk__in=speaks_for(actor)).order_by("sort_key")[:BODIES]
    ]
    person = person_of(actor)
    if person is not None:
        seekers.insert(0, person)
    parts = []
    for seeker in seekers:
        key = queries.seeker_of(seeker)
        found = queries.proposals_for(seeker, actor=actor, now=at)
        calls = queries.calls_for(seeker, actor=actor, now=at)
        actions.note_shown(actor=actor, seeker=key, found=[*found, *calls], now=at)
        is_body = isinstance(seeker, Organisation)
        parts.append(
            {
                "title": seeker.name if is_body else _("For you"),
                "is_body": is_body,
                "seeker": f"{key[0]}:{key[1]}",
                "rows": rows(found, actor=actor, organisation_id=seeker.pk if is_body else None),
                "calls": rows(calls, actor=actor, organisation_id=seeker.pk if is_body else None),
                "dismissed": dismissed_rows(queries.feedback_of(*key), actor=actor),
            }
        )
    context = {
        "parts": parts,
        "reasons": REASONS(),
        "here": request.path,
        "told": _told(request),
        "how_url": reverse("how"),
        "choices_url": reverse("following:choices"),
        "profile_url": reverse("profiles:edit"),
    }
    return render(request, "matchmaking/mine.html", context)


def _pair(text: str) -> tuple[str, int]:
    """ "proposal:12" as typed in a form. Raises ValidationError."""
    kind, _colon, typed = text.partition(":")
    number = id_in(typed)
    if number is None:
        raise ValidationError(_("There is no such suggestion."))
    return kind, number


@require_POST
def dismiss(request: HttpRequest) -> HttpResponse:
    """ "Not for me", with a reason; or, `undo`, take that back. Leads back to where it was said."""
    actor = actor_of(request)
    there = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(there, allowed_hosts={request.get_host()}):
        there = reverse("matchmaking:mine")
    try:
        seeker, thing = _pair(request.POST.get("seeker", "")), _pair(request.POST.get("thing", ""))
        if request.POST.get("undo"):
            actions.take_back(actor=actor, seeker=seeker, kind=thing[0], object_id=thing[1])
            messages.success(request, _("It may be suggested again."))
        else:
            reason = request.POST.get("reason", "")
            actions.dismiss(actor=actor, seeker=seeker, kind=thing[0], object_id=thing[1], reason=reason, now=now())
            messages.success(
                request, _("It will not be suggested here again. You can take this back at the foot of the page.")
            )
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    response = redirect(there)
    response.status_code = 303
    return response


@never_cache
@require_POST
def panel(request: HttpRequest) -> HttpResponse:
    """Beside a form of a proposal, while somebody types: who could answer, what exists already."""
    actor, at = actor_of(request), now()
    parts = (request.POST.get(name, "") for name in ("title", "summary", "source", "text"))
    typed = "\n".join(part for part in parts if part.strip())[:PANEL_MOST]
    who = network_address(request)
    try:
        limits.take_here("answer", address=who, region=request.region, now=at)  # type: ignore[attr-defined]
    except limits.TooMany as limit:
        context = {"is_short": False, "wait": max(1, -(-limit.retry_after // 60)), "bodies": [], "proposals": []}
        response = render(request, "matchmaking/_panel.html", context, status=429)
        response.headers["Retry-After"] = str(limit.retry_after)
        return response
    kind = request.POST.get("kind", "")
    kind = kind if kind in ProposalKind.values else ProposalKind.LOOK_FOR
    own = request.POST.get("proposal", "")
    found = queries.panel(
        typed,
        kind,
        region=request.region,  # type: ignore[attr-defined]
        actor=actor,
        now=at,
        language=detect(typed) if typed.strip() else "",
        besides=id_in(own),
    )
    context = {
        "is_short": found.is_too_short,
        "wait": 0,
        "kind": kind,
        "bodies": rows(found.organisations, actor=actor),
        "proposals": rows(found.proposals, actor=actor),
    }
    return render(request, "matchmaking/_panel.html", context)
