# SPDX-License-Identifier: EUPL-1.2
"""Who is told of expressions of interest, what waits, what the desk sees, whose data they hold. Each side hears of its
own; authors of different answers never hear of each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import now as clock
from django.utils.translation import gettext as _

from filanda.components.proposals.models import (
    WAITING_STATES,
    ExpressionOfInterest,
    InterestState,
    Proposal,
)
from filanda.components.proposals.policies.answering import is_author_side, is_owner_side
from filanda.components.proposals.queries.answering import SILENT_TOLD, with_last_sign
from filanda.directory.affiliations.queries import admin_accounts
from filanda.kernel.database.compiled import made, padded
from filanda.kernel.database.compiled import rows as rows_of
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests import Waiting
from filanda.kernel.manifests.desk import DeskAction, DeskLine, StillWaits
from filanda.kernel.manifests.things import Key, ThingLine, Told
from filanda.kernel.regions.working import days_after, working_time_after

__all__ = [
    "about",
    "author_side",
    "collect",
    "desk_lines",
    "desk_waiting",
    "erase",
    "facilitator",
    "lines",
    "owner_side",
    "said",
    "touched",
    "waiting",
]

EXCERPT = 280


def lines(actor: Actor, ids: Sequence[int]) -> Mapping[int, ThingLine]:
    """Answers that `actor` may see, as lines; the author is named to nobody here: their page says who it is. One
    query.
    """
    rows = ExpressionOfInterest.objects.visible_to(actor).filter(pk__in=set(ids)).select_related("proposal")
    found = {}
    for row in rows:
        words = " ".join(row.brings.split())
        found[row.pk] = ThingLine(
            kind="interest",
            id=row.pk,
            title=row.proposal.title,
            url_name="proposals:interest",
            url_args=(row.pk,),
            excerpt=words if len(words) <= EXCERPT else words[: EXCERPT - 1].rsplit(" ", 1)[0] + "…",
            language=row.proposal.language,
            author_id=row.author_id,
            at=row.sent_at or row.created_at,
        )
    return found


# Notices -------------------------------------------------------------------------------------------------------------


def about(event: Event) -> Key | None:
    return ("interest", event.subject_id) if event.subject_id else None


def _row(event: Event) -> ExpressionOfInterest | None:
    rows = ExpressionOfInterest.objects.select_related("proposal")
    found: ExpressionOfInterest | None = rows.filter(pk=event.subject_id or 0).first()
    return found


def _accounts(account_id: int | None, organisation_id: int | None) -> list[int]:
    accounts = [account_id] if account_id is not None else []
    if organisation_id is not None:
        accounts += [account.pk for account in admin_accounts(organisation_id)]
    return list(dict.fromkeys(accounts))


def owner_side(event: Event) -> Iterator[Told]:
    """Those who made the proposal, and those who speak for its organisation."""
    row = _row(event)
    if row is not None:
        for account in _accounts(row.proposal.owner_id, row.proposal.organisation_id):
            yield Told(account, "owner")


def author_side(event: Event) -> Iterator[Told]:
    """Whoever wrote the answer, and those who speak for the organisation on whose behalf."""
    row = _row(event)
    if row is not None:
        for account in _accounts(row.author_id, row.organisation_id):
            yield Told(account, "author")


def facilitator(event: Event) -> Iterator[Told]:
    row = _row(event)
    if row is not None and row.proposal.facilitator_id is not None:
        yield Told(row.proposal.facilitator_id, "manager")


def said(event: Event, line: ThingLine) -> str:
    names = {"title": line.title}
    match event.type:
        case "proposals.interest.sent":
            return _("Somebody answered your proposal “%(title)s”") % names
        case "proposals.interest.shortlisted":
            return _("Your answer to “%(title)s” is on the shortlist") % names
        case "proposals.interest.accepted":
            return _("Your answer to “%(title)s” was accepted") % names
        case "proposals.interest.declined":
            return _("Your answer to “%(title)s” was declined: the reason stands beside it") % names
        case "proposals.interest.lapsed":
            return _("“%(title)s” has ended, and your answer with it") % names
        case "proposals.interest.withdrawn":
            return _("An answer to your proposal “%(title)s” was withdrawn") % names
        case "proposals.interest.owner_reminded":
            return _("Somebody waits for your word on “%(title)s”: a week has passed") % names
        case "proposals.interest.facilitator_told":
            return _("Two weeks without a word from the owner of “%(title)s”: an answer waits") % names
    return line.title


def waiting(actor: Actor) -> Iterator[Waiting]:
    """For the owner's side: answers that wait for their word. One query for members, none for anybody else."""
    if actor.account_id is None or not actor.is_member:
        return
    proposals = Proposal.objects.filter(Proposal.objects.all().owned(actor))
    rows = ExpressionOfInterest.objects.waiting().filter(proposal__in=proposals).exclude(author=actor.account_id)
    found = list(rows.order_by("sent_at", "pk").values_list("pk", "sent_at")[:50])
    if len(found) == 1:
        yield Waiting(_("Decide on an answer to your proposal"), "proposals:interest", (found[0][0],), 1, found[0][1])
    elif found:
        yield Waiting(_("Decide on answers to your proposals"), "proposals:answers", (), len(found), found[0][1])


