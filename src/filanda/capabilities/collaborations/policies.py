# SPDX-License-Identifier: EUPL-1.2
"""Who reports, confirms and ends collaborations. A facilitator never decides on one of their own side's."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from filanda.capabilities.collaborations.models import Collaboration
from filanda.capabilities.moderation.suspensions import may_write
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.policies import Decision, Permission

__all__ = ["PERMISSIONS", "is_side"]

_MEMBERS = frozenset({Role.INNOVATOR, Role.FACILITATOR})


def is_side(actor: Actor, collaboration: Collaboration) -> bool:
    """Whether `actor` speaks for one of its sides. No query where `parties` is prefetched."""
    return any(party.is_side_of(actor) for party in collaboration.parties.all())


def _may_report(actor: Actor, _obj: Any) -> Decision:
    return may_write(actor, None)


def _of_a_side(actor: Actor, collaboration: Any) -> Decision:
    if collaboration is None or is_side(actor, collaboration):
        return Decision(True)
    return Decision(False, _("Only those who speak for one of its parties can do this."))


def _not_own(actor: Actor, collaboration: Any) -> Decision:
    if collaboration is None or not is_side(actor, collaboration):
        return Decision(True)
    return Decision(False, _("You speak for one of its parties: another facilitator confirms it."))


def _side_or_facilitator(actor: Actor, collaboration: Any) -> Decision:
    if collaboration is None or Role.FACILITATOR in actor.roles or is_side(actor, collaboration):
        return Decision(True)
    return Decision(False, _("Only its parties and the facilitators can do this."))


PERMISSIONS = (
    Permission("collaborations.report", _("Report a collaboration"), roles=_MEMBERS, rule=_may_report),
    Permission("collaborations.answer", _("Confirm or dispute a collaboration"), roles=_MEMBERS, rule=_of_a_side),
    Permission(
        "collaborations.certify",
        _("Confirm a collaboration with a document, and settle disputes"),
        roles=frozenset({Role.FACILITATOR}),
        rule=_not_own,
    ),
    Permission("collaborations.end", _("End a collaboration"), roles=_MEMBERS, rule=_side_or_facilitator),
    Permission(
        "collaborations.note", _("Note what a collaboration brought"), roles=_MEMBERS, rule=_side_or_facilitator
    ),
)
