# SPDX-License-Identifier: EUPL-1.2
"""The worker's part: figures nightly, newsletters on their way."""

from __future__ import annotations

from django.utils import timezone

from filanda.across.communities.delivering import deliver_letter
from filanda.across.communities.steps import keep_figures
from filanda.kernel.jobs.queue import region_job
from filanda.kernel.regions.models import Region
from filanda.spaces.models import Space

__all__ = ["deliver_letter", "keep_all_figures"]


@region_job("communities.keep_figures", periodic="41 3 * * *")
def keep_all_figures(*, region: Region) -> int:
    """Nightly. Returns how many spaces were counted."""
    return keep_figures(region, list(Space.objects.filter(archived_at=None)), timezone.now())
