# SPDX-License-Identifier: EUPL-1.2
"""A facilitator reads what was submitted: approves it, or returns it with reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from filanda.components.proposals.contents import FIELDS, Outdated
from filanda.components.proposals.models import REASON_MOST, Proposal, Review, ReviewOutcome
from filanda.components.proposals.steps.writing import line_of, lock_proposal, note, publication
from filanda.components.proposals.timing import review_due
from filanda.kernel.identity.actors import Actor
from filanda.kernel.workflow import move

__all__ = ["Check", "approve", "return_it"]


class Check(models.TextChoices):
    """What a facilitator looks at; each is a question whose good answer is yes."""

    NEED_CLEAR = "need_clear", gettext_lazy("Does somebody from outside understand what is needed or offered?")
    RETURN_SAID = "return_said", gettext_lazy("Does it say what is offered in return?")
    PARTNER_DESCRIBED = "partner_described", gettext_lazy("Is the partner described that is looked for?")
    NOTHING_CONFIDENTIAL = (
        "nothing_confidential",
        gettext_lazy("Is nothing confidential on the rungs that everybody or all members read?"),
    )
    NOT_PROMOTION = "not_promotion", gettext_lazy("Is it more than commercial promotion?")


def approve(
    *, actor: Actor, proposal: Proposal, checklist: Mapping[str, bool], now: datetime, version: int | None = None
) -> Proposal:
    """Publish it. `checklist`: by Check; `version`: the one that was read.

    Raises ValidationError ("checklist") while something on the list is not so, Forbidden, MoveNotPossible (somebody
    else was quicker, or its author took it back), Outdated.
    """
    checked = _checked(checklist)
    if not all(checked.values()):
        raise ValidationError(
            {"checklist": _("Something on the list is not so yet. Return it with the reasons, or tick what is right.")}
        )
    with transaction.atomic(durable=True):
        row = lock_proposal(proposal.pk)
        _is_read(row, version)
        move(row, "approve", actor=actor, now=now, reason="", **publication(row, now))
        _keep(row, actor, now, ReviewOutcome.APPROVED, checked, {}, "")
        note("published", row, actor, reviewed=True)
        return row


def return_it(
    *,
    actor: Actor,
    proposal: Proposal,
    checklist: Mapping[str, bool],
    remarks: Mapping[str, str],
    words: str,
    now: datetime,
    version: int | None = None,
) -> Proposal:
    """Give it back to its author with reasons: `remarks` beside fields, `words` to the whole, what the list lacks. One
    of the three at least.

    Raises ValidationError ("words", or a field's name), Forbidden, MoveNotPossible, Outdated.
    """
    checked = _checked(checklist)
    said = {name: line_of(text, name, REASON_MOST) for name, text in remarks.items() if name in FIELDS}
    said = {name: text for name, text in said.items() if text}
    whole = line_of(words, "words", REASON_MOST)
    if not said and not whole:
        raise ValidationError({"words": _("Say why, here or beside a field: the author has to know what to change.")})
    with transaction.atomic(durable=True):
        row = lock_proposal(proposal.pk)
        _is_read(row, version)
        move(row, "return", actor=actor, now=now, reason=whole)
        _keep(row, actor, now, ReviewOutcome.RETURNED, checked, said, whole)
        lacks = sorted(name for name, is_so in checked.items() if not is_so)
        note("returned", row, actor, lacks=lacks, fields=sorted(said))
        return row


def _checked(checklist: Mapping[str, bool]) -> dict[str, bool]:
    return {name: bool(checklist.get(name)) for name in Check.values}


def _is_read(row: Proposal, version: int | None) -> None:
    """Its author took it back, changed it and handed it in again meanwhile: what was read is not what stands here."""
    if version is not None and row.version != version:
        raise Outdated(row)


def _keep(
    row: Proposal,
    actor: Actor,
    now: datetime,
    outcome: str,
    checked: dict[str, bool],
    remarks: dict[str, str],
    words: str,
) -> None:
    submitted = row.submitted_at or row.state_changed_at
    Review.objects.create(
        region=row.region,
        proposal=row,
        number=row.version,
        reviewer_id=actor.account_id,
        outcome=outcome,
        checklist=checked,
        remarks=remarks,
        words=words,
        submitted_at=submitted,
        due_at=review_due(row.region, submitted),
        at=now,
    )
