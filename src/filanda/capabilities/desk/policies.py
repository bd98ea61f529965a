# SPDX-License-Identifier: EUPL-1.2
"""Who works at the desk: the staff of the region, and those who manage a community, in its own queue."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from filanda.capabilities.desk.models import Absence, DeskItem, DeskNote, SavedReply, queues_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import POWERFUL, Role
from filanda.kernel.policies import Decision

__all__ = ["is_own_absence", "is_own_note", "is_own_reply", "works_here"]


def works_here(actor: Actor, obj: Any) -> Decision:
    """`obj`: None (is there a queue of theirs at all?), or an item: in one of their queues, and not about them."""
    queues = queues_of(actor)
    if not queues:
        return _refusal(actor)
    if isinstance(obj, DeskItem) and (obj.queue not in queues or actor.account_id in obj.not_for):
        return Decision(False, _("This is not in a queue of yours, or it is about you: somebody else deals with it."))
    return Decision(True)


def _refusal(actor: Actor) -> Decision:
    if actor.is_visitor:
        return Decision(False, _("Sign in first: this is for facilitators and for managers of communities."))
    if actor.withheld & POWERFUL:
        return Decision(
            False,
            _(
                "This has power over other people, so it needs a second factor: a passkey or an authenticator app. Add "
                "one under “Sign-in and security”, or sign in with it."
            ),
        )
    return Decision(False, _("This is for facilitators and for managers of communities. Ask a region administrator."))


def is_own_reply(actor: Actor, reply: SavedReply | None) -> Decision:
    """One's own, or one shared in a queue that one works in."""
    answer = works_here(actor, None)
    if not answer or reply is None:
        return answer
    if reply.queue in queues_of(actor) and reply.owner_id in (None, actor.account_id):
        return Decision(True)
    return Decision(False, _("This saved reply is somebody else’s."))


def is_own_absence(actor: Actor, absence: Absence | None) -> Decision:
    """One's own; administrators look after those of everybody."""
    answer = works_here(actor, None)
    if not answer or absence is None or absence.account_id == actor.account_id:
        return answer
    if Role.REGION_ADMINISTRATOR in actor.roles:
        return Decision(True)
    return Decision(False, _("Everybody says for themselves when they are away; an administrator can do it for them."))


def is_own_note(actor: Actor, note: DeskNote | None) -> Decision:
    """Whoever wrote it deletes it."""
    answer = works_here(actor, None)
    if not answer or note is None or note.author_id == actor.account_id:
        return answer
    return Decision(False, _("This note is somebody else’s."))
