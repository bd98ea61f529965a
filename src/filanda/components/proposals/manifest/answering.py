# SPDX-License-Identifier: EUPL-1.2
"""What the room plugs in: expressions of interest. What happens to one is nobody's to read in the journal but those who
run the platform: it would tell who answered whom.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from filanda.components.proposals.policies.answering import PERMISSIONS, register_interest_place
from filanda.components.proposals.telling import answering as telling
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests import PersonalData
from filanda.kernel.manifests.desk import DeskSource
from filanda.kernel.manifests.things import Notice, Thing, Told

__all__ = ["DESK", "EVENTS", "NOTICES", "PERMISSIONS", "PERSONAL", "THINGS", "waiting"]

register_interest_place()
_NAME = "proposals.interest."


def _event(name: str, label: str | Promise) -> EventType:
    return EventType(_NAME + name, label, Audience.OPERATORS, Erasure.NOTHING)


def _notice(name: str, recipients: Callable[[Event], Iterable[Told]], *, is_urgent: bool = False) -> Notice:
    return Notice(_NAME + name, "proposals", recipients, telling.about, telling.said, is_urgent=is_urgent)


EVENTS: tuple[EventType, ...] = (
    _event("sent", _("A proposal was answered")),
    _event("read", _("An answer was read")),
    _event("shortlisted", _("An answer was put on the shortlist")),
    _event("accepted", _("An answer was accepted")),
    _event("declined", _("An answer was declined")),
    _event("withdrawn", _("An answer was withdrawn")),
    _event("lapsed", _("An answer lapsed with its proposal")),
    _event("owner_reminded", _("The owner of a proposal was reminded of an answer")),
    _event("facilitator_told", _("A facilitator was told of a silent owner")),
)
NOTICES: tuple[Notice, ...] = (
    _notice("sent", telling.owner_side),
    _notice("shortlisted", telling.author_side),
    _notice("accepted", telling.author_side, is_urgent=True),
    _notice("declined", telling.author_side, is_urgent=True),
    _notice("lapsed", telling.author_side, is_urgent=True),
    _notice("withdrawn", telling.owner_side),
    _notice("owner_reminded", telling.owner_side, is_urgent=True),
    _notice("facilitator_told", telling.facilitator),
)
DESK: tuple[DeskSource, ...] = (
    DeskSource(
        "interest.silent_owner",
        _("Answers whose owner is silent"),
        telling.desk_waiting,
        telling.desk_lines,
        (_NAME, "proposals.proposal.", "threads.post."),
        telling.touched,
    ),
)
THINGS: tuple[Thing, ...] = (
    Thing(
        "interest",
        _("Answer to a proposal"),
        telling.lines,
        url_names=("proposals:interest",),
        find=lambda match: match.get("interest_id"),
    ),
)
PERSONAL: tuple[PersonalData, ...] = (
    PersonalData("proposals.answers", _("Your answers to proposals"), telling.collect, telling.erase),
)
waiting = telling.waiting
