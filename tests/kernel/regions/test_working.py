# SPDX-License-Identifier: EUPL-1.2
"""Working days of a region. Dates are those of the calendar of 2026 and 2027."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from filanda.kernel.regions.models import Region
from filanda.kernel.regions.working import is_working_day, working_days_between, working_time_after

ROME = ZoneInfo("Europe/Rome")
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(ROME))


def _region(**settings: object) -> Region:
    return Region(slug="prova", names={"it": "Prova"}, nuts_code="ITC4", settings=settings)


def test_is_working_day_weekends_and_public_holidays_are_not() -> None:
    days = {date(2026, 11, 20): True, date(2026, 11, 21): False, date(2026, 12, 8): False, date(2027, 3, 29): False}
    assert {day: is_working_day(_region(), day) for day in days} == days  # a Friday, a Saturday, Immacolata, Pasquetta


def test_is_working_day_a_region_adds_and_takes_back_days() -> None:
    region = _region(holidays={"own": ["2026-12-07"], "open": ["2026-12-08"]})
    assert [is_working_day(region, date(2026, 12, day)) for day in (7, 8, 9)] == [False, True, True]


def test_working_time_after_skips_what_is_off() -> None:
    friday = datetime(2026, 12, 4, 16, 30, tzinfo=ROME)
    assert working_time_after(_region(), friday, 1) == datetime(2026, 12, 7, 16, 30, tzinfo=ROME)
    assert working_time_after(_region(), friday, 2) == datetime(2026, 12, 9, 16, 30, tzinfo=ROME)


def test_working_time_after_a_start_on_a_day_off_counts_from_the_next_morning() -> None:
    sunday = datetime(2026, 11, 22, 19, 0, tzinfo=ROME)
    assert working_time_after(_region(), sunday, 0) == datetime(2026, 11, 23, 0, 0, tzinfo=ROME)
    assert working_time_after(_region(), sunday, 1) == datetime(2026, 11, 24, 0, 0, tzinfo=ROME)


def test_working_time_after_keeps_the_time_of_day_when_clocks_change() -> None:
    for friday in (datetime(2026, 3, 27, 9, 15, tzinfo=ROME), datetime(2026, 10, 23, 9, 15, tzinfo=ROME)):
        due = working_time_after(_region(), friday, 1)
        assert (due.weekday(), due.hour, due.minute) == (0, 9, 15)
        elapsed = due.astimezone(ZoneInfo("UTC")) - friday.astimezone(ZoneInfo("UTC"))
        assert elapsed in (timedelta(days=3, hours=-1), timedelta(days=3, hours=1))


def test_working_time_after_an_unknown_country_has_weekends_alone() -> None:
    region = _region(country="XX")
    assert is_working_day(region, date(2026, 12, 25))
    assert not is_working_day(region, date(2026, 12, 26))


@given(MOMENTS, st.integers(0, 15))
def test_working_time_after_lands_on_a_working_day_that_many_later(start: datetime, days: int) -> None:
    region = _region()
    due = working_time_after(region, start, days)
    assert is_working_day(region, due.date())
    first = working_time_after(region, start, 0)
    assert working_days_between(region, first, due) == days
