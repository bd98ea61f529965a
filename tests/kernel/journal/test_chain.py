# SPDX-License-Identifier: EUPL-1.2
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils.timezone import now
from hypothesis import given, settings
from hypothesis import strategies as st

from filanda.kernel.identity.actors import PLATFORM, VISITOR, Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.journal import chain, event_types
from filanda.kernel.journal.actions import erase, record
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.journal.models import ChainLink, Event, Pending
from filanda.kernel.journal.news import stop_listening, wait_for_news
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import across_regions, in_region


@pytest.fixture(autouse=True)
def _types(monkeypatch):
    monkeypatch.setattr(event_types, "_registry", dict(event_types._registry))
    event_types.register(EventType("test.counted", "Counted", Audience.PUBLIC, Erasure.NOTHING))
    event_types.register(EventType("test.told", "Told", Audience.MEMBERS, Erasure.PAYLOAD))


def write(region, actor=VISITOR, type_="test.counted", **payload):
    with transaction.atomic():
        return record(type_, region=region, actor=actor, payload=payload)


def tamper(sql, *arguments):
    """Change the journal as somebody with the database's own powers could."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, arguments)
        assert cursor.rowcount == 1
        cursor.execute("SET session_replication_role = origin")


def test_record_outside_a_transaction_is_refused(transactional_db):
    with pytest.raises(RuntimeError, match="transaction"):
        record("test.counted", region=None, actor=VISITOR)


def test_extend_chains_what_waits_and_says_how_much(region):
    events = [write(region, n=n) for n in range(5)]
    assert (chain.head(), chain.is_behind(), chain.waiting()) == (0, True, 5)
    assert chain.extend() == 5
    assert (chain.head(), chain.is_behind(), chain.waiting()) == (5, False, 0)
    assert chain.extend() == 0
    with across_regions():
        assert [(position, event.pk) for position, event in chain.follow(2)] == [
            (3, events[2].pk),
            (4, events[3].pk),
            (5, events[4].pk),
        ]
    assert chain.verify() == chain.Verification(5)


def test_extend_goes_on_over_many_batches(region, monkeypatch):
    monkeypatch.setattr(chain, "BATCH", 3)
    for n in range(8):
        write(region, n=n)
    assert chain.extend() == 8
    assert chain.verify() == chain.Verification(8)


def test_what_was_rolled_back_never_waits(region):
    with transaction.atomic():
        record("test.counted", region=region, actor=VISITOR)
        transaction.set_rollback(True)
    assert (chain.waiting(), chain.extend()) == (0, 0)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('abcè"', max_size=3), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=25, deadline=None)
@given(payloads=st.lists(json_values, min_size=1, max_size=6), data=st.data())
def test_any_alteration_is_found_at_its_link(region, payloads, data):
    with transaction.atomic():
        account = Account.objects.create_account(email=f"{random.random()}@example.org")
        events = [
            write(region, actor=Actor(account_id=account.pk) if n % 2 else VISITOR, value=payload)
            for n, payload in enumerate(payloads)
        ]
        first = chain.head() + 1
        chain.extend()
        assert chain.verify().intact
        at = data.draw(st.integers(0, len(events) - 1))
        event = events[at]
        sql = data.draw(
            st.sampled_from(
                [
                    "UPDATE journal_event SET payload = '{\"other\": 1}' WHERE id = %s",
                    "UPDATE journal_event SET type = 'test.told' WHERE id = %s",
                    "UPDATE journal_event SET at = at + interval '1 microsecond' WHERE id = %s",
                    "UPDATE journal_event SET account_id = 4711 WHERE id = %s",
                    "UPDATE journal_event SET salt = NULL, payload = '{\"other\": 1}' WHERE id = %s",
                    "UPDATE journal_event SET subject_id = 99 WHERE id = %s",
                    "UPDATE journal_event SET touches = '{\"organisation\": [1]}' WHERE id = %s",
                    "UPDATE journal_event SET region_id = NULL WHERE id = %s",
                    "DELETE FROM journal_event WHERE id = %s",
                    "UPDATE journal_chainlink SET hash = decode(repeat('00', 32), 'hex') WHERE event_id = %s",
                ]
            )
        )
        tamper(sql, event.pk)
        assert chain.verify().broken_at == first + at
        transaction.set_rollback(True)


def test_a_link_that_is_missing_or_exchanged_is_found(region):
    for n in range(4):
        write(region, n=n)
    chain.extend()
    with transaction.atomic():
        tamper("DELETE FROM journal_chainlink WHERE position = %s", 2)
        assert chain.verify().broken_at == 2
        transaction.set_rollback(True)
    with transaction.atomic():
        tamper("UPDATE journal_chainlink SET position = 9 WHERE position = %s", 2)
        tamper("UPDATE journal_chainlink SET position = 2 WHERE position = %s", 3)
        tamper("UPDATE journal_chainlink SET position = 3 WHERE position = %s", 9)
        assert chain.verify().broken_at == 2
        transaction.set_rollback(True)
    assert chain.verify().intact


def test_writers_who_commit_late_are_neither_skipped_nor_doubled(transactional_db):
    region = Region.objects.create(slug="late", names={"it": "Tardi"})
    done = threading.Event()
    committed, rolled_back, seen = [], [], []
    lock = threading.Lock()

    def writer(seed):
        rng = random.Random(seed)
        try:
            for _ in range(12):
                kept = rng.random() > 0.2
                with in_region(region), transaction.atomic():
                    event = write_in(region, seed)
                    time.sleep(rng.random() * 0.03)
                    if not kept:
                        transaction.set_rollback(True)
                with lock:
                    (committed if kept else rolled_back).append(event.pk)
        finally:
            connection.close()

    def write_in(region, seed):
        return record("test.counted", region=region, actor=VISITOR, payload={"writer": seed})

    def chainer():
        try:
            while not done.is_set():
                chain.extend()
        finally:
            connection.close()

    def reader():
        position = 0
        try:
            with across_regions():
                while True:
                    last_round = done.is_set()
                    for position, event in chain.follow(position, limit=7):  # noqa: B007, B020
                        seen.append(event.pk)
                    if last_round and position >= chain.head():
                        return
        finally:
            connection.close()

    with ThreadPoolExecutor(9) as pool:
        others = [pool.submit(chainer), pool.submit(chainer), pool.submit(reader)]
        for future in [pool.submit(writer, seed) for seed in range(6)]:
            future.result()
        time.sleep(0.05)
        while chain.is_behind():
            time.sleep(0.01)
        done.set()
        for future in others:
            future.result()
    assert len(committed) > 40
    assert rolled_back
    assert sorted(seen) == sorted(committed)
    assert chain.verify() == chain.Verification(len(committed))


def test_two_writers_do_not_wait_for_each_other(transactional_db):
    region = Region.objects.create(slug="two", names={"it": "Due"})
    finished = threading.Event()

    def second():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
            with in_region(region):
                write(region)
            finished.set()
        finally:
            connection.close()

    with in_region(region), transaction.atomic():
        record("test.counted", region=region, actor=VISITOR)
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(10)
        assert finished.is_set()


def test_erasing_a_person_keeps_the_chain_whole(region):
    anna = Account.objects.create_account(email="anna@example.org", name="Anna")
    bruno = Account.objects.create_account(email="bruno@example.org")
    told = write(region, actor=Actor(account_id=anna.pk), type_="test.told", words="I am Anna")
    counted = write(region, actor=Actor(account_id=anna.pk), number=7)
    with transaction.atomic():
        about = record(
            "test.told", region=region, actor=Actor(account_id=bruno.pk), subject=anna, payload={"to": "Anna"}
        )
    other = write(region, actor=Actor(account_id=bruno.pk), type_="test.told", words="I am Bruno")
    chain.extend()
    with pytest.raises(Forbidden):
        erase(actor=Actor(account_id=bruno.pk), account=anna, now=now())

    assert erase(actor=PLATFORM, account=anna, now=now()) == 3

    told, counted, about, other = (Event.objects.get(pk=event.pk) for event in (told, counted, about, other))
    assert (told.payload, told.salt, told.account_id, told.actor_salt) == (None, None, None, None)
    assert (counted.payload, counted.account_id, counted.actor_salt) == ({"number": 7}, None, None)
    assert (about.payload, about.account_id) == (None, bruno.pk)
    assert (other.payload, other.account_id, other.erased_at) == ({"words": "I am Bruno"}, bruno.pk, None)
    chain.extend()
    assert chain.verify() == chain.Verification(5)
    anna.delete()
    assert chain.verify() == chain.Verification(5)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journal_event SET type = 'x'",
        "UPDATE journal_event SET payload = '{}', erased_at = now()",
        "UPDATE journal_event SET payload = NULL, erased_at = now()",
        "UPDATE journal_event SET account_id = 4711, erased_at = now()",
        "UPDATE journal_event SET payload = NULL, salt = NULL",
        "UPDATE journal_event SET actor_digest = digest, erased_at = now()",
        "DELETE FROM journal_event",
        "UPDATE journal_chainlink SET hash = '\\x00'",
        "DELETE FROM journal_chainlink",
    ],
)
def test_the_database_refuses_every_change_but_erasure(region, change):
    write(region, n=1)
    chain.extend()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert chain.verify() == chain.Verification(1)
    assert (Event.objects.count(), ChainLink.objects.count(), Pending.objects.count()) == (1, 1, 0)


def test_readers_are_woken_when_the_chain_grows(transactional_db):
    region = Region.objects.create(slug="news", names={"it": "Novità"})

    def later():
        try:
            time.sleep(0.3)
            with in_region(region):
                write(region)
            chain.extend()
        finally:
            connection.close()

    try:
        assert wait_for_news(0, timeout=0.05) == 0
        thread = threading.Thread(target=later)
        thread.start()
        assert wait_for_news(0, timeout=20) == 1
        thread.join()
        assert wait_for_news(0, timeout=20) == 1
    finally:
        stop_listening()
