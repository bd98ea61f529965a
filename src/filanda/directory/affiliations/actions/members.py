# SPDX-License-Identifier: EUPL-1.2
"""Members and admins of an organisation: made, ended, removed, leaving."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from filanda.directory.affiliations.errors import LastAdmin, ReasonMissing
from filanda.directory.affiliations.queries import has_admins, names_of, open_grants, staff_accounts
from filanda.directory.affiliations.steps import (
    become_admin,
    become_member,
    end_belonging,
    end_roles,
    lock_organisation,
    page_path,
    tell,
    told_event,
)
from filanda.directory.organisations.models import Organisation, OrganisationState
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.policies import require
from filanda.kernel.text.folding import clean

__all__ = ["NotOneOfThem", "end_admin", "leave_organisation", "make_admin", "remove_member"]

REASON_LENGTH = 500


class NotOneOfThem(LookupError):
    """The account has no such role in the organisation (any more)."""


def make_admin(*, actor: Actor, organisation: Organisation, account: Account, now: datetime) -> None:
    """Let a member speak for the organisation too. Raises NotOneOfThem, Forbidden."""
    with transaction.atomic(durable=True):
        locked = lock_organisation(organisation.pk)
        require(actor, "affiliations.admins.manage", locked)
        _require_role(locked, account, Role.ORGANISATION_MEMBER)
        become_admin(
            actor=actor,
            organisation=locked,
            account=account,
            reason="made an admin",
            state=OrganisationState(locked.state),
        )
        tell(
            [account],
            "made_admin",
            region=locked.region,
            path=page_path(locked),
            context={"organisation": locked.name},
        )
        told_event("affiliations.admin.made", actor=actor, organisation=locked, account=account)


def end_admin(*, actor: Actor, organisation: Organisation, account: Account, reason: str, now: datetime) -> None:
    """An admin becomes a member. Raises ReasonMissing, LastAdmin, NotOneOfThem, Forbidden."""
    reason = clean(reason)[:REASON_LENGTH]
    if not reason:
        raise ReasonMissing
    with transaction.atomic(durable=True):
        locked = lock_organisation(organisation.pk)
        require(actor, "affiliations.admins.manage", locked)
        _require_role(locked, account, Role.ORGANISATION_ADMIN)
        if not has_admins(locked.pk, besides=account.pk) and not _is_staff(actor):
            raise LastAdmin
        end_roles(actor=actor, organisation=locked, account=account, role=None, reason=reason, now=now)
        become_member(actor=actor, organisation=locked, account=account, title="", reason=reason)
        _tell_ended(locked, account, reason, is_member=True)
        told_event("affiliations.admin.ended", actor=actor, organisation=locked, account=account)


def remove_member(*, actor: Actor, organisation: Organisation, account: Account, reason: str, now: datetime) -> None:
    """Somebody is none of the organisation's people any more: roles and held positions end; they are told why.

    Raises ReasonMissing, LastAdmin, NotOneOfThem, Forbidden.
    """
    reason = clean(reason)[:REASON_LENGTH]
    if not reason:
        raise ReasonMissing
    with transaction.atomic(durable=True):
        locked = lock_organisation(organisation.pk)
        require(actor, "affiliations.admins.manage", locked)
        _require_role(locked, account, Role.ORGANISATION_MEMBER, Role.ORGANISATION_ADMIN)
        is_last = has_admins(locked.pk) and not has_admins(locked.pk, besides=account.pk)
        if is_last and not _is_staff(actor):
            raise LastAdmin
        end_belonging(actor=actor, organisation=locked, account=account, now=now, reason=reason)
        _tell_ended(locked, account, reason, is_member=False)
        told_event("affiliations.member.removed", actor=actor, organisation=locked, account=account)


def leave_organisation(
    *, actor: Actor, organisation: Organisation, now: datetime, leaves_it_without_admin: bool = False
) -> None:
    """End one's own roles and held positions. The last admin hands over first, or says `leaves_it_without_admin`: then
    the facilitator is told. Raises LastAdmin, NotOneOfThem.
    """
    with transaction.atomic(durable=True):
        locked = lock_organisation(organisation.pk)
        account = Account.objects.filter(pk=actor.account_id or 0).first()
        if account is None:
            raise NotOneOfThem
        _require_role(locked, account, Role.ORGANISATION_MEMBER, Role.ORGANISATION_ADMIN)
        is_last = has_admins(locked.pk) and not has_admins(locked.pk, besides=account.pk)
        if is_last and not leaves_it_without_admin:
            raise LastAdmin
        end_belonging(actor=actor, organisation=locked, account=account, now=now, reason="left")
        if is_last:
            tell_without_admin(locked, account)
        told_event("affiliations.member.left", actor=actor, organisation=locked, account=account)


def tell_without_admin(organisation: Organisation, account: Account) -> None:
    """Tell the facilitator of `account`, its last admin, that nobody speaks for `organisation` now."""
    person = Person.objects.filter(account=account).first()
    tell(
        [one for one in staff_accounts(person) if one.pk != account.pk],
        "without_admin",
        region=organisation.region,
        path=reverse("ownership:people", args=[organisation.pk]),
        context={"organisation": organisation.name},
    )


def _require_role(organisation: Organisation, account: Account, *roles: Role) -> None:
    rows = open_grants(*roles).filter(scope_kind="organisation", scope_id=organisation.pk, account=account)
    if not rows.exists():
        raise NotOneOfThem


def _is_staff(actor: Actor) -> bool:
    return actor.is_platform or bool(actor.roles & {Role.FACILITATOR, Role.REGION_ADMINISTRATOR})


def _tell_ended(organisation: Organisation, account: Account, reason: str, *, is_member: bool) -> None:
    tell(
        [account],
        "belonging_ended",
        region=organisation.region,
        path=page_path(organisation),
        context={
            "organisation": organisation.name,
            "reason": reason,
            "is_member": is_member,
            "name": names_of([account]).get(account.pk, ""),
        },
    )
