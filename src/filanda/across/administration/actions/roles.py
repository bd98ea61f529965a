# SPDX-License-Identifier: EUPL-1.2
"""Giving and ending roles. Whoever it concerns gets an e-mail, with the reason."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from filanda.directory.affiliations.actions.members import tell_without_admin
from filanda.directory.affiliations.models import scope_of
from filanda.directory.affiliations.queries import has_admins
from filanda.directory.affiliations.steps import become_admin, become_member, lock_organisation, told
from filanda.directory.organisations.models import Organisation, OrganisationState
from filanda.directory.people.languages import language_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import SCOPED, SPACE_ROLES, Account, Role, RoleGrant
from filanda.kernel.journal.actions import record
from filanda.kernel.mail.links import absolute
from filanda.kernel.mail.steps import post
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.signin.steps import end_role, give_role
from filanda.kernel.text.folding import clean
from filanda.kernel.ui.moments import day_of

__all__ = ["RoleWrong", "close_expired", "end", "grant", "last_day"]

REASON_LENGTH = 500


class RoleWrong(ValueError):
    """A role cannot be given or ended like this. `field`: which of the form's; `str()` is the sentence."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence)


def grant(
    *,
    actor: Actor,
    region: Region,
    email: str,
    role: str,
    reason: str,
    now: datetime,
    until: datetime | None = None,
    organisation: Organisation | None = None,
    language: str = "",
) -> RoleGrant:
    """Give `role` to whoever has the address `email`; they get an account if they have none, and an e-mail.

    `organisation`: for the roles that are held in one. Raises RoleWrong, Forbidden. Nobody gives themselves anything:
    another administrator does.
    """
    address, reason = clean(email).lower(), _checked(reason)
    try:
        role = Role(role)
    except ValueError:
        raise RoleWrong("role", _("Choose a role.")) from None
    if role in SPACE_ROLES:
        raise RoleWrong("role", _("Roles in a community are given by its managers, there."))
    if (role in SCOPED) is (organisation is None):
        raise RoleWrong(
            "organisation",
            _("Say in which organisation: this role is held in one.")
            if role in SCOPED
            else _("This role is held in the whole region: leave the organisation empty."),
        )
    if until is not None and until <= now:
        raise RoleWrong("until", _("This day is over. Choose a later one, or leave it empty."))
    try:
        validate_email(address)
    except ValidationError:
        raise RoleWrong("email", _("Give an e-mail address, like anna@example.org.")) from None
    with transaction.atomic(durable=True):
        require(actor, "identity.roles.grant")
        account = Account.objects.select_for_update(no_key=True).filter(email=address).first()
        if account is None:
            account = Account.objects.create_account(email=address)
            record("identity.account.created", region=region, actor=actor, subject=account)
        if not account.is_active:
            raise RoleWrong("email", _("This account is closed."))
        if account.pk == actor.account_id:
            raise RoleWrong("email", _("Nobody gives themselves a role. Ask another administrator."))
        scope = scope_of(organisation) if organisation is not None else ("", 0)
        held = (
            RoleGrant.objects.select_for_update(of=("self",))
            .select_related("account")
            .filter(account=account, role=role, scope_kind=scope[0], scope_id=scope[1], ended_at=None)
        )
        for open_grant in held:
            if open_grant.until is None or open_grant.until > now:
                raise RoleWrong("role", _("They have this role already. End it first, to give it for another time."))
            end_role(actor=actor, grant=open_grant, now=now, reason=_ran_out(region))
        made = _give(actor, region, account, role, organisation, until, reason)
        reads = language_of(account, region, language)
        post(
            region=region,
            to=account.email,
            template="administration/mail/role_given",
            language=reads,
            context={
                "role": str(role),
                "organisation": organisation.name if organisation is not None else "",
                "until": _day_in(reads, last_day(until)) if until else "",
                "reason": reason,
                "url": absolute(region, reads, reverse("administration:home")),
            },
            account=account,
        )
    return made


