# SPDX-License-Identifier: EUPL-1.2
"""What moves between components plug in."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from filanda.across.journeys import personal
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest, PersonalData

manifest = Manifest(
    events=(
        EventType("journeys.thread.documented", _("A discussion became a document"), Audience.STAFF, Erasure.NOTHING),
        EventType("journeys.thread.proposed", _("A discussion became a proposal"), Audience.STAFF, Erasure.NOTHING),
    ),
    personal_data=(
        PersonalData("journeys", _("Documents and proposals made of discussions"), personal.collect, personal.erase),
    ),
)
