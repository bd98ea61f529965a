# SPDX-License-Identifier: EUPL-1.2
"""Requests for an introduction, and who may do what. Visitors get 403 with the reason and how to sign in; rows of other
regions are not there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from filanda.across.workbench import queries
from filanda.across.workbench.framing import tell
from filanda.capabilities.needs.actions import ReasonMissing, answer_request, close_request, take_request
from filanda.capabilities.needs.models import IntroductionRequest, RequestOutcome, RequestState
from filanda.kernel.identity.models import Role
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import decide, require
from filanda.kernel.ui.numbers import page_in
from filanda.kernel.ui.paging import pager
from filanda.kernel.ui.returning import back_or
from filanda.kernel.workflow import MoveNotPossible, possible_moves


@never_cache
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """Requests for an introduction. ?state= one of the states; ?page= from 1."""
    actor = actor_of(request)
    require(actor, "needs.requests.view")
    state = request.GET.get("state", "")
    page = queries.request_page(actor, state=state, page=page_in(request))
    filters = [("", _("All"), sum(page.counts.values()))]
    filters += [(value, str(label), page.counts.get(value, 0)) for value, label in RequestState.choices]
    context = {
        "rows": [_row(row) for row in page.rows],
        "total": page.total,
        "filters": [
            {"label": label, "count": count, "url": _address(value), "is_on": value == state}
            for value, label, count in filters
        ],
        "pager": pager(page.page, page.pages, lambda number: _address(state, number)),
        "may_import": bool(decide(actor, "organisations.import")),
        "may_see_permissions": bool(decide(actor, "workbench.permissions.view")),
    }
    return render(request, "workbench/requests.html", context)


@never_cache
@require_safe
def request_detail(request: HttpRequest, request_id: int) -> HttpResponse:
    return _detail(request, _find(request, request_id))


@require_POST
def request_move(request: HttpRequest, request_id: int, move: str) -> HttpResponse:
    """take, answer (with `note`) or close (with `outcome` and `reason`)."""
    actor = actor_of(request)
    found = _find(request, request_id)
    typed = {field: request.POST.get(field, "") for field in ("note", "reason", "outcome")}
    moves: dict[str, Callable[[], None]] = {
        "take": lambda: take_request(actor=actor, request=found, now=now()),
        "answer": lambda: answer_request(actor=actor, request=found, now=now(), note=typed["note"]),
        "close": lambda: close_request(
            actor=actor, request=found, outcome=typed["outcome"], now=now(), reason=typed["reason"]
        ),
    }
    if move not in moves:
        raise Http404
    if move == "close" and typed["outcome"] not in RequestOutcome.values:
        return _detail(request, found, typed, {"outcome": [_("Choose how it ended.")]}, status=422)
    try:
        moves[move]()
    except ReasonMissing as error:
        return _detail(request, found, typed, {"reason": [str(error)]}, status=422)
    except MoveNotPossible as error:
        return _detail(request, found, typed, {"": [str(error)]}, status=409)
    if "next" in request.POST:  # its own page shows by itself what was done
        found.refresh_from_db(fields=["state"])
        said = _("Introduction to %(name)s: %(state)s.")
        tell(request, said % {"name": found.organisation.name, "state": found.get_state_display()})
    return redirect(back_or(request, reverse("workbench:request", args=[found.pk])))


@never_cache
@require_safe
def permissions(request: HttpRequest) -> HttpResponse:
    """Who may do what, as the software decides it."""
    require(actor_of(request), "workbench.permissions.view")
    names = {"everybody": _("Everybody"), **{value: str(label) for value, label in Role.choices}}
    context = {"heads": [names[head] for head in queries.permission_heads()], "rows": queries.permission_rows()}
    return render(request, "workbench/permissions.html", context)


def _find(request: HttpRequest, request_id: int) -> IntroductionRequest:
    actor = actor_of(request)
    require(actor, "needs.requests.view")
    seen = IntroductionRequest.objects.visible_to(actor).select_related("organisation", "need", "handler")
    found: IntroductionRequest = get_object_or_404(seen, pk=request_id)
    return found


def _detail(
    request: HttpRequest,
    found: IntroductionRequest,
    typed: dict[str, str] | None = None,
    errors: dict[str, list[str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    possible = [move.name for move in possible_moves(found, actor_of(request))]
    context = {
        "request_id": found.pk,
        "row": _row(found),
        "asked": found,
        "track": _track(found),
        "move_urls": {
            move.name: reverse("workbench:move", args=[found.pk, move.name]) if move.name in possible else ""
            for move in IntroductionRequest.workflow.transitions
        },
        "outcomes": [("", _("Choose…")), *RequestOutcome.choices],
        "outcome_label": found.get_outcome_display() if found.outcome else "",
        "typed": {"note": found.note, "reason": "", "outcome": ""} | (typed or {}),
        "errors": {"": [], "note": [], "reason": [], "outcome": []} | (errors or {}),
        "list_url": reverse("workbench:requests"),
    }
    return render(request, "workbench/request.html", context, status=status)


def _row(found: IntroductionRequest) -> dict[str, Any]:
    words = " ".join((found.need.text if found.need else found.message).split())
    return {
        "url": reverse("workbench:request", args=[found.pk]),
        "organisation": found.organisation.name,
        "organisation_url": reverse("finder:organisation-short", args=[found.organisation_id]),
        "state": found.state,
        "state_label": found.get_state_display(),
        "created_at": found.created_at,
        "email": found.email,
        "handler": str(found.handler) if found.handler else "",
        "words": words if len(words) <= 160 else words[:159].rstrip() + "…",
        "language": (found.need.language if found.need else found.language) or "",
    }


def _track(found: IntroductionRequest) -> list[dict[str, str]]:
    states = RequestState.values
    at = states.index(found.state)
    return [
        {"label": str(label), "state": "done" if place < at else "current" if place == at else "ahead"}
        for place, (_value, label) in enumerate(RequestState.choices)
    ]


def _address(state: str, page: int = 1) -> str:
    wanted = {"state": state} if state else {}
    if page > 1:
        wanted["page"] = str(page)
    return reverse("workbench:requests") + (f"?{urlencode(wanted)}" if wanted else "")
