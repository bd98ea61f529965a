# SPDX-License-Identifier: EUPL-1.2
"""Who reads the full text of a proposal: asking, letting in, refusing with a reason, undertaking confidentiality,
ending. Whoever acts holds the proposal's row locked, so that two clicks or two people of one side give one outcome.
"""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from filanda.components.proposals.ladder import Door, rungs
from filanda.components.proposals.models import (
    REASON_MOST,
    Admission,
    AdmissionState,
    ExpressionOfInterest,
    InterestState,
    Proposal,
)
from filanda.components.proposals.undertakings import words_in
from filanda.directory.people.models import Block
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.text.folding import clean
from filanda.kernel.workflow import move
from filanda.spaces.steps import account_id_of

__all__ = [
    "ASKED_MOST",
    "AdmissionNotPossible",
    "ask_to_read",
    "end_admission",
    "let_in",
    "let_in_author",
    "refuse",
    "undertake",
]

ASKED_MOST = 30  # requests of one person that wait for an answer


class AdmissionNotPossible(Exception):
    """What was asked for makes no sense any more; `str()` says why."""


def ask_to_read(
    *, actor: Actor, proposal: Proposal, why: str, undertakes: bool, read_words: str = "", now: datetime
) -> Admission:
    """Ask the owner of `proposal` to read its full text. `read_words`: the undertaking as the reader saw it, where one
    is asked for. Asking twice is the same as once.

    Raises Forbidden, ValidationError by field ("why", "undertakes"), AdmissionNotPossible.
    """
    with transaction.atomic(durable=True):
        locked = _lock(proposal)
        require(actor, "proposals.ask", locked)
        account_id = account_id_of(actor)
        door = rungs(actor, locked).door
        kept = Admission.objects.select_for_update().filter(proposal=locked, account=account_id).first()
        if door == Door.ASKED and kept is not None:
            return kept
        _check_door(door)
        if _is_blocked(locked, account_id):
            raise AdmissionNotPossible(_OVER())
        errors: dict[str, str] = {}
        why = clean(why).strip()
        if not why:
            errors["why"] = _("Say who you are and why you want to read it: the author decides by that.")
        elif len(why) > REASON_MOST:
            errors["why"] = _("That is too long: %(most)d characters at most.") % {"most": REASON_MOST}
        undertaking = _undertaking(locked, undertakes, read_words, errors)
        if errors:
            raise ValidationError(errors)
        if Admission.objects.filter(account=account_id, state=AdmissionState.ASKED).count() >= ASKED_MOST:
            raise AdmissionNotPossible(
                _("%(most)d of your requests wait for an answer already. Wait for some of them.") % {"most": ASKED_MOST}
            )
        undertaken_at = now if undertaking else None
        if kept is None:
            kept = Admission.objects.create(
                region=locked.region,
                proposal=locked,
                account_id=account_id,
                state_changed_at=now,
                asked_why=why,
                undertaking=undertaking,
                undertaken_at=undertaken_at,
                created_at=now,
            )
        else:
            move(
                kept,
                "ask_again",
                actor=actor,
                now=now,
                asked_why=why,
                undertaking=undertaking,
                undertaken_at=undertaken_at,
                reason="",
                decided_by_id=None,
            )
        _record("proposals.admission.asked", actor, locked, kept)
        return kept


def let_in(*, actor: Actor, admission: Admission, now: datetime) -> Admission:
    """Let who asked read the full text. Twice is the same as once. Raises Forbidden, MoveNotPossible."""
    with transaction.atomic(durable=True):
        proposal = _lock(admission.proposal)
        require(actor, "proposals.admit", proposal)
        admission.refresh_from_db()
        if admission.state == AdmissionState.LET_IN:
            return admission
        move(admission, "let_in", actor=actor, now=now, reason="", decided_by_id=actor.account_id)
        _record("proposals.admission.let_in", actor, proposal, admission)
        return admission


def let_in_author(*, actor: Actor, proposal: Proposal, account: Account, now: datetime) -> Admission:
    """Let somebody who answered the proposal read its full text, without their asking. Where an undertaking is asked
    for they give it before they read. Raises Forbidden, AdmissionNotPossible.
    """
    with transaction.atomic(durable=True):
        locked = _lock(proposal)
        require(actor, "proposals.admit", locked)
        answered = ExpressionOfInterest.objects.filter(proposal=locked, author=account)
        if not answered.exclude(state__in=[InterestState.DRAFT, InterestState.WITHDRAWN]).exists():
            raise AdmissionNotPossible(_("Only who has answered this proposal can be let in without asking."))
        kept, is_new = Admission.objects.select_for_update().get_or_create(
            proposal=locked,
            account=account,
            defaults={
                "region": locked.region,
                "state": AdmissionState.LET_IN,
                "state_changed_at": now,
                "decided_by_id": actor.account_id,
                "created_at": now,
            },
        )
        if not is_new:
            if kept.state == AdmissionState.LET_IN:
                return kept
            if kept.state == AdmissionState.ENDED:
                raise AdmissionNotPossible(_("They were let in before, and it was ended. They can ask again."))
            move(kept, "let_in", actor=actor, now=now, reason="", decided_by_id=actor.account_id)
        _record("proposals.admission.let_in", actor, locked, kept)
        return kept


