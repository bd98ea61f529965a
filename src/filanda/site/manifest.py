# SPDX-License-Identifier: EUPL-1.2
"""Permissions and events of operating the installation."""

from django.utils.translation import gettext_lazy as _

from filanda.directory.organisations.demo.seeds import ensure_region
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest
from filanda.kernel.policies import Permission
from filanda.kernel.regions.scoped import in_region


def _demo(actor: Actor) -> None:
    from filanda.site.demo import (  # read views, which want all manifests first
        seed_desk_of_staff,
        seed_order_of_people,
        seed_together_of_people,
    )

    region = ensure_region()
    with in_region(region):
        seed_desk_of_staff(actor, region)
        seed_order_of_people(actor, region)
        seed_together_of_people(actor, region)


STAFF = frozenset({"facilitator", "region_administrator"})

manifest = Manifest(
    demo=_demo,
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
