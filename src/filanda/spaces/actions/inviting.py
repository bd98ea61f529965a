# SPDX-License-Identifier: EUPL-1.2
"""Invitations to a space: of members of the region, of addresses one by one or from a list, and links for many."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from filanda.directory.people.models import Block
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.actions import record
from filanda.kernel.limits import Limit, TooMany, take
from filanda.kernel.mail.links import absolute
from filanda.kernel.mail.steps import post
from filanda.kernel.policies import require
from filanda.kernel.text.folding import clean
from filanda.kernel.workflow import move
from filanda.spaces.errors import InvitationGone, NotAllowedIn, SpaceWrong, TooManyInvitations
from filanda.spaces.models import MemberRole, Membership, MembershipState, Space, SpaceInvitation, SpaceKind
from filanda.spaces.steps import account_id_of, become_active, lock_space, told_event

__all__ = [
    "INVITATION_LASTS",
    "LINK_DAYS_MOST",
    "LINK_USES_MOST",
    "Invited",
    "call_back",
    "checked",
    "invitation_behind",
    "invite",
    "make_link",
    "use_invitation",
    "withdraw_invitation",
]

INVITATION_LASTS = timedelta(days=14)
INVITED_A_DAY = Limit(500, timedelta(days=1))  # by one space
LINK_DAYS_MOST = 90
LINK_USES_MOST = 500
TOKEN_BYTES = 24
ROLES = (MemberRole.MEMBER, MemberRole.READER, MemberRole.MODERATOR, MemberRole.MANAGER)
LOW_ROLES = frozenset({MemberRole.MEMBER, MemberRole.READER})


@dataclass(frozen=True)
class Invited:
    """Who is invited: `email` checked and in lower case by `checked`."""

    email: str
    name: str = ""
    role: MemberRole = MemberRole.MEMBER


def checked(email: str, name: str = "", role: str = "") -> Invited:
    """Raises SpaceWrong with every sentence at once (email, name, role)."""
    errors: dict[str, str] = {}
    email = clean(email).lower()
    try:
        validate_email(email)
    except ValidationError:
        errors["email"] = _("Give an e-mail address, like anna@example.org.")
    if len(email) > 254:
        errors["email"] = _("This e-mail address is too long to be one.")
    name = " ".join(clean(name).split())
    if len(name) > 200:
        errors["name"] = _("This name has %(length)s characters; up to 200 fit.") % {"length": len(name)}
    if role and role not in MemberRole.values:
        errors["role"] = _("Choose a role from the list.")
    if errors:
        raise SpaceWrong(errors)
    return Invited(email, name, MemberRole(role) if role else MemberRole.MEMBER)


def invite(*, actor: Actor, space: Space, people: Sequence[Invited], language: str, now: datetime) -> list[Invited]:
    """Invite each of `people` (from `checked`). Whoever has an account gets an invitation under their name too; anybody
    else only a link that works for their address. Who is a member, or kept out, or has blocked the actor, is left out
    without a word. An address invited before gets a new link; the old one ends. Returns those invited.

    Raises TooManyInvitations (nobody was invited then), Forbidden, NotAllowedIn for an archived space.
    """
    with transaction.atomic(durable=True):
        locked = lock_space(space.pk)
        require(actor, "spaces.members.manage", locked)
        _alive(locked)
        if any(one.role not in LOW_ROLES for one in people):
            require(actor, "spaces.members.govern", locked)
        known = {
            account.email: account
            for account in Account.objects.filter(email__in=[one.email for one in people], is_active=True)
        }
        made = [
            one
            for one in {one.email: one for one in people}.values()
            if _invite_one(actor, locked, one, known.get(one.email), language, now)
        ]
        if made:
            record(
                "spaces.invitations.sent",
                region=locked.region,
                actor=actor,
                subject=locked,
                payload={"invitations": len(made)},
            )
    return made


def make_link(
    *, actor: Actor, space: Space, days: int, uses: int, role: str, now: datetime
) -> tuple[SpaceInvitation, str]:
    """A link that lets in up to `uses` people for `days` days, as members or readers. Returns it with its token, which
    is not kept anywhere. Raises SpaceWrong, Forbidden, NotAllowedIn.
    """
    errors = {}
    if not 1 <= days <= LINK_DAYS_MOST:
        errors["days"] = _("Choose between 1 and %(most)s days.") % {"most": LINK_DAYS_MOST}
    if not 1 <= uses <= LINK_USES_MOST:
        errors["uses"] = _("Choose between 1 and %(most)s people.") % {"most": LINK_USES_MOST}
    if role not in LOW_ROLES:
        errors["role"] = _("A link makes members or readers; other roles are given by name.")
    if errors:
        raise SpaceWrong(errors)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction.atomic(durable=True):
        locked = lock_space(space.pk)
        require(actor, "spaces.members.manage", locked)
        _alive(locked)
        invitation: SpaceInvitation = SpaceInvitation.objects.create(
            region=locked.region,
            space=locked,
            role=role,
            token_hash=_hash(token),
            invited_by_id=actor.account_id,
            created_at=now,
            expires_at=now + timedelta(days=days),
            most_uses=uses,
        )
        record(
            "spaces.link.made",
            region=locked.region,
            actor=actor,
            subject=locked,
            payload={"days": days, "uses": uses, "role": role},
        )
    return invitation, token


def withdraw_invitation(*, actor: Actor, invitation: SpaceInvitation, now: datetime) -> None:
    """The link ends; so does the invitation of the person it was for. Twice is the same as once. Raises Forbidden."""
    with transaction.atomic(durable=True):
        space = lock_space(invitation.space_id)
        locked: SpaceInvitation = SpaceInvitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        require(actor, "spaces.members.manage", space)
        if locked.withdrawn_at is None:
            locked.withdrawn_at = now
            locked.save(update_fields=["withdrawn_at"])
            if locked.email:
                for membership in Membership.objects.filter(
                    space=space, account__email=locked.email, state=MembershipState.INVITED
                ):
                    move(membership, "call_back", actor=actor, now=now)
                    told_event("spaces.membership.called_back", actor=actor, membership=membership)
            record("spaces.invitation.withdrawn", region=space.region, actor=actor, subject=space)


def call_back(*, actor: Actor, membership: Membership, now: datetime) -> None:
    """Take back the invitation of somebody who has not answered. Raises Forbidden, MoveNotPossible."""
    with transaction.atomic(durable=True):
        space = lock_space(membership.space_id)
        move(membership, "call_back", actor=actor, now=now)
        rows = SpaceInvitation.objects.filter(space=space, email=membership.account.email, withdrawn_at=None)
        rows.update(withdrawn_at=now)
        told_event("spaces.membership.called_back", actor=actor, membership=membership)


def invitation_behind(token: str, now: datetime) -> SpaceInvitation:
    """The invitation that a link's token is for, while it can be used. Raises InvitationGone. One query."""
    rows = SpaceInvitation.objects.usable(now).select_related("space__region")
    found: SpaceInvitation | None = rows.filter(token_hash=_hash(token[:200]), space__archived_at=None).first()
    if found is None:
        raise InvitationGone
    return found


