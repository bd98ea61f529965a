# SPDX-License-Identifier: EUPL-1.2
"""What is known about addresses."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models

from filanda.kernel.mail.models import AddressMark, InboundMessage, MarkReason, Message, MessageState
from filanda.kernel.regions.scoped import across_regions

__all__ = ["address_hash", "is_suppressed", "standing", "trouble_with"]

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


@dataclass(frozen=True)
class Standing:
    """How messages of the whole installation stand. `errors`: the last ones, without addresses. `answers`: those
    that came by e-mail, by what became of them."""

    is_configured: bool
    by_state: dict[str, int]
    oldest_waiting: datetime | None
    errors: list[str]
    answers: dict[str, int]


def standing() -> Standing:
    """For operators: four short queries."""
    with across_regions():
        counted = dict(Message.objects.values_list("state").annotate(n=models.Count("pk")).order_by("state"))
        waiting = Message.objects.filter(state__in=(MessageState.QUEUED, MessageState.SENDING))
        oldest = waiting.order_by("posted_at").values_list("posted_at", flat=True).first()
        errors = Message.objects.exclude(last_error="").order_by("-pk").values_list("last_error", flat=True)[:5]
        return Standing(
            is_configured=settings.EMAIL_CONFIGURED or settings.DEMO,
            by_state={state: counted.get(state, 0) for state in MessageState.values},
            oldest_waiting=oldest,
            errors=list(errors),
            answers={
                " ".join(part for part in (row["state"], row["reason"]) if part): row["n"]
                for row in InboundMessage.objects.values("state", "reason")
                .annotate(n=models.Count("pk"))
                .order_by("state", "reason")
            },
        )
