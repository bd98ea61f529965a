# SPDX-License-Identifier: EUPL-1.2
"""Making, sending and using the codes of e-mails, inside somebody's action. No transaction is opened here."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from filanda.kernel.identity.models import Account
from filanda.kernel.limits import Limit, TooMany, network_of, take
from filanda.kernel.mail.steps import post
from filanda.kernel.regions.models import Region
from filanda.kernel.signin.models import EmailCode, Purpose

__all__ = ["CODE_LASTS", "GUESSES", "LENGTH", "LIMITS", "CodeNotUsable", "CodeWrong", "check_code", "send_code"]

CODE_LASTS = timedelta(minutes=10)
# No vowels, so that no code is a word; none of 0 O 1 I L, so that none is misread. 28^6 = 4.8e8.
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
LENGTH = 6
GUESSES = 5  # of one code; then it is burnt
LIMITS = {
    # By the address typed, whether or not there is an account: the answers must not differ. What somebody asks for or
    # guesses at from one network is counted apart from what others do for the same address: nobody shuts its owner out.
    "code_to_address": Limit(8, timedelta(hours=1)),
    "code_from_network": Limit(60, timedelta(hours=1)),
    "wrong_for_address": Limit(30, timedelta(days=1)),
    "wrong_from_network": Limit(60, timedelta(hours=1)),
    # From all networks together, but for browsers in which this address was signed in before.
    "codes_to_address": Limit(24, timedelta(hours=1)),
    "wrongs_for_address": Limit(100, timedelta(days=1)),
}
TEMPLATES = {
    Purpose.SIGN_IN: "signin/mail/code",
    Purpose.CONFIRM: "signin/mail/confirm",
    Purpose.NEW_ADDRESS: "signin/mail/new_address",
}


class CodeWrong(Exception):
    """Not the code that was sent. `left`: how often it can be tried still, at least 1."""

    def __init__(self, left: int) -> None:
        self.left = left
        super().__init__(_("This is not the code of our last e-mail to you. Look again: there are six characters."))


class CodeNotUsable(Exception):
    """Used, too old, guessed at too often or asked for elsewhere: the reader is not told which, only what to do.

    `is_burnt_now`: this very guess was one too many.
    """

    def __init__(self, *, is_burnt_now: bool = False) -> None:
        self.is_burnt_now = is_burnt_now
        super().__init__(_("This code does not work any more. Ask for a new one."))


def send_code(
    *,
    region: Region,
    purpose: Purpose,
    address: str,
    account: Account | None,
    language: str,
    network: str,
    now: datetime,
    is_known: bool = False,
) -> EmailCode:
    """Make a code and post it to `address` (lower case, checked).

    `network`: where the request comes from. `is_known`: from a browser in which this address was signed in before, or
    is now. Nothing here depends on whether the address has an account. Raises TooMany.
    """
    take("code_from_network", LIMITS["code_from_network"], who=network, region=region, now=now)
    for what, who in _counted("code_to_address", "codes_to_address", address, network, is_known=is_known):
        take(what, LIMITS[what], who=who, region=region, now=now)
    text = "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))
    made = EmailCode(
        region=region,
        account=account,
        purpose=purpose,
        address=address,
        created_at=now,
        expires_at=now + CODE_LASTS,
    )
    made.code_hash = _hash(made.pk, text)
    made.save(force_insert=True)
    post(
        region=region,
        to=address,
        template=TEMPLATES[purpose],
        language=language,
        context={"code": text, "minutes": int(CODE_LASTS.total_seconds() // 60)},
        account=account,
        secret=True,
        not_after=made.expires_at,
    )
    return made


def check_code(
    *,
    region: Region,
    handle: str,
    purpose: Purpose,
    text: str,
    network: str,
    now: datetime,
    is_known: bool = False,
) -> EmailCode | CodeWrong | CodeNotUsable | TooMany:
    """Use the code `handle` up, or count a wrong guess. What was found is returned and not raised, so that the caller's
    transaction keeps the count: the caller raises it afterwards. `is_known`: see `send_code`.
    """
    try:
        key = uuid.UUID(handle)
    except ValueError:
        return CodeNotUsable()
    found = EmailCode.objects.select_for_update(of=("self",)).filter(region=region, pk=key, purpose=purpose).first()
    if found is None or found.used_at or found.burnt_at or found.expires_at <= now:
        return CodeNotUsable()
    if hmac.compare_digest(bytes(found.code_hash), _hash(found.pk, _as_typed(text))):
        found.used_at = now
        found.save(update_fields=["used_at"])
        return found
    counted = _counted("wrong_for_address", "wrongs_for_address", found.address, network, is_known=is_known)
    for what, who in (("wrong_from_network", network), *counted):
        try:
            take(what, LIMITS[what], who=who, region=region, now=now)
        except TooMany as limit:
            found.burnt_at = now
            found.save(update_fields=["burnt_at"])
            return limit
    found.wrong_guesses += 1
    left = GUESSES - found.wrong_guesses
    if left <= 0:
        found.burnt_at = now
    found.save(update_fields=["wrong_guesses", "burnt_at"])
    return CodeWrong(left) if left > 0 else CodeNotUsable(is_burnt_now=True)


def _counted(here: str, in_all: str, address: str, network: str, *, is_known: bool) -> list[tuple[str, str]]:
    """Which limits count what is done for `address` from `network`, under which names."""
    if is_known:
        return [(here, f"{address} in a known browser")]
    return [(here, f"{address} from {network_of(network)}"), (in_all, address)]


def _as_typed(text: str) -> str:
    """What people type or paste: small letters, spaces, hyphens."""
    return "".join(letter for letter in text.upper()[:50] if letter.isalnum())


def _hash(key: uuid.UUID, text: str) -> bytes:
    secret = hashlib.sha256(f"signin.codes/{settings.SECRET_KEY}".encode()).digest()
    return hmac.new(secret, f"{key}/{text}".encode(), hashlib.sha256).digest()
