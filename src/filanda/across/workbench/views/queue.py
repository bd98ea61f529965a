# SPDX-License-Identifier: EUPL-1.2
"""The queue: what waits, what is most at risk first; and moving one item or many."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from filanda.across.workbench.asking import Asked, action_at, asked_in, form_of
from filanda.across.workbench.clocks import WorkingDays
from filanda.across.workbench.framing import base, region_of, tell, whole
from filanda.across.workbench.listing import WHOSE, Filters, QueuePage, queue_names, queue_page
from filanda.capabilities.desk import actions
from filanda.capabilities.desk.errors import NothingToUndo, Wrong
from filanda.capabilities.desk.models import DeskItem, queues_of
from filanda.capabilities.desk.queries import names_of
from filanda.capabilities.desk.steps import workers_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.kept import Kept
from filanda.kernel.manifests import desk_sources
from filanda.kernel.manifests.desk import DeskLine
from filanda.kernel.policies import require
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.regions.working import time_zone
from filanda.kernel.ui.addresses import address, lead
from filanda.kernel.ui.paging import pager
from filanda.kernel.ui.returning import back_or

__all__ = ["colleagues", "move", "people_of", "queue", "queue_context", "row_actions", "snoozed_until", "undo"]

MORNING = time(7, 0)  # what was put off until a day is there when work begins


@never_cache
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """?whose= one of WHOSE; ?kind= of a source; ?queue= a token; ?page= from 1; ?ask= "item.number": an action whose
    form is open in its line.
    """
    actor = actor_of(request)
    require(actor, "desk.work")
    asked = asked_in(request.GET.get("ask", ""))
    return render(request, "workbench/queue.html", queue_context(request, actor, asked))


def queue_context(request: HttpRequest, actor: Actor, asked: Asked | None = None) -> dict[str, Any]:
    """What the page shows. `asked`: an action whose form stands in its line, with what was written."""
    moment = now()
    sources = desk_sources()
    queues = queue_names(actor, _("The region"))
    filters = Filters(
        whose=_one_of(request.GET.get("whose", ""), WHOSE),
        kind=_one_of(request.GET.get("kind", ""), sources),
        queue=_one_of(request.GET.get("queue", ""), queues),
        page=whole(request.GET.get("page"), most=10_000, default=1),
    )
    page = queue_page(actor, filters, moment)
    days = WorkingDays(region_of(request), moment, [item.due_at for item in page.items])
    here = _address(filters, page=page.page)
    labels = {kind: str(source.label) for kind, source in sources.items()}
    root = address("workbench:queue")
    rows = [_row(item, page, days, queues, actor, labels, root, here) for item in page.items if item.pk in page.lines]
    shown = next((item for item in page.items if asked and item.pk == asked.item_id), None)
    asking = None
    if asked and shown and action_at(page.lines.get(shown.pk), asked.number):
        asking = form_of(actor, shown, page.lines[shown.pk], asked, here=here, sent_to=here.partition("?")[2])
    return base(request, "queue") | {
        "rows": rows,
        "asking": asking,
        "gone": sum(item.pk not in page.lines for item in page.items),
        "total": page.total,
        "overdue": page.overdue,
        "here": here,
        "whose": _whose(page, filters),
        "kinds": _kinds(page, filters),
        "queues": _queues(page, filters, queues),
        "is_narrowed": bool(filters.kind or filters.queue or filters.whose),
        "queue_url": address("workbench:queue"),
        "take_url": address("workbench:move-many", "take"),
        "pager": pager(page.page, page.pages, lambda number: _address(filters, page=number)),
        "people": colleagues(actor, moment) if page.items else [],
        "typed": {"to": "", "until": "", "words": ""},
    }


def _one_of(wanted: str, known: Any) -> str:
    return wanted if wanted in known else ""


def _row(
    item: DeskItem,
    page: QueuePage,
    days: WorkingDays,
    queues: Mapping[str, str],
    actor: Actor,
    labels: Mapping[str, str],
    root: str,
    here: str,
) -> dict[str, Any]:
    line = page.lines[item.pk]
    clock = days.of(item.due_at)
    return {
        "id": item.pk,
        "seen": f"{item.pk}:{item.holder_id or 0}",
        "title": line.title,
        "language": line.language,
        "url": lead(line),
        "item_url": f"{root}items/{item.pk}/",
        "kind": labels[item.kind],
        "clock": clock,
        "due_at": item.due_at,
        "since": item.since,
        "queue": queues.get(item.queue, "") if len(queues) > 1 else "",
        "is_mine": item.holder_id == actor.account_id,
        "holder": page.names.get(item.holder_id or 0, ""),
        "is_deputised": item.holder_id in page.absent,
        "snoozed_until": item.snoozed_until if item.snoozed_until and item.snoozed_until > days.now else None,
        "context": line.context,
        "actions": row_actions(item, line, f"{here}{'&' if '?' in here else '?'}ask={item.pk}."),
    }


def row_actions(item: DeskItem, line: DeskLine, asks_url: str) -> list[dict[str, Any]]:
    """What one may do in place: a link, a button to the room's page, or, where words are asked for, a form, at
    `asks_url` with the action's number.
    """
    return [
        {
            "number": number,
            "label": action.label,
            "url": lead(action),
            "is_post": action.method == "post" and not action.asks,
            "asks": action.asks,
            "asks_url": f"{asks_url}{number}#i{item.pk}" if action.asks else "",
            "fields": list(action.fields.items()),
        }
        for number, action in enumerate(line.actions, 1)
    ]


def people_of(actor: Actor, moment: datetime) -> dict[int, str]:
    """Those who work in the queues of `actor`, by name: whom one may give items to."""
    able = workers_of(queues_of(actor), moment)
    names = names_of({pk for accounts in able.values() for pk in accounts})
    return dict(sorted(names.items(), key=lambda one: one[1].casefold()))


_colleagues: Kept[tuple[int, tuple[str, ...]], dict[int, str]] = Kept(20.0)


def colleagues(actor: Actor, moment: datetime) -> list[tuple[str, str]]:
    """`people_of` as it was within the last seconds, as options of a field: what is chosen is looked at anew."""
    known = _colleagues.get((active_region().pk, tuple(queues_of(actor))), lambda: people_of(actor, moment))
    return [(str(pk), name) for pk, name in known.items()]


def _address(filters: Filters, *, page: int = 1, **changed: str) -> str:
    wanted = {name: changed.get(name, getattr(filters, name)) for name in ("whose", "kind", "queue")}
    wanted = {name: value for name, value in wanted.items() if value}
    if page > 1:
        wanted["page"] = str(page)
    return address("workbench:queue") + (f"?{urlencode(wanted)}" if wanted else "")


def _whose(page: QueuePage, filters: Filters) -> list[dict[str, Any]]:
    counts = page.by_whose
    words = {
        "": (_("Mine and nobody’s"), counts.get("mine", 0) + counts.get("free", 0)),
        "mine": (_("Mine"), counts.get("mine", 0)),
        "free": (_("Nobody’s"), counts.get("free", 0)),
        "others": (_("Colleagues’"), counts.get("others", 0)),
        "all": (_("All"), sum(counts.values()) - counts.get("later", 0)),
        "later": (_("Put off"), counts.get("later", 0)),
    }
    return [
        {"label": label, "count": count, "url": _address(filters, whose=value), "is_on": value == filters.whose}
        for value, (label, count) in words.items()
    ]


def _kinds(page: QueuePage, filters: Filters) -> list[dict[str, Any]]:
    shown = {kind: source for kind, source in desk_sources().items() if page.by_kind.get(kind) or kind == filters.kind}
    chips = [{"label": _("Everything"), "count": sum(page.by_kind.values()), "value": ""}]
    chips += [
        {"label": str(one.label), "count": page.by_kind.get(kind, 0), "value": kind} for kind, one in shown.items()
    ]
    return [
        chip | {"url": _address(filters, kind=str(chip["value"])), "is_on": chip["value"] == filters.kind}
        for chip in chips
    ]


def _queues(page: QueuePage, filters: Filters, queues: Mapping[str, str]) -> list[dict[str, Any]]:
    if len(queues) < 2:
        return []
    chips = [{"label": _("All queues"), "count": sum(page.by_queue.values()), "value": ""}]
    chips += [{"label": name, "count": page.by_queue.get(token, 0), "value": token} for token, name in queues.items()]
    return [
        chip | {"url": _address(filters, queue=str(chip["value"])), "is_on": chip["value"] == filters.queue}
        for chip in chips
    ]


def snoozed_until(request: HttpRequest, text: str) -> datetime:
    """The morning of the day given, in the region. Raises Wrong."""
    try:
        day = date.fromisoformat(text)
        return datetime.combine(day, MORNING, tzinfo=time_zone(region_of(request)))
    except (ValueError, OverflowError):
        raise Wrong("until", _("Choose the day on which it should come up again.")) from None


@require_POST
def move(request: HttpRequest, move: str) -> HttpResponse:
    """take, assign (with `to`), release, snooze (with `until`) or wake the `chosen`: "item:whom one saw it with"."""
    actor = actor_of(request)
    require(actor, "desk.work")
    seen = _seen(request)
    sent = request.POST
    moment = now()
    moves: dict[str, Callable[[], actions.Moved]] = {
        "take": lambda: actions.take(actor=actor, seen=seen, now=moment),
        "assign": lambda: actions.assign(
            actor=actor,
            seen=seen,
            to=_account(actor, sent.get("to", ""), moment),
            words=sent.get("words", ""),
            now=moment,
        ),
        "release": lambda: actions.release(actor=actor, seen=seen, words=sent.get("words", ""), now=moment),
        "snooze": lambda: actions.snooze(
            actor=actor,
            seen=seen,
            until=snoozed_until(request, sent.get("until", "")),
            words=sent.get("words", ""),
            now=moment,
        ),
        "wake": lambda: actions.wake(actor=actor, seen=seen, now=moment),
    }
    if move not in moves:
        raise Http404
    back = back_or(request, address("workbench:queue"))
    if not seen:
        tell(request, _("Tick what you mean first."), kind="warn")
        return HttpResponseRedirect(back)
    try:
        moved = moves[move]()
    except Wrong as error:
        tell(request, str(error), kind="warn")
        return HttpResponseRedirect(back)
    _say(request, actor, move, moved, moment)
    return HttpResponseRedirect(back)


def _seen(request: HttpRequest) -> dict[int, int | None]:
    found: dict[int, int | None] = {}
    for one in request.POST.getlist("chosen"):
        number, _colon, holder = one.partition(":")
        if pk := whole(number):
            found[pk] = whole(holder) or None
    return found


def _account(actor: Actor, text: str, moment: datetime) -> Account:
    pk = whole(text)
    found = Account.objects.filter(pk=pk, is_active=True).first() if pk in people_of(actor, moment) else None
    if found is None:
        raise Wrong("to", _("Choose from the list whom to give it to."))
    return found


def _say(request: HttpRequest, actor: Actor, move: str, moved: actions.Moved, moment: datetime) -> None:
    count = len(moved.done)
    sentences = {
        "take": ngettext("It is yours now.", "%(n)s items are yours now.", count),
        "assign": ngettext("It was given away.", "%(n)s items were given away.", count),
        "release": ngettext("It is nobody’s again.", "%(n)s items are nobody’s again.", count),
        "snooze": ngettext("It is put off.", "%(n)s items are put off.", count),
        "wake": ngettext("It is back in the list.", "%(n)s items are back in the list.", count),
    }
    if count:
        tell(request, sentences[move] % {"n": count}, batch=moved.batch)
    elif not moved.missed:
        tell(request, _("Nothing had to be changed: it was like that already."), kind="warn")
    for sentence in dict.fromkeys(str(error) for error in moved.missed.values()):
        tell(request, sentence, kind="warn")


@require_POST
def undo(request: HttpRequest, batch: str) -> HttpResponse:
    """Take the last move back."""
    actor = actor_of(request)
    require(actor, "desk.work")
    try:
        count = len(actions.undo(actor=actor, batch=batch[:40], now=now()))
        tell(request, ngettext("It is as it was before.", "%(n)s items are as they were before.", count) % {"n": count})
    except NothingToUndo as error:
        tell(request, str(error), kind="warn")
    return HttpResponseRedirect(back_or(request, address("workbench:queue")))
