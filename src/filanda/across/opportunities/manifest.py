# SPDX-License-Identifier: EUPL-1.2
"""What those who follow a funding call, or look for partners for it, hear of it. The calls themselves are of
directory/funding.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from filanda.capabilities.follows.queries import followers
from filanda.components.proposals.models import Proposal
from filanda.directory.funding.queries import KIND
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests import Manifest
from filanda.kernel.manifests.things import Key, Notice, ThingLine, Told
from filanda.kernel.ui.moments import day_of


def _about(event: Event) -> Key | None:
    return (KIND, event.subject_id) if event.subject_id else None


def _told(event: Event) -> Iterator[Told]:
    about = _about(event)
    for number in followers([about]) if about else ():
        yield Told(number, "follow")


def _told_of_end(event: Event) -> Iterator[Told]:
    """Besides those who follow it, who has an open proposal for it."""
    yield from _told(event)
    rows = Proposal.objects.answerable(event.at).filter(funding_call=event.subject_id, owner__isnull=False)
    for number in rows.order_by("owner").values_list("owner", flat=True).distinct():
        yield Told(number, "author")


def _said(_event: Event, line: ThingLine) -> str:
    return _("Changed: %(title)s") % {"title": line.title}


def _said_of_end(event: Event, line: ThingLine) -> str:
    ends = str((event.payload or {}).get("deadline", ""))
    return _("Deadline on %(day)s: %(title)s") % {"day": day_of(date.fromisoformat(ends)), "title": line.title}


manifest = Manifest(
    notices=(
        Notice("funding.call.changed", "threads", _told, _about, _said),
        Notice("funding.call.ending", "threads", _told_of_end, _about, _said_of_end),
    )
)
