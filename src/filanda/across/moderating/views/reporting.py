# SPDX-License-Identifier: EUPL-1.2
"""Reporting, what became of it, the statement of reasons, and appealing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from filanda.across.moderating.framing import report_row, summary, words_of
from filanda.capabilities.moderation import actions
from filanda.capabilities.moderation.links import read_link
from filanda.capabilities.moderation.models import (
    APPEAL_WITHIN,
    Appeal,
    Category,
    Decision,
    Measure,
    Report,
    ReportState,
)
from filanda.capabilities.moderation.queries import decisions_about, reports_by
from filanda.kernel import limits
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.requests import actor_of, signed_in
from filanda.kernel.manifests import things
from filanda.kernel.policies import decide
from filanda.kernel.ui.addresses import lead
from filanda.kernel.ui.numbers import id_in

_LIMIT = limits.Limit(20, timedelta(hours=1))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Report one thing: ?thing=post:12. Anybody may; no account is needed (DSA art. 16)."""
    actor = actor_of(request)
    name, _colon, typed_id = (request.POST.get("thing") or request.GET.get("thing", "")).partition(":")
    kind, number = things().get(name), id_in(typed_id)
    if kind is None or kind.enforcement is None or number is None:
        raise Http404
    line = kind.lines(actor, [number]).get(number)
    if line is None:
        raise Http404
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            if request.POST.get("website"):  # a field that no person sees
                raise ValidationError({"text": _("This was not sent. Leave the field named website empty.")})
            _count(request)
            made = actions.report(
                actor=actor,
                region=request.region,  # type: ignore[attr-defined]
                thing=(name, int(number)),
                category=request.POST.get("category", ""),
                text=request.POST.get("text", ""),
                name=request.POST.get("name", ""),
                email=request.POST.get("email", ""),
                language=(get_language() or "it").split("-")[0],
                now=now(),
            )
            if actor.account_id is not None:
                return redirect(f"{reverse('moderation:own-report', args=[made.pk])}?sent")
            return render(request, "moderating/sent.html", {"number": made.pk, "back": lead(line)})
        except actions.NotReportable as gone:
            raise Http404(str(gone)) from gone
        except ValidationError as error:
            errors, status = words_of(error), 422
    context = {
        "thing": f"{name}:{number}",
        "kind": str(kind.label),
        "title": line.title,
        "excerpt": line.excerpt,
        "thing_language": line.language,
        "author": line.author_name,
        "back": lead(line),
        "categories": [("", _("Choose…")), *((value, str(label)) for value, label in Category.choices)],
        "values": {key: request.POST.get(key, "") for key in ("category", "text", "name", "email")},
        "is_visitor": actor.account_id is None,
        "errors": errors,
        "summary": summary(errors),
    }
    return render(request, "moderating/report.html", context, status=status)


def _count(request: HttpRequest) -> None:
    """Twenty reports in an hour from one address are enough for anybody. Raises ValidationError."""
    who = limits.address_of(request)
    try:
        limits.take("moderation.report", _LIMIT, who=who, region=request.region, now=now())  # type: ignore[attr-defined]
    except limits.TooMany as error:
        minutes = error.retry_after // 60 + 1
        raise ValidationError(
            {
                "text": _("That is a lot of reports in one hour. Send this one in %(count)d minutes.")
                % {"count": minutes}
            }
        ) from error


