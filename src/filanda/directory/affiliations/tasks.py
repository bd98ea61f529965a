# SPDX-License-Identifier: EUPL-1.2
"""The worker's part: claims that nobody goes on with come to an end."""

from __future__ import annotations

from django.utils import timezone

from filanda.directory.affiliations.actions.claims import lapse_claims
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.jobs.queue import region_job
from filanda.kernel.regions.models import Region


@region_job("affiliations.lapse_claims", periodic="41 3 * * *")
def lapse_old_claims(*, region: Region) -> None:
    """Nightly."""
    lapse_claims(actor=PLATFORM, region=region, now=timezone.now())
