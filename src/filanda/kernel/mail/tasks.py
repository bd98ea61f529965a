# SPDX-License-Identifier: EUPL-1.2
"""The worker's part: what waits is sent, or taken, whatever became of its job."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.utils import timezone

from filanda.kernel.jobs.queue import enqueue_once, job
from filanda.kernel.mail.arrival import bring
from filanda.kernel.mail.inbound.mailbox import MailboxTrouble, empty_mailbox
from filanda.kernel.mail.inbound.taking import take
from filanda.kernel.mail.models import InboundMessage, InboundState, Message, MessageState
from filanda.kernel.mail.sending import has_outbox, send

__all__ = ["fetch", "send", "send_what_waits", "take", "take_what_waits"]

log = structlog.get_logger("filanda.mail")

AT_ONCE = 500
ITS_JOB_HAD = timedelta(minutes=1)  # that long a message's own job has had the time to send it


@job("mail.send_what_waits", queue="mail", periodic="*/2 * * * *")
def send_what_waits() -> int:
    """Every two minutes: messages whose job was lost, whose sender died, or that waited for a mail server."""
    return wake(timezone.now())


def wake(now: datetime) -> int:
    """Enqueue what has been due for a while. Returns how many. Twice does no harm: see `sending`."""
    due = Message.objects.filter(
        state__in=(MessageState.QUEUED, MessageState.SENDING), not_before__lte=now - ITS_JOB_HAD
    ).select_related("region")
    woken = 0
    for message in due.order_by("not_before")[:AT_ONCE]:
        if settings.EMAIL_CONFIGURED or has_outbox(message.region):
            enqueue_once(send, lock=f"mail.send:{message.pk}", message_id=message.pk)
            woken += 1
    return woken


@job("mail.take_what_waits", queue="mail", periodic="*/2 * * * *")
def take_what_waits() -> int:
    """Every two minutes: received messages whose job was lost or died."""
    return wake_received(timezone.now())


def wake_received(now: datetime) -> int:
    """Enqueue what has been due for a while. Returns how many. Twice does no harm: see `inbound.taking`."""
    due = InboundMessage.objects.filter(
        state__in=(InboundState.RECEIVED, InboundState.TAKING), not_before__lte=now - ITS_JOB_HAD
    )
    numbers = list(due.order_by("not_before").values_list("pk", flat=True)[:AT_ONCE])
    for number in numbers:
        enqueue_once(take, lock=f"mail.take:{number}", message_id=number)
    return len(numbers)


@job("mail.fetch", queue="mail", retries=1, periodic="* * * * *")
def fetch() -> int:
    """Every minute: the mailbox for answers is emptied, where there is one. What fails now is there in a minute."""
    if not settings.REPLY_MAILBOX:
        return 0
    try:
        return empty_mailbox(settings.REPLY_MAILBOX, lambda raw, size: bring(raw, "imap", size=size))
    except MailboxTrouble as trouble:
        log.warning("the mailbox for answers cannot be read", error=str(trouble))
        return 0
