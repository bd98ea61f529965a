# SPDX-License-Identifier: EUPL-1.2
"""What the manager's view plugs in."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from filanda.across.communities import personal, telling
from filanda.across.communities.actions import ASKED
from filanda.across.communities.policies import PERMISSIONS
from filanda.across.communities.steps import forget_figures
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest, PersonalData, Retention
from filanda.kernel.manifests.things import Notice


def _event(name: str, label: object) -> EventType:
    # Payloads hold ids and counts.
    return EventType(name, label, Audience.STAFF, Erasure.NOTHING)  # type: ignore[arg-type]


manifest = Manifest(
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
