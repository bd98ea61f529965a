# SPDX-License-Identifier: EUPL-1.2
"""What a mail provider reports."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.mail.marking import mark_address
from filanda.kernel.mail.models import MarkReason
from filanda.kernel.policies import require

__all__ = ["note_report"]


def note_report(*, actor: Actor, address: str, reason: MarkReason, now: datetime) -> None:
    """Mark `address` for what the provider reported. Raises Forbidden for anybody but the platform."""
    with transaction.atomic(durable=True):
        require(actor, "mail.addresses.mark")
        mark_address(address, reason, now)
        record("mail.address.marked", region=None, actor=actor, payload={"reason": str(reason)})
