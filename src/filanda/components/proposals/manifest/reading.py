# SPDX-License-Identifier: EUPL-1.2
"""What the room plugs in: the directory, a proposal, saved searches."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.components.proposals.demo.seeding import seed_proposals
from filanda.components.proposals.happening import FOUND, NEWS, tasks
from filanda.components.proposals.policies.reading import PERMISSIONS, register_files
from filanda.components.proposals.queries.reading import KIND, lines
from filanda.components.proposals.searching import SEARCH_SOURCES
from filanda.components.proposals.steps import ending
from filanda.components.proposals.steps.reading import follow_audience
from filanda.components.proposals.telling import reading as telling
from filanda.components.proposals.telling.personal import collect, erase
from filanda.directory.organisations.demo.seeds import ensure_region
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests import PersonalData
from filanda.kernel.manifests.desk import DeskSource
from filanda.kernel.manifests.things import Enforcement, Notice, Thing, Told
from filanda.kernel.regions.scoped import in_region
from filanda.spaces.components import ComponentKind, register_component

__all__ = ["DESK", "EVENTS", "NOTICES", "PERMISSIONS", "PERSONAL", "SEARCH_SOURCES", "THINGS", "demo"]

register_files()
register_component(
    ComponentKind(
        name="proposals",
        label=_("Proposals"),
        url_name="proposals:space",
        position=15,
        follow_audience=follow_audience,
        news=NEWS,
        found=FOUND,
        search_kind="proposal",
        member_search_kind="proposal_member",
        tasks=tasks,
        space_kinds=frozenset({"region", "community"}),
    )
)


def demo(actor: Actor) -> None:
    """Invented proposals, where there are none."""
    region = ensure_region()
    with in_region(region):
        seed_proposals(actor, region, now())


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
    _event("proposals.author.left", _("Proposals of somebody who left have lost their words, or gone")),
    _event("proposals.demo.seeded", _("Invented proposals were made")),
)


def _notice(event: str, recipients: Callable[[Event], Iterable[Told]]) -> Notice:
    return Notice(event, "proposals", recipients, telling.about, telling.said, telling.space_of)


NOTICES: tuple[Notice, ...] = (
    _notice("proposals.admission.asked", telling.asked),
    _notice("proposals.admission.let_in", telling.decided),
    _notice("proposals.admission.refused", telling.decided),
    _notice("proposals.admission.ended", telling.decided),
)
DESK: tuple[DeskSource, ...] = ()
PERSONAL: tuple[PersonalData, ...] = (
    PersonalData("proposals", _("Your proposals, what you read of others, and your searches"), collect, erase),
)
THINGS: tuple[Thing, ...] = (
    Thing(
        KIND,
        _("Proposal"),
        lines,
        is_followed=True,
        is_bookmarked=True,
        enforcement=Enforcement(ending.hide, ending.remove, ending.restore, ending.text),
        url_names=("proposals:proposal", "proposals:short"),
        find=lambda match: match.get("number"),
    ),
)
