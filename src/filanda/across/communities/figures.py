# SPDX-License-Identifier: EUPL-1.2
"""The figures of communities: what each is, and how they are counted. docs/communities.md says the same for readers.

`compute` counts all spaces of a region together, in a constant number of queries; the nightly job keeps the result.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, Max

from filanda.capabilities.threads.figures import figures_of
from filanda.capabilities.threads.models import Post, PostState, Reaction
from filanda.components.events.models import Registration, RegistrationState
from filanda.directory.affiliations.models import Position
from filanda.directory.organisations.models import HelixRole
from filanda.directory.people.models import Person, Visibility
from filanda.spaces.models import SCOPE, Membership, Space, SpaceKind

__all__ = ["COMPARED", "HELIX", "MONTHS", "compute", "gini", "medians", "months_before", "top_share"]

PERIOD = timedelta(days=90)
SHORT = timedelta(days=30)
MONTHS = 12
HELIX = tuple(role.value for role in HelixRole)
COMPARED = (
    "members",
    "active_30",
    "active_90",
    "new_30",
    "threads",
    "posts",
    "first_reply_hours",
    "unanswered_share",
    "top_share",
    "gini",
)
FEWEST_COMPARED = 3  # communities with that figure, below which a median would be somebody's own


def top_share(counts: Sequence[int]) -> float | None:
    """The share of contributions by the most active tenth (at least one person) of those who wrote; None if nobody."""
    total = sum(counts)
    if not total:
        return None
    most = sorted(counts, reverse=True)[: math.ceil(len(counts) / 10)]
    return round(sum(most) / total, 4)


def gini(counts: Sequence[int]) -> float | None:
    """The Gini coefficient of contributions among those who wrote: 0 all alike, near 1 one person; None if nobody."""
    total, number = sum(counts), len(counts)
    if not total:
        return None
    weighted = sum(place * count for place, count in enumerate(sorted(counts), start=1))
    return round(2 * weighted / (number * total) - (number + 1) / number, 4)


def months_before(now: datetime, most: int = MONTHS) -> list[str]:
    """The present month and those before it, oldest first: ["2025-12", …]."""
    year, month = now.year, now.month
    found = []
    for _ in range(most):
        found.append(f"{year:04d}-{month:02d}")
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return found[::-1]


def medians(rows: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """The median of each compared figure, of those that at least three communities have."""
    every = list(rows)
    found = {}
    for name in COMPARED:
        values = [row[name] for row in every if row.get(name) is not None]
        if len(values) >= FEWEST_COMPARED:
            found[name] = round(float(median(values)), 4)
    return found


def compute(spaces: Sequence[Space], now: datetime) -> dict[int, dict[str, Any]]:
    """The figures of each of `spaces`, all of the active region, as JSON-able numbers. Ten queries at most."""
    ids = [space.pk for space in spaces]
    joined = _members(spaces)
    written, latest = _contributions(ids, now)
    talk = figures_of(SCOPE, ids, now - PERIOD, now)
    helix = _helix_of({account for members in joined.values() for account in members})
    months = months_before(now)
    found = {}
    for space in spaces:
        members, one = joined[space.pk], talk[space.pk]
        active = {account: at for account, at in latest[space.pk].items() if account in members}
        counts = list(written[space.pk].values())
        reply = one.first_reply
        found[space.pk] = {
            "members": len(members),
            "active_30": sum(at >= now - SHORT for at in active.values()),
            "active_90": len(active),
            "new_30": sum(at is not None and now - SHORT <= at <= now for at in members.values()),
            "threads": one.threads,
            "posts": one.posts,
            "authors": len(counts),
            "questions": one.questions,
            "answered": one.answered,
            "unanswered": one.unanswered,
            "unanswered_share": round(one.unanswered / one.threads, 4) if one.threads else None,
            "first_reply_hours": round(reply.total_seconds() / 3600, 2) if reply is not None else None,
            "top_share": top_share(counts),
            "gini": gini(counts),
            "helix": _balance(members, helix),
            "growth": _growth(members.values(), months),
        }
    return found


def _members(spaces: Sequence[Space]) -> dict[int, dict[int, datetime | None]]:
    """By space, its members and since when. The region's own space has everybody who is in the region."""
    found: dict[int, dict[int, datetime | None]] = {space.pk: {} for space in spaces}
    rows = Membership.objects.active().filter(space__in=list(found), account__is_active=True).order_by()
    for space_id, account_id, at in rows.values_list("space", "account", "joined_at"):
        found[space_id][account_id] = at
    for space in spaces:
        if space.kind == SpaceKind.REGION:
            people = Person.objects.present().exclude(account=None).filter(account__is_active=True)
            found[space.pk] = dict(people.order_by().values_list("account", "joined_at"))
    return found


