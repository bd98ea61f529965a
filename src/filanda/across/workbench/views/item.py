# SPDX-License-Identifier: EUPL-1.2
"""One item: what it is, what may be done, with saved replies; who has it; notes and history."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from filanda.across.workbench.asking import Asked, action_at, form_of, missing, with_reply
from filanda.across.workbench.clocks import WorkingDays
from filanda.across.workbench.framing import base, region_of, tell, whole
from filanda.across.workbench.listing import lines_of
from filanda.across.workbench.views.queue import colleagues, queue_context, row_actions
from filanda.capabilities.desk import actions
from filanda.capabilities.desk.errors import Wrong
from filanda.capabilities.desk.models import NOTE_MOST, DeskItem, DeskNote
from filanda.capabilities.desk.queries import deputised, names_of
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.manifests import desk_sources
from filanda.kernel.policies import require
from filanda.kernel.ui.addresses import address, lead

__all__ = ["act", "drop_note", "item", "note"]


@never_cache
@require_safe
def item(request: HttpRequest, item_id: int) -> HttpResponse:
    """?act= the number of an action that asks for words."""
    return _page(request, _find(request, item_id), asked=Asked(item_id, whole(request.GET.get("act"), most=20)))


def _find(request: HttpRequest, item_id: int) -> DeskItem:
    actor = actor_of(request)
    require(actor, "desk.work")
    found = DeskItem.objects.visible_to(actor).filter(pk=item_id).first()
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest,
    found: DeskItem,
    *,
    asked: Asked | None = None,
    lost: str = "",
    typed: str = "",
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    actor, moment, region = actor_of(request), now(), region_of(request)
    line = lines_of(actor, [found], moment).get(found.pk) if found.closed_at is None else None
    moves = list(found.moves.order_by("-at", "-pk")[:50])
    notes = list(DeskNote.objects.visible_to(actor).filter(kind=found.kind, object_id=found.object_id).order_by("-at"))
    people = {int(pk): name for pk, name in colleagues(actor, moment)}
    others = {pk for move in moves for pk in (move.by_id, move.to_id)} | {one.author_id for one in notes}
    names = people | names_of({found.holder_id, line.person_id if line else None, *others} - people.keys())
    here = address("workbench:item", found.pk)
    if asked is not None and not action_at(line, asked.number):
        asked = None
    source = desk_sources().get(found.kind)
    context = {
        "item": found,
        "seen": f"{found.pk}:{found.holder_id or 0}",
        "kind": str(source.label) if source else found.kind,
        "title": line.title if line else "",
        "language": line.language if line else "",
        "line": line,
        "thing_url": lead(line) if line else "",
        "clock": WorkingDays(region, moment, [found.due_at]).of(found.due_at) if found.closed_at is None else None,
        "is_late": found.closed_at is not None and found.closed_at > found.due_at,
        "holder": names.get(found.holder_id or 0, ""),
        "is_mine": found.holder_id is not None and found.holder_id in (actor.account_id, *deputised(actor, moment)),
        "is_put_off": found.snoozed_until is not None and found.snoozed_until > moment,
        "actions": row_actions(found, line, f"{here}?act=") if line else [],
        "asking": form_of(actor, found, line, asked, here=here, sent_to="") if line and asked else None,
        "lost": lost,
        "people": [(str(pk), name) for pk, name in people.items() if pk not in (found.holder_id, *found.not_for)],
        "notes": [
            {"id": one.pk, "words": one.words, "by": names.get(one.author_id or 0, ""), "at": one.at,
             "is_own": one.author_id == actor.account_id}
            for one in notes
        ],
        "moves": [
            {"words": one.words, "kind": str(one.get_kind_display()), "at": one.at, "by": names.get(one.by_id or 0, ""),
             "to": names.get(one.to_id or 0, ""), "is_undone": one.undone_at is not None}
            for one in moves
        ],
        "typed": typed,
        "error": error,
        "note_most": NOTE_MOST,
        "here": here,
        "back_url": address("workbench:queue"),
    }  # fmt: skip
    return render(request, "workbench/item.html", base(request, "") | context, status=status)


@require_POST
def act(request: HttpRequest, item_id: int, number: int) -> HttpResponse:
    """Do the action `number` with its words, or put the saved `reply` into them. From the queue (its filters in the
    address), or `on` the item's page.
    """
    found = _find(request, item_id)
    actor = actor_of(request)
    line = lines_of(actor, [found], now()).get(found.pk) if found.closed_at is None else None
    action = action_at(line, number)
    words = request.POST.get(request.POST.get("asks", ""), "").replace("\r\n", "\n")
    if line is None or action is None or action.asks != request.POST.get("asks"):
        return _page(request, found, lost=words, status=409)
    asked = Asked(found.pk, number, words)
    if "reply" in request.POST:
        return _asked_again(request, found, with_reply(request, actor, found, line, asked, request.POST["reply"]))
    if wrong := missing(action, words):
        return _asked_again(request, found, replace(asked, error=wrong), status=422)
    answer = HttpResponseRedirect(lead(action))
    answer.status_code = HTTPStatus.TEMPORARY_REDIRECT  # the same words, to the page that does it
    return answer


def _asked_again(request: HttpRequest, found: DeskItem, asked: Asked, status: int = 200) -> HttpResponse:
    if "on" not in request.POST:
        context = queue_context(request, actor_of(request), asked)
        if context["asking"]:
            return render(request, "workbench/queue.html", context, status=status)
    return _page(request, found, asked=asked, status=status)


@require_POST
def note(request: HttpRequest, item_id: int) -> HttpResponse:
    """Write a private note."""
    found = _find(request, item_id)
    words = request.POST.get("note", "")
    try:
        actions.note(actor=actor_of(request), item=found, words=words, now=now())
    except Wrong as error:
        return _page(request, found, typed=words, error=str(error), status=422)
    tell(request, _("The note is kept. Only those who work in this queue read it."))
    return HttpResponseRedirect(address("workbench:item", found.pk))


@require_POST
def drop_note(request: HttpRequest, item_id: int, note_id: int) -> HttpResponse:
    """Delete one's own note."""
    found = _find(request, item_id)
    actor = actor_of(request)
    rows = DeskNote.objects.visible_to(actor).filter(kind=found.kind, object_id=found.object_id)
    one = rows.filter(pk=note_id).first()
    if one is None:
        raise Http404
    actions.drop_note(actor=actor, note=one)
    tell(request, _("The note is deleted."))
    return HttpResponseRedirect(address("workbench:item", found.pk))
