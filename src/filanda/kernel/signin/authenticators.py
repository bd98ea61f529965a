# SPDX-License-Identifier: EUPL-1.2
"""Second factors of an account: authenticator app (TOTP, RFC 6238), passkeys, recovery codes.

Their rows and their arithmetic are django-allauth's; use is counted under a row lock, so that a code works once even
for two requests at the same moment in two processes.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from filanda.kernel.identity.actors import VISITOR, Actor, actor_for
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.actions import record
from filanda.kernel.limits import Limit, TooMany, take
from filanda.kernel.mail.steps import post
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.signin.passkeys import Answer, PasskeyRefused
from filanda.kernel.signin.steps import end_sessions_of
from filanda.kernel.text.folding import clean

__all__ = [
    "FactorWrong",
    "add_app",
    "add_passkey",
    "factors_of",
    "has_factor",
    "new_recovery_codes",
    "recovery_codes_left",
    "remove_factor",
    "remove_factors_of",
    "rename_passkey",
    "use_factor_code",
    "use_passkey",
]

TYPES = Authenticator.Type
PERIOD = 30  # seconds that a code of an app is valid for; one period before and after counts too
MOST_PASSKEYS = 20
NAME_LENGTH = 80
GUESS_LIMIT = Limit(10, timedelta(minutes=15))


class FactorWrong(ValueError):
    """The code, or the name, cannot be used. `str()` says what to do."""


def factors_of(account: Account) -> list[Authenticator]:
    """The app and the passkeys of an account, without recovery codes, oldest first."""
    rows = Authenticator.objects.filter(user=account).exclude(type=TYPES.RECOVERY_CODES)
    return list(rows.order_by("created_at", "pk"))


def has_factor(account: Account) -> bool:
    """Whether signing in asks `account` for a second factor."""
    return bool(Authenticator.objects.filter(user=account).exclude(type=TYPES.RECOVERY_CODES).exists())


def recovery_codes_left(account: Account) -> int:
    row = Authenticator.objects.filter(user=account, type=TYPES.RECOVERY_CODES).first()
    return len(RecoveryCodes(row).get_unused_codes()) if row else 0


def add_app(
    *, actor: Actor, account: Account, region: Region, secret: str, code: str, language: str, now: datetime
) -> list[str]:
    """Add an authenticator app that shows `code` for `secret`. Returns recovery codes, if these are the first.

    The caller has asked for a fresh proof. Raises FactorWrong, TooMany and Forbidden.
    """
    take("factor_guess", GUESS_LIMIT, who=str(account.pk), region=region, now=now)
    counter = _counter(secret, code, now)
    if counter is None:
        raise FactorWrong(_("The code is not the one that the app shows now. Wait for the next one and type that."))
    try:
        with transaction.atomic(durable=True):
            require(actor, "signin.account.update", account)
            row = TOTP.activate(account, secret).instance
            row.data["last_counter"] = counter
            row.last_used_at = now
            row.save(update_fields=["data", "last_used_at"])
            return _added(actor, account, region, row, language)
    except IntegrityError:
        raise FactorWrong(_("There is an authenticator app already. Remove it before you add another one.")) from None


def add_passkey(
    *, actor: Actor, account: Account, region: Region, name: str, made: dict[str, Any], language: str, now: datetime
) -> list[str]:
    """Store a passkey that `passkeys.created` has checked. Returns recovery codes, if these are the first.

    The caller has asked for a fresh proof. Raises FactorWrong and Forbidden.
    """
    with transaction.atomic(durable=True):
        require(actor, "signin.account.update", account)
        Account.objects.select_for_update().get(pk=account.pk)
        known = Authenticator.objects.filter(type=TYPES.WEBAUTHN)
        if known.filter(data__credential_id=made["credential_id"]).exists():
            raise FactorWrong(_("This passkey is known already."))
        if known.filter(user=account).count() >= MOST_PASSKEYS:
            raise FactorWrong(_("There are many passkeys already. Remove one that you do not use any more."))
        row = Authenticator.objects.create(
            user=account,
            type=TYPES.WEBAUTHN,
            data={"name": clean(name)[:NAME_LENGTH] or _("Passkey"), **made},
            created_at=now,
        )
        return _added(actor, account, region, row, language)


def rename_passkey(*, actor: Actor, account: Account, region: Region, factor_id: int, name: str, now: datetime) -> None:
    """Call a passkey of `account` something else.

    The caller has asked for a fresh proof. Raises FactorWrong, Forbidden and Authenticator.DoesNotExist.
    """
    called = clean(name)
    if not called:
        raise FactorWrong(_("Give it a name by which you recognise it."))
    if len(called) > NAME_LENGTH:
        raise FactorWrong(_("Up to %(most)s characters fit. Shorten it a little.") % {"most": NAME_LENGTH})
    with transaction.atomic(durable=True):
        require(actor, "signin.account.update", account)
        row = factor_row(account, factor_id)
        if row.type != TYPES.WEBAUTHN:
            raise Authenticator.DoesNotExist
        row.data["name"] = called
        row.save(update_fields=["data"])
        record("identity.factor.renamed", region=region, actor=actor, subject=account)


def remove_factor(
    *,
    actor: Actor,
    account: Account,
    region: Region,
    factor_id: int,
    language: str,
    now: datetime,
    session_key: str | None = None,
) -> None:
    """Remove one factor of `account`. Tells them by e-mail.

    With the last one the recovery codes go, and all sessions but `session_key` end: they have shown what is no more.

    The caller has asked for a fresh proof. Raises Forbidden and Authenticator.DoesNotExist.
    """
    with transaction.atomic(durable=True):
        require(actor, "signin.account.update", account)
        row = factor_row(account, factor_id)
        kind = row.type
        row.delete()
        if not has_factor(account):
            Authenticator.objects.filter(user=account).delete()
            end_sessions_of(account, but=session_key)
        record("identity.factor.removed", region=region, actor=actor, subject=account, payload={"kind": kind})
        _tell(account, region, "signin/mail/factor_removed", language, kind)


def new_recovery_codes(*, actor: Actor, account: Account, region: Region, language: str, now: datetime) -> list[str]:
    """Replace the recovery codes; the old ones end. Returns the new ones, shown once.

    The caller has asked for a fresh proof. Raises Forbidden, and FactorWrong where there is no factor to recover.
    """
    with transaction.atomic(durable=True):
        require(actor, "signin.account.update", account)
        Account.objects.select_for_update().get(pk=account.pk)
        if not has_factor(account):
            raise FactorWrong(_("Recovery codes stand in for a second factor: add a passkey or an app first."))
        Authenticator.objects.filter(user=account, type=TYPES.RECOVERY_CODES).delete()
        codes = RecoveryCodes.activate(account).generate_codes()
        record("identity.recovery_codes.made", region=region, actor=actor, subject=account)
        return list(codes)


def use_factor_code(*, account: Account, region: Region, text: str, now: datetime) -> Authenticator:
    """Use a code of the app, or a recovery code, up. Returns which factor it was of.

    Raises FactorWrong and TooMany.
    """
    typed = "".join(letter for letter in text[:50] if letter.isalnum())
    wrong: Exception = FactorWrong(_("This is not the code that the app shows now, nor an unused recovery code."))
    with transaction.atomic(durable=True):
        try:
            take("factor_guess", GUESS_LIMIT, who=str(account.pk), region=region, now=now)
        except TooMany as limit:
            record("identity.factor.guessed_at", region=region, actor=VISITOR, subject=account)
            wrong = limit
        else:
            rows = Authenticator.objects.select_for_update().filter(user=account).exclude(type=TYPES.WEBAUTHN)
            for row in rows.order_by("-type"):
                if row.type == TYPES.TOTP and _use_counter(row, typed, now):
                    return row
                if row.type == TYPES.RECOVERY_CODES and RecoveryCodes(row).validate_code(typed):
                    row.refresh_from_db()
                    row.last_used_at = now
                    row.save(update_fields=["last_used_at"])
                    record("identity.recovery_code.used", region=region, actor=actor_for(account), subject=account)
                    return row
    raise wrong


def use_passkey(*, answer: Answer, now: datetime) -> Authenticator:
    """Note the use of a passkey that `passkeys.answered` has checked. Raises PasskeyRefused for a copied one."""
    with transaction.atomic(durable=True):
        row = Authenticator.objects.select_for_update().select_related("user").get(pk=answer.authenticator.pk)
        before = int(row.data.get("counter", 0))
        # One that counts says a higher number each time; else there are two of it (section 6.1.1).
        if (answer.counter or before) and answer.counter <= before:
            raise PasskeyRefused
        row.data["counter"] = answer.counter
        row.last_used_at = now
        row.save(update_fields=["data", "last_used_at"])
    return row


def remove_factors_of(account: Account) -> int:
    """Remove all factors, as part of somebody's action. Returns how many, recovery codes not counted."""
    found = len(factors_of(account))
    Authenticator.objects.filter(user=account).delete()
    return found


