# SPDX-License-Identifier: EUPL-1.2
"""The people of a space, and what managers decide about them."""

from __future__ import annotations

import csv
from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.db.models import Case, IntegerField, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import Actor
from filanda.kernel.policies import decide, require
from filanda.kernel.text.cells import harmless
from filanda.kernel.text.folding import fold
from filanda.kernel.ui.numbers import id_in, whole
from filanda.kernel.workflow import MoveNotPossible
from filanda.spaces.actions import members as actions
from filanda.spaces.errors import LastManager, ReasonMissing, SpaceWrong
from filanda.spaces.models import MemberRole, Membership, MembershipState, SpaceKind
from filanda.spaces.pages import SpacePage, space_page
from filanda.spaces.queries import ROLE_ORDER, members_as_people, people_by_account

__all__ = ["appoint", "member", "members", "members_csv", "request_move", "requests"]

PER_PAGE = 50
MANAGE, GOVERN = "spaces.members.manage", "spaces.members.govern"


@never_cache
@require_safe
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """Who is here: managers first. GET q, role, page."""
    page = _people_page(request, slug)
    q = " ".join(request.GET.get("q", "")[:100].split())
    role = request.GET.get("role", "")
    role = role if role in MemberRole.values else ""
    rows = members_as_people(page.actor, page.space.pk)
    if role:
        rows = rows.filter(role=role)
    if q:
        rows = rows.filter(account__in=Person.objects.present().filter(sort_key__contains=fold(q)).values("account"))
    order = [When(role=known, then=Value(place)) for place, known in enumerate(ROLE_ORDER)]
    rows = rows.order_by(Case(*order, default=Value(9), output_field=IntegerField()), "joined_at", "pk")
    number = request.GET.get("page", "1")
    at = whole(number, least=1, default=1)
    found = list(rows[(at - 1) * PER_PAGE : at * PER_PAGE + 1])
    people = people_by_account(row.account_id for row in found[:PER_PAGE])
    address = reverse("spaces:members", args=[slug])

    def page_url(number: int) -> str:
        pairs = {name: value for name, value in (("q", q), ("role", role), ("page", number)) if value}
        return f"{address}?{urlencode(pairs)}"

    context = {
        "page": page,
        "q": q,
        "role": role,
        "roles": [("", _("All roles")), *((one.value, str(one.label)) for one in ROLE_ORDER)],
        "rows": [
            {
                "id": row.pk,
                "person": people.get(row.account_id),
                "headline": _headline(people.get(row.account_id), page.actor),
                "role": str(MemberRole(row.role).label),
                "is_plain": row.role == MemberRole.MEMBER,
                "joined_at": row.joined_at,
                "is_you": row.account_id == page.actor.account_id,
            }
            for row in found[:PER_PAGE]
        ],
        "waiting": _waiting(page),
        "previous_url": page_url(at - 1) if at > 1 else "",
        "next_url": page_url(at + 1) if len(found) > PER_PAGE else "",
        "outside": _outside(page),
    }
    return render(request, "spaces/members.html", context)


def _people_page(request: HttpRequest, slug: str, permission: str = "") -> SpacePage:
    """The frame of the people's pages; for managers with `permission`. Raises Http404, Forbidden."""
    page = space_page(request, slug, tab="members")
    if page.space.kind == SpaceKind.REGION or not page.actor.is_member:
        raise Http404
    if permission:
        require(page.actor, permission, page.space)
    return page


def _waiting(page: SpacePage) -> int:
    if not page.may["members"]:
        return 0
    return Membership.objects.filter(space=page.space, state=MembershipState.REQUESTED).count()


def _headline(person: Person | None, actor: Actor) -> str:
    return person.headline_to(actor) if person is not None else ""


