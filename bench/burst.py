# SPDX-License-Identifier: EUPL-1.2
"""A burst of writing: 50 people post, edit, react and read in one thread for a minute; then everything is counted.

    python -m bench burst [--clients 50] [--seconds 60] [--threads 1]

With --threads they are dealt over so many threads, and meet one another's locks less.

Each client is a thread of one process with a connection of its own, and calls the actions as the screens do; so every
write meets every other one's locks. The database is an embedded one of its own with the settings that users get
(commits reach the disk). A client sends one post in five twice with one key, once at the same moment from elsewhere. At
the end: every post acknowledged is there once and reads as its last acknowledged edit, numbers have no gaps, counters
equal a recount, and following the journal twice makes every notification once. Exit code 1 if anything is not so.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from copy import copy
from functools import partial
from pathlib import Path
from typing import Any

from bench.figures import note

_TWINS = threading.Semaphore(5)  # the database that users get takes 60 connections in all
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--clients", type=int, default=50)
parser.add_argument("--seconds", type=float, default=60)
parser.add_argument("--threads", type=int, default=1)


def main() -> int:
    options = parser.parse_args()
    data = Path(tempfile.mkdtemp(prefix="filanda-bench-"))
    os.environ |= {"FILANDA_DATA": str(data), "DJANGO_SETTINGS_MODULE": "filanda.site.settings"}
    os.environ |= {"FILANDA_LOG_LEVEL": "WARNING", "FILANDA_DATABASE_POOL": "0"}
    os.environ.pop("DATABASE_URL", None)
    from filanda.kernel.database.embedded import EmbeddedPostgres

    postgres = EmbeddedPostgres(data)
    postgres.start()
    try:
        return burst(options.clients, options.seconds, options.threads)
    finally:
        postgres.stop()
        shutil.rmtree(data, ignore_errors=True)


class Client:
    """One person: what they were told is written, and how long each call took."""

    def __init__(self, account: Any, seed: int) -> None:
        self.account, self.chance = account, random.Random(seed)
        self.written: dict[int, str] = {}
        self.versions: dict[int, int] = {}
        self.took: dict[str, list[float]] = {}
        self.errors: Counter[str] = Counter()
        self.conflicts = 0

    def timed(self, what: str, call: Callable[[], Any]) -> Any:
        began = time.perf_counter()
        try:
            return call()
        finally:
            self.took.setdefault(what, []).append(time.perf_counter() - began)


def burst(clients: int, seconds: float, threads: int = 1) -> int:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections
    from django.utils.timezone import now

    from filanda.capabilities.notifications.following import follow
    from filanda.capabilities.threads.actions import open_thread
    from filanda.capabilities.threads.models import Post
    from filanda.kernel.identity.actors import PLATFORM
    from filanda.kernel.journal import chain
    from filanda.kernel.regions.scoped import across_regions, in_region

    call_command("migrate", verbosity=0)
    region, space, accounts = _people(clients)
    chain.extend()
    with across_regions():
        follow(now())  # notifications begin here
    with in_region(region):
        opened = [
            open_thread(actor=PLATFORM, place=("space", space.pk), title=f"Burst {number}", source="Go", now=now())
            for number in range(threads)
        ]
    everybody = [Client(account, seed) for seed, account in enumerate(accounts)]
    groups = [everybody[number::threads] for number in range(threads)]
    began, until = time.monotonic(), time.monotonic() + seconds

    def run(client: Client, group: list[Client], thread: Any) -> None:
        try:
            with in_region(region):
                _write(client, group, thread, until)
        except Exception as error:  # noqa: BLE001 - counted, and told at the end
            client.errors[f"{type(error).__name__}: {error}"[:200]] += 1
        finally:
            connections.close_all()

    started = [
        threading.Thread(target=run, args=(client, group, copy(thread)))
        for group, thread in zip(groups, opened, strict=True)
        for client in group
    ]
    for one in started:
        one.start()
    for one in started:
        one.join()
    lasted = time.monotonic() - began
    with in_region(region):
        wrong = [
            sentence for group, thread in zip(groups, opened, strict=True) for sentence in _look(thread, group, Post)
        ]
    took = {name: [s for client in everybody for s in client.took.get(name, ())] for name in everybody[0].took}
    calls = sum(map(len, took.values()))
    print(f"{clients} clients, {lasted:.0f} s, {calls} calls, {calls / lasted:.0f} a second")
    for name, times in sorted(took.items()):
        times.sort()
        print(
            f"  {name:8} {len(times):6}  median {1000 * statistics.median(times):6.0f} ms"
            f"  p95 {1000 * times[int(len(times) * 0.95)]:6.0f} ms"
        )
    print(f"  edit conflicts told: {sum(client.conflicts for client in everybody)}")
    print("  posts and counters: " + ("WRONG" if wrong else "as they should be"), flush=True)
    began = time.perf_counter()
    wrong += _notified(region)
    print(f"  following the journal, twice: {time.perf_counter() - began:.1f} s")
    where = "one thread" if threads == 1 else f"{threads} threads"
    note(f"a burst of writing in {where}", round(calls / lasted, 1), "calls a second", more_is_better=True)
    for sentence in wrong:
        print(f"WRONG: {sentence}")
    if not wrong:
        print("nothing lost, nothing doubled; counters equal a recount; every notification once")
    return 1 if wrong else 0


def _people(clients: int) -> tuple[Any, Any, list[Any]]:
    from django.utils.timezone import now

    from filanda.directory.people.actions import join_region
    from filanda.directory.people.models import Person, ValidationState
    from filanda.kernel.identity.actors import actor_for
    from filanda.kernel.identity.models import Account, Role, RoleGrant
    from filanda.kernel.regions.models import Region
    from filanda.kernel.regions.scoped import in_region
    from filanda.spaces.models import Space

    region = Region.objects.create(slug="bench", names={"it": "Prova", "en": "Bench"})
    region.hosts.create(host="bench.example", is_primary=True)
    accounts = []
    with in_region(region):
        space = Space.objects.create(region=region, slug="burst", names={"en": "Burst"})
        for number in range(clients):
            account = Account.objects.create_account(email=f"client{number}@bench.example", name=f"Client {number}")
            join_region(actor=actor_for(account), account=account, region=region, name=account.name, now=now())
            RoleGrant.objects.create(
                region=region, account=account, role=Role.SPACE_MEMBER, scope_kind="space", scope_id=space.pk
            )
            accounts.append(account)
        # Nobody is new here: what newcomers may do in an hour is not what is measured.
        Person.objects.update(state=ValidationState.VALIDATED)
        Account.objects.update(created_at="2020-01-01T00:00:00Z")
    return region, space, accounts


def _write(client: Client, everybody: list[Client], thread: Any, until: float) -> None:
    from django.utils.timezone import now

    from filanda.capabilities.threads.actions import EditConflict, answer, edit_post, mark_read, react
    from filanda.capabilities.threads.models import Post, ReactionName
    from filanda.kernel.identity.actors import actor_for

    actor, chance = actor_for(client.account), client.chance
    sent = 0
    while time.monotonic() < until:
        what = chance.choices(("post", "edit", "react", "read"), (4, 2, 3, 3))[0]
        if what == "post" or not client.written:
            sent += 1
            key, text = f"k{client.account.pk}-{sent}", f"Client {client.account.pk} writes number {sent}."
            is_doubled = chance.random() < 0.2

            def send(key: str = key, text: str = text) -> Any:
                return answer(actor=actor, thread=thread, source=text, key=key, now=now())

            twin = _twin(thread, send) if is_doubled else None
            post = client.timed("post", send)
            if twin is not None:
                twin.join()
                if send().pk != post.pk:
                    client.errors["sent twice, written twice"] += 1
            client.written[post.pk], client.versions[post.pk] = text, 1
        elif what == "edit":
            number = chance.choice(list(client.written))
            text = f"{client.written[number].split(' Again')[0]} Again {chance.randrange(10**6)}."
            version = client.versions[number] - (chance.random() < 0.1)  # at times an old one
            post = Post(pk=number, thread_id=thread.pk)
            try:
                edited = client.timed(
                    "edit",
                    partial(edit_post, actor=actor, post=post, source=text, version=version, now=now()),
                )
                client.written[number], client.versions[number] = text, edited.version
            except EditConflict as conflict:
                client.conflicts += 1
                client.versions[number] = conflict.post.version
        elif what == "react":
            other = chance.choice(everybody)
            theirs = list(other.written)
            if other is client or not theirs:
                continue
            post = Post(pk=chance.choice(theirs), thread_id=thread.pk)
            name, is_on = chance.choice(ReactionName.values), chance.random() < 0.7
            client.timed(
                "react",
                partial(react, actor=actor, post=post, name=name, is_on=is_on, now=now()),
            )
        else:
            thread.refresh_from_db(fields=["last_number"])
            number = chance.randint(1, max(1, thread.last_number))
            client.timed("read", partial(mark_read, actor=actor, thread=thread, number=number, now=now()))


def _twin(thread: Any, send: Callable[[], Any]) -> threading.Thread:
    """The same form, sent at the same moment over another connection."""
    from django.db import connection

    from filanda.kernel.regions.scoped import active_region, in_region

    region = active_region()

    def run() -> None:
        with _TWINS:
            with in_region(region):
                send()
            connection.close()

    started = threading.Thread(target=run)
    started.start()
    return started


def _look(thread: Any, everybody: list[Client], posts: Any) -> list[str]:
    from filanda.capabilities.threads.models import PostRevision, Reaction
    from filanda.capabilities.threads.steps.counting import counted

    wrong = [f"{count} times {error}" for client in everybody for error, count in client.errors.items()]
    thread.refresh_from_db()
    rows = {row.pk: row for row in posts.objects.filter(thread=thread)}
    expected = {number: text for client in everybody for number, text in client.written.items()}
    first = next(row.pk for row in rows.values() if row.number == 1)
    if set(rows) - {first} != set(expected):
        wrong.append(f"{len(set(expected) - set(rows))} posts lost, {len(set(rows) - set(expected)) - 1} doubled")
    wrong += [f"post {n} reads otherwise" for n, text in expected.items() if n in rows and rows[n].source != text]
    if sorted(row.number for row in rows.values()) != list(range(1, len(rows) + 1)):
        wrong.append("numbers have gaps")
    found = counted(thread)
    if {name: getattr(thread, name) for name in found} != found:
        wrong.append(f"the thread's counters are not a recount: {found}")
    said: dict[int, Counter[str]] = {}
    for post, name in Reaction.objects.filter(post__in=rows).values_list("post", "name"):
        said.setdefault(post, Counter())[name] += 1
    wrong += [f"reactions of post {row.pk}" for row in rows.values() if row.reactions != dict(said.get(row.pk, {}))]
    earlier = Counter(PostRevision.objects.filter(post__in=rows).values_list("post", flat=True))
    wrong += [f"versions of post {row.pk}" for row in rows.values() if row.version != earlier[row.pk] + 1]
    print(f"{len(rows)} posts, {sum(earlier.values())} edits, {sum(c.total() for c in said.values())} reactions")
    return wrong


def _notified(region: Any) -> list[str]:
    """Follow the journal twice: what was made is made, and once."""
    from django.utils.timezone import now

    from filanda.capabilities.notifications.following import follow
    from filanda.capabilities.notifications.models import Notification
    from filanda.kernel.journal import chain
    from filanda.kernel.journal.models import Event
    from filanda.kernel.regions.scoped import across_regions, in_region

    chain.extend()
    with across_regions():
        follow(now())
    with in_region(region):
        made = Counter(Notification.objects.values_list("event", "account"))
        written = list(
            Event.objects.filter(type="threads.post.written").values_list("pk", "account", "payload__thread")
        )
    with across_regions():
        follow(now())
    with in_region(region):
        again = Counter(Notification.objects.values_list("event", "account"))
        # Whoever wrote follows the thread by the time the journal is followed.
        followers: dict[int, set[int]] = {}
        for _event, account, thread in written:
            followers.setdefault(thread, set()).add(account)
    wrong = [] if made == again else ["following the journal again made more notifications"]
    wrong += ["somebody was told twice"] if any(count > 1 for count in made.values()) else []
    told = {(event, account) for event, by, thread in written for account in followers[thread] - {by}}
    missing = told - made.keys()
    wrong += [f"{len(missing)} notifications are missing"] if missing else []
    wrong += ["somebody was told of their own post"] if any(made[event, by] for event, by, _thread in written) else []
    print(f"{len(made)} notifications of {len(written)} posts")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
