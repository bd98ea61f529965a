# SPDX-License-Identifier: EUPL-1.2
"""Asking for one's lost factor to be removed, and what administrators decide about it."""

from __future__ import annotations

from allauth.account.stages import LoginStageController
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import require
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.signin.factors import require_fresh
from filanda.kernel.signin.models import Recovery, RecoveryState
from filanda.kernel.signin.recovery import AlreadyAsked, ReasonMissing, SamePerson, approve, ask_for_recovery, refuse
from filanda.kernel.signin.views.parts import page
from filanda.kernel.workflow import MoveNotPossible


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """From the page that asks for the second factor: the address has been proved. POST words."""
    stage = LoginStageController.enter(request, "mfa_authenticate")
    if stage is None or stage.login.user is None:
        return redirect("signin:start")
    words = request.POST.get("words", "")[:500]
    context: dict[str, object] = {"words": words, "is_asked": False}
    if request.method != "POST":
        return page(request, "signin/recovery.html", context)
    try:
        ask_for_recovery(
            account=stage.login.user,
            region=active_region(),
            words=words,
            language=get_language() or settings.LANGUAGE_CODE,
            now=now(),
        )
    except AlreadyAsked as error:
        return page(request, "signin/recovery.html", context, errors={"": str(error)}, status=409)
    return page(request, "signin/recovery.html", {**context, "is_asked": True})


@never_cache
@require_safe
def decisions(request: HttpRequest) -> HttpResponse:
    """For administrators: who waits, and what was decided lately."""
    return _decisions(request)


@require_POST
@require_fresh
def decide_one(request: HttpRequest, recovery_id: int, move: str) -> HttpResponse:
    """approve, or refuse (with `reason`)."""
    actor = actor_of(request)
    require(actor, "signin.recoveries.decide")
    found = get_object_or_404(Recovery.objects.visible_to(actor), pk=recovery_id)
    try:
        if move == "approve":
            state = approve(actor=actor, recovery=found, now=now())
        else:
            refuse(actor=actor, recovery=found, reason=request.POST.get("reason", ""), now=now())
            state = RecoveryState.REFUSED
    except ReasonMissing as error:
        return _decisions(request, {f"reason-{found.pk}": str(error)}, 422)
    except (SamePerson, MoveNotPossible) as error:
        return _decisions(request, {"": str(error)}, 409)
    said = {
        RecoveryState.SECONDED: _("Noted. A second administrator has to approve too."),
        RecoveryState.DONE: _("The factors are removed, and they are told."),
        RecoveryState.REFUSED: _("Refused, and they are told why."),
    }
    messages.success(request, said[state])
    return redirect("signin:recoveries")


def _decisions(request: HttpRequest, errors: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    require(actor, "signin.recoveries.decide")
    rows = Recovery.objects.visible_to(actor).select_related("account", "first_approver")[:50]
    context: dict[str, object] = {
        "rows": [
            {
                "id": row.pk,
                "name": row.account.name or row.account.email,
                "address": row.account.email,
                "words": row.words,
                "asked_at": row.asked_at,
                "state": row.get_state_display(),
                "is_open": row.state in (RecoveryState.ASKED, RecoveryState.SECONDED),
                "first": str(row.first_approver) if row.first_approver else "",
                "may_approve": actor.account_id not in (row.account_id, row.first_approver_id),
            }
            for row in rows
        ],
        "said": [str(message) for message in messages.get_messages(request)],
    }
    return page(request, "signin/recoveries.html", context, errors=errors, status=status)
