# SPDX-License-Identifier: EUPL-1.2
"""What the room plugs in: writing, reviewing, ending."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from filanda.components.proposals.policies.writing import PERMISSIONS
from filanda.components.proposals.telling import writing as telling
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests.desk import DeskSource
from filanda.kernel.manifests.things import Notice, Told

__all__ = ["DESK", "EVENTS", "NOTICES", "PERMISSIONS"]

_NAME = "proposals.proposal."


def _event(name: str, label: str | Promise) -> EventType:
    # Payloads hold ids, counts and states: words and reasons stand in the rows.
    return EventType(_NAME + name, label, Audience.STAFF, Erasure.NOTHING)


def _notice(
    name: str, recipients: Callable[[Event], Iterable[Told]], *, is_urgent: bool = False, is_mailed: bool = True
) -> Notice:
    return Notice(
        _NAME + name,
        "proposals",
        recipients,
        telling.about,
        telling.said,
        telling.space_of,
        is_urgent=is_urgent,
        is_mailed=is_mailed,
    )


EVENTS: tuple[EventType, ...] = (
    _event("drafted", _("A proposal was begun")),
    _event("deleted", _("The draft of a proposal was thrown away")),
    _event("submitted", _("A proposal was sent to a facilitator")),
    _event("taken_back", _("A proposal was taken back from its facilitator")),
    _event("returned", _("A proposal was returned with reasons")),
    _event("published", _("A proposal was published")),
    _event("changed", _("A published proposal was changed")),
    _event("talks_begun", _("Talks began about a proposal")),
    _event("talks_failed", _("Talks about a proposal failed")),
    _event("closed", _("A proposal was closed")),
    _event("warned", _("The owner of a proposal was warned that it ends")),
    _event("expired", _("The time of a proposal was over")),
    _event("renewed", _("A proposal was renewed")),
    _event("suspended", _("A proposal was suspended by moderation")),
    _event("resumed", _("A suspended proposal was shown again")),
)
NOTICES: tuple[Notice, ...] = (
    _notice("submitted", telling.facilitator),
    _notice("returned", telling.owner_side, is_urgent=True),
    _notice("published", telling.reviewed, is_urgent=True),
    _notice("expired", telling.owner_side),
    *(
        Notice(
            _NAME + name,
            "threads",
            telling.followers_of_it,
            telling.about,
            telling.said_to_followers,
            telling.space_of,
        )
        for name in ("published", "changed", "closed", "expired", "renewed")
    ),
)
DESK: tuple[DeskSource, ...] = (
    DeskSource(
        "proposal.review",
        _("Proposals to review"),
        telling.review_waiting,
        telling.review_lines,
        (_NAME,),
        telling.touched,
    ),
    DeskSource(
        "proposal.expiring",
        _("Proposals about to end"),
        telling.expiring_waiting,
        telling.expiring_lines,
        (_NAME,),
        telling.touched,
    ),
)
