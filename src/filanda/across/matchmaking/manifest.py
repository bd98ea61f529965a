# SPDX-License-Identifier: EUPL-1.2
"""What this room plugs in."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from filanda.across.matchmaking import personal
from filanda.across.matchmaking.models import Showing
from filanda.across.matchmaking.policies import PERMISSIONS
from filanda.across.matchmaking.unanswered import UNANSWERED
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest, PersonalData, Retention
from filanda.kernel.regions.models import Region


def _forget(region: Region, before: datetime, now: datetime) -> int:
    return int(Showing.objects.filter(on_day__lt=before.date()).delete()[0])


manifest = Manifest(
    permissions=PERMISSIONS,
    events=(
        EventType("matchmaking.suggestion.dismissed", _("A suggestion did not fit"), Audience.STAFF, Erasure.NOTHING),
        EventType(
            "matchmaking.suggestion.restored", _("A suggestion may fit after all"), Audience.STAFF, Erasure.NOTHING
        ),
        EventType("matchmaking.letter.sent", _("A weekly letter was sent"), Audience.STAFF, Erasure.NOTHING),
    ),
    desk=(UNANSWERED,),
    personal_data=(
        PersonalData("matchmaking", _("Suggestions and what was said of them"), personal.collect, personal.erase),
    ),
    retention=(Retention("matchmaking.showings", _("What was suggested to whom"), 365, _forget),),
)
