# SPDX-License-Identifier: EUPL-1.2
"""The queue, one case, one appeal: for those who keep order."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filanda.across.moderating.framing import keeper, report_row, summary, words_of
from filanda.capabilities.moderation import actions
from filanda.capabilities.moderation.models import (
    Appeal,
    Decision,
    Ground,
    Measure,
    Report,
    ReportState,
)
from filanda.capabilities.moderation.queries import queue as queue_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.manifests import things
from filanda.kernel.policies import decide, require
from filanda.kernel.ui.addresses import lead
from filanda.kernel.ui.numbers import whole
from filanda.kernel.ui.returning import back_or
from filanda.kernel.workflow import MoveNotPossible


@never_cache
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for a decision."""
    actor = keeper(request)
    state = request.GET.get("state", "")
    cases = queue_of(actor, now(), state=state)
    context = {
        "cases": [
            {
                **report_row(one.report, reverse("moderation:case", args=[one.report.pk])),
                "said": Truncator(" ".join(one.report.said.split())).chars(160),
                "count": one.count,
                "handler": str(one.report.handler or ""),
                "may_decide": one.may_decide,
                "why_not": one.why_not,
                "unfounded": one.unfounded,
            }
            for one in cases
        ],
        "state": state,
        "states": [
            ("", _("All")),
            *(
                (one.value, str(one.label))
                for one in (ReportState.RECEIVED, ReportState.IN_REVIEW, ReportState.APPEALED)
            ),
        ],
    }
    return render(request, "moderating/queue.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, number: int) -> HttpResponse:
    """One report, what it is about, what happened before, and deciding."""
    actor = keeper(request)
    row = (
        Report.objects.visible_to(actor)
        .exclude(reporter=actor.account_id)
        .filter(pk=number)
        .select_related("author", "reporter", "handler", "decision")
        .first()
    )
    if row is None:
        raise Http404
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        days = request.POST.get("suspend_days", "")
        try:
            actions.decide(
                actor=actor,
                report=row,
                measure=request.POST.get("measure", ""),
                reasons=request.POST.get("reasons", ""),
                ground=request.POST.get("ground", ""),
                rule=request.POST.get("rule", ""),
                suspend_days=whole(days, most=9999),
                is_unfounded="is_unfounded" in request.POST,
                now=now(),
            )
            return redirect(f"{reverse('moderation:case', args=[row.pk])}?decided")
        except ValidationError as error:
            errors, status = words_of(error), 422
        except actions.AlreadyDecided as late:
            errors, status = {"measure": str(late)}, 409
    return render(request, "moderating/case.html", _case_context(request, actor, row, errors), status=status)


def _case_context(request: HttpRequest, actor: Actor, row: Report, errors: dict[str, str]) -> dict[str, Any]:
    kind = things().get(row.thing_kind)
    line = kind.lines(actor, [row.thing_id]).get(row.thing_id) if kind is not None else None
    answer = decide(actor, "moderation.reports.handle", row)
    open_appeal = Appeal.objects.filter(decision=row.decision_id, is_upheld=None).first() if row.decision_id else None
    return {
        "report": {**report_row(row, ""), "text": row.text, "said": row.said, "address": row.address},
        "author": str(row.author or _("A former member")),
        "reporter": str(row.reporter or row.reporter_name or _("Somebody who has left")),
        "handler": str(row.handler or ""),
        "now_url": lead(line) if line is not None else "",
        "others": _others(actor, row),
        "before": _before(actor, row),
        "is_open": row.state in (ReportState.RECEIVED, ReportState.IN_REVIEW),
        "may_take": row.state == ReportState.RECEIVED and bool(answer),
        "may_decide": bool(answer),
        "why_not": str(answer.reason),
        "measures": [(value, str(label)) for value, label in Measure.choices],
        "grounds": [(value, str(label)) for value, label in Ground.choices],
        "values": _typed(request),
        "decision": _decided(row.decision) if row.decision is not None else None,
        "appeal_url": reverse("moderation:appeal", args=[open_appeal.pk]) if open_appeal is not None else "",
        "may_show_again": bool(answer) and row.decision is not None and _can_be_shown(row.decision),
        "decided": "decided" in request.GET,
        "errors": errors,
        "summary": summary(errors),
    }


def _others(actor: Actor, row: Report) -> list[dict[str, Any]]:
    """Other reports of the same thing."""
    same = Report.objects.visible_to(actor).filter(thing_kind=row.thing_kind, thing_id=row.thing_id)
    return [
        {
            "text": one.text,
            "category": str(one.get_category_display()),
            "at": one.created_at,
            "state": str(one.get_state_display()),
        }
        for one in same.exclude(pk=row.pk)[:50]
    ]


def _before(actor: Actor, row: Report) -> list[dict[str, Any]]:
    """What was decided about its author before; not what was decided elsewhere, in a private community say: that is not
    for those who keep order here.
    """
    if not row.author_id:
        return []
    decided = Decision.objects.visible_to(actor).filter(author=row.author_id).exclude(measure=Measure.NONE)
    return [
        {
            "measure": str(one.get_measure_display()),
            "at": one.decided_at,
            "is_reversed": one.reversed_at is not None,
        }
        for one in decided[:20]
    ]


def _typed(request: HttpRequest) -> dict[str, Any]:
    posted = request.POST
    return {
        "measure": posted.get("measure", ""),
        "reasons": posted.get("reasons", ""),
        "ground": posted.get("ground", Ground.TERMS),
        "rule": posted.get("rule", ""),
        "suspend_days": posted.get("suspend_days", "7"),
        "is_unfounded": "is_unfounded" in posted,
    }


def _decided(row: Decision) -> dict[str, Any]:
    """A decision, as those who keep order see it."""
    return {
        "measure": str(row.get_measure_display()),
        "reasons": row.reasons,
        "rule": row.rule,
        "by": str(row.decided_by or ""),
        "at": row.decided_at,
        "is_reversed": row.reversed_at is not None,
        "is_shown_again": row.shown_again_at is not None,
    }


def _can_be_shown(row: Decision) -> bool:
    return row.measure == Measure.HIDDEN and row.reversed_at is None and row.shown_again_at is None


@require_POST
def show_again(request: HttpRequest, number: int) -> HttpResponse:
    """Show what was hidden: its author has changed it."""
    actor = keeper(request)
    row = Report.objects.visible_to(actor).filter(pk=number).select_related("decision").first()
    if row is None or row.decision is None:
        raise Http404
    with suppress(actions.AlreadyDecided):  # a colleague was faster: the page says so
        actions.show_again(actor=actor, decision=row.decision, now=now())
    return redirect("moderation:case", row.pk)


@require_POST
def take(request: HttpRequest, number: int) -> HttpResponse:
    """Take a report on."""
    actor = keeper(request)
    row = Report.objects.visible_to(actor).exclude(reporter=actor.account_id).filter(pk=number).first()
    if row is None:
        raise Http404
    with suppress(MoveNotPossible):  # a colleague was faster: the page says who
        actions.take(actor=actor, report=row, now=now())
        return redirect(back_or(request, reverse("moderation:case", args=[row.pk])))
    return redirect("moderation:case", row.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, number: int) -> HttpResponse:
    """Deciding about an appeal, as somebody else than who decided."""
    actor = actor_of(request)
    require(actor, "moderation.appeals.decide")
    row = (
        Appeal.objects.visible_to(actor)
        .filter(pk=number)
        .select_related("decision", "account", "decision__decided_by")
        .first()
    )
    if row is None:
        raise Http404
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        wish = request.POST.get("is_upheld", "")
        try:
            if wish not in {"yes", "no"}:
                raise ValidationError({"is_upheld": _("Choose one of the two.")})
            actions.decide_appeal(
                actor=actor,
                appeal=row,
                is_upheld=wish == "yes",
                reasons=request.POST.get("reasons", ""),
                now=now(),
            )
            return redirect(f"{request.path}?decided")
        except ValidationError as error:
            errors, status = words_of(error), 422
        except actions.AlreadyDecided as late:
            errors, status = {"is_upheld": str(late)}, 409
    answer = decide(actor, "moderation.appeals.decide", row)
    first = row.decision.first_report()
    context = {
        "appeal": {
            "text": row.text,
            "by": str(row.account or _("A former member")),
            "is_author": row.account_id == row.decision.author_id,
            "at": row.made_at,
            "is_open": row.is_upheld is None,
            "is_upheld": bool(row.is_upheld),
            "reasons": row.reasons,
        },
        "decision": _decided(row.decision),
        "title": first.title if first is not None else "",
        "said": first.said if first is not None else "",
        "case_url": reverse("moderation:case", args=[first.pk]) if first is not None else "",
        "may_decide": bool(answer),
        "why_not": str(answer.reason),
        "values": {"is_upheld": request.POST.get("is_upheld", ""), "reasons": request.POST.get("reasons", "")},
        "decided": "decided" in request.GET,
        "errors": errors,
        "summary": summary(errors),
    }
    return render(request, "moderating/appeal.html", context, status=status)
