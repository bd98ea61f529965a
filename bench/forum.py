# SPDX-License-Identifier: EUPL-1.2
"""A forum of 10,000 threads and 100,000 posts: pages for visitors and members, a reply, search, waiting, memory.

    python -m bench forum [--threads 10000] [--posts 100000] [--requests 200] [--rounds 3] [--walk 20000] [--keep DIR]

The demonstration's region is filled by `filanda demo --threads N --posts M` and indexed. Pages are measured as by
`python -m bench pages` (see there for what CPU, uncached and SQL mean), beside the same reference page; members' pages
by a session of somebody who belongs to the community. Then: answers posted, each with its CPU; the 95th percentile of
the waiting time with 8 and with 32 connections at once, on the web process as users run it; and what the web process
holds in memory over many requests for pages of every kind.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import os
import re
import secrets
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench import pages
from bench.figures import note
from bench.pages import TOP, WAYS, Page, Server, in_a_fork, started

SLUG = "altariva"
VISITORS, MEMBERS = 0.5, 1.0  # goals: times the reference's CPU
MOST_SQL = {"visitor": 8, "member": 14}
CSRF = "b" * 32
LONG = 1_020  # posts of the longest thread


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=10_000)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--walk", type=int, default=20_000, help="requests over which memory is watched")
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
        host, session, reply, *lines = in_a_fork(places, SLUG).split("\n")
        for name, target in (("filanda", "bench.pages:_filanda"), ("reference", "bench.reference.wsgi:application")):
            servers.append(started(name, target))
        ours, theirs = servers
        at = dict(line.split("\t") for line in lines)
        also = [at.pop(name) for name in list(at) if name.startswith("also ")]  # walked for memory, not measured
        measured = [Page("reference", theirs, "/", "localhost")]
        measured += [Page(f"{name}, visitor", ours, path, host) for name, path in at.items() if "unread" not in name]
        measured += [Page(f"{name}, member", ours, path, host, f"session={session}") for name, path in at.items()]
        measure(measured, options)
        replies(ours, host, session, reply, options.requests)
        memory(ours, host, session, [*at.values(), *also], options.walk)
        for server in servers:
            stop(server)
        servers.clear()
        waiting(host, session, at, data)
    finally:
        for server in servers:
            stop(server)
        postgres.stop()
        if options.keep is None:
            shutil.rmtree(data, ignore_errors=True)


def stop(server: Server) -> None:
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(20)


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
            *("--threads", str(options.threads), "--posts", str(options.posts)),
        ],
        check=True,
    )
    seconds = time.perf_counter() - began
    print(f"filanda demo --threads {options.threads} --posts {options.posts}: {seconds:.1f} s")
    note("forum: filanda demo at full size", seconds, "s")
    began = time.perf_counter()
    chain.extend()
    indexer = Indexer()
    indexer.catch_up()
    indexer.close()
    seconds = time.perf_counter() - began
    print(f"indexing all of it: {seconds:.1f} s")
    note("forum: indexing everything", seconds, "s")
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
    """The host of the region, a session, where to answer, and a line "name TAB path" for each page to measure."""
    from filanda.site.django_ready import set_up_django

    set_up_django()
    from django.db.models import Count
    from django.urls import reverse
    from django.utils.timezone import now
    from tests.journeys.preparing import session_of

    from filanda.capabilities.threads.models import Post, ReadPosition, Thread
    from filanda.components.discussions.policies import title_slug
    from filanda.kernel.regions.models import Region
    from filanda.kernel.regions.scoped import in_region
    from filanda.spaces.models import Membership, MembershipState, Space

    region = Region.objects.get(slug=slug)
    with in_region(region):
        kept = Thread.objects.filter(place_kind="space", audience="public", closed_at=None, hidden_at=None)
        longest = kept.order_by("-posts_count", "pk")[0]
        if longest.posts_count < LONG:
            lengthen(longest)
        # A benchmark writes more than people who are new may.
        freely = {"newcomers": {"posts_an_hour": 10_000, "posts_a_day": 10_000}}
        region.settings = region.settings | freely
        region.save(update_fields=["settings"])
        space = Space.objects.get(pk=longest.place_id)
        counts = kept.filter(place_id=space.pk).aggregate(threads=Count("pk"))
        print(f"{Thread.objects.count():,} threads, {Post.objects.count():,} posts; measured in {space.slug}: "
              f"{counts['threads']} threads, the longest of {longest.posts_count} posts")  # fmt: skip
        # Validated: whoever is new writes so many posts a day, and a benchmark writes more.
        member = Membership.objects.filter(
            space=space, state=MembershipState.ACTIVE, role="space_member", account__people__state="validated"
        )
        account = member.select_related("account").order_by("pk")[0].account
        half = longest.last_number // 2
        ReadPosition.objects.update_or_create(
            region=region, thread=longest, account=account, defaults={"number": longest.last_number, "read_at": now()}
        )
        root = reverse("discussions:threads", args=[space.slug])
        thread = reverse("discussions:thread", args=[space.slug, longest.pk, title_slug(longest.title)])
        short = kept.filter(place_id=space.pk, posts_count__range=(6, 14)).order_by("pk").first() or longest
        word = max(re.findall(r"[a-zà-ù]{6,}", longest.title.lower()) or ["progetto"], key=len)
        last_page = (longest.last_number - 1) // 20 + 1
        lines = {
            "thread list": root,
            "thread, usual": reverse("discussions:thread", args=[space.slug, short.pk, title_slug(short.title)]),
            "thread page 1": thread,
            f"thread page {min(50, last_page)}": f"{thread}?page={min(50, last_page)}",
            "search in a space": f"{root}?{urlencode({'q': word})}",
            "community home": reverse("spaces:home", args=[space.slug]),
        }
        # Jumping to what is new is a redirect, and then the page on which that stands.
        lines["jump to unread, its page"] = f"{thread}?page={(half - 1) // 20 + 1}"
        for name in ("documents:folder", "events:list", "news:list", "spaces:about", "spaces:feed"):
            lines[f"also {name}"] = reverse(name, args=[space.slug])
        lines["also communities"] = reverse("spaces:directory")
        session = session_of(account.email)
        reply = f"{root}{short.pk}/answer/"
        host = region.hosts.get(is_primary=True).host
    return "\n".join([host, session, reply, *(f"{name}\t{path}" for name, path in lines.items())])


def lengthen(thread: Any) -> None:
    """Let what was said in `thread` be said again until it has LONG posts."""
    from filanda.capabilities.threads.models import Post

    said = list(Post.objects.filter(thread=thread, number__gt=1, state="shown").order_by("number"))
    made = [
        Post(
            region_id=thread.region_id, thread=thread, number=number, author_id=one.author_id, source=one.source,
            html=one.html, language=one.language, created_at=thread.last_post_at,
        )
        for number, one in zip(range(thread.numbers_given + 1, LONG + 1), itertools.cycle(said))
    ]  # fmt: skip
    Post.objects.bulk_create(made)
    thread.posts_count += len(made)
    thread.last_number = thread.numbers_given = thread.numbers_given + len(made)
    thread.version += 1
    thread.save(update_fields=["posts_count", "last_number", "numbers_given", "version"])


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
        note(f"forum: {page.name}, warm", ratio, "x reference", goal=VISITORS if is_visitor else MEMBERS)
        statements = float(re.sub(r"[^0-9]", "", page.statements) or 0)
        note(f"forum: {page.name}", statements, "SQL", goal=MOST_SQL["visitor" if is_visitor else "member"])


def replies(server: Server, host: str, session: str, path: str, requests: int) -> None:
    """CPU of posting an answer, as the browser's script does it: the answer comes back with the new post."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    costs, waits = [], []
    for _round in range(3):
        began = server.cpu()
        for _time in range(max(10, requests // 4)):
            at = time.perf_counter()
            status = _reply(connection, host, session, path)
            waits.append((time.perf_counter() - at) * 1000)
            assert status in (200, 204), status
        costs.append((server.cpu() - began) / max(10, requests // 4) * 1000)
    cpu, wall = statistics.median(costs), statistics.median(waits)
    print(f"posting an answer: {cpu:.1f} ms CPU, {wall:.1f} ms wall")
    note("forum: posting an answer", cpu, "ms CPU")


def _reply(connection: http.client.HTTPConnection, host: str, session: str, path: str) -> int:
    number = secrets.token_hex(8)
    form = {
        "source": f"Grazie, abbiamo provato anche noi: misura **{number}**, e torna.\n\n- primo punto\n- secondo punto",
        "key": number, "last": "0", "csrfmiddlewaretoken": CSRF,
    }  # fmt: skip
    headers = {
        "Host": host, "Cookie": f"session={session}; csrf={CSRF}", "HX-Request": "true",
        "Content-Type": "application/x-www-form-urlencoded", "Accept-Encoding": "identity",
    }  # fmt: skip
    connection.request("POST", path, body=urlencode(form), headers=headers)
    response = connection.getresponse()
    response.read()
    return response.status


def memory(server: Server, host: str, session: str, paths: list[str], requests: int) -> None:
    """Resident memory of the worker while pages of every kind are asked for, as a visitor and as a member."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    kinds = itertools.cycle([(path, cookie) for path in paths for cookie in ("", f"session={session}")])
    held = []
    for number in range(requests):
        path, cookie = next(kinds)
        connection.request("GET", path, headers={"Host": host, "Cookie": cookie, "Accept-Encoding": "gzip"})
        response = connection.getresponse()
        response.read()
        assert response.status in (200, 302), (path, response.status)
        if number % max(1, requests // 20) == 0 or number == requests - 1:
            held.append(_resident(server.worker))
    told = ", ".join(f"{mb:.0f}" for mb in held)
    growth = held[-1] - held[len(held) // 3] if len(held) > 3 else 0.0
    print(f"memory over {requests:,} requests, MB: {told}")
    note(f"forum: memory, growth over the last two thirds of {requests:,} requests", growth, "MB", goal=10)


def _resident(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def waiting(host: str, session: str, at: dict[str, str], data: Path) -> None:
    """The 95th percentile of the time to an answer, many asking at once, of the web process as `filanda run` has it."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = os.environ | {"FILANDA_PORT": str(port), "DJANGO_SETTINGS_MODULE": "filanda.site.settings"}
    env["FILANDA_DATA"] = str(data)
    web = subprocess.Popen([sys.executable, "-m", "filanda.site.web"], env=env, cwd=TOP)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                connection.request("GET", "/health/live", headers={"Host": host})
                connection.getresponse().read()
                break
            except OSError:
                assert web.poll() is None, "it ended"
                assert time.monotonic() < deadline, "it does not answer"
                time.sleep(0.2)
        paths = [(path, cookie) for path in at.values() for cookie in ("", f"session={session}")]
        for many in (8, 32):
            waits, failures, seconds = _at_once(port, host, paths, many, each=40)
            ordered = sorted(waits)
            middle, slow = statistics.median(ordered), ordered[int(len(ordered) * 0.95)]
            print(
                f"{many} connections: {len(waits) / seconds:.0f} requests/s, median {middle:.0f} ms, "
                f"95th percentile {slow:.0f} ms, {failures} failed; load {os.getloadavg()[0]:.1f}"
            )
            note(f"forum: {many} connections, 95th percentile", slow, "ms wall")
            note(f"forum: {many} connections, failed", float(failures), "requests", goal=0)
    finally:
        web.terminate()
        web.wait(20)


def _at_once(
    port: int, host: str, paths: list[tuple[str, str]], many: int, each: int
) -> tuple[list[float], int, float]:
    waits: list[float] = []
    failures = [0]

    def ask(start: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        for number in range(each):
            path, cookie = paths[(start + number) % len(paths)]
            began = time.perf_counter()
            connection.request("GET", path, headers={"Host": host, "Cookie": cookie, "Accept-Encoding": "gzip"})
            response = connection.getresponse()
            response.read()
            waits.append((time.perf_counter() - began) * 1000)
            if response.status not in (200, 302):
                failures[0] += 1

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(many)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waits, failures[0], time.perf_counter() - began


if __name__ == "__main__":
    main()
