# SPDX-License-Identifier: EUPL-1.2
"""The journal's own permission and event."""

from django.utils.translation import gettext_lazy as _

from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest
from filanda.kernel.policies import Permission

manifest = Manifest(
    permissions=(Permission("journal.erase", _("Take a person out of the journal (operators only)")),),
    events=(
        EventType(
            "journal.person.erased", _("A person was taken out of the journal"), Audience.OPERATORS, Erasure.NOTHING
        ),
    ),
)
