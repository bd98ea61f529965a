# SPDX-License-Identifier: EUPL-1.2
"""A workbench of 2,000 open items: pages for a facilitator beside the reference, and what bringing it up to date costs.

    python -m bench desk [--items 2000] [--requests 200] [--rounds 3] [--keep DIR]

The demonstration's region gets as many profiles, requests for an introduction and objections that wait as asked for,
through their tables; the desk is then brought to what they say. Pages are measured as by `python -m bench pages` (see
there for what CPU, uncached and SQL mean), with the session of a facilitator.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import pages
from bench.figures import note
from bench.forum import stop
from bench.pages import TOP, WAYS, Page, Server, in_a_fork, started

SLUG = "altariva"
GOAL = 1.0  # times the reference's CPU, uncached
MOST_SQL = 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=2_000)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="a data directory to use again, made if it is not there")
    options = parser.parse_args()
    data = (options.keep or Path(tempfile.mkdtemp(prefix="filanda-bench-"))).absolute()
    is_new = not (data / "postgres").exists()
    os.environ |= {"FILANDA_DATA": str(data), "FILANDA_DEMO": "1", "FILANDA_LOG_LEVEL": "ERROR"}
    os.environ |= {"PYTHONPATH": os.pathsep.join((str(TOP), str(TOP / "src")))}
    os.environ.pop("DATABASE_URL", None)
    from filanda.kernel.database.embedded import EmbeddedPostgres

    postgres = EmbeddedPostgres(data)
    postgres.start()
    servers: list[Server] = []
    try:
        if is_new:
            in_a_fork(prepare, options)
        host, session, *lines = in_a_fork(fill, options.items).split("\n")
        for name, target in (("filanda", "bench.pages:_filanda"), ("reference", "bench.reference.wsgi:application")):
            servers.append(started(name, target))
        ours, theirs = servers
        measured = [Page("reference", theirs, "/", "localhost")]
        for line in lines:
            name, path = line.split("\t")
            measured.append(Page(name, ours, path, host, f"session={session}"))
        measure(measured, options)
    finally:
        for server in servers:
            stop(server)
        postgres.stop()
        if options.keep is None:
            shutil.rmtree(data, ignore_errors=True)


def prepare(_options: argparse.Namespace) -> str:
    """An installation as it comes, and the reference's data."""
    from filanda.site.django_ready import set_up_django

    set_up_django()
    from filanda.site.preparing import prepare_installation

    prepare_installation()
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.reference.settings"
    subprocess.run(
        [sys.executable, "-c", "import django; django.setup(); from bench.reference.fill import fill; fill()"],
        cwd=TOP, check=True,
    )  # fmt: skip
    return ""


def fill(items: int) -> str:
    """Let `items` wait. The host, a session, and a line "name TAB path" for each page to measure."""
    from filanda.site.django_ready import set_up_django

    set_up_django()
    from importlib import import_module

    from django.conf import settings
    from django.db import connection
    from django.urls import reverse
    from django.utils.timezone import now
    from tests.journeys.preparing import session_of

    from filanda.capabilities.desk.following import compare
    from filanda.capabilities.desk.models import DeskItem
    from filanda.directory.people.queries import facilitators
    from filanda.kernel.regions.models import Region
    from filanda.kernel.regions.scoped import in_region

    region = Region.objects.get(slug=SLUG)
    with in_region(region):
        let_wait(region, items - DeskItem.objects.filter(closed_at=None).count())
        for name in ("bringing it up to date, first", "comparing when nothing has changed"):
            began = time.process_time()
            changed = sum(compare(now()).values())
            cpu = (time.process_time() - began) * 1000
            print(f"{name}: {cpu:.0f} ms CPU, {changed:,} items changed")
            note(f"desk: {name}", cpu, "ms CPU")
        count = DeskItem.objects.filter(closed_at=None).count()
        by_kind = DeskItem.objects.filter(closed_at=None).order_by().values_list("kind", flat=True)
        print(f"{count:,} open items of the kinds {', '.join(sorted(set(by_kind)))}")
        worker = next(account for account in facilitators(now()) if account.is_invented)
        DeskItem.objects.filter(closed_at=None, pk__in=list(DeskItem.objects.values_list("pk", flat=True)[::4])).update(
            holder=worker
        )
        one = DeskItem.objects.filter(closed_at=None, kind="person.validation").order_by("due_at")[0]
        host = region.hosts.get(is_primary=True).host
        session = session_of(worker.email)
        kept = import_module(settings.SESSION_ENGINE).SessionStore(session)
        kept["second_factor"] = "totp"
        kept.save()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    root = reverse("workbench:queue")
    at = {
        "queue": root,
        "queue, all": f"{root}?whose=all",
        "queue, all, page 20": f"{root}?whose=all&page=20",
        "queue, one kind": f"{root}?whose=all&kind=need.request",
        "an item": reverse("workbench:item", args=[one.pk]),
        "team": reverse("workbench:team"),
        "figures": reverse("workbench:figures"),
    }
    return "\n".join([host, session, *(f"{name}\t{path}" for name, path in at.items())])


