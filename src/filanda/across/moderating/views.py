# SPDX-License-Identifier: EUPL-1.2
"""Pages of reports, decisions and appeals."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filanda.capabilities.moderation import actions
from filanda.capabilities.moderation.links import read_link
from filanda.capabilities.moderation.models import (
    APPEAL_WITHIN,
    Appeal,
    Category,
    Decision,
    Ground,
    Measure,
    Report,
    ReportState,
)
from filanda.capabilities.moderation.queries import decisions_about, figures, reports_by, years
from filanda.capabilities.moderation.queries import queue as queue_of
from filanda.kernel import limits
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import RoleGrant
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.manifests import things
from filanda.kernel.manifests.things import ThingLine
from filanda.kernel.policies import Decision as Answer
from filanda.kernel.policies import Forbidden, decide, require
from filanda.kernel.ui.numbers import id_in, whole
from filanda.kernel.ui.returning import back_or
from filanda.kernel.workflow import MoveNotPossible

_LIMIT = limits.Limit(20, timedelta(hours=1))


def _signed_in(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if actor.account_id is None:
        raise Forbidden(Answer(False, _("Sign in first: this page is about you.")))
    return actor


def _keeper(request: HttpRequest) -> Actor:
    """Who decides about any reports at all; the queue itself shows only theirs."""
    actor = actor_of(request)
    if not actor.scope_ids("space", "space_manager", "space_moderator"):
        require(actor, "moderation.reports.handle")
    return actor


def _errors(error: ValidationError) -> dict[str, str]:
    return {name: " ".join(messages) for name, messages in error.message_dict.items()}


def _summary(errors: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "message": message} for name, message in errors.items()]


def _address(line: ThingLine) -> str:
    path = reverse(line.url_name, args=line.url_args)
    return f"{path}{'?' + line.query if line.query else ''}{'#' + line.fragment if line.fragment else ''}"


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
            return render(request, "moderating/sent.html", {"number": made.pk, "back": _address(line)})
        except actions.NotReportable as gone:
            raise Http404(str(gone)) from gone
        except ValidationError as error:
            errors, status = _errors(error), 422
    context = {
        "thing": f"{name}:{number}",
        "kind": str(kind.label),
        "title": line.title,
        "excerpt": line.excerpt,
        "thing_language": line.language,
        "author": line.author_name,
        "back": _address(line),
        "categories": [("", _("Choose…")), *((value, str(label)) for value, label in Category.choices)],
        "values": {key: request.POST.get(key, "") for key in ("category", "text", "name", "email")},
        "is_visitor": actor.account_id is None,
        "errors": errors,
        "summary": _summary(errors),
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
    actor = _signed_in(request)
    context = {
        "reports": [_report_row(row, reverse("moderation:own-report", args=[row.pk])) for row in reports_by(actor)],
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


def _report_row(row: Report, url: str) -> dict[str, Any]:
    return {
        "number": row.pk,
        "url": url,
        "title": row.title or _("(forgotten)"),
        "category": str(row.get_category_display()),
        "state": row.state,
        "state_words": str(row.get_state_display()),
        "at": row.created_at,
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_report(request: HttpRequest, number: int) -> HttpResponse:
    """One's own report: where it stands, what was decided, and appealing."""
    actor = _signed_in(request)
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
            errors, status = _errors(error), 422
    answer = render(request, "moderating/own_report.html", _own_context(request, row, errors), status=status)
    answer["Referrer-Policy"] = "same-origin"  # the address is the key; "no-referrer" would refuse our own form
    return answer


def _own_context(request: HttpRequest, row: Report, errors: dict[str, str]) -> dict[str, Any]:
    typed = request.POST.get("text", "")
    return {
        "report": {**_report_row(row, ""), "text": row.text, "address": row.address},
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
    actor = _signed_in(request)
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
        return _errors(error), 422, None
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
        return {"decision": None, "errors": errors, "summary": _summary(errors), "typed": typed}
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
        "summary": _summary(errors),
        "typed": typed,
    }


