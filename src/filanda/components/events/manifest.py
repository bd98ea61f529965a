# SPDX-License-Identifier: EUPL-1.2
"""Events plug in as a component of spaces."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.components.events import steps, telling
from filanda.components.events.demo.seeding import seed_events
from filanda.components.events.happening import tasks
from filanda.components.events.policies import MEMBERS_PROPOSE, PERMISSIONS, register_files
from filanda.components.events.queries import COMING, NEWS, lines
from filanda.directory.organisations.demo.seeds import ensure_region
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests import Manifest, PersonalData, Retention, SearchSource
from filanda.kernel.manifests.things import Enforcement, Key, Notice, Thing, Told
from filanda.kernel.regions.scoped import in_region
from filanda.spaces.components import ComponentKind, register_component

register_files()
register_component(
    ComponentKind(
        name="events",
        label=_("Events"),
        url_name="events:list",
        position=30,
        follow_audience=steps.follow_audience,
        news=NEWS,
        coming=COMING,
        tasks=tasks,
        search_kind="event",
        settings=((MEMBERS_PROPOSE, _("Members announce events too, not only managers and moderators"), False),),
    )
)


def _demo(actor: Actor) -> None:
    region = ensure_region()
    with in_region(region):
        seed_events(actor, region, now())


def _event(name: str, label: str | Promise) -> EventType:
    # Payloads hold ids, counts and states: words, answers and reasons stand in the rows.
    return EventType(name, label, Audience.STAFF, Erasure.NOTHING)


def _notice(
    event: str,
    recipients: Callable[[Event], Iterable[Told]],
    *,
    about: Callable[[Event], Key | None] = telling.about,
    is_urgent: bool = False,
) -> Notice:
    return Notice(event, "events", recipients, about, telling.said, telling.space_of, is_urgent)


manifest = Manifest(
    permissions=PERMISSIONS,
    events=(
        _event("events.event.written", _("An event was written")),
        _event("events.event.edited", _("An event was changed")),
        _event("events.event.moved", _("An event has another time or place")),
        _event("events.event.published", _("An event was announced")),
        _event("events.event.cancelled", _("An event was cancelled")),
        _event("events.event.deleted", _("The draft of an event was thrown away")),
        _event("events.event.reminded", _("Those who come were reminded of an event")),
        _event("events.event.hidden", _("An event was hidden")),
        _event("events.event.restored", _("An event was shown again")),
        _event("events.material.changed", _("What is left of an event was changed")),
        _event("events.registration.made", _("Somebody registered for an event")),
        _event("events.registration.left", _("Somebody does not come to an event after all")),
        _event("events.registration.moved_up", _("Somebody who waited has a place at an event")),
        _event("events.attendance.noted", _("It was noted who came to an event")),
        _event("events.calendar.made", _("Somebody made a calendar address of their own")),
        _event("events.audience.followed", _("A community opened or closed, and its events with it")),
        _event("events.demo.seeded", _("Invented events were made")),
    ),
    search_sources=(SearchSource("event", telling.documents, telling.ids),),
    things=(
        Thing(
            "event",
            _("Event"),
            lines,
            is_followed=True,
            is_bookmarked=True,
            enforcement=Enforcement(steps.hide, steps.remove, steps.restore, steps.text),
            url_names=("events:event",),
            find=lambda match: match.get("number"),
        ),
    ),
    notices=(
        _notice("events.event.published", telling.published),
        _notice("events.event.moved", telling.everybody_registered),
        _notice("events.event.cancelled", telling.everybody_registered, is_urgent=True),
        _notice("events.event.reminded", telling.everybody_registered),
        _notice("events.registration.moved_up", telling.moved_up, about=telling.about_registration, is_urgent=True),
    ),
    personal_data=(PersonalData("events", _("Events you wrote or registered for"), telling.collect, telling.erase),),
    waiting=telling.waiting,
    retention=(Retention("event_answers", _("Answers of those who came to an event"), 90, telling.forget_answers),),
    demo=_demo,
)
