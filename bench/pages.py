# SPDX-License-Identifier: EUPL-1.2
"""What pages cost beside a plain Django page (bench/reference) in the same run: CPU, bytes, SQL.

    python -m bench pages [--requests 300] [--rounds 3] [--cordis DIR --nuts ITC4] [--profile PAGE]

Both are served by granian, one worker with one thread, from one embedded PostgreSQL in a temporary directory; one
client asks on one kept connection. CPU is user and system time of the worker (/proc/PID/stat) between the first and
the last request of a round, after a warm-up; the median of the rounds is told. Rounds of all pages take turns, so that
what else the machine does falls on all alike.

- uncached: every request has an address of its own (a number is added) and the process keeps no results: the caches of
  figures and of needs are emptied before every request by an address that only this benchmark serves.
- + gzip: the same, and the client takes gzip (the reference page is sent as it is).
- warm: the same address again and again.

SQL is what the page asks, statements of the pool and of transactions left out. With --cordis the region is what
`filanda import cordis` makes of DIR, and it takes as long; else the demonstration's.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.figures import note

TOP = Path(__file__).parents[1]
HZ = os.sysconf("SC_CLK_TCK")
WARM_UP = 60
JUDGED: tuple[str, ...] = ("home", "directory", "organisation")  # at most the CPU of the reference
WAYS = ("uncached", "packed", "warm")
NEED = "Seguiamo pazienti con scompenso cardiaco e cerchiamo chi sappia misurare a casa peso, pressione e saturazione."


def serve(target: str, port: int) -> None:
    """A process that serves the WSGI application `target` ("module:name") with granian until SIGTERM."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels

    Granian(
        target, address="127.0.0.1", port=port, interface=Interfaces.WSGI, http=HTTPModes.http1, workers=1,
        blocking_threads=1, log_level=LogLevels.error, process_name=None,
    ).serve()  # fmt: skip


