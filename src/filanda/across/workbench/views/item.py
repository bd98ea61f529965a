# SPDX-License-Identifier: EUPL-1.2
"""One item: what it is, what may be done, with saved replies; who has it; notes and history."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from filanda.across.workbench.addresses import link_of
from filanda.across.workbench.clocks import WorkingDays
from filanda.across.workbench.filling import fill
from filanda.across.workbench.framing import base, region_of, tell, whole
from filanda.across.workbench.listing import lines_of
from filanda.across.workbench.views.queue import people_of, row_actions
from filanda.capabilities.desk import actions
from filanda.capabilities.desk.errors import Wrong
from filanda.capabilities.desk.models import NOTE_MOST, DeskItem, DeskNote, SavedReply
from filanda.capabilities.desk.queries import deputised, names_of, replies_for
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.manifests import desk_sources
from filanda.kernel.manifests.desk import DeskLine
from filanda.kernel.policies import require

__all__ = ["drop_note", "item", "note"]


@never_cache
@require_safe
def item(request: HttpRequest, item_id: int) -> HttpResponse:
    """?act= the number of an action that asks for words; ?reply=, ?in= the saved reply put there, and its language."""
    return _page(request, _find(request, item_id))


def _find(request: HttpRequest, item_id: int) -> DeskItem:
    actor = actor_of(request)
    require(actor, "desk.work")
    found = DeskItem.objects.visible_to(actor).filter(pk=item_id).first()
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest, found: DeskItem, *, typed: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    actor, moment, region = actor_of(request), now(), region_of(request)
    line = lines_of(actor, [found], moment).get(found.pk) if found.closed_at is None else None
    moves = list(found.moves.order_by("-at", "-pk")[:50])
    notes = list(DeskNote.objects.visible_to(actor).filter(kind=found.kind, object_id=found.object_id).order_by("-at"))
    people = people_of(actor, moment)
    others = {pk for move in moves for pk in (move.by_id, move.to_id)} | {one.author_id for one in notes}
    names = people | names_of({found.holder_id, line.person_id if line else None, *others} - people.keys())
    here = reverse("workbench:item", args=[found.pk])
    source = desk_sources().get(found.kind)
    context = {
        "item": found,
        "seen": f"{found.pk}:{found.holder_id or 0}",
        "kind": str(source.label) if source else found.kind,
        "title": line.title if line else "",
        "language": line.language if line else "",
        "line": line,
        "thing_url": link_of(line) if line else "",
        "clock": WorkingDays(region, moment, [found.due_at]).of(found.due_at) if found.closed_at is None else None,
        "is_late": found.closed_at is not None and found.closed_at > found.due_at,
        "holder": names.get(found.holder_id or 0, ""),
        "is_mine": found.holder_id is not None and found.holder_id in (actor.account_id, *deputised(actor, moment)),
        "is_put_off": found.snoozed_until is not None and found.snoozed_until > moment,
        "actions": row_actions(found, line, reverse("workbench:queue")) if line else [],
        "asking": _asking(request, actor, found, line, names) if line else None,
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
        "back_url": reverse("workbench:queue"),
    }  # fmt: skip
    return render(request, "workbench/item.html", base(request, "") | context, status=status)


def _asking(
    request: HttpRequest, actor: Actor, found: DeskItem, line: DeskLine, names: dict[int, str]
) -> dict[str, Any] | None:
    """The form of the action that ?act= names, with the saved reply that ?reply= names in it."""
    number = whole(request.GET.get("act"), most=20)
    if not 1 <= number <= len(line.actions) or not line.actions[number - 1].asks:
        return None
    action = line.actions[number - 1]
    replies = replies_for(actor)
    chosen = next((one for one in replies if one.pk == whole(request.GET.get("reply"))), None)
    language = request.GET.get("in", "") if chosen and request.GET.get("in") in chosen.texts else ""
    here = reverse("workbench:item", args=[found.pk])
    return {
        "label": action.label,
        "name": action.asks,
        "url": link_of(action),
        "fields": list(action.fields.items()),
        "words": _filled(request, chosen, language, line, names) if chosen else "",
        "language": language or get_language(),
        "replies": [
            {
                "name": one.name,
                "language": code,
                "url": f"{here}?{urlencode({'act': number, 'reply': one.pk, 'in': code})}#act-card",
                "is_on": chosen is not None and one.pk == chosen.pk and code == language,
            }
            for one in replies
            for code in sorted(one.texts)
        ],
    }


def _filled(request: HttpRequest, reply: SavedReply, language: str, line: DeskLine, names: dict[int, str]) -> str:
    code = language or (get_language() or "it") if (get_language() or "it") in reply.texts else next(iter(reply.texts))
    code = language or code
    with override(code):
        region_name = region_of(request).name
    values = {"title": line.title, "region": region_name}
    if line.person_id is not None and line.person_id in names:
        values["name"] = names[line.person_id]
    return fill(reply.texts[code], values)


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
    return HttpResponseRedirect(reverse("workbench:item", args=[found.pk]))


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
    return HttpResponseRedirect(reverse("workbench:item", args=[found.pk]))
