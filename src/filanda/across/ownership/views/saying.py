# SPDX-License-Identifier: EUPL-1.2
"""Corrections and objections without an account, what staff answer, and hiding and showing by staff."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filanda.across.finder.visitors import wait_sentence
from filanda.across.ownership.framing import by_field, desk_messages, errors_in, frame, managed
from filanda.directory.affiliations.actions.invitations import InvitationWrong, write_to_body
from filanda.directory.affiliations.errors import AlreadySpokenFor, TooManyInvitations
from filanda.directory.organisations.actions import hide_organisation, show_organisation
from filanda.directory.organisations.actions.objecting import (
    ReasonMissing,
    decide_objection,
    has_own_people,
    make_objection,
    spoken_for,
)
from filanda.directory.organisations.models import Objection, ObjectionKind, ObjectionState, Organisation
from filanda.directory.organisations.queries import merged_into, slug_of
from filanda.directory.organisations.steps.speaking import LINK_DAYS
from filanda.kernel import limits
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.ui.addresses import moved_to
from filanda.kernel.ui.returning import back_or

__all__ = ["decide", "objections", "say", "staff", "staff_act"]

LIMIT = limits.Limit(5, timedelta(hours=24))
_FIELDS = ("kind", "text", "name", "email")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def say(request: HttpRequest, organisation_id: int, token: str = "") -> HttpResponse:
    """The form, for anybody; with the token of a signed link, for the body itself."""
    region: Region = request.region  # type: ignore[attr-defined]
    actor = actor_of(request)
    is_signed = bool(token)
    if is_signed and spoken_for(region, token) != organisation_id:
        return _over(request, organisation_id)
    if (heir := merged_into(organisation_id, PLATFORM if is_signed else actor)) is not None:
        if not is_signed:
            return moved_to(reverse("ownership:say", args=[heir]))
        organisation_id = heir  # the link was sent to what is one entry with another now
    seen = Organisation.objects.filter(is_external=False) if is_signed else Organisation.objects.visible_to(actor)
    body: Organisation = get_object_or_404(seen, pk=organisation_id)
    typed = {name: request.POST.get(name, "") for name in _FIELDS}
    errors: dict[str, list[str]] = {}
    sent: Objection | None = None
    status = 200
    if request.method == "POST":
        at = now()
        try:
            if not is_signed:
                limits.take("objection", LIMIT, who=limits.address_of(request), region=region, now=at)
            sent = make_objection(
                actor=actor,
                organisation=body,
                language=(get_language() or region.default_language).split("-")[0],
                is_signed=is_signed,
                now=at,
                **typed,
            )
        except ValidationError as problem:
            errors, status = by_field(problem), 422
        except limits.TooMany as limit:
            errors, status = {"": [wait_sentence(limit, at)]}, 429
    page_url = reverse("finder:organisation", args=[body.pk, slug_of(body.name)])
    context = {
        "is_over": False,
        "body_name": body.name,
        "page_url": page_url,
        "is_signed": is_signed,
        "hides_nothing": bool(has_own_people([body.pk], now())),
        "typed": typed,
        "errors": {name: [] for name in _FIELDS} | errors,
        "listed": errors_in(errors),
        "kinds": [("", _("Choose…")), *((value, str(label)) for value, label in ObjectionKind.choices)],
        "sent": sent,
        "crumbs": [
            {"label": body.name, "url": "" if sent and sent.hidden_at else page_url},
            {"label": _("Say"), "url": ""},
        ],
        "privacy_url": reverse("privacy"),
    }
    response = render(request, "ownership/say.html", context, status=status)
    # The address can hold a token: no other site may learn it. (With "no-referrer" browsers send the form with the
    # origin "null", and the protection against forged requests refuses it.)
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _over(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """The link is too old, or not as it was sent. It names nobody, and says what is possible without it."""
    is_seen = Organisation.objects.visible_to(actor_of(request)).filter(pk=organisation_id).exists()
    context = {
        "is_over": True,
        "form_url": reverse("ownership:say", args=[organisation_id]) if is_seen else "",
        "days": LINK_DAYS,
        "crumbs": [{"label": _("Say"), "url": ""}],
    }
    return render(request, "ownership/say.html", context, status=404)


@never_cache
@require_safe
def objections(request: HttpRequest) -> HttpResponse:
    """What waits for staff, the most urgent first, and what was decided lately."""
    return _objections(request)


@require_POST
def decide(request: HttpRequest, objection_id: int) -> HttpResponse:
    """follow=1 or 0, with a reason."""
    actor = actor_of(request)
    require(actor, "organisations.objections.decide")
    found: Objection = get_object_or_404(Objection.objects.visible_to(actor), pk=objection_id)
    reason = request.POST.get("reason", "")
    try:
        is_first = decide_objection(
            actor=actor, objection=found, follow=request.POST.get("follow") == "1", reason=reason, now=now()
        )
    except ReasonMissing as problem:
        return _objections(request, wrong=found.pk, problem=str(problem), status=422)
    if is_first:
        messages.success(request, _("Decided. Whoever wrote gets an e-mail."))
    else:
        messages.warning(request, _("Somebody else has decided this in the meantime; what you chose was not done."))
    return redirect(back_or(request, reverse("ownership:objections")))


def _objections(request: HttpRequest, *, wrong: int = 0, problem: str = "", status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    require(actor, "organisations.objections.decide")
    seen = Objection.objects.visible_to(actor).select_related("organisation", "decided_by")
    waiting = list(seen.filter(state=ObjectionState.WAITING)[:100])
    context = {
        "heading": _("Objections and corrections"),
        "organisation": None,
        "crumbs": [{"label": _("Objections and corrections"), "url": ""}],
        "messages": desk_messages(request),
        "waiting": waiting,
        "looked_after": has_own_people({one.organisation_id for one in waiting}, now()),
        "decided": list(seen.exclude(state=ObjectionState.WAITING).order_by("-decided_at")[:25]),
        "wrong": wrong,
        "problem": problem,
        "listed": [{"name": f"reason-{wrong}", "message": problem}] if problem else [],
    }
    return render(request, "ownership/objections.html", context, status=status)


@never_cache
@require_safe
def staff(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Hiding, showing, inviting: what only staff do to an organisation."""
    return _staff(request, managed(request, organisation_id, "organisations.hide"))


