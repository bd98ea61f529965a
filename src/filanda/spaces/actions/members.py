# SPDX-License-Identifier: EUPL-1.2
"""What managers decide about other people: requests, roles, removing, keeping out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from filanda.kernel.identity.actors import Actor
from filanda.kernel.policies import require
from filanda.kernel.text.folding import clean
from filanda.kernel.workflow import move
from filanda.spaces.errors import NotAllowedIn, ReasonMissing, SpaceWrong
from filanda.spaces.models import MemberRole, Membership, MembershipState, Space, SpaceKind
from filanda.spaces.steps import (
    become_active,
    change_role,
    end_active,
    enter_as_manager,
    lock_space,
    require_other_managers,
    told_event,
)

__all__ = [
    "accept_request",
    "appoint_manager",
    "ban_member",
    "decline_request",
    "greet_member",
    "lift_ban",
    "lift_bans_that_ended",
    "remove_member",
    "set_role",
    "welcome_member",
]

REASON_LENGTH = 1000
GREETING_MOST = 500


def accept_request(*, actor: Actor, membership: Membership, now: datetime) -> None:
    """Take somebody in who asked. Raises Forbidden, MoveNotPossible."""
    with transaction.atomic(durable=True):
        locked = lock_space(membership.space_id)
        move(membership, "accept", actor=actor, now=now, decided_by_id=actor.account_id, role=MemberRole.MEMBER)
        membership.space = locked
        become_active(actor=actor, membership=membership, now=now)
        told_event("spaces.membership.accepted", actor=actor, membership=membership)


def decline_request(*, actor: Actor, membership: Membership, reason: str, now: datetime) -> None:
    """Do not take somebody in; they read why. Raises ReasonMissing, Forbidden, MoveNotPossible."""
    why = _reason(reason)
    with transaction.atomic(durable=True):
        lock_space(membership.space_id)
        move(membership, "decline", actor=actor, now=now, reason=why, decided_by_id=actor.account_id)
        told_event("spaces.membership.declined", actor=actor, membership=membership)


def remove_member(*, actor: Actor, membership: Membership, reason: str, now: datetime) -> None:
    """Take somebody out; they read why, and may come back as anybody else. Raises ReasonMissing, Forbidden,
    MoveNotPossible, LastManager.
    """
    why = _reason(reason)
    with transaction.atomic(durable=True):
        _end(actor, membership, "remove", now, reason=why)
        told_event("spaces.membership.removed", actor=actor, membership=membership)


def ban_member(*, actor: Actor, membership: Membership, reason: str, until: datetime | None, now: datetime) -> None:
    """Keep somebody out, until `until` (None: until a manager lifts it). Raises ReasonMissing, SpaceWrong for an end in
    the past, Forbidden, MoveNotPossible, LastManager.
    """
    why = _reason(reason)
    if until is not None and until <= now:
        raise SpaceWrong({"until": _("Choose a day that is still to come, or none.")})
    with transaction.atomic(durable=True):
        _end(actor, membership, "ban", now, reason=why, banned_until=until, answer="")
        told_event("spaces.membership.banned", actor=actor, membership=membership, payload={"until": until})


def lift_ban(*, actor: Actor, membership: Membership, now: datetime) -> None:
    """Let somebody in again who was kept out: they may join as anybody else. Raises Forbidden, MoveNotPossible."""
    with transaction.atomic(durable=True):
        lock_space(membership.space_id)
        move(membership, "lift", actor=actor, now=now, banned_until=None)
        told_event("spaces.membership.lifted", actor=actor, membership=membership)


def lift_bans_that_ended(*, actor: Actor, now: datetime) -> int:
    """By the clock: bans of the active region whose end has come. Returns how many."""
    rows = Membership.objects.filter(state=MembershipState.BANNED, banned_until__lte=now)
    lifted = 0
    for membership in rows.select_related("space", "region", "account").order_by("pk")[:1000]:
        with transaction.atomic(durable=True):
            lock_space(membership.space_id)
            membership.refresh_from_db()
            is_over = membership.banned_until is not None and membership.banned_until <= now
            if membership.state != MembershipState.BANNED or not is_over:
                continue  # a manager was quicker, or made it longer
            move(membership, "lift", actor=actor, now=now, banned_until=None)
            told_event("spaces.membership.lifted", actor=actor, membership=membership, payload={"by_clock": True})
            lifted += 1
    return lifted


def set_role(*, actor: Actor, membership: Membership, role: MemberRole, now: datetime) -> None:
    """Let a member be a manager, a moderator, a member or a reader. Raises Forbidden, LastManager, SpaceWrong for
    somebody who is no member.
    """
    with transaction.atomic(durable=True):
        locked = lock_space(membership.space_id)
        membership.refresh_from_db()
        membership.space = locked
        require(actor, "spaces.members.govern", membership)
        if membership.state != MembershipState.ACTIVE:
            raise SpaceWrong({"": _("This person is not a member here any more.")})
        if membership.role == role:
            return
        before = membership.role
        if role != MemberRole.MANAGER:
            require_other_managers(membership)
        change_role(actor=actor, membership=membership, role=role, now=now)
        payload = {"role": role.value, "before": before}
        told_event("spaces.membership.role_changed", actor=actor, membership=membership, payload=payload)


def appoint_manager(*, actor: Actor, space: Space, account_id: int, now: datetime) -> Membership:
    """Region administrators give a community a manager that it lacks: a member, or anybody of the region for a listed
    one. Raises Forbidden, SpaceWrong.
    """
    with transaction.atomic(durable=True):
        locked = lock_space(space.pk)
        require(actor, "spaces.managers.appoint", locked)
        if locked.kind != SpaceKind.COMMUNITY:
            raise SpaceWrong({"": _("Only communities get their managers so.")})
        membership = enter_as_manager(actor=actor, space=locked, account_id=account_id, now=now)
        told_event("spaces.membership.appointed", actor=actor, membership=membership)
    return membership


def welcome_member(*, actor: Actor, membership: Membership, now: datetime) -> None:
    """A manager has greeted a newcomer: nobody has to any more. Raises Forbidden."""
    with transaction.atomic(durable=True):
        require(actor, "spaces.members.manage", membership)
        Membership.objects.filter(pk=membership.pk, welcomed_at=None).update(welcomed_at=now)


def greet_member(*, actor: Actor, membership: Membership, words: str, now: datetime) -> None:
    """Greet a newcomer: they are told, with these words, in the product and by e-mail as they wish. Raises SpaceWrong
    ("words"), Forbidden, NotAllowedIn for somebody who is no member (any more).
    """
    said = clean(words).strip()
    if not said:
        raise SpaceWrong({"words": _("Write a few words.")})
    if len(said) > GREETING_MOST:
        raise SpaceWrong(
            {
                "words": _("This text has %(n)s characters; up to %(most)s fit.")
                % {"n": len(said), "most": GREETING_MOST}
            }
        )
    with transaction.atomic(durable=True):
        row = Membership.objects.select_for_update(of=("self",)).select_related("space__region").get(pk=membership.pk)
        require(actor, "spaces.members.manage", row)
        if row.state != MembershipState.ACTIVE:
            raise NotAllowedIn(_("They are not a member any more."))
        if row.welcomed_at is not None:
            return  # a double click, or somebody else was first: nobody is greeted twice
        row.welcomed_at = now
        row.save(update_fields=["welcomed_at"])
        told_event("spaces.membership.greeted", actor=actor, membership=row, payload={"words": said})


def _end(actor: Actor, membership: Membership, name: str, now: datetime, **fields: Any) -> None:
    """Move somebody out of the space. The last manager stays, whoever sends them."""
    locked = lock_space(membership.space_id)
    membership.refresh_from_db()
    membership.space = locked
    was_active = membership.state == MembershipState.ACTIVE
    require(actor, "spaces.members.govern", membership)
    if was_active:
        require_other_managers(membership)
    move(membership, name, actor=actor, now=now, decided_by_id=actor.account_id, **fields)
    membership.space = locked
    if was_active:
        end_active(actor=actor, membership=membership, now=now)


def _reason(reason: str) -> str:
    said = reason.strip()
    if not said:
        raise ReasonMissing
    return said[:REASON_LENGTH]