def _outside(page: SpacePage) -> list[dict[str, Any]]:
    """For managers: who is invited, kept out or was removed lately."""
    if not page.may["members"]:
        return []
    states = [MembershipState.INVITED, MembershipState.BANNED, MembershipState.REMOVED]
    rows = Membership.objects.visible_to(page.actor).filter(space=page.space, state__in=states)
    found = list(rows.order_by("state", "-state_changed_at")[:100])
    people = people_by_account(row.account_id for row in found)
    return [
        {
            "id": row.pk,
            "person": people.get(row.account_id),
            "state": str(MembershipState(row.state).label),
            "reason": row.reason if row.state != MembershipState.INVITED else "",
            "until": row.banned_until,
            "at": row.state_changed_at,
        }
        for row in found
    ]


@never_cache
@require_safe
def members_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """For managers: names, roles and dates, without addresses."""
    page = _people_page(request, slug, MANAGE)
    rows = list(members_as_people(page.actor, page.space.pk).order_by("joined_at", "pk"))
    people = people_by_account(row.account_id for row in rows)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{page.space.slug}-members.csv"'
    writer = csv.writer(response)
    writer.writerow([_("Name"), _("Role"), _("Member since"), _("Profile")])
    for row in rows:
        person = people.get(row.account_id)
        path = reverse("profiles:person", args=[person.pk, person.slug]) if person else ""
        name = person.name if person else ""
        writer.writerow(
            [
                harmless(name),
                str(MemberRole(row.role).label),
                row.joined_at.date().isoformat() if row.joined_at else "",
                request.build_absolute_uri(path) if path else "",
            ]
        )
    return response


@never_cache
@require_safe
def requests(request: HttpRequest, slug: str) -> HttpResponse:
    return _requests(request, _people_page(request, slug, MANAGE))