# The desk ------------------------------------------------------------------------------------------------------------


def desk_waiting(ids: Sequence[int] | None, _now: datetime) -> Iterator[StillWaits]:
    """Answers without a decision: worth a look fourteen days after the owner's last sign of life."""
    rows = ExpressionOfInterest.objects.waiting().select_related("region")
    rows = with_last_sign(rows if ids is None else rows.filter(pk__in=ids))
    for row in rows:
        shows = days_after(row.region, row.last_sign, SILENT_TOLD.days)
        yield StillWaits(
            row.pk, row.last_sign, working_time_after(row.region, shows, 2), holder_id=row.looks_after, shows_at=shows
        )


def desk_lines(actor: Actor, ids: Sequence[int], _now: datetime) -> dict[int, DeskLine]:
    """For facilitators. The proposal's own one is led to the answer; a colleague learns only that one waits."""
    if Role.FACILITATOR not in actor.roles and not actor.is_platform:
        return {}
    found = {}
    for one in rows_of("proposals: answers on the desk", _read_for_desk, padded(ids)) if ids else ():
        row = made(ExpressionOfInterest, _ANSWER, [one[name] for name in _ANSWER])
        row.proposal = proposal = made(Proposal, _PROPOSAL, [one[f"proposal__{name}"] for name in _PROPOSAL])
        if is_author_side(actor, row) or is_owner_side(actor, row):
            continue
        is_own = actor.is_platform or proposal.is_looked_after_by(actor)
        page = ("proposals:interest", (row.pk,)) if is_own else ("proposals:proposal", (proposal.pk, proposal.slug))
        label = _("Write to both sides") if is_own else _("Look at the proposal")
        found[row.pk] = DeskLine(
            title=proposal.title,
            url_name=page[0],
            url_args=page[1],
            context=(_("An expression of interest waits for the owner’s word."),),
            language=proposal.language,
            actions=(DeskAction(label, page[0], page[1]),),
            person_id=proposal.owner_id,
        )
    return found


# In the order of the models: from_db takes them as they come.
_ANSWER = ("id", "proposal_id", "author_id", "organisation_id", "state")
_PROPOSAL = ("id", "owner_id", "organisation_id", "title", "language", "facilitator_id")


def _read_for_desk(ids: Sequence[int]) -> QuerySet[Any, Any]:
    rows = ExpressionOfInterest.objects.waiting().filter(pk__in=ids)
    return rows.values(*_ANSWER, *(f"proposal__{name}" for name in _PROPOSAL))


def touched(event: Event) -> Iterable[int]:
    """The answer that the event is about; of a message, the one whose thread it stands in."""
    if event.type.startswith("threads."):
        kind, number = (event.payload or {}).get("place") or ("", 0)
        return [int(number)] if kind == "interest" else []
    if event.type.startswith("proposals.proposal."):
        return list(ExpressionOfInterest.objects.filter(proposal=event.subject_id or 0).values_list("pk", flat=True))
    return [event.subject_id] if event.subject_id else []


# One's own data ------------------------------------------------------------------------------------------------------


def collect(account: Account) -> Mapping[str, Any]:
    """What they answered, and what was decided on it; what they decided stands with their proposals."""
    rows = ExpressionOfInterest.objects.filter(author=account).select_related("proposal", "organisation")
    listed = [
        {
            "proposal": row.proposal_id,
            "proposal_title": row.proposal.title,
            "organisation": row.organisation.name if row.organisation is not None else None,
            "brings": row.brings,
            "questions": row.questions,
            "state": row.state,
            "decline_reason": row.decline_reason,
            "reason": row.reason,
            "written_at": row.created_at,
            "sent_at": row.sent_at,
            "decided_at": row.decided_at,
        }
        for row in rows.order_by("pk")
    ]
    return {"answers-to-proposals.json": listed} if listed else {}


def erase(account: Account, keeps: bool) -> None:
    """Drafts go; open answers are withdrawn. Those of an organisation stay with it where contributions stay; words of
    a person alone go, and that somebody answered stays a figure.
    """
    from filanda.components.proposals.steps.answering import note, recount

    at = clock()
    mine = ExpressionOfInterest.objects.filter(author=account)
    mine.filter(state=InterestState.DRAFT).delete()
    touched_proposals = sorted(set(mine.values_list("proposal", flat=True)))
    locked = {
        row.pk: row
        for row in Proposal.objects.select_for_update(of=("self",))
        .select_related("region")
        .filter(pk__in=touched_proposals)
        .order_by("pk")
    }
    for row in mine.select_for_update(of=("self",)).order_by("pk"):
        stays = keeps and row.organisation_id is not None
        was_open = row.state in WAITING_STATES and not stays
        if was_open:
            row.state, row.state_changed_at, row.decided_at = InterestState.WITHDRAWN, at, at
        if not stays:
            row.brings = row.questions = row.language = ""
            if row.state == InterestState.WITHDRAWN:
                row.reason = ""
        row.author_id, row.key = None, ""
        row.save()
        if was_open:
            row.proposal = locked[row.proposal_id]
            note("withdrawn", row, PLATFORM)
    for proposal in locked.values():
        recount(proposal)
