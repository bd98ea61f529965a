# SPDX-License-Identifier: EUPL-1.2
"""Writing, sending, reading, shortlisting, declining and withdrawing expressions of interest. Accepting composes more
than this room: filanda.across.collaborating.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from filanda.capabilities.follows.steps import follow
from filanda.capabilities.threads.models import Thread
from filanda.capabilities.threads.steps.opening import start_thread
from filanda.components.proposals.models import (
    BRING_MOST,
    ORGANISATION,
    REASON_MOST,
    SPEAKERS,
    DeclineReason,
    ExpressionOfInterest,
    InterestState,
    Proposal,
)
from filanda.components.proposals.policies.answering import PLACE, why_not
from filanda.components.proposals.queries.answering import SILENT_REMINDED, SILENT_TOLD, silent_since
from filanda.components.proposals.refusals import AnswerOutdated, AnswerRefused, AnswerWrong, Refusal
from filanda.components.proposals.steps.answering import lock_for, note, recount
from filanda.directory.affiliations.queries import admin_accounts
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.limits import Limit, TooMany, take
from filanda.kernel.policies import require
from filanda.kernel.text.folding import clean
from filanda.kernel.text.language import detect
from filanda.kernel.workflow import move

__all__ = [
    "SENT_A_DAY",
    "decline",
    "drop_draft",
    "mark_read",
    "open_talk",
    "remind_silent",
    "save_interest_draft",
    "send_interest",
    "shortlist",
    "withdraw",
]

SENT_A_DAY = Limit(20, timedelta(days=1))  # by one account
QUIET = frozenset({"own_side", "facilitator", "sign_in", "join", "ended", "suspended"})  # nobody needs a draft there


def save_interest_draft(
    *, actor: Actor, proposal: Proposal, fields: Mapping[str, Any], version: int, now: datetime
) -> ExpressionOfInterest:
    """Keep what somebody is writing. `fields`: "organisation" (id or None), "brings", "questions"; `version`: the one
    that was being changed, 0 for a new draft. Saving the same twice changes nothing.

    Raises AnswerRefused where they could never send it, AnswerWrong, AnswerOutdated, Forbidden.
    """
    require(actor, "proposals.interests.send")
    found = _checked(actor, fields, is_sent=False)
    try:
        with transaction.atomic(durable=True):
            return _write_draft(actor, proposal, found, version, now)
    except IntegrityError:  # two windows wrote the first word at once
        with transaction.atomic(durable=True):
            return _write_draft(actor, proposal, found, version, now)


def _write_draft(
    actor: Actor, proposal: Proposal, found: Mapping[str, Any], version: int, now: datetime
) -> ExpressionOfInterest:
    refusal = why_not(actor, proposal, found["organisation_id"], now)
    if refusal is not None and refusal.code in QUIET:
        raise AnswerRefused(refusal)
    rows = ExpressionOfInterest.objects.select_for_update(of=("self",))
    draft = rows.filter(proposal=proposal, author=actor.account_id, state=InterestState.DRAFT).first()
    if draft is None:
        draft = ExpressionOfInterest(
            region=proposal.region, proposal=proposal, author_id=actor.account_id, version=0, created_at=now
        )
    elif all(getattr(draft, name) == value for name, value in found.items()):
        return draft
    elif draft.version != version:
        raise AnswerOutdated(draft)
    for name, value in found.items():
        setattr(draft, name, value)
    draft.version += 1
    draft.edited_at = now
    draft.save()
    return draft


def drop_draft(*, actor: Actor, interest: ExpressionOfInterest) -> None:
    """Throw one's draft away. Twice is the same as once. Raises Forbidden."""
    with transaction.atomic(durable=True):
        require(actor, "proposals.interests.send", interest)
        ExpressionOfInterest.objects.filter(pk=interest.pk, state=InterestState.DRAFT).delete()