@never_cache
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for a decision."""
    actor = _keeper(request)
    state = request.GET.get("state", "")
    cases = queue_of(actor, now(), state=state)
    context = {
        "cases": [
            {
                **_report_row(one.report, reverse("moderation:case", args=[one.report.pk])),
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
    actor = _keeper(request)
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
            errors, status = _errors(error), 422
        except actions.AlreadyDecided as late:
            errors, status = {"measure": str(late)}, 409
    return render(request, "moderating/case.html", _case_context(request, actor, row, errors), status=status)


def _case_context(request: HttpRequest, actor: Actor, row: Report, errors: dict[str, str]) -> dict[str, Any]:
    same = Report.objects.visible_to(actor).filter(thing_kind=row.thing_kind, thing_id=row.thing_id)
    # What was decided elsewhere, in a private community say, is not for those who keep order here.
    decided = Decision.objects.visible_to(actor).filter(author=row.author_id).exclude(measure=Measure.NONE)
    before = decided if row.author_id else None
    kind = things().get(row.thing_kind)
    line = kind.lines(actor, [row.thing_id]).get(row.thing_id) if kind is not None else None
    answer = decide(actor, "moderation.reports.handle", row)
    open_appeal = Appeal.objects.filter(decision=row.decision_id, is_upheld=None).first() if row.decision_id else None
    posted = request.POST
    return {
        "report": {**_report_row(row, ""), "text": row.text, "said": row.said, "address": row.address},
        "author": str(row.author or _("A former member")),
        "reporter": str(row.reporter or row.reporter_name or _("Somebody who has left")),
        "handler": str(row.handler or ""),
        "now_url": _address(line) if line is not None else "",
        "others": [
            {
                "text": one.text,
                "category": str(one.get_category_display()),
                "at": one.created_at,
                "state": str(one.get_state_display()),
            }
            for one in same.exclude(pk=row.pk)[:50]
        ],
        "before": [
            {
                "measure": str(one.get_measure_display()),
                "at": one.decided_at,
                "is_reversed": one.reversed_at is not None,
            }
            for one in (before[:20] if before is not None else [])
        ],
        "is_open": row.state in (ReportState.RECEIVED, ReportState.IN_REVIEW),
        "may_take": row.state == ReportState.RECEIVED and bool(answer),
        "may_decide": bool(answer),
        "why_not": str(answer.reason),
        "measures": [(value, str(label)) for value, label in Measure.choices],
        "grounds": [(value, str(label)) for value, label in Ground.choices],
        "values": {
            "measure": posted.get("measure", ""),
            "reasons": posted.get("reasons", ""),
            "ground": posted.get("ground", Ground.TERMS),
            "rule": posted.get("rule", ""),
            "suspend_days": posted.get("suspend_days", "7"),
            "is_unfounded": "is_unfounded" in posted,
        },
        "decision": (
            {
                "measure": str(row.decision.get_measure_display()),
                "reasons": row.decision.reasons,
                "rule": row.decision.rule,
                "by": str(row.decision.decided_by or ""),
                "at": row.decision.decided_at,
                "is_reversed": row.decision.reversed_at is not None,
                "is_shown_again": row.decision.shown_again_at is not None,
            }
            if row.decision is not None
            else None
        ),
        "appeal_url": reverse("moderation:appeal", args=[open_appeal.pk]) if open_appeal is not None else "",
        "may_show_again": bool(answer)
        and row.decision is not None
        and row.decision.measure == Measure.HIDDEN
        and row.decision.reversed_at is None
        and row.decision.shown_again_at is None,
        "decided": "decided" in request.GET,
        "errors": errors,
        "summary": _summary(errors),
    }


@require_POST
def show_again(request: HttpRequest, number: int) -> HttpResponse:
    """Show what was hidden: its author has changed it."""
    actor = _keeper(request)
    row = Report.objects.visible_to(actor).filter(pk=number).select_related("decision").first()
    if row is None or row.decision is None:
        raise Http404
    with suppress(actions.AlreadyDecided):  # a colleague was faster: the page says so
        actions.show_again(actor=actor, decision=row.decision, now=now())
    return redirect("moderation:case", row.pk)


@require_POST
def take(request: HttpRequest, number: int) -> HttpResponse:
    """Take a report on."""
    actor = _keeper(request)
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
            errors, status = _errors(error), 422
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
        "decision": {
            "measure": str(row.decision.get_measure_display()),
            "reasons": row.decision.reasons,
            "rule": row.decision.rule,
            "by": str(row.decision.decided_by or ""),
            "at": row.decision.decided_at,
        },
        "title": first.title if first is not None else "",
        "said": first.said if first is not None else "",
        "case_url": reverse("moderation:case", args=[first.pk]) if first is not None else "",
        "may_decide": bool(answer),
        "why_not": str(answer.reason),
        "values": {"is_upheld": request.POST.get("is_upheld", ""), "reasons": request.POST.get("reasons", "")},
        "decided": "decided" in request.GET,
        "errors": errors,
        "summary": _summary(errors),
    }
    return render(request, "moderating/appeal.html", context, status=status)


def _table(year: int) -> list[tuple[str, str]]:
    found = figures(year)
    hours = "" if found.median_hours is None else f"{found.median_hours:.1f}"
    return [
        (_("Reports received"), str(found.reports)),
        *((f"· {Category(name).label}", str(count)) for name, count in found.by_category.items()),
        (_("Median time from report to decision, hours"), hours),
        (_("Decisions"), str(sum(found.by_measure.values()))),
        *((f"· {Measure(name).label}", str(count)) for name, count in found.by_measure.items()),
        *(
            (f"· {_('Resting on')}: {Ground(name).label}", str(count))
            for name, count in sorted(found.by_ground.items())
        ),
        (_("Appeals"), str(found.appeals)),
        (f"· {_('Decision upheld')}", str(found.upheld)),
        (f"· {_('Decision reversed')}", str(found.reversed)),
        (_("Manifestly unfounded reports"), str(found.unfounded)),
        (_("Decisions taken by automated means"), "0"),
    ]


def _year(request: HttpRequest) -> int:
    given = request.GET.get("year", "")
    this = now().year
    return (
        int(given) if len(given) == 4 and given.isascii() and given.isdigit() and 2000 <= int(given) <= this else this
    )


@require_safe
def transparency(request: HttpRequest) -> HttpResponse:
    """How this region moderates, in figures (DSA art. 15 and 24): public."""
    year = _year(request)
    staff = RoleGrant.objects.filter(role__in=["facilitator", "region_administrator"], ended_at=None)
    context = {
        "year": year,
        "years": sorted({now().year, *years()}, reverse=True),
        "rows": _table(year),
        "people": staff.values("account").distinct().count(),
        "csv_url": f"{reverse('moderation:figures')}?year={year}",
    }
    return render(request, "moderating/transparency.html", context)


@require_safe
def figures_csv(request: HttpRequest) -> HttpResponse:
    """The same figures as CSV."""
    year = _year(request)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="transparency-{year}.csv"'
    writer = csv.writer(answer)
    writer.writerow([_("Figure"), str(year)])
    writer.writerows(_table(year))
    return answer
