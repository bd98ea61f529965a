# SPDX-License-Identifier: EUPL-1.2
"""Introductions: a facilitator proposes one, one side asks for one, each side answers on a page or by a link."""

from __future__ import annotations

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

from filanda.across.collaborating import introducing as pages
from filanda.capabilities.introductions import actions
from filanda.capabilities.introductions.errors import IntroductionWrong
from filanda.capabilities.introductions.mailing import side_and_account
from filanda.capabilities.introductions.models import REASON_MOST, Introduction, Side
from filanda.capabilities.threads import actions as talk
from filanda.capabilities.threads.conversations import page_holding
from filanda.capabilities.threads.errors import NotPossible
from filanda.capabilities.threads.models import Thread
from filanda.kernel.identity.actors import actor_for
from filanda.kernel.identity.requests import actor_of, missing, signed_in
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.ui.numbers import whole
from filanda.kernel.workflow import MoveNotPossible

__all__ = ["ask", "consent", "introduction", "introductions", "move", "new", "say"]


def _region(request: HttpRequest) -> Region:
    region: Region = request.region  # type: ignore[attr-defined]
    return region


def _found(request: HttpRequest, introduction_id: int) -> Introduction:
    rows = Introduction.objects.visible_to(actor_of(request)).select_related("region")
    found = rows.filter(pk=introduction_id).prefetch_related("sides__organisation", "sides__account").first()
    if found is None:
        raise missing(request, _("No introduction that you can see has this address."))
    return found


def _told(request: HttpRequest) -> list[dict[str, str]]:
    return [{"kind": one.level_tag, "text": str(one)} for one in messages.get_messages(request)]


def _listed(errors: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "message": message} for name, message in errors.items()]


