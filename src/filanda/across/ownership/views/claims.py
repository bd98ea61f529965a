# SPDX-License-Identifier: EUPL-1.2
"""Claiming an organisation: from its page, by a code or a document; and the staff's queue of claims to decide."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filanda.across.ownership.framing import errors_in
from filanda.capabilities.files import actions as files
from filanda.capabilities.files.models import FileKind
from filanda.capabilities.files.queries import address, files_of
from filanda.capabilities.files.receiving import MB, FileTooBig, received, takes_files
from filanda.directory.affiliations.actions.claims import (
    CODE_LASTS,
    ask_claim,
    give_claim_document,
    grant_claim,
    prove_claim,
    refuse_claim,
    send_claim_code,
)
from filanda.directory.affiliations.actions.taking_back import take_claim_back
from filanda.directory.affiliations.domains import AddressNotOurs, own_domain, readable
from filanda.directory.affiliations.errors import (
    AlreadyBelongs,
    AlreadySpokenFor,
    CodeNotUsable,
    CodeWrong,
    ReasonMissing,
    TooManyCodes,
)
from filanda.directory.affiliations.models import OPEN_CLAIM, Claim, ClaimState, JoinRequest
from filanda.directory.affiliations.queries import admin_accounts, has_admins, names_of
from filanda.directory.organisations.models import Organisation
from filanda.directory.organisations.queries import merged_into
from filanda.kernel.identity.models import Role
from filanda.kernel.identity.requests import SignInFirst, actor_of
from filanda.kernel.policies import decide, require
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.ui.addresses import moved_to
from filanda.kernel.ui.numbers import whole
from filanda.kernel.ui.returning import back_or
from filanda.kernel.workflow import MoveNotPossible, possible_moves

__all__ = ["claim", "claim_detail", "claim_move", "claims"]

DOCUMENT_MOST = 10 * MB
PAGE = 25
MOVES = ("grant", "refuse", "take_back")  # of staff
EXPECTED = (AlreadySpokenFor, CodeNotUsable, MoveNotPossible, TooManyCodes)


@takes_files(DOCUMENT_MOST)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """POST action: code (email), prove (code), document (document, message)."""
    actor = actor_of(request)
    if (heir := merged_into(organisation_id, actor)) is not None:  # the code was sent before they were united
        return moved_to(reverse("ownership:claim", args=[heir]))
    organisation = get_object_or_404(Organisation.objects.visible_to(actor), pk=organisation_id)
    back = reverse("ownership:claim", args=[organisation.pk])
    if actor.is_visitor:
        raise SignInFirst(back)
    if not actor.is_member:
        return redirect("joining:start")
    require(actor, "affiliations.claims.ask", organisation)
    if organisation.pk in actor.scope_ids("organisation", Role.ORGANISATION_ADMIN):
        return redirect("ownership:overview", organisation_id=organisation.pk)
    if request.method != "POST":
        return _claim_page(request, organisation)
    try:
        match request.POST.get("action"):
            case "code":
                send_claim_code(
                    actor=actor,
                    organisation=organisation,
                    email=request.POST.get("email", ""),
                    language=get_language() or "it",
                    now=now(),
                )
            case "prove":
                return _prove(request, organisation)
            case "document":
                return _document(request, organisation)
    except AddressNotOurs as error:
        return _claim_page(request, organisation, {"email": [str(error)]}, 422)
    except CodeWrong as error:
        return _claim_page(request, organisation, {"code": [str(error)]}, 422)
    except AlreadyBelongs:
        return redirect("ownership:overview", organisation_id=organisation.pk)
    except EXPECTED as error:
        return _claim_page(request, organisation, {"": [str(error)]}, 409)
    return redirect(back)


def _prove(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    mine = _open_claim(request, organisation)
    if mine is None:
        raise CodeNotUsable
    result = prove_claim(actor=actor_of(request), claim=mine, code=request.POST.get("code", ""), now=now())
    if isinstance(result, JoinRequest):
        messages.info(
            request,
            _("Somebody else became its admin meanwhile: your claim is now a request to them. They get an e-mail."),
        )
        return redirect("finder:organisation-short", organisation_id=organisation.pk)
    messages.success(request, _("It is yours: you look after this page now."))
    return redirect("ownership:overview", organisation_id=organisation.pk)


def _document(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """The file is kept first, then the claim moves: whoever is interrupted in between finds the claim open."""
    actor, message = actor_of(request), request.POST.get("message", "")
    try:
        upload = received(request, "document")
        if upload is None:
            errors = {"document": [_("Choose the file: a PDF or a picture of the document.")]}
            return _claim_page(request, organisation, errors, 422)
        mine = ask_claim(actor=actor, organisation=organisation, message=message, now=now())
        files.store(
            actor=actor,
            region=active_region(),
            subject=("claim", mine.pk),
            kind=FileKind.DOCUMENT,
            upload=upload,
        )
    except (FileTooBig, files.FileRefused) as error:
        return _claim_page(request, organisation, {"document": [str(error)]}, 422)
    if mine.state != ClaimState.DOCUMENT_GIVEN:
        give_claim_document(actor=actor, claim=mine, message=message, now=now())
    return redirect("ownership:claim", organisation_id=organisation.pk)


def _open_claim(request: HttpRequest, organisation: Organisation) -> Claim | None:
    actor = actor_of(request)
    rows = Claim.objects.visible_to(actor).filter(account=actor.account_id, organisation=organisation)
    found: Claim | None = rows.filter(state__in=OPEN_CLAIM).select_related("organisation", "account", "region").first()
    return found


def _claim_page(
    request: HttpRequest, organisation: Organisation, errors: dict[str, list[str]] | None = None, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    mine = _open_claim(request, organisation)
    last = None
    if mine is None:
        rows = Claim.objects.filter(account=actor.account_id, organisation=organisation)
        last = rows.filter(state__in=[ClaimState.REFUSED, ClaimState.TAKEN_BACK]).first()
    shown: dict[str, list[str]] = {"": [], "email": [], "code": [], "document": []} | (errors or {})
    public_url = reverse("finder:organisation-short", args=[organisation.pk])
    context = {
        "organisation": organisation,
        "crumbs": [{"label": organisation.name, "url": public_url}, {"label": _("Claim"), "url": ""}],
        "state": mine.state if mine else "",
        "code_sent_to": mine.email if mine and mine.state == ClaimState.CODE_SENT and mine.code_hash else "",
        "refused_because": last.reason if last else "",
        "was_taken_back": last is not None and last.state == ClaimState.TAKEN_BACK,
        "is_spoken_for": has_admins(organisation.pk),
        "domain": readable(own_domain(organisation.website)),
        "minutes": int(CODE_LASTS.total_seconds() // 60),
        "most_mb": DOCUMENT_MOST // MB,
        "documents": _documents(request, mine) if mine else [],
        "ask_url": f"{reverse('joining:organisation')}?{urlencode({'organisation': organisation.pk})}",
        "typed": {name: request.POST.get(name, "") for name in ("email", "message")},
        "errors": shown,
        "listed_errors": errors_in(shown),
    }
    return render(request, "ownership/claim.html", context, status=status)


def _documents(request: HttpRequest, found: Claim) -> list[dict[str, Any]]:
    return [
        {"name": file.name, "url": address(file), "size": file.size, "media_type": file.media_type}
        for file in files_of(("claim", found.pk), actor_of(request))
    ]


@never_cache
@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """The staff's queue. ?state= one of the states, "document_given" by default, "all" for all; ?page= from 1."""
    actor = actor_of(request)
    require(actor, "affiliations.claims.view")
    state = request.GET.get("state", ClaimState.DOCUMENT_GIVEN)
    state = state if state in ClaimState.values else "all"
    rows = Claim.objects.visible_to(actor).select_related("organisation", "account")
    rows = rows.order_by("state_changed_at", "pk") if state == ClaimState.DOCUMENT_GIVEN else rows
    rows = rows.filter(state=state) if state != "all" else rows
    number = request.GET.get("page", "1")
    at = whole(number, least=1, default=1)
    shown = list(rows[(at - 1) * PAGE : at * PAGE + 1])
    names = names_of([one.account for one in shown])
    here = reverse("ownership:claims")
    context = {
        "rows": [
            {
                "url": reverse("ownership:claim-detail", args=[one.pk]),
                "organisation": one.organisation.name,
                "name": names.get(one.account_id, str(one.account)),
                "state": one.get_state_display(),
                "since": one.state_changed_at,
            }
            for one in shown[:PAGE]
        ],
        "filters": [
            {"label": label, "url": f"{here}?{urlencode({'state': value})}", "is_on": value == state}
            for value, label in [*((value, str(label)) for value, label in ClaimState.choices), ("all", _("All"))]
        ],
        "previous_url": f"{here}?{urlencode({'state': state, 'page': str(at - 1)})}" if at > 1 else "",
        "next_url": f"{here}?{urlencode({'state': state, 'page': str(at + 1)})}" if len(shown) > PAGE else "",
    }
    return render(request, "ownership/claims.html", context)


