# SPDX-License-Identifier: EUPL-1.2
"""What moves between components plug in."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest

manifest = Manifest(
    events=(
        EventType("journeys.thread.documented", _("A discussion became a document"), Audience.STAFF, Erasure.NOTHING),
    ),
)
