# SPDX-License-Identifier: EUPL-1.2
"""The public register with the region's figures, a collaboration's page, and one's own."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from filanda.across.collaborating.flow import FEWEST, Flow, flow
from filanda.capabilities.collaborations import actions
from filanda.capabilities.collaborations.ending import Said, said_over
from filanda.capabilities.collaborations.errors import CollaborationWrong
from filanda.capabilities.collaborations.mailing import recipients, token_of
from filanda.capabilities.collaborations.models import (
    CheckIn,
    Collaboration,
    CollaborationState,
    Cooperation,
    Outcome,
    OutcomeKind,
    Party,
)
from filanda.capabilities.collaborations.policies import is_side
from filanda.capabilities.collaborations.queries import PartyLine, party_lines, with_parties
from filanda.capabilities.collaborations.steps import today
from filanda.directory.organisations.models import HelixRole
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.identity.requests import actor_of, missing, signed_in
from filanda.kernel.manifests import things
from filanda.kernel.policies import decide
from filanda.kernel.regions.models import Region
from filanda.kernel.ui import charts
from filanda.kernel.ui.addresses import lead
from filanda.kernel.ui.numbers import id_in, page_in
from filanda.kernel.ui.paging import pager, pages_at
from filanda.kernel.workflow import MoveNotPossible

__all__ = ["collaboration", "figures_csv", "mine", "move", "register"]

PER_PAGE = 20
_S = CollaborationState
_WAY = (_S.REPORTED, _S.CONFIRMED, _S.ACTIVE, _S.ENDED)


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Public collaborations, newest first, below the region's figures. ?kind= a kind of cooperation; ?page= from 1."""
    actor, region = actor_of(request), _region(request)
    kind = request.GET.get("kind", "")
    rows = Collaboration.objects.filter(is_public=True, hidden_at=None).counted()
    if kind in Cooperation.values:
        rows = rows.filter(kind=kind)
    total = rows.count()
    pages = max(1, -(-total // PER_PAGE))
    number = min(page_in(request), pages)
    shown = list(with_parties(rows)[(number - 1) * PER_PAGE : number * PER_PAGE])
    found = flow(region, now())
    context = {
        "rows": _rows(shown, actor),
        "total": total,
        "kinds": [("", _("All kinds")), *Cooperation.choices],
        "kind": kind,
        "pager": pager(number, pages, pages_at(request.path, kind=kind if kind in Cooperation.values else "")),
        "headline": found.register.counted,
        "steps": _steps(found),
        "years": _years(found),
        "pairs": _pairs(found),
        "outcomes": [(OutcomeKind(value).label, count) for value, count in found.register.outcomes if count],
        "csv_url": reverse("collaborating:figures-csv"),
        "may_report": bool(decide(actor, "collaborations.report")),
    }
    return render(request, "collaborating/register.html", context)


@require_safe
def figures_csv(request: HttpRequest) -> HttpResponse:
    """The figures of the register's page, one a line; counts of answers from five on."""
    found = flow(_region(request), now())
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="collaborations-figures.csv"'
    writer = csv.writer(response)
    writer.writerow(["figure", "detail", "value"])
    register_of = found.register
    plain = [
        ("proposals published", found.published),
        ("proposals answered", found.answered),
        ("answers", None if found.answers < FEWEST else found.answers),
        ("answers accepted", None if found.accepted < FEWEST else found.accepted),
        ("collaborations confirmed", register_of.counted),
        ("collaborations with an outcome", register_of.with_outcome),
        ("median days from publication to first answer", found.days_to_answer),
        ("median days from answer to acceptance", found.days_to_accept),
        ("median days from report to confirmation", found.days_to_confirm),
    ]
    for name, value in plain:
        writer.writerow([name, "", "" if value is None else round(value, 1)])
    writer.writerows(["collaborations by year", year, count] for year, count in register_of.by_year)
    writer.writerows(["collaborations by kind", kind, count] for kind, count in register_of.by_kind)
    writer.writerows(["collaborations by roles", " + ".join(pair), count] for pair, count in register_of.by_helix)
    writer.writerows(["outcomes", kind, count] for kind, count in register_of.outcomes)
    return response


@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Those of one's own sides, what waits first."""
    actor = signed_in(request)
    own = Party.objects.filter(Party.of(actor)).values("collaboration")
    rows = list(with_parties(Collaboration.objects.filter(pk__in=own).order_by("-created_at", "-pk"))[:200])
    listed = _rows(rows, actor)
    context = {
        "waiting": [row for row in listed if row["waits_for_me"]],
        "rows": [row for row in listed if not row["waits_for_me"]],
        "may_report": bool(decide(actor, "collaborations.report")),
    }
    return render(request, "collaborating/mine.html", context)


@never_cache
@require_safe
def collaboration(request: HttpRequest, number: int) -> HttpResponse:
    return _page(request, _find(request, number))


@require_POST
def move(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """confirm; dispute, certify, settle, void (with `reason`); end (`ended_on`, `stopped_why`); over, goes-on: what to
    say where another side said that it is over; publish, withhold; outcome (`kind`, `words`, `url`, `count`); forget
    (`outcome`).
    """
    actor, row = actor_of(request), _find(request, number)
    typed = {field: str(value) for field, value in request.POST.items() if field != "csrfmiddlewaretoken"}
    both: dict[str, Any] = {"actor": actor, "collaboration": row, "now": now()}
    reason = {**both, "reason": typed.get("reason", "")}
    moves: dict[str, Callable[[], object]] = {
        "confirm": lambda: actions.confirm(**both),
        "dispute": lambda: actions.dispute(**reason),
        "certify": lambda: actions.certify(**reason),
        "settle": lambda: actions.settle(**reason),
        "void": lambda: actions.void(**reason),
        "end": lambda: actions.end(
            **both, ended_on=_day(typed.get("ended_on", "")), stopped_why=typed.get("stopped_why", "")
        ),
        "over": lambda: actions.answer_end(**both, is_over=True),
        "goes-on": lambda: actions.answer_end(**both, is_over=False),
        "publish": lambda: actions.set_public(**both, is_public=True),
        "withhold": lambda: actions.set_public(**both, is_public=False),
        "outcome": lambda: actions.note_outcome(**both, given=typed),
        "forget": lambda: actions.remove_outcome(actor=actor, outcome=_outcome(row, typed), now=now()),
    }
    if name not in moves:
        raise Http404
    try:
        moves[name]()
    except CollaborationWrong as error:
        return _page(request, row, tried=name, typed=typed, errors=error.errors, status=422)
    except MoveNotPossible as error:
        return _page(request, row, tried=name, typed=typed, errors={"": str(error)}, status=409)
    return redirect("collaborating:collaboration", number)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise CollaborationWrong({"ended_on": _("Give the day as year-month-day, like 2026-05-31.")}) from None


def _outcome(row: Collaboration, typed: dict[str, str]) -> Outcome:
    number = id_in(typed.get("outcome", ""))
    found = row.outcomes.filter(pk=number).first() if number is not None else None
    if found is None:
        raise Http404
    return found


def _find(request: HttpRequest, number: int) -> Collaboration:
    rows = with_parties(Collaboration.objects.visible_to(actor_of(request)).filter(pk=number))
    found = rows.select_related("region", "facilitator").first()
    if found is None:
        raise missing(request)
    return found


def _page(
    request: HttpRequest,
    row: Collaboration,
    *,
    tried: str = "",
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = actor_of(request)
    if tried:  # as it stands now, whatever somebody else did meanwhile
        row = _find(request, row.pk)
    is_mine = is_side(actor, row)
    parties = party_lines([row], actor)[row.pk]
    said = said_over(row)
    is_staff = Role.FACILITATOR in actor.roles and not is_mine
    context = {
        "row": row,
        "kind": row.get_kind_display(),
        "value": row.get_value_display() if row.value and (is_mine or is_staff) else "",
        "parties": parties,
        "helix": dict(HelixRole.choices),
        "track": _track(row),
        "note": _next_step(row, actor, parties),
        "said_over": _said_over(said, row, actor) if said is not None and (is_mine or is_staff) else None,
        "is_mine": is_mine,
        "is_inside": is_mine or is_staff,
        "may": _may(row, actor, parties, is_staff),
        "is_agreed": is_mine and not row.is_public and _is_agreed(row, actor),
        "is_wanted": is_mine and not row.is_public and _is_wanted(row, actor),
        "came_from": _came_from(row, actor),
        "outcomes": list(row.outcomes.all()),
        "outcome_kinds": [("", _("Choose…")), *OutcomeKind.choices],
        "check_ins": _check_ins(row, actor) if is_mine or is_staff else [],
        "typed": typed or {},
        "errors": errors or {},
        "tried": tried,
        "today": today(row.region, now()).isoformat(),
        "report_url": f"{reverse('moderation:report')}?thing=collaboration:{row.pk}"
        if row.is_public and not is_mine
        else "",
    }
    return render(request, "collaborating/collaboration.html", context, status=status)


def _may(row: Collaboration, actor: Actor, parties: list[PartyLine], is_staff: bool) -> dict[str, bool]:
    """The moves that this reader may make now."""
    is_mine = any(party.is_mine for party in parties)
    waits = any(party.is_mine and not party.has_confirmed for party in parties)
    own = [party for party in row.parties.all() if party.is_side_of(actor)]
    is_open = row.state in (_S.CONFIRMED, _S.ACTIVE)
    is_counted = is_open or row.state == _S.ENDED
    return {
        "confirm": row.state == _S.REPORTED and waits,
        "dispute": row.state == _S.REPORTED and is_mine,
        "certify": row.state == _S.REPORTED and is_staff,
        "settle": row.state == _S.DISPUTED and is_staff,
        "void": row.state == _S.DISPUTED and is_staff,
        "end": is_open and (is_mine or is_staff),
        "outcome": is_counted and (is_mine or is_staff),
        "publish": is_mine and row.state != _S.VOID and any(party.keeps_private for party in own),
        "withhold": is_mine and not all(party.keeps_private for party in own),
    }


def _is_agreed(row: Collaboration, actor: Actor) -> bool:
    """Whether the reader's side has agreed to publication, and another has not."""
    return all(not party.keeps_private for party in row.parties.all() if party.is_side_of(actor))


def _is_wanted(row: Collaboration, actor: Actor) -> bool:
    """Whether another side that somebody speaks for has agreed to publication, and the reader's has not."""
    others = [party for party in row.parties.all() if not party.is_side_of(actor)]
    return not _is_agreed(row, actor) and any(not one.keeps_private and recipients(one) for one in others)


def _said_over(said: Said, row: Collaboration, actor: Actor) -> dict[str, Any]:
    """That a side says it is over: until when the others object, and whether this reader is one of them."""
    own = [party.pk for party in row.parties.all() if party.is_side_of(actor)]
    return {"until": said.until, "asks_me": bool(set(own) - said.parties), "is_mine": bool(set(own) & said.parties)}


def _next_step(row: Collaboration, actor: Actor, parties: list[PartyLine]) -> str:
    """One sentence for this reader, "" where nothing is to be done."""
    if row.state == _S.REPORTED:
        if any(party.is_mine and not party.has_confirmed for party in parties):
            return _("You were named as a party: say whether this is so.")
        if any(party.is_mine for party in parties):
            return _("The other side has been asked to confirm it.")
    if row.state == _S.DISPUTED:
        return _("A facilitator looks at it with both sides.")
    return ""


def _track(row: Collaboration) -> list[dict[str, str]]:
    has_stopped = row.state in (_S.DISPUTED, _S.VOID)
    way = [_S.REPORTED, _S(row.state)] if has_stopped else list(_WAY)
    place = way.index(_S(row.state))
    return [
        {
            "label": str(_S(state).label),
            "state": "done" if position < place else "current" if position == place else "ahead",
        }
        for position, state in enumerate(way)
    ]


def _came_from(row: Collaboration, actor: Actor) -> dict[str, str] | None:
    """What it came of, if this reader may see that."""
    thing = things().get(row.from_kind)
    if thing is None or row.from_id is None:
        return None
    line = thing.lines(actor, [row.from_id]).get(row.from_id)
    if line is None:
        return None
    return {"title": line.title, "url": lead(line), "language": line.language}


def _check_ins(row: Collaboration, actor: Actor) -> list[dict[str, Any]]:
    """The questions asked, with their answers; what is open leads to the page where it is answered."""
    rows = CheckIn.objects.filter(collaboration=row, sent_at__isnull=False).select_related("party__organisation")
    found = []
    for one in rows.order_by("due_on", "party__position"):
        is_theirs = one.party.is_side_of(actor)
        may_answer = is_theirs or Role.FACILITATOR in actor.roles
        organisation = one.party.organisation
        found.append(
            {
                "who": organisation.name if organisation is not None else _("a person"),
                "months": one.months,
                "asked_at": one.sent_at,
                "answer": one.get_answer_display() if one.answer else "",
                "answered_at": one.answered_at,
                "details": one.details if is_theirs or Role.FACILITATOR in actor.roles else "",
                "url": reverse("collaborating:check-in", args=[token_of(one)]) if may_answer else "",
            }
        )
    return found


def _rows(rows: list[Collaboration], actor: Actor) -> list[dict[str, Any]]:
    named = party_lines(rows, actor)
    return [
        {
            "url": reverse("collaborating:collaboration", args=[row.pk]),
            "title": row.title,
            "language": row.language,
            "summary": row.summary if len(row.summary) <= 240 else row.summary[:239].rstrip() + "…",
            "kind": row.get_kind_display(),
            "state": row.state,
            "state_label": row.get_state_display(),
            "started_on": row.started_on,
            "parties": named[row.pk],
            "waits_for_me": row.state == _S.REPORTED
            and any(party.is_mine and not party.has_confirmed for party in named[row.pk]),
        }
        for row in rows
    ]


def _steps(found: Flow) -> list[dict[str, Any]]:
    """From proposals to outcomes: each with its count and how long it took."""

    def days(value: float | None) -> str:
        if value is None:
            return ""
        whole = round(value)
        return ngettext("median: %(days)s day", "median: %(days)s days", whole) % {"days": number_format(whole)}

    return [
        {"label": _("Proposals published"), "count": found.published, "time": ""},
        {"label": _("Proposals answered"), "count": found.answered, "time": days(found.days_to_answer)},
        {
            "label": _("Answers accepted"),
            "count": found.accepted,
            "is_few": found.accepted < FEWEST,  # whoever waits for a word would learn that others had theirs
            "time": days(found.days_to_accept),
        },
        {
            "label": _("Collaborations confirmed"),
            "count": found.register.counted,
            "time": days(found.days_to_confirm),
        },
        {"label": _("Collaborations with an outcome"), "count": found.register.with_outcome, "time": ""},
    ]


def _years(found: Flow) -> list[dict[str, Any]]:
    years = found.register.by_year[-12:]
    bars = charts.bars([count for _year, count in years], width=300)
    is_tight = len(years) > 6
    return [
        {
            "label": str(year),
            "short": f"’{year % 100:02}" if is_tight else str(year),
            "count": count,
            "bar": bar,
            "middle": round(bar.x + bar.width / 2, 1),
        }
        for (year, count), bar in zip(years, bars, strict=True)
    ]


def _pairs(found: Flow) -> list[list[str]]:
    names = dict(HelixRole.choices)
    return [
        [f"{names[one]} + {names[other]}", number_format(count)]
        for (one, other), count in found.register.by_helix
        if HelixRole.UNKNOWN not in (one, other)
    ]


def _region(request: HttpRequest) -> Region:
    region: Region = request.region  # type: ignore[attr-defined]
    return region
