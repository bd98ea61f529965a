# SPDX-License-Identifier: EUPL-1.2
"""Permissions and journal events of needs and introduction requests."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from filanda.capabilities.needs import personal
from filanda.capabilities.needs.desk import REQUESTS
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest, PersonalData
from filanda.kernel.policies import Decision, Permission

_STAFF = frozenset({"facilitator", "region_administrator"})


def _organisation_is_seen(actor: Actor, organisation: Any) -> Decision:
    """Nobody is introduced to a body that has no page, or that asked not to be shown."""
    if organisation is None or (not organisation.is_external and organisation.hidden_at is None):
        return Decision(True)
    return Decision(False, _("This organisation is not listed here, so nobody can be introduced to it."))


def _event(name: str, label: Any) -> EventType:
    # Payloads hold languages, counts and codes only: see actions.
    return EventType(name, label, Audience.STAFF, Erasure.NOTHING)


manifest = Manifest(
    permissions=(
        Permission("needs.save", _("Describe a need and see who can help"), everybody=True),
        Permission("needs.requests.ask", _("Ask for an introduction"), everybody=True, rule=_organisation_is_seen),
        Permission("needs.requests.view", _("See requests for an introduction"), roles=_STAFF),
        Permission("needs.requests.handle", _("Deal with requests for an introduction"), roles=_STAFF),
        Permission("needs.purge", _("Delete expired needs (the platform only)")),
    ),
    events=(
        _event("needs.need.saved", _("A need was described")),
        _event("needs.request.asked", _("An introduction was asked for")),
        _event("needs.request.asked_again", _("An introduction was asked for again")),
        _event("needs.request.taken", _("A request for an introduction was taken on")),
        _event("needs.request.answered", _("A request for an introduction was answered")),
        _event("needs.request.closed", _("A request for an introduction was closed")),
        _event("needs.purge.done", _("Expired needs and old addresses were deleted")),
    ),
    personal_data=(
        PersonalData(
            "needs",
            _("Your requests for an introduction"),
            personal.collect,
            personal.erase,
            readdress=personal.readdress,
        ),
    ),
    retention=(personal.REQUESTS_KEPT,),
    waiting=personal.waiting,
    desk=(REQUESTS,),
)
