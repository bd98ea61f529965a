# SPDX-License-Identifier: EUPL-1.2
"""The worker's part: those who left are erased, archives and everything else go when their time is over."""

from __future__ import annotations

import structlog
from django.utils import timezone

from filanda.across.privacy import actions
from filanda.across.privacy.models import Leaving
from filanda.across.privacy.preparing import prepare_archive
from filanda.across.privacy.queries import retentions
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.jobs.queue import region_job
from filanda.kernel.jobs.stopping import stop_requested
from filanda.kernel.regions.models import Region

__all__ = ["erase_those_who_left", "forget_what_is_over", "prepare_archive"]

log = structlog.get_logger("filanda.privacy")


@region_job("privacy.erase_those_who_left", periodic="7 1 * * *")
def erase_those_who_left(region: Region) -> int:
    """Nightly: each in a transaction of its own. One that fails does not keep the others. Returns how many."""
    now, erased, failures = timezone.now(), 0, []
    for leaving in list(Leaving.objects.due(now)):
        if stop_requested():
            break
        try:
            erased += actions.erase_person(actor=PLATFORM, leaving=leaving, now=now)
        except Exception as error:  # raised below, when the others are done
            log.exception("somebody could not be erased", leaving=leaving.pk)
            failures.append(error)
    if failures:
        raise failures[0]
    return erased


@region_job("privacy.forget_what_is_over", periodic="37 1 * * *")
def forget_what_is_over(region: Region) -> None:
    """Nightly: archives after seven days, and whatever the rooms keep for a time."""
    now = timezone.now()
    actions.purge_archives(actor=PLATFORM, region=region, now=now)
    for retention in retentions():
        if stop_requested():
            return
        actions.apply_retention(actor=PLATFORM, region=region, retention=retention, now=now)
