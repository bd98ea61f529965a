# SPDX-License-Identifier: EUPL-1.2
"""Jobs for the tests of the worker."""

import time
from pathlib import Path

from django.db import connection, transaction

from filanda.kernel.jobs import queue
from filanda.kernel.regions.scoped import active_region


def note(place, word):
    with (Path(place) / "notes").open("a") as file:
        file.write(word + "\n")


@queue.job("sample.slow", queue="sample")
def slow(place):
    """Lasts until the file `go` appears, or a minute; leaves a note at both ends."""
    note(place, "began")
    for _ in range(600):
        if (Path(place) / "go").exists():
            note(place, "done")
            return
        time.sleep(0.1)


@queue.job("sample.quick", queue="sample")
def quick(place, word="quick"):
    note(place, word)


@queue.job("sample.rolls_back", queue="sample", retries=1)
def rolls_back(place):
    """Enqueues in a transaction that is undone, and in one that is not."""
    with transaction.atomic():
        queue.enqueue(quick, place=place, word="never")
        transaction.set_rollback(True)
    with transaction.atomic():
        queue.enqueue(quick, place=place, word="kept")


@queue.job("sample.fails", queue="sample")
def fails(place):
    note(place, "failed")
    raise RuntimeError("on purpose")


@queue.region_job("sample.where", queue="sample")
def where(region, place):
    assert active_region() == region
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    note(place, region.slug)
