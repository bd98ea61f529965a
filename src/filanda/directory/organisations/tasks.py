# SPDX-License-Identifier: EUPL-1.2
"""The worker's part: lists are written, objections that nobody decided hide a body, what looks alike is found."""

from __future__ import annotations

from django.utils import timezone

from filanda.directory.organisations.actions import likening, objecting
from filanda.directory.organisations.actions.importing import import_job
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.jobs.queue import region_job
from filanda.kernel.regions.models import Region

__all__ = ["hide_overdue", "import_job", "look_for_likenesses"]


@region_job("organisations.hide_overdue", periodic="*/15 * * * *")
def hide_overdue(region: Region) -> None:
    """Whoever does not want to be listed is not, a day later at most, whether or not somebody looked."""
    objecting.hide_overdue(actor=PLATFORM, region=region, now=timezone.now())


@region_job("organisations.look_for_likenesses", periodic="*/2 * * * *")
def look_for_likenesses(region: Region) -> None:
    """Two minutes after something changed at most; else there is nothing to do."""
    likening.look_for_likenesses(actor=PLATFORM, region=region, now=timezone.now())
