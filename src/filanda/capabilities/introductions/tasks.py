# SPDX-License-Identifier: EUPL-1.2
"""The clock's part: sides are reminded after seven days, and what nobody answered lapses after fourteen."""

from __future__ import annotations

from django.utils.timezone import now as clock

from filanda.capabilities.introductions.actions import run_clock
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.jobs.queue import region_job
from filanda.kernel.regions.models import Region


@region_job("introductions.clock", periodic="40 * * * *")
def clock_of_introductions(*, region: Region) -> int:
    """Hourly. Returns how many introductions were spoken of."""
    return sum(run_clock(actor=PLATFORM, now=clock()))