def send_interest(
    *, actor: Actor, proposal: Proposal, fields: Mapping[str, Any], version: int, now: datetime, key: str = ""
) -> ExpressionOfInterest:
    """Send an answer to the proposal's owner. Sent twice with one `key`, it is one. A thread opens for the two sides
    and the facilitator.

    Raises AnswerWrong, AnswerRefused (nothing typed is lost: the draft is kept where it can be), AnswerOutdated,
    Forbidden.
    """
    require(actor, "proposals.interests.send")
    found = _checked(actor, fields, is_sent=True)
    with transaction.atomic(durable=True):
        rows = Proposal.objects.select_for_update(of=("self",)).select_related("region")
        locked = rows.get(pk=proposal.pk)
        if key:
            sent = ExpressionOfInterest.objects.filter(author=actor.account_id, proposal=locked, key=key)
            known = sent.exclude(state=InterestState.DRAFT).first()
            if known is not None:
                return known
        if (refusal := why_not(actor, locked, found["organisation_id"], now)) is not None:
            raise AnswerRefused(refusal)
        draft = _write_draft(actor, locked, found, version, now)
        _take_one(actor, locked, now)
        draft.proposal = locked
        thread = start_thread(actor=actor, place=(PLACE, draft.pk), title=locked.title, now=now)
        move(
            draft,
            "send",
            actor=actor,
            now=now,
            sent_at=now,
            key=key,
            thread_id=thread.pk,
            language=detect(f"{found['brings']}\n{found['questions']}"),
        )
        draft.proposal = locked
        if locked.first_answer_at is None:
            locked.first_answer_at = now
            locked.save(update_fields=["first_answer_at"])
        recount(locked)
        for account_id in _who_talks(draft, locked):
            follow(locked.region, account_id, ("thread", thread.pk))
        note("sent", draft, actor, organisation=draft.organisation_id)
    return draft


def open_talk(*, actor: Actor, interest: ExpressionOfInterest, now: datetime) -> Thread:
    """The conversation of an answer; opened where there is none yet, once. Raises Forbidden."""
    with transaction.atomic(durable=True):
        locked = lock_for(interest)
        row = ExpressionOfInterest.objects.select_for_update(of=("self",)).get(pk=interest.pk)
        require(actor, "threads.open", (PLACE, row.pk))
        if row.thread_id is None:
            thread = start_thread(actor=actor, place=(PLACE, row.pk), title=locked.title, now=now)
            row.thread_id = thread.pk
            row.save(update_fields=["thread_id"])
            for account_id in _who_talks(row, locked):
                follow(locked.region, account_id, ("thread", thread.pk))
        found: Thread = Thread.objects.get(pk=row.thread_id)
    return found


def mark_read(*, actor: Actor, interest: ExpressionOfInterest, now: datetime) -> bool:
    """Somebody of the owner's side has opened it. Twice, or after a decision, changes nothing. Whether it did."""
    with transaction.atomic(durable=True):
        interest.proposal = lock_for(interest)
        require(actor, "proposals.interests.decide", interest)
        interest.refresh_from_db(fields=["state"])
        if interest.state != InterestState.SENT:
            return False
        _moved(interest, "read", "read", actor, now, read_at=now)
    return True


def shortlist(*, actor: Actor, interest: ExpressionOfInterest, now: datetime) -> None:
    """Put it on the shortlist. Twice is the same as once. Raises Forbidden, MoveNotPossible."""
    with transaction.atomic(durable=True):
        interest.proposal = lock_for(interest)
        require(actor, "proposals.interests.decide", interest)
        interest.refresh_from_db(fields=["state", "read_at"])
        if interest.state == InterestState.SHORTLISTED:
            return
        _moved(interest, "shortlist", "shortlisted", actor, now, read_at=interest.read_at or now)


def decline(*, actor: Actor, interest: ExpressionOfInterest, reason: str, words: str, now: datetime) -> None:
    """Decline with a reason from the list, and words for the other side: asked for where the reason is another one.

    Raises AnswerWrong, Forbidden, MoveNotPossible.
    """
    text = clean(words)
    errors = {}
    if reason not in DeclineReason.values:
        errors["reason"] = _("Choose a reason: whoever answered learns from it.")
    if len(text) > REASON_MOST:
        errors["words"] = _too_long(len(text), REASON_MOST)
    elif reason == DeclineReason.OTHER and not text:
        errors["words"] = _("Say in a sentence why: the list did not have it.")
    if errors:
        raise AnswerWrong(errors)
    with transaction.atomic(durable=True):
        interest.proposal = lock_for(interest)
        _moved(interest, "decline", "declined", actor, now, decline_reason=reason, reason=text, decided_at=now)