@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What one reported, and what was decided about what one wrote."""
    actor = signed_in(request)
    context = {
        "reports": [report_row(row, reverse("moderation:own-report", args=[row.pk])) for row in reports_by(actor)],
        "decisions": [
            {
                "url": reverse("moderation:decision", args=[row.pk]),
                "measure": str(row.get_measure_display()),
                "at": row.decided_at,
                "is_reversed": row.reversed_at is not None,
            }
            for row in decisions_about(actor)
        ],
    }
    return render(request, "moderating/mine.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_report(request: HttpRequest, number: int) -> HttpResponse:
    """One's own report: where it stands, what was decided, and appealing."""
    actor = signed_in(request)
    row = Report.objects.filter(pk=number, reporter=actor.account_id).select_related("decision").first()
    if row is None:
        raise Http404
    errors, status, done = _appealed(request, actor, row.decision)
    if done is not None:
        return done
    return render(request, "moderating/own_report.html", _own_context(request, row, errors), status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reported(request: HttpRequest, token: str) -> HttpResponse:
    """The same for whoever reported without an account, by the signed link of their e-mails."""
    row = read_link(token, request.region.pk)  # type: ignore[attr-defined]
    if row is None:
        raise Http404
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            actions.appeal_by_link(report=row, text=request.POST.get("text", ""), now=now())
            return redirect(f"{request.path}?appealed")
        except ValidationError as error:
            errors, status = words_of(error), 422
    answer = render(request, "moderating/own_report.html", _own_context(request, row, errors), status=status)
    answer["Referrer-Policy"] = "same-origin"  # the address is the key; "no-referrer" would refuse our own form
    return answer


def _own_context(request: HttpRequest, row: Report, errors: dict[str, str]) -> dict[str, Any]:
    typed = request.POST.get("text", "")
    return {
        "report": {**report_row(row, ""), "text": row.text, "address": row.address},
        "steps": _steps(row),
        "sent": "sent" in request.GET,
        "appealed": "appealed" in request.GET,
        **_decision_context(
            actor_of(request), row.decision, errors, typed, by_link=row if row.reporter is None else None
        ),
    }


def _steps(row: Report) -> list[dict[str, Any]]:
    order = [ReportState.RECEIVED, ReportState.IN_REVIEW, ReportState.DECIDED]
    place = order.index(ReportState(row.state)) if row.state in order else 2
    return [
        {"label": str(state.label), "state": "done" if at < place else "current" if at == place else "ahead"}
        for at, state in enumerate(order)
    ]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def decision(request: HttpRequest, number: int) -> HttpResponse:
    """The statement of reasons, for whoever wrote what it is about; and appealing."""
    actor = signed_in(request)
    about_me = Decision.objects.filter(author=actor.account_id).exclude(measure=Measure.NONE)
    row = about_me.filter(pk=number).first()
    if row is None:
        raise Http404
    errors, status, done = _appealed(request, actor, row)
    if done is not None:
        return done
    first = row.first_report()
    context = {
        "title": first.title if first is not None else "",
        "said": first.said if first is not None else "",
        "category": str(first.get_category_display()) if first is not None else "",
        "appealed": "appealed" in request.GET,
        **_decision_context(actor, row, errors, request.POST.get("text", "")),
    }
    return render(request, "moderating/decision.html", context, status=status)


def _appealed(
    request: HttpRequest, actor: Actor, row: Decision | None
) -> tuple[dict[str, str], int, HttpResponse | None]:
    if request.method != "POST":
        return {}, 200, None
    if row is None:
        raise Http404
    try:
        actions.appeal(actor=actor, decision=row, text=request.POST.get("text", ""), now=now())
    except ValidationError as error:
        return words_of(error), 422, None
    return {}, 200, redirect(f"{request.path}?appealed")


def _may_appeal(actor: Actor, row: Decision, appeals: list[Appeal], by_link: Report | None) -> bool:
    """Whether the form to appeal is shown; the action asks again."""
    if (
        row.reversed_at is not None
        or not row.may_be_appealed_at(now())
        or any(one.is_upheld is None for one in appeals)
    ):
        return False
    if by_link is not None:
        return not any(one.report_id == by_link.pk for one in appeals)
    is_first = not any(one.account_id == actor.account_id for one in appeals)
    return is_first and bool(decide(actor, "moderation.decisions.appeal", row))


def _decision_context(
    actor: Actor, row: Decision | None, errors: dict[str, str], typed: str, *, by_link: Report | None = None
) -> dict[str, Any]:
    if row is None:
        return {"decision": None, "errors": errors, "summary": summary(errors), "typed": typed}
    appeals = list(row.appeals.all())
    is_author = actor.account_id is not None and row.author_id == actor.account_id

    def is_mine(one: Appeal) -> bool:
        return one.report_id == by_link.pk if by_link is not None else one.account_id == actor.account_id

    return {
        "decision": {
            "measure": str(row.get_measure_display()),
            "is_nothing": row.measure == Measure.NONE,
            "ground": str(row.get_ground_display()),
            "rule": row.rule,
            # Whoever reported learns the reasons where nothing was done; the others are the author's to know.
            "reasons": row.reasons if is_author or row.measure == Measure.NONE else "",
            "at": row.decided_at,
            "until": row.suspended_until if is_author else None,
            "is_shown_again": row.shown_again_at is not None,
            "appeal_until": row.decided_at + APPEAL_WITHIN,
            "is_reversed": row.reversed_at is not None,
        },
        "appeals": [
            {
                "is_mine": is_mine(one),
                "text": one.text if is_mine(one) else "",
                "at": one.made_at,
                "is_open": one.is_upheld is None,
                "is_upheld": bool(one.is_upheld),
                "reasons": one.reasons,
            }
            for one in appeals
        ],
        "may_appeal": _may_appeal(actor, row, appeals, by_link),
        "errors": errors,
        "summary": summary(errors),
        "typed": typed,
    }