def end(*, actor: Actor, grant: RoleGrant, reason: str, now: datetime, language: str = "") -> None:
    """End a role. It ends at once, also for who is signed in. Twice is the same as once. The facilitator of the last
    admin of an organisation is told.

    Raises RoleWrong (the last administrator stays), Forbidden.
    """
    reason = _checked(reason)
    with transaction.atomic(durable=True):
        # The region's row is the lock: two administrators cannot end each other at once.
        region = Region.objects.select_for_update(no_key=True).get(pk=grant.region_id)
        locked = RoleGrant.objects.select_for_update(of=("self",)).select_related("account").get(pk=grant.pk)
        require(actor, "identity.roles.grant", locked)
        if locked.ended_at is not None:
            return
        if locked.role == Role.REGION_ADMINISTRATOR and not _other_administrators(locked, now):
            raise RoleWrong(
                "", _("This is the last administrator. Make somebody else one first, without an end, then end this.")
            )
        end_role(actor=actor, grant=locked, now=now, reason=reason)
        name = ""
        if locked.scope_kind == "organisation":
            organisation = Organisation.objects.filter(pk=locked.scope_id).first()
            if organisation is not None:
                name = organisation.name
                _tell_readers(actor, organisation, locked.account)
                _tell_if_last(locked, organisation)
        post(
            region=region,
            to=locked.account.email,
            template="administration/mail/role_ended",
            language=language_of(locked.account, region, language),
            context={"role": locked.role, "organisation": name, "reason": reason},
            account=locked.account,
        )


def close_expired(*, actor: Actor, region: Region, now: datetime) -> int:
    """End the grants whose time is over (they gave nothing any more since). Returns how many.

    Raises Forbidden for anybody but the platform.
    """
    with transaction.atomic(durable=True):
        require(actor, "administration.roles.close")
        over = list(
            RoleGrant.objects.select_for_update(of=("self",))
            .select_related("account", "region")
            .filter(until__lte=now, ended_at=None)
        )
        for grant_ in over:
            end_role(actor=actor, grant=grant_, now=now, reason=_ran_out(region))
            if (organisation := _spoken_for_by(grant_)) is not None:
                _tell_if_last(grant_, organisation)
    return len(over)


def _spoken_for_by(grant_: RoleGrant) -> Organisation | None:
    is_admin = grant_.role == Role.ORGANISATION_ADMIN and grant_.scope_kind == "organisation"
    return Organisation.objects.filter(pk=grant_.scope_id).first() if is_admin else None


def _tell_if_last(grant_: RoleGrant, organisation: Organisation) -> None:
    """Somebody has to find a new admin, where the one whose role has ended was the last."""
    if grant_.role == Role.ORGANISATION_ADMIN and not has_admins(organisation.pk):
        tell_without_admin(organisation, grant_.account)


def _give(
    actor: Actor,
    region: Region,
    account: Account,
    role: Role,
    organisation: Organisation | None,
    until: datetime | None,
    reason: str,
) -> RoleGrant:
    if organisation is None:
        return give_role(actor=actor, region=region, account=account, role=role, until=until, reason=reason)
    locked = lock_organisation(organisation.pk)
    given = give_role(
        actor=actor, region=region, account=account, role=role, scope=scope_of(locked), until=until, reason=reason
    )
    if role == Role.ORGANISATION_ADMIN:
        become_admin(actor=actor, organisation=locked, account=account, state=OrganisationState.CLAIMED, reason=reason)
    else:
        become_member(actor=actor, organisation=locked, account=account, title="", reason=reason)
    _tell_readers(actor, locked, account)
    return given


def _tell_readers(actor: Actor, organisation: Organisation, account: Account) -> None:
    """What is derived from who belongs to an organisation follows."""
    record(
        "administration.belonging.changed",
        region=organisation.region,
        actor=actor,
        subject=organisation,
        touches=told(organisation, account),
    )


def _other_administrators(grant_: RoleGrant, now: datetime) -> bool:
    """Whether somebody else stays an administrator of the region, for good."""
    return (
        RoleGrant.objects.filter(role=Role.REGION_ADMINISTRATOR, ended_at=None, account__is_active=True)
        .filter(Q(until=None))
        .exclude(account=grant_.account_id)
        .exists()
    )


def _checked(reason: str) -> str:
    reason = clean(reason)
    if not reason:
        raise RoleWrong("reason", _("Say why: whoever it concerns reads it, and it stays in the journal."))
    if len(reason) > REASON_LENGTH:
        raise RoleWrong("reason", _("Up to %(most)s characters fit. Shorten it a little.") % {"most": REASON_LENGTH})
    return reason


def last_day(until: datetime) -> datetime:
    """A moment of the last day on which a role is held that ends `until`, which is the midnight after it."""
    return until - timedelta(seconds=1)


def _day_in(language: str, moment: datetime) -> str:
    with override(language):
        return day_of(moment)


def _ran_out(region: Region) -> str:
    with override(region.default_language):
        return _("Its time was over.")
