# SPDX-License-Identifier: EUPL-1.2
"""The door of a space: joining, asking, answering an invitation, leaving."""

from __future__ import annotations

from typing import Any, NoReturn

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from filanda.kernel.identity.requests import SignInFirst, actor_of
from filanda.kernel.policies import require
from filanda.kernel.workflow import MoveNotPossible
from filanda.spaces.actions.joining import (
    ANSWER_LENGTH,
    ask_to_join,
    join_space,
    leave_space,
    withdraw_membership,
)
from filanda.spaces.errors import AlreadyInside, AnswerMissing, LastManager, NotAllowedIn, TooOften
from filanda.spaces.homes import managers_seen
from filanda.spaces.models import MemberRole, Membership, MembershipState, SpaceKind
from filanda.spaces.pages import SpacePage, space_page

__all__ = ["join", "leave", "mine", "to_sign_in"]


def to_sign_in(back: str) -> NoReturn:
    """To signing in, and then `back`; what was sent is not lost."""
    raise SignInFirst(back)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, slug: str) -> HttpResponse:
    """The door. GET says what this place is and how one comes in; POST joins, asks with `answer`, or, with `withdraw`,
    takes one's request back or says no to an invitation.
    """
    page = space_page(request, slug, tab="door", at_door=True)
    if request.method != "POST":
        return _door(request, page)
    if page.actor.account_id is None:
        return to_sign_in(reverse("spaces:join", args=[slug]))
    require(page.actor, "spaces.memberships.own")
    try:
        if "withdraw" in request.POST and page.membership is not None:
            withdraw_membership(actor=page.actor, membership=page.membership, now=now())
            messages.success(request, _("Done: nothing waits any more."))
            return redirect("spaces:directory") if page.space.is_private else redirect("spaces:about", slug=slug)
        if page.door == "ask":
            ask_to_join(actor=page.actor, space=page.space, answer=request.POST.get("answer", ""), now=now())
            messages.success(request, _("Your request is on its way: the managers decide, and you get their answer."))
            return redirect("spaces:join", slug=slug)
        join_space(actor=page.actor, space=page.space, now=now())
    except (NotAllowedIn, AlreadyInside, MoveNotPossible) as error:
        return _door(request, page, str(error), 409)
    except TooOften as error:
        return _door(request, page, str(error), 429)
    except AnswerMissing as error:
        return _door(request, page, str(error), 422, name="answer")
    messages.success(request, _("Welcome to %(space)s.") % {"space": page.name})
    return redirect("spaces:home", slug=slug)


def _door(
    request: HttpRequest, page: SpacePage, problem: str = "", status: int = 200, *, name: str = ""
) -> HttpResponse:
    # As far as the reader may open their pages; of a private one nobody outside learns who is inside.
    managers = [] if page.space.is_private and not page.role else managers_seen(page.actor, page.space)
    context = {
        "page": page,
        "question": page.space.text("questions"),
        "answer": request.POST.get("answer", "") or (page.membership.answer if page.membership else ""),
        "answer_length": ANSWER_LENGTH,
        "managers": [person.name for person in managers],
        "listed_errors": [{"name": name, "message": problem}] if problem else [],
    }
    return render(request, "spaces/door.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """GET asks, POST leaves. The last manager is told to hand over first, and where."""
    page = space_page(request, slug, tab="door", at_door=True)
    membership = page.membership
    if membership is None or membership.state != MembershipState.ACTIVE or page.space.kind == SpaceKind.REGION:
        raise Http404
    problem = ""
    if request.method == "POST":
        try:
            leave_space(actor=page.actor, membership=membership, now=now())
        except (LastManager, MoveNotPossible) as error:
            problem = str(error)
        else:
            messages.success(request, _("You have left %(space)s.") % {"space": page.name})
            return redirect("spaces:directory") if page.space.is_private else redirect("spaces:about", slug=slug)
    context = {
        "page": page,
        "is_last": is_last_manager(membership),
        "listed_errors": [{"name": "", "message": problem}] if problem else [],
    }
    return render(request, "spaces/leave.html", context, status=409 if problem else 200)


def is_last_manager(membership: Membership) -> bool:
    """Whether they would leave the space without a manager. One query for managers."""
    if membership.role != MemberRole.MANAGER:
        return False
    rows = Membership.objects.active().filter(space=membership.space_id, role=MemberRole.MANAGER)
    return not rows.exclude(pk=membership.pk).exists()


@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The reader's own memberships, in whatever state, with the reasons that were given."""
    actor = actor_of(request)
    if actor.account_id is None:
        return to_sign_in(reverse("spaces:mine"))
    rows = Membership.objects.filter(account=actor.account_id).select_related("space").order_by("-state_changed_at")
    labels = (
        (MembershipState.INVITED, _("You are invited")),
        (MembershipState.REQUESTED, _("You have asked to join")),
        (MembershipState.ACTIVE, _("You belong to")),
        (MembershipState.DECLINED, _("Not taken in")),
        (MembershipState.REMOVED, _("Removed")),
        (MembershipState.BANNED, _("Kept out")),
    )
    found = list(rows[:500])
    groups = [
        {"label": label, "rows": [_own_row(row) for row in found if row.state == state]}
        for state, label in labels
        if any(row.state == state for row in found)
    ]
    return render(request, "spaces/mine.html", {"groups": groups})


def _own_row(row: Membership) -> dict[str, Any]:
    is_inside = row.state == MembershipState.ACTIVE
    may_look = is_inside or row.state == MembershipState.INVITED or not row.space.is_private
    route = "spaces:home" if is_inside else "spaces:join"
    is_ended = row.state in (MembershipState.DECLINED, MembershipState.REMOVED, MembershipState.BANNED)
    return {
        "name": row.space.name,
        "url": reverse(route, args=[row.space.slug]) if may_look else "",
        "role": row.get_role_display() if is_inside and row.role != MemberRole.MEMBER else "",
        "at": row.state_changed_at,
        "reason": row.reason if is_ended else "",
        "until": row.banned_until if row.state == MembershipState.BANNED else None,
    }
