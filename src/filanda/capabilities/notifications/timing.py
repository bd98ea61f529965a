# SPDX-License-Identifier: EUPL-1.2
"""When an e-mail goes: at once unless it is quiet, each morning, each Monday morning; by the region's clock."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from filanda.capabilities.notifications.models import Channel
from filanda.kernel.regions.models import Region

DIGEST_AT = time(7)
MONDAY = 0
DEFAULT_ZONE = "Europe/Rome"
GATHERED = timedelta(seconds=60)  # what happens within a minute goes in one e-mail


def zone_of(region: Region) -> ZoneInfo:
    """The region's time zone: settings["time_zone"], an IANA name."""
    try:
        return ZoneInfo(str(region.settings.get("time_zone") or DEFAULT_ZONE))
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(DEFAULT_ZONE)


def due_at(channel: str, at: datetime, zone: ZoneInfo, quiet: tuple[int, int] = (0, 0)) -> datetime | None:
    """When something that happened `at` goes by e-mail, None if it does not. `quiet`: (from, until), whole hours of the
    local clock, over midnight too; digests go at their own hour.
    """
    if channel == Channel.DAILY:
        return _next(at, zone, DIGEST_AT)
    if channel == Channel.WEEKLY:
        return _next(at, zone, DIGEST_AT, weekday=MONDAY)
    if channel != Channel.AT_ONCE:
        return None
    soon = at + GATHERED
    local = soon.astimezone(zone)
    return _next(soon, zone, time(quiet[1])) if is_quiet(local.hour, quiet) else soon


def is_quiet(hour: int, quiet: tuple[int, int]) -> bool:
    """Whether `hour` (0-23) lies in the quiet hours."""
    begin, end = quiet
    if begin == end:
        return False
    return begin <= hour < end if begin < end else hour >= begin or hour < end


def _next(after: datetime, zone: ZoneInfo, clock: time, weekday: int | None = None) -> datetime:
    """The first moment after `after` at which the local clock shows `clock` (on `weekday`)."""
    local = after.astimezone(zone)
    for days in range(9):
        candidate = datetime.combine(local.date() + timedelta(days=days), clock, tzinfo=zone)
        if candidate.astimezone(after.tzinfo) > after and weekday in (None, candidate.weekday()):
            return candidate.astimezone(after.tzinfo)
    raise AssertionError("a week has every day")
