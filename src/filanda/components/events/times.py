# SPDX-License-Identifier: EUPL-1.2
"""Moments on the clock of a place: what people type becomes a moment, and a moment becomes what they read.

Stored is the moment (UTC) and the zone. The night when clocks go forward lacks an hour, which nobody can mean; the one
when they go back has one twice, of which the first is meant.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from markupsafe import Markup

__all__ = [
    "is_zone",
    "local",
    "moment_in",
    "month_words",
    "spoken",
    "typed",
    "weekday_words",
    "zone_choices",
    "zone_words",
]

_TYPED = re.compile(r"(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::\d{2})?\Z", re.ASCII)
FIRST_YEAR, LAST_YEAR = 1990, 2200
_MORE_ZONES = ("UTC", "Atlantic/Azores", "Atlantic/Canary", "Atlantic/Madeira", "Atlantic/Reykjavik")


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def is_zone(name: str) -> bool:
    """Whether `name` is a zone of the IANA database that has a place or is UTC."""
    return name in _zones() and ("/" in name or name == "UTC")


@lru_cache(maxsize=1)
def zone_choices() -> tuple[str, ...]:
    """What the form offers: the zones of Europe."""
    return tuple(sorted(name for name in _zones() if name.startswith("Europe/"))) + _MORE_ZONES


def moment_in(text: str, zone: str) -> datetime:
    """What somebody typed ("2026-11-22T18:00", or with a space) on the clock of `zone`, in UTC. Raises ValidationError
    with a sentence.
    """
    found = _TYPED.match(text.strip())
    wrong = _("Give the day and the hour, such as 2026-11-22 18:00.")
    if found is None:
        raise ValidationError(wrong)
    year, month, day, hour, minute = (int(part) for part in found.groups())
    try:
        naive = datetime(year, month, day, hour, minute)
    except ValueError:
        raise ValidationError(wrong) from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValidationError(_("This year cannot be meant. Look at the date again."))
    moment = naive.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != naive:
        raise ValidationError(
            _("That hour does not exist on that day: the clocks go forward in that night. Choose another one.")
        )
    return moment


def local(moment: datetime, zone: str) -> datetime:
    """`moment` on the clock of `zone`."""
    return moment.astimezone(ZoneInfo(zone))


def typed(moment: datetime | None, zone: str) -> str:
    """`moment` as a form's field has it."""
    return local(moment, zone).strftime("%Y-%m-%dT%H:%M") if moment is not None else ""


def zone_words(zone: str) -> str:
    """ "Rome" of "Europe/Rome"."""
    return zone.rpartition("/")[2].replace("_", " ")


def _written(moment: date, style: str) -> str:
    text = formats.date_format(moment, style)
    return text.lower() if (get_language() or "").startswith("it") else text


def month_words(moment: date) -> str:
    """ "November 2026"."""
    return _written(moment, "F Y")


def weekday_words(moment: date) -> str:
    """ "Mon"."""
    return _written(moment, "D")


def _time(moment: datetime, words: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(timespec="minutes"), words)


def spoken(starts_at: datetime, ends_at: datetime, zone: str) -> Markup:
    """From when to when, on the clock of the event's zone, with its name where the reader has another: the day once,
    if it is one day.
    """
    first, last = local(starts_at, zone), local(ends_at, zone)
    day, hour = "l j F Y", "H:i"
    offset = first.strftime("%Z")
    names = [zone_words(zone)] if zone != timezone.get_current_timezone_name() else []
    names += [offset] if offset and not offset.lstrip("+-").isdigit() else []
    place = ", ".join(names)
    if first.date() == last.date() and last - first < timedelta(days=1):
        begin = _time(first, f"{_written(first, day)}, {first:%H:%M}")
        end = _time(last, f"{last:%H:%M}")
    else:
        begin = _time(first, f"{_written(first, day)}, {_written(first, hour)}")
        end = _time(last, f"{_written(last, day)}, {_written(last, hour)}")
    if starts_at == ends_at:
        return Markup("{} ({})").format(begin, place or zone_words(zone))
    # The word joiner keeps a line from ending between the two hours.
    return Markup("{}–\u2060{} ({})").format(begin, end, place or zone_words(zone))
