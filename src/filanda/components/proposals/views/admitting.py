# SPDX-License-Identifier: EUPL-1.2
"""Asking to read the full text of a proposal, and whom its owner lets in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from filanda.components.proposals.actions import admitting
from filanda.components.proposals.ladder import Door, rungs
from filanda.components.proposals.models import Admission, AdmissionState, ExpressionOfInterest, InterestState, Proposal
from filanda.components.proposals.queries.reading import address_of, title_of
from filanda.components.proposals.undertakings import digest_of, words_in
from filanda.components.proposals.views.proposal import find
from filanda.directory.people.models import Person
from filanda.kernel.identity.models import Account
from filanda.kernel.identity.requests import actor_of, signed_in
from filanda.kernel.policies import decide
from filanda.kernel.ui.addresses import address_or_none
from filanda.kernel.ui.numbers import id_in
from filanda.kernel.workflow import MoveNotPossible

__all__ = ["admissions", "ask"]

MOVES = ("let_in", "refuse", "end", "let_in_author")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, number: int) -> HttpResponse:
    """Say why one wants to read it, undertake confidentiality where that is asked for; or only the latter, for who was
    let in without.
    """
    found = find(request, number)
    actor = signed_in(request)
    here = reverse("proposals:proposal", args=address_of(found))
    door = rungs(actor, found).door
    is_let_in = door == Door.UNDERTAKE
    if door in (Door.OPEN, Door.ASKED, Door.OVER, Door.JOIN) and request.method != "POST":
        return redirect(here)
    allowed = decide(actor, "proposals.ask", found)
    if request.method != "POST" or not allowed:
        why_not = "" if allowed else str(allowed.reason)
        return _asked(request, found, is_let_in, {}, why_not=why_not, status=200 if allowed else 403)
    ticked = request.POST.get("undertakes") == "1"
    words = words_in(request.region) if request.POST.get("words") == digest_of(words_in(request.region)) else ""  # type: ignore[attr-defined]
    try:
        if is_let_in:
            admitting.undertake(actor=actor, proposal=found, undertakes=ticked, read_words=words, now=now())
            messages.success(request, _("Recorded. You can read the full text now."))
        else:
            why = request.POST.get("why", "")
            admitting.ask_to_read(actor=actor, proposal=found, why=why, undertakes=ticked, read_words=words, now=now())
            messages.success(request, _("Asked. You are told as soon as its author answers."))
    except ValidationError as error:
        errors = {name: " ".join(said) for name, said in error.message_dict.items()}
        return _asked(request, found, is_let_in, errors, status=422)
    except (admitting.AdmissionNotPossible, MoveNotPossible) as error:
        messages.warning(request, str(error))
    return redirect(here)


def _asked(
    request: HttpRequest,
    found: Proposal,
    is_let_in: bool,
    errors: Mapping[str, str],
    *,
    why_not: str = "",
    status: int,
) -> HttpResponse:
    words = words_in(request.region) if found.needs_undertaking else ""  # type: ignore[attr-defined]
    context = {
        "proposal": found,
        "title": title_of(found),
        "here": reverse("proposals:proposal", args=address_of(found)),
        "is_let_in": is_let_in,
        "undertaking": words,
        "digest": digest_of(words) if words else "",
        "why": request.POST.get("why", ""),
        "is_ticked": request.POST.get("undertakes") == "1" and "undertakes" not in errors,
        "errors": errors,
        "listed": [{"name": name, "message": message} for name, message in errors.items()],
        "why_not": why_not,
    }
    return render(request, "proposals/ask.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def admissions(request: HttpRequest, number: int) -> HttpResponse:
    """Who asks, who reads, who no longer does: for the owner's side alone; nobody else learns that there is a list."""
    found = find(request, number)
    actor = actor_of(request)
    if not found.is_owned_by(actor):
        raise Http404(_("No proposal that you can see has this address."))
    if request.method != "POST":
        return _listed(request, found)
    move = request.POST.get("move", "")
    at = id_in(request.POST.get("admission", ""))
    if move not in MOVES or at is None:
        raise Http404
    try:
        _do(request, found, move, at)
    except ValidationError as error:
        return _listed(request, found, at, {name: " ".join(said) for name, said in error.message_dict.items()})
    except (MoveNotPossible, admitting.AdmissionNotPossible) as error:
        messages.warning(request, str(error))
    return redirect("proposals:admissions", found.pk)


