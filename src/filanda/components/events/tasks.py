# SPDX-License-Identifier: EUPL-1.2
"""The clock's part: reminders, and places of those who no longer belong to a closed space."""

from __future__ import annotations

from django.utils.timezone import now as clock

from filanda.components.events.actions.announcing import remind_due
from filanda.components.events.actions.registering import release_lost
from filanda.kernel.jobs.queue import region_job
from filanda.kernel.regions.models import Region


@region_job("events.remind", periodic="*/10 * * * *")
def remind(*, region: Region) -> int:
    """Remind of what begins soon in the region. Returns how many reminders."""
    now = clock()
    release_lost(now=now)
    return remind_due(now=now)
