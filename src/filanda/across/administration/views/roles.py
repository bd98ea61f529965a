# SPDX-License-Identifier: EUPL-1.2
"""Who has which role; giving and ending them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from filanda.across.administration import queries
from filanda.across.administration.actions.roles import RoleWrong, end, grant, last_day
from filanda.across.administration.framing import errors_in, frame
from filanda.directory.organisations.models import Organisation
from filanda.kernel.identity.models import SCOPED, SPACE_ROLES, Role, RoleGrant
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import require
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.ui.numbers import page_in
from filanda.kernel.ui.paging import pager, pages_at

PAGE = 50
GIVEN_HERE = [(value, label) for value, label in Role.choices if value not in SPACE_ROLES]  # those of spaces: there


@never_cache
@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    """?q= name or address; ?role=; ?state=ended for the history; ?page="""
    actor = actor_of(request)
    require(actor, "administration.roles.view")
    q = request.GET.get("q", "").strip()[:200]
    role = request.GET.get("role", "") if request.GET.get("role") in dict(GIVEN_HERE) else ""
    ended = request.GET.get("state") == "ended"
    moment = timezone.now()
    page = queries.grant_page(moment, q=q, role=role, ended=ended, page=page_in(request), size=PAGE)
    url = reverse("administration:roles")
    context = frame(request, "administration:roles", _("Roles")) | {
        "rows": [_row(row, page.organisations, actor.account_id) for row in page.rows],
        "total": page.total,
        "q": q,
        "role": role,
        "state": "ended" if ended else "",
        "roles": [("", _("All roles")), *GIVEN_HERE],
        "states": [("", _("Held now")), ("ended", _("Ended"))],
        "give_url": reverse("administration:role-give"),
        "permissions_url": reverse("workbench:permissions"),
        "pager": pager(page.page, page.pages, pages_at(url, q=q, role=role, state="ended" if ended else "")),
        "said": [str(message) for message in messages.get_messages(request)],
    }
    return render(request, "administration/roles.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest) -> HttpResponse:
    """GET ?q= a name or an address: whom could be meant. POST email, role, organisation, until, reason."""
    actor = actor_of(request)
    require(actor, "identity.roles.grant")
    typed = {name: request.POST.get(name, "") for name in ("email", "role", "organisation", "until", "reason")}
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            until = _until(typed["until"])
            made = grant(
                actor=actor,
                region=active_region(),
                email=typed["email"],
                role=typed["role"],
                organisation=_organisation(typed["organisation"], request),
                until=until,
                reason=typed["reason"],
                now=timezone.now(),
                language=get_language() or "",
            )
        except RoleWrong as error:
            errors[error.field] = [str(error)]
        else:
            messages.success(
                request,
                _("%(name)s is now: %(role)s.")
                % {"name": made.account.name or made.account.email, "role": made.get_role_display()},
            )
            return redirect("administration:roles")
    q = request.GET.get("q", "").strip()[:200]
    typed["email"] = typed["email"] or request.GET.get("email", "")
    context = frame(request, "administration:roles", _("Roles"), _("Give a role")) | {
        "typed": typed,
        "errors": {name: errors.get(name, []) for name in ("", *typed)},
        "summary": errors_in(errors),
        "roles": [("", _("Choose…")), *GIVEN_HERE],
        "q": q,
        "found": queries.people_called(q) if q else [],
        "here": reverse("administration:role-give"),
        "tomorrow": (timezone.localdate() + timedelta(days=1)).isoformat(),
    }
    return render(request, "administration/role_give.html", context, status=422 if errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end_one(request: HttpRequest, grant_id: int) -> HttpResponse:
    """Why, then it ends. POST reason."""
    actor = actor_of(request)
    require(actor, "identity.roles.grant")
    found: RoleGrant = get_object_or_404(
        RoleGrant.objects.exclude(role__in=SPACE_ROLES).select_related("account", "granted_by"),
        pk=grant_id,
        ended_at=None,
    )
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            end(
                actor=actor,
                grant=found,
                reason=request.POST.get("reason", ""),
                now=timezone.now(),
                language=get_language() or "",
            )
        except RoleWrong as error:
            errors[error.field] = [str(error)]
        else:
            messages.success(request, _("The role has ended."))
            # Who has ended their own may not see the list any more.
            return redirect("administration:home" if found.account_id == actor.account_id else "administration:roles")
    names = queries.organisation_names([found])
    context = frame(request, "administration:roles", _("Roles"), _("End a role")) | {
        "row": _row(found, names, actor.account_id),
        "reason": request.POST.get("reason", ""),
        "errors": {name: errors.get(name, []) for name in ("", "reason")},
        "summary": errors_in(errors),
        "back_url": reverse("administration:roles"),
    }
    return render(request, "administration/role_end.html", context, status=422 if errors else 200)


def _row(row: RoleGrant, organisations: dict[int, str], own_id: int | None) -> dict[str, Any]:
    return {
        "name": row.account.name or row.account.email,
        "email": row.account.email,
        "role": row.get_role_display(),
        "scope": organisations.get(row.scope_id, _("an organisation that is gone")) if row.scope_kind else "",
        "scope_url": reverse("finder:organisation-short", args=[row.scope_id]) if row.scope_kind else "",
        "granted_at": row.granted_at,
        "granted_by": str(row.granted_by) if row.granted_by else _("the platform"),
        "reason": row.reason,
        "until": last_day(row.until) if row.until else None,
        "ended_at": row.ended_at,
        "ended_by": str(row.ended_by) if row.ended_at and row.ended_by else "",
        "end_reason": row.end_reason,
        "end_url": reverse("administration:role-end", args=[row.pk]) if row.ended_at is None else "",
        "is_own": row.account_id == own_id,
    }


def _until(typed: str) -> datetime | None:
    """The end of the day that was typed, by the region's clock."""
    if not typed.strip():
        return None
    try:
        day = date.fromisoformat(typed.strip())
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    except (ValueError, OverflowError):
        raise RoleWrong("until", _("Give a day, like 2027-06-30, or leave it empty.")) from None


def _organisation(typed: str, request: HttpRequest) -> Organisation | None:
    """By its whole name, or by the number in its address."""
    typed = typed.strip()
    if not typed:
        return None
    role = request.POST.get("role", "")
    if role not in SCOPED:
        raise RoleWrong("organisation", _("This role is held in the whole region: leave the organisation empty."))
    found = queries.organisations_called(actor_of(request), typed)
    if not found:
        raise RoleWrong(
            "organisation", _("No organisation is called like this. Give its whole name, or the number in its address.")
        )
    if len(found) > 1:
        listed = ", ".join(f"{body.name} ({body.pk})" for body in found)
        raise RoleWrong(
            "organisation", _("Several are called like this: %(listed)s. Give the number.") % {"listed": listed}
        )
    return found[0]
