# SPDX-License-Identifier: EUPL-1.2
"""What the manager's view plugs in."""

from __future__ import annotations

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.across.communities import personal, telling
from filanda.across.communities.actions import ASKED
from filanda.across.communities.models import SpaceFigures
from filanda.across.communities.policies import PERMISSIONS
from filanda.across.communities.steps import forget_figures, keep_figures
from filanda.directory.organisations.demo.seeds import ensure_region
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest, PersonalData, Retention
from filanda.kernel.manifests.things import Notice
from filanda.kernel.regions.scoped import in_region
from filanda.spaces.models import Space


def _demo(_actor: Actor) -> None:
    """The figures of today, once: what comes next is counted by the night."""
    region = ensure_region()
    with in_region(region), transaction.atomic():
        if not SpaceFigures.objects.exists():
            keep_figures(region, list(Space.objects.filter(archived_at=None)), now())


def _event(name: str, label: object) -> EventType:
    # Payloads hold ids and counts.
    return EventType(name, label, Audience.STAFF, Erasure.NOTHING)  # type: ignore[arg-type]


manifest = Manifest(
    demo=_demo,
    permissions=PERMISSIONS,
    events=(
        _event("communities.suggestion.dismissed", _("A suggestion was put aside for a community")),
        _event(ASKED, _("An organisation was invited to take part in a community")),
        _event("communities.newsletter.drafted", _("A community's newsletter was drafted")),
        _event("communities.newsletter.edited", _("A community's newsletter was changed")),
        _event("communities.newsletter.dropped", _("The draft of a community's newsletter was thrown away")),
        _event("communities.newsletter.sent", _("A community's newsletter was sent")),
    ),
    personal_data=(PersonalData("communities", _("Newsletters of communities"), personal.collect, personal.erase),),
    waiting=personal.waiting,
    notices=(
        Notice(ASKED, "membership", telling.asked_told, telling.about_space, telling.asked, space=telling.space_of),
    ),
    retention=(Retention("space_figures", _("Daily figures of communities"), 800, forget_figures),),
)
