# SPDX-License-Identifier: EUPL-1.2
"""Who reads what of a proposal (the ladder), who lets others in, who keeps searches."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from filanda.capabilities.files.subjects import Ids, register_subject
from filanda.capabilities.moderation.suspensions import may_write
from filanda.components.proposals.ladder import Rungs, read_text, rungs, with_rungs
from filanda.components.proposals.models import Admission, Proposal
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.policies import Decision, Permission, decide

__all__ = ["MEMBERS", "PERMISSIONS", "SUBJECT", "Rungs", "register_files", "rungs", "with_rungs"]

SUBJECT = "proposal"  # files of a proposal are attached to ("proposal", id)
MEMBERS = frozenset({Role.INNOVATOR, Role.FACILITATOR, Role.REGION_ADMINISTRATOR})
_NOT_OWN = Decision(False, _("Only the side that made the proposal decides who reads it."))


def proposal_of(obj: Any) -> Proposal:
    """The proposal that `obj` is or belongs to."""
    found: Proposal = obj if isinstance(obj, Proposal) else obj.proposal
    return found


def _admits(actor: Actor, obj: Any) -> Decision:
    """The owner's side alone: not even the facilitator lets others read."""
    return Decision(True) if proposal_of(obj).is_owned_by(actor) else _NOT_OWN


def _asks(actor: Actor, obj: Any) -> Decision:
    """Members who do not read it already, for themselves; nobody whom a decision has suspended. One query."""
    proposal = proposal_of(obj)
    if isinstance(obj, Admission) and obj.account_id != actor.account_id:
        return Decision(False, _("Each asks for themselves."))
    if proposal.is_owned_by(actor):
        return Decision(False, _("This is a proposal of your own side: you read all of it."))
    return may_write(actor, proposal.space_id)


def _keeps(actor: Actor, obj: Any) -> Decision:
    if obj is None or (actor.account_id is not None and obj.account_id == actor.account_id):
        return Decision(True)
    return Decision(False, _("Only the person themselves can do this."))


PERMISSIONS: tuple[Permission, ...] = (
    Permission("proposals.admit", _("Decide who reads the full text of one’s proposal"), MEMBERS, rule=_admits),
    Permission("proposals.ask", _("Ask to read the full text of a proposal"), MEMBERS, rule=_asks),
    Permission("proposals.searches.keep", _("Keep searches of proposals"), MEMBERS, rule=_keeps),
    Permission("proposals.seed", _("Make invented proposals")),
)


def register_files() -> None:
    """Attachments stand on the rung of the full text; the owner's side adds and removes them."""

    def visible(actor: Actor) -> Ids:
        return read_text(actor).values("pk")

    def may_add(actor: Actor, number: int) -> Decision:
        found = Proposal.objects.visible_to(actor).filter(pk=number).first()
        if found is None:
            return Decision(False, _("There is no such proposal."))
        return decide(actor, "proposals.write", found)

    register_subject(SUBJECT, may_add=may_add, visible=visible, is_closed_to_staff=True)
