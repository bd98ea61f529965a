# SPDX-License-Identifier: EUPL-1.2
"""Accounts, roles, one-time links and codes by e-mail. Every way to sign in ends with an account, for which the caller
opens a session (`opening`). Factors are in `authenticators`, lost ones in `recovery`.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from filanda.kernel.identity.actors import VISITOR, Actor, actor_for
from filanda.kernel.identity.models import Account, Role, SignInLink
from filanda.kernel.journal.actions import record
from filanda.kernel.limits import TooMany
from filanda.kernel.mail.steps import address_works, post
from filanda.kernel.manifests import manifests
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import in_region
from filanda.kernel.signin.codes import CodeNotUsable, check_code, send_code
from filanda.kernel.signin.models import EmailCode, Purpose
from filanda.kernel.signin.steps import end_sessions_of, give_role
from filanda.kernel.ui.moments import moment_of

__all__ = [
    "LINK_LASTS",
    "AddressTaken",
    "EmailWrong",
    "LinkNotUsable",
    "account_of_vouched_address",
    "ask_for_new_address",
    "ask_to_confirm",
    "ask_to_sign_in",
    "change_address",
    "confirm_by_code",
    "create_sign_in_link",
    "end_sessions",
    "grant_role",
    "session_opened",
    "sign_in_by_code",
    "use_sign_in_link",
]

LINK_LASTS = timedelta(minutes=10)
TOKEN_BYTES = 32


class EmailWrong(ValueError):
    """The address cannot be one. `str()` is the sentence for the reader."""


class AddressTaken(Exception):
    """The address, which the reader has just proved to be theirs, signs another account in."""

    def __init__(self) -> None:
        super().__init__(
            _("This address already belongs to another account. Sign in with it, or give a different address.")
        )


class LinkNotUsable(Exception):
    """Unknown, used, too old, or of an account that is closed: the reader is not told which, only what to do."""

    def __init__(self) -> None:
        super().__init__(
            _("This link does not work any more: it can be used once, within ten minutes. Ask for a new one.")
        )


def grant_role(
    *, actor: Actor, region: Region, email: str, role: Role, now: datetime, name: str = "", is_invented: bool = False
) -> Account:
    """Give `role` in `region` to the account of `email`, made if there is none. Twice is the same as once.

    Raises EmailWrong and Forbidden. Call it inside the region.
    """
    address = _address(email)
    with transaction.atomic(durable=True):
        require(actor, "identity.roles.grant")
        account = Account.objects.filter(email=address).first()
        if account is None:
            account = Account.objects.create_account(email=address, name=name, is_invented=is_invented)
            record("identity.account.created", region=region, actor=actor, subject=account)
        give_role(actor=actor, region=region, account=account, role=role)
    return account


def create_sign_in_link(*, actor: Actor, account: Account, region: Region, now: datetime) -> str:
    """Make a link that signs `account` in at `region` once, within `LINK_LASTS`. Returns its token, kept nowhere.

    Raises Forbidden for anybody but the platform: who makes a link for somebody can be them.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction.atomic(durable=True):
        require(actor, "identity.links.create", account)
        SignInLink.objects.create(
            account=account, region=region, token_hash=_hash(token), created_at=now, expires_at=now + LINK_LASTS
        )
        record("identity.link.created", region=region, actor=actor, subject=account)
    return token


def use_sign_in_link(*, token: str, region: Region, now: datetime) -> Account:
    """Use a link up, and return whom it signs in. The caller opens the session. Raises LinkNotUsable."""
    with transaction.atomic(durable=True):
        link = (
            SignInLink.objects.select_for_update(of=("self",))
            .select_related("account")
            .filter(region=region, token_hash=_hash(token), used_at=None, expires_at__gt=now, account__is_active=True)
            .first()
        )
        if link is None:
            raise LinkNotUsable
        link.used_at = now
        link.save(update_fields=["used_at"])
        account: Account = link.account
        record("identity.link.used", region=region, actor=actor_for(account), subject=account)
    return account


