# SPDX-License-Identifier: EUPL-1.2
"""Accounts, roles and one-time links. The seam for other ways to sign in: each ends where `use_sign_in_link` does,
with an account for which the caller opens a session.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from filanda.kernel.identity.actors import Actor, actor_for
from filanda.kernel.identity.models import Account, Role, SignInLink
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.signin.steps import give_role

__all__ = ["LINK_LASTS", "EmailWrong", "LinkNotUsable", "create_sign_in_link", "grant_role", "use_sign_in_link"]

LINK_LASTS = timedelta(minutes=10)
TOKEN_BYTES = 32


class EmailWrong(ValueError):
    """The address cannot be one. `str()` is the sentence for the reader."""


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
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise EmailWrong(_("Give an e-mail address, like anna@example.org.")) from None
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


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