def refuse(*, actor: Actor, admission: Admission, reason: str, now: datetime) -> Admission:
    """Do not let who asked read it; they read `reason`. Raises Forbidden, ValidationError, MoveNotPossible."""
    return _turn_down("refuse", "proposals.admission.refused", actor, admission, reason, now)


def end_admission(*, actor: Actor, admission: Admission, reason: str, now: datetime) -> Admission:
    """Who was let in reads it no longer; they read `reason`. What they undertook stays on record. Raises Forbidden,
    ValidationError, MoveNotPossible.
    """
    return _turn_down("end", "proposals.admission.ended", actor, admission, reason, now)


def undertake(*, actor: Actor, proposal: Proposal, undertakes: bool, read_words: str, now: datetime) -> Admission:
    """Undertake confidentiality, by who was let in and was not asked to before. Twice is the same as once.

    Raises Forbidden, ValidationError ("undertakes"), AdmissionNotPossible.
    """
    with transaction.atomic(durable=True):
        locked = _lock(proposal)
        account_id = account_id_of(actor)
        kept = Admission.objects.select_for_update().filter(proposal=locked, account=account_id).first()
        if kept is None or kept.state != AdmissionState.LET_IN:
            raise AdmissionNotPossible(_("You have not been let in to the full text."))
        require(actor, "proposals.ask", kept)
        if kept.undertaken_at is not None or not locked.needs_undertaking:
            return kept
        errors: dict[str, str] = {}
        kept.undertaking = _undertaking(locked, undertakes, read_words, errors)
        if errors:
            raise ValidationError(errors)
        kept.undertaken_at = now
        kept.save(update_fields=["undertaking", "undertaken_at"])
        _record("proposals.admission.undertaken", actor, locked, kept)
        return kept


def _lock(proposal: Proposal) -> Proposal:
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("region", "space")
    locked: Proposal = rows.get(pk=proposal.pk)
    return locked


def _OVER() -> str:  # noqa: N802 - a sentence
    return _("This proposal lets nobody else in to its full text.")


def _check_door(door: Door) -> None:
    if door == Door.OPEN:
        raise AdmissionNotPossible(_("You can read the full text already."))
    if door == Door.UNDERTAKE:
        raise AdmissionNotPossible(_("You have been let in already: undertake to keep it confidential."))
    if door not in (Door.ASK, Door.REFUSED, Door.ENDED):
        raise AdmissionNotPossible(_OVER())


def _is_blocked(proposal: Proposal, account_id: int) -> bool:
    """Whoever the owner blocks hears what others hear of a proposal that has ended."""
    if proposal.owner_id is None:
        return True
    pair = Q(blocker=proposal.owner_id, blocked=account_id) | Q(blocker=account_id, blocked=proposal.owner_id)
    return Block.objects.filter(pair).exists()


def _undertaking(proposal: Proposal, undertakes: bool, read_words: str, errors: dict[str, str]) -> str:
    """The words that are kept; "" where none are asked for."""
    if not proposal.needs_undertaking:
        return ""
    words = words_in(proposal.region)
    if not undertakes:
        errors["undertakes"] = _("The author lets in only who undertakes to keep the text confidential: tick this.")
    elif read_words != words:
        errors["undertakes"] = _("The words of the undertaking have changed: read them again, then tick this.")
    return words


def _turn_down(name: str, event: str, actor: Actor, admission: Admission, reason: str, now: datetime) -> Admission:
    with transaction.atomic(durable=True):
        proposal = _lock(admission.proposal)
        require(actor, "proposals.admit", proposal)
        reason = clean(reason).strip()
        if not reason:
            raise ValidationError({"reason": _("Say why, in a sentence: they read it.")})
        if len(reason) > REASON_MOST:
            message = _("That is too long: %(most)d characters at most.") % {"most": REASON_MOST}
            raise ValidationError({"reason": message})
        move(admission, name, actor=actor, now=now, reason=reason, decided_by_id=actor.account_id)
        _record(event, actor, proposal, admission)
        return admission


def _record(event: str, actor: Actor, proposal: Proposal, admission: Admission) -> None:
    record(
        event,
        region=proposal.region,
        actor=actor,
        subject=admission,
        payload={"proposal": proposal.pk, "space": proposal.space_id, "account": admission.account_id},
    )
