# SPDX-License-Identifier: EUPL-1.2
"""Marks of addresses that do not work, in the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from filanda.kernel.mail.models import AddressMark, MarkReason
from filanda.kernel.mail.queries import address_hash

__all__ = ["address_works", "forget_address", "mark_address"]


def mark_address(address: str, reason: MarkReason, now: datetime) -> None:
    """Note what a mail server says about `address`. Twice counts."""
    mark, is_new = AddressMark.objects.get_or_create(
        address_hash=address_hash(address), reason=reason, defaults={"at": now}
    )
    if not is_new:
        mark.at, mark.times = now, mark.times + 1
        mark.save(update_fields=["at", "times"])


def address_works(address: str) -> None:
    """Somebody has just used what was sent to `address`: the marks that said it does not work are gone."""
    AddressMark.objects.filter(
        address_hash=address_hash(address), reason__in=(MarkReason.HARD, MarkReason.SOFT)
    ).delete()


def forget_address(address: str) -> None:
    """Whatever is known of `address` goes: whoever had it has left."""
    AddressMark.objects.filter(address_hash=address_hash(address)).delete()
