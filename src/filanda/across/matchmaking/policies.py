# SPDX-License-Identifier: EUPL-1.2
"""Who sees who fits a proposal, and who says what does not fit."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from filanda.across.matchmaking.models import Seeker, speaks_for
from filanda.components.proposals.models import Proposal
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.policies import Decision, Permission

__all__ = ["PERMISSIONS"]

MEMBERS = frozenset({Role.INNOVATOR, Role.FACILITATOR, Role.REGION_ADMINISTRATOR})
_NOT_OWN = Decision(False, _("Only the side that made the proposal, and facilitators, see who fits it."))
_NOT_MINE = Decision(False, _("Only the side to which it was suggested can say this."))


def _sees(actor: Actor, proposal: Proposal) -> Decision:
    if proposal.is_owned_by(actor) or Role.FACILITATOR in actor.roles:
        return Decision(True)
    return _NOT_OWN


def _says(actor: Actor, seeker: Any) -> Decision:
    """`seeker`: (kind, id). One query for proposals and people."""
    kind, number = seeker
    if actor.account_id is None:
        return _NOT_MINE
    if kind == Seeker.ORGANISATION:
        return Decision(True) if number in speaks_for(actor) else _NOT_MINE
    if kind == Seeker.PERSON:
        is_own = Person.objects.present().filter(pk=number, account=actor.account_id).exists()
        return Decision(True) if is_own else _NOT_MINE
    proposal = Proposal.objects.filter(pk=number).first()
    return Decision(True) if proposal is not None and proposal.is_owned_by(actor) else _NOT_MINE


PERMISSIONS: tuple[Permission, ...] = (
    Permission("matchmaking.see", _("See who fits a proposal"), MEMBERS, rule=_sees),
    Permission("matchmaking.dismiss", _("Say that a suggestion does not fit"), MEMBERS, rule=_says),
    Permission("matchmaking.own", _("See which proposals may fit oneself"), MEMBERS),
    Permission("matchmaking.write_letters", _("Send the weekly letters of proposals that may fit")),
)
