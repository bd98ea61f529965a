# SPDX-License-Identifier: EUPL-1.2
"""The fourth screen of joining, one's organisation: found, claimed, asked to join, added, or none. And the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from filanda.across.joining.actions import forget_draft, keep_draft
from filanda.across.joining.queries import Choice, alike, choice_of, choices, draft_of, pending_of
from filanda.across.joining.views.parts import account_of, page, steps
from filanda.directory.affiliations.actions.claims import (
    CODE_LASTS,
    NotProvenYet,
    prove_claim,
    prove_claim_by_sign_in,
    send_claim_code,
    was_just_proven,
)
from filanda.directory.affiliations.actions.founding import ROLES, found_organisation
from filanda.directory.affiliations.actions.invitations import use_invitation
from filanda.directory.affiliations.actions.requests import ask_to_join
from filanda.directory.affiliations.domains import AddressNotOurs, readable, registrable
from filanda.directory.affiliations.errors import (
    AlreadyBelongs,
    AlreadySpokenFor,
    CodeNotUsable,
    CodeWrong,
    InvitationNotUsable,
    NobodyToAsk,
    TooManyCodes,
    TooManyInvitations,
)
from filanda.directory.affiliations.models import Claim, ClaimState
from filanda.directory.affiliations.queries import belongings, invitations_for
from filanda.directory.organisations.models import HelixRole, Organisation
from filanda.directory.people.queries import person_of
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.text.folding import clean
from filanda.kernel.ui.numbers import id_in
from filanda.kernel.workflow import MoveNotPossible

__all__ = ["done", "organisation"]

NEW = ("name", "helix_role", "website", "municipality", "number")
EXPECTED = (
    AlreadyBelongs,
    AlreadySpokenFor,
    CodeNotUsable,
    Forbidden,
    InvitationNotUsable,
    MoveNotPossible,
    NobodyToAsk,
    TooManyCodes,
    TooManyInvitations,
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: HttpRequest) -> HttpResponse:
    """GET q: search; organisation: one of them; new: the form for another. POST action, and what it needs:
    none | accept (invitation) | claim, ask (organisation, email, code, message) | create (name …).
    """
    actor = actor_of(request)
    if actor.is_visitor or person_of(actor) is None:
        return redirect("joining:start")
    if request.method != "POST":
        return _shown(request)
    steps_by_action: dict[str, Callable[[HttpRequest], HttpResponse]] = {
        "none": _none,
        "accept": _accept,
        "claim": _claim,
        "prove": _prove,
        "ask": _ask,
        "create": _create,
    }
    step = steps_by_action.get(request.POST.get("action", ""))
    return step(request) if step else _shown(request)


@never_cache
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """You are here: who looks after you, what waits, what to do next."""
    actor = actor_of(request)
    person = person_of(actor)
    if person is None:
        return redirect("joining:start")
    forget_draft(actor=actor, account=account_of(request))
    pending = pending_of(actor)
    own = belongings(actor)
    context = {
        "name": person.name,
        "facilitator": _name_of_facilitator(person.facilitator_id),
        "organisations": [
            {
                "name": one.organisation.name,
                "is_admin": one.role == "organisation_admin",
                "url": reverse("finder:organisation-short", args=[one.organisation.pk]),
                "manage_url": reverse("ownership:overview", args=[one.organisation.pk]),
            }
            for one in own
        ],
        "claims": [
            {
                "name": claim.organisation.name,
                "has_document": claim.state == ClaimState.DOCUMENT_GIVEN,
                "url": reverse("ownership:claim", args=[claim.organisation_id]),
            }
            for claim in pending.claims
        ],
        "requests": [{"name": one.organisation.name} for one in pending.requests],
        "need_url": reverse("finder:home"),
        "profile_url": reverse("profiles:edit"),
    }
    return page(request, "done.html", context)


def _name_of_facilitator(account_id: int | None) -> str:
    from filanda.directory.affiliations.queries import names_of
    from filanda.kernel.identity.models import Account

    account = Account.objects.filter(pk=account_id).first() if account_id else None
    return names_of([account]).get(account.pk, str(account)) if account else ""


def _none(request: HttpRequest) -> HttpResponse:
    return redirect("joining:done")


def _accept(request: HttpRequest) -> HttpResponse:
    number = request.POST.get("invitation", "")
    mine = {str(one.pk): one for one in invitations_for(account_of(request), now())}
    if number not in mine:
        return _shown(request, errors={"": str(InvitationNotUsable())}, status=410)
    try:
        joined = use_invitation(actor=actor_of(request), invitation=mine[number], now=now())
    except EXPECTED as error:
        return _shown(request, errors={"": _sentence(error)}, status=409)
    if not mine[number].role:
        return redirect(f"{reverse('joining:organisation')}?{urlencode({'organisation': joined.pk})}")
    return redirect("joining:done")


def _claim(request: HttpRequest) -> HttpResponse:
    """By the address that has just been proven, else by a code to the one that was typed."""
    chosen = _chosen(request)
    if chosen is None:
        return _shown(request)
    actor, at = actor_of(request), now()
    body = Organisation.objects.get(pk=chosen.card.id)
    email = request.POST.get("email", "")
    try:
        if clean(email).lower() == account_of(request).email:
            try:
                prove_claim_by_sign_in(actor=actor, organisation=body, now=at)
            except NotProvenYet:
                pass
            else:
                return redirect("joining:done")
        send_claim_code(actor=actor, organisation=body, email=email, language=get_language() or "it", now=at)
    except AddressNotOurs as error:
        return _shown(request, chosen, errors={"email": str(error)}, status=422)
    except EXPECTED as error:
        return _shown(request, chosen, errors={"": _sentence(error)}, status=409)
    return redirect(f"{reverse('joining:organisation')}?{urlencode({'organisation': chosen.card.id})}")


def _prove(request: HttpRequest) -> HttpResponse:
    chosen = _chosen(request)
    if chosen is None or chosen.claim is None:
        return _shown(request, chosen)
    code = request.POST.get("code", "")
    if not code.strip():
        return _shown(request, chosen, errors={"code": _("Type the code of our e-mail.")}, status=422)
    try:
        prove_claim(actor=actor_of(request), claim=chosen.claim, code=code, now=now())
    except CodeWrong as error:
        return _shown(request, chosen, errors={"code": str(error)}, status=422)
    except EXPECTED as error:
        return _shown(request, _chosen(request), errors={"": _sentence(error)}, status=410)
    return redirect("joining:done")


def _ask(request: HttpRequest) -> HttpResponse:
    chosen = _chosen(request)
    if chosen is None:
        return _shown(request)
    body = Organisation.objects.get(pk=chosen.card.id)
    try:
        ask_to_join(actor=actor_of(request), organisation=body, message=request.POST.get("message", ""), now=now())
    except EXPECTED as error:
        return _shown(request, chosen, errors={"": _sentence(error)}, status=409)
    return redirect("joining:done")


def _create(request: HttpRequest) -> HttpResponse:
    """Add an organisation. What is alike in the directory is shown once, before."""
    actor, region = actor_of(request), active_region()
    typed = {name: request.POST.get(name, "") for name in NEW}
    keep_draft(actor=actor, account=account_of(request), region=region, typed={f"new_{k}": v for k, v in typed.items()})
    found = alike(region, actor, name=typed["name"], website=_website(typed["website"]), number=typed["number"])
    if found and "really" not in request.POST and typed["name"].strip():
        return _shown(request, typed=typed, found=found, status=409)
    try:
        found_organisation(
            actor=actor,
            region=region,
            name=typed["name"],
            helix_role=typed["helix_role"],
            website=_website(typed["website"]),
            municipality=typed["municipality"],
            number=typed["number"],
            now=now(),
        )
    except ValidationError as error:
        errors = {name: " ".join(sentences) for name, sentences in error.message_dict.items()}
        if "website" in errors:
            errors["website"] = _("Write the address of the website, like www.example.org, or leave it empty.")
        return _shown(request, typed=typed, errors=errors, status=422)
    except EXPECTED as error:
        return _shown(request, typed=typed, errors={"": _sentence(error)}, status=409)
    return redirect("joining:done")


def _website(typed: str) -> str:
    typed = clean(typed)
    return f"https://{typed}" if typed and "://" not in typed else typed


def _sentence(error: Exception) -> str:
    return str(error.reason) if isinstance(error, Forbidden) else str(error)


def _chosen(request: HttpRequest) -> Choice | None:
    number = id_in(request.POST.get("organisation", "") or request.GET.get("organisation", ""))
    return choice_of(actor_of(request), number) if number is not None else None


def _shown(
    request: HttpRequest,
    chosen: Choice | None = None,
    *,
    typed: dict[str, str] | None = None,
    found: list[Any] | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    actor, account, region = actor_of(request), account_of(request), active_region()
    q = " ".join(clean(request.GET.get("q", "")[:200]).split())
    chosen = chosen or (None if typed else _chosen(request))
    is_new = typed is not None or "new" in request.GET
    if request.htmx and request.method == "GET" and "q" in request.GET:  # type: ignore[attr-defined]
        part = {"q": q, "choices": [_choice(one) for one in choices(region, actor, q)]}
        return page(request, "_choices.html", part)
    if is_new and typed is None:
        kept = draft_of(account)
        said = kept.typed if kept else {}
        typed = {name: str(said.get(f"new_{name}", "")) for name in NEW}
        typed["name"] = typed["name"] or q
    at = now()
    context: dict[str, Any] = {
        "track": steps(2),
        "q": q,
        "choices": [_choice(one) for one in choices(region, actor, q)] if not chosen and not is_new else [],
        "chosen": _choice(chosen, account.email, request) if chosen else None,
        "is_proven": bool(chosen) and was_just_proven(account, at),
        "minutes": int(CODE_LASTS.total_seconds() // 60),
        "new": typed if is_new else None,
        "alike": [{**_choice(one.choice), "reason": _reason(one.reason)} for one in found or ()],
        "roles": [("", _("Choose…")), *((role, str(HelixRole(role).label)) for role in ROLES)],
        "invitations": [
            {"id": one.pk, "name": one.organisation.name, "to_claim": not one.role}
            for one in invitations_for(account, at)
        ],
        "message": request.POST.get("message", ""),
    }
    return page(request, "organisation.html", context, errors=errors, status=status)


def _reason(reason: str) -> str:
    return {
        "name": _("has the same name"),
        "number": _("has the same number"),
        "website": _("has the same website"),
        "like": _("has a name like it"),
    }[reason]


def _choice(one: Choice, own_email: str = "", request: HttpRequest | None = None) -> dict[str, Any]:
    here = reverse("joining:organisation")
    own = readable(registrable(own_email.rpartition("@")[2]))
    claim: Claim | None = one.claim
    typed = request.POST.get("email", "") if request else ""
    return {
        "id": one.card.id,
        "name": one.card.name,
        "helix_role": one.card.helix_role,
        "helix_label": one.card.helix_label,
        "place": ", ".join(filter(None, (one.card.municipality, one.card.province))),
        "url": f"{here}?{urlencode({'organisation': one.card.id})}",
        "is_spoken_for": one.is_spoken_for,
        "domain": one.domain,
        "email": typed or (own_email if one.domain and own == one.domain else ""),
        "is_own_domain": bool(one.domain) and own == one.domain,
        "code_sent_to": claim.email if claim and claim.state == ClaimState.CODE_SENT and claim.code_hash else "",
        "document_url": reverse("ownership:claim", args=[one.card.id]),
    }
