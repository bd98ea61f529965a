# SPDX-License-Identifier: EUPL-1.2
"""The clock's part: owners who are silent are reminded, and their facilitators told."""

from __future__ import annotations

from django.utils.timezone import now as clock

from filanda.components.proposals.actions.answering import remind_silent as remind
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.jobs.queue import region_job
from filanda.kernel.regions.models import Region


@region_job("proposals.remind_silent", periodic="25 6 * * *")
def remind_silent(*, region: Region) -> int:
    """Every morning. Returns how many people's answers were spoken of."""
    reminded, told = remind(actor=PLATFORM, now=clock())
    return reminded + told