def ask_to_sign_in(
    *, region: Region, email: str, language: str, network: str, now: datetime, is_known: bool = False
) -> EmailCode:
    """Send a code to whoever says that this is their address. `network`: where they ask from; `is_known`: in a browser
    in which this address was signed in before.

    Does the same work whether or not there is an account: it is not looked up. Raises EmailWrong and TooMany.
    """
    address = _address(email)
    with transaction.atomic(durable=True):
        return send_code(
            region=region,
            purpose=Purpose.SIGN_IN,
            address=address,
            account=None,
            language=language,
            network=network,
            now=now,
            is_known=is_known,
        )


def sign_in_by_code(
    *, region: Region, handle: str, text: str, network: str, now: datetime, is_known: bool = False
) -> Account:
    """Use a code up, and return whose address it was sent to: an account made now, if there was none.

    The account may be closed (`is_active`): the caller looks. Raises CodeWrong, CodeNotUsable and TooMany.
    """
    with transaction.atomic(durable=True):
        found = check_code(
            region=region,
            handle=handle,
            purpose=Purpose.SIGN_IN,
            text=text,
            network=network,
            now=now,
            is_known=is_known,
        )
        if isinstance(found, EmailCode):
            account, is_new = _account_of(found.address)
            if is_new:
                record("identity.account.created", region=region, actor=actor_for(account), subject=account)
            address_works(found.address)
            return account
        _note_burnt(region, VISITOR, Purpose.SIGN_IN, found)
    raise found


def account_of_vouched_address(*, region: Region, email: str, name: str, provider_id: str, now: datetime) -> Account:
    """The account of an address that a provider the region trusts calls verified, made if there is none.

    Raises EmailWrong.
    """
    address = _address(email)
    with transaction.atomic(durable=True):
        account, is_new = _account_of(address)
        if is_new:
            account.name = name
            account.save(update_fields=["name"])
            record(
                "identity.account.created",
                region=region,
                actor=actor_for(account),
                subject=account,
                payload={"provider": provider_id},
            )
    return account


def ask_to_confirm(
    *, actor: Actor, account: Account, region: Region, language: str, network: str, now: datetime
) -> EmailCode:
    """Send `account` a code that shows that it is still them. Raises Forbidden and TooMany."""
    with transaction.atomic(durable=True):
        require(actor, "signin.account.update", account)
        return send_code(
            region=region,
            purpose=Purpose.CONFIRM,
            address=account.email,
            account=account,
            language=language,
            network=network,
            now=now,
            is_known=True,
        )


def confirm_by_code(
    *, actor: Actor, account: Account, region: Region, handle: str, text: str, network: str, now: datetime
) -> None:
    """Use up a code of `ask_to_confirm`. Raises Forbidden, CodeWrong, CodeNotUsable and TooMany."""
    with transaction.atomic(durable=True):
        require(actor, "signin.account.update", account)
        found = check_code(
            region=region,
            handle=handle,
            purpose=Purpose.CONFIRM,
            text=text,
            network=network,
            now=now,
            is_known=True,
        )
        if isinstance(found, EmailCode):
            if found.account_id != account.pk:
                raise CodeNotUsable
            return
        _note_burnt(region, actor, Purpose.CONFIRM, found)
    raise found


def ask_for_new_address(
    *, actor: Actor, account: Account, region: Region, email: str, language: str, network: str, now: datetime
) -> EmailCode:
    """Send a code to the address that `account` wants to sign in with from now on.

    Whether it belongs to somebody else is not looked at: only who receives the code learns that. The caller has asked
    for a fresh proof. Raises EmailWrong, Forbidden and TooMany.
    """
    address = _address(email)
    with transaction.atomic(durable=True):
        require(actor, "signin.account.update", account)
        return send_code(
            region=region,
            purpose=Purpose.NEW_ADDRESS,
            address=address,
            account=account,
            language=language,
            network=network,
            now=now,
        )


