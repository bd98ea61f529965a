# SPDX-License-Identifier: EUPL-1.2
"""The worker's part: each day some calls open and some close."""

from __future__ import annotations

from django.utils.timezone import now as clock

from filanda.directory.funding import actions
from filanda.kernel.jobs.queue import region_job
from filanda.kernel.regions.models import Region


@region_job("funding.follow_calendar", periodic="7 * * * *")
def follow_calendar(region: Region) -> int:
    """Every hour, as regions may lie in several time zones. Returns how many calls moved."""
    now = clock()
    moved = actions.follow_calendar(region=region, now=now)
    actions.tell_deadlines(region=region, now=now)
    return moved