class Forgetful:
    """The product's application, which on a header of this benchmark forgets first what it keeps between requests."""

    def __init__(self) -> None:
        from filanda.site.wsgi import application

        self.application = application

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        if environ.get("HTTP_X_BENCH") == "forget":
            from django.core.cache import cache

            from filanda.capabilities.matching import queries
            from filanda.components.discussions import searching

            cache.clear()
            queries._asked.clear()
            searching._answered.forget()
        if environ.get("HTTP_X_BENCH") == "count":
            return self._counted(environ, start)
        return self.application(environ, start)

    def _counted(self, environ: dict[str, Any], start: Any) -> Any:
        from django.db import connection

        asked: list[str] = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            asked.append(sql)
            return execute(sql, params, many, context)

        def started(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start(status, [*headers, ("X-Statements", str(len(asked)))], *rest)

        from django.core.cache import cache

        cache.clear()
        with connection.execute_wrapper(note):
            return self.application(environ, started)


def application() -> Any:
    return Forgetful()


@dataclass
class Server:
    name: str
    port: int
    process: subprocess.Popen[bytes]

    @property
    def worker(self) -> int:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[-1])

    def cpu(self) -> float:
        """Seconds of user and system time that the worker has used."""
        parts = Path(f"/proc/{self.worker}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(parts[11]) + int(parts[12])) / HZ


@dataclass
class Page:
    name: str
    server: Server
    path: str
    host: str
    cookie: str = ""
    costs: dict[str, list[float]] = field(default_factory=dict)
    waits: dict[str, list[float]] = field(default_factory=dict)
    size: int = 0
    packed: int = 0
    statements: str = ""

    def run(self, way: str, requests: int) -> None:
        """One round: `requests` requests on one connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=120)
        headers = {"Host": self.host, "Cookie": self.cookie, "Accept-Encoding": "identity"}
        if way != "warm":
            headers["X-Bench"] = "forget"
        if way == "packed":
            headers["Accept-Encoding"] = "gzip"
        for round_ in ("warm-up", "measured"):
            if round_ == "measured":
                began, wall = self.server.cpu(), time.perf_counter()
            for number in range(WARM_UP if round_ == "warm-up" else requests):
                joint = "&" if "?" in self.path else "?"
                path = f"{self.path}{joint}n={number}" if way != "warm" else self.path
                connection.request("GET", path, headers=headers)
                response = connection.getresponse()
                body = response.read()
                assert response.status == 200, (path, response.status)
        self.costs.setdefault(way, []).append((self.server.cpu() - began) / requests * 1000)
        self.waits.setdefault(way, []).append((time.perf_counter() - wall) / requests * 1000)
        if way != "packed":
            self.size, self.packed = len(body), len(gzip.compress(body, 6))
        connection.close()

    def count(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=120)
        connection.request("GET", self.path, headers={"Host": self.host, "Cookie": self.cookie, "X-Bench": "count"})
        response = connection.getresponse()
        response.read()
        self.statements = response.headers.get("X-Statements", "3")
        connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cordis", type=Path)
    parser.add_argument("--nuts", default="ITC4")
    parser.add_argument("--keep", type=Path, help="a data directory to use again, made if it is not there")
    parser.add_argument("--pages", nargs="*", help="only these")
    parser.add_argument("--profile", help="instead, profile this page in this process")
    options = parser.parse_args()
    data = options.keep or Path(tempfile.mkdtemp(prefix="filanda-bench-"))
    data = data.absolute()
    is_new = not (data / "postgres").exists()
    os.environ |= {"FILANDA_DATA": str(data), "FILANDA_DEMO": "1", "FILANDA_LOG_LEVEL": "WARNING"}
    os.environ |= {"PYTHONPATH": os.pathsep.join((str(TOP), str(TOP / "src")))}
    os.environ.pop("DATABASE_URL", None)
    from filanda.kernel.database.embedded import EmbeddedPostgres

    postgres = EmbeddedPostgres(data)
    postgres.start()
    servers: list[Server] = []
    try:
        region = in_a_fork(fill, options) if is_new else (data / "bench-region").read_text()
        (data / "bench-region").write_text(region)
        host, paths = in_a_fork(places, region).split("\n", 1)
        pages_at = dict(line.split("\t") for line in paths.splitlines())
        if options.profile:
            profile(pages_at[options.profile], host, options.requests)
            return
        for name, target in (("filanda", "bench.pages:_filanda"), ("reference", "bench.reference.wsgi:application")):
            servers.append(started(name, target))
        ours, theirs = servers
        pages = [Page("reference", theirs, "/", "localhost")]
        pages += [Page(name, ours, path, host) for name, path in pages_at.items()]
        if options.pages:
            pages = [page for page in pages if page.name in (*options.pages, "reference")]
        for _round in range(options.rounds):
            for page in pages:
                for way in WAYS:
                    page.run(way, options.requests if page.name != "need" else max(50, options.requests // 4))
        for page in pages:
            page.count()
        tell(pages, region)
    finally:
        for server in servers:
            server.process.send_signal(signal.SIGTERM)
            server.process.wait(20)
        postgres.stop()
        if options.keep is None:
            shutil.rmtree(data, ignore_errors=True)


def started(name: str, target: str) -> Server:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = f"from bench.pages import serve; serve({target!r}, {port})"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=TOP)
    deadline = time.monotonic() + 60
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", "/health/live" if name == "filanda" else "/", headers={"Host": "localhost"})
            connection.getresponse().read()
            return Server(name, port, process)
        except OSError:
            assert process.poll() is None, f"{name} ended"
            assert time.monotonic() < deadline, f"{name} does not answer"
            time.sleep(0.2)


def __getattr__(name: str) -> Any:
    """`_filanda`: made when granian's worker asks for it, and not when this module is read."""
    if name == "_filanda":
        return application()
    raise AttributeError(name)


def in_a_fork(work: Any, argument: Any) -> str:
    """What `work(argument)` returns in a process of its own: this one loads no Django."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(write, work(argument).encode())
            os._exit(0)
        except BaseException:  # noqa: BLE001 - whatever it is, the child must not go on as its parent
            import traceback

            traceback.print_exc()
            os._exit(1)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read().decode()
    _pid, status = os.waitpid(child, 0)
    assert status == 0, "the preparation failed"
    return said


def fill(options: argparse.Namespace) -> str:
    """Make the region to measure, its index and its vectors. Returns its slug."""
    from filanda.site.django_ready import set_up_django

    set_up_django()
    from filanda.capabilities.matching import vectors
    from filanda.capabilities.matching.embedding import embedder
    from filanda.capabilities.search.indexer import Indexer
    from filanda.kernel.journal import chain
    from filanda.kernel.regions.models import Region
    from filanda.kernel.regions.scoped import in_region
    from filanda.site.preparing import prepare_installation

    prepare_installation()
    slug = "altariva"
    if options.cordis:
        subprocess.run(
            [sys.executable, "-m", "filanda.site.cli", "import", "cordis", str(options.cordis), "--nuts", options.nuts],
            check=True,
        )
        slug = "lombardia"
    chain.extend()
    indexer = Indexer()
    indexer.catch_up()
    indexer.close()
    region = Region.objects.get(slug=slug)
    with in_region(region):
        model = embedder()
        if model is not None:
            while vectors.embed_some(region, model):
                pass
            vectors.place(region, model, is_last=True)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.reference.settings"
    subprocess.run(
        [sys.executable, "-c", "import django; django.setup(); from bench.reference.fill import fill; fill()"],
        cwd=TOP, check=True,
    )  # fmt: skip
    return slug


def places(slug: str) -> str:
    """The host of the region, and a line "name TAB path" for each page to measure."""
    from filanda.site.django_ready import set_up_django

    set_up_django()
    from django.utils.timezone import now

    from filanda.across.finder.addresses import Addresses
    from filanda.capabilities.needs.actions import save_need
    from filanda.capabilities.search.queries import find_organisations
    from filanda.directory.organisations.queries import organisation_cards
    from filanda.kernel.identity.actors import VISITOR
    from filanda.kernel.regions.models import Region
    from filanda.kernel.regions.scoped import in_region

    region = Region.objects.get(slug=slug)
    with in_region(region):
        # The one in the middle by evidence, among those with ten pieces at least.
        ids = find_organisations(region, VISITOR, sort="evidence", limit=1000).ids
        cards = [card for card in organisation_cards(ids, VISITOR).values() if card.evidence_count >= 10]
        card = cards[len(cards) // 2]
        need = save_need(actor=VISITOR, region=region, text=NEED, language="it", now=now())
        addresses = Addresses.here()
        lines = {
            "home": addresses.home,
            "directory": addresses.organisations,
            "directory, words": f"{addresses.organisations}?q=sensori",
            "organisation": addresses.organisation(card.id, card.slug),
            "need": addresses.need(need.token),
        }
        host = region.hosts.get(is_primary=True).host
    return "\n".join([host, *(f"{name}\t{path}" for name, path in lines.items())])


def profile(path: str, host: str, requests: int) -> None:
    """Where a page's time goes, by cProfile, in this process."""
    import cProfile
    import pstats

    from filanda.site.django_ready import set_up_django

    set_up_django()
    from django.test import Client

    client = Client(headers={"host": host})
    for _time in range(30):
        assert client.get(path).status_code == 200
    profiler = cProfile.Profile()
    profiler.enable()
    for _time in range(requests):
        client.get(path)
    profiler.disable()
    pstats.Stats(profiler).sort_stats("tottime").print_stats(45)
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(r"filanda|jinja|django/db|tantivy", 60)


def tell(pages: list[Page], region: str) -> None:
    """The table, and how noisy the machine was."""
    base = {way: statistics.median(costs) for way, costs in pages[0].costs.items()}
    print(f"region {region}, load {os.getloadavg()[0]:.1f}; ms of CPU a request, and times the reference's")
    print(f"{'page':18} {'uncached':>16} {'+ gzip':>16} {'warm':>16} {'wall':>7} {'HTML':>8} {'gzip':>7} {'SQL':>4}")
    for page in pages:
        cells = [
            f"{statistics.median(page.costs[way]):6.2f} ({statistics.median(page.costs[way]) / base[way]:4.2f} x)"
            for way in WAYS
        ]
        wall = statistics.median(page.waits["uncached"])
        print(
            f"{page.name:18} {cells[0]:>16} {cells[1]:>16} {cells[2]:>16} {wall:7.1f} {page.size:8,} {page.packed:7,}"
            f" {re.sub(r'[^0-9]', '', page.statements):>4}"
        )
        uncached = statistics.median(page.costs["uncached"])
        if page.name == "reference":
            note("reference page, uncached", uncached, "ms CPU")
            continue
        judged = page.name in JUDGED
        note(f"page {page.name}, uncached", uncached / base["uncached"], "x reference", goal=1 if judged else None)
        note(f"page {page.name}, warm", statistics.median(page.costs["warm"]) / base["warm"], "x reference")
        note(f"page {page.name}, statements", float(re.sub(r"[^0-9]", "", page.statements) or 0), "SQL", goal=8)
    spread = [f"{page.name} {min(page.costs['uncached']):.2f}–{max(page.costs['uncached']):.2f}" for page in pages]
    print("uncached, least and most of the rounds: " + ", ".join(spread))


if __name__ == "__main__":
    main()