def withdraw(*, actor: Actor, interest: ExpressionOfInterest, now: datetime, words: str = "") -> None:
    """Take one's answer back. Raises AnswerWrong, Forbidden, MoveNotPossible."""
    text = clean(words)
    if len(text) > REASON_MOST:
        raise AnswerWrong({"words": _too_long(len(text), REASON_MOST)})
    with transaction.atomic(durable=True):
        locked = lock_for(interest)
        interest.proposal = locked
        _moved(interest, "withdraw", "withdrawn", actor, now, reason=text, decided_at=now)
        recount(locked)


def _moved(interest: ExpressionOfInterest, name: str, event: str, actor: Actor, now: datetime, **fields: Any) -> None:
    """Move, and say so. The caller holds the proposal's lock; refreshing the row forgets what is at hand."""
    proposal = interest.proposal
    move(interest, name, actor=actor, now=now, **fields)
    interest.proposal = proposal
    note(event, interest, actor)


def _checked(actor: Actor, fields: Mapping[str, Any], *, is_sent: bool) -> dict[str, Any]:
    organisation_id = fields.get("organisation") or None
    if organisation_id is not None and organisation_id not in actor.scope_ids(ORGANISATION, *SPEAKERS):
        raise AnswerWrong({"organisation": _("Choose yourself or an organisation for which you speak.")})
    found: dict[str, Any] = {"organisation_id": organisation_id}
    errors = {}
    for name in ("brings", "questions"):
        text = clean(str(fields.get(name) or "").replace("\r\n", "\n"))
        if len(text) > BRING_MOST:
            errors[name] = _too_long(len(text), BRING_MOST)
        found[name] = text
    if is_sent and not found["brings"]:
        errors["brings"] = _("Say what you bring: a sentence is enough to begin with.")
    if errors:
        raise AnswerWrong(errors)
    return found


def _too_long(length: int, most: int) -> str:
    return _("This has %(length)s characters; up to %(most)s fit. Shorten it a little.") % {
        "length": length,
        "most": most,
    }


def _take_one(actor: Actor, proposal: Proposal, now: datetime) -> None:
    try:
        take("interests-sent", SENT_A_DAY, who=f"account:{actor.account_id}", region=proposal.region, now=now)
    except TooMany:
        reason = _("You have sent many answers today. This one is kept as a draft: send it tomorrow.")
        raise AnswerRefused(Refusal("too_many", reason, _("Your answers"), "proposals:answers")) from None


def _who_talks(interest: ExpressionOfInterest, proposal: Proposal) -> list[int]:
    """Accounts of both sides and the facilitator: they hear of what is written in the thread."""
    accounts = [interest.author_id, proposal.owner_id, proposal.facilitator_id]
    for organisation_id in (interest.organisation_id, proposal.organisation_id):
        if organisation_id is not None:
            accounts += [account.pk for account in admin_accounts(organisation_id)]
    return sorted({account for account in accounts if account is not None})


def remind_silent(*, actor: Actor, now: datetime) -> tuple[int, int]:
    """The owners of answers without a word for seven days are reminded, facilitators told after fourteen; each once for
    one silence. Returns how many of either. For the clock: the platform alone.
    """
    require(actor, "proposals.interests.remind")
    rows = ExpressionOfInterest.objects.all()
    reminded = _tell_of_silence(rows, SILENT_REMINDED, "owner_reminded_at", "owner_reminded", now)
    told = _tell_of_silence(rows, SILENT_TOLD, "facilitator_told_at", "facilitator_told", now)
    return reminded, told


def _tell_of_silence(rows: Any, days: timedelta, field: str, event: str, now: datetime) -> int:
    done = 0
    not_yet = Q(**{field: None}) | Q(**{f"{field}__lt": F("last_sign")})
    for number in list(silent_since(rows, now, days).filter(not_yet).values_list("pk", flat=True)):
        with transaction.atomic(durable=True):
            interest = ExpressionOfInterest.objects.select_related("proposal").get(pk=number)
            interest.proposal = lock_for(interest)
            if not silent_since(rows.filter(pk=number), now, days).filter(not_yet).exists():
                continue  # somebody acted a moment ago
            ExpressionOfInterest.objects.filter(pk=number).update(**{field: now})
            note(event, interest, PLATFORM)
            done += 1
    return done
