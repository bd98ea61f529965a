# SPDX-License-Identifier: EUPL-1.2
"""Reports and appeals that wait for a decision, as the workbench shows them: one item for each thing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from filanda.capabilities.moderation.models import Report, ReportState
from filanda.capabilities.moderation.policies import appeal_is_for_others, report_is_for_others
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.holders import holders_in
from filanda.kernel.identity.models import Role
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests.desk import FACILITATORS, DeskAction, DeskLine, DeskSource, StillWaits
from filanda.kernel.policies import decide
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.regions.working import working_time_after

__all__ = ["REPORTS"]

REPORT_WITHIN, APPEAL_WITHIN = 1, 5  # working days
UNDECIDED = (ReportState.RECEIVED, ReportState.IN_REVIEW)
_Case = tuple[str, int, bool]  # kind and id of the thing, whether it is an appeal


def _cases(ids: Sequence[int] | None) -> dict[_Case, list[Report]]:
    """Open reports by what they are about, the oldest first: it stands for all of them. Two queries at most."""
    rows = Report.objects.open().select_related("decision").order_by("pk")
    if ids is not None:
        about = Report.objects.filter(pk__in=ids).values_list("thing_kind", "thing_id")
        kinds, numbers = {kind for kind, _number in about}, {number for _kind, number in about}
        rows = rows.filter(thing_kind__in=kinds, thing_id__in=numbers)
    found: dict[_Case, list[Report]] = {}
    for row in rows:
        found.setdefault((row.thing_kind, row.thing_id, row.state == ReportState.APPEALED), []).append(row)
    return found


def _waiting(ids: Sequence[int] | None, now: datetime) -> Iterable[StillWaits]:
    """Three queries at most. Those who keep order in a space decide about reports in it, unless all of them are
    concerned; appeals, and whatever has no keeper of its own, are the region's.
    """
    region = active_region()
    cases = _cases(ids)
    spaces = {rows[0].space_id for rows in cases.values() if rows[0].space_id}
    managers = holders_in("space", spaces, Role.SPACE_MANAGER, now)
    for (_kind, _number, is_appeal), rows in cases.items():
        first = rows[0]
        concerned = {account for row in rows for account in (row.reporter_id, row.author_id) if account is not None}
        queue = FACILITATORS
        if is_appeal:
            if first.decision is not None and first.decision.decided_by_id is not None:
                concerned.add(first.decision.decided_by_id)
        elif managers.get(first.space_id or 0, set()) - concerned:
            queue = f"space:{first.space_id}:managers"
        since = first.state_changed_at if is_appeal else first.created_at
        yield StillWaits(
            first.pk,
            since,
            working_time_after(region, since, APPEAL_WITHIN if is_appeal else REPORT_WITHIN),
            queue=queue,
            holder_id=None if is_appeal else next((row.handler_id for row in rows if row.handler_id), None),
            not_for=tuple(sorted(concerned)),
        )


def _lines(actor: Actor, ids: Sequence[int], now: datetime) -> Mapping[int, DeskLine]:
    """Two queries, and one for each appeal."""
    rows = list(
        Report.objects.visible_to(actor)
        .open()
        .with_own_cause(actor)
        .filter(pk__in=ids)
        .select_related("decision")
        .order_by("pk")
    )
    things = {(row.thing_kind, row.thing_id) for row in rows}
    same = Report.objects.open().filter(
        thing_kind__in={kind for kind, _number in things}, thing_id__in={number for _kind, number in things}
    )
    counted = {
        (kind, number): count
        for kind, number, count in same.order_by().values_list("thing_kind", "thing_id").annotate(Count("pk"))
    }
    lines = {}
    for row in rows:
        is_appeal = row.state == ReportState.APPEALED
        if (appeal_is_for_others if is_appeal else report_is_for_others)(actor, row):
            lines[row.pk] = _line(actor, row, counted[row.thing_kind, row.thing_id], is_appeal=is_appeal)
    return lines


def _line(actor: Actor, row: Report, count: int, *, is_appeal: bool) -> DeskLine:
    several = ngettext("%(count)s report", "%(count)s reports", count) % {"count": count}
    context = [_("An appeal") if is_appeal else str(row.get_category_display()), several if count > 1 else "", row.text]
    actions = [DeskAction(_("Look and decide"), "moderation:case", (row.pk,))]
    if row.state == ReportState.RECEIVED and decide(actor, "moderation.reports.handle", row):
        actions.append(DeskAction(_("Take on"), "moderation:take", (row.pk,), method="post"))
    return DeskLine(
        title=row.title or _("(forgotten)"),
        url_name="moderation:case",
        url_args=(row.pk,),
        context=tuple(" ".join(words.split())[:280] for words in context if words),
        actions=tuple(actions),
        person_id=row.author_id,
    )


def _touched(event: Event) -> Iterable[int]:
    """The first open report of the same thing, and all that stood for it before."""
    number, kind = event.subject_id, event.subject_type
    if number is None:
        return ()
    rows = Report.objects.filter(
        **({"pk": number} if kind == "report" else {"decision": number} if kind == "decision" else {})
        or {"decision__appeals": number}
    )
    about = rows.values_list("thing_kind", "thing_id").first()
    if about is None:
        return ()
    same = Report.objects.filter(thing_kind=about[0], thing_id=about[1])
    return list(same.values_list("pk", flat=True))


REPORTS = DeskSource(
    "report",
    gettext_lazy("Reports"),
    _waiting,
    _lines,
    ("moderation.report.", "moderation.decision.", "moderation.appeal."),
    _touched,
)
