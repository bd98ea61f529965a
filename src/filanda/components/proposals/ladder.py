# SPDX-License-Identifier: EUPL-1.2
"""The confidentiality ladder of a proposal, written in this one place. Whatever shows words of a proposal asks here:
pages, lists, search documents, explanations of matches, feeds, e-mails, exports, the API, previews of links.

- **Title**: whoever sees the proposal at all (`Proposal.objects.visible_to`). With it stand kind, cooperation, stage,
  place, concepts, languages, the organisation, its state and dates.
- **Summary**: as `summary_for` says. With it stand what partners should bring, the budget band and the rights.
- **Full text** and attachments: as `text_for` says; where that is "let_in", to whom the owner let in, after the
  undertaking of confidentiality where one is asked for.

The owner's side and the proposal's facilitator read all of it, a facilitator who reviews it while it is in review, and
nobody else because of a role. Who reads the text reads the summary.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from filanda.components.proposals.models import (
    SHOWN_STATES,
    Admission,
    AdmissionState,
    Proposal,
    ProposalQuerySet,
    ProposalState,
    Rung,
)
from filanda.kernel.database.compiled import made, padded
from filanda.kernel.database.compiled import rows as rows_of
from filanda.kernel.identity.actors import VISITOR, Actor
from filanda.kernel.identity.models import Role

__all__ = ["Door", "Rungs", "admissions_of", "knows", "read_text", "rungs", "rungs_of", "rungs_with", "with_rungs"]


class Door(StrEnum):
    """How a reader stands to the full text."""

    OPEN = ""  # reads it
    SIGN_IN = "sign_in"
    JOIN = "join"
    ASK = "ask"  # may ask to be let in
    ASKED = "asked"
    UNDERTAKE = "undertake"  # let in, and still to undertake confidentiality
    REFUSED = "refused"
    ENDED = "ended"
    OVER = "over"  # it takes no more answers, so nobody is let in
    HIDDEN = "hidden"  # there is no such proposal for this reader


@dataclass(frozen=True, slots=True)
class Rungs:
    """What of one proposal one reader reads. `door`: how they stand to the full text."""

    title: bool
    summary: bool
    text: bool
    door: Door = Door.OPEN

    @property
    def why_not(self) -> str:
        """Why the full text is not here, and what to do; "" where it is."""
        match self.door:
            case Door.SIGN_IN:
                return _("The full text is not for everybody. Sign in to see whether you can read it.")
            case Door.JOIN:
                return _("The full text is for members of this region. Join it first: that takes two minutes.")
            case Door.ASK:
                return _("Its author decides who reads the full text. Ask them, and say why.")
            case Door.ASKED:
                return _("You have asked to read the full text. Its author has not answered yet.")
            case Door.UNDERTAKE:
                return _("You may read the full text once you undertake to keep it confidential.")
            case Door.REFUSED:
                return _("Its author has not let you read the full text. You may ask again, and say more.")
            case Door.ENDED:
                return _("You could read the full text, and no longer can. You may ask its author again.")
            case Door.OVER:
                return _("This proposal has ended, so that nobody else is let in to its full text.")
        return ""


_NOTHING = Rungs(title=False, summary=False, text=False, door=Door.HIDDEN)
_ALL = Rungs(title=True, summary=True, text=True)


def rungs(actor: Actor, proposal: Proposal) -> Rungs:
    """What `actor` reads of `proposal`. One query for members where the owner lets people in, else none."""
    return rungs_of(actor, proposal)[0]


def rungs_of(actor: Actor, proposal: Proposal) -> tuple[Rungs, Admission | None]:
    """As `rungs`, with the reader's admission where there is one."""
    admission = _admission(actor, proposal)
    return rungs_with(actor, proposal, admission), admission


def with_rungs(actor: Actor, rows: Iterable[Proposal]) -> list[Proposal]:
    """`rows`, each with `rungs`. One query for members, none for visitors."""
    found = list(rows)
    admissions = admissions_of(actor, [row for row in found if _may_be_let_in(row)])
    for row in found:
        row.rungs = rungs_with(actor, row, admissions.get(row.pk))  # type: ignore[attr-defined]
    return found


