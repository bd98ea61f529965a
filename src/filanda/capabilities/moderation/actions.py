# SPDX-License-Identifier: EUPL-1.2
"""Reporting, deciding, appealing."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from filanda.capabilities.moderation.models import (
    Appeal,
    Category,
    Decision,
    Ground,
    Measure,
    Report,
    ReportState,
    Suspension,
)
from filanda.capabilities.moderation.steps import acknowledge, send_outcome, send_statement
from filanda.kernel.identity.actors import PLATFORM, VISITOR, Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.manifests import things
from filanda.kernel.manifests.things import Enforcement, Key
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.workflow import move

__all__ = [
    "AlreadyDecided",
    "NotReportable",
    "appeal",
    "appeal_by_link",
    "decide",
    "decide_appeal",
    "report",
    "show_again",
    "take",
]

TEXT_MOST = 4000
TAKING_AWAY = (Measure.HIDDEN, Measure.REMOVED, Measure.SUSPENDED)
LONGEST_SUSPENSION = timedelta(days=365)


class NotReportable(Exception):
    """Raised for a thing that is not there, not for the reporter to see, or of a kind that cannot be reported."""

    def __init__(self) -> None:
        super().__init__(_("This is not there any more, or not for you to see."))


class AlreadyDecided(Exception):
    """Raised when somebody else was faster; what was decided stands on the page."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has decided this in the meantime. Look at what they decided."))


def report(
    *,
    actor: Actor,
    region: Region,
    thing: Key,
    category: str,
    text: str,
    name: str = "",
    email: str = "",
    language: str,
    now: datetime,
) -> Report:
    """Report a thing (DSA art. 16); anybody may who sees it. A visitor gives a name and an address, to which the
    acknowledgement and the decision go. Reporting the same twice while it is open gives back the first report.

    Raises ValidationError by field ("category", "text", "name", "email"), NotReportable, Forbidden.
    """
    errors = {}
    if category not in Category.values:
        errors["category"] = _("Choose what it is about.")
    words = text.strip()
    if not words:
        errors["text"] = _("Say in a sentence why: who decides has to understand it.")
    elif len(words) > TEXT_MOST:
        errors["text"] = _("That is too long: %(most)d characters at most.") % {"most": TEXT_MOST}
    if actor.account_id is None:
        try:
            validate_email(email.strip())
        except ValidationError:
            errors["email"] = _("Give an e-mail address: that is where the answer goes.")
        if not name.strip():
            errors["name"] = _("Give your name: the law asks for it, and only who decides sees it.")
    if errors:
        raise ValidationError(errors)
    with transaction.atomic(durable=True):
        require(actor, "moderation.reports.make")
        kind = things().get(thing[0])
        line = kind.lines(actor, [thing[1]]).get(thing[1]) if kind is not None else None
        if kind is None or kind.enforcement is None or line is None:
            raise NotReportable
        same = {
            "thing_kind": thing[0],
            "thing_id": thing[1],
            "state__in": [ReportState.RECEIVED, ReportState.IN_REVIEW],
        }
        who = {"reporter": actor.account_id} if actor.account_id else {"reporter_email": email.strip().lower()[:254]}
        with connection.cursor() as cursor:  # a double click waits for the first of the two
            key = f"moderation.report {sorted(who.items())} {thing}"
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
        before: Report | None = Report.objects.filter(**who, **same).first()
        if before is not None:
            return before
        made: Report = Report.objects.create(
            region=region,
            thing_kind=thing[0],
            thing_id=thing[1],
            space_id=next((number for place, number in line.inside if place == "space"), None),
            title=line.title[:300],
            address=reverse(line.url_name, args=line.url_args)[:500],
            said=kind.enforcement.text(thing[1]),
            author_id=line.author_id,
            reporter_id=actor.account_id,
            reporter_name="" if actor.account_id else name.strip()[:200],
            reporter_email="" if actor.account_id else email.strip().lower(),
            language=language,
            category=category,
            text=words,
            state_changed_at=now,
            created_at=now,
        )
        record(
            "moderation.report.made",
            region=region,
            actor=actor,
            subject=made,
            payload={"kind": thing[0], "category": category, "space": made.space_id},
        )
        acknowledge(made)
        return made


def take(*, actor: Actor, report: Report, now: datetime) -> None:
    """Take a report on, so that others see that somebody looks at it. Raises Forbidden, MoveNotPossible."""
    with transaction.atomic(durable=True):
        row = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
        require(actor, "moderation.reports.handle", row)
        move(row, "take", actor=actor, now=now, handler_id=actor.account_id)
        record("moderation.report.taken", region=row.region, actor=actor, subject=row)


