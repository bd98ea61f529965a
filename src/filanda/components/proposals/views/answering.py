# SPDX-License-Identifier: EUPL-1.2
"""Answering a proposal; the answers one sent and received; the page of one answer, with its moves and its thread."""

from __future__ import annotations

import contextlib
import secrets
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filanda.capabilities.threads import actions as talk
from filanda.capabilities.threads.conversations import page_holding
from filanda.capabilities.threads.errors import NotPossible
from filanda.capabilities.threads.models import Thread
from filanda.components.proposals.actions import answering as actions
from filanda.components.proposals.models import (
    ExpressionOfInterest,
    InterestState,
    Proposal,
)
from filanda.components.proposals.policies.answering import is_author_side, is_owner_side, why_not
from filanda.components.proposals.queries.answering import draft_of
from filanda.components.proposals.queries.reading import proposal_at
from filanda.components.proposals.refusals import AnswerOutdated, AnswerRefused, AnswerWrong, Refusal
from filanda.components.proposals.views import answer_pages as pages
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.requests import actor_of, missing, signed_in
from filanda.kernel.ui.numbers import id_in, whole
from filanda.kernel.workflow import MoveNotPossible

__all__ = ["answers", "interest", "make_move", "save_draft", "say", "write"]


def _proposal(request: HttpRequest, number: int) -> Proposal:
    found = proposal_at(actor_of(request), number)
    if found is None:
        raise Http404(_("No proposal that you can see has this address."))
    return found


def _interest(request: HttpRequest, interest_id: int) -> ExpressionOfInterest:
    rows = ExpressionOfInterest.objects.visible_to(actor_of(request)).select_related(
        "proposal__region", "proposal__organisation", "organisation", "author"
    )
    found = rows.filter(pk=interest_id).first()
    if found is None:
        raise missing(request, _("No answer that you can see has this address."))
    return found


def _typed(request: HttpRequest) -> dict[str, Any]:
    chosen = request.POST.get("organisation", "")
    return {
        "organisation": id_in(chosen),
        "brings": request.POST.get("brings", ""),
        "questions": request.POST.get("questions", ""),
    }


def _version(request: HttpRequest) -> int:
    given = request.POST.get("version", "")
    return whole(given)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, number: int) -> HttpResponse:
    """Write an answer to a proposal and send it. POST `action`: send, keep or drop."""
    proposal = _proposal(request, number)
    here = reverse("proposals:answer", args=[proposal.pk])
    actor = signed_in(request, here)
    draft = draft_of(actor, proposal)
    if request.method != "POST":
        fields = pages.fields_of(draft) if draft is not None else pages.first_fields(actor)
        refusal = why_not(actor, proposal, fields["organisation"], now())
        if refusal is not None and refusal.code == "already_open" and draft is None:
            other = pages.other_hat(actor, proposal, now())
            if other is not None:
                fields, refusal = {**fields, "organisation": other}, None
        return _form(request, proposal, draft, fields, refusal=refusal)
    typed = _typed(request)
    try:
        match request.POST.get("action"):
            case "drop":
                if draft is not None:
                    actions.drop_draft(actor=actor, interest=draft)
                messages.info(request, _("The draft is gone."))
                return redirect("proposals:proposal", number=proposal.pk, title=proposal.slug)
            case "keep":
                actions.save_interest_draft(
                    actor=actor, proposal=proposal, fields=typed, version=_version(request), now=now()
                )
                messages.success(request, _("Your draft is kept. Nobody else sees it."))
                return redirect("proposals:answers")
        sent = actions.send_interest(
            actor=actor,
            proposal=proposal,
            fields=typed,
            version=_version(request),
            key=request.POST.get("key", "")[:40],
            now=now(),
        )
    except AnswerWrong as error:
        _keep(actor, proposal, typed, _version(request))
        return _form(request, proposal, draft_of(actor, proposal), typed, errors=error.errors, status=422)
    except AnswerOutdated as error:
        return _form(request, proposal, error.now_is, typed, other=error.now_is, status=409)
    except AnswerRefused as error:
        _keep(actor, proposal, typed, _version(request))
        draft = draft_of(actor, proposal)
        return _form(request, proposal, draft, typed, refusal=error.refusal, status=409)
    messages.success(request, _("Sent. The owner of the proposal is told; you hear when they have decided."))
    return redirect("proposals:interest", interest_id=sent.pk)


def _keep(actor: Actor, proposal: Proposal, typed: dict[str, Any], version: int) -> None:
    """What was typed is kept where it can be: it stands in the form again in any case."""
    with contextlib.suppress(AnswerWrong, AnswerOutdated, AnswerRefused):
        actions.save_interest_draft(actor=actor, proposal=proposal, fields=typed, version=version, now=now())


@never_cache
@require_POST
def save_draft(request: HttpRequest, number: int) -> HttpResponse:
    """Keep what is being typed, now and then: the number of the version kept, and a word for the page."""
    actor = actor_of(request)
    proposal = _proposal(request, number)
    try:
        kept = actions.save_interest_draft(
            actor=actor, proposal=proposal, fields=_typed(request), version=_version(request), now=now()
        )
    except (AnswerWrong, AnswerRefused) as error:
        return render(request, "proposals/_answer_kept.html", {"version": _version(request), "words": str(error)})
    except AnswerOutdated as error:
        context = {"version": _version(request), "words": str(error)}
        return render(request, "proposals/_answer_kept.html", context)
    return render(request, "proposals/_answer_kept.html", {"version": kept.version, "words": _("Draft saved")})


