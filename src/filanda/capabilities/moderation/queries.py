# SPDX-License-Identifier: EUPL-1.2
"""The queue, a case, and the public figures (DSA art. 15 and 24)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Count, Min, Q
from django.db.models.functions import ExtractYear

from filanda.capabilities.moderation.models import Appeal, Category, Decision, Measure, Report, ReportState
from filanda.kernel.identity.actors import Actor
from filanda.kernel.policies import decide

__all__ = ["Case", "Figures", "decisions_about", "figures", "queue", "reports_by"]

MISUSE_WINDOW = timedelta(days=90)
QUEUE_MOST = 200


@dataclass(frozen=True)
class Case:
    """All open reports about one thing: `report` is the oldest, `count` how many, `unfounded`: how often who reported
    was manifestly wrong in the last ninety days (art. 23), `may_decide` with the reason why not.
    """

    report: Report
    count: int
    unfounded: int
    may_decide: bool
    why_not: str


def queue(actor: Actor, now: datetime, *, state: str = "") -> list[Case]:
    """What waits for a decision, the oldest first, one case for each thing. Three queries, and one for each appeal."""
    rows = Report.objects.visible_to(actor).open().exclude(reporter=actor.account_id)
    if state in ReportState.values:
        rows = rows.filter(state=state)
    firsts = (
        rows.values("thing_kind", "thing_id", "state").annotate(first=Min("pk"), count=Count("pk")).order_by("first")
    )
    counted = {row["first"]: row["count"] for row in firsts[:QUEUE_MOST]}
    found = Report.objects.with_own_cause(actor).filter(pk__in=counted)
    reports = list(found.select_related("author", "reporter", "handler", "decision").order_by("pk"))
    wrong = _unfounded([row.reporter_id for row in reports if row.reporter_id], now)
    cases = []
    for row in reports:
        is_appeal = row.state == ReportState.APPEALED
        answer = decide(actor, f"moderation.{'appeals.decide' if is_appeal else 'reports.handle'}", row)
        cases.append(Case(row, counted[row.pk], wrong.get(row.reporter_id or 0, 0), bool(answer), str(answer.reason)))
    return cases


def _unfounded(accounts: Sequence[int], now: datetime) -> dict[int, int]:
    rows = Report.objects.filter(reporter__in=accounts, is_unfounded=True, created_at__gt=now - MISUSE_WINDOW)
    return dict(rows.order_by().values_list("reporter").annotate(Count("pk")))


def decisions_about(actor: Actor) -> list[Decision]:
    """What was decided about what `actor` wrote, the newest first: their statements of reasons."""
    if actor.account_id is None:
        return []
    rows = Decision.objects.filter(author=actor.account_id).exclude(measure=Measure.NONE)
    return list(rows.prefetch_related("appeals").order_by("-decided_at")[:200])


def reports_by(actor: Actor) -> list[Report]:
    """What `actor` reported, the newest first."""
    if actor.account_id is None:
        return []
    return list(
        Report.objects.filter(reporter=actor.account_id).select_related("decision").order_by("-created_at")[:200]
    )


@dataclass(frozen=True)
class Figures:
    """One year: reports by category, decisions by measure and ground, appeals made that year and what became of them
    (what is neither upheld nor reversed is open), median hours from report to decision (None without any).
    """

    year: int
    reports: int
    by_category: dict[str, int]
    by_measure: dict[str, int]
    by_ground: dict[str, int]
    appeals: int
    upheld: int
    reversed: int
    median_hours: float | None
    unfounded: int


def figures(year: int) -> Figures:
    """The public counts of `year` (UTC), of the active region: numbers only, of all spaces together."""
    begin, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    reports = Report.objects.filter(created_at__gte=begin, created_at__lt=end).order_by()
    decisions = Decision.objects.filter(decided_at__gte=begin, decided_at__lt=end).order_by()
    appeals = Appeal.objects.filter(made_at__gte=begin, made_at__lt=end).order_by()
    by_category = dict(reports.values_list("category").annotate(Count("pk")))
    by_measure = dict(decisions.values_list("measure").annotate(Count("pk")))
    took = sorted(
        (at - made).total_seconds() / 3600
        for made, at in reports.filter(decision__isnull=False).values_list("created_at", "decision__decided_at")
    )
    counts = appeals.aggregate(
        all=Count("pk"), upheld=Count("pk", filter=Q(is_upheld=True)), reversed=Count("pk", filter=Q(is_upheld=False))
    )
    return Figures(
        year=year,
        reports=sum(by_category.values()),
        by_category={name: by_category.get(name, 0) for name in Category.values},
        by_measure={name: by_measure.get(name, 0) for name in Measure.values},
        by_ground=dict(decisions.exclude(measure=Measure.NONE).values_list("ground").annotate(Count("pk"))),
        appeals=counts["all"],
        upheld=counts["upheld"],
        reversed=counts["reversed"],
        median_hours=(took[len(took) // 2] + took[(len(took) - 1) // 2]) / 2 if took else None,
        unfounded=reports.filter(is_unfounded=True).count(),
    )


def years() -> list[int]:
    """Years (UTC) in which anything was reported, decided or appealed, the newest first."""
    moments = ((Report, "created_at"), (Decision, "decided_at"), (Appeal, "made_at"))
    found: set[int] = set()
    for model, field in moments:
        found |= set(model.objects.order_by().values_list(ExtractYear(field, tzinfo=UTC), flat=True).distinct())
    return sorted(found, reverse=True)
