# SPDX-License-Identifier: EUPL-1.2
"""Following as part of somebody's action. No transaction is opened here."""

from __future__ import annotations

from typing import Any

from filanda.capabilities.follows.models import Bookmark, Follow, FollowLevel
from filanda.directory.organisations.models import Organisation
from filanda.kernel.manifests.things import Key
from filanda.kernel.regions.models import Region

__all__ = ["carry_over", "follow", "follow_merge", "forget_thing", "let_go"]


def follow(region: Region, account_id: int, thing: Key, *, is_own_choice: bool = False) -> None:
    """Let somebody follow `thing` because of what they did (joined it, wrote in it). What they chose is kept."""
    Follow.objects.get_or_create(
        region=region,
        account_id=account_id,
        thing_kind=thing[0],
        thing_id=thing[1],
        defaults={"level": FollowLevel.FOLLOWING, "is_own_choice": is_own_choice},
    )


def let_go(account_id: int, thing: Key) -> None:
    """Somebody has left `thing`: they follow it no longer, whatever they had chosen."""
    Follow.objects.filter(account=account_id, thing_kind=thing[0], thing_id=thing[1]).delete()


def forget_thing(thing: Key) -> None:
    """The thing is gone: nobody follows or marks it."""
    for model in (Follow, Bookmark):
        model.objects.filter(thing_kind=thing[0], thing_id=thing[1]).delete()


def carry_over(thing: Key, to: Key) -> None:
    """`thing` has become part of `to`: who followed or muted it does so with `to`, unless they had said so before."""
    models: tuple[Any, ...] = (Follow, Bookmark)
    for model in models:
        rows = list(model.objects.filter(thing_kind=thing[0], thing_id=thing[1]))
        for row in rows:
            row.pk, row.thing_kind, row.thing_id = None, to[0], to[1]
        model.objects.bulk_create(rows, ignore_conflicts=True)
    forget_thing(thing)


def follow_merge(region: Region, stays: Organisation, other: Organisation) -> None:
    """Who followed or marked an entry that is united with another does so with the one that stays."""
    carry_over(("organisation", other.pk), ("organisation", stays.pk))
