# SPDX-License-Identifier: EUPL-1.2
"""Dates as people say them: `<time>` with "3 days ago" to read and the exact moment on hover; numbers and lists too."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from django.utils import formats, timezone
from django.utils.translation import get_language, gettext, ngettext
from markupsafe import Markup, escape


def when(moment: datetime | date, now: datetime | None = None) -> Markup:
    """`moment` as a <time> element. Older than 30 days, or a plain date: the date itself. now: the clock, for tests."""
    if not isinstance(moment, datetime):
        return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), _written(moment))
    now = now or timezone.now()
    local, iso, exact = _exact(moment, timezone.get_current_timezone_name(), get_language() or "")
    seconds = (now - moment).total_seconds()
    minutes, hours, days = int(seconds // 60), int(seconds // 3600), int(seconds // 86400)
    if seconds < 0 or days > 30:
        text = _written(local)
    elif minutes < 1:
        text = gettext("just now")
    elif hours < 1:
        text = ngettext("%(n)s minute ago", "%(n)s minutes ago", minutes) % {"n": minutes}
    elif days < 1:
        text = ngettext("%(n)s hour ago", "%(n)s hours ago", hours) % {"n": hours}
    else:
        text = ngettext("%(n)s day ago", "%(n)s days ago", days) % {"n": days}
    return Markup(f'<time datetime="{iso}" title="{exact}">{escape(text)}</time>')  # noqa: S704 - parts are escaped


@lru_cache(maxsize=8192)  # pages of a thread show the same moments to all its readers
def _exact(moment: datetime, zone: str, language: str) -> tuple[datetime, Markup, Markup]:
    """(in the reader's time zone, as machines read it, in full)"""
    local = timezone.localtime(moment)
    return local, escape(local.isoformat(timespec="seconds")), escape(_written(local, "DATETIME_FORMAT"))


def day_of(moment: datetime | date) -> str:
    """The day of `moment`, in the reader's time zone and format: "11 maggio 2026"."""
    return _written(timezone.localtime(moment) if isinstance(moment, datetime) else moment)


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
