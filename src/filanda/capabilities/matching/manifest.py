# SPDX-License-Identifier: EUPL-1.2
"""What matching plugs in."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest

manifest = Manifest(
    events=(
        EventType(
            name="matching.concepts.suggested",
            label=_("Topics were suggested by machine"),
            audience=Audience.STAFF,
            erasure=Erasure.NOTHING,
        ),
    ),
)
