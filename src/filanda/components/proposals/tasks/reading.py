# SPDX-License-Identifier: EUPL-1.2
"""Kept searches are looked at every two hours: each is due once a day or once a week."""

from __future__ import annotations

from django.utils.timezone import now as clock

from filanda.components.proposals.actions.searching import due, tell_new
from filanda.kernel.jobs.queue import region_job
from filanda.kernel.regions.models import Region


@region_job("proposals.tell_searches", periodic="17 5-19/2 * * *")
def tell_searches(*, region: Region) -> int:
    """Tell those who keep searches what is new. Returns how many e-mails."""
    now = clock()
    return sum(1 for search_id in due(now) if tell_new(search_id=search_id, now=now))
