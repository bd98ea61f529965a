# SPDX-License-Identifier: EUPL-1.2
"""Where facilitators validate profiles: the queue, one tap to validate, a question with its words, handing over."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from filanda.across.profiles import queries
from filanda.across.profiles.addresses import PeopleAddresses
from filanda.across.profiles.portrait import portrait
from filanda.directory.people.actions import (
    NotAFacilitator,
    ReasonMissing,
    TooLate,
    assign_facilitators,
    can_take_validation_back,
    return_person,
    take_validation_back,
    validate_person,
)
from filanda.directory.people.models import Person, ValidationState
from filanda.directory.people.queries import facilitator_rules, facilitators
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import decide, require
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import clean
from filanda.kernel.ui.numbers import id_in, whole
from filanda.kernel.ui.paging import pager
from filanda.kernel.ui.returning import back_or
from filanda.kernel.workflow import MoveNotPossible, possible_moves

__all__ = ["assign", "move", "queue", "unassign"]

MOST_CHOSEN = 100
UNDO = "profiles-handed-over"  # in the session: what the last handing over changed


@never_cache
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """?state= one of the states (waiting); ?whose=mine or all; ?q= words of names; ?done= a number, just validated."""
    require(request.actor, "people.review")  # type: ignore[attr-defined]
    return _queue(request)


def _queue(
    request: HttpRequest,
    errors: dict[int, str] | None = None,
    typed: dict[int, str] | None = None,
    status: int = 200,
    *,
    bulk: dict[str, Any] | None = None,
) -> HttpResponse:
    actor = actor_of(request)
    region: Region = request.region  # type: ignore[attr-defined]
    asked = request.GET
    state = asked.get("state", "")
    state = state if state in ValidationState.values else str(ValidationState.WAITING)
    whose = "mine" if asked.get("whose") == "mine" else "all"
    q = " ".join(clean(asked.get("q", "")[:100]).split())
    number = whole(asked.get("page"), least=1, most=10_000, default=1)
    page = queries.queue_page(actor, state=state, whose=whose, q=q, page=number)
    addresses = PeopleAddresses.here()
    done = whole(asked.get("done"), least=1, most=10**9, default=0)
    changed = Person.objects.visible_to(actor).filter(pk=done).first() if done else None
    able = facilitators(now())
    undo = request.session.get(UNDO) if "handed" in asked else None
    context = {
        "facilitators": [(str(one.pk), str(one)) for one in able if one.pk != actor.account_id],
        "validates": facilitator_rules(region).validates,
        "is_facilitator": actor.account_id in {one.pk for one in able},
        "bulk": {"chosen": [], "to": "", "why": "", "errors": {}} | (bulk or {}),
        "assign_url": reverse("profiles:queue-assign"),
        "handed": whole(asked.get("handed"), least=0, most=MOST_CHOSEN, default=0) if "handed" in asked else None,
        "undo_url": reverse("profiles:queue-unassign") if undo else "",
        "rows": [_row(profile, actor, region, addresses) for profile in page.profiles],
        "total": page.total,
        "q": q,
        "state": state,
        "whose": whose,
        "states": [
            {
                "label": str(label),
                "count": page.counts.get(value, 0),
                "url": _address(value, whose, q),
                "is_on": value == state,
            }
            for value, label in ValidationState.choices
        ],
        "whoses": [
            {"label": _("All"), "url": _address(state, "all", q), "is_on": whose == "all"},
            {"label": _("Mine"), "url": _address(state, "mine", q), "is_on": whose == "mine"},
        ],
        "queue_url": reverse("profiles:queue"),
        "here": _address(state, whose, q, page.page).partition("?")[2],
        "pager": pager(page.page, page.pages, lambda n: _address(state, whose, q, n)),
        "may_see_requests": bool(decide(actor, "needs.requests.view")),
        "errors": errors or {},
        "typed": typed or {},
        "done": _done(changed, actor) if changed is not None else None,
    }
    return render(request, "profiles/queue.html", context, status=status)


def _done(person: Person, actor: Actor) -> dict[str, Any]:
    """Who was validated just now, or waits again."""
    is_validated = person.state == ValidationState.VALIDATED
    undo = reverse("profiles:queue-move", args=[person.pk, "take_back"])
    return {
        "name": person.name,
        "is_validated": is_validated,
        "undo_url": undo if can_take_validation_back(actor, person, now()) else "",
    }


def _row(profile: queries.Profile, actor: Actor, region: Region, addresses: PeopleAddresses) -> dict[str, Any]:
    person = profile.person
    possible = {move.name for move in possible_moves(person, actor)}
    return portrait(profile, region=region, addresses=addresses) | {
        "id": person.pk,
        "url": addresses.person(person.pk, person.slug),
        "purpose": person.purpose if person.is_looked_after_by(actor) else "",
        "facilitator": str(person.facilitator) if person.facilitator else "",
        "state": person.state,
        "since": person.state_changed_at,
        "question": person.return_reason,
        "answer": person.answer,
        "validate_url": reverse("profiles:queue-move", args=[person.pk, "validate"]) if "validate" in possible else "",
        "return_url": reverse("profiles:queue-move", args=[person.pk, "return"]) if "return" in possible else "",
        "undo_url": (
            reverse("profiles:queue-move", args=[person.pk, "take_back"])
            if can_take_validation_back(actor, person, now())
            else ""
        ),
    }


def _address(state: str, whose: str, q: str = "", page: int = 1) -> str:
    wanted = {"state": state} if state != ValidationState.WAITING else {}
    wanted |= {"whose": whose} if whose != "all" else {}
    wanted |= {"q": q} if q else {}
    wanted |= {"page": str(page)} if page > 1 else {}
    return reverse("profiles:queue") + (f"?{urlencode(wanted)}" if wanted else "")


@require_POST
def move(request: HttpRequest, person_id: int, move: str) -> HttpResponse:
    """validate (`seen`: the state it was seen in), take_back (that), or return with `question`. The list is as it was
    when the answer comes.
    """
    actor = actor_of(request)
    require(actor, "people.review")
    person = Person.objects.visible_to(actor).filter(pk=person_id).first()
    if person is None or move not in ("validate", "take_back", "return"):
        raise Http404
    question = request.POST.get("question", "")
    try:
        if move == "validate":
            validate_person(actor=actor, person=person, now=now(), seen=request.POST.get("seen", ""))
        elif move == "take_back":
            take_validation_back(actor=actor, person=person, now=now())
        else:
            return_person(actor=actor, person=person, question=question, now=now())
    except ReasonMissing as error:
        return _queue(request, {person.pk: str(error)}, {person.pk: question}, status=422)
    except (MoveNotPossible, TooLate) as error:
        return _queue(request, {0: str(error)}, {person.pk: question}, status=409)
    if "next" in request.POST:  # the workbench says what was done; the list here says it by itself
        sentence, undo = _said(person, move)
        messages.success(request, sentence % {"name": person.name}, extra_tags=undo)
    back = request.GET.copy()
    back["done"] = str(person.pk) if move in ("validate", "take_back") else "0"
    return redirect(back_or(request, reverse("profiles:queue") + "?" + back.urlencode()))


def _said(person: Person, move: str) -> tuple[str, str]:
    """What was done, and where it is undone."""
    undo = reverse("profiles:queue-move", args=[person.pk, "take_back"])
    return {
        "validate": (_("The profile of %(name)s is validated."), undo),
        "take_back": (_("The profile of %(name)s waits again."), ""),
        "return": (_("%(name)s was asked."), ""),
    }[move]


@require_POST
def assign(request: HttpRequest) -> HttpResponse:
    """Hand the `chosen` people over to the facilitator `to`, or with `mine` to oneself; `why` goes to each of them."""
    actor = actor_of(request)
    require(actor, "people.review")
    require(actor, "people.assign")
    sent = request.POST
    ids = list(dict.fromkeys(id_in(value) or 0 for value in sent.getlist("chosen")))
    to = str(actor.account_id) if "mine" in sent else sent.get("to", "")
    bulk: dict[str, Any] = {"chosen": ids, "to": sent.get("to", ""), "why": sent.get("why", "")}
    facilitator = next((one for one in facilitators(now()) if str(one.pk) == to), None)
    wrong: dict[str, str] = {}
    before: dict[int, int | None] = {}
    if not any(ids):
        wrong["chosen"] = _("Tick the people to hand over first.")
    elif len(ids) > MOST_CHOSEN:
        wrong["chosen"] = _("Up to %(most)s people at once.") % {"most": MOST_CHOSEN}
    if facilitator is None:
        wrong["to"] = _("Choose a facilitator from the list.")
    elif not wrong:
        try:
            before = assign_facilitators(
                actor=actor, chosen=dict.fromkeys(ids, facilitator), reason=bulk["why"], now=now()
            )
        except ReasonMissing as error:
            wrong["why"] = str(error)
        except NotAFacilitator as error:
            wrong["to"] = str(error)
    if wrong:
        return _queue(request, status=422, bulk=bulk | {"errors": wrong})
    request.session[UNDO] = {"to": to, "before": [[pk, earlier] for pk, earlier in before.items()]}
    return _handed(request, len(before))


@require_POST
def unassign(request: HttpRequest) -> HttpResponse:
    """Take the last handing over back: whoever is still with the one who got them goes back to whom they were with."""
    actor = actor_of(request)
    require(actor, "people.review")
    require(actor, "people.assign")
    kept = request.session.pop(UNDO, None) or {"to": "0", "before": []}
    by_id = {one.pk: one for one in facilitators(now())}
    still = Person.objects.visible_to(actor).filter(facilitator=int(kept["to"]))
    here = set(still.filter(pk__in=[pk for pk, _earlier in kept["before"]]).values_list("pk", flat=True))
    chosen = {
        pk: by_id.get(earlier) for pk, earlier in kept["before"] if pk in here and (earlier is None or earlier in by_id)
    }
    before = assign_facilitators(actor=actor, chosen=chosen, reason=_("The handing over was taken back."), now=now())
    return _handed(request, len(before))


def _handed(request: HttpRequest, many: int) -> HttpResponse:
    back = request.GET.copy()
    back.pop("done", None)
    back["handed"] = str(many)
    return redirect(reverse("profiles:queue") + "?" + back.urlencode())
