# SPDX-License-Identifier: EUPL-1.2
"""The rules behind the permissions of this room: nobody judges their own cause."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from filanda.capabilities.moderation.models import Appeal, Decision, Measure, Report
from filanda.kernel.identity.actors import Actor
from filanda.kernel.policies import Decision as Answer

__all__ = ["appeal_is_for_others", "concerned_in", "is_concerned", "report_is_for_others", "space_scope"]


def space_scope(obj: Any) -> tuple[str, int]:
    """The space that a report, a decision or an appeal belongs to."""
    row = obj.decision if isinstance(obj, Appeal) else obj
    return ("space", row.space_id or 0)


def report_is_for_others(actor: Actor, report: Report | None) -> Answer:
    """Not against oneself, and not about what one reported oneself, be it in another report. One query, unless the row
    comes from `with_own_cause`.
    """
    if report is None or actor.account_id is None:
        return Answer(True)
    if report.author_id == actor.account_id:
        return Answer(False, _("This report is about something you wrote: somebody else decides it."))
    if report.reporter_id == actor.account_id or _is_own_cause(actor, report):
        return Answer(False, _("You reported this yourself: somebody else decides it."))
    return Answer(True)


def _is_own_cause(actor: Actor, report: Report) -> bool:
    known = getattr(report, "is_own_cause", None)
    if known is not None:
        return bool(known)
    return bool(Report.objects.with_own_cause(actor).filter(pk=report.pk, is_own_cause=True).exists())


def appeal_is_for_others(actor: Actor, obj: Appeal | Report | None) -> Answer:
    """Not against one's own decision, nor where one is a party (DSA art. 20(6)). `obj`: the appeal, or a report that
    moves with it.
    """
    decision = obj.decision if obj is not None else None
    if decision is None or actor.account_id is None:
        return Answer(True)
    if decision.decided_by_id == actor.account_id:
        return Answer(False, _("You took this decision: somebody else decides about the appeal."))
    if actor.account_id in concerned_in(decision):
        return Answer(False, _("You are concerned in this yourself: somebody else decides about the appeal."))
    return Answer(True)


def concerned_in(decision: Decision) -> set[int]:
    """Accounts of the author and of everybody who reported. One query."""
    reporters = decision.reports.exclude(reporter=None).values_list("reporter", flat=True)
    return {*reporters, *([decision.author_id] if decision.author_id else [])}


def is_concerned(actor: Actor, obj: Decision | Report | None) -> Answer:
    """Whoever wrote the thing (unless nothing was done), or reported it, may appeal. `obj`: the decision, or a report
    that moves with it.
    """
    decision = obj.decision if isinstance(obj, Report) else obj
    if decision is not None and decision.measure == Measure.NONE and actor.account_id == decision.author_id:
        return Answer(False, _("Nothing was done, so there is nothing for you to appeal against."))
    if decision is not None and actor.account_id in concerned_in(decision):
        return Answer(True)
    return Answer(False, _("Only whoever wrote or reported it can appeal."))
