# SPDX-License-Identifier: EUPL-1.2
"""The worker's part: bans end by the clock; how alive each space is, nightly."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from django.utils import timezone

from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.jobs.queue import region_job
from filanda.kernel.regions.models import Region
from filanda.spaces.actions.members import lift_bans_that_ended
from filanda.spaces.homes import news_of
from filanda.spaces.models import Membership, Space
from filanda.spaces.queries import with_components

__all__ = ["lift_bans", "score_activity", "weigh_spaces"]

LINES_WEIGHED = 50
HALF_LIFE = timedelta(days=14)


@region_job("spaces.lift_bans", periodic="7 * * * *")
def lift_bans(*, region: Region) -> None:
    """Hourly."""
    lift_bans_that_ended(actor=PLATFORM, now=timezone.now())


@region_job("spaces.weigh", periodic="23 3 * * *")
def weigh_spaces(*, region: Region) -> None:
    """Nightly."""
    score_activity(timezone.now())


def score_activity(now: datetime) -> int:
    """Write how alive each space of the active region is: what is new in it and who joined, each counting half as much
    every two weeks. Returns how many were weighed.
    """
    spaces = list(with_components(Space.objects.filter(archived_at=None).select_related("region")))
    for space in spaces:
        moments = [line.at for _name, line in news_of(PLATFORM, space, None, LINES_WEIGHED) if line.at is not None]
        last = max((at for at in moments if at <= now), default=None)
        joined = Membership.objects.active().filter(space=space, joined_at__gt=now - 8 * HALF_LIFE)
        weights = [_weight(at, now) for at in moments] + [
            _weight(at, now) / 4 for at in joined.values_list("joined_at", flat=True) if at is not None
        ]
        space.activity_score = round(math.fsum(weights), 3)
        space.last_active_at = max(filter(None, (space.last_active_at, last)), default=None)
        Space.objects.filter(pk=space.pk).update(
            activity_score=space.activity_score, last_active_at=space.last_active_at
        )
    return len(spaces)


def _weight(at: datetime, now: datetime) -> float:
    age = max((now - at).total_seconds(), 0.0)
    return float(0.5 ** (age / HALF_LIFE.total_seconds()))
