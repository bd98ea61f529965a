# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from filanda.kernel.ui.moments import number, when

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=30), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=2), "2 hours ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=30), "30 days ago"),
        (timedelta(days=32), "Oct. 21, 2026"),
        (timedelta(days=-1), "Nov. 23, 2026"),
    ],
)
def test_when_speaks_of_the_past_as_people_do(age, words):
    assert when(NOW - age, NOW).striptags() == words


def test_when_keeps_the_exact_moment_in_the_readers_time_zone():
    html = when(NOW - timedelta(days=3), NOW)
    assert 'datetime="2026-11-19T13:00:00+01:00"' in html
    assert 'title="Nov. 19, 2026, 1 p.m."' in html


def test_when_writes_a_plain_date_as_a_date_with_italian_months_in_lower_case():
    with translation.override("it"):
        assert when(date(2026, 12, 22)) == '<time datetime="2026-12-22">22 dicembre 2026</time>'


def test_number_uses_the_readers_separators():
    assert number(6500) == "6,500"
    with translation.override("it"):
        assert number(6500) == "6.500"
        assert number(0.25) == "0,2"
