# SPDX-License-Identifier: EUPL-1.2
"""The worker's part: embedding goes on in small jobs, so it can be stopped at any time; search works meanwhile."""

from __future__ import annotations

from filanda.capabilities.matching import sentences, vectors
from filanda.capabilities.matching.embedding import embedder
from filanda.kernel.jobs.queue import enqueue_once, job, region_job
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import in_region

SECONDS_A_JOB = 30


@region_job("matching.embed_evidence", queue="embedding")
def embed_evidence(region: Region) -> None:
    """Embed for about half a minute, place the results, and go on in another job if there is more."""
    import time

    model = embedder()
    if model is None:
        return
    started = time.monotonic()
    more = True
    while more and time.monotonic() - started < SECONDS_A_JOB:
        more = vectors.embed_some(region, model) > 0
    vectors.place(region, model, is_last=not more)
    while not more and time.monotonic() - started < SECONDS_A_JOB:
        if sentences.embed_some(region, model) == 0:
            return
    enqueue_embedding(region)


def enqueue_embedding(region: Region) -> None:
    """Ask for the evidence of `region` to be embedded, unless that is already waiting."""
    enqueue_once(embed_evidence, lock=f"matching.embed:{region.pk}", region_id=region.pk)


@job("matching.look_for_work", queue="embedding", periodic="* * * * *")
def look_for_work(timestamp: int = 0) -> None:
    """Every minute: regions whose evidence changed get an embedding job. Also mends what a crash left behind."""
    for region in Region.objects.all():
        with in_region(region):
            vectors.sweep(region)
            if not vectors.progress(region).is_complete or sentences.are_missing(region):
                enqueue_embedding(region)


@job("matching.forget_unused_vectors", queue="embedding", periodic="23 4 * * 0")
def forget_unused_vectors(timestamp: int = 0) -> None:
    """Weekly: drop cached vectors that no text has needed for three months."""
    vectors.forget_unused()
