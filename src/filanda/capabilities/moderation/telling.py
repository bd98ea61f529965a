# SPDX-License-Identifier: EUPL-1.2
"""Who is told in the product that something was reported or appealed, and in which words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from filanda.capabilities.moderation.models import KEEPERS, STAFF, Appeal, Decision, Measure, Report
from filanda.capabilities.moderation.policies import concerned_in
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import RoleGrant
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests.things import Key, ThingLine, Told

__all__ = [
    "about_appeal",
    "about_decision",
    "about_report",
    "author_of",
    "decision_lines",
    "lines",
    "sentence_of_appeal",
    "sentence_of_decision",
    "sentence_of_lifting",
    "sentence_of_outcome",
    "sentence_of_report",
    "space_of",
    "who_decides",
    "who_decides_appeals",
]


def lines(actor: Actor, ids: Sequence[int]) -> Mapping[int, ThingLine]:
    """Reports that `actor` may see. One query."""
    return {
        row.pk: ThingLine(
            "report",
            row.pk,
            row.title or str(row.get_category_display()),
            "moderation:case",
            (row.pk,),
            at=row.created_at,
        )
        for row in Report.objects.visible_to(actor).filter(pk__in=ids)
    }


def decision_lines(actor: Actor, ids: Sequence[int]) -> Mapping[int, ThingLine]:
    """Decisions, as whoever wrote what they are about sees them. Two queries, one more for each decided anew."""
    rows = Decision.objects.filter(pk__in=ids).exclude(measure=Measure.NONE).prefetch_related("reports")
    if not actor.is_platform:
        rows = rows.filter(author=actor.account_id).exclude(author=None)
    lines = {}
    for row in rows:
        report = row.first_report()
        title = report.title if report is not None else ""
        audience = f"account:{row.author_id}"
        lines[row.pk] = ThingLine(
            "decision", row.pk, title, "moderation:decision", (row.pk,), audience=audience, at=row.decided_at
        )
    return lines


def author_of(event: Event) -> Iterable[Told]:
    """Whoever wrote what was decided about; nobody where nothing was done."""
    key = about_decision(event)
    row = Decision.objects.filter(pk=key[1]).exclude(measure=Measure.NONE).first() if key else None
    return [Told(row.author_id, "author")] if row is not None and row.author_id is not None else []


def about_decision(event: Event) -> Key | None:
    """The decision that the event is, or is about."""
    number = (event.payload or {}).get("decision") or event.subject_id
    return ("decision", number) if number else None


def sentence_of_decision(event: Event, line: ThingLine) -> str:
    return _("There is a decision about “%(title)s”, which you wrote, with its reasons.") % {"title": line.title}


def sentence_of_outcome(event: Event, line: ThingLine) -> str:
    return _("The appeal about “%(title)s”, which you wrote, is decided.") % {"title": line.title}


def sentence_of_lifting(event: Event, line: ThingLine) -> str:
    return _("“%(title)s”, which you wrote and which was hidden, is shown again.") % {"title": line.title}


def _holders(space_id: int | None, *, with_keepers: bool) -> set[int]:
    wanted = Q(role__in=STAFF, scope_kind="")
    if space_id is not None and with_keepers:
        kept = Q(role__in=KEEPERS, scope_kind="space", scope_id=space_id)
        keepers = set(RoleGrant.objects.filter(kept, ended_at=None).values_list("account", flat=True))
        if keepers:
            return keepers
    return set(RoleGrant.objects.filter(wanted, ended_at=None).values_list("account", flat=True))


def who_decides(event: Event) -> Iterable[Told]:
    """Who keeps order in the space; the region's staff where nobody does, or where those are concerned themselves."""
    report = Report.objects.filter(pk=event.subject_id or 0).first()
    if report is None:
        return []
    concerned = {report.author_id, report.reporter_id}
    free = _holders(report.space_id, with_keepers=True) - concerned
    return [Told(number, "manager") for number in sorted(free or _holders(None, with_keepers=False) - concerned)]


def who_decides_appeals(event: Event) -> Iterable[Told]:
    """The region's staff, but whoever took the decision or is concerned in it."""
    appeal = Appeal.objects.filter(pk=event.subject_id or 0).select_related("decision").first()
    if appeal is None:
        return []
    free = _holders(None, with_keepers=False) - {appeal.decision.decided_by_id, *concerned_in(appeal.decision)}
    return [Told(number, "manager") for number in sorted(free)]


def about_report(event: Event) -> Key | None:
    return ("report", event.subject_id) if event.subject_id else None


def about_appeal(event: Event) -> Key | None:
    decision = (event.payload or {}).get("decision")
    first = Report.objects.filter(decision=decision).order_by("pk").values_list("pk", flat=True).first()
    return ("report", first) if first else None


def space_of(event: Event) -> int | None:
    return (event.payload or {}).get("space")


def sentence_of_report(event: Event, line: ThingLine) -> str:
    return _("“%(title)s” was reported: somebody has to decide.") % {"title": line.title}


def sentence_of_appeal(event: Event, line: ThingLine) -> str:
    return _("There is an appeal about “%(title)s”: somebody else has to decide.") % {"title": line.title}
