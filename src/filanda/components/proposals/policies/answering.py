# SPDX-License-Identifier: EUPL-1.2
"""Who answers a proposal and who decides on answers: the guards of an expression of interest, and the place in which
its two sides and the facilitator talk.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from filanda.capabilities.moderation.suspensions import may_write
from filanda.capabilities.threads.places import Place, Read, register_place
from filanda.components.proposals.models import (
    OPEN_STATES,
    ORGANISATION,
    SPEAKERS,
    ExpressionOfInterest,
    InterestState,
    Proposal,
)
from filanda.components.proposals.refusals import Refusal
from filanda.directory.people.models import Block, ValidationState
from filanda.directory.people.queries import is_trusted, person_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.policies import Decision, Permission

__all__ = ["PERMISSIONS", "PLACE", "is_author_side", "is_owner_side", "register_interest_place", "why_not"]

PLACE = "interest"
MEMBERS = frozenset({Role.INNOVATOR, Role.FACILITATOR, Role.REGION_ADMINISTRATOR})
_GONE = Decision(False, gettext_lazy("This is not there any more, or not for you to see."))
_NOT_YOURS = Decision(False, gettext_lazy("Only whoever wrote this expression of interest can send it."))
_OTHER_SIDE = Decision(False, gettext_lazy("Only the side that made the proposal decides on answers to it."))
_NOT_SENDER = Decision(False, gettext_lazy("Only the side that sent this expression of interest withdraws it."))


def is_author_side(actor: Actor, interest: ExpressionOfInterest) -> bool:
    """As InterestQuerySet.written, of a row at hand. No query."""
    if actor.account_id is None:
        return False
    if actor.account_id == interest.author_id:
        return True
    speaks = interest.organisation_id in actor.scope_ids(ORGANISATION, *SPEAKERS)
    return speaks and interest.state != InterestState.DRAFT


def is_owner_side(actor: Actor, interest: ExpressionOfInterest) -> bool:
    """Whether `actor` is of the side that made the proposal. No query where the proposal is at hand."""
    return interest.state != InterestState.DRAFT and interest.proposal.is_owned_by(actor)


def why_not(actor: Actor, proposal: Proposal, organisation_id: int | None, now: datetime) -> Refusal | None:
    """Why `actor` cannot send an answer to `proposal`, alone (None) or for an organisation; None if they can. Somebody
    blocked hears what everybody hears of a proposal that is closed. Four queries at most.
    """
    here = (proposal.pk, proposal.slug)
    if actor.account_id is None:
        return Refusal(
            "sign_in", _("Sign in first: an expression of interest has an author."), _("Sign in"), "signin:start"
        )
    if not actor.is_member:
        return Refusal("join", _("Join this region first: it takes two minutes."), _("Join"), "joining:start")
    if proposal.is_owned_by(actor) or (organisation_id is not None and organisation_id == proposal.organisation_id):
        reason = _("This is a proposal of your own side. The answers of others stand on a page of their own.")
        return Refusal("own_side", reason, _("See the answers"), "proposals:answers")
    if proposal.facilitator_id == actor.account_id:
        reason = _(
            "You look after this proposal as its facilitator, so you cannot answer it yourself. Ask a colleague to "
            "take it over first."
        )
        return Refusal("facilitator", reason, _("Back to the proposal"), "proposals:proposal", here)
    if organisation_id is not None and organisation_id not in actor.scope_ids(ORGANISATION, *SPEAKERS):
        reason = _("Only those who speak for an organisation answer on its behalf. Claim it, or answer for yourself.")
        return Refusal("not_speaker", reason, _("Back to the proposal"), "proposals:proposal", here)
    is_over = proposal.state not in OPEN_STATES or proposal.hidden_at is not None
    if is_over or proposal.expires_at is None or proposal.expires_at <= now or _is_apart(actor, proposal):
        reason = _("This proposal takes no more answers. Others like it may: look at those that are open.")
        return Refusal("ended", reason, _("Open proposals"), "proposals:directory")
    if not (writes := may_write(actor, proposal.space_id, now)):
        return Refusal("suspended", str(writes.reason), _("Back to the proposal"), "proposals:proposal", here)
    person = person_of(actor)
    if person is None or not is_trusted(person, proposal.region):
        if person is not None and person.state == ValidationState.RETURNED:
            reason = _("A facilitator has a question about your profile. Once you have answered it, you can send this.")
        else:
            reason = _(
                "A facilitator looks at each new profile once; yours is waiting. Write your answer now: it is kept, "
                "and you can send it as soon as your profile is validated."
            )
        return Refusal("not_validated", reason, _("Look at your profile"), "profiles:edit")
    waiting = ExpressionOfInterest.objects.waiting().filter(proposal=proposal)
    if organisation_id is not None:
        open_one = waiting.filter(organisation=organisation_id).first()
        reason = _("Your organisation has answered this proposal already. One open answer at a time: continue there.")
    else:
        open_one = waiting.filter(organisation=None, author=actor.account_id).first()
        reason = _("You have answered this proposal already. One open answer at a time: continue there.")
    if open_one is not None:
        return Refusal("already_open", reason, _("Open that answer"), "proposals:interest", (open_one.pk,))
    return None


def _is_apart(actor: Actor, proposal: Proposal) -> bool:
    """Whether the proposal's owner and `actor` want nothing to do with each other. One query."""
    if proposal.owner_id is None:
        return False
    either = Q(blocker=proposal.owner_id, blocked=actor.account_id) | Q(
        blocker=actor.account_id, blocked=proposal.owner_id
    )
    return Block.objects.filter(either).exists()