@never_cache
@require_safe
def claim_detail(request: HttpRequest, claim_id: int) -> HttpResponse:
    return _detail(request, _find(request, claim_id))


def _others(found: Claim) -> list[str]:
    """Names of who else speaks for the organisation: taking a grant back ends nobody's role but the claimant's."""
    if found.state not in (ClaimState.GRANTED, ClaimState.TAKEN_BACK):
        return []
    others = [one for one in admin_accounts(found.organisation_id) if one.pk != found.account_id]
    names = names_of(others)
    return [names.get(one.pk, str(one)) for one in others]


@require_POST
def claim_move(request: HttpRequest, claim_id: int, move: str) -> HttpResponse:
    """grant (with an optional `note`), refuse or take_back (with `reason`)."""
    actor, found, reason = actor_of(request), _find(request, claim_id), request.POST.get("reason", "")
    if move not in MOVES:
        raise Http404
    try:
        if move == "grant":
            grant_claim(actor=actor, claim=found, reason=request.POST.get("note", ""), now=now())
        elif move == "take_back":
            take_claim_back(actor=actor, claim=found, reason=reason, now=now())
        else:
            refuse_claim(actor=actor, claim=found, reason=reason, now=now())
    except ReasonMissing as error:
        return _detail(request, found, {"reason": [str(error)]}, 422)
    except MoveNotPossible as error:
        return _detail(request, found, {"": [str(error)]}, 409)
    if "next" in request.POST:  # its own page shows by itself what was done
        messages.success(request, _("Decided. Whoever claimed it is told."))
    return redirect(back_or(request, reverse("ownership:claim-detail", args=[found.pk])))


