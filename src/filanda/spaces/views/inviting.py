# SPDX-License-Identifier: EUPL-1.2
"""Inviting people to a space, and what an invitation leads to."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from filanda.capabilities.files.receiving import FileTooBig, received, takes_files
from filanda.directory.people.queries import person_of
from filanda.kernel.identity.models import Account
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import decide, require
from filanda.kernel.ui.numbers import whole
from filanda.spaces import rosters
from filanda.spaces.actions.inviting import (
    INVITATION_LASTS,
    LINK_DAYS_MOST,
    LINK_USES_MOST,
    LOW_ROLES,
    checked,
    invitation_behind,
    invite,
    make_link,
    use_invitation,
    withdraw_invitation,
)
from filanda.spaces.errors import InvitationGone, NotAllowedIn, SpaceWrong, TooManyInvitations
from filanda.spaces.models import MemberRole, SpaceInvitation, SpaceKind
from filanda.spaces.pages import SpacePage, space_page
from filanda.spaces.queries import ROLE_ORDER
from filanda.spaces.views.joining import to_sign_in

__all__ = ["accept", "inviting", "inviting_list", "withdraw"]

LIST_MOST = 1024 * 1024
MANAGE, GOVERN = "spaces.members.manage", "spaces.members.govern"


def _frame(request: HttpRequest, slug: str) -> SpacePage:
    page = space_page(request, slug, tab="members")
    if page.space.kind == SpaceKind.REGION:
        raise Http404
    require(page.actor, MANAGE, page.space)
    return page


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def inviting(request: HttpRequest, slug: str) -> HttpResponse:
    """POST email, name, role: invites one; POST days, uses, role with `link`: makes a link, shown once."""
    page = _frame(request, slug)
    if request.method != "POST":
        return _page(request, page)
    try:
        if "link" in request.POST:
            days, uses = (whole(request.POST.get(name)) for name in ("days", "uses"))
            role = request.POST.get("link_role", MemberRole.MEMBER.value)
            _invitation, token = make_link(
                actor=page.actor, space=page.space, days=days, uses=uses, role=role, now=now()
            )
            address = request.build_absolute_uri(reverse("spaces:invitation", args=[token]))
            return _page(request, page, link=address)
        one = checked(*(request.POST.get(name, "") for name in ("email", "name", "role")))
        made = invite(actor=page.actor, space=page.space, people=[one], language=_language(), now=now())
    except SpaceWrong as error:
        return _page(request, page, error.errors, status=422)
    except (TooManyInvitations, NotAllowedIn) as error:
        return _page(request, page, {"": str(error)}, status=409)
    if not made:
        sentence = _("Whoever has this address is a member already, or cannot be invited.")
        return _page(request, page, {"email": sentence}, status=409)
    messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": one.email})
    return redirect("spaces:inviting", slug=slug)


def _language() -> str:
    return get_language() or "it"


def _page(
    request: HttpRequest, page: SpacePage, errors: dict[str, str] | None = None, *, link: str = "", status: int = 200
) -> HttpResponse:
    errors = errors or {}
    govern = bool(decide(page.actor, GOVERN, page.space))
    usable = SpaceInvitation.objects.visible_to(page.actor).usable(now()).filter(space=page.space)
    typed = {name: request.POST.get(name, "") for name in ("email", "name", "role", "link_role", "days", "uses")}
    roles = [one for one in ROLE_ORDER if govern or one in LOW_ROLES]
    context = {
        "page": page,
        "typed": typed | {"days": typed["days"] or "14", "uses": typed["uses"] or "25"},
        "roles": [(one.value, str(one.label)) for one in sorted(roles, key=lambda one: one != MemberRole.MEMBER)],
        "link_roles": [(one.value, str(one.label)) for one in (MemberRole.MEMBER, MemberRole.READER)],
        "days_most": LINK_DAYS_MOST,
        "uses_most": LINK_USES_MOST,
        "days": INVITATION_LASTS.days,
        "link": link,
        "invitations": [
            {
                "id": one.pk,
                "email": one.email,
                "name": one.name,
                "role": str(MemberRole(one.role).label),
                "until": one.expires_at,
                "uses": one.uses,
                "most_uses": one.most_uses,
            }
            for one in usable
        ],
        "errors": {name: [sentence] for name, sentence in errors.items()},
        "listed_errors": [{"name": name, "message": sentence} for name, sentence in errors.items()],
    }
    return render(request, "spaces/inviting.html", context, status=status)


@takes_files(LIST_MOST)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def inviting_list(request: HttpRequest, slug: str) -> HttpResponse:
    """POST list (text) or file (CSV): shows each row and what is wrong with it; with `send`, invites the good ones and
    gives back the others, to be corrected.
    """
    page = _frame(request, slug)
    if request.method != "POST":
        return _list_page(request, page, "")
    text = request.POST.get("list", "")
    try:
        upload = received(request, "file")
        if upload is not None:
            text = rosters.decode(upload.read())
        roster = rosters.read_roster(text)
    except FileTooBig as error:
        return _list_page(request, page, text, errors={"file": str(error)}, status=422)
    except rosters.RosterUnreadable as error:
        return _list_page(request, page, text, errors={"list": str(error)}, status=422)
    if any(one.role not in LOW_ROLES for one in roster.good):
        decision = decide(page.actor, GOVERN, page.space)
        if not decision:
            return _list_page(request, page, text, roster, errors={"list": str(decision.reason)}, status=403)
    if "send" not in request.POST:
        return _list_page(request, page, text, roster)
    try:
        made = invite(actor=page.actor, space=page.space, people=roster.good, language=_language(), now=now())
    except (TooManyInvitations, NotAllowedIn) as error:
        return _list_page(request, page, text, roster, errors={"": str(error)}, status=409)
    sentence = ngettext("%(n)s invitation is on its way.", "%(n)s invitations are on their way.", len(made))
    messages.success(request, sentence % {"n": len(made)})
    if roster.bad:
        left = rosters.written(roster.bad)
        return _list_page(request, page, left, rosters.read_roster(left), sent=len(made))
    return redirect("spaces:inviting", slug=slug)


def _list_page(
    request: HttpRequest,
    page: SpacePage,
    text: str,
    roster: rosters.Roster | None = None,
    *,
    errors: dict[str, str] | None = None,
    status: int = 200,
    sent: int = 0,
) -> HttpResponse:
    errors = errors or {}
    context: dict[str, Any] = {
        "page": page,
        "text": text,
        "good": [
            {"email": one.email, "name": one.name, "role": str(one.role.label)}
            for one in (roster.good if roster else [])
        ],
        "bad": [
            {
                "number": row.number,
                "cells": " · ".join(filter(None, row.cells.values())),
                "why": " ".join(row.errors.values()),
            }
            for row in (roster.bad if roster else [])
        ],
        "has_read": roster is not None,
        "sent": sent,
        "rows_most": rosters.ROWS_MOST,
        "errors": {name: [sentence] for name, sentence in errors.items()},
        "listed_errors": [{"name": name, "message": sentence} for name, sentence in errors.items()],
    }
    return render(request, "spaces/inviting_list.html", context, status=status)


@require_POST
def withdraw(request: HttpRequest, slug: str, invitation_id: int) -> HttpResponse:
    page = _frame(request, slug)
    rows = SpaceInvitation.objects.visible_to(page.actor).filter(space=page.space, pk=invitation_id)
    found = rows.first()
    if found is None:
        raise Http404
    withdraw_invitation(actor=page.actor, invitation=found, now=now())
    messages.success(request, _("The invitation is called back: its link does not work any more."))
    return redirect("spaces:inviting", slug=slug)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """GET says who invites to what; POST accepts. An invitation to an address is for whoever signs in with it."""
    actor = actor_of(request)
    try:
        found = invitation_behind(token, now())
    except InvitationGone as error:
        return _answer(request, {"state": "over", "sentence": str(error)}, 410)
    back = reverse("spaces:invitation", args=[token])
    email = "" if actor.account_id is None else Account.objects.values_list("email", flat=True).get(pk=actor.account_id)
    if actor.account_id is None:
        state = "visitor"
    elif found.email and found.email != email:
        state = "not_yours"
    elif not actor.is_member or person_of(actor) is None:
        state = "stranger"
    else:
        state = "yours"
    if request.method == "POST":
        if state == "visitor":
            return to_sign_in(back)
        if state == "stranger":
            return redirect("joining:start")
        if state == "yours":
            try:
                space = use_invitation(actor=actor, invitation=found, now=now())
            except (InvitationGone, NotAllowedIn) as error:
                return _answer(request, {"state": "over", "sentence": str(error)}, 410)
            messages.success(request, _("Welcome to %(space)s.") % {"space": space.name})
            return redirect("spaces:home", slug=space.slug)
    context = {
        "state": state,
        "sentence": "",
        "name": found.space.name,
        "summary": found.space.summary,
        "role": str(MemberRole(found.role).label),
        "email": found.email,
        "own_email": email,
        "here": back,
        "colour": found.space_id % 8,
        "space_id": found.space_id,
    }
    return _answer(request, context, 403 if state == "not_yours" else 200)


def _answer(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    response = render(request, "spaces/invitation.html", context, status=status)
    response.headers["X-Robots-Tag"] = "noindex"
    # The address holds a token: no other site may learn it.
    response.headers["Referrer-Policy"] = "same-origin"
    return response
