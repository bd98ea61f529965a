# SPDX-License-Identifier: EUPL-1.2
"""Entries that look alike, looked for by a job soon after something changed, and kept for the facilitators' list."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from filanda.directory.organisations.models import Likeness, LikenessRound
from filanda.directory.organisations.queries.duplicates import find_duplicates
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal import chain
from filanda.kernel.journal.models import ChainLink
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region

__all__ = ["look_for_likenesses"]

AT_LEAST = timedelta(days=1)  # however little the journal says: rows may be written past it by hand


def look_for_likenesses(*, actor: Actor, region: Region, now: datetime) -> int | None:
    """Look over all organisations of `region` if one of them changed since the last look, or a day has gone by.

    All are compared, not only those that changed: which pairs are told depends on groups. Returns how many pairs are
    new or told otherwise than before; None when there was nothing to look at. A pair that somebody left apart is never
    found again, one that looks alike no more goes. Raises Forbidden.
    """
    with transaction.atomic(durable=True):
        require(actor, "organisations.merge")
        LikenessRound.objects.get_or_create(region=region)
        last = LikenessRound.objects.select_for_update().get(region=region)
        head = chain.head()  # what is written from now on is seen the next time
        is_due = last.looked_at is None or now - last.looked_at >= AT_LEAST or _has_news(region, last.position, head)
        last.position = head
        if not is_due:
            last.save(update_fields=["position"])
            return None
        last.looked_at = now
        last.save(update_fields=["position", "looked_at"])
        return _write(region, now)


def _has_news(region: Region, after: int, head: int) -> bool:
    links = ChainLink.objects.filter(position__gt=after, position__lte=head)
    return links.filter(event__region=region, event__touches__has_key="organisation").exists()


def _write(region: Region, now: datetime) -> int:
    found = {(one.first_id, one.second_id): one for one in find_duplicates(region)}
    known = {(row.first_id, row.second_id): row for row in Likeness.objects.filter(region=region)}
    Likeness.objects.filter(pk__in=[row.pk for pair, row in known.items() if pair not in found]).delete()
    changed = []
    for pair, one in found.items():
        row = known.get(pair)
        if row is None or tuple(row.reasons) != one.reasons:
            row = row or Likeness(region=region, first_id=pair[0], second_id=pair[1])
            row.reasons, row.score, row.found_at = list(one.reasons), one.score, now
            changed.append(row)
    Likeness.objects.bulk_create(
        changed,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["first", "second"],
        update_fields=["reasons", "score", "found_at"],
    )
    return len(changed)
