# SPDX-License-Identifier: EUPL-1.2
"""The directory of people at 6,500 people and 2,000 organisations: pages, SQL, how long it takes to make and to index.

    python -m bench people [--people 6500] [--organisations 2000] [--requests 200] [--rounds 3] [--keep DIR]

The demonstration's region is filled by `filanda demo --people N --organisations M` and indexed; pages are then measured
as by `python -m bench pages` (see there for what CPU, uncached and SQL mean), beside the same reference page. Vectors
are not made: no page of people asks for one. Last, questions to the index alone: milliseconds of wall time, the median
and the 95th percentile of questions that nobody asked before.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import pages
from bench.figures import note
from bench.pages import TOP, WAYS, Page, Server, in_a_fork, started

SLUG = "altariva"
MOST_SQL = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=6500)
    parser.add_argument("--organisations", type=int, default=2000)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="a data directory to use again, made if it is not there")
    options = parser.parse_args()
    data = (options.keep or Path(tempfile.mkdtemp(prefix="filanda-bench-"))).absolute()
    is_new = not (data / "postgres").exists()
    os.environ |= {"FILANDA_DATA": str(data), "FILANDA_DEMO": "1", "FILANDA_LOG_LEVEL": "WARNING"}
    os.environ |= {"PYTHONPATH": os.pathsep.join((str(TOP), str(TOP / "src")))}
    os.environ.pop("DATABASE_URL", None)
    from filanda.kernel.database.embedded import EmbeddedPostgres

    postgres = EmbeddedPostgres(data)
    postgres.start()
    servers: list[Server] = []
    try:
        if is_new:
            in_a_fork(fill, options)
        host, paths = in_a_fork(places, SLUG).split("\n", 1)
        for name, target in (("filanda", "bench.pages:_filanda"), ("reference", "bench.reference.wsgi:application")):
            servers.append(started(name, target))
        ours, theirs = servers
        measured = [Page("reference", theirs, "/", "localhost")]
        measured += [Page(name, ours, path, host) for name, path in (line.split("\t") for line in paths.splitlines())]
        for _round in range(options.rounds):
            for page in measured:
                for way in WAYS:
                    page.run(way, options.requests)
        for page in measured:
            page.count()
        pages.JUDGED = ("people", "person")
        pages.tell(measured, SLUG)
        worst = max(int(page.statements or 0) for page in measured)
        note("people: statements of the costliest page", float(worst), "SQL", goal=MOST_SQL)
        print(in_a_fork(questions, SLUG))
    finally:
        for server in servers:
            server.process.send_signal(signal.SIGTERM)
            server.process.wait(20)
        postgres.stop()
        if options.keep is None:
            shutil.rmtree(data, ignore_errors=True)


def fill(options: argparse.Namespace) -> str:
    """Make the region through the command that people use, and its index."""
    from filanda.site.django_ready import set_up_django

    set_up_django()
    from filanda.capabilities.search.indexer import Indexer
    from filanda.kernel.journal import chain
    from filanda.site.preparing import prepare_installation

    began = time.perf_counter()
    prepare_installation()
    print(f"an installation as it comes: {time.perf_counter() - began:.1f} s")
    began = time.perf_counter()
    subprocess.run(
        [
            *(sys.executable, "-m", "filanda.site.cli", "demo"),
            *("--people", str(options.people), "--organisations", str(options.organisations)),
        ],
        check=True,
    )
    seconds = time.perf_counter() - began
    print(f"filanda demo --people {options.people} --organisations {options.organisations}: {seconds:.1f} s")
    note("people: filanda demo at full size", seconds, "s")
    began = time.perf_counter()
    chain.extend()
    indexer = Indexer()
    indexer.catch_up()
    indexer.close()
    seconds = time.perf_counter() - began
    print(f"indexing all of it: {seconds:.1f} s")
    note("people: indexing everything", seconds, "s")
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.reference.settings"
    subprocess.run(
        [sys.executable, "-c", "import django; django.setup(); from bench.reference.fill import fill; fill()"],
        cwd=TOP, check=True,
    )  # fmt: skip
    return ""


def places(slug: str) -> str:
    """The host of the region, and a line "name TAB path" for each page to measure."""
    from filanda.site.django_ready import set_up_django

    set_up_django()
    from filanda.across.profiles.addresses import PeopleAddresses
    from filanda.capabilities.search.queries import find_people
    from filanda.directory.people.models import Person
    from filanda.kernel.identity.actors import VISITOR
    from filanda.kernel.regions.models import Region
    from filanda.kernel.regions.scoped import in_region

    region = Region.objects.get(slug=slug)
    with in_region(region):
        addresses = PeopleAddresses.here()
        found = find_people(region, VISITOR, "", sort="newest", limit=1000)
        person = Person.objects.get(pk=found.ids[len(found.ids) // 2])
        skill = next(one.value for one in found.facets if one.name == "skills")
        print(f"{Person.objects.count()} people, {found.total} of them for visitors")
        lines = {
            "people": addresses.people,
            "people, words": f"{addresses.people}?q=sicurezza+alimentare",
            "people, filtered": f"{addresses.people}?skills={skill}&validated=yes",
            "person": addresses.person(person.pk, person.slug),
            "organisations": addresses.finder.organisations,
        }
        host = region.hosts.get(is_primary=True).host
    return "\n".join([host, *(f"{name}\t{path}" for name, path in lines.items())])


def questions(slug: str) -> str:
    """Questions to the index: as a visitor and as a member, with and without people to leave out."""
    from filanda.site.django_ready import set_up_django

    set_up_django()
    from filanda.capabilities.search.queries import find_people, suggest_people
    from filanda.directory.affiliations.demo.names import person_name, surname
    from filanda.kernel.identity.actors import VISITOR, Actor
    from filanda.kernel.regions.models import Region
    from filanda.kernel.regions.scoped import in_region

    region = Region.objects.get(slug=slug)
    member = Actor(account_id=1, roles=frozenset({"innovator"}))
    blocked = frozenset(range(1, 200))
    asks = {
        "a surname, visitor": lambda n: find_people(region, VISITOR, surname(n)),
        "a surname and a topic, member": lambda n: find_people(region, member, f"{surname(n)} energia"),
        "the same, 200 left out": lambda n: find_people(region, member, f"{surname(n)} energia", without=blocked),
        "completion of a name, visitor": lambda n: suggest_people(region, VISITOR, person_name(n)[:6]),
    }
    lines = []
    with in_region(region):
        for name, ask in asks.items():
            times = []
            for number in range(400):
                began = time.perf_counter()
                ask(number)
                times.append((time.perf_counter() - began) * 1000)
            middle, slow = statistics.median(times), sorted(times)[379]
            lines.append(f"{name:32} median {middle:5.2f} ms, 95th percentile {slow:5.2f} ms")
            note(f"people: {name}", middle, "ms")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
