# SPDX-License-Identifier: EUPL-1.2
"""Permissions and events of operating the installation."""

from django.utils.translation import gettext_lazy as _

from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest
from filanda.kernel.policies import Permission

STAFF = frozenset({"facilitator", "region_administrator"})

manifest = Manifest(
    permissions=(
        Permission("operators.manage", _("Make and end operators (operators only)")),
        Permission("regions.manage", _("Add regions and host names (operators only)")),
        Permission("site.catalogue.view", _("See the catalogue of interface parts"), roles=STAFF),
    ),
    events=(
        EventType("operators.operator.made", _("Somebody became an operator"), Audience.OPERATORS, Erasure.NOTHING),
        EventType(
            "operators.operator.ended", _("Somebody is an operator no more"), Audience.OPERATORS, Erasure.NOTHING
        ),
        EventType("regions.region.added", _("A region was added"), Audience.OPERATORS, Erasure.NOTHING),
        EventType("regions.host.added", _("A host name was added"), Audience.OPERATORS, Erasure.NOTHING),
    ),
)