def _sends(actor: Actor, interest: Any) -> Decision:
    if interest is None:
        return Decision(True)
    return Decision(True) if interest.author_id == actor.account_id else _NOT_YOURS


def _decides(actor: Actor, interest: Any) -> Decision:
    return Decision(True) if interest is None or is_owner_side(actor, interest) else _OTHER_SIDE


def _withdraws(actor: Actor, interest: Any) -> Decision:
    return Decision(True) if interest is None or is_author_side(actor, interest) else _NOT_SENDER


PERMISSIONS: tuple[Permission, ...] = (
    Permission("proposals.interests.send", gettext_lazy("Answer a proposal"), MEMBERS, rule=_sends),
    Permission(
        "proposals.interests.decide", gettext_lazy("Decide on answers to one’s proposal"), MEMBERS, rule=_decides
    ),
    Permission("proposals.interests.withdraw", gettext_lazy("Withdraw one’s answer"), MEMBERS, rule=_withdraws),
    Permission("proposals.interests.remind", gettext_lazy("Remind silent owners (the platform only)")),
)


def _interest(number: int) -> ExpressionOfInterest | None:
    rows = ExpressionOfInterest.objects.select_related("proposal")
    found: ExpressionOfInterest | None = rows.filter(pk=number).first()
    return found


def _talks(actor: Actor, number: int) -> Decision:
    """Both sides and the proposal's facilitator, also after the decision; nobody whom a decision has suspended."""
    interest = _interest(number)
    if interest is None or not ExpressionOfInterest.objects.visible_to(actor).filter(pk=number).exists():
        return _GONE
    if interest.state == InterestState.DRAFT:
        return _GONE
    return may_write(actor, interest.proposal.space_id)


def _reads(actor: Actor) -> Read:
    rows = ExpressionOfInterest.objects.visible_to(actor).exclude(state=InterestState.DRAFT)
    return rows.order_by().values("pk")


def register_interest_place() -> None:
    """Let the two sides of an answer and the facilitator talk."""
    register_place(
        Place(
            kind=PLACE,
            may_open=_talks,
            may_answer=_talks,
            keeps_order=lambda _actor, _number: _GONE,
            keeps_order_in=lambda _actor: (),
            audience=lambda number: f"{PLACE}:{number}",
            thread_page=lambda number, _thread, _title: ("proposals:interest", (number,)),
            post_page=lambda number, _thread, post: ("proposals:interest-message", (number, post)),
            read_by=_reads,
        )
    )