def use_invitation(*, actor: Actor, invitation: SpaceInvitation, now: datetime) -> Space:
    """Take it up: `actor` is a member from now on. One for an address is only for whoever signs in with that address;
    a link counts its uses under a lock. Raises InvitationGone, NotAllowedIn for who is kept out, Forbidden for who has
    not joined the region. Who is a member already stays what they are, and uses nothing up.
    """
    account_id = account_id_of(actor)
    with transaction.atomic(durable=True):
        space = lock_space(invitation.space_id)
        locked = SpaceInvitation.objects.select_for_update(of=("self",)).usable(now).filter(pk=invitation.pk).first()
        email = Account.objects.filter(pk=account_id).values_list("email", flat=True).first()
        if locked is None or space.archived_at is not None or (locked.email and locked.email != email):
            raise InvitationGone
        require(actor, "spaces.memberships.own")
        membership = Membership.objects.select_for_update(of=("self",)).filter(space=space, account=account_id).first()
        if membership is not None and membership.state == MembershipState.ACTIVE:
            return space
        if membership is not None and membership.state == MembershipState.BANNED:
            raise NotAllowedIn(_("You are kept out of this community. Its page says until when, and why."))
        if membership is None:
            membership = Membership(region=space.region, space=space, account_id=account_id, created_at=now)
        membership.state, membership.role, membership.state_changed_at = MembershipState.ACTIVE, locked.role, now
        membership.invited_by_id = locked.invited_by_id
        membership.answer = ""
        membership.save()
        membership.space = space
        SpaceInvitation.objects.filter(pk=locked.pk).update(uses=F("uses") + 1)
        become_active(actor=actor, membership=membership, now=now, reason="invited")
        told_event("spaces.membership.joined", actor=actor, membership=membership, payload={"invited": True})
    return space


