# SPDX-License-Identifier: EUPL-1.2
"""What this room plugs in: introductions of the demonstration."""

from __future__ import annotations

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.across.collaborating.demo import seed_introductions
from filanda.directory.organisations.demo.seeds import ensure_region
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest
from filanda.kernel.regions.scoped import in_region


def _demo(actor: Actor) -> None:
    region = ensure_region()
    with in_region(region):
        seed_introductions(actor, region, now())


manifest = Manifest(
    demo=_demo,
    events=(
        EventType(
            "collaborating.demo.seeded", _("Invented introductions were made"), Audience.OPERATORS, Erasure.NOTHING
        ),
    ),
)