def _form(
    request: HttpRequest,
    proposal: Proposal,
    draft: ExpressionOfInterest | None,
    fields: dict[str, Any],
    *,
    refusal: Refusal | None = None,
    errors: dict[str, str] | None = None,
    other: ExpressionOfInterest | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = actor_of(request)
    found = errors or {}
    context = {
        **pages.form_page(actor, proposal, refusal),
        "fields": fields,
        "version": draft.version if draft is not None else 0,
        "is_kept": draft is not None,
        "kept_at": draft.edited_at if draft is not None else None,
        "other": pages.fields_of(other) if other is not None else None,
        "errors": found,
        "listed_errors": [{"name": name, "message": message} for name, message in found.items()],
        "key": request.POST.get("key", "")[:40] or secrets.token_hex(16),
    }
    return render(request, "proposals/answer.html", context, status=status)


@never_cache
@require_safe
def answers(request: HttpRequest) -> HttpResponse:
    """Answers to one's own proposals, those that wait first, and those one sent. `?proposal=17`: only of that one;
    `&compare=1`: side by side.
    """
    actor = signed_in(request)
    chosen = request.GET.get("proposal", "")
    number = id_in(chosen)
    context = pages.answers_page(actor, number, compares=request.GET.get("compare") == "1")
    if context is None:
        raise Http404(_("No proposal of yours has this address."))
    context["told"] = pages.told(request)
    return render(request, "proposals/answers.html", context)


@never_cache
@require_safe
def interest(request: HttpRequest, interest_id: int) -> HttpResponse:
    """What an answer says, where it stands, what this reader does next, what the two sides say to each other. Opened
    by the owner's side, it is read.
    """
    found = _interest(request, interest_id)
    actor = actor_of(request)
    if found.state == InterestState.DRAFT:
        return redirect("proposals:answer", number=found.proposal_id)
    if request.method == "GET" and found.state == InterestState.SENT and is_owner_side(actor, found):
        with contextlib.suppress(MoveNotPossible):
            actions.mark_read(actor=actor, interest=found, now=now())
        found = _interest(request, interest_id)
    return _page(request, found)


def _page(
    request: HttpRequest,
    found: ExpressionOfInterest,
    *,
    errors: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    conflict: str = "",
    status: int = 200,
) -> HttpResponse:
    actor = actor_of(request)
    number = whole(request.GET.get("page", ""), least=1, most=100_000, default=0)
    context = pages.interest_page(actor, found, now(), page=number)
    thread = context["talk"]
    if thread is not None and status == 200 and request.method == "GET":
        talk.mark_read(actor=actor, thread=thread, number=thread.last_number, now=now())
    wrong = errors or {}
    context |= {
        "told": pages.told(request),
        "errors": wrong,
        "listed_errors": [{"name": name, "message": message} for name, message in wrong.items()],
        "typed": typed or {},
        "conflict": conflict,
        "key": secrets.token_hex(16),
    }
    return render(request, "proposals/interest.html", context, status=status)


@never_cache
@require_safe
def message(request: HttpRequest, interest_id: int, number: int) -> HttpResponse:
    """To the page of the conversation on which a message stands, and to it there."""
    found = _interest(request, interest_id)
    thread = Thread.objects.visible_to(actor_of(request)).filter(pk=found.thread_id or 0).first()
    if thread is None:
        raise Http404(_("There is no conversation here."))
    return redirect(_at_message(actor_of(request), found, thread, number))


def _at_message(actor: Actor, found: ExpressionOfInterest, thread: Thread, number: int) -> str:
    page = page_holding(actor, thread, min(number, thread.numbers_given))
    return f"{reverse('proposals:interest', args=[found.pk])}?page={page}#post-{number}"


@never_cache
@require_POST
def say(request: HttpRequest, interest_id: int) -> HttpResponse:
    """Write a message to the other side; the facilitator reads it too."""
    found = _interest(request, interest_id)
    source = request.POST.get("source", "")
    thread = Thread.objects.visible_to(actor_of(request)).filter(pk=found.thread_id or 0).first()
    try:
        if thread is None:
            thread = actions.open_talk(actor=actor_of(request), interest=found, now=now())
        post = talk.answer(
            actor=actor_of(request), thread=thread, source=source, key=request.POST.get("key", "")[:40], now=now()
        )
    except NotPossible as error:
        return _page(request, found, errors={"source": str(error)}, typed={"source": source}, status=422)
    return redirect(f"{reverse('proposals:interest', args=[found.pk])}#post-{post.number}")


@never_cache
@require_POST
def make_move(request: HttpRequest, interest_id: int, move: str) -> HttpResponse:
    """shortlist, decline or withdraw; accepting has a page of its own."""
    found = _interest(request, interest_id)
    actor, words = actor_of(request), request.POST.get("words", "")
    back = redirect("proposals:interest", interest_id=found.pk)
    try:
        match move:
            case "shortlist":
                actions.shortlist(actor=actor, interest=found, now=now())
                messages.success(request, _("It is on the shortlist. Whoever answered is told."))
            case "decline":
                reason = request.POST.get("reason", "")
                actions.decline(actor=actor, interest=found, reason=reason, words=words, now=now())
                messages.success(request, _("Declined. The other side reads the reason."))
            case "withdraw":
                actions.withdraw(actor=actor, interest=found, words=words, now=now())
                messages.success(request, _("Withdrawn. The owner of the proposal is told."))
            case _other:
                raise Http404(_("There is no such step."))
    except AnswerWrong as error:
        typed = {"reason": request.POST.get("reason", ""), "words": words, "move": move}
        return _page(request, found, errors=error.errors, typed=typed, status=422)
    except MoveNotPossible:
        found = _interest(request, interest_id)
        return _page(request, found, conflict=pages.what_happened(found, is_author_side(actor, found)), status=409)
    return back
