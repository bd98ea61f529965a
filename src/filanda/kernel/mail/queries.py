# SPDX-License-Identifier: EUPL-1.2
"""What is known about addresses."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings

from filanda.kernel.mail.models import AddressMark, MarkReason

__all__ = ["address_hash", "is_suppressed", "trouble_with"]

RETRY_CODE_AFTER = timedelta(days=1)


def address_hash(address: str) -> bytes:
    """A keyed hash: who reads the table learns no address."""
    key = hashlib.sha256(f"mail.marks/{settings.SECRET_KEY}".encode()).digest()
    return hmac.new(key, address.strip().lower().encode(), hashlib.sha256).digest()


def trouble_with(address: str) -> AddressMark | None:
    """Why messages do not reach `address` (a hard bounce), or None. Its reason's label is the sentence for people."""
    return AddressMark.objects.filter(address_hash=address_hash(address), reason=MarkReason.HARD).first()


def is_suppressed(address: str, *, secret: bool, can_unsubscribe: bool, now: datetime) -> bool:
    """Whether nothing of this kind is sent to `address` now.

    A code or link that somebody has just asked for (`secret`) is tried once a day in spite of a hard bounce: servers
    are mended, and nobody should be locked out for ever.
    """
    marks = {mark.reason: mark for mark in AddressMark.objects.filter(address_hash=address_hash(address))}
    hard = marks.get(MarkReason.HARD)
    if hard is not None and not (secret and (hard.tried_at or hard.at) <= now - RETRY_CODE_AFTER):
        return True
    return can_unsubscribe and MarkReason.COMPLAINT in marks
