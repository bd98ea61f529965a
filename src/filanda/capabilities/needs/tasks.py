# SPDX-License-Identifier: EUPL-1.2
"""The worker's part: needs go when their thirty days are over, counters of limits with their windows."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from filanda.capabilities.needs import actions, limits
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.jobs.queue import job
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import in_region


@job("needs.purge_expired", periodic="17 * * * *")
def purge_expired() -> None:
    """Hourly."""
    now = timezone.now()
    purge_everywhere(now)
    limits.forget_past(now)


def purge_everywhere(now: datetime) -> None:
    """Purge each region in a transaction of its own."""
    for region in Region.objects.all():
        with in_region(region):
            actions.purge(actor=PLATFORM, region=region, now=now)