def let_wait(region, count: int) -> None:  # type: ignore[no-untyped-def]
    """Half profiles, a quarter requests, a quarter objections, of the last thirty days."""
    from datetime import timedelta

    from django.utils.timezone import now

    from filanda.capabilities.needs.models import IntroductionRequest
    from filanda.directory.organisations.models import Objection, Organisation
    from filanda.directory.people.models import Person
    from filanda.kernel.identity.models import Account

    if count <= 0:
        return
    bodies = list(Organisation.objects.filter(is_external=False)[:200])
    days = [now() - timedelta(hours=7 * (n % 100)) for n in range(count)]
    half, quarter = count // 2, count // 4
    accounts = [
        Account(email=f"waiting-{n}@bench.example", name=f"Rosa Prova {n}", is_invented=True) for n in range(half)
    ]
    Account.objects.bulk_create(accounts)
    Person.objects.bulk_create(
        Person(
            region=region, account=account, name=account.name, sort_key=account.name.lower(), is_invented=True,
            headline="Ricerca materiali tessili che durano", joined_at=at, state_changed_at=at,
        )
        for account, at in zip(accounts, days, strict=False)
    )  # fmt: skip
    IntroductionRequest.objects.bulk_create(
        IntroductionRequest(
            region=region, organisation=bodies[n % len(bodies)], email=f"asks-{n}@bench.example", language="it",
            consent="Sì.", message="Cerchiamo chi ci aiuti a misurare la torsione del filo.", created_at=days[n],
            state_changed_at=days[n],
        )
        for n in range(count - half - quarter)
    )  # fmt: skip
    Objection.objects.bulk_create(
        Objection(
            region=region, organisation=bodies[n % len(bodies)], kind="correct", text="L’indirizzo non è questo.",
            email=f"says-{n}@bench.example", created_at=days[n], due_at=days[n] + timedelta(days=1),
        )
        for n in range(quarter)
    )  # fmt: skip


def measure(measured: list[Page], options: argparse.Namespace) -> None:
    """CPU of each page in turn; the table; the goals."""
    for _round in range(options.rounds):
        for page in measured:
            for way in WAYS:
                page.run(way, options.requests)
    for page in measured:
        page.count()
    pages.JUDGED = ()
    pages.tell(measured, SLUG)
    for page in measured[1:]:
        for way in WAYS:
            ratio = statistics.median(page.costs[way]) / statistics.median(measured[0].costs[way])
            note(f"desk: {page.name}, {way}", ratio, "x reference", goal=GOAL)
            print(f"{page.name}, {way}: {ratio:.2f} x the reference")
        statements = float(re.sub(r"[^0-9]", "", page.statements) or 0)
        note(f"desk: {page.name}", statements, "SQL", goal=MOST_SQL)


if __name__ == "__main__":
    main()
