# SPDX-License-Identifier: EUPL-1.2
"""Several documents that came together are announced once, also where the process that took them in did not live to
say so.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from filanda.components.documents.models import Document
from filanda.components.documents.steps import tell
from filanda.kernel.identity.actors import Actor, actor_for
from filanda.kernel.jobs.queue import enqueue_at, region_job
from filanda.kernel.journal.models import Event
from filanda.kernel.regions.models import Region
from filanda.spaces.steps import lock_space

__all__ = ["announce_later", "announce_left", "tell_together"]

PATIENCE = timedelta(minutes=10)  # longer than anybody uploads


def announce_later(first: Document, now: datetime) -> None:
    """See to it, in the caller's transaction, that several documents of which `first` is the first are announced."""
    enqueue_at(announce_left, now + PATIENCE, region_id=first.region_id, first=first.pk)


def tell_together(actor: Actor, first: Document, count: int) -> bool:
    """Announce `count` documents, unless they have been. The caller holds the space's lock."""
    if _events("documents.documents.announced", first).exists():
        return False
    tell("documents.documents.announced", actor, first, count=count)
    return True


@region_job("documents.announce_left")
def announce_left(*, region: Region, first: int) -> int:
    """Announce what came with the document `first`, if nobody has. Returns of how many was told."""
    with transaction.atomic(durable=True):
        document = Document.objects.select_related("region").filter(pk=first).first()
        if document is None:
            return 0
        lock_space(document.space_id)
        brought = _events("documents.document.added", document).select_related("account").first()
        if brought is None:
            return 0
        later = Event.objects.filter(
            region=region,
            subject_type=brought.subject_type,
            subject_id__gt=first,
            type=brought.type,
            payload__after=first,
        )
        count = 1 + later.count()
        return count if tell_together(actor_for(brought.account), document, count) else 0


def _events(name: str, document: Document) -> QuerySet[Event]:
    found: QuerySet[Event] = Event.objects.filter(
        region=document.region_id, subject_type=document._meta.model_name, subject_id=document.pk, type=name
    )
    return found
