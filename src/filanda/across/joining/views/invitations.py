# SPDX-License-Identifier: EUPL-1.2
"""Invitations: what a link leads to, and those to one's own address."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from filanda.across.joining.views.parts import account_of, page, to_sign_in
from filanda.directory.affiliations.actions.invitations import invitation_behind, use_invitation
from filanda.directory.affiliations.errors import InvitationNotUsable
from filanda.directory.affiliations.models import Invitation
from filanda.directory.affiliations.queries import invitations_for
from filanda.directory.people.queries import person_of
from filanda.kernel.identity.models import Role
from filanda.kernel.identity.requests import actor_of

__all__ = ["invitation", "invitations"]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """GET says who invites to what; POST accepts it. Only for the address that was invited."""
    actor = actor_of(request)
    try:
        found = invitation_behind(token, now())
    except InvitationNotUsable as error:
        return page(request, "invitation.html", {"state": "over", "sentence": str(error)}, status=410)
    if request.method == "POST":
        if actor.is_visitor:
            return to_sign_in(request, reverse("joining:invitation", args=[token]))
        if account_of(request).email == found.email:
            return _accept(request, found)
    context = {
        "state": _state(request, found),
        "organisation": found.organisation.name,
        "page_url": reverse("finder:organisation-short", args=[found.organisation_id]),
        "to_claim": not found.role,
        "is_admin": found.role == Role.ORGANISATION_ADMIN,
        "email": found.email if _is_for(request, found) or actor.is_visitor else _masked(found.email),
        "account_email": "" if actor.is_visitor else account_of(request).email,
    }
    status = 403 if context["state"] == "not_yours" else 200
    return page(request, "invitation.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitations(request: HttpRequest) -> HttpResponse:
    """Those to one's own address, without the link. POST invitation: accepts one."""
    actor = actor_of(request)
    if actor.is_visitor:
        return to_sign_in(request, reverse("joining:invitations"))
    mine = invitations_for(account_of(request), now())
    if request.method == "POST":
        for one in mine:
            if str(one.pk) == request.POST.get("invitation"):
                return _accept(request, one)
    rows = [
        {
            "id": one.pk,
            "name": one.organisation.name,
            "to_claim": not one.role,
            "until": one.expires_at,
            "url": reverse("finder:organisation-short", args=[one.organisation_id]),
        }
        for one in mine
    ]
    return page(request, "invitations.html", {"rows": rows})


def _accept(request: HttpRequest, found: Invitation) -> HttpResponse:
    """Somebody who is not here yet joins first: the fourth screen shows the invitation again."""
    actor = actor_of(request)
    if person_of(actor) is None:
        return redirect("joining:start")
    try:
        joined = use_invitation(actor=actor, invitation=found, now=now())
    except InvitationNotUsable as error:
        return page(request, "invitation.html", {"state": "over", "sentence": str(error)}, status=410)
    if not found.role:
        return redirect(f"{reverse('joining:organisation')}?{urlencode({'organisation': joined.pk})}")
    return redirect("finder:organisation-short", organisation_id=joined.pk)


def _is_for(request: HttpRequest, found: Invitation) -> bool:
    return not actor_of(request).is_visitor and account_of(request).email == found.email


def _state(request: HttpRequest, found: Invitation) -> str:
    if actor_of(request).is_visitor:
        return "sign_in"
    return "yours" if _is_for(request, found) else "not_yours"


def _masked(email: str) -> str:
    """ "a…@example.org": enough to know one's own address by, too little to write to."""
    local, _at, domain = email.rpartition("@")
    return f"{local[:1]}…@{domain}"
