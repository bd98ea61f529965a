# SPDX-License-Identifier: EUPL-1.2
"""Permissions, journal events, personal data, the waiting line and retention of the desk."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from filanda.capabilities.desk import personal
from filanda.capabilities.desk.models import STAFF
from filanda.capabilities.desk.policies import is_own_absence, is_own_note, is_own_reply, works_here
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest, PersonalData, Retention
from filanda.kernel.policies import Permission


def _event(name: str, label: Any) -> EventType:
    # Payloads hold numbers of items and accounts: never words.
    return EventType(name, label, Audience.STAFF, Erasure.PAYLOAD)


manifest = Manifest(
    permissions=(
        # Who that is says the rule: staff, and managers of communities in the queue of theirs.
        Permission("desk.work", _("Work at the workbench, in one's own queues"), everybody=True, rule=works_here),
        Permission("desk.notes.drop", _("Delete one's own notes there"), everybody=True, rule=is_own_note),
        Permission("desk.replies.keep", _("Keep saved replies"), everybody=True, rule=is_own_reply),
        Permission("desk.absences.say", _("Say when one is away"), everybody=True, rule=is_own_absence),
        Permission(
            "desk.team", _("See how much everybody of the staff has, and what went over its target"), roles=STAFF
        ),
        Permission("desk.figures", _("See the figures of the service"), roles=STAFF),
    ),
    events=(
        _event("desk.item.taken", _("Something was taken on at the workbench")),
        _event("desk.item.assigned", _("Something was given to somebody at the workbench")),
        _event("desk.item.released", _("Something was given back at the workbench")),
        _event("desk.item.snoozed", _("Something was put off at the workbench")),
        _event("desk.item.woken", _("Something put off was taken up again at the workbench")),
        _event("desk.item.undone", _("A move at the workbench was undone")),
        _event("desk.note.written", _("A note was written at the workbench")),
        _event("desk.note.dropped", _("A note at the workbench was deleted")),
        _event("desk.reply.saved", _("A reply was saved at the workbench")),
        _event("desk.reply.dropped", _("A saved reply was deleted")),
        _event("desk.absence.said", _("Somebody of the staff said when they are away")),
        _event("desk.absence.dropped", _("An absence was taken back")),
    ),
    personal_data=(PersonalData("desk", _("What you did at the workbench"), personal.collect, personal.erase),),
    waiting=personal.waiting,
    retention=(Retention("desk", _("What was done at the workbench, and notes"), 730, personal.forget_old),),
)
