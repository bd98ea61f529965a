# SPDX-License-Identifier: EUPL-1.2
"""Dates as people say them: `<time>` with "3 days ago" to read and the exact moment on hover; numbers and lists too."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from functools import lru_cache

from django.utils import formats, timezone
from django.utils.translation import get_language, gettext, ngettext
from markupsafe import Markup, escape


def when(moment: datetime | date, now: datetime | None = None) -> Markup:
    """`moment` as a <time> element. Older than 30 days, or a plain date: the date itself. now: the clock, for tests."""
    language = get_language() or ""
    if not isinstance(moment, datetime):
        return _plain_day(moment, language)
    zone = timezone.get_current_timezone()
    seconds = ((now or timezone.now()) - moment).total_seconds()
    if seconds < 0 or seconds >= _LONG_AGO:
        return _on_its_day(moment, zone, language)
    beginning, end = _around(moment, zone, language)
    return Markup(f"{beginning}{_ago(int(seconds // 60), language)}{end}")  # noqa: S704 - parts are escaped


_LONG_AGO = 31 * 86400


@lru_cache(maxsize=4096)  # pages of a thread show the same moments to all its readers
def _around(moment: datetime, zone: tzinfo, language: str) -> tuple[str, str]:
    """The element before and after its words."""
    local = timezone.localtime(moment, zone)
    iso, exact = escape(local.isoformat(timespec="seconds")), escape(_written(local, "DATETIME_FORMAT"))
    return f'<time datetime="{iso}" title="{exact}">', "</time>"


@lru_cache(maxsize=4096)
def _on_its_day(moment: datetime, zone: tzinfo, language: str) -> Markup:
    beginning, end = _around(moment, zone, language)
    return Markup(f"{beginning}{escape(_written(timezone.localtime(moment, zone)))}{end}")  # noqa: S704 - as above


@lru_cache(maxsize=1024)
def _plain_day(day: date, language: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), _written(day))


def _ago(minutes: int, language: str) -> str:
    """Escaped. Minutes within the hour, hours within the day, then days: as many answers as that."""
    if minutes >= 1440:
        return _days_ago(minutes // 1440, language)
    return _hours_ago(minutes // 60, language) if minutes >= 60 else _minutes_ago(minutes, language)


@lru_cache(maxsize=256)
def _days_ago(days: int, language: str) -> str:
    return escape(ngettext("%(n)s day ago", "%(n)s days ago", days) % {"n": days})


@lru_cache(maxsize=256)
def _hours_ago(hours: int, language: str) -> str:
    return escape(ngettext("%(n)s hour ago", "%(n)s hours ago", hours) % {"n": hours})


@lru_cache(maxsize=256)
def _minutes_ago(minutes: int, language: str) -> str:
    if minutes < 1:
        return escape(gettext("just now"))
    return escape(ngettext("%(n)s minute ago", "%(n)s minutes ago", minutes) % {"n": minutes})


def day_of(moment: datetime | date) -> str:
    """The day of `moment`, in the reader's time zone and format: "11 maggio 2026"."""
    return _written(timezone.localtime(moment) if isinstance(moment, datetime) else moment)


def moment_of(moment: datetime) -> str:
    """Day and hour of `moment`, in the reader's time zone and format: "11 maggio 2026 09:30"."""
    return _written(timezone.localtime(moment), "DATETIME_FORMAT")


def _written(moment: datetime | date, style: str = "DATE_FORMAT") -> str:
    """The date in the reader's format; months in lower case in Italian, where Django's catalogue has capitals."""
    text = formats.date_format(moment, style).removeprefix("0")  # nobody says the 01 of December
    return text.lower() if (get_language() or "").startswith("it") else text


def number(value: int | float) -> str:
    """A number with the reader's separators: 6.500 in Italian, 6,500 in English."""
    return _number(value, isinstance(value, int), get_language() or "")


@lru_cache(maxsize=4096)  # a page of facets shows fifty, and most are small
def _number(value: int | float, is_whole: bool, language: str) -> str:
    return formats.number_format(value, decimal_pos=0 if is_whole else 1, use_l10n=True, force_grouping=True)
