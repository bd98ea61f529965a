# SPDX-License-Identifier: EUPL-1.2
"""Moments in the life of a proposal by the region's wall clock: a day stays a day when clocks change."""

from __future__ import annotations

import calendar
from datetime import datetime

from filanda.kernel.regions.models import Region
from filanda.kernel.regions.working import days_after, time_zone, working_time_after

__all__ = ["REVIEW_DAYS", "WARN_DAYS", "days_before", "months_after", "review_due"]

REVIEW_DAYS = 1  # working days: the target for a review
WARN_DAYS = (14, 3)


def months_after(region: Region, start: datetime, months: int) -> datetime:
    """The same day and time of day `months` later; of a day that the month does not have, its last one."""
    local = start.astimezone(time_zone(region))
    years, month = divmod(local.month - 1 + months, 12)
    year, month = local.year + years, month + 1
    day = min(local.day, calendar.monthrange(year, month)[1])
    return local.replace(year=year, month=month, day=day, fold=0)


def days_before(region: Region, moment: datetime, days: int) -> datetime:
    """The same time of day `days` days earlier."""
    return days_after(region, moment, -days)


def review_due(region: Region, submitted_at: datetime) -> datetime:
    """Until when a facilitator should have read what was submitted: one working day."""
    return working_time_after(region, submitted_at, REVIEW_DAYS)
