# SPDX-License-Identifier: EUPL-1.2
"""Saved replies and absences."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from filanda.across.workbench.filling import FIELDS, reader_s_first, unknown_fields
from filanda.across.workbench.framing import base, region_of, tell, whole
from filanda.across.workbench.listing import queue_names
from filanda.across.workbench.views.queue import people_of
from filanda.capabilities.desk import actions
from filanda.capabilities.desk.errors import Wrong
from filanda.capabilities.desk.models import REPLY_MOST, Absence, SavedReply
from filanda.capabilities.desk.queries import names_of, replies_for, today_in_region
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import decide, require

__all__ = ["absence_drop", "absences", "replies", "reply", "reply_drop"]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def replies(request: HttpRequest) -> HttpResponse:
    """One's saved replies, and a new one: name, text_it, text_en, queue, is_shared."""
    return _replies(request, None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, reply_id: int) -> HttpResponse:
    """Change one."""
    return _replies(request, _find_reply(request, reply_id))


def _find_reply(request: HttpRequest, reply_id: int) -> SavedReply:
    actor = actor_of(request)
    require(actor, "desk.work")
    found = next((one for one in replies_for(actor) if one.pk == reply_id), None)
    if found is None:
        raise Http404
    return found


def _replies(request: HttpRequest, found: SavedReply | None) -> HttpResponse:
    actor = actor_of(request)
    require(actor, "desk.work")
    queues = queue_names(actor, _("The region"))
    typed = _reply_typed(request, found, next(iter(queues), ""))
    errors: dict[str, str] = {}
    if request.method == "POST":
        texts = {"it": typed["text_it"], "en": typed["text_en"]}
        try:
            if wrong := unknown_fields(" ".join(texts.values())):
                raise Wrong("text_it", _("Nothing fills in {%(field)s}. There are: %(known)s.") % {
                    "field": wrong[0], "known": ", ".join(f"{{{name}}}" for name in FIELDS)})  # fmt: skip
            actions.save_reply(
                actor=actor,
                region=region_of(request),
                name=typed["name"],
                texts=texts,
                queue=typed["queue"],
                is_shared=bool(typed["is_shared"]),
                now=now(),
                reply=found,
            )
            tell(request, _("The reply is saved."))
            return HttpResponseRedirect(reverse("workbench:replies"))
        except Wrong as error:
            errors = {error.field: str(error)}
    context = base(request, "replies") | {
        "rows": [
            {
                "name": one.name,
                "texts": [(code, one.texts[code]) for code in reader_s_first(one.texts, get_language() or "")],
                "is_shared": one.owner_id is None,
                "queue": queues.get(one.queue, "") if len(queues) > 1 else "",
                "url": reverse("workbench:reply", args=[one.pk]),
                "drop_url": reverse("workbench:reply-drop", args=[one.pk]),
            }
            for one in replies_for(actor)
        ],
        "queues": list(queues.items()),
        "typed": typed,
        "errors": errors,
        "is_change": found is not None,
        "most": REPLY_MOST,
        "here": reverse("workbench:replies"),
    }
    return render(request, "workbench/replies.html", context, status=422 if errors else 200)


def _reply_typed(request: HttpRequest, found: SavedReply | None, queue: str) -> dict[str, Any]:
    if request.method == "POST":
        return {name: request.POST.get(name, "") for name in ("name", "text_it", "text_en", "queue", "is_shared")}
    if found is None:
        return {"name": "", "text_it": "", "text_en": "", "queue": queue, "is_shared": ""}
    return {
        "name": found.name,
        "text_it": found.texts.get("it", ""),
        "text_en": found.texts.get("en", ""),
        "queue": found.queue,
        "is_shared": "1" if found.owner_id is None else "",
    }


@require_POST
def reply_drop(request: HttpRequest, reply_id: int) -> HttpResponse:
    """Delete one."""
    actions.drop_reply(actor=actor_of(request), reply=_find_reply(request, reply_id))
    tell(request, _("The reply is deleted."))
    return HttpResponseRedirect(reverse("workbench:replies"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def absences(request: HttpRequest) -> HttpResponse:
    """Who is away, and until when; saying so: starts_on, ends_on, deputy, and for administrators account."""
    actor = actor_of(request)
    require(actor, "desk.work")
    moment = now()
    people = people_of(actor, moment)
    is_administrator = Role.REGION_ADMINISTRATOR in actor.roles
    typed = {name: request.POST.get(name, "") for name in ("account", "starts_on", "ends_on", "deputy")}
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            _say(request, actor, typed, people, is_administrator=is_administrator)
            tell(request, _("That is noted. Whoever stands in sees these items as their own meanwhile."))
            return HttpResponseRedirect(reverse("workbench:absences"))
        except Wrong as error:
            errors = {error.field: str(error)}
    rows = list(_absences(actor, people).filter(ends_on__gte=today_in_region(moment)))
    names = people | names_of({pk for row in rows for pk in (row.account_id, row.deputy_id)} - people.keys())
    context = base(request, "absences") | {
        "rows": [
            {
                "name": names.get(row.account_id, ""),
                "deputy": names.get(row.deputy_id or 0, ""),
                "starts_on": row.starts_on,
                "ends_on": row.ends_on,
                "is_now": row.starts_on <= today_in_region(moment),
                "drop_url": reverse("workbench:absence-drop", args=[row.pk])
                if decide(actor, "desk.absences.say", row)
                else "",
            }
            for row in rows
        ],
        "people": [("", _("Nobody")), *((str(pk), name) for pk, name in people.items() if pk != actor.account_id)],
        "everybody": [(str(pk), name) for pk, name in people.items()] if is_administrator else [],
        "typed": typed | {"account": typed["account"] or str(actor.account_id)},
        "errors": errors,
        "here": reverse("workbench:absences"),
    }
    return render(request, "workbench/absences.html", context, status=422 if errors else 200)


def _absences(actor: Actor, people: dict[int, str]) -> Any:
    """Those of colleagues of one's queues."""
    return Absence.objects.filter(Q(account__in=people) | Q(account=actor.account_id))


def _say(
    request: HttpRequest, actor: Actor, typed: dict[str, str], people: dict[int, str], *, is_administrator: bool
) -> None:
    days = {}
    for name in ("starts_on", "ends_on"):
        try:
            days[name] = date.fromisoformat(typed[name])
        except ValueError:
            raise Wrong(name, _("Choose a day.")) from None
    number = whole(typed["account"]) if is_administrator and typed["account"] else actor.account_id
    wanted = whole(typed["deputy"])
    if wanted and wanted not in people:
        raise Wrong("deputy", _("Choose somebody who works in the same queue."))
    if number != actor.account_id and number not in people:
        raise Wrong("account", _("Choose somebody from the list."))
    accounts = Account.objects.in_bulk([pk for pk in (number, wanted) if pk])
    actions.say_absence(
        actor=actor,
        region=region_of(request),
        account=accounts[number or 0],
        starts_on=days["starts_on"],
        ends_on=days["ends_on"],
        deputy=accounts.get(wanted),
        now=now(),
    )


@require_POST
def absence_drop(request: HttpRequest, absence_id: int) -> HttpResponse:
    """Take one back."""
    actor = actor_of(request)
    require(actor, "desk.work")
    rows = _absences(actor, people_of(actor, now()))
    found = rows.filter(pk=absence_id).first()
    if found is None:
        raise Http404
    actions.drop_absence(actor=actor, absence=found)
    tell(request, _("The absence is taken back."))
    return HttpResponseRedirect(reverse("workbench:absences"))