def _contributions(
    ids: Sequence[int], now: datetime
) -> tuple[dict[int, dict[int, int]], dict[int, dict[int, datetime]]]:
    """By space: how many posts each account wrote, and when each last wrote, reacted or registered, in the period."""
    written: dict[int, dict[int, int]] = defaultdict(dict)
    latest: dict[int, dict[int, datetime]] = defaultdict(dict)
    since = now - PERIOD

    def note(space_id: int, account_id: int, at: datetime) -> None:
        known = latest[space_id].get(account_id)
        latest[space_id][account_id] = at if known is None or at > known else known

    in_period: dict[str, Any] = {"created_at__gte": since, "created_at__lt": now}
    posts = Post.objects.filter(
        thread__place_kind=SCOPE,
        thread__place_id__in=ids,
        thread__hidden_at=None,
        thread__moved_to=None,
        state=PostState.SHOWN,
        **in_period,
    ).exclude(author=None)
    counted = posts.order_by().values_list("thread__place_id", "author").annotate(n=Count("pk"), at=Max("created_at"))
    for space_id, account_id, number, at in counted:
        written[space_id][account_id] = number
        note(space_id, account_id, at)
    reactions = Reaction.objects.filter(
        post__thread__place_kind=SCOPE,
        post__thread__place_id__in=ids,
        post__thread__hidden_at=None,
        post__state=PostState.SHOWN,
        **in_period,
    )
    for row in reactions.order_by().values_list("post__thread__place_id", "account").annotate(at=Max("created_at")):
        note(*row)
    coming = Registration.objects.filter(event__space__in=ids, event__hidden_at=None, **in_period)
    coming = coming.exclude(state=RegistrationState.CANCELLED)
    for row in coming.order_by().values_list("event__space", "account").annotate(at=Max("created_at")):
        note(*row)
    return written, latest


def _helix_of(accounts: Iterable[int]) -> dict[int, str]:
    """By account, the helix role of the organisation where they are now: the position that began last. Positions that
    somebody shows to nobody are not counted.
    """
    rows = Position.objects.filter(person__account__in=list(accounts), ended_on=None)
    rows = rows.exclude(person__visibility__contains={"positions": Visibility.PRIVATE.value})
    found: dict[int, str] = {}
    for account_id, role in rows.order_by("started_on", "pk").values_list(
        "person__account", "organisation__helix_role"
    ):
        if account_id is not None:
            found[account_id] = role
    return found


def _balance(members: Iterable[int], helix: Mapping[int, str]) -> dict[str, int]:
    counted = dict.fromkeys(HELIX, 0)
    for account_id in members:
        counted[helix.get(account_id, HelixRole.UNKNOWN.value)] += 1
    return counted


def _growth(joined: Iterable[datetime | None], months: Sequence[str]) -> list[dict[str, Any]]:
    """By month: how many of today's members joined in it, and how many of them were there at its end."""
    by_month: dict[str, int] = defaultdict(int)
    before = 0
    for at in joined:
        month = "" if at is None else f"{at.year:04d}-{at.month:02d}"
        if month < months[0]:
            before += 1
        else:
            by_month[month] += 1
    found = []
    for month in months:
        before += by_month[month]
        found.append({"month": month, "new": by_month[month], "members": before})
    return found
