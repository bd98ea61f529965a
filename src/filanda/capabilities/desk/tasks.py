# SPDX-License-Identifier: EUPL-1.2
"""Jobs: every ten minutes everything that waits is compared with the desk."""

from __future__ import annotations

from django.utils.timezone import now as clock

from filanda.capabilities.desk.following import put_right
from filanda.kernel.jobs.queue import region_job
from filanda.kernel.regions.models import Region


@region_job("desk.put_right", periodic="*/10 * * * *")
def put_desk_right(*, region: Region) -> int:
    """Nothing falls through: mend what following missed, and what time alone has changed. Returns how much."""
    return sum(put_right(clock()).values())
