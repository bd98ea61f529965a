# SPDX-License-Identifier: EUPL-1.2
"""The e-mails of a test, sent for real into the demonstration's outbox."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

if TYPE_CHECKING:
    from filanda.kernel.mail.models import OutboxMessage


def deliver(to: str = "", *, now: datetime | None = None) -> list[OutboxMessage]:
    """Do what the worker would: send all that is due. Returns what the active region's outbox holds for `to` (or for
    everybody), oldest first."""
    from filanda.kernel.mail.models import Message, MessageState, OutboxMessage
    from filanda.kernel.mail.sending import send_message

    due = Message.objects.filter(state=MessageState.QUEUED).order_by("pk").values_list("pk", flat=True)
    for number in list(due):
        send_message(number, now=now or timezone.now())
    held = OutboxMessage.objects.order_by("at", "pk")
    return list(held.filter(to=to.lower()) if to else held)