def _invite_one(
    actor: Actor, space: Space, one: Invited, account: Account | None, language: str, now: datetime
) -> bool:
    membership = Membership.objects.select_for_update(of=("self",)).filter(space=space, account=account).first()
    if account is None:
        membership = None
    if membership is not None and membership.state in (MembershipState.ACTIVE, MembershipState.BANNED):
        return False
    if account is not None and Block.objects.filter(blocker=account, blocked=actor.account_id).exists():
        return False
    try:
        take("space-invitations", INVITED_A_DAY, who=f"space:{space.pk}", region=space.region, now=now)
    except TooMany:
        raise TooManyInvitations(INVITED_A_DAY.most) from None
    if membership is not None and membership.state == MembershipState.REQUESTED:
        # They asked already: inviting is accepting.
        move(membership, "accept", actor=actor, now=now, decided_by_id=actor.account_id, role=one.role)
        membership.space = space
        become_active(actor=actor, membership=membership, now=now)
        told_event("spaces.membership.accepted", actor=actor, membership=membership)
        return True
    if account is not None:
        _note(actor, space, account, membership, one.role, now)
    SpaceInvitation.objects.usable(now).filter(space=space, email=one.email).update(withdrawn_at=now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    SpaceInvitation.objects.create(
        region=space.region,
        space=space,
        email=one.email,
        name=one.name,
        role=one.role,
        token_hash=_hash(token),
        invited_by_id=actor.account_id,
        created_at=now,
        expires_at=now + INVITATION_LASTS,
    )
    post(
        region=space.region,
        to=one.email,
        template="spaces/mail/invited",
        language=language,
        context={
            "space": space.names.get(language) or space.name,
            "summary": space.summaries.get(language) or space.summary,
            "name": one.name,
            "role": one.role.value,
            "days": INVITATION_LASTS.days,
            "email": one.email,
            "url": absolute(space.region, language, reverse("spaces:invitation", args=[token])),
        },
        secret=True,
    )
    return True


def _note(
    actor: Actor, space: Space, account: Account, membership: Membership | None, role: MemberRole, now: datetime
) -> None:
    """The invitation under the name of somebody who has an account."""
    if membership is None:
        membership = Membership.objects.create(
            region=space.region,
            space=space,
            account=account,
            state=MembershipState.INVITED,
            state_changed_at=now,
            created_at=now,
            role=role,
            invited_by_id=actor.account_id,
        )
    elif membership.state == MembershipState.INVITED:
        membership.role = role
        membership.save(update_fields=["role"])
        return
    else:
        move(membership, "invite", actor=actor, now=now, role=role, invited_by_id=actor.account_id, reason="")
    told_event("spaces.membership.invited", actor=actor, membership=membership)


def _alive(space: Space) -> None:
    if space.archived_at is not None or space.kind == SpaceKind.REGION:
        raise NotAllowedIn(_("Nobody is invited to this one: it is archived, or the region itself."))


def _hash(token: str) -> bytes:
    return hashlib.sha256(f"spaces/invitation/{token}".encode()).digest()
