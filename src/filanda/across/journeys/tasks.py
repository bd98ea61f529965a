# SPDX-License-Identifier: EUPL-1.2
"""The worker's part: discussions are told what came of them."""

from __future__ import annotations

from django.utils.timezone import now as clock

from filanda.across.journeys.proposing import tell
from filanda.kernel.jobs.queue import region_job
from filanda.kernel.regions.models import Region


@region_job("journeys.tell", periodic="*/10 * * * *")
def tell_discussions(*, region: Region) -> int:
    """Returns how many discussions were told."""
    return tell(region, clock())
