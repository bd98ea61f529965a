# SPDX-License-Identifier: EUPL-1.2
"""Partners of proposals that nobody answers, worked out ahead: the desk's lines have to be quick."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from filanda.across.matchmaking.models import KeptMatch
from filanda.across.matchmaking.queries import matches_for_proposal
from filanda.across.matchmaking.unanswered import SILENT_FOR, unanswered
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.jobs.stopping import stop_requested
from filanda.kernel.regions.models import Region

__all__ = ["keep_partners"]

KEPT = 4
BEFORE = timedelta(days=2)  # so that they are there when it comes up
# What any member reads is what is asked with, whoever looks at the desk later.
_MEMBER = Actor(account_id=None, roles=frozenset({Role.INNOVATOR}))


def keep_partners(region: Region, now: datetime) -> int:
    """Look for partners anew. Returns for how many proposals."""
    rows = unanswered().filter(published_at__lte=now - SILENT_FOR + BEFORE, expires_at__gt=now)
    KeptMatch.objects.exclude(proposal_id__in=rows.values("pk")).delete()
    done = 0
    for row in rows.select_related("place", "organisation", "region").order_by("pk"):
        if stop_requested():
            break
        found = matches_for_proposal(row, actor=_MEMBER, now=now, limit=KEPT).organisations
        with transaction.atomic():
            KeptMatch.objects.filter(proposal_id=row.pk).delete()
            KeptMatch.objects.bulk_create(
                KeptMatch(
                    region=region,
                    proposal_id=row.pk,
                    organisation_id=one.id,
                    place=one.place,
                    score=round(one.score, 4),
                    at=now,
                )
                for one in found
            )
        done += 1
    return done
