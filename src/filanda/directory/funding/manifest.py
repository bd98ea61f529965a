# SPDX-License-Identifier: EUPL-1.2
"""What funding calls plug in."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from filanda.directory.funding.demo.seeding import seed_demo
from filanda.directory.funding.personal import collect, erase
from filanda.directory.funding.queries import KIND, lines
from filanda.directory.funding.search import SEARCH_SOURCES
from filanda.kernel.identity.models import Role
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest, PersonalData
from filanda.kernel.manifests.things import Thing
from filanda.kernel.policies import Permission


def _event(name: str, label: str | Promise, audience: Audience = Audience.STAFF) -> EventType:
    # Payloads hold ids, counts and names of fields, never words.
    return EventType(name, label, audience, Erasure.NOTHING)


manifest = Manifest(
    permissions=(
        Permission(
            "funding.manage",
            _("List funding calls, correct and withdraw them"),
            roles=frozenset({Role.FACILITATOR, Role.REGION_ADMINISTRATOR}),
        ),
        Permission("funding.import", _("Import funding calls"), roles=frozenset({Role.REGION_ADMINISTRATOR})),
    ),
    events=(
        _event("funding.call.created", _("A funding call was listed"), Audience.PUBLIC),
        _event("funding.call.changed", _("A funding call was corrected")),
        _event("funding.call.withdrawn", _("A funding call was withdrawn")),
        _event("funding.call.restored", _("A funding call is shown again")),
        _event("funding.call.ending", _("A deadline of a funding call is near")),
        _event("funding.calendar.followed", _("Funding calls opened or closed")),
        _event("funding.import.batch_imported", _("A part of an import of funding calls was written")),
    ),
    search_sources=SEARCH_SOURCES,
    personal_data=(PersonalData("funding", _("Funding calls that you listed"), collect, erase),),
    things=(
        Thing(
            KIND,
            _("Funding call"),
            lines,
            is_followed=True,
            is_bookmarked=True,
            url_names=("funding:call",),
            find=lambda match: match.get("number"),
        ),
    ),
    demo=seed_demo,
)
