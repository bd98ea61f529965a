# SPDX-License-Identifier: EUPL-1.2
"""Discussions plug in as a component of spaces and as the place of their threads."""

from __future__ import annotations

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.components.discussions.demo.seeding import seed_threads
from filanda.components.discussions.desk import UNANSWERED
from filanda.components.discussions.happening import NEWS, tasks
from filanda.components.discussions.policies import PERMISSIONS, register
from filanda.components.discussions.steps import follow_audience
from filanda.directory.organisations.demo.seeds import ensure_region
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest
from filanda.kernel.regions.scoped import in_region
from filanda.spaces.components import ComponentKind, register_component

register()
register_component(
    ComponentKind(
        name="discussions",
        label=_("Discussions"),
        url_name="discussions:threads",
        position=10,
        follow_audience=follow_audience,
        news=NEWS,
        tasks=tasks,
        search_kind="thread",
    )
)


def _demo(actor: Actor) -> None:
    region = ensure_region()
    with in_region(region):
        seed_threads(actor, region, now=now())


manifest = Manifest(
    permissions=PERMISSIONS,
    demo=_demo,
    desk=(UNANSWERED,),
    events=(
        EventType(
            "discussions.audience.followed",
            _("A community opened or closed, and its discussions with it"),
            Audience.STAFF,
            Erasure.NOTHING,
        ),
        EventType("discussions.demo.seeded", _("Invented conversations were made"), Audience.STAFF, Erasure.NOTHING),
    ),
)