def admissions_of(actor: Actor, rows: Iterable[Proposal]) -> dict[int, Admission]:
    """How `actor` was let in to `rows`, by proposal. One query, none for visitors."""
    ids = [row.pk for row in rows]
    if actor.account_id is None or not ids:
        return {}
    found = rows_of("proposals: admissions", _read_admissions, [actor.account_id, *padded(ids)])
    admissions = [made(Admission, _ADMISSION, [one[name] for name in _ADMISSION]) for one in found]
    return {one.proposal_id: one for one in admissions}


_ADMISSION = tuple(one.attname for one in Admission._meta.concrete_fields)


def _read_admissions(given: Sequence[Any]) -> QuerySet[Any, Any]:
    return Admission.objects.filter(account=given[0], proposal__in=given[1:]).values(*_ADMISSION)


def rungs_with(actor: Actor, proposal: Proposal, admission: Admission | None) -> Rungs:
    """As `rungs`, for a caller that has read the reader's admission. No query."""
    if actor.is_platform or proposal.is_owned_by(actor):
        return _ALL
    if not _sees(actor, proposal):
        return _NOTHING
    if Role.FACILITATOR in actor.roles and (
        proposal.facilitator_id == actor.account_id or proposal.state == ProposalState.IN_REVIEW
    ):
        return _ALL
    if _reaches(actor, proposal.text_for):
        return _ALL
    door = _door(actor, proposal, admission)
    if door == Door.OPEN:
        return _ALL
    return Rungs(title=True, summary=_reaches(actor, proposal.summary_for), text=False, door=door)


def knows(actor: Actor, proposal: Proposal) -> bool:
    """Whether `actor` may know its title: as `Proposal.objects.visible_to`, of a row at hand. No query."""
    return actor.is_platform or proposal.is_owned_by(actor) or _sees(actor, proposal)


def read_text(actor: Actor) -> ProposalQuerySet:
    """Proposals whose full text `actor` reads: the same rule as `rungs`, as rows."""
    seen: ProposalQuerySet = Proposal.objects.visible_to(actor)
    if actor.is_platform:
        return seen
    reaches = [Rung.PUBLIC, *([Rung.MEMBERS] if actor.is_member else [])]
    all_of_it = Proposal.objects.all().owned(actor) | Q(text_for__in=reaches)
    if Role.FACILITATOR in actor.roles:
        all_of_it |= Q(facilitator=actor.account_id) | Q(state=ProposalState.IN_REVIEW)
    if actor.is_member:
        let_in = Admission.objects.filter(
            proposal=OuterRef("pk"), account=actor.account_id, state=AdmissionState.LET_IN
        )
        all_of_it |= Q(Exists(let_in), needs_undertaking=False)
        all_of_it |= Q(Exists(let_in.filter(undertaken_at__isnull=False)))
    return seen.filter(all_of_it)


def _sees(actor: Actor, proposal: Proposal) -> bool:
    """As ProposalQuerySet.visible_to, of somebody who is not of the owner's side."""
    if proposal.audience not in actor.audience_tokens:
        return False
    if Role.FACILITATOR in actor.roles and proposal.state != ProposalState.DRAFT:
        return True
    return proposal.state in SHOWN_STATES and proposal.hidden_at is None


def _reaches(actor: Actor, rung: str) -> bool:
    return rung == Rung.PUBLIC or (rung == Rung.MEMBERS and actor.is_member)


def _may_be_let_in(proposal: Proposal) -> bool:
    return proposal.text_for == Rung.LET_IN


def _admission(actor: Actor, proposal: Proposal) -> Admission | None:
    if not actor.is_member or not _may_be_let_in(proposal) or proposal.is_owned_by(actor):
        return None
    return admissions_of(actor, [proposal]).get(proposal.pk)


def _door(actor: Actor, proposal: Proposal, admission: Admission | None) -> Door:
    """How a reader whom no rung reaches comes to the full text."""
    if actor == VISITOR or actor.account_id is None:
        return Door.SIGN_IN
    if not actor.is_member:
        return Door.JOIN
    state = admission.state if admission is not None else ""
    if admission is not None and state == AdmissionState.LET_IN:
        must = proposal.needs_undertaking and admission.undertaken_at is None
        return Door.UNDERTAKE if must else Door.OPEN
    if not proposal.is_open:
        return Door.OVER
    return {
        AdmissionState.ASKED.value: Door.ASKED,
        AdmissionState.REFUSED.value: Door.REFUSED,
        AdmissionState.ENDED.value: Door.ENDED,
    }.get(state, Door.ASK)