def _do(request: HttpRequest, found: Proposal, move: str, number: int) -> None:
    actor = actor_of(request)
    reason = request.POST.get("reason", "")
    if move == "let_in_author":
        interests = ExpressionOfInterest.objects.visible_to(actor).filter(proposal=found)
        row = interests.filter(pk=number).select_related("author").first()
        account: Account | None = row.author if row is not None else None
        if account is None:
            raise Http404
        admitting.let_in_author(actor=actor, proposal=found, account=account, now=now())
        messages.success(request, _("Let in. They are told."))
        return
    admission = Admission.objects.filter(proposal=found, pk=number).select_related("proposal").first()
    if admission is None:
        raise Http404
    if move == "let_in":
        admitting.let_in(actor=actor, admission=admission, now=now())
        messages.success(request, _("Let in. They are told."))
    elif move == "refuse":
        admitting.refuse(actor=actor, admission=admission, reason=reason, now=now())
        messages.success(request, _("Not let in. They are told, with your reason."))
    else:
        admitting.end_admission(actor=actor, admission=admission, reason=reason, now=now())
        messages.success(request, _("Ended. They are told, with your reason."))


def _listed(
    request: HttpRequest, found: Proposal, wrong: int = 0, errors: Mapping[str, str] | None = None
) -> HttpResponse:
    actor = actor_of(request)
    rows = list(Admission.objects.filter(proposal=found).select_related("account").order_by("-state_changed_at", "-pk"))
    known = {row.account_id for row in rows if row.state != AdmissionState.ENDED}
    answered = list(
        ExpressionOfInterest.objects.visible_to(actor)
        .filter(proposal=found, author__isnull=False)
        .exclude(state__in=[InterestState.DRAFT, InterestState.WITHDRAWN])
        .exclude(author__in=known | {row.account_id for row in rows})
        .select_related("author")
        .order_by("-sent_at", "-pk")[:50]
    )
    people = {
        person.account_id: person
        for person in Person.objects.present().filter(
            account__in={row.account_id for row in rows} | {row.author_id for row in answered}
        )
    }

    def named(account: Account) -> dict[str, Any]:
        person = people.get(account.pk)
        return {
            "name": person.name if person is not None else str(account),
            "headline": person.headline_to(actor) if person is not None else "",
            "url": address_or_none("profiles:person", person.pk, person.slug) if person is not None else "",
        }

    shown = [
        named(row.account)
        | {
            "id": row.pk,
            "state": row.state,
            "state_label": row.get_state_display(),
            "why": row.asked_why,
            "reason": row.reason,
            "undertaking": row.undertaking,
            "undertaken_at": row.undertaken_at,
            "at": row.state_changed_at,
            "error": (errors or {}).get("reason", "") if row.pk == wrong else "",
            "typed": request.POST.get("reason", "") if row.pk == wrong else "",
        }
        for row in rows
    ]
    context = {
        "proposal": found,
        "title": title_of(found),
        "here": reverse("proposals:proposal", args=address_of(found)),
        "asked": [row for row in shown if row["state"] == AdmissionState.ASKED],
        "let_in": [row for row in shown if row["state"] == AdmissionState.LET_IN],
        "others": [row for row in shown if row["state"] in (AdmissionState.REFUSED, AdmissionState.ENDED)],
        "answered": [named(row.author) | {"id": row.pk} for row in answered if row.author is not None]
        if found.text_for == "let_in"
        else [],
        "needs_undertaking": found.needs_undertaking,
        "is_for_whom_let_in": found.text_for == "let_in",
        "listed": [{"name": f"reason-{wrong}", "message": message} for message in (errors or {}).values()],
        "told": [{"kind": one.level_tag, "text": str(one)} for one in messages.get_messages(request)],
    }
    return render(request, "proposals/admissions.html", context, status=422 if errors else 200)
