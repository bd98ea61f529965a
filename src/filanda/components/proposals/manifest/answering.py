# SPDX-License-Identifier: EUPL-1.2
"""What the room plugs in: expressions of interest."""

from __future__ import annotations

from filanda.kernel.journal.event_types import EventType
from filanda.kernel.manifests.desk import DeskSource
from filanda.kernel.manifests.things import Notice
from filanda.kernel.policies import Permission

PERMISSIONS: tuple[Permission, ...] = ()
EVENTS: tuple[EventType, ...] = ()
NOTICES: tuple[Notice, ...] = ()
DESK: tuple[DeskSource, ...] = ()
