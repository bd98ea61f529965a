# SPDX-License-Identifier: EUPL-1.2
"""What happens to a space's threads when the space changes. No transaction is opened here."""

from __future__ import annotations

from django.db.models import F

from filanda.capabilities.threads.models import Post, Thread
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.journal.actions import record
from filanda.spaces.models import SCOPE, Space

__all__ = ["follow_audience"]

BATCH = 1000  # ids in one event


def follow_audience(space: Space) -> None:
    """The space has opened or closed: its threads have other readers now, and what is derived from them follows."""
    threads = Thread.objects.in_place(SCOPE, space.pk)
    ids = sorted(threads.values_list("pk", flat=True))
    threads.exclude(audience=space.audience).update(audience=space.audience, version=F("version") + 1)
    posts = sorted(Post.objects.filter(thread__in=ids).values_list("pk", flat=True))
    for kind, numbers in (("thread", ids), ("post", posts)):
        for start in range(0, len(numbers), BATCH):
            record(
                "discussions.audience.followed",
                region=space.region,
                actor=PLATFORM,
                subject=space,
                payload={"audience": space.audience},
                touches={kind: numbers[start : start + BATCH]},
            )