@require_POST
def staff_act(request: HttpRequest, organisation_id: int, what: str) -> HttpResponse:
    """what: "hide" or "show", with a reason; "invite", with an address."""
    organisation = managed(request, organisation_id, "organisations.hide")
    actor = actor_of(request)
    reason, email = request.POST.get("reason", "").strip()[:1000], request.POST.get("email", "")
    if what in ("hide", "show"):
        if not reason:
            return _staff(request, organisation, {"reason": [_("Say why: it stays in the journal.")]}, email)
        if what == "hide":
            hide_organisation(actor=actor, organisation=organisation, now=now(), reason=reason)
        else:
            show_organisation(actor=actor, organisation=organisation, reason=reason)
    elif what == "invite":
        language = organisation.region.default_language
        try:
            write_to_body(actor=actor, organisation=organisation, email=email, language=language, now=now())
        except InvitationWrong as problem:
            return _staff(request, organisation, {name: [sentence] for name, sentence in problem.errors.items()}, email)
        except (AlreadySpokenFor, TooManyInvitations) as problem:
            return _staff(request, organisation, {"": [str(problem)]}, email)
    else:
        raise Http404
    messages.success(request, _("Done."))
    return redirect("ownership:staff", organisation_id=organisation.pk)


def _staff(
    request: HttpRequest, organisation: Organisation, errors: dict[str, list[str]] | None = None, email: str = ""
) -> HttpResponse:
    context = frame(request, organisation, "staff") | {
        "is_hidden": organisation.hidden_at is not None,
        "is_claimed": organisation.state != "listed",
        "errors": {"reason": [], "email": []} | (errors or {}),
        "listed": errors_in(errors or {}),
        "email": email,
    }
    return render(request, "ownership/staff.html", context, status=422 if errors else 200)
