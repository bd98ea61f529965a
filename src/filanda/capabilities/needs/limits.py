# SPDX-License-Identifier: EUPL-1.2
"""How often a visitor may do what costs here. How it is counted: kernel.limits."""

from __future__ import annotations

from datetime import datetime, timedelta

from filanda.kernel import limits
from filanda.kernel.limits import Limit, TooMany, forget_past
from filanda.kernel.regions.models import Region

__all__ = ["LIMITS", "Limit", "TooMany", "forget_past", "take", "take_here"]

LIMITS = {
    "need": Limit(30, timedelta(hours=1)),
    "answer": Limit(300, timedelta(hours=1)),  # looked at again, with other filters say: each costs a search
    "introduction": Limit(8, timedelta(days=1)),
}


def take(what: str, *, address: str, region: Region, now: datetime) -> int:
    """Count one use of `what` (a key of LIMITS) by `address`; return how many are left. Raises TooMany."""
    return limits.take(what, LIMITS[what], who=address, region=region, now=now)


def take_here(what: str, *, address: str, region: Region, now: datetime) -> None:
    """As `take`, counted by this process alone, without a query."""
    limits.take_here(what, LIMITS[what], who=address, region=region, now=now)
