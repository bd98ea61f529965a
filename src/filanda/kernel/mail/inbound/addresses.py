# SPDX-License-Identifier: EUPL-1.2
"""Reply addresses: reply+<token>@<domain>. The token says which thing, of which region, is answered by whom, and since
when it holds; it is signed, so nobody can make one.

It has to fit the 64 octets before the @ (RFC 5321 section 4.5.3.1.1), whatever case mail servers leave it in: base32.
Layout: day (2 octets), region, number, account (LEB128), signature (HMAC-SHA-256, first 12), which
covers the kind too: the few that there are get tried.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from filanda.kernel.identity.models import Account
from filanda.kernel.mail.links import host_of
from filanda.kernel.mail.sending import has_outbox
from filanda.kernel.manifests import reply_handlers
from filanda.kernel.regions.models import Region

__all__ = ["ReplyTo", "reply_address", "token_of", "verify"]

_EPOCH = date(2020, 1, 1)
_SIGNED = 12  # octets of signature: 2^96 guesses
_HEAD = struct.Struct(">H")
LOCAL_PART = 64


@dataclass(frozen=True)
class ReplyTo:
    """What a reply address stands for. `is_expired`: it was ours, but is too old."""

    region_id: int
    kind: str
    number: int
    account_id: int
    is_expired: bool


def reply_address(
    region: Region, kind: str, number: int, account: Account, *, now: datetime | None = None
) -> str | None:
    """Where `account` answers to the thing `number` of `kind` (a ReplyHandler's), for settings.REPLY_DAYS days.

    None where no e-mail is received, or no room takes answers of this kind: the message then goes without. Raises
    ValueError for a number that is negative or does not fit.
    """
    mailbox, domain = _mailbox(region)
    if not domain or kind not in reply_handlers():
        return None
    today = (now or timezone.now()).astimezone(UTC).date()
    body = _HEAD.pack((today - _EPOCH).days) + _packed(region.pk) + _packed(number) + _packed(account.pk)
    token = base64.b32encode(body + _signature(kind, body)).decode().rstrip("=").lower()
    local = f"{mailbox}+{token}"
    if len(local) > LOCAL_PART:
        raise ValueError("A reply address of this number does not fit an e-mail address.")
    return f"{local}@{domain}"


def token_of(address: str) -> str:
    """The token in `address`, or "": what follows the last + before the @. Its domain proves nothing, and servers that
    forward may have changed it; the signature counts."""
    local, at, _domain = address.strip().lower().rpartition("@")
    _box, plus, token = local.rpartition("+")
    return token if at and plus else ""


def verify(token: str, kinds: Iterable[str], *, now: datetime) -> ReplyTo | None:
    """What `token` stands for, if we made it for one of `kinds`; None for anything else. Compared in constant time."""
    try:
        raw = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
        if base64.b32encode(raw).decode().rstrip("=") != token.upper():
            return None  # bits to spare: one address, one spelling
    except (binascii.Error, ValueError):
        return None
    body, signature = raw[:-_SIGNED], raw[-_SIGNED:]
    if len(body) < _HEAD.size + 3:
        return None
    known = None
    for kind in kinds:
        if hmac.compare_digest(_signature(kind, body), signature):
            known = kind
    if known is None:
        return None
    (day,) = _HEAD.unpack_from(body)
    region_id, at = _unpacked(body, _HEAD.size)
    number, at = _unpacked(body, at)
    account_id, at = _unpacked(body, at)
    age = now.astimezone(UTC).date() - (_EPOCH + timedelta(days=day))
    return ReplyTo(region_id, known, number, account_id, is_expired=age > timedelta(days=settings.REPLY_DAYS))


def _mailbox(region: Region) -> tuple[str, str]:
    """What stands before the + and after the @. A demonstration has an address that leads nowhere but to its outbox."""
    box, _at, domain = settings.REPLY_ADDRESS.rpartition("@")
    if not domain and has_outbox(region):
        return "reply", f"replies.{host_of(region)}"
    return box or "reply", domain


def _signature(kind: str, body: bytes) -> bytes:
    key = hashlib.sha256(f"mail.replies/{settings.SECRET_KEY}".encode()).digest()
    return hmac.new(key, kind.encode() + b"\0" + body, hashlib.sha256).digest()[:_SIGNED]


def _packed(number: int) -> bytes:
    """LEB128: seven bits an octet, the least first."""
    if number < 0:
        raise ValueError("No thing has a negative number.")
    octets = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        octets.append(low | (0x80 if number else 0))
        if not number:
            return bytes(octets)


def _unpacked(octets: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        number |= (octets[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not octets[at - 1] & 0x80:
            return number, at
