# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import caches
from django.db import connection

from filanda.capabilities.needs.limits import LIMITS, TooMany, forget_past, take

NOON = datetime(2026, 3, 1, 12, 40, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _empty_counters(db, monkeypatch):
    caches["shared"].clear()
    monkeypatch.setattr("filanda.kernel.limits.WINDOWS_FROM", 0)  # as they are: from full hours


def use_up(region, address, what="introduction", now=NOON):
    return [take(what, address=address, region=region, now=now) for _ in range(LIMITS[what].most)]


def test_each_use_counts_and_the_last_one_is_refused_with_the_time_to_wait(region):
    assert use_up(region, "192.0.2.1", "need") == list(range(29, -1, -1))
    with pytest.raises(TooMany) as caught:
        take("need", address="192.0.2.1", region=region, now=NOON)
    assert caught.value.again_at == NOON.replace(hour=13, minute=0)
    assert caught.value.retry_after == 20 * 60


def test_the_next_window_starts_afresh_and_other_addresses_and_uses_do_not_count(region, other_region):
    use_up(region, "192.0.2.1")
    assert take("introduction", address="192.0.2.2", region=region, now=NOON) == 7
    assert take("need", address="192.0.2.1", region=region, now=NOON) == 29
    assert take("introduction", address="192.0.2.1", region=other_region, now=NOON) == 7
    assert take("introduction", address="192.0.2.1", region=region, now=NOON + timedelta(days=1)) == 7


def test_waiting_costs_nothing(region):
    use_up(region, "192.0.2.1")
    for _ in range(3):
        with pytest.raises(TooMany):
            take("introduction", address="192.0.2.1", region=region, now=NOON)


@pytest.mark.parametrize(
    ("one", "other"),
    [("2001:db8::1", "2001:db8::ffff:1"), ("192.0.2.1", "::ffff:192.0.2.1"), ("fe80::1%eth0", "fe80::2")],
)
def test_addresses_of_one_connection_count_as_one(region, one, other):
    use_up(region, one)
    with pytest.raises(TooMany):
        take("introduction", address=other, region=region, now=NOON)


def test_neighbouring_networks_and_odd_addresses_are_told_apart(region):
    use_up(region, "2001:db8:0:1::1")
    assert take("introduction", address="2001:db8:0:2::1", region=region, now=NOON) == 7
    assert take("introduction", address="", region=region, now=NOON) == 7
    assert take("introduction", address="not an address", region=region, now=NOON) == 7


def test_no_address_is_stored_and_two_windows_cannot_be_linked(region):
    take("need", address="192.0.2.1", region=region, now=NOON)
    take("need", address="192.0.2.1", region=region, now=NOON + timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM kernel_cache")
        rows = cursor.fetchall()
    assert len({key for key, _value in rows}) == 2
    assert "192.0.2" not in str(rows)


def test_one_use_is_one_statement_and_two_at_once_are_two(region, django_assert_num_queries):
    with django_assert_num_queries(1):
        take("need", address="192.0.2.1", region=region, now=NOON)
    with django_assert_num_queries(1):
        assert take("need", address="192.0.2.1", region=region, now=NOON) == 28


def test_counters_outlive_many_others_and_go_with_their_window(region):
    """Django's own cache would drop a third of what it holds beyond 300 entries."""
    use_up(region, "192.0.2.1")
    for number in range(400):
        take("need", address=f"198.51.{number // 250}.{number % 250}", region=region, now=NOON)
    with pytest.raises(TooMany):
        take("introduction", address="192.0.2.1", region=region, now=NOON)
    assert forget_past(NOON + timedelta(hours=1)) == 400
    with pytest.raises(TooMany):
        take("introduction", address="192.0.2.1", region=region, now=NOON)
