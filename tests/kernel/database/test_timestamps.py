# SPDX-License-Identifier: EUPL-1.2
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import DataError, connection


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-23 10:00:00+00", datetime(2026, 11, 23, 10, tzinfo=UTC)),
        ("2026-11-23 10:00:00.5+00", datetime(2026, 11, 23, 10, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-11-23 10:00:00.000001+05:30", datetime(2026, 11, 23, 4, 30, 0, 1, tzinfo=UTC)),
        ("0001-01-01 00:00:00+00", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31 23:59:59.999999+00", datetime.max.replace(tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_in_utc(db, written, read):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz, ARRAY[%s::timestamptz, NULL]", [written, written])
        found, several = cursor.fetchone()
    assert found == read
    assert found.tzinfo is UTC
    assert several == [read, None]


def test_a_moment_of_another_zone_is_that_moment(db):
    read = datetime(2026, 7, 1, 10, tzinfo=timezone(timedelta(hours=2)))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL timezone = 'Europe/Rome'")
        cursor.execute("SELECT %s::timestamptz", [read])
        (found,) = cursor.fetchone()
    assert found == read
    assert found.tzinfo is UTC


@pytest.mark.parametrize("written", ["infinity", "0044-03-15 BC", "12026-01-01"])
def test_what_python_has_no_moment_for_is_an_error(db, written):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [written])
        with pytest.raises(DataError):
            cursor.fetchone()
