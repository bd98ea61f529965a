# SPDX-License-Identifier: EUPL-1.2
"""The worker's part: files that a crash left without a row go the next night; what came while the virus scanner was
away is scanned once it is back.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils.timezone import now

from filanda.capabilities.files.actions import scan_again, sweep
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.jobs.queue import region_job
from filanda.kernel.regions.models import Region

LEFT_ALONE = timedelta(days=1)  # a file whose row is being written just now is younger


@region_job("files.sweep_files", periodic="53 2 * * *")
def sweep_files(region: Region) -> int:
    return sweep(actor=PLATFORM, region=region, before=now() - LEFT_ALONE)


@region_job("files.scan_again", periodic="*/10 * * * *")
def scan_what_came_meanwhile(region: Region) -> tuple[int, int]:
    return scan_again(actor=PLATFORM, region=region)