def _find(request: HttpRequest, claim_id: int) -> Claim:
    actor = actor_of(request)
    require(actor, "affiliations.claims.view")
    rows = Claim.objects.visible_to(actor).select_related("organisation", "account", "decided_by", "region")
    found: Claim = get_object_or_404(rows, pk=claim_id)
    return found


def _detail(
    request: HttpRequest, found: Claim, errors: dict[str, list[str]] | None = None, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    shown: dict[str, list[str]] = {"": [], "reason": []} | (errors or {})
    names = names_of([one for one in (found.account, found.decided_by) if one is not None])
    possible = {move.name for move in possible_moves(found, actor)}
    organisation = found.organisation
    context = {
        "claim": found,
        "name": names.get(found.account_id, str(found.account)),
        "account_email": found.account.email,
        "decided_by": names.get(found.decided_by_id or 0, str(found.decided_by or "")),
        "organisation_url": reverse("finder:organisation-short", args=[organisation.pk]),
        "domain": readable(own_domain(organisation.website)),
        "is_spoken_for": has_admins(organisation.pk),
        "is_own": found.account_id == actor.account_id,
        "other_admins": _others(found),
        "history_url": reverse("ownership:history", args=[organisation.pk]),
        "documents": _documents(request, found),
        "moves": {
            name: reverse("ownership:claim-move", args=[found.pk, name]) if name in possible else "" for name in MOVES
        },
        "crumbs": [
            {"label": _("Claims"), "url": reverse("ownership:claims")},
            {"label": organisation.name, "url": ""},
        ],
        "typed": {"reason": request.POST.get("reason", ""), "note": request.POST.get("note", "")},
        "may_see_people": bool(decide(actor, "affiliations.people.manage", organisation)),
        "people_url": reverse("ownership:people", args=[organisation.pk]),
        "errors": shown,
        "listed_errors": errors_in(shown),
    }
    return render(request, "ownership/claim_detail.html", context, status=status)
