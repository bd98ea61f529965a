# SPDX-License-Identifier: EUPL-1.2
"""The worker's part: embedding goes on in small jobs, so it can be stopped at any time; search works meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from filanda.capabilities.matching import sentences, suggesting, things, vectors
from filanda.capabilities.matching.embedding import Embedder, EmbedderAway, embedder, second_embedder
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
    """Whether nothing is left to do. First reader, second reader, then sentences: what ranks before what marks."""
    second = second_embedder()
    started = time.monotonic()

    def may_go_on() -> bool:
        return time.monotonic() - started < SECONDS_A_JOB and not stop_requested()

    is_read = vectors.progress(region).is_complete
    is_read_twice = second is None or vectors.progress(region, second.model_id).is_complete
    is_marked = not sentences.are_missing(region)
    if is_read and is_read_twice and is_marked:
        return True
    if not is_read or not is_marked:
        if not _read(region, model, may_go_on):
            return False
        suggesting.suggest(region, model)
    if second is not None and not is_read_twice:
        try:
            if not _read(region, second, may_go_on):
                return False
        except EmbedderAway as error:  # it may be the only one that does not load
            log.warning("the second reader is away", reason=str(error))
    while may_go_on():
        if sentences.embed_some(region, model) == 0:
            return True
    return False


def _read(region: Region, model: Embedder, may_go_on: Callable[[], bool]) -> bool:
    """Embed what `model` has not read yet, and place it; whether all is done."""
    more = True
    while more and may_go_on():
        more = vectors.embed_some(region, model) > 0
    vectors.place(region, model, is_last=not more)
    things.place_all(region)  # a new space has none of them
    return not more


@job("matching.forget_unused_vectors", queue="embedding", periodic="23 4 * * 0")
def forget_unused_vectors() -> None:
    """Weekly: drop cached vectors that no text has needed for three months."""
    vectors.forget_unused()
