# SPDX-License-Identifier: EUPL-1.2
"""How many jobs a second the worker gets through when the jobs do nothing: `python bench/jobs.py [N] [--stock]`.

On an embedded PostgreSQL of its own in a temporary directory, with the settings that users get (commits reach the
disk). N jobs (default 2000) are enqueued in batches of 500, then drained by one worker, with 1, 2 and 4 threads.
`--stock` measures procrastinate's own worker and connector as they come, for comparison. Wall time and CPU of this
process; what else the machine does is printed as its load.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from bench.figures import note

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("jobs", nargs="?", type=int, default=2000)
parser.add_argument("--stock", action="store_true")
parser.add_argument("--rounds", type=int, default=3)
BATCH = 500


def main() -> None:
    options = parser.parse_args()
    data = Path(tempfile.mkdtemp(prefix="filanda-bench-"))
    os.environ |= {"FILANDA_DATA": str(data), "DJANGO_SETTINGS_MODULE": "filanda.site.settings"}
    os.environ |= {"FILANDA_LOG_LEVEL": "WARNING"}
    os.environ.pop("DATABASE_URL", None)
    from filanda.kernel.database.embedded import EmbeddedPostgres

    postgres = EmbeddedPostgres(data)
    postgres.start()
    try:
        measure(options.jobs, options.rounds, is_stock=options.stock)
    finally:
        postgres.stop()
        shutil.rmtree(data, ignore_errors=True)


def measure(jobs: int, rounds: int, *, is_stock: bool) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from filanda.kernel.jobs.queue import job
    from filanda.kernel.regions.models import Region

    call_command("migrate", verbosity=0)
    Region.objects.create(slug="bench", names={"it": "Bench"})

    @job("bench.nothing", queue="bench")
    def nothing(number: int) -> None:
        """The worker's own cost."""

    @job("bench.query", queue="bench")
    def query(number: int) -> None:
        """A job that asks the database one thing: a connection is taken and given back."""
        Region.objects.filter(pk=number).exists()

    print(f"{'stock' if is_stock else 'filanda'} worker, {jobs} jobs, best and median of {rounds} rounds")
    for name, task in (("nothing", nothing), ("one query", query)):
        for threads in (1, 2, 4):
            rates, costs = [], []
            for _ in range(rounds):
                began = time.perf_counter()
                for first in range(0, jobs, BATCH):
                    task.batch_defer(*[{"number": n} for n in range(first, min(first + BATCH, jobs))])
                enqueued = jobs / (time.perf_counter() - began)
                connections.close_all()
                began, cpu = time.perf_counter(), time.process_time()
                drain(threads, is_stock=is_stock)
                rates.append(jobs / (time.perf_counter() - began))
                costs.append((time.process_time() - cpu) / jobs * 1000)
            print(
                f"  {name:9} {threads} threads: {max(rates):5.0f} best {statistics.median(rates):5.0f} median jobs/s,"
                f" {min(costs):.2f} ms CPU a job; enqueued {enqueued:.0f}/s; load {os.getloadavg()[0]:.1f}",
                flush=True,
            )
            if not is_stock:
                note(f"jobs that do {name}, {threads} threads", max(rates), "jobs/s", goal=100, more_is_better=True)


def drain(threads: int, *, is_stock: bool) -> None:
    if not is_stock:
        from filanda.kernel.jobs.worker import work

        work(concurrency=threads, until_empty=True)
        return
    from procrastinate.contrib.django import app

    async def run() -> None:
        async with app.open_async():
            await app.run_worker_async(wait=False, concurrency=threads, install_signal_handlers=False)

    with app.replace_connector(app.connector.get_worker_connector()):
        asyncio.run(run())


if __name__ == "__main__":
    main()
