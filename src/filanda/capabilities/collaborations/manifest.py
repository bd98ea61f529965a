# SPDX-License-Identifier: EUPL-1.2
"""What the register plugs in."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.capabilities.collaborations import telling
from filanda.capabilities.collaborations.demo import seed_collaborations
from filanda.capabilities.collaborations.policies import PERMISSIONS
from filanda.capabilities.collaborations.queries import lines
from filanda.directory.organisations.demo.seeds import ensure_region
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests import Manifest, PersonalData, SearchSource
from filanda.kernel.manifests.desk import DeskSource
from filanda.kernel.manifests.things import Enforcement, Notice, Thing, Told
from filanda.kernel.regions.scoped import in_region

_EVENTS = "collaborations.collaboration."


def _event(name: str, label: str | Promise) -> EventType:
    # Payloads hold ids, counts and states; words stand in the rows.
    return EventType(_EVENTS + name, label, Audience.STAFF, Erasure.NOTHING)


def _notice(name: str, recipients: Callable[[Event], Iterable[Told]] = telling.sides) -> Notice:
    return Notice(_EVENTS + name, "collaborations", recipients, telling.about, telling.said)


def _demo(actor: Actor) -> None:
    region = ensure_region()
    with in_region(region):
        seed_collaborations(actor, region, now())


manifest = Manifest(
    permissions=PERMISSIONS,
    events=(
        _event("reported", _("A collaboration was reported")),
        _event("side_confirmed", _("A side confirmed a collaboration")),
        _event("confirmed", _("A collaboration is confirmed")),
        _event("disputed", _("A collaboration was disputed")),
        _event("voided", _("A collaboration was found not to have come about")),
        _event("begun", _("A collaboration has begun")),
        _event("ended", _("A collaboration has ended")),
        _event("made_public", _("A collaboration was made public")),
        _event("publication_wanted", _("A side would like to make a collaboration public")),
        _event("made_private", _("A collaboration is only counted")),
        _event("asked", _("A side was asked how a collaboration is going")),
        _event("checked_in", _("A side said how a collaboration is going")),
        _event("said_over", _("A side said that a collaboration is over")),
        _event("goes_on", _("A side said that a collaboration goes on after all")),
        _event("outcome_noted", _("What a collaboration brought was noted")),
        _event("outcome_removed", _("What a collaboration brought was taken back")),
        _event("hidden", _("A collaboration was hidden")),
        _event("restored", _("A collaboration was shown again")),
        EventType(
            "collaborations.demo.seeded", _("Invented collaborations were made"), Audience.STAFF, Erasure.NOTHING
        ),
    ),
    search_sources=(SearchSource("collaboration", telling.documents, telling.ids),),
    things=(
        Thing(
            "collaboration",
            _("Collaboration"),
            lines,
            is_followed=False,
            is_bookmarked=True,
            enforcement=Enforcement(telling.hide, telling.hide, telling.restore, telling.text),
            url_names=("collaborating:collaboration",),
            find=lambda match: match.get("number"),
        ),
    ),
    notices=(
        _notice("reported", telling.to_confirm),
        _notice("confirmed"),
        _notice("disputed"),
        _notice("voided"),
        _notice("ended"),
        _notice("said_over", telling.other_sides),
        _notice("goes_on"),
        _notice("publication_wanted", telling.keeping_private),
    ),
    desk=(
        DeskSource(
            "collaboration.disputed",
            _("Disputed collaborations"),
            telling.desk_disputed,
            telling.lines_of_desk,
            (_EVENTS,),
            telling.subject,
        ),
        DeskSource(
            "collaboration.unconfirmed",
            _("Collaborations that a side has not confirmed"),
            telling.desk_unconfirmed,
            telling.lines_of_desk,
            (_EVENTS,),
            telling.subject,
        ),
        DeskSource(
            "check_in.unanswered",
            _("Unanswered check-ins"),
            telling.desk_check_ins,
            telling.lines_of_check_ins,
            (_EVENTS,),
            telling.touched_check_ins,
        ),
    ),
    personal_data=(
        PersonalData(
            "collaborations", _("Your collaborations and what you said of them"), telling.collect, telling.erase
        ),
    ),
    waiting=telling.waiting,
    demo=_demo,
)
