# SPDX-License-Identifier: EUPL-1.2
"""What new people may do, so that nobody floods a place: posts in an hour and a day, links in a post, the same text
again. Whoever a facilitator has validated, and who has been here for a week, writes freely.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from filanda.capabilities.threads.errors import SaidAlready, TooManyLinks, TooManyPosts
from filanda.capabilities.threads.models import Post, PostState
from filanda.capabilities.threads.rendering import Rendered
from filanda.directory.people.models import Person, ValidationState
from filanda.kernel import limits
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.limits import Limit, TooMany
from filanda.kernel.regions.models import Region

__all__ = ["Rules", "check", "check_links", "is_new", "rules"]

STAFF = frozenset({Role.FACILITATOR, Role.REGION_ADMINISTRATOR})
SAME_TEXT_FROM = 20  # characters: shorter ones, "Thank you!", are said again and again
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rules:
    """What holds for newcomers in a region: settings["newcomers"]."""

    days: int = 7
    posts_an_hour: int = 10
    posts_a_day: int = 40
    links: int = 3


def rules(region: Region) -> Rules:
    """The rules in the settings of `region`; what is missing or not understood is as by default. No query."""
    given = region.settings.get("newcomers")
    if not isinstance(given, dict):
        return Rules()
    sane = {
        name: value
        for name in ("days", "posts_an_hour", "posts_a_day", "links")
        if isinstance(value := given.get(name), int) and not isinstance(value, bool) and 0 <= value <= 10_000
    }
    return Rules(**sane)


def is_new(actor: Actor, region: Region, now: datetime) -> bool:
    """Whether `actor` is young here, or was never validated. One query, none for staff."""
    if actor.is_platform or actor.account_id is None or (actor.roles | actor.withheld) & STAFF:
        return False
    found = (
        Person.objects.filter(account=actor.account_id, erased_at=None)
        .values_list("state", "account__created_at")
        .first()
    )
    if found is None:
        born = Account.objects.values_list("created_at", flat=True).get(pk=actor.account_id)
        return bool(born > now - timedelta(days=rules(region).days))
    state, born = found
    return state != ValidationState.VALIDATED or bool(born > now - timedelta(days=rules(region).days))


def check(
    *,
    actor: Actor,
    region: Region,
    source: str,
    rendered: Rendered,
    now: datetime,
    thread_id: int | None = None,
) -> None:
    """Raise TooManyPosts, TooManyLinks or SaidAlready; count this post otherwise. In the caller's transaction.

    The same text in one thread is refused for everybody: it is a mistake.
    """
    if actor.is_platform or actor.account_id is None:
        return
    newcomer = is_new(actor, region, now)
    if len(source) >= SAME_TEXT_FROM:
        same = Post.objects.filter(
            region=region, author=actor.account_id, created_at__gt=now - _DAY, source=source
        ).exclude(state=PostState.DELETED)
        if not newcomer:
            same = same.filter(thread=thread_id) if thread_id is not None else same.none()
        if same.exists():
            raise SaidAlready
    if not newcomer:
        return
    held_to = rules(region)
    if rendered.links > held_to.links:
        raise TooManyLinks(held_to.links)
    try:
        for what, most, every in (
            ("threads.hour", held_to.posts_an_hour, timedelta(hours=1)),
            ("threads.day", held_to.posts_a_day, _DAY),
        ):
            limits.take(what, Limit(most, every), who=f"account {actor.account_id}", region=region, now=now)
    except TooMany as error:
        raise TooManyPosts(error.limit.most, error.retry_after) from None


def check_links(*, actor: Actor, region: Region, rendered: Rendered, now: datetime) -> None:
    """Raise TooManyLinks for an edit that smuggles links in."""
    held_to = rules(region)
    if rendered.links > held_to.links and is_new(actor, region, now):
        raise TooManyLinks(held_to.links)