def decide(
    *,
    actor: Actor,
    report: Report,
    measure: str,
    reasons: str,
    ground: str = Ground.TERMS,
    rule: str = "",
    suspend_days: int = 0,
    is_unfounded: bool = False,
    now: datetime,
) -> Decision:
    """Decide about the thing that `report` is about, and with it about all open reports of the same thing. The author
    gets the statement of reasons (art. 17), whoever reported the outcome (art. 16(5)).

    Raises ValidationError by field ("measure", "reasons", "ground", "suspend_days"), AlreadyDecided, Forbidden.
    """
    errors = {}
    if measure not in Measure.values:
        errors["measure"] = _("Choose what is to happen.")
    if not reasons.strip():
        errors["reasons"] = _("Give the reasons: they are sent to the person concerned.")
    if ground not in Ground.values:
        errors["ground"] = _("Choose what the decision rests on.")
    if measure == Measure.SUSPENDED and not 0 < suspend_days <= LONGEST_SUSPENSION.days:
        errors["suspend_days"] = _("Give a number of days from 1 to %(most)d.") % {"most": LONGEST_SUSPENSION.days}
    if errors:
        raise ValidationError(errors)
    with transaction.atomic(durable=True):
        same = Report.objects.filter(thing_kind=report.thing_kind, thing_id=report.thing_id)
        rows = list(same.select_for_update(of=("self",)).order_by("pk"))
        first = next(row for row in rows if row.pk == report.pk)
        require(actor, "moderation.reports.handle", first)
        if first.state not in (ReportState.RECEIVED, ReportState.IN_REVIEW):
            raise AlreadyDecided
        until = now + timedelta(days=suspend_days) if measure == Measure.SUSPENDED else None
        made: Decision = Decision.objects.create(
            region=first.region,
            thing_kind=first.thing_kind,
            thing_id=first.thing_id,
            space_id=first.space_id,
            author_id=first.author_id,
            measure=measure,
            ground=ground,
            rule=rule.strip()[:300],
            reasons=reasons.strip(),
            suspended_until=until,
            decided_by_id=actor.account_id,
            decided_at=now,
        )
        for row in rows:
            if row.state in (ReportState.RECEIVED, ReportState.IN_REVIEW):
                move(
                    row,
                    "decide",
                    actor=actor,
                    now=now,
                    decision=made,
                    handler_id=actor.account_id,
                    is_unfounded=is_unfounded and measure == Measure.NONE,
                )
                send_outcome(row, made)
        _enforce(actor, made, now)
        record(
            "moderation.report.decided",
            region=first.region,
            actor=actor,
            subject=made,
            payload={"kind": first.thing_kind, "measure": measure, "ground": ground, "space": first.space_id},
        )
        if measure != Measure.NONE:
            send_statement(made, first)
        return made


def appeal(*, actor: Actor, decision: Decision, text: str, now: datetime) -> Appeal:
    """Say that a decision is wrong, within six months. Raises ValidationError ("text" or "decision"), Forbidden."""
    words = _words_of_appeal(text)
    with transaction.atomic(durable=True):
        row = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
        require(actor, "moderation.decisions.appeal", row)
        return _appeal(actor, row, words, now, account_id=actor.account_id)


def appeal_by_link(*, report: Report, text: str, now: datetime) -> Appeal:
    """The same by whoever reported without an account: who holds the signed link of their e-mail is its authority.

    Raises ValidationError ("text" or "decision").
    """
    words = _words_of_appeal(text)
    with transaction.atomic(durable=True):
        mine = Report.objects.get(pk=report.pk, reporter=None)
        if mine.decision_id is None:
            raise ValidationError({"decision": _("This is not decided yet.")})
        row = Decision.objects.select_for_update(of=("self",)).get(pk=mine.decision_id)
        return _appeal(VISITOR, row, words, now, report_id=mine.pk)


def _words_of_appeal(text: str) -> str:
    words = text.strip()
    if not words or len(words) > TEXT_MOST:
        raise ValidationError({"text": _("Say why, in %(most)d characters at most.") % {"most": TEXT_MOST}})
    return words


def _appeal(
    actor: Actor,
    row: Decision,
    words: str,
    now: datetime,
    *,
    account_id: int | None = None,
    report_id: int | None = None,
) -> Appeal:
    """Make the appeal against `row`, which is locked, for somebody who may."""
    if not row.may_be_appealed_at(now):
        raise ValidationError({"decision": _("The six months in which this could be appealed are over.")})
    if row.reversed_at is not None:
        raise ValidationError({"decision": _("This was decided again after an appeal. You can still go to a court.")})
    if row.appeals.filter(is_upheld=None).exists():
        raise ValidationError({"decision": _("There is an appeal about this already: wait for its answer.")})
    if row.appeals.filter(account=account_id, report=report_id).exists():
        raise ValidationError({"decision": _("You have appealed against this. You can still go to a court.")})
    made: Appeal = Appeal.objects.create(
        region=row.region, decision=row, account_id=account_id, report_id=report_id, text=words, made_at=now
    )
    settled = [ReportState.DECIDED, ReportState.UPHELD]
    for one in Report.objects.select_for_update(of=("self",)).filter(decision=row, state__in=settled):
        move(one, "appeal", actor=PLATFORM, now=now)  # whoever appeals was asked for above; all reports go with it
    record(
        "moderation.decision.appealed",
        region=row.region,
        actor=actor,
        subject=made,
        payload={"decision": row.pk, "space": row.space_id},
    )
    return made