def _requests(
    request: HttpRequest, page: SpacePage, errors: dict[int, str] | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    rows = Membership.objects.visible_to(page.actor).filter(space=page.space, state=MembershipState.REQUESTED)
    found = list(rows.order_by("state_changed_at")[:100])
    people = people_by_account(row.account_id for row in found)
    errors = errors or {}
    listed = [{"name": f"reason-{number}", "message": sentence} for number, sentence in errors.items()]
    context = {
        "page": page,
        "question": page.space.text("questions"),
        "rows": [
            {
                "id": row.pk,
                "person": people.get(row.account_id),
                "headline": _headline(people.get(row.account_id), page.actor),
                "answer": row.answer,
                "at": row.state_changed_at,
                "reason": request.POST.get("reason", "") if row.pk in errors else "",
                "errors": [errors[row.pk]] if row.pk in errors else [],
            }
            for row in found
        ],
        "listed_errors": [*listed, *([{"name": "", "message": problem}] if problem else [])],
    }
    return render(request, "spaces/requests.html", context, status=status)


@require_POST
def request_move(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    """POST answer=accept, or answer=decline with `reason`."""
    page = _people_page(request, slug, MANAGE)
    membership = _membership(page, membership_id)
    try:
        if request.POST.get("answer") == "accept":
            actions.accept_request(actor=page.actor, membership=membership, now=now())
            messages.success(request, _("They are members now, and are told so."))
        else:
            reason = request.POST.get("reason", "")
            actions.decline_request(actor=page.actor, membership=membership, reason=reason, now=now())
            messages.success(request, _("Declined. They are told, with your reason."))
    except ReasonMissing as error:
        return _requests(request, page, {membership.pk: str(error)}, status=422)
    except MoveNotPossible as error:
        return _requests(request, page, problem=str(error), status=409)
    return redirect("spaces:requests", slug=slug)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    """One member, for managers. POST move: role (with `role`), remove (with `reason`), ban (with `reason`, `until`),
    lift, welcome.
    """
    page = _people_page(request, slug, MANAGE)
    membership = _membership(page, membership_id)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            sentence = _decide(request, page, membership)
        except ReasonMissing as error:
            errors, status = {f"reason-{request.POST.get('move')}": str(error)}, 422
        except SpaceWrong as error:
            errors, status = error.errors, 422
        except (LastManager, MoveNotPossible) as error:
            errors, status = {"": str(error)}, 409
        else:
            messages.success(request, sentence)
            return redirect("spaces:members", slug=slug)
        membership.refresh_from_db()
    people = people_by_account([membership.account_id])
    govern = decide(page.actor, GOVERN, membership)
    context = {
        "page": page,
        "membership": membership,
        "person": people.get(membership.account_id),
        "state": str(MembershipState(membership.state).label),
        "roles": [(one.value, str(one.label)) for one in ROLE_ORDER],
        "role": request.POST.get("role", membership.role),
        "reason": request.POST.get("reason", ""),
        "move": request.POST.get("move", ""),
        "until": request.POST.get("until", ""),
        "is_you": membership.account_id == page.actor.account_id,
        "may_govern": bool(govern),
        "why_not": "" if govern else str(govern.reason),
        "errors": {name: [sentence] for name, sentence in errors.items()},
        "listed_errors": [{"name": name, "message": sentence} for name, sentence in errors.items()],
    }
    return render(request, "spaces/member.html", context, status=status)


def _decide(request: HttpRequest, page: SpacePage, membership: Membership) -> str:
    actor, move, reason = page.actor, request.POST.get("move", ""), request.POST.get("reason", "")
    if move == "role":
        role = request.POST.get("role", "")
        if role not in MemberRole.values:
            raise SpaceWrong({"role": _("Choose a role from the list.")})
        actions.set_role(actor=actor, membership=membership, role=MemberRole(role), now=now())
        return _("Their role is another now; they are told.")
    if move == "remove":
        actions.remove_member(actor=actor, membership=membership, reason=reason, now=now())
        return _("Removed. They are told, with your reason.")
    if move == "ban":
        until = _until(request.POST.get("until", ""))
        actions.ban_member(actor=actor, membership=membership, reason=reason, until=until, now=now())
        return _("They are kept out. They are told, with your reason.")
    if move == "lift":
        actions.lift_ban(actor=actor, membership=membership, now=now())
        return _("They may come back.")
    if move == "welcome":
        actions.welcome_member(actor=actor, membership=membership, now=now())
        return _("Noted: this newcomer has been greeted.")
    raise Http404


def _until(text: str) -> datetime | None:
    """The end of the day that was chosen, here; None for none. Raises SpaceWrong."""
    if not text.strip():
        return None
    try:
        day = parse_date(text.strip())
    except ValueError:
        day = None
    if day is None or day.year > now().year + 20:
        raise SpaceWrong({"until": _("Give a day like 2027-01-31, or none.")})
    return timezone.make_aware(datetime.combine(day, time(23, 59)))


def _membership(page: SpacePage, membership_id: int) -> Membership:
    rows = Membership.objects.visible_to(page.actor).filter(space=page.space)
    found: Membership | None = rows.select_related("account", "space", "region").filter(pk=membership_id).first()
    if found is None:
        raise Http404
    return found


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def appoint(request: HttpRequest, slug: str) -> HttpResponse:
    """Region administrators give a community that has no manager one of its members. POST account."""
    page = space_page(request, slug, tab="about", at_door=True)
    require(page.actor, "spaces.managers.appoint", page.space)
    rows = Membership.objects.active().filter(space=page.space).order_by("joined_at", "pk")[:200]
    people = people_by_account(rows.values_list("account", flat=True))
    error = ""
    if request.method == "POST":
        chosen = request.POST.get("account", "")
        account_id = id_in(chosen) or 0
        if account_id in people:
            actions.appoint_manager(actor=page.actor, space=page.space, account_id=account_id, now=now())
            messages.success(request, _("They look after it from now on, and are told so."))
            return redirect("spaces:about", slug=slug)
        error = _("Choose one of the members.")
    context = {
        "page": page,
        "options": [(str(account_id), person.name) for account_id, person in people.items()],
        "listed_errors": [{"name": "account", "message": error}] if error else [],
    }
    return render(request, "spaces/appoint.html", context, status=422 if error else 200)
