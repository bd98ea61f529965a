# SPDX-License-Identifier: EUPL-1.2
"""The clock's part: what was scheduled comes out."""

from __future__ import annotations

from django.utils.timezone import now as clock

from filanda.components.news.actions import publish_due
from filanda.kernel.jobs.queue import region_job
from filanda.kernel.regions.models import Region


@region_job("news.publish_due", periodic="*/5 * * * *")
def publish_scheduled(*, region: Region) -> int:
    """Publish what is due in the region. Returns how many."""
    return publish_due(now=clock())
