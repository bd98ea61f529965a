# SPDX-License-Identifier: EUPL-1.2
"""What the managers of a space should do about its events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, Max, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from filanda.capabilities.files.models import StoredFile
from filanda.components.events.models import SpaceEvent
from filanda.spaces.components import Task
from filanda.spaces.models import Space

__all__ = ["tasks"]

AHEAD = timedelta(days=60)
MATERIAL_WITHIN = timedelta(days=30)


def tasks(space: Space, now: datetime) -> Iterator[Task]:
    """Nothing is planned; something took place and nothing of it is there to read. Two queries."""
    rows = SpaceEvent.objects.filter(space=space).taking_place()
    ahead = rows.aggregate(
        soon=Max("starts_at", filter=Q(ends_at__gt=now, starts_at__lt=now + AHEAD)),
        last=Max("ends_at", filter=Q(ends_at__lte=now)),
    )
    if ahead["soon"] is None:
        sentence = _("Prepare the next event: nothing is planned in the next 60 days")
        yield Task(sentence, "events:new", (space.slug,), "", 1, ahead["last"])
    files = StoredFile.objects.filter(subject_kind="event", subject_id=OuterRef("pk"))
    bare = list(
        rows.filter(~Exists(files), links=[], ends_at__lte=now, ends_at__gt=now - MATERIAL_WITHIN).order_by(
            "ends_at", "pk"
        )[:20]
    )
    if bare:
        sentence = ngettext(
            "Add the material of an event that took place",
            "Add the material of %(count)s events that took place",
            len(bare),
        ) % {"count": len(bare)}
        yield Task(sentence, "events:material", (space.slug, bare[0].pk), "", len(bare), bare[0].ends_at)
