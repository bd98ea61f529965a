# SPDX-License-Identifier: EUPL-1.2
"""What this room keeps about a person, and for how long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.timezone import now as clock
from django.utils.translation import gettext as _

from filanda.capabilities.moderation.models import Appeal, Decision, Report, ReportState, Suspension
from filanda.capabilities.moderation.queries import queue
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.manifests import Waiting
from filanda.kernel.regions.models import Region

__all__ = ["collect", "erase", "forget_decided", "waiting"]

FORGOTTEN = "…"  # where the words of a decision stood


def collect(account: Account) -> Mapping[str, Any]:
    """What they reported, what was decided about them, and their appeals. Not who reported them."""
    made = Report.objects.filter(reporter=account).order_by("pk")
    about = Decision.objects.filter(author=account).order_by("pk")
    appeals = Appeal.objects.filter(account=account).order_by("pk")
    return {
        "reports.json": list(made.values("title", "category", "text", "state", "created_at")),
        "decisions.json": list(
            about.values("measure", "ground", "rule", "reasons", "decided_at", "suspended_until", "reversed_at")
        ),
        "appeals.json": list(appeals.values("text", "made_at", "is_upheld", "reasons", "decided_at")),
    }


def erase(account: Account, keeps: bool) -> None:
    """Decisions stay as figures, without a name; what they reported and what they wrote in it goes. Of who decided
    about others only that goes.
    """
    Report.objects.filter(reporter=account).update(
        reporter=None, text="", reporter_name="", reporter_email="", forgotten_at=clock()
    )
    Report.objects.filter(author=account).update(author=None, said="", title="")
    Report.objects.filter(handler=account).update(handler=None)
    Decision.objects.filter(author=account).update(author=None)
    Appeal.objects.filter(account=account).update(account=None, text="")
    Suspension.objects.filter(account=account).delete()
    for model in (Decision, Appeal):
        model.objects.filter(decided_by=account).update(decided_by=None)


def forget_decided(region: Region, before: datetime, now: datetime) -> int:
    """Who reported and the words of both sides, of what was settled before; measures and dates stay as figures."""
    settled = Report.objects.filter(
        state__in=[ReportState.DECIDED, ReportState.UPHELD, ReportState.REVERSED],
        state_changed_at__lt=before,
        forgotten_at=None,
    )
    decisions = list(settled.exclude(decision=None).values_list("decision", flat=True))
    # Those that were decided anew: no report leads to them any more.
    superseded = Decision.objects.filter(reports=None, decided_at__lt=before).exclude(reasons=FORGOTTEN)
    decisions += superseded.values_list("pk", flat=True)
    Decision.objects.filter(pk__in=decisions).update(author=None, decided_by=None, reasons=FORGOTTEN, rule="")
    Appeal.objects.filter(decision__in=decisions).update(account=None, report=None, decided_by=None, text="")
    Appeal.objects.filter(decision__in=decisions).exclude(reasons="").update(reasons=FORGOTTEN)
    Suspension.objects.filter(until__lt=now, decision__in=decisions).delete()
    return int(
        settled.update(
            text="",
            said="",
            title="",
            reporter=None,
            reporter_name="",
            reporter_email="",
            author=None,
            forgotten_at=now,
        )
    )


def waiting(actor: Actor) -> Iterable[Waiting]:
    """Reports that are theirs to decide."""
    if not actor.roles and not actor.scope_ids("space", "space_manager", "space_moderator"):
        return
    cases = [case for case in queue(actor, clock()) if case.may_decide]
    if cases:
        yield Waiting(_("Reports to decide"), "moderation:queue", count=len(cases), since=cases[0].report.created_at)
