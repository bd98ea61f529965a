# SPDX-License-Identifier: EUPL-1.2
"""The clock of proposals: every ten minutes, what is over ends, and who made what is about to end is warned."""

from __future__ import annotations

from django.utils.timezone import now as clock

from filanda.components.proposals.actions.ending import expire_due, warn_due
from filanda.kernel.jobs.queue import region_job
from filanda.kernel.regions.models import Region


@region_job("proposals.clock", periodic="*/10 * * * *")
def run_clock(*, region: Region) -> int:
    """Expire and warn in the region. Returns how many proposals."""
    now = clock()
    return expire_due(now=now) + warn_due(now=now)
