# SPDX-License-Identifier: EUPL-1.2
"""The worker's part: embedding goes on in small jobs, so it can be stopped at any time; search works meanwhile."""

from __future__ import annotations

import time

import structlog

from filanda.capabilities.matching import sentences, suggesting, vectors
from filanda.capabilities.matching.embedding import Embedder, EmbedderAway, embedder
from filanda.kernel.jobs.queue import enqueue_once, job, region_job
from filanda.kernel.jobs.stopping import stop_requested
from filanda.kernel.regions.models import Region

SECONDS_A_JOB = 30

log = structlog.get_logger("filanda.matching")


@region_job("matching.embed_evidence", queue="embedding", periodic="* * * * *")
def embed_evidence(region: Region) -> None:
    """Embed for about half a minute, place the results, and go on in another job if there is more.

    Runs every minute at least, which also mends what a crash left behind.
    """
    vectors.sweep(region)
    model = embedder()
    if model is None:
        return
    try:
        is_done = _embed_for_a_while(region, model)
    except EmbedderAway as error:
        log.warning("the embedder is away: embedding goes on in a minute", reason=str(error))
        return
    if not is_done:
        enqueue_once(embed_evidence, region_id=region.pk)


def _embed_for_a_while(region: Region, model: Embedder) -> bool:
    """Whether nothing is left to do."""
    started = time.monotonic()
    if vectors.progress(region).is_complete and not sentences.are_missing(region):
        suggesting.topics_of(region, model)  # kept for those who ask; nothing to do when they are
        return True

    def may_go_on() -> bool:
        return time.monotonic() - started < SECONDS_A_JOB and not stop_requested()

    more = True
    while more and may_go_on():
        more = vectors.embed_some(region, model) > 0
    vectors.place(region, model, is_last=not more)
    if not more:
        suggesting.suggest(region, model)
    while not more and may_go_on():
        if sentences.embed_some(region, model) == 0:
            return True
    return False


@job("matching.forget_unused_vectors", queue="embedding", periodic="23 4 * * 0")
def forget_unused_vectors() -> None:
    """Weekly: drop cached vectors that no text has needed for three months."""
    vectors.forget_unused()
