# SPDX-License-Identifier: EUPL-1.2
"""The clock's part: collaborations begin and end, and people are asked how they are going."""

from __future__ import annotations

from django.utils.timezone import now as clock

from filanda.capabilities.collaborations.actions import begin_due, end_due, send_due_check_ins
from filanda.kernel.jobs.queue import region_job
from filanda.kernel.regions.models import Region


@region_job("collaborations.ask", periodic="10 7 * * *")
def ask(*, region: Region) -> int:
    """Begin and end what is due, and ask the questions of the day. Returns how many e-mails were posted."""
    now = clock()
    begin_due(region=region, now=now)
    end_due(region=region, now=now)
    return send_due_check_ins(region=region, now=now)
