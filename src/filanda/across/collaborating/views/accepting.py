# SPDX-License-Identifier: EUPL-1.2
"""The page on which an answer is accepted."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from filanda.across.collaborating.accepting import accept_interest, may_open_group, people_of
from filanda.capabilities.collaborations.errors import CollaborationWrong
from filanda.capabilities.collaborations.models import Cooperation
from filanda.components.proposals.models import REASON_MOST, ExpressionOfInterest, InterestState
from filanda.components.proposals.refusals import AnswerWrong, ProposalOver
from filanda.directory.people.models import Person
from filanda.kernel.identity.requests import actor_of, signed_in
from filanda.kernel.policies import require
from filanda.kernel.workflow import MoveNotPossible
from filanda.spaces.errors import SpaceWrong, TooOften

__all__ = ["accept"]


def _found(request: HttpRequest, interest_id: int) -> ExpressionOfInterest:
    actor = actor_of(request)
    rows = ExpressionOfInterest.objects.visible_to(actor).select_related("proposal__region", "organisation")
    found: ExpressionOfInterest | None = rows.filter(pk=interest_id).first()
    if found is None or found.state == InterestState.DRAFT:
        raise Http404(_("No answer that you can see has this address."))
    return found


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, interest_id: int) -> HttpResponse:
    """What accepting does, chosen on one page, done in one go."""
    actor = signed_in(request)
    interest = _found(request, interest_id)
    require(actor, "proposals.interests.decide", interest)
    if request.method != "POST":
        if interest.state == InterestState.ACCEPTED:
            return redirect("proposals:interest", interest_id=interest.pk)
        kinds = interest.proposal.cooperation
        typed: dict[str, Any] = {"opens_group": may_open_group(actor), "kind": kinds[0] if kinds else "", "words": ""}
        return _page(request, interest, typed)
    typed = {
        "opens_group": request.POST.get("opens_group") == "1",
        "registers": request.POST.get("registers") == "1",
        "kind": request.POST.get("kind", ""),
        "words": request.POST.get("words", ""),
    }
    try:
        accept_interest(actor=actor, interest=interest, now=now(), **typed)
    except (AnswerWrong, CollaborationWrong) as error:
        return _page(request, _found(request, interest_id), typed, errors=error.errors, status=422)
    except (SpaceWrong, TooOften) as error:
        return _page(request, _found(request, interest_id), typed, errors={"opens_group": str(error)}, status=422)
    except ProposalOver as error:
        return _page(request, _found(request, interest_id), typed, conflict=str(error), status=409)
    except MoveNotPossible as error:
        if error.state == InterestState.ACCEPTED:
            messages.info(request, _("It was accepted a moment before, by you or somebody of your side: once only."))
            return redirect("proposals:interest", interest_id=interest.pk)
        return _page(request, _found(request, interest_id), typed, conflict=_too_late(error.state), status=409)
    messages.success(request, _("Accepted. The other side is told."))
    return redirect("proposals:interest", interest_id=interest.pk)


def _too_late(state: str) -> str:
    match state:
        case "withdrawn":
            return _("Whoever answered withdrew it a moment before. Nothing was changed.")
        case "declined":
            return _("Somebody of your side declined it a moment before. Nothing was changed.")
        case "lapsed":
            return _("The proposal ended a moment before, and this answer lapsed with it. Nothing was changed.")
    return _("Somebody else acted a moment before. Nothing was changed.")


def _page(
    request: HttpRequest,
    interest: ExpressionOfInterest,
    typed: dict[str, Any],
    *,
    errors: dict[str, str] | None = None,
    conflict: str = "",
    status: int = 200,
) -> HttpResponse:
    actor = actor_of(request)
    found = errors or {}
    entering = people_of(interest)
    names = dict(
        Person.objects.filter(account__in=[account for account, _role in entering], erased_at=None).values_list(
            "account", "name"
        )
    )
    author = Person.objects.filter(account=interest.author_id or 0, erased_at=None).values_list("name", flat=True)
    context = {
        "interest": interest,
        "proposal": interest.proposal,
        "who": interest.organisation.name
        if interest.organisation is not None
        else author.first() or _("a former member"),
        "back_url": reverse("proposals:interest", args=[interest.pk]),
        "may_open_group": may_open_group(actor),
        "entering": [names[account] for account, _role in entering if account in names],
        "kinds": [("", _("Choose a kind")), *Cooperation.choices],
        "typed": typed,
        "most": REASON_MOST,
        "errors": found,
        "listed_errors": [{"name": name, "message": message} for name, message in found.items()],
        "conflict": conflict,
    }
    return render(request, "collaborating/accept.html", context, status=status)
