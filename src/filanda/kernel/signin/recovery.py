# SPDX-License-Identifier: EUPL-1.2
"""The way back for somebody who lost their second factor: two administrators of the region make sure that it is them.

Asked by who has proved the e-mail address and then has no factor to show; approved by two different administrators,
neither of them the person. Actions, like those in `actions`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from filanda.kernel.identity.actors import PLATFORM, Actor, actor_for
from filanda.kernel.identity.models import Account, Role, RoleGrant
from filanda.kernel.journal.actions import record
from filanda.kernel.mail.steps import post
from filanda.kernel.manifests import language_for
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.signin.authenticators import remove_factors_of
from filanda.kernel.signin.models import Recovery, RecoveryState
from filanda.kernel.signin.steps import end_sessions_of
from filanda.kernel.workflow import move

__all__ = [
    "RECOVERY_LASTS",
    "AlreadyAsked",
    "ReasonMissing",
    "SamePerson",
    "approve",
    "ask_for_recovery",
    "forget_factors",
    "lapse_recoveries",
    "refuse",
]

RECOVERY_LASTS = timedelta(days=7)


class AlreadyAsked(Exception):
    """A request of theirs is open."""

    def __init__(self) -> None:
        super().__init__(_("You have asked already: the administrators of the region have been told."))


class SamePerson(Exception):
    """Who approves must be two, and neither of them the person who asks."""

    def __init__(self) -> None:
        super().__init__(
            _("Two different administrators must approve, and nobody their own request. Somebody else has to do this.")
        )


class ReasonMissing(ValueError):
    """A refusal says why."""

    def __init__(self) -> None:
        super().__init__(_("Say why, so that they know what to do next."))


def ask_for_recovery(*, account: Account, region: Region, words: str, language: str, now: datetime) -> Recovery:
    """Ask the administrators of `region` to remove the factors of `account`, who has just proved their address.

    They are told by e-mail, and so is the account's owner: it may not have been them. Raises AlreadyAsked.
    """
    try:
        with transaction.atomic(durable=True):
            made: Recovery = Recovery.objects.create(
                region=region,
                account=account,
                asked_at=now,
                state_changed_at=now,
                expires_at=now + RECOVERY_LASTS,
                words=words.strip()[:500],
                language=language,
            )
            record("identity.recovery.asked", region=region, actor=actor_for(account), subject=account)
            post(
                region=region,
                to=account.email,
                template="signin/mail/recovery_asked",
                language=language,
                context={"days": RECOVERY_LASTS.days},
                account=account,
            )
            for administrator in _administrators(region, but=account):
                post(
                    region=region,
                    to=administrator.email,
                    template="signin/mail/recovery_to_decide",
                    language=language_for(administrator, region),
                    context={"name": account.name or account.email, "address": account.email},
                    account=administrator,
                )
    except IntegrityError:
        raise AlreadyAsked from None
    return made


def approve(*, actor: Actor, recovery: Recovery, now: datetime) -> RecoveryState:
    """Say that it is them. The second to say so removes the factors and ends all sessions. Returns the state now.

    Raises Forbidden, SamePerson and MoveNotPossible.
    """
    with transaction.atomic(durable=True):
        _lock(recovery)
        require(actor, "signin.recoveries.decide", recovery)
        if actor.account_id in (recovery.account_id, recovery.first_approver_id):
            raise SamePerson
        if recovery.state == RecoveryState.ASKED:
            move(recovery, "approve_first", actor=actor, now=now, first_approver_id=actor.account_id)
            record("identity.recovery.seconded", region=recovery.region, actor=actor, subject=recovery.account)
        else:
            move(recovery, "approve_second", actor=actor, now=now, second_approver_id=actor.account_id)
            _forget(actor, recovery.account, recovery.region, recovery.language)
        return RecoveryState(recovery.state)


def refuse(*, actor: Actor, recovery: Recovery, reason: str, now: datetime) -> None:
    """Say that it is not them, and why. Raises Forbidden, SamePerson, ReasonMissing and MoveNotPossible."""
    if not reason.strip():
        raise ReasonMissing
    with transaction.atomic(durable=True):
        _lock(recovery)
        require(actor, "signin.recoveries.decide", recovery)
        if actor.account_id == recovery.account_id:
            raise SamePerson
        move(recovery, "refuse", actor=actor, now=now, refused_by_id=actor.account_id, reason=reason.strip()[:500])
        record("identity.recovery.refused", region=recovery.region, actor=actor, subject=recovery.account)
        post(
            region=recovery.region,
            to=recovery.account.email,
            template="signin/mail/recovery_refused",
            language=recovery.language,
            context={"reason": recovery.reason},
            account=recovery.account,
        )


def forget_factors(*, actor: Actor, account: Account, region: Region, now: datetime) -> int:
    """Remove all factors of `account` and end its sessions, on the operator's word. Returns how many. Raises Forbidden
    for anybody but the platform.
    """
    with transaction.atomic(durable=True):
        require(actor, "identity.links.create", account)
        return _forget(actor, account, region, language_for(account, region))


def lapse_recoveries(*, region: Region, now: datetime, account: Account | None = None) -> int:
    """End requests that are out of time, or all of `account`, who has shown a factor after all. Returns how many."""
    ended = 0
    with transaction.atomic(durable=True):
        rows = Recovery.objects.open()
        rows = rows.filter(account=account) if account is not None else rows.filter(expires_at__lte=now)
        for row in rows:
            move(row, "lapse", actor=PLATFORM, now=now)
            record("identity.recovery.lapsed", region=region, actor=PLATFORM, subject=row.account)
            ended += 1
    return ended


def _forget(actor: Actor, account: Account, region: Region, language: str) -> int:
    gone = remove_factors_of(account)
    end_sessions_of(account)
    record("identity.factors.recovered", region=region, actor=actor, subject=account, payload={"factors": gone})
    post(
        region=region,
        to=account.email,
        template="signin/mail/factors_recovered",
        language=language or settings.LANGUAGE_CODE,
        context={},
        account=account,
    )
    return gone


def _lock(recovery: Recovery) -> None:
    recovery.refresh_from_db(from_queryset=Recovery.objects.select_for_update(of=("self",)))


def _administrators(region: Region, but: Account) -> list[Account]:
    grants = RoleGrant.objects.filter(region=region, role=Role.REGION_ADMINISTRATOR, ended_at=None)
    rows = Account.objects.filter(pk__in=grants.values("account"), is_active=True).exclude(pk=but.pk)
    return list(rows.order_by("pk")[:50])
