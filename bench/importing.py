# SPDX-License-Identifier: EUPL-1.2
"""How fast CORDIS files become organisations and evidence: rows of participation a second, before any embedding.

    python -m bench importing [DIRECTORY] [--nuts ITC4] [--register FILE] [--report FILE]

DIRECTORY holds a CORDIS export; by default europe-fp7 beside the checkout, or an invented one of 28,000 rows.

Uses a throwaway database of its own, imports twice (the second run must change nothing) and prints wall time, CPU time
of this process and of the database server, and the most memory this process held. On a busy machine only the CPU times
mean something: their sum bounds the wall time on an idle one.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

import psutil

from bench import large
from bench.figures import note


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("place", type=Path, nargs="?")
    parser.add_argument("--nuts", default="")
    parser.add_argument("--register", type=Path)
    parser.add_argument("--report", type=Path, help="write the merges as CSV")
    parser.add_argument("--rejects", type=Path)
    options = parser.parse_args()

    from filanda.kernel.database.testing import start_test_cluster

    os.environ["DATABASE_URL"] = start_test_cluster()
    os.environ["FILANDA_DATABASE_POOL"] = "0"
    scratch = Path(tempfile.mkdtemp(prefix="filanda-bench-"))
    os.environ["FILANDA_DATA"] = str(scratch)
    place = options.place or next(iter(large.real_places()), None)
    if place is None:
        place = scratch / "cordis"
        place.mkdir()
        large.invented(place)
        print("The data is invented: there is no CORDIS export beside the checkout.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "filanda.site.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from filanda.directory.organisations.importers.cordis import import_cordis
    from filanda.directory.organisations.importers.reporting import RejectLog, write_merges
    from filanda.kernel.identity.actors import PLATFORM
    from filanda.kernel.regions.models import Region
    from filanda.kernel.regions.scoped import in_region

    call_command("migrate", verbosity=0)
    region = Region.objects.create(slug="bench", names={"en": "Bench"}, nuts_code="ITC4")
    for run in ("first run", "second run"):
        wall, cpu, server = time.perf_counter(), time.process_time(), _server_cpu()
        with in_region(region), RejectLog(options.rejects) as rejects:
            done = import_cordis(
                region, place, actor=PLATFORM, nuts=options.nuts, register=options.register, rejects=rejects
            )
        wall, cpu, server = time.perf_counter() - wall, time.process_time() - cpu, _server_cpu() - server
        print(
            f"{run}: {done.participations:,} rows in {wall:.1f} s wall ({done.participations / wall:,.0f} rows/s), "
            f"{cpu:.1f} s CPU here, {server:.1f} s in the server "
            f"({done.participations / (cpu + server):,.0f} rows/s of CPU); "
            f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB at most; "
            f"load {os.getloadavg()[0]:.1f}"
        )
        if run == "first run":
            rate = done.participations / wall
            note("importing, rows a second of wall time", rate, "rows/s", goal=3000, more_is_better=True)
            note("importing, rows a second of CPU", done.participations / (cpu + server), "rows/s")
        print(
            f"  {done.ids:,} ids, {done.bodies:,} bodies ({done.in_region:,} in the region, {done.outside:,} outside), "
            f"{done.projects:,} projects; {len(done.united)} unions {_by_rule(done.united)}, "
            f"{len(done.left_apart)} left apart; "
            f"{done.lines_rejected:,} lines, {done.values_rejected:,} values rejected {dict(done.rejected_by_reason)}"
        )
        print(f"  {done.load}"[:600], done.notes)
        if options.report and run == "first run":
            write_merges(options.report, done.merges)
    if not done.load.changed_nothing:
        raise SystemExit("the second run changed something")


def _server_cpu() -> float:
    """Seconds of CPU that the processes of the throwaway server have used; this connection's process outlives a run."""
    total = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def _by_rule(merges: list) -> dict[str, int]:
    rules = [merge.rule for merge in merges]
    return {rule: rules.count(rule) for rule in sorted(set(rules))}


if __name__ == "__main__":
    main()