def factor_row(account: Account, factor_id: int) -> Authenticator:
    rows = Authenticator.objects.select_for_update().filter(user=account).exclude(type=TYPES.RECOVERY_CODES)
    return rows.get(pk=factor_id)


def new_secret() -> str:
    """A secret for an app: 160 bits, in base32 (RFC 4226, section 4)."""
    import base64

    return base64.b32encode(secrets.token_bytes(20)).decode()


def _added(actor: Actor, account: Account, region: Region, row: Authenticator, language: str) -> list[str]:
    codes: list[str] = []
    if not Authenticator.objects.filter(user=account, type=TYPES.RECOVERY_CODES).exists():
        codes = list(RecoveryCodes.activate(account).generate_codes())
    record("identity.factor.added", region=region, actor=actor, subject=account, payload={"kind": row.type})
    _tell(account, region, "signin/mail/factor_added", language, row.type)
    return codes


def _tell(account: Account, region: Region, template: str, language: str, kind: str) -> None:
    post(region=region, to=account.email, template=template, language=language, context={"kind": kind}, account=account)


def _use_counter(row: Authenticator, text: str, now: datetime) -> bool:
    counter = _counter(decrypt(row.data["secret"]), text, now)
    if counter is None or counter <= int(row.data.get("last_counter", -1)):
        return False  # wrong, or shown before (RFC 6238, section 5.2)
    row.data["last_counter"] = counter
    row.last_used_at = now
    row.save(update_fields=["data", "last_used_at"])
    return True


def _counter(secret: str, text: str, now: datetime) -> int | None:
    """The period in which an app with `secret` shows `text`, if that is now or one period off."""
    current = int(now.timestamp()) // PERIOD
    typed = "".join(letter for letter in text[:50] if letter.isdigit())
    for counter in (current, current - 1, current + 1):
        if compare_user_code(actual=typed, expected=format_hotp_value(hotp_value(secret, counter))):
            return counter
    return None
