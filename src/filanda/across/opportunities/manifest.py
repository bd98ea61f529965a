# SPDX-License-Identifier: EUPL-1.2
"""What those who follow a funding call hear of it. The calls themselves are of directory/funding."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from filanda.capabilities.follows.queries import followers
from filanda.directory.funding.queries import KIND
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests import Manifest
from filanda.kernel.manifests.things import Key, Notice, ThingLine, Told


def _about(event: Event) -> Key | None:
    return (KIND, event.subject_id) if event.subject_id else None


def _told(event: Event) -> Iterable[Told]:
    about = _about(event)
    return [Told(number, "follow") for number in followers([about])] if about else []


def _said(_event: Event, line: ThingLine) -> str:
    return _("Changed: %(title)s") % {"title": line.title}


manifest = Manifest(notices=(Notice("funding.call.changed", "threads", _told, _about, _said),))
