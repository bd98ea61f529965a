# SPDX-License-Identifier: EUPL-1.2
"""The worker's part: proposals and people are read, partners of unanswered proposals looked for, letters go out."""

from __future__ import annotations

import time

import structlog
from django.utils.timezone import now as clock

from filanda.across.matchmaking import exposure, funding, keeping, letters, reading
from filanda.capabilities.matching.embedding import EmbedderAway, embedder
from filanda.kernel.jobs.queue import enqueue_once, region_job
from filanda.kernel.jobs.stopping import stop_requested
from filanda.kernel.regions.models import Region

SECONDS_A_JOB = 30

log = structlog.get_logger("filanda.matchmaking")


@region_job("matchmaking.read_things", queue="embedding", periodic="* * * * *")
def read_things(region: Region) -> None:
    """Read what is new in proposals, profiles and funding calls for about half a minute, and look who could answer
    calls; go on in another job if there is more.
    """
    model = embedder()
    if model is None:
        return
    started = time.monotonic()

    def may_go_on() -> bool:
        return time.monotonic() - started < SECONDS_A_JOB and not stop_requested()

    try:
        is_done = reading.read_all(region, model, may_go_on) and funding.keep_answerers(region, clock(), may_go_on)
    except EmbedderAway as error:
        log.warning("the embedder is away: proposals are read in a minute", reason=str(error))
        return
    if not is_done:
        enqueue_once(read_things, region_id=region.pk)


@region_job("matchmaking.keep_partners", periodic="41 3 * * *")
def keep_partners(region: Region) -> int:
    """Nightly, before the desk is looked at: who fits the proposals that nobody answers. Returns how many proposals."""
    return keeping.keep_partners(region, clock())


@region_job("matchmaking.count_exposure", periodic="23 3 * * *")
def count_exposure(region: Region) -> int:
    """Nightly, before partners are looked for: who had how much attention. Returns of how many."""
    return exposure.count_exposure(region, clock())


@region_job("matchmaking.write_letters", periodic="12 6 * * 2")
def write_letters(region: Region) -> int:
    """On Tuesdays. A letter a person and commit: stopped, the next run goes on with those who had none. Returns how
    many.
    """
    now = clock()
    level = letters.quality_level()
    sent = 0
    for account_id in letters.recipients(now):
        if stop_requested():
            enqueue_once(write_letters, region_id=region.pk)
            break
        sent += letters.send_letter(account_id=account_id, region=region, level=level, now=now) > 0
    return sent
