# SPDX-License-Identifier: EUPL-1.2
"""The worker's part: what waits is sent, whatever became of its job."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from filanda.kernel.jobs.queue import enqueue_once, job
from filanda.kernel.mail.models import Message, MessageState
from filanda.kernel.mail.sending import has_outbox, send

__all__ = ["send", "send_what_waits"]

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
