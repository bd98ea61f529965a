# SPDX-License-Identifier: EUPL-1.2
"""The moves that a proposal's own side makes with a button, and renewal by a link from an e-mail."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from filanda.components.proposals.actions import ending, writing
from filanda.components.proposals.models import Proposal, ProposalState
from filanda.components.proposals.renewing import renewal_of
from filanda.kernel.identity.actors import Actor, actor_for
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.ui.moments import day_of
from filanda.kernel.workflow import MoveNotPossible

__all__ = ["find_own", "make_move", "page_of", "renew_by_link", "told_of_submission"]


def find_own(actor: Actor, number: int) -> Proposal:
    """A proposal of the reader's own side; whatever else, there is nothing here."""
    rows = Proposal.objects.filter(Proposal.objects.all().owned(actor)).select_related("region", "space", "place")
    found: Proposal | None = rows.filter(pk=number).first()
    if found is None:
        raise Http404(_("No proposal of yours has this address."))
    return found


def page_of(proposal: Proposal) -> HttpResponse:
    return redirect("proposals:proposal", number=proposal.pk, title=proposal.slug)


def told_of_submission(proposal: Proposal) -> str:
    """What happened when it was handed in."""
    if proposal.state == ProposalState.IN_REVIEW:
        return _("Sent. A facilitator reads it, as a rule within one working day; you are told.")
    return _("Published. You are told when somebody answers.")


@never_cache
@require_POST
def make_move(request: HttpRequest, number: int, move: str) -> HttpResponse:
    """One move; `close` reads `closed_as` and `reason`. Back to the page of the proposal, which says what happened."""
    actor = actor_of(request)
    proposal = find_own(actor, number)
    at, post = now(), request.POST
    done: dict[str, Any] = {
        "take-back": (writing.take_back, _("You have it back: change it, then send it again.")),
        "begin-talks": (ending.begin_talks, _("Readers see that talks go on.")),
        "fail-talks": (ending.fail_talks, _("It is open again.")),
    }
    try:
        match move:
            case "submit":
                told = told_of_submission(writing.submit(actor=actor, proposal=proposal, now=at))
            case "close":
                reason, closed_as = post.get("reason", ""), post.get("closed_as", "")
                ending.close(actor=actor, proposal=proposal, closed_as=closed_as, reason=reason, now=at)
                told = _("Closed. Whoever had answered and still waited is told.")
            case "renew":
                row = ending.renew(actor=actor, proposal=proposal, now=at)
                told = _("It stands until %(day)s.") % {"day": day_of(row.expires_at or at)}
            case "delete":
                writing.delete_draft(actor=actor, proposal=proposal, now=at)
                messages.success(request, _("The draft is gone."))
                return redirect("proposals:mine")
            case _:
                action, told = done[move]
                action(actor=actor, proposal=proposal, now=at)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        return redirect("proposals:edit", number=proposal.pk, step="what") if move == "submit" else page_of(proposal)
    except (MoveNotPossible, Forbidden) as error:
        messages.warning(request, str(error))
        return page_of(proposal)
    messages.success(request, told)
    return page_of(proposal)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def renew_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """From the e-mail before the end: a button, without signing in. Programs that open every link change nothing."""
    region = active_region()
    found = renewal_of(token, region) if len(token) < 500 else None
    if found is None or found[0].owner is None:
        return render(request, "proposals/renew.html", {"state": "unknown", "title": ""}, status=404)
    proposal, still = found
    state = "ask" if still else "done"
    if request.method == "POST" and still:
        try:
            proposal = ending.renew(actor=actor_for(proposal.owner), proposal=proposal, now=now())
            state = "done"
        except (MoveNotPossible, Forbidden) as error:
            refused = {"state": "refused", "words": str(error), "title": proposal.title}
            return render(request, "proposals/renew.html", refused, status=409)
    if state == "done" and proposal.state not in (ProposalState.PUBLISHED, ProposalState.IN_TALKS):
        state = "over"
    context: dict[str, Any] = {
        "state": state,
        "title": proposal.title,
        "months": proposal.months,
        "end": day_of(proposal.expires_at) if proposal.expires_at else "",
        "page_url": reverse("proposals:short", args=[proposal.pk]),
        "words": "",
    }
    return render(request, "proposals/renew.html", context)
