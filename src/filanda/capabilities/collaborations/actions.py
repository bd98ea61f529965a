# SPDX-License-Identifier: EUPL-1.2
"""What people and the clock do to collaborations.

The journal learns that something happened and to which one: never a title, a reason or an outcome's words.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from filanda.capabilities.collaborations import steps
from filanda.capabilities.collaborations.ending import OPEN, OVER, end_when_agreed, said_over
from filanda.capabilities.collaborations.errors import CollaborationWrong
from filanda.capabilities.collaborations.mailing import ask, recipients
from filanda.capabilities.collaborations.models import (
    COUNTED,
    REASON_MOST,
    CheckIn,
    CheckInAnswer,
    Collaboration,
    CollaborationState,
    Outcome,
    Party,
)
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.manifests.things import Key
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.working import days_after
from filanda.kernel.text.folding import clean
from filanda.kernel.workflow import MoveNotPossible, move

__all__ = [
    "answer_check_in",
    "answer_end",
    "begin_due",
    "certify",
    "confirm",
    "dispute",
    "end",
    "end_due",
    "note_outcome",
    "remove_outcome",
    "report",
    "send_due_check_ins",
    "set_public",
    "settle",
    "void",
]

DETAILS_MOST = 4_000
REMINDED_AFTER = timedelta(days=7)
MOST_OUTCOMES = 100


def report(
    *,
    actor: Actor,
    region: Region,
    title: str,
    kind: str,
    started_on: date,
    parties: steps.Sides,
    now: datetime,
    summary: str = "",
    value: str = "",
    from_key: Key | None = None,
    facilitator_id: int | None = None,
    is_public: bool = False,
    key: str = "",
) -> Collaboration:
    """A party, or a facilitator, reports a collaboration; the other sides are asked to confirm it. Who reports for a
    side of their own confirms it for that side.

    Raises CollaborationWrong by field, and Forbidden.
    """
    with transaction.atomic(durable=True):
        require(actor, "collaborations.report")
        own = [side for side in parties if _is_own(actor, side)]
        if not own and "facilitator" not in actor.roles:
            raise CollaborationWrong({"parties": _("Report what you take part in, for yourself or your organisation.")})
        sides = [
            (organisation, actor.account_id if (organisation, account) in own else account)
            for organisation, account in parties
        ]
        made = steps.register(
            actor=actor,
            region=region,
            title=title,
            kind=kind,
            started_on=started_on,
            parties=sides,
            now=now,
            summary=summary,
            value=value,
            from_key=from_key,
            facilitator_id=facilitator_id,
            is_public=is_public,
            confirmed_by=[actor.account_id] if own and actor.account_id else (),
            key=key,
        )
    return made


def _is_own(actor: Actor, side: tuple[int | None, int | None]) -> bool:
    organisation, account = side
    return Party(organisation_id=organisation, account_id=account if organisation is None else None).is_side_of(actor)


def confirm(*, actor: Actor, collaboration: Collaboration, now: datetime) -> Collaboration:
    """`actor` says for their side, or sides, that it is so; when all have, it is confirmed. Saying it again changes
    nothing. Raises Forbidden, MoveNotPossible when it is disputed or void.
    """
    with transaction.atomic(durable=True):
        locked = steps.lock(collaboration.pk)
        require(actor, "collaborations.answer", locked)
        if locked.state not in (CollaborationState.REPORTED, *COUNTED):
            raise MoveNotPossible(Collaboration.workflow, Collaboration.workflow.transition("agree"), locked.state)
        said = [party for party in locked.parties.filter(confirmed_at=None) if party.is_side_of(actor)]
        for party in said:
            party.confirmed_at, party.confirmed_by_id = now, actor.account_id
            party.save(update_fields=["confirmed_at", "confirmed_by"])
        if said:
            steps.note("side_confirmed", locked, actor, sides=len(said))
            steps.agree_when_all_have(locked, now)
    return locked


def dispute(*, actor: Actor, collaboration: Collaboration, reason: str, now: datetime) -> Collaboration:
    """A side says that it is not so; a facilitator settles it. Raises CollaborationWrong without a reason."""
    words = _reason(reason, _("Say what is not so: a facilitator will look at it with both of you."))
    with transaction.atomic(durable=True):
        locked = steps.lock(collaboration.pk)
        move(locked, "dispute", actor=actor, now=now, reason=words)
        steps.note("disputed", locked, actor)
    return locked


def certify(*, actor: Actor, collaboration: Collaboration, reason: str, now: datetime) -> Collaboration:
    """A facilitator confirms it for sides that do not answer, having seen a document; `reason` says which."""
    words = _reason(reason, _("Say which document you have seen: a contract, a grant agreement, an invoice."))
    with transaction.atomic(durable=True):
        locked = steps.lock(collaboration.pk)
        steps.confirm_by_document(locked, "certify", actor, now, reason=words)
    return locked


def settle(*, actor: Actor, collaboration: Collaboration, reason: str, now: datetime) -> Collaboration:
    """A facilitator confirms a disputed one after all."""
    words = _reason(reason, _("Say why: both sides read it."))
    with transaction.atomic(durable=True):
        locked = steps.lock(collaboration.pk)
        steps.confirm_by_document(locked, "settle", actor, now, reason=words)
    return locked


def void(*, actor: Actor, collaboration: Collaboration, reason: str, now: datetime) -> Collaboration:
    """A facilitator finds that a disputed one did not come about. It is counted nowhere."""
    words = _reason(reason, _("Say why: both sides read it."))
    with transaction.atomic(durable=True):
        locked = steps.lock(collaboration.pk)
        move(locked, "void", actor=actor, now=now, reason=words)
        steps.end_check_ins(locked)
        steps.note("voided", locked, actor)
    return locked


def end(
    *, actor: Actor, collaboration: Collaboration, ended_on: date, now: datetime, stopped_why: str = ""
) -> Collaboration:
    """It has ended: with a result, or (`stopped_why`) because it stopped. Raises CollaborationWrong, Forbidden."""
    why = clean(stopped_why)[:REASON_MOST]
    with transaction.atomic(durable=True):
        locked = steps.lock(collaboration.pk)
        if not locked.started_on <= ended_on <= steps.today(locked.region, now):
            raise CollaborationWrong({"ended_on": _("It ended between the day it started and today.")})
        move(locked, "end", actor=actor, now=now, ended_on=ended_on, stopped_why=why)
        steps.end_check_ins(locked)
        steps.note("ended", locked, actor, has_stopped=bool(why))
    return locked


def set_public(*, actor: Actor, collaboration: Collaboration, is_public: bool, now: datetime) -> Collaboration:
    """A side agrees to publication, or takes that back. It is public once all of them have agreed; until then it is
    only counted, and the others are told that this one would like it. Raises Forbidden.
    """
    with transaction.atomic(durable=True):
        locked = steps.lock(collaboration.pk)
        require(actor, "collaborations.answer", locked)
        said = [one for one in locked.parties.all() if one.is_side_of(actor) and one.keeps_private == is_public]
        for party in said:
            party.keeps_private = not is_public
            party.save(update_fields=["keeps_private"])
        becomes_public = is_public and not locked.parties.filter(keeps_private=True).exists()
        if locked.is_public != becomes_public:
            locked.is_public = becomes_public
            locked.save(update_fields=["is_public"])
            steps.follow_audience(locked, actor)
            steps.note("made_public" if becomes_public else "made_private", locked, actor)
        elif said and is_public:
            steps.note("publication_wanted", locked, actor)
    return locked


def note_outcome(
    *,
    actor: Actor,
    collaboration: Collaboration,
    given: Mapping[str, Any],
    now: datetime,
    check_in: CheckIn | None = None,
) -> Outcome:
    """A side or a facilitator notes what it brought. Raises CollaborationWrong by field, Forbidden."""
    found = steps.checked_outcome(given)
    with transaction.atomic(durable=True):
        locked = steps.lock(collaboration.pk)
        require(actor, "collaborations.note", locked)
        made = _write_outcome(locked, found, actor.account_id, now, check_in)
        steps.note("outcome_noted", locked, actor, kind=found["kind"])
    return made


def _write_outcome(
    locked: Collaboration, found: Mapping[str, Any], account_id: int | None, now: datetime, check_in: CheckIn | None
) -> Outcome:
    if locked.state not in COUNTED:
        raise CollaborationWrong({"": _("Outcomes are noted once the collaboration is confirmed.")})
    day = steps.today(locked.region, now)
    known = Outcome.objects.filter(collaboration=locked, noted_on=day, **found).first()
    if known is not None:  # sent twice
        return known
    if locked.outcomes.count() >= MOST_OUTCOMES:
        raise CollaborationWrong({"": _("At most %(most)d outcomes: unite some of them.") % {"most": MOST_OUTCOMES}})
    made: Outcome = Outcome.objects.create(
        region=locked.region, collaboration=locked, noted_on=day, noted_by_id=account_id, check_in=check_in, **found
    )
    return made


def remove_outcome(*, actor: Actor, outcome: Outcome, now: datetime) -> None:
    """Take back what was noted by mistake. Raises Forbidden."""
    with transaction.atomic(durable=True):
        locked = steps.lock(outcome.collaboration_id)
        require(actor, "collaborations.note", locked)
        if Outcome.objects.filter(pk=outcome.pk).delete()[0]:
            steps.note("outcome_removed", locked, actor)


def answer_check_in(
    *,
    actor: Actor,
    check_in: CheckIn,
    answer: str,
    now: datetime,
    details: str = "",
    outcome: Mapping[str, Any] | None = None,
) -> CheckIn:
    """Take the answer to “how is it going?”; whoever has the link speaks for that side, the last answer counts. "It has
    stopped" and "it has ended", `details` saying why or with what, end the collaboration once the other sides say so
    too or do not object in time; `outcome`: as `note_outcome`.

    Raises CollaborationWrong by field. The caller has checked the link, or that `actor` is of that side.
    """
    if answer not in CheckInAnswer.values:
        raise CollaborationWrong({"answer": _("Choose one of the four answers.")})
    words = clean(details)
    if len(words) > DETAILS_MOST:
        raise CollaborationWrong({"details": _("Say it in up to %(most)s characters.") % {"most": DETAILS_MOST}})
    found = steps.checked_outcome(outcome) if outcome is not None else None
    with transaction.atomic(durable=True):
        locked = steps.lock(check_in.collaboration_id)
        row: CheckIn = CheckIn.objects.select_for_update(of=("self",)).get(pk=check_in.pk)
        was_over = said_over(locked) is not None
        is_new = row.answer != answer or (bool(words) and row.details != words)
        row.answer, row.answered_at, row.answered_by_id = answer, now, actor.account_id
        row.details = words or row.details
        row.save(update_fields=["answer", "answered_at", "answered_by", "details"])
        if is_new:
            steps.note("checked_in", locked, actor, answer=answer, months=row.months, party=row.party_id)
        if found is not None and locked.state in COUNTED:
            _write_outcome(locked, found, actor.account_id, now, row)
            steps.note("outcome_noted", locked, actor, kind=found["kind"])
        if locked.state in OPEN and answer in OVER:
            if not end_when_agreed(locked, now) and not was_over:
                steps.note("said_over", locked, actor, party=row.party_id)
        elif was_over and said_over(locked) is None:
            steps.note("goes_on", locked, actor, party=row.party_id)
    return row


def answer_end(*, actor: Actor, collaboration: Collaboration, is_over: bool, now: datetime) -> CheckIn:
    """A side has said that it is over: another one confirms, or says that it goes on. Raises Forbidden,
    CollaborationWrong where nobody waits for that.
    """
    require(actor, "collaborations.answer", collaboration)
    said = said_over(collaboration)
    asked = CheckIn.objects.filter(collaboration=collaboration).select_related("party").order_by("-due_on", "pk")
    months = said.rows[0].months if said is not None else 0
    own = [row for row in asked if row.months == months and row.party.is_side_of(actor)]
    if not own:
        raise CollaborationWrong({"": _("Somebody answered this a moment before. This is how it stands now.")})
    answer = said.rows[0].answer if said is not None and is_over else CheckInAnswer.GOES_ON
    return answer_check_in(actor=actor, check_in=own[0], answer=answer, now=now)


def end_due(*, region: Region, now: datetime) -> int:
    """Collaborations of which a side said that they are over, and nobody objected in time, end. Returns how many."""
    rows = CheckIn.objects.filter(answer__in=OVER, collaboration__state__in=OPEN, collaboration__region=region)
    ended = 0
    for number in sorted(set(rows.values_list("collaboration", flat=True))):
        with transaction.atomic(durable=True):
            ended += end_when_agreed(steps.lock(number), now)
    return ended


def begin_due(*, region: Region, now: datetime) -> int:
    """Confirmed collaborations whose day has come are active. Returns how many."""
    day = steps.today(region, now)
    due = Collaboration.objects.filter(state=CollaborationState.CONFIRMED, started_on__lte=day)
    begun = 0
    for number in list(due.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic(durable=True):
            begun += steps.begin_when_due(steps.lock(number), now)
    return begun


def send_due_check_ins(*, region: Region, now: datetime) -> int:
    """Ask the questions whose day has come, and once again after a week. Returns how many e-mails were posted. One
    question a side at a time: a later one takes the place of an earlier one that nobody has answered.
    """
    day = steps.today(region, now)
    rows = CheckIn.objects.filter(answered_at=None, due_on__lte=day, collaboration__state__in=COUNTED[:2])
    week_ago = days_after(region, now, -REMINDED_AFTER.days)
    due = rows.filter(sent_at=None) | rows.filter(reminded_at=None, sent_at__lte=week_ago)
    posted = 0
    for number in list(due.order_by("due_on", "pk").values_list("pk", flat=True)):
        with transaction.atomic(durable=True):
            posted += _send(number, now)
    return posted


def _send(number: int, now: datetime) -> int:
    row = CheckIn.objects.select_for_update(of=("self",)).filter(pk=number, answered_at=None).first()
    if row is None:
        return 0
    collaboration = steps.lock(row.collaboration_id)
    later = CheckIn.objects.filter(party=row.party_id, months__gt=row.months, sent_at__isnull=False)
    is_first = row.sent_at is None
    people: Collection[Any] = () if later.exists() else recipients(row.party)
    if is_first:
        row.sent_at = now
    else:
        row.reminded_at = now
    row.save(update_fields=["sent_at", "reminded_at"])
    for account in people:
        ask(row, collaboration, account)
    if people and is_first:
        steps.note("asked", collaboration, PLATFORM, months=row.months, party=row.party_id)
    return len(people)


def _reason(reason: str, missing: str) -> str:
    words = clean(reason)
    if not words:
        raise CollaborationWrong({"reason": missing})
    if len(words) > REASON_MOST:
        raise CollaborationWrong({"reason": _("Say it in up to %(most)s characters.") % {"most": REASON_MOST}})
    return words
