# SPDX-License-Identifier: EUPL-1.2
"""What introductions plug in. What happens to one is nobody's to read in the journal but those who run the platform."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from filanda.capabilities.introductions import telling
from filanda.capabilities.introductions.policies import PERMISSIONS, register_introduction_place
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests import Manifest, PersonalData
from filanda.kernel.manifests.desk import DeskSource
from filanda.kernel.manifests.things import Notice, Thing, Told

register_introduction_place()
_NAME = "introductions.introduction."


def _event(name: str, label: str | Promise) -> EventType:
    # Payloads hold ids and states; words and who the sides are stand in the rows.
    return EventType(_NAME + name, label, Audience.OPERATORS, Erasure.NOTHING)


def _notice(
    name: str, recipients: Callable[[Event], Iterable[Told]], *, is_urgent: bool = False, is_mailed: bool = True
) -> Notice:
    return Notice(
        _NAME + name,
        "introductions",
        recipients,
        telling.about,
        telling.said,
        is_urgent=is_urgent,
        is_mailed=is_mailed,
    )


manifest = Manifest(
    permissions=PERMISSIONS,
    events=(
        _event("proposed", _("An introduction was proposed")),
        _event("consented", _("One side of an introduction said yes")),
        _event("made", _("An introduction was made")),
        _event("refused", _("An introduction was refused")),
        _event("reminded", _("The sides of an introduction were reminded")),
        _event("lapsed", _("An introduction lapsed")),
    ),
    notices=(
        _notice("proposed", telling.asked, is_mailed=False),
        _notice("reminded", telling.asked, is_mailed=False),
        _notice("consented", telling.facilitator),
        _notice("made", telling.everybody, is_urgent=True),
        _notice("refused", telling.everybody, is_urgent=True),
        _notice("lapsed", telling.everybody),
    ),
    things=(
        Thing(
            "introduction",
            _("Introduction"),
            telling.lines,
            url_names=("collaborating:introduction",),
            find=lambda match: match.get("introduction_id"),
        ),
    ),
    desk=(
        DeskSource(
            "introduction.pending",
            _("Introductions that wait"),
            telling.desk_waiting,
            telling.desk_lines,
            (_NAME,),
            telling.touched,
        ),
    ),
    personal_data=(PersonalData("introductions", _("Your introductions"), telling.collect, telling.erase),),
    waiting=telling.waiting,
)
