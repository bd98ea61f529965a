# SPDX-License-Identifier: EUPL-1.2
"""Reads for the manager's view. Each says how many queries it costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import ngettext

from filanda.across.communities.figures import compute, medians
from filanda.across.communities.models import SpaceFigures
from filanda.capabilities.threads.models import Thread
from filanda.kernel.identity.actors import Actor
from filanda.spaces.components import Task
from filanda.spaces.models import SCOPE, Membership, MembershipState, Space
from filanda.spaces.queries import components_of

__all__ = ["Health", "health_of", "newcomers", "tasks_of", "unanswered"]

NEW_FOR = timedelta(days=14)
TREND_DAYS = 90


@dataclass(frozen=True)
class Health:
    """`numbers` as on `at`; `medians` of the region's listed communities on that day; `trend`: (day, numbers)."""

    at: datetime
    numbers: dict[str, Any]
    medians: dict[str, float]
    trend: list[tuple[Any, dict[str, Any]]]


def health_of(actor: Actor, space: Space, now: datetime) -> Health:
    """The figures of `space` for `actor`, who may see them (communities.health). Two queries; a space that the nightly
    job has not met yet is counted now.
    """
    rows = list(SpaceFigures.objects.visible_to(actor).filter(space=space, day__gte=now.date() - timedelta(TREND_DAYS)))
    if not rows:
        return Health(now, compute([space], now)[space.pk], {}, [])
    latest = rows[0]
    others = SpaceFigures.objects.compared().filter(day=latest.day).values_list("numbers", flat=True)
    return Health(
        latest.computed_at, latest.numbers, medians(others), [(row.day, row.numbers) for row in reversed(rows)]
    )


def unanswered(actor: Actor, space: Space, now: datetime, most: int = 10) -> list[Thread]:
    """Threads of the last 90 days that nobody else has written in, the oldest first. One query."""
    rows = Thread.objects.visible_to(actor).in_place(SCOPE, space.pk).filter(hidden_at=None, moved_to=None)
    rows = rows.filter(first_reply_at=None, closed_at=None, created_at__gte=now - timedelta(days=90))
    return list(rows.order_by("created_at", "pk")[:most])


def newcomers(actor: Actor, space: Space, now: datetime, most: int = 50) -> list[Membership]:
    """Who joined in the last 14 days and has not been greeted, the first to come first. One query."""
    rows = Membership.objects.visible_to(actor).active().filter(space=space, welcomed_at=None)
    rows = rows.filter(joined_at__gte=now - NEW_FOR).exclude(account=actor.account_id)
    return list(rows.select_related("account").order_by("joined_at", "pk")[:most])


def tasks_of(actor: Actor, space: Space, now: datetime, *, may_manage: bool) -> Iterator[Task]:
    """What waits in `space`: of its components, and requests to join for those who answer them."""
    if may_manage:
        asked = Membership.objects.visible_to(actor).filter(space=space, state=MembershipState.REQUESTED)
        times = list(asked.order_by("state_changed_at").values_list("state_changed_at", flat=True))
        if times:
            count = len(times)
            sentence = ngettext("Answer %(n)s request to join", "Answer %(n)s requests to join", count) % {"n": count}
            yield Task(sentence, "spaces:requests", (space.slug,), count=count, since=times[0])
    for kind in components_of(space):
        yield from kind.tasks(space, now)
