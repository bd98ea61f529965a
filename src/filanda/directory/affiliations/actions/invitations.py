# SPDX-License-Identifier: EUPL-1.2
"""Invitations: an organisation invites an address to be one of its people; staff invite a body's contact to claim it.

The link works for fourteen days, once, and only for whoever has signed in with the invited address: a forwarded e-mail
opens no door. Only a hash of its token is stored.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from filanda.directory.affiliations.errors import AlreadySpokenFor, InvitationNotUsable, TooManyInvitations
from filanda.directory.affiliations.models import Invitation
from filanda.directory.affiliations.queries import has_admins, open_grants
from filanda.directory.affiliations.steps import (
    become_admin,
    become_member,
    lock_organisation,
    secret_hash,
    told,
)
from filanda.directory.organisations.models import Organisation, OrganisationState
from filanda.directory.organisations.steps.speaking import write_to
from filanda.directory.people.models import Block
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.journal.actions import record
from filanda.kernel.limits import Limit, TooMany, take
from filanda.kernel.mail.links import absolute
from filanda.kernel.mail.steps import post
from filanda.kernel.policies import require
from filanda.kernel.text.folding import clean

__all__ = [
    "INVITATION_LASTS",
    "INVITED_A_DAY",
    "InvitationWrong",
    "Invited",
    "checked",
    "invitation_behind",
    "invite",
    "invite_to_claim",
    "use_invitation",
    "withdraw_invitation",
    "write_to_body",
]

INVITATION_LASTS = timedelta(days=14)
INVITED_A_DAY = Limit(500, timedelta(days=1))  # by one organisation
TOKEN_BYTES = 32
ROLES = (Role.ORGANISATION_MEMBER, Role.ORGANISATION_ADMIN)


@dataclass(frozen=True)
class Invited:
    """Who is invited: `email` checked and in lower case by `checked`."""

    email: str
    name: str = ""
    role: Role = Role.ORGANISATION_MEMBER
    title: str = ""


class InvitationWrong(ValueError):
    """Something of an invitation cannot be. `errors`: sentences for the reader by field (email, name, role, title)."""

    def __init__(self, errors: dict[str, str]) -> None:
        self.errors = errors
        super().__init__(" ".join(errors.values()))


def checked(email: str, name: str = "", role: str = "", title: str = "") -> Invited:
    """Raises InvitationWrong with every sentence at once."""
    errors: dict[str, str] = {}
    email = clean(email).lower()
    try:
        validate_email(email)
    except ValidationError:
        errors["email"] = _("Give an e-mail address, like anna@example.org.")
    if len(email) > 254:
        errors["email"] = _("This e-mail address is too long to be one.")
    name, title = " ".join(clean(name).split()), " ".join(clean(title).split())
    for field, text, most in (("name", name, 200), ("title", title, 120)):
        if len(text) > most:
            errors[field] = _("This has %(length)s characters; up to %(most)s fit. Shorten it a little.") % {
                "length": len(text),
                "most": most,
            }
    if role and role not in ROLES:
        errors["role"] = _("Choose member or admin.")
    if errors:
        raise InvitationWrong(errors)
    return Invited(email, name, Role(role) if role else Role.ORGANISATION_MEMBER, title)


def invite(
    *, actor: Actor, organisation: Organisation, people: Sequence[Invited], language: str, now: datetime
) -> list[Invitation]:
    """Invite each of `people` (from `checked`) by e-mail. An address invited before gets a new link, the old one ends;
    who belongs here already, or has blocked the actor, is left out without a word. Making somebody an admin needs the
    permission for that.

    Returns the invitations made. Raises TooManyInvitations, Forbidden.
    """
    with transaction.atomic(durable=True):
        locked = lock_organisation(organisation.pk)
        require(actor, "affiliations.people.manage", locked)
        if any(one.role == Role.ORGANISATION_ADMIN for one in people):
            require(actor, "affiliations.admins.manage", locked)
        here = _addresses_here(locked) | _addresses_away_from(actor)
        made = [
            _make(actor, locked, one, language, now)
            for one in {one.email: one for one in people}.values()
            if one.email not in here
        ]
    return made


def invite_to_claim(
    *, actor: Actor, organisation: Organisation, email: str, language: str, now: datetime, name: str = ""
) -> Invitation:
    """Staff invite the contact of a body that nobody speaks for to claim it. The claim still has to be proven.

    Raises InvitationWrong, AlreadySpokenFor, TooManyInvitations, Forbidden.
    """
    person = checked(email, name)
    with transaction.atomic(durable=True):
        locked = lock_organisation(organisation.pk)
        require(actor, "affiliations.claims.invite", locked)
        if has_admins(locked.pk):
            raise AlreadySpokenFor
        invitation = _make(actor, locked, person, language, now, to_claim=True)
    return invitation


def write_to_body(*, actor: Actor, organisation: Organisation, email: str, language: str, now: datetime) -> Invitation:
    """Staff tell a listed body that nobody speaks for that it is listed: one e-mail with an invitation to claim its
    page, for that address alone, and a link to correct or object without an account.

    Raises InvitationWrong, AlreadySpokenFor, TooManyInvitations, Forbidden.
    """
    person = checked(email)
    with transaction.atomic(durable=True):
        locked = lock_organisation(organisation.pk)
        require(actor, "organisations.invite", locked)
        require(actor, "affiliations.claims.invite", locked)
        if has_admins(locked.pk):
            raise AlreadySpokenFor
        invitation, token = _invitation(actor, locked, person, now, to_claim=True)
        write_to(
            locked,
            actor=actor,
            email=person.email,
            language=language,
            claim_path=reverse("joining:invitation", args=[token]),
            claim_days=INVITATION_LASTS.days,
            now=now,
        )
    return invitation


def withdraw_invitation(*, actor: Actor, invitation: Invitation, now: datetime) -> None:
    """The link ends. Twice is the same as once. Raises Forbidden."""
    with transaction.atomic(durable=True):
        locked: Invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        name = "affiliations.people.manage" if locked.role else "affiliations.claims.invite"
        require(actor, name, locked.organisation)
        if locked.used_at is not None or locked.withdrawn_at is not None:
            return
        locked.withdrawn_at = now
        locked.save(update_fields=["withdrawn_at"])
        _record("withdrawn", actor, locked)


def invitation_behind(token: str, now: datetime) -> Invitation:
    """The invitation that a link's token is for, while it can be used. Raises InvitationNotUsable."""
    rows = Invitation.objects.usable(now).select_related("organisation", "region")
    found: Invitation | None = rows.filter(token_hash=secret_hash(token[:200], "invitation")).first()
    if found is None:
        raise InvitationNotUsable
    return found