def decide_appeal(*, actor: Actor, appeal: Appeal, is_upheld: bool, reasons: str, now: datetime) -> None:
    """Decide about an appeal, as somebody who did not take the decision. Reversed: the thing stands again as it did,
    the suspension ends; where whoever reported had appealed, the report is open again, to be decided anew.

    Raises ValidationError ("reasons"), AlreadyDecided, Forbidden.
    """
    if not reasons.strip():
        raise ValidationError({"reasons": _("Give the reasons: they are sent to the person concerned.")})
    with transaction.atomic(durable=True):
        row = Appeal.objects.select_for_update(of=("self",)).select_related("decision").get(pk=appeal.pk)
        require(actor, "moderation.appeals.decide", row)
        if row.is_upheld is not None:
            raise AlreadyDecided
        decision = row.decision
        row.is_upheld, row.reasons = is_upheld, reasons.strip()
        row.decided_by_id, row.decided_at = actor.account_id, now
        row.save(update_fields=["is_upheld", "reasons", "decided_by", "decided_at"])
        for one in Report.objects.select_for_update(of=("self",)).filter(decision=decision, state=ReportState.APPEALED):
            by_author = row.account_id is not None and row.account_id == decision.author_id
            how = "uphold" if is_upheld else "reverse" if by_author else "reopen"
            move(one, how, actor=actor, now=now)
        if not is_upheld:
            decision.reversed_at = now
            decision.save(update_fields=["reversed_at"])
            _undo(actor, decision, now)
        record(
            "moderation.appeal.decided",
            region=row.region,
            actor=actor,
            subject=row,
            payload={"decision": decision.pk, "is_upheld": is_upheld, "space": decision.space_id},
        )
        for one in Report.objects.filter(decision=decision):
            send_outcome(one, decision, appeal=row)
        if decision.measure != Measure.NONE:  # of a report that came to nothing its author was never told
            send_statement(decision, None, appeal=row)


def show_again(*, actor: Actor, decision: Decision, now: datetime) -> None:
    """Show what was hidden: its author has changed it, or asked for it. The decision stands in the record.

    Raises Forbidden, AlreadyDecided if it is not hidden by this decision any more.
    """
    with transaction.atomic(durable=True):
        row = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
        first = row.first_report()
        if first is None:
            raise AlreadyDecided
        require(actor, "moderation.reports.handle", first)
        if row.measure != Measure.HIDDEN or row.reversed_at is not None or row.shown_again_at is not None:
            raise AlreadyDecided
        row.shown_again_at = now
        row.save(update_fields=["shown_again_at"])
        _undo(actor, row, now)
        record(
            "moderation.decision.lifted",
            region=row.region,
            actor=actor,
            subject=row,
            payload={"kind": row.thing_kind, "space": row.space_id},
        )


def _enforcement(decision: Decision) -> Enforcement | None:
    kind = things().get(decision.thing_kind)
    return kind.enforcement if kind is not None else None


def _enforce(actor: Actor, decision: Decision, now: datetime) -> None:
    how = _enforcement(decision)
    if how is not None and decision.measure == Measure.HIDDEN:
        how.hide(actor, decision.thing_id, now)
    if how is not None and decision.measure in (Measure.REMOVED, Measure.SUSPENDED):
        how.remove(actor, decision.thing_id, now)
    if decision.suspended_until is not None and decision.author_id is not None:
        Suspension.objects.create(
            region=decision.region,
            account_id=decision.author_id,
            space_id=decision.space_id,
            decision=decision,
            begins_at=now,
            until=decision.suspended_until,
        )


def _undo(actor: Actor, decision: Decision, now: datetime) -> None:
    """The thing stands again as it did, unless another decision about it stands; the suspension ends."""
    how = _enforcement(decision)
    others = Decision.objects.filter(
        thing_kind=decision.thing_kind,
        thing_id=decision.thing_id,
        measure__in=TAKING_AWAY,
        reversed_at=None,
        shown_again_at=None,
    ).exclude(pk=decision.pk)
    if how is not None and decision.measure in TAKING_AWAY and not others.exists():
        how.restore(actor, decision.thing_id, now)
    Suspension.objects.filter(decision=decision, lifted_at=None).update(lifted_at=now)
