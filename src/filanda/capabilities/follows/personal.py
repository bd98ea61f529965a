# SPDX-License-Identifier: EUPL-1.2
"""What this room keeps about a person: whom and what they follow, what they have marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from filanda.capabilities.follows.models import Bookmark, Follow
from filanda.capabilities.follows.steps import forget_thing
from filanda.directory.people.models import Person
from filanda.kernel.identity.models import Account

__all__ = ["collect", "erase"]


def collect(account: Account) -> Mapping[str, Any]:
    follows = Follow.objects.filter(account=account).order_by("pk")
    marks = Bookmark.objects.filter(account=account).order_by("pk")
    return {
        "follows.json": list(follows.values("thing_kind", "thing_id", "level", "is_own_choice", "created_at")),
        "bookmarks.json": list(marks.values("thing_kind", "thing_id", "note", "created_at")),
    }


def erase(account: Account, keeps: bool) -> None:
    """They go in any case: they are nobody else's. So does what others have marked of the person themselves."""
    for number in Person.objects.filter(account=account).values_list("pk", flat=True):
        forget_thing(("person", number))
    Follow.objects.filter(account=account).delete()
    Bookmark.objects.filter(account=account).delete()