def change_address(
    *,
    actor: Actor,
    account: Account,
    region: Region,
    handle: str,
    text: str,
    language: str,
    network: str,
    now: datetime,
) -> str:
    """Use the code sent to the new address up and make it the account's; tell the old one. Returns the new address.

    Raises Forbidden, AddressTaken, CodeWrong, CodeNotUsable and TooMany.
    """
    with transaction.atomic(durable=True):
        locked = Account.objects.select_for_update().get(pk=account.pk)
        require(actor, "signin.account.update", locked)
        found = check_code(
            region=region, handle=handle, purpose=Purpose.NEW_ADDRESS, text=text, network=network, now=now
        )
        if isinstance(found, EmailCode):
            if found.account_id != locked.pk:
                raise CodeNotUsable
            if Account.objects.filter(email=found.address).exclude(pk=locked.pk).exists():
                raise AddressTaken
            old, locked.email = locked.email, found.address
            locked.save(update_fields=["email"])
            record("identity.address.changed", region=region, actor=actor, subject=locked)
            address_works(found.address)
            if old != locked.email:
                EmailCode.objects.filter(address=old).delete()
                _readdress(locked, old)
                post(
                    region=region,
                    to=old,
                    template="signin/mail/address_changed",
                    language=language,
                    context={"new_address": _hinted(locked.email)},
                    account=locked,
                )
            account.email = locked.email
            return locked.email
        _note_burnt(region, actor, Purpose.NEW_ADDRESS, found)
    raise found


def session_opened(
    *, account: Account, region: Region, method: str, new_device: str, language: str, now: datetime
) -> None:
    """Record that `account` signed in by `method`; `new_device`: what to call a browser not seen before, or "".

    They are told by e-mail of a new one.
    """
    with transaction.atomic(durable=True):
        record(
            "identity.session.opened",
            region=region,
            actor=actor_for(account),
            subject=account,
            payload={"method": method},
        )
        if new_device:
            post(
                region=region,
                to=account.email,
                template="signin/mail/new_device",
                language=language,
                context={"device": new_device, "at": _moment_in(language, now)},
                account=account,
            )


def end_sessions(*, actor: Actor, account: Account, region: Region, keys: list[str]) -> int:
    """End those of the account's sessions that `keys` names, everywhere. Returns how many. Raises Forbidden."""
    with transaction.atomic(durable=True):
        require(actor, "signin.account.update", account)
        ended = end_sessions_of(account, keys)
        if ended:
            record("identity.sessions.ended", region=region, actor=actor, subject=account, payload={"sessions": ended})
    return ended


def _account_of(address: str) -> tuple[Account, bool]:
    """The account of an address that somebody has just proved to be theirs; made if there is none."""
    account = Account.objects.filter(email=address).first()
    if account is not None:
        return account, False
    try:
        with transaction.atomic():
            return Account.objects.create_account(email=address), True
    except IntegrityError:  # two codes for one new address, used at the same moment
        return Account.objects.get(email=address), False


def _readdress(account: Account, old: str) -> None:
    """What rooms keep under the address that `account` had belongs to the new one, in every region."""
    for region in Region.objects.order_by("pk"):
        with in_region(region):
            for manifest in manifests().values():
                for data in manifest.personal_data:
                    data.readdress(account, old, account.email)


def _note_burnt(region: Region, actor: Actor, purpose: Purpose, found: Exception) -> None:
    """A code that was guessed at too often, or by somebody who guesses a lot, is worth an entry."""
    if isinstance(found, TooMany) or getattr(found, "is_burnt_now", False):
        record("identity.code.burnt", region=region, actor=actor, payload={"purpose": str(purpose)})


def _address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise EmailWrong(_("Give an e-mail address, like anna@example.org.")) from None
    return address


def _hinted(address: str) -> str:
    """Enough of an address to recognise one's own: a•••@example.org."""
    name, _at, domain = address.partition("@")
    return f"{name[:1]}•••@{domain}"


def _moment_in(language: str, moment: datetime) -> str:
    with override(language):
        return moment_of(moment)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
