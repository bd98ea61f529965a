# SPDX-License-Identifier: EUPL-1.2
"""A region's working days: Monday to Friday without public holidays. Targets such as "one working day" count in them.

Holidays are those of the region's country (the library `holidays`, MIT), and what the region adds in
settings["holidays"]: {"own": ["2026-12-07", …], "open": ["2026-11-02", …]}: days off of its own, and days on which it
works although others do not. Wall-clock time is the region's, so that a day stays a day when clocks change.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from filanda.kernel.regions.models import Region

__all__ = [
    "days_after",
    "is_working_day",
    "time_zone",
    "working_days_between",
    "working_days_until",
    "working_time_after",
]

COUNTRY = "IT"  # where a region does not say, by its NUTS code
TIME_ZONE = "Europe/Rome"
SATURDAY = 5
LONGEST = 3660  # days looked at: a region that never works is a mistake in its settings


def time_zone(region: Region) -> ZoneInfo:
    """The region's zone: settings["time_zone"], an IANA name, else that of Rome."""
    return _zone(str(region.settings.get("time_zone") or TIME_ZONE))


def is_working_day(region: Region, day: date) -> bool:
    """Whether the region's staff work on `day`."""
    return _is_worked(_country(region), *_exceptions(region), day)


def working_days_until(region: Region, first: date, last: date) -> Sequence[int]:
    """For each day from `first` to `last`, how many working days there are after `first` up to it; 0 for `first`."""
    return _worked_until(_country(region), *_exceptions(region), first, last)


def _is_worked(country: str, own: frozenset[date], opened: frozenset[date], day: date) -> bool:
    if day in opened:
        return True
    return day.weekday() < SATURDAY and day not in own and day not in _public_holidays(country, day.year)


@lru_cache(maxsize=256)  # a page of clocks reaches as far back all day
def _worked_until(
    country: str, own: frozenset[date], opened: frozenset[date], first: date, last: date
) -> tuple[int, ...]:
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return tuple(accumulate((_is_worked(country, own, opened, day) for day in days), initial=0))


def working_time_after(region: Region, start: datetime, days: int) -> datetime:
    """The moment `days` working days after `start` (aware), at the same time of day in the region; a start on a day off
    counts from the beginning of the next working day. `days` from 0.
    """
    zone = time_zone(region)
    local = start.astimezone(zone)
    day, clock = local.date(), local.time()
    if not is_working_day(region, day):
        day, clock = _next(region, day), clock.replace(hour=0, minute=0, second=0, microsecond=0)
    for _step in range(days):
        day = _next(region, day)
    return datetime.combine(day, clock, tzinfo=zone)


def days_after(region: Region, moment: datetime, days: int) -> datetime:
    """The same time of day in the region `days` days later; earlier, for a negative number. Every day counts."""
    return moment.astimezone(time_zone(region)) + timedelta(days=days)


def working_days_between(region: Region, start: datetime, end: datetime) -> int:
    """How many working days end after `start` and not after `end`: 0 within one day. `end` not before `start`."""
    zone = time_zone(region)
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    return sum(is_working_day(region, first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


def _next(region: Region, day: date) -> date:
    for n in range(1, LONGEST):
        after = day + timedelta(days=n)
        if is_working_day(region, after):
            return after
    raise ValueError(f"The region {region.slug} has no working day in ten years.")


def _country(region: Region) -> str:
    return str(region.settings.get("country") or region.nuts_code[:2] or COUNTRY)


def _exceptions(region: Region) -> tuple[frozenset[date], frozenset[date]]:
    said = region.settings.get("holidays")
    said = said if isinstance(said, dict) else {}
    return _days(tuple(said.get("own") or ())), _days(tuple(said.get("open") or ()))


@lru_cache(maxsize=64)
def _days(written: tuple[str, ...]) -> frozenset[date]:
    return frozenset(date.fromisoformat(one) for one in written)


@lru_cache(maxsize=64)
def _public_holidays(country: str, year: int) -> frozenset[date]:
    import holidays  # a twentieth of what every process takes to start, for what few of them ask

    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:  # a country that the library does not know: weekends alone
        return frozenset()


@lru_cache(maxsize=8)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
