# SPDX-License-Identifier: EUPL-1.2
"""The worker's part: needs go when their thirty days are over."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate.contrib.django import app as procrastinate_app

from filanda.capabilities.needs import actions
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.jobs.queue import job
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import in_region


@procrastinate_app.periodic(cron="17 * * * *")
@job("needs.purge_expired")
def purge_expired(timestamp: int) -> None:
    """Hourly. timestamp: the moment the job was due, in seconds since 1970 (UTC)."""
    purge_everywhere(datetime.fromtimestamp(timestamp, UTC))


def purge_everywhere(now: datetime) -> None:
    """Purge each region in a transaction of its own."""
    for region in Region.objects.all():
        with in_region(region):
            actions.purge(actor=PLATFORM, region=region, now=now)
