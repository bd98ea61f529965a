# SPDX-License-Identifier: EUPL-1.2
"""An organisation's people: admins, members, positions, requests to join, invitations one by one or from a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filanda.across.ownership.framing import errors_in, frame, managed
from filanda.capabilities.files.receiving import FileTooBig, received, takes_files
from filanda.directory.affiliations import rosters
from filanda.directory.affiliations.actions import members as member_actions
from filanda.directory.affiliations.actions.invitations import (
    INVITATION_LASTS,
    InvitationWrong,
    checked,
    invite,
    invite_to_claim,
    withdraw_invitation,
)
from filanda.directory.affiliations.actions.members import NotOneOfThem, leave_organisation
from filanda.directory.affiliations.actions.positions import confirm_position
from filanda.directory.affiliations.actions.requests import accept_request, decline_request
from filanda.directory.affiliations.errors import AlreadySpokenFor, LastAdmin, ReasonMissing, TooManyInvitations
from filanda.directory.affiliations.models import Invitation, JoinRequest, Position, RequestState
from filanda.directory.affiliations.queries import OrganisationPerson, has_admins, names_of, organisation_people
from filanda.directory.organisations.models import Organisation
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import decide, require
from filanda.kernel.workflow import MoveNotPossible

__all__ = ["confirm", "invite_list", "invite_one", "leave", "people", "person_move", "request_move", "withdraw"]

LIST_MOST = 1024 * 1024
MANAGE = "affiliations.people.manage"
GOVERN = "affiliations.admins.manage"


@never_cache
@require_safe
def people(request: HttpRequest, organisation_id: int) -> HttpResponse:
    return _people_page(request, managed(request, organisation_id, MANAGE))


@require_POST
def request_move(request: HttpRequest, organisation_id: int, request_id: int, move: str) -> HttpResponse:
    """accept, or decline with `reason`."""
    organisation = managed(request, organisation_id, MANAGE)
    actor = actor_of(request)
    rows = JoinRequest.objects.visible_to(actor).filter(organisation=organisation)
    found = get_object_or_404(rows.select_related("organisation", "account", "region"), pk=request_id)
    try:
        if move == "accept":
            accept_request(actor=actor, request=found, now=now())
            messages.success(request, _("They are one of your people now, and get an e-mail."))
        elif move == "decline":
            decline_request(actor=actor, request=found, reason=request.POST.get("reason", ""), now=now())
            messages.success(request, _("Declined. They get an e-mail with your reason."))
        else:
            raise Http404
    except ReasonMissing as error:
        return _people_page(request, organisation, {f"reason-{found.pk}": [str(error)]}, status=422)
    except MoveNotPossible as error:
        return _people_page(request, organisation, {"": [str(error)]}, status=409)
    return redirect("ownership:people", organisation_id=organisation.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def person_move(request: HttpRequest, organisation_id: int, account_id: int, move: str) -> HttpResponse:
    """make-admin, end-admin (with `reason`), remove (with `reason`): GET asks, POST does."""
    organisation = managed(request, organisation_id, MANAGE)
    actor = actor_of(request)
    require(actor, GOVERN, organisation)
    headings = {
        "make-admin": _("Make an admin"),
        "end-admin": _("End the role of an admin"),
        "remove": _("Remove from the organisation"),
    }
    rows = {one.account.pk: one for one in organisation_people(organisation, actor) if one.account and one.role}
    if move not in headings or account_id not in rows:
        raise Http404
    one = rows[account_id]
    account: Account = one.account  # type: ignore[assignment]
    errors: dict[str, list[str]] = {}
    status = 200
    if request.method == "POST":
        reason = request.POST.get("reason", "")
        acts: dict[str, Callable[[], None]] = {
            "make-admin": lambda: member_actions.make_admin(
                actor=actor, organisation=organisation, account=account, now=now()
            ),
            "end-admin": lambda: member_actions.end_admin(
                actor=actor, organisation=organisation, account=account, reason=reason, now=now()
            ),
            "remove": lambda: member_actions.remove_member(
                actor=actor, organisation=organisation, account=account, reason=reason, now=now()
            ),
        }
        try:
            acts[move]()
        except ReasonMissing as error:
            errors, status = {"reason": [str(error)]}, 422
        except LastAdmin as error:
            errors, status = {"": [str(error)]}, 409
        except NotOneOfThem:
            raise Http404 from None
        else:
            messages.success(request, _("Done. They get an e-mail about it."))
            return redirect("ownership:people", organisation_id=organisation.pk)
    context = frame(request, organisation, "people", headings[move]) | {
        "person": one.name,
        "move": move,
        "needs_reason": move != "make-admin",
        "reason": request.POST.get("reason", ""),
        "back_url": reverse("ownership:people", args=[organisation.pk]),
        "errors": {"reason": []} | errors,
        "listed_errors": errors_in(errors),
    }
    return render(request, "ownership/person_move.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """For members and admins. The last admin says so twice: `without_admin`."""
    actor = actor_of(request)
    if organisation_id not in actor.scope_ids("organisation"):
        raise Http404
    organisation = get_object_or_404(Organisation.objects.visible_to(actor), pk=organisation_id)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            leave_organisation(
                actor=actor,
                organisation=organisation,
                leaves_it_without_admin="without_admin" in request.POST,
                now=now(),
            )
        except LastAdmin as error:
            errors = {"": [str(error)]}
        else:
            messages.success(request, _("You have left %(organisation)s.") % {"organisation": organisation.name})
            return redirect("finder:organisation-short", organisation_id=organisation.pk)
    is_admin = organisation.pk in actor.scope_ids("organisation", Role.ORGANISATION_ADMIN)
    context = {
        "organisation": organisation,
        "is_last": is_admin and not has_admins(organisation.pk, besides=actor.account_id),
        "people_url": reverse("ownership:people", args=[organisation.pk]) if is_admin else "",
        "public_url": reverse("finder:organisation-short", args=[organisation.pk]),
        "crumbs": [
            {"label": organisation.name, "url": reverse("finder:organisation-short", args=[organisation.pk])},
            {"label": _("Leave"), "url": ""},
        ],
        "errors": errors,
        "listed_errors": errors_in(errors),
    }
    return render(request, "ownership/leave.html", context, status=409 if errors else 200)


@require_POST
def confirm(request: HttpRequest, organisation_id: int, position_id: int) -> HttpResponse:
    organisation = managed(request, organisation_id, MANAGE)
    actor = actor_of(request)
    rows = Position.objects.visible_to(actor).filter(organisation=organisation)
    position = get_object_or_404(rows, pk=position_id)
    confirm_position(actor=actor, position=position, now=now())
    messages.success(request, _("Confirmed."))
    return redirect("ownership:people", organisation_id=organisation.pk)


@require_POST
def withdraw(request: HttpRequest, organisation_id: int, invitation_id: int) -> HttpResponse:
    organisation = managed(request, organisation_id, MANAGE)
    actor = actor_of(request)
    rows = Invitation.objects.visible_to(actor).filter(organisation=organisation)
    found = get_object_or_404(rows, pk=invitation_id)
    withdraw_invitation(actor=actor, invitation=found, now=now())
    messages.success(request, _("The invitation is withdrawn: its link does not work any more."))
    return redirect("ownership:people", organisation_id=organisation.pk)


@require_POST
def invite_one(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """POST email, name, role, title; to_claim by staff, for a body that nobody speaks for."""
    organisation = managed(request, organisation_id, MANAGE)
    actor = actor_of(request)
    typed = {name: request.POST.get(name, "") for name in ("email", "name", "role", "title")}
    language = get_language() or "it"
    try:
        if "to_claim" in request.POST:
            invite_to_claim(
                actor=actor,
                organisation=organisation,
                email=typed["email"],
                name=typed["name"],
                language=language,
                now=now(),
            )
            made = 1
        else:
            one = checked(typed["email"], typed["name"], typed["role"], typed["title"])
            made = len(invite(actor=actor, organisation=organisation, people=[one], language=language, now=now()))
    except InvitationWrong as error:
        errors = {name: [sentence] for name, sentence in error.errors.items()}
        return _people_page(request, organisation, errors, typed=typed, status=422)
    except (AlreadySpokenFor, TooManyInvitations) as error:
        return _people_page(request, organisation, {"": [str(error)]}, typed=typed, status=409)
    if not made:
        errors = {"email": [_("Whoever has this address is one of your people already.")]}
        return _people_page(request, organisation, errors, typed=typed, status=409)
    messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": typed["email"].strip()})
    return redirect("ownership:people", organisation_id=organisation.pk)


@takes_files(LIST_MOST)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invite_list(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """POST list (text) or file (CSV): shows each row and what is wrong with it; with `send`, invites the good ones and
    gives back the others, to be corrected.
    """
    organisation = managed(request, organisation_id, MANAGE)
    actor = actor_of(request)
    if request.method != "POST":
        return _list_page(request, organisation, "")
    text = request.POST.get("list", "")
    try:
        upload = received(request, "file")
        if upload is not None:
            text = rosters.decode(upload.read())
        roster = rosters.read_roster(text)
    except FileTooBig as error:
        return _list_page(request, organisation, text, errors={"file": [str(error)]}, status=422)
    except rosters.RosterUnreadable as error:
        return _list_page(request, organisation, text, errors={"list": [str(error)]}, status=422)
    if any(one.role == Role.ORGANISATION_ADMIN for one in roster.good):
        decision = decide(actor, GOVERN, organisation)
        if not decision:
            return _list_page(request, organisation, text, roster, {"list": [str(decision.reason)]}, 403)
    if "send" not in request.POST:
        return _list_page(request, organisation, text, roster)
    try:
        made = invite(
            actor=actor, organisation=organisation, people=roster.good, language=get_language() or "it", now=now()
        )
    except TooManyInvitations as error:
        return _list_page(request, organisation, text, roster, {"": [str(error)]}, 429)
    sentence = ngettext("%(n)s invitation is on its way.", "%(n)s invitations are on their way.", len(made))
    messages.success(request, sentence % {"n": len(made)})
    if roster.bad:
        left = rosters.read_roster(rosters.written(roster.bad))
        return _list_page(request, organisation, rosters.written(roster.bad), left, status=200, sent=len(made))
    return redirect("ownership:people", organisation_id=organisation.pk)


def _list_page(
    request: HttpRequest,
    organisation: Organisation,
    text: str,
    roster: rosters.Roster | None = None,
    errors: dict[str, list[str]] | None = None,
    status: int = 200,
    sent: int = 0,
) -> HttpResponse:
    shown: dict[str, list[str]] = {"": [], "list": [], "file": []} | (errors or {})
    context = frame(request, organisation, "people", _("Invite from a list")) | {
        "text": text,
        "good": [
            {"email": one.email, "name": one.name, "role": str(Role(one.role).label), "title": one.title}
            for one in (roster.good if roster else [])
        ],
        "bad": [
            {
                "number": row.number,
                "cells": " · ".join(filter(None, row.cells.values())),
                "why": list(row.errors.values()),
            }
            for row in (roster.bad if roster else [])
        ],
        "has_read": roster is not None,
        "sent": sent,
        "rows_most": rosters.ROWS_MOST,
        "errors": shown,
        "listed_errors": errors_in(shown),
    }
    return render(request, "ownership/invite_list.html", context, status=status)


def _people_page(
    request: HttpRequest,
    organisation: Organisation,
    errors: dict[str, list[str]] | None = None,
    *,
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    actor, at = actor_of(request), now()
    govern = decide(actor, GOVERN, organisation)
    rows = organisation_people(organisation, actor)
    asked = list(
        JoinRequest.objects.visible_to(actor)
        .filter(organisation=organisation, state=RequestState.ASKED)
        .select_related("account")
        .order_by("created_at")
    )
    names = names_of([one.account for one in asked])
    invited = Invitation.objects.visible_to(actor).usable(at).filter(organisation=organisation)
    errors = errors or {}
    admins = sum(one.role == Role.ORGANISATION_ADMIN for one in rows)
    context = frame(request, organisation, "people") | {
        "rows": [_person(organisation, one, actor.account_id) for one in rows],
        "admins": admins,
        "may_govern": bool(govern),
        "why_not_govern": "" if govern else str(govern.reason),
        "requests": [
            {
                "id": one.pk,
                "name": names.get(one.account_id, str(one.account)),
                "title": one.title,
                "message": one.message,
                "at": one.created_at,
                "accept_url": reverse("ownership:request-move", args=[organisation.pk, one.pk, "accept"]),
                "decline_url": reverse("ownership:request-move", args=[organisation.pk, one.pk, "decline"]),
                "reason": request.POST.get("reason", "") if f"reason-{one.pk}" in errors else "",
                "errors": errors.get(f"reason-{one.pk}", []),
            }
            for one in asked
        ],
        "invitations": [
            {
                "email": one.email,
                "name": one.name,
                "role": str(Role(one.role).label) if one.role else _("to claim it"),
                "until": one.expires_at,
                "withdraw_url": reverse("ownership:invitation-withdraw", args=[organisation.pk, one.pk]),
            }
            for one in invited
        ],
        "may_invite_to_claim": not admins and bool(decide(actor, "affiliations.claims.invite", organisation)),
        "days": INVITATION_LASTS.days,
        "roles": [(role.value, str(role.label)) for role in (Role.ORGANISATION_MEMBER, Role.ORGANISATION_ADMIN)],
        "typed": {"email": "", "name": "", "role": "", "title": ""} | (typed or {}),
        "belongs": organisation.pk in actor.scope_ids("organisation"),
        "leave_url": reverse("ownership:leave", args=[organisation.pk]),
        "invite_url": reverse("ownership:invite", args=[organisation.pk]),
        "list_url": reverse("ownership:invite-list", args=[organisation.pk]),
        "errors": {"": [], "email": [], "name": [], "role": [], "title": []} | errors,
        "listed_errors": errors_in(errors),
    }
    return render(request, "ownership/people.html", context, status=status)


def _person(organisation: Organisation, one: OrganisationPerson, own_account: int | None) -> dict[str, Any]:
    def move(name: str) -> str:
        return reverse("ownership:person-move", args=[organisation.pk, one.account.pk, name]) if one.account else ""

    is_admin = one.role == Role.ORGANISATION_ADMIN
    return {
        "name": one.name,
        "url": reverse("profiles:person", args=[one.person.pk, one.person.slug]) if one.person else "",
        "role": str(Role(one.role).label) if one.role else "",
        "is_you": one.account is not None and one.account.pk == own_account,
        "since": one.grant.granted_at if one.grant else None,
        "make_admin_url": move("make-admin") if one.role and not is_admin else "",
        "end_admin_url": move("end-admin") if is_admin else "",
        "remove_url": move("remove") if one.role else "",
        "positions": [
            {
                "title": position.title,
                "started_on": position.started_on,
                "ended_on": position.ended_on,
                "is_confirmed": position.is_confirmed,
                "confirm_url": (
                    ""
                    if position.is_confirmed
                    else reverse("ownership:position-confirm", args=[organisation.pk, position.pk])
                ),
            }
            for position in one.positions
        ],
    }
