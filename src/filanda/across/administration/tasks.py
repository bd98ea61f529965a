# SPDX-License-Identifier: EUPL-1.2
"""The worker's part: roles whose time is over are closed, so that lists and the journal say so."""

from __future__ import annotations

from django.utils.timezone import now

from filanda.across.administration.actions.roles import close_expired
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.jobs.queue import region_job
from filanda.kernel.regions.models import Region


@region_job("administration.close_expired_roles", periodic="11 0 * * *")
def close_expired_roles(region: Region) -> int:
    return close_expired(actor=PLATFORM, region=region, now=now())
