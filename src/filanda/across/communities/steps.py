# SPDX-License-Identifier: EUPL-1.2
"""Keeping figures, as part of the nightly job. No transaction is opened here."""

from __future__ import annotations

from datetime import datetime

from filanda.across.communities.figures import compute
from filanda.across.communities.models import SpaceFigures
from filanda.kernel.regions.models import Region
from filanda.spaces.models import Space

__all__ = ["forget_figures", "keep_figures"]


def keep_figures(region: Region, spaces: list[Space], now: datetime) -> int:
    """Count `spaces` and keep the figures as those of the day: a second run on a day replaces the first's."""
    rows = [
        SpaceFigures(region=region, space_id=space_id, day=now.date(), numbers=numbers, computed_at=now)
        for space_id, numbers in compute(spaces, now).items()
    ]
    SpaceFigures.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["space", "day"], update_fields=["numbers", "computed_at"]
    )
    return len(rows)


def forget_figures(region: Region, before: datetime, now: datetime) -> int:
    """The figures of days before `before`."""
    return int(SpaceFigures.objects.filter(day__lt=before.date()).delete()[0])
