# SPDX-License-Identifier: EUPL-1.2
"""The worker's part: proposals and people are read, the weekly letters go out."""

from __future__ import annotations

import time

import structlog

from filanda.across.matchmaking import reading
from filanda.capabilities.matching.embedding import EmbedderAway, embedder
from filanda.kernel.jobs.queue import enqueue_once, region_job
from filanda.kernel.jobs.stopping import stop_requested
from filanda.kernel.regions.models import Region

SECONDS_A_JOB = 30

log = structlog.get_logger("filanda.matchmaking")


@region_job("matchmaking.read_things", queue="embedding", periodic="* * * * *")
def read_things(region: Region) -> None:
    """Read what is new in proposals and profiles for about half a minute; go on in another job if there is more."""
    model = embedder()
    if model is None:
        return
    started = time.monotonic()

    def may_go_on() -> bool:
        return time.monotonic() - started < SECONDS_A_JOB and not stop_requested()

    try:
        is_done = reading.read_all(region, model, may_go_on)
    except EmbedderAway as error:
        log.warning("the embedder is away: proposals are read in a minute", reason=str(error))
        return
    if not is_done:
        enqueue_once(read_things, region_id=region.pk)
