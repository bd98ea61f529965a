# SPDX-License-Identifier: EUPL-1.2
"""The clock of an item, in words: how many working days of the region are left, or it is over its target by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from filanda.kernel.regions.models import Region
from filanda.kernel.regions.working import time_zone, working_days_until

__all__ = ["Clock", "WorkingDays"]

FAR = 400  # days: what lies farther is counted as that far


@dataclass(frozen=True)
class Clock:
    """`urgency`: "over", "today" or "later"; `words`: how it stands."""

    urgency: str
    words: str


class WorkingDays:
    """Working days around `now`, counted once for a whole page."""

    def __init__(self, region: Region, now: datetime, moments: Iterable[datetime]) -> None:
        self._zone = time_zone(region)
        self.now = now
        self._today = now.astimezone(self._zone).date()
        days = [self._clamped(moment) for moment in moments] + [self._today]
        self._first = min(days)
        self._sums = working_days_until(region, self._first, max(days))

    def _clamped(self, moment: datetime) -> date:
        day = moment.astimezone(self._zone).date()
        return min(max(day, self._today - timedelta(days=FAR)), self._today + timedelta(days=FAR))

    def between_today_and(self, moment: datetime) -> int:
        """Working days from today to the day of `moment`; negative if it lies before."""
        at, here = ((day - self._first).days for day in (self._clamped(moment), self._today))
        return self._sums[at] - self._sums[here]

    def of(self, due_at: datetime) -> Clock:
        days = self.between_today_and(due_at)
        if due_at < self.now:
            if days == 0:
                return Clock("over", _("over its target since today"))
            if due_at < self.now - timedelta(days=FAR):
                return Clock("over", _("over by more than a year"))
            words = ngettext("over by %(n)s working day", "over by %(n)s working days", -days) % {"n": -days}
            return Clock("over", words)
        if self._clamped(due_at) == self._today:
            at = due_at.astimezone(self._zone).strftime("%H:%M")
            return Clock("today", _("due today at %(time)s") % {"time": at})
        days = max(days, 1)
        return Clock("later", ngettext("%(n)s working day left", "%(n)s working days left", days) % {"n": days})
