# SPDX-License-Identifier: EUPL-1.2
"""Permissions, journal events, personal data, waiting lines and retention of people."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from filanda.directory.people import personal
from filanda.directory.people.desk import PROFILES
from filanda.directory.people.languages import language_of
from filanda.directory.people.models import STAFF
from filanda.directory.people.queries import lines
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest, PersonalData, Retention
from filanda.kernel.manifests.things import Thing
from filanda.kernel.policies import Decision, Permission

_MEMBERS = frozenset({Role.INNOVATOR, Role.FACILITATOR, Role.REGION_ADMINISTRATOR})


def _is_themselves(actor: Actor, account: Any) -> Decision:
    if account is not None and actor.account_id == account.pk:
        return Decision(True)
    return Decision(False, _("Sign in first: everybody joins for themselves."))


def _is_own(actor: Actor, person: Any) -> Decision:
    if person is None or person.is_of(actor):
        return Decision(True)
    return Decision(False, _("Only the person themselves changes their profile."))


def _is_not_own(actor: Actor, person: Any) -> Decision:
    if person is not None and person.is_of(actor):
        return Decision(False, _("This is your own profile: another facilitator looks at it."))
    return Decision(True)


def _is_somebody_else(actor: Actor, person: Any) -> Decision:
    if person is None or (person.account_id is not None and not person.is_of(actor)):
        return Decision(True)
    return Decision(False, _("Nobody can block themselves, or somebody who has left."))


def _event(name: str, label: Any, audience: Audience = Audience.STAFF) -> EventType:
    # Payloads hold numbers of people and names of fields, never what a profile or a question says.
    return EventType(name, label, audience, Erasure.PAYLOAD)


manifest = Manifest(
    permissions=(
        Permission("people.join", _("Join the region"), everybody=True, rule=_is_themselves),
        Permission("people.update", _("Change one's own profile"), roles=_MEMBERS, rule=_is_own),
        Permission("people.block", _("Block somebody"), roles=_MEMBERS, rule=_is_somebody_else),
        Permission("people.review", _("See profiles that wait to be validated"), roles=STAFF),
        Permission("people.validate", _("Validate profiles, or ask a question"), roles=STAFF, rule=_is_not_own),
        Permission("people.assign", _("Assign a facilitator to somebody"), roles=STAFF),
        Permission("people.seed", _("Make invented people (the platform only)")),
        Permission("people.hide", _("Hide a profile, or show it again"), roles=STAFF, rule=_is_not_own),
    ),
    events=(
        _event("people.person.joined", _("Somebody joined the region"), Audience.MEMBERS),
        _event("people.person.updated", _("A profile was changed")),
        _event("people.person.validated", _("A profile was validated"), Audience.MEMBERS),
        _event(
            "people.person.validation_taken_back", _("The validation of a profile was taken back"), Audience.MEMBERS
        ),
        _event("people.person.returned", _("A facilitator asked about a profile")),
        _event("people.person.answered", _("A question about a profile was answered")),
        _event("people.person.assigned", _("Somebody got another facilitator")),
        _event("people.person.hidden", _("A profile was hidden")),
        _event("people.person.shown", _("A profile is shown again")),
        EventType(
            "people.person.erased", _("Somebody left, and their profile was erased"), Audience.STAFF, Erasure.NOTHING
        ),
        _event("people.block.made", _("Somebody blocked somebody"), Audience.OPERATORS),
        _event("people.block.ended", _("Somebody took a block back"), Audience.OPERATORS),
        EventType("people.demo.seeded", _("Invented people were added"), Audience.STAFF, Erasure.NOTHING),
    ),
    things=(Thing("person", _("Person"), lines, is_bookmarked=True),),
    personal_data=(PersonalData("people", _("Your profile"), personal.collect, personal.erase),),
    waiting=personal.waiting,
    retention=(
        Retention("joining_drafts", _("Drafts of people who began to join"), 90, personal.forget_drafts),
        Retention("validation_questions", _("Questions asked before validation"), 1, personal.forget_questions),
    ),
    reads=language_of,
    desk=(PROFILES,),
)
