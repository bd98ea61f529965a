# SPDX-License-Identifier: EUPL-1.2
"""Jobs: e-mails that are due, every minute."""

from __future__ import annotations

from django.utils.timezone import now as clock

from filanda.capabilities.notifications.sending import send_due
from filanda.kernel.jobs.queue import region_job
from filanda.kernel.regions.models import Region


@region_job("notifications.send_due", periodic="* * * * *")
def send_due_mail(*, region: Region) -> int:
    """Post what is due in the region. Returns how many messages."""
    return send_due(region, clock())
