# SPDX-License-Identifier: EUPL-1.2
"""Proposals plug in as a component of spaces. Each part of the room declares its own: writing, answering, reading."""

from __future__ import annotations

from filanda.components.proposals.manifest import answering, reading, writing
from filanda.kernel.manifests import Manifest

_PARTS = (writing, answering, reading)

manifest = Manifest(
    permissions=tuple(one for part in _PARTS for one in part.PERMISSIONS),
    events=tuple(one for part in _PARTS for one in part.EVENTS),
    notices=tuple(one for part in _PARTS for one in part.NOTICES),
    desk=tuple(one for part in _PARTS for one in part.DESK),
    things=(*reading.THINGS, *answering.THINGS),
    personal_data=(*answering.PERSONAL, *reading.PERSONAL),
    waiting=answering.waiting,
    search_sources=reading.SEARCH_SOURCES,
    demo=reading.demo,
)
