# SPDX-License-Identifier: EUPL-1.2
"""What the room plugs in: the directory, a proposal, saved searches."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from filanda.components.proposals.policies.reading import PERMISSIONS, register_files
from filanda.components.proposals.queries.reading import KIND, lines
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests.desk import DeskSource
from filanda.kernel.manifests.things import Notice, Thing

__all__ = ["DESK", "EVENTS", "NOTICES", "PERMISSIONS", "THINGS"]

register_files()


def _event(name: str, label: str | Promise) -> EventType:
    # Payloads hold ids, counts and states: words and reasons stand in the rows.
    return EventType(name, label, Audience.STAFF, Erasure.NOTHING)


EVENTS: tuple[EventType, ...] = (
    _event("proposals.admission.asked", _("Somebody asked to read the full text of a proposal")),
    _event("proposals.admission.let_in", _("Somebody was let in to the full text of a proposal")),
    _event("proposals.admission.undertaken", _("Somebody undertook to keep a proposal confidential")),
    _event("proposals.admission.refused", _("Somebody was not let in to the full text of a proposal")),
    _event("proposals.admission.ended", _("Somebody reads the full text of a proposal no longer")),
    _event("proposals.search.kept", _("A search of proposals was kept")),
    _event("proposals.search.dropped", _("A kept search of proposals was dropped")),
    _event("proposals.search.told", _("What is new for a kept search of proposals was sent")),
    _event("proposals.audience.followed", _("A community opened or closed, and its proposals with it")),
    _event("proposals.demo.seeded", _("Invented proposals were made")),
)
NOTICES: tuple[Notice, ...] = ()
DESK: tuple[DeskSource, ...] = ()
THINGS: tuple[Thing, ...] = (
    Thing(
        KIND,
        _("Proposal"),
        lines,
        is_followed=True,
        is_bookmarked=True,
        url_names=("proposals:proposal", "proposals:short"),
        find=lambda match: match.get("number"),
    ),
)