@never_cache
@require_safe
def introductions(request: HttpRequest) -> HttpResponse:
    """One's own; for facilitators those of the region."""
    signed_in(request)
    return render(
        request, "collaborating/introductions.html", {**pages.list_page(actor_of(request)), "told": _told(request)}
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A facilitator proposes two to each other. `first`, `second`: "organisation:12" or "person:34"; `find` looks a
    name up and comes back with all that was typed. `?proposal=17`: what it is about.
    """
    actor = signed_in(request)
    require(actor, "introductions.propose")
    given = request.POST if request.method == "POST" else request.GET
    typed: dict[str, Any] = {
        name: given.get(name, "") for name in ("first", "second", "first_q", "second_q", "why", "proposal")
    }
    typed |= {f"{side}_public": given.get(f"{side}_public") == "1" for side in ("first", "second")}
    typed["key"] = given.get("key", "")[:40] or secrets.token_hex(16)
    if request.method != "POST" or "find" in request.POST:
        return _new_page(request, typed)
    about = pages.proposal_about(actor, typed["proposal"])
    first, second = (
        pages.party_of(pages.chosen(actor, typed[side]), is_public=typed[f"{side}_public"])
        for side in ("first", "second")
    )
    try:
        made = actions.propose(
            actor=actor,
            region=_region(request),
            parties=(first, second),
            why=typed["why"],
            about=pages.key_about(about),
            key=typed["key"],
            now=now(),
        )
    except IntroductionWrong as error:
        return _new_page(request, typed, error.errors, 422)
    messages.success(request, _("Both are asked. You hear what they say; after two weeks it lapses."))
    return redirect("collaborating:introduction", introduction_id=made.pk)


def _new_page(
    request: HttpRequest, typed: dict[str, Any], errors: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    about = pages.proposal_about(actor, typed["proposal"])
    sides = []
    for side, label in (("first", _("The first")), ("second", _("The second"))):
        found = pages.chosen(actor, typed[side])
        looked = typed[f"{side}_q"].strip()
        sides.append(
            {
                "name": side,
                "label": label,
                "chosen": found,
                "q": looked,
                "found": pages.found_by(actor, looked) if found is None and looked else [],
                "looked": found is None and bool(looked),
                "is_public": typed[f"{side}_public"],
                "errors": [errors[side]] if errors and side in errors else [],
            }
        )
    context = {
        "sides": sides,
        "typed": typed,
        "about": about,
        "most": REASON_MOST,
        "errors": errors or {},
        "listed_errors": _listed(errors or {}),
    }
    return render(request, "collaborating/introduce.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Introduce me: `?organisation=12` or `?person=34`, and `&proposal=17` where it is about one."""
    actor = signed_in(request)
    if not actor.is_member:
        return redirect("joining:start")
    require(actor, "introductions.ask")
    given = request.POST if request.method == "POST" else request.GET
    key = f"organisation:{given['organisation']}" if given.get("organisation") else f"person:{given.get('person', '')}"
    other = pages.chosen(actor, key)
    about = pages.proposal_about(actor, given.get("proposal", ""))
    if other is None:
        raise Http404(_("Nobody whom you can see has this address."))
    known = {value for value, _label in pages.hats(actor)}
    hat = request.POST.get("mine", "")
    own = str(about.organisation_id) if about is not None and about.is_owned_by(actor) else ""
    typed: dict[str, Any] = {
        "mine": hat if hat in known else own if own in known else "",
        "why": request.POST.get("why", ""),
        "is_public": request.POST.get("is_public") == "1" if request.method == "POST" else True,
        "key": request.POST.get("key", "")[:40] or secrets.token_hex(16),
    }
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            made = actions.ask(
                actor=actor,
                region=_region(request),
                organisation_id=int(typed["mine"]) if typed["mine"] else None,
                other=pages.party_of(other, is_public=True),
                why=typed["why"],
                about=pages.key_about(about),
                is_public=typed["is_public"],
                facilitator_id=about.facilitator_id if about is not None else None,
                key=typed["key"],
                now=now(),
            )
        except IntroductionWrong as error:
            errors = error.errors
        else:
            messages.success(request, _("Asked. You hear as soon as they have answered, and so does a facilitator."))
            return redirect("collaborating:introduction", introduction_id=made.pk)
    context = {
        "other": other,
        "about": about,
        "hats": pages.hats(actor),
        "typed": typed,
        "most": REASON_MOST,
        "errors": errors,
        "listed_errors": _listed({("" if name == "second" else name): text for name, text in errors.items()}),
    }
    return render(request, "collaborating/ask.html", context, status=422 if errors else 200)


@never_cache
@require_safe
def introduction(request: HttpRequest, introduction_id: int) -> HttpResponse:
    """One introduction, for one of the two or a facilitator."""
    signed_in(request)
    return _page(request, _found(request, introduction_id))


def _page(
    request: HttpRequest,
    found: Introduction,
    *,
    errors: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    conflict: str = "",
    status: int = 200,
) -> HttpResponse:
    actor = actor_of(request)
    number = whole(request.GET.get("page", ""), least=1, most=100_000, default=0)
    context = pages.introduction_page(actor, found, page=number)
    thread = context["talk"]
    if thread is not None and status == 200 and request.method == "GET":
        talk.mark_read(actor=actor, thread=thread, number=thread.last_number, now=now())
    context |= {
        "move_url": lambda name: reverse("collaborating:introduction-move", args=[found.pk, name]),
        "answer_url": reverse("collaborating:introduction-move", args=[found.pk, "answer"]),
        "say_url": reverse("collaborating:introduction-say", args=[found.pk]),
        "by_link": False,
        "told": _told(request),
        "errors": errors or {},
        "listed_errors": _listed(errors or {}),
        "typed": typed or {},
        "conflict": conflict,
        "key": secrets.token_hex(16),
        "most": REASON_MOST,
    }
    return render(request, "collaborating/introduction.html", context, status=status)


@never_cache
@require_POST
def move(request: HttpRequest, introduction_id: int, name: str) -> HttpResponse:
    """answer (`yes`: 1 or 0, `reason`), or note (`position` besides): what a facilitator heard from a side."""
    actor = actor_of(request)
    found = _found(request, introduction_id)
    yes, reason = request.POST.get("yes") == "1", request.POST.get("reason", "")
    try:
        if name == "answer":
            actions.answer(actor=actor, introduction=found, yes=yes, reason=reason, now=now())
        elif name == "note":
            position = 2 if request.POST.get("position") == "2" else 1
            actions.answer_for(actor=actor, introduction=found, position=position, yes=yes, reason=reason, now=now())
        else:
            raise Http404(_("There is no such step."))
    except IntroductionWrong as error:
        return _page(request, found, errors=error.errors, typed={"reason": reason}, status=422)
    except MoveNotPossible as error:
        return _page(request, _found(request, introduction_id), conflict=_too_late(error.state), status=409)
    messages.success(request, _("Thank you: that is noted."))
    return redirect("collaborating:introduction", introduction_id=found.pk)


def _too_late(state: str) -> str:
    match state:
        case "made":
            return _("Both sides had said yes a moment before, so the introduction is made. Write to them below.")
        case "refused":
            return _("It did not come about: one side said no a moment before. Nothing more happens.")
        case "lapsed":
            return _(
                "It has lapsed: two weeks went by without an answer of both. Your facilitator can propose it anew."
            )
    return _("Somebody else answered a moment before. This is how it stands now.")


@never_cache
@require_safe
def message(request: HttpRequest, introduction_id: int, number: int) -> HttpResponse:
    """To the page of the conversation on which a message stands, and to it there."""
    found = _found(request, introduction_id)
    thread = Thread.objects.visible_to(actor_of(request)).filter(pk=found.thread_id or 0).first()
    if thread is None:
        raise Http404(_("There is no conversation here."))
    page = page_holding(actor_of(request), thread, min(number, thread.numbers_given))
    return redirect(f"{reverse('collaborating:introduction', args=[found.pk])}?page={page}#post-{number}")


@never_cache
@require_POST
def say(request: HttpRequest, introduction_id: int) -> HttpResponse:
    """Write a message in the conversation of an introduction that was made."""
    found = _found(request, introduction_id)
    thread = Thread.objects.visible_to(actor_of(request)).filter(pk=found.thread_id or 0).first()
    if thread is None:
        raise Http404(_("There is no conversation here."))
    source = request.POST.get("source", "")
    try:
        post = talk.answer(
            actor=actor_of(request), thread=thread, source=source, key=request.POST.get("key", "")[:40], now=now()
        )
    except NotPossible as error:
        return _page(request, found, errors={"source": str(error)}, typed={"source": source}, status=422)
    return redirect(f"{reverse('collaborating:introduction', args=[found.pk])}#post-{post.number}")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest, token: str) -> HttpResponse:
    """Answer by the link of an e-mail, without signing in: GET shows the question, POST answers."""
    known = side_and_account(token, _region(request).pk)
    if known is None:
        return render(request, "collaborating/consent_gone.html", status=404)
    side, account = known
    speaker = actor_for(account)
    conflict, errors, status = "", {}, 200
    if request.method == "POST":
        try:
            actions.answer(
                actor=speaker,
                introduction=side.introduction,
                yes=request.POST.get("yes") == "1",
                reason=request.POST.get("reason", ""),
                position=side.position,
                now=now(),
            )
            return redirect(request.path)
        except IntroductionWrong as error:
            errors, status = error.errors, 422
        except MoveNotPossible as error:
            conflict, status = _too_late(error.state), 409
    rows = Introduction.objects.prefetch_related("sides__organisation", "sides__account").select_related("region")
    row = rows.get(pk=side.introduction_id)
    mine: Side = next(one for one in row.sides.all() if one.pk == side.pk)
    context = {
        **pages.introduction_page(speaker, row, mine),
        "talk": None,  # the conversation is for those who sign in
        "answer_url": request.path,
        "by_link": True,
        "page_url": reverse("collaborating:introduction", args=[row.pk]),
        "told": [],
        "errors": errors,
        "listed_errors": _listed(errors),
        "typed": {"reason": request.POST.get("reason", "")},
        "conflict": conflict,
        "most": REASON_MOST,
    }
    return render(request, "collaborating/introduction.html", context, status=status)