def use_invitation(*, actor: Actor, invitation: Invitation, now: datetime) -> Organisation:
    """Accept: `actor`, whose address was invited, is one of the organisation's people from now on. Of an invitation to
    claim it is only noted that it was followed.

    Raises InvitationNotUsable (also for anybody else's), Forbidden for who has not joined the region.
    """
    with transaction.atomic(durable=True):
        organisation = lock_organisation(invitation.organisation_id)
        locked: Invitation | None = (
            Invitation.objects.select_for_update(of=("self",)).usable(now).filter(pk=invitation.pk).first()
        )
        account = Account.objects.filter(pk=actor.account_id or 0).first()
        if locked is None or account is None or account.email != locked.email:
            raise InvitationNotUsable
        require(actor, "affiliations.invitations.use", organisation)
        locked.used_at, locked.used_by = now, account
        locked.save(update_fields=["used_at", "used_by"])
        if locked.role == Role.ORGANISATION_ADMIN:
            become_admin(
                actor=actor,
                organisation=organisation,
                account=account,
                reason="invited",
                state=OrganisationState(organisation.state),
            )
        elif locked.role:
            become_member(actor=actor, organisation=organisation, account=account, title=locked.title, reason="invited")
        _record("used", actor, locked, told(organisation, account) if locked.role else {})
    return organisation


def _invitation(
    actor: Actor, organisation: Organisation, one: Invited, now: datetime, *, to_claim: bool
) -> tuple[Invitation, str]:
    """Made and recorded, in place of one to the same address; with its token, which stands nowhere else."""
    region = organisation.region
    try:
        take("invitations", INVITED_A_DAY, who=f"organisation:{organisation.pk}", region=region, now=now)
    except TooMany:
        raise TooManyInvitations from None
    Invitation.objects.usable(now).filter(organisation=organisation, email=one.email).update(withdrawn_at=now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    invitation: Invitation = Invitation.objects.create(
        region=region,
        organisation=organisation,
        email=one.email,
        name=one.name,
        role="" if to_claim else one.role,
        title=one.title,
        token_hash=secret_hash(token, "invitation"),
        invited_by_id=actor.account_id,
        created_at=now,
        expires_at=now + INVITATION_LASTS,
    )
    _record("made", actor, invitation)
    return invitation, token


def _make(
    actor: Actor, organisation: Organisation, one: Invited, language: str, now: datetime, *, to_claim: bool = False
) -> Invitation:
    region = organisation.region
    invitation, token = _invitation(actor, organisation, one, now, to_claim=to_claim)
    post(
        region=region,
        to=one.email,
        template=f"affiliations/mail/{'invited_to_claim' if to_claim else 'invited'}",
        language=language,
        context={
            "organisation": organisation.name,
            "name": one.name,
            "is_admin": one.role == Role.ORGANISATION_ADMIN,
            "days": INVITATION_LASTS.days,
            "email": one.email,
            "url": absolute(region, language, reverse("joining:invitation", args=[token])),
        },
        secret=True,
    )
    return invitation


def _addresses_here(organisation: Organisation) -> frozenset[str]:
    rows = open_grants(*ROLES).filter(scope_kind="organisation", scope_id=organisation.pk)
    return frozenset(rows.values_list("account__email", flat=True))


def _addresses_away_from(actor: Actor) -> frozenset[str]:
    """Of those who want nothing to do with `actor`."""
    rows = Block.objects.filter(blocked=actor.account_id)
    return frozenset(rows.values_list("blocker__email", flat=True))


def _record(verb: str, actor: Actor, invitation: Invitation, touched: dict[str, list[int]] | None = None) -> None:
    record(
        f"affiliations.invitation.{verb}",
        region=invitation.region,
        actor=actor,
        subject=invitation,
        payload={"organisation": invitation.organisation_id, "to_claim": not invitation.role},
        touches=touched or {},
    )
