# SPDX-License-Identifier: EUPL-1.2
"""One's own membership: joining, asking, taking up an invitation, taking it back, leaving."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from filanda.kernel.identity.actors import Actor
from filanda.kernel.limits import Limit, TooMany, take
from filanda.kernel.policies import require
from filanda.kernel.workflow import move
from filanda.spaces.errors import AlreadyInside, AnswerMissing, NotAllowedIn, TooOften
from filanda.spaces.models import MemberRole, Membership, MembershipState, Openness, Space, SpaceKind
from filanda.spaces.steps import (
    account_id_of,
    become_active,
    end_active,
    lock_space,
    require_other_managers,
    told_event,
    use_up_invitations,
)

__all__ = ["ask_to_join", "join_space", "leave_space", "withdraw_membership"]

ANSWER_LENGTH = 1000
MOVES_AN_HOUR = Limit(30, timedelta(hours=1))  # by one account: joining, asking


def join_space(*, actor: Actor, space: Space, now: datetime) -> Membership:
    """Become a member of an open space, or take up an invitation to any. Joining twice is joining once.

    Raises Forbidden, NotAllowedIn (it takes people otherwise; banned; archived), TooOften.
    """
    account_id = account_id_of(actor)
    with transaction.atomic(durable=True):
        locked = lock_space(space.pk)
        membership = _own_row(locked, account_id, now)
        require(actor, "spaces.memberships.own", membership)
        if membership.pk and membership.state == MembershipState.ACTIVE:
            return membership
        _may_come(locked, membership, is_walking_in=True)
        _not_too_often(locked, account_id, now)
        is_invited = membership.state == MembershipState.INVITED
        if membership.pk:
            # Only an invitation makes somebody more than a member, and only one that still stands.
            role = membership.role if is_invited else MemberRole.MEMBER
            move(membership, "join", actor=actor, now=now, decided_by=None, role=role, answer="")
        else:
            membership.state, membership.role = MembershipState.ACTIVE, MemberRole.MEMBER
            membership.save()
        membership.space = locked
        become_active(actor=actor, membership=membership, now=now)
        if is_invited:
            use_up_invitations(locked, account_id)
        told_event("spaces.membership.joined", actor=actor, membership=membership, payload={"invited": is_invited})
    return membership


def ask_to_join(*, actor: Actor, space: Space, answer: str, now: datetime) -> Membership:
    """Ask a restricted space to be taken in, with an answer to its question. Asking twice is asking once.

    Raises Forbidden, NotAllowedIn, AlreadyInside, TooOften, AnswerMissing.
    """
    account_id = account_id_of(actor)
    with transaction.atomic(durable=True):
        locked = lock_space(space.pk)
        membership = _own_row(locked, account_id, now)
        require(actor, "spaces.memberships.own", membership)
        if membership.pk and membership.state == MembershipState.REQUESTED:
            return membership
        if membership.pk and membership.state == MembershipState.ACTIVE:
            raise AlreadyInside
        _may_come(locked, membership, is_walking_in=False)
        _not_too_often(locked, account_id, now)
        said = answer.strip()[:ANSWER_LENGTH]
        if not said and locked.text("questions"):
            raise AnswerMissing
        if membership.pk:
            move(membership, "ask", actor=actor, now=now, answer=said, reason="", decided_by=None)
        else:
            membership.state, membership.answer = MembershipState.REQUESTED, said
            membership.save()
        told_event("spaces.membership.asked", actor=actor, membership=membership)
    return membership


def withdraw_membership(*, actor: Actor, membership: Membership, now: datetime) -> None:
    """Take back one's request, or say no to an invitation. Raises Forbidden, MoveNotPossible."""
    with transaction.atomic(durable=True):
        lock_space(membership.space_id)
        move(membership, "withdraw", actor=actor, now=now, answer="")
        told_event("spaces.membership.withdrawn", actor=actor, membership=membership)


def leave_space(*, actor: Actor, membership: Membership, now: datetime) -> None:
    """Leave a space. Raises Forbidden, MoveNotPossible, LastManager (two who leave at once leave one)."""
    with transaction.atomic(durable=True):
        locked = lock_space(membership.space_id)
        membership.refresh_from_db()
        membership.space = locked
        if membership.state == MembershipState.ACTIVE:
            require(actor, "spaces.memberships.own", membership)
            require_other_managers(membership)
        move(membership, "leave", actor=actor, now=now)
        membership.space = locked
        end_active(actor=actor, membership=membership, now=now)
        told_event("spaces.membership.left", actor=actor, membership=membership)


def _own_row(space: Space, account_id: int, now: datetime) -> Membership:
    found = Membership.objects.select_for_update(of=("self",)).filter(space=space, account=account_id).first()
    return found or Membership(
        region=space.region, space=space, account_id=account_id, created_at=now, state_changed_at=now
    )


def _may_come(space: Space, membership: Membership, *, is_walking_in: bool) -> None:
    if space.kind == SpaceKind.REGION:
        raise NotAllowedIn(_("Everybody in the region is a member here already."))
    if space.archived_at is not None:
        raise NotAllowedIn(_("This community is archived: nobody joins it any more."))
    if membership.pk and membership.state == MembershipState.BANNED:
        raise NotAllowedIn(_("You are kept out of this community. Its page says until when, and why."))
    if is_walking_in and (not membership.pk or membership.state != MembershipState.INVITED):
        if space.openness == Openness.RESTRICTED:
            raise NotAllowedIn(_("People ask to join this community: answer its question first."))
        if space.is_private:
            raise NotAllowedIn(_("This community takes in invited people only."))
    if not is_walking_in and space.openness != Openness.RESTRICTED:
        raise NotAllowedIn(_("Nobody has to ask here: open communities are joined, private ones invite."))


def _not_too_often(space: Space, account_id: int, now: datetime) -> None:
    try:
        take("spaces-moves", MOVES_AN_HOUR, who=f"account:{account_id}", region=space.region, now=now)
    except TooMany:
        raise TooOften from None
