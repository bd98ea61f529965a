# SPDX-License-Identifier: EUPL-1.2
"""Proposals: what the directory, a search in it, a proposal and a space's list cost, for visitors and members.

    python -m bench proposals [--requests 200] [--rounds 3] [--keep DIR]

The demonstration's region as it comes, indexed. Pages are measured as by `python -m bench pages` (see there for what
CPU, uncached and SQL mean), beside the same reference page; members' pages by a session of somebody who was let in.
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
from pathlib import Path

from bench import pages
from bench.figures import note
from bench.forum import MOST_SQL, SLUG, stop
from bench.pages import TOP, WAYS, Page, Server, in_a_fork, started

VISITORS, MEMBERS = 1.0, 1.0  # goals: times the reference's CPU


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
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
        host, session, *lines = in_a_fork(places, SLUG).split("\n")
        for name, target in (("filanda", "bench.pages:_filanda"), ("reference", "bench.reference.wsgi:application")):
            servers.append(started(name, target))
        ours, theirs = servers
        at = dict(line.split("\t") for line in lines)
        measured = [Page("reference", theirs, "/", "localhost")]
        measured += [Page(f"{name}, visitor", ours, path, host) for name, path in at.items()]
        measured += [Page(f"{name}, member", ours, path, host, f"session={session}") for name, path in at.items()]
        measure(measured, options)
    finally:
        for server in servers:
            stop(server)
        postgres.stop()
        if options.keep is None:
            shutil.rmtree(data, ignore_errors=True)


def fill(_options: argparse.Namespace) -> str:
    """Make the demonstration, and its index."""
    from filanda.site.django_ready import set_up_django

    set_up_django()
    from filanda.capabilities.search.indexer import Indexer
    from filanda.kernel.journal import chain
    from filanda.site.preparing import prepare_installation

    prepare_installation()
    chain.extend()
    indexer = Indexer()
    indexer.catch_up()
    indexer.close()
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
    """The host of the region, a session, and a line "name TAB path" for each page to measure."""
    from filanda.site.django_ready import set_up_django

    set_up_django()
    from django.urls import reverse
    from tests.journeys.preparing import session_of

    from filanda.components.proposals.models import Admission, Proposal
    from filanda.kernel.regions.models import Region
    from filanda.kernel.regions.scoped import in_region

    region = Region.objects.get(slug=slug)
    with in_region(region):
        shown = Proposal.objects.filter(audience="public", state="published", hidden_at=None).order_by("pk")
        let_in = Admission.objects.filter(state="let_in", proposal__in=shown).select_related("proposal", "account")
        admission = let_in.order_by("pk")[0]
        closed = admission.proposal
        whole = shown.filter(text_for="public")[0]
        print(f"{Proposal.objects.count():,} proposals")
        root = reverse("proposals:directory")
        lines = {
            "directory": root,
            "directory, words": f"{root}?q=misura",
            "directory, narrowed": f"{root}?kind=look_for&open=yes",
            "proposal, whole": reverse("proposals:proposal", args=[whole.pk, whole.slug]),
            "proposal, by rungs": reverse("proposals:proposal", args=[closed.pk, closed.slug]),
            "proposals of a space": reverse("proposals:space", args=[whole.space.slug]),
        }
        session = session_of(admission.account.email)
        host = region.hosts.get(is_primary=True).host
    return "\n".join([host, session, *(f"{name}\t{path}" for name, path in lines.items())])


def measure(measured: list[Page], options: argparse.Namespace) -> None:
    """CPU of each page in turn, as many rounds as asked; the table; the goals."""
    for _round in range(options.rounds):
        for page in measured:
            for way in WAYS:
                page.run(way, options.requests)
    for page in measured:
        page.count()
    pages.JUDGED = ()
    pages.tell(measured, SLUG)
    base = statistics.median(measured[0].costs["warm"])
    for page in measured[1:]:
        is_visitor = page.name.endswith("visitor")
        ratio = statistics.median(page.costs["warm"]) / base
        note(f"proposals: {page.name}, warm", ratio, "x reference", goal=VISITORS if is_visitor else MEMBERS)
        statements = float(re.sub(r"[^0-9]", "", page.statements) or 0)
        note(f"proposals: {page.name}", statements, "SQL", goal=MOST_SQL["visitor" if is_visitor else "member"])


if __name__ == "__main__":
    main()
