# SPDX-License-Identifier: EUPL-1.2
"""Permissions, journal events, personal data, waiting lines and retention of affiliations."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from filanda.directory.affiliations import personal
from filanda.directory.affiliations.demo.people import seed_people
from filanda.directory.affiliations.desk import CLAIMS
from filanda.directory.affiliations.models import STAFF
from filanda.directory.affiliations.policies import is_not_own, is_own, is_seen, organisation_scope
from filanda.directory.affiliations.search import SEARCH_SOURCES
from filanda.directory.organisations.demo.seeds import ensure_region
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest, PersonalData, Retention
from filanda.kernel.policies import Permission
from filanda.kernel.regions.scoped import in_region

_MEMBERS = frozenset({Role.INNOVATOR, Role.FACILITATOR, Role.REGION_ADMINISTRATOR})
_ADMINS = frozenset({Role.ORGANISATION_ADMIN})


def _event(name: str, label: Any, audience: Audience = Audience.STAFF) -> EventType:
    # Payloads hold ids of organisations only: messages, reasons and addresses stand in the rows.
    return EventType(name, label, audience, Erasure.NOTHING)


def _demo(actor: Actor) -> None:
    region = ensure_region()
    with in_region(region):
        seed_people(actor, region)


manifest = Manifest(
    permissions=(
        Permission("affiliations.claims.ask", _("Claim an organisation"), roles=_MEMBERS, rule=is_seen),
        Permission("affiliations.claims.own", _("Prove one's own claim"), roles=_MEMBERS, rule=is_own),
        Permission("affiliations.claims.view", _("See claims"), roles=STAFF),
        Permission(
            "affiliations.claims.decide", _("Grant or refuse claims; take a grant back"), roles=STAFF, rule=is_not_own
        ),
        Permission("affiliations.claims.invite", _("Invite an organisation's contact to claim it"), roles=STAFF),
        Permission("affiliations.requests.ask", _("Ask to join an organisation"), roles=_MEMBERS, rule=is_seen),
        Permission("affiliations.requests.own", _("Withdraw one's own request"), roles=_MEMBERS, rule=is_own),
        Permission("affiliations.organisations.found", _("Add an organisation of one's own"), roles=_MEMBERS),
        Permission("affiliations.invitations.use", _("Accept an invitation"), roles=_MEMBERS),
        Permission("affiliations.positions.add", _("Say that one has a position there"), roles=_MEMBERS, rule=is_seen),
        Permission(
            "affiliations.people.manage",
            _("See an organisation's people; accept, decline and invite members; confirm positions"),
            roles=STAFF,
            scoped_roles=_ADMINS,
            scope=organisation_scope,
        ),
        Permission(
            "affiliations.admins.manage",
            _("Make and end admins of an organisation, invite some, remove people"),
            roles=STAFF,
            scoped_roles=_ADMINS,
            scope=organisation_scope,
            needs_second_factor=True,
        ),
    ),
    events=(
        _event("affiliations.claim.asked", _("An organisation was claimed")),
        _event("affiliations.claim.code_sent", _("A code for a claim was sent")),
        _event("affiliations.claim.guessed_wrong", _("A wrong code was given for a claim")),
        _event("affiliations.claim.document_given", _("A document for a claim was given")),
        _event("affiliations.claim.granted", _("A claim was granted"), Audience.PUBLIC),
        _event("affiliations.claim.taken_back", _("The grant of a claim was taken back")),
        _event("affiliations.claim.refused", _("A claim was refused")),
        _event("affiliations.claim.lapsed", _("A claim lapsed")),
        _event("affiliations.request.asked", _("Somebody asked to join an organisation")),
        _event("affiliations.request.accepted", _("A request to join was accepted")),
        _event("affiliations.request.declined", _("A request to join was declined")),
        _event("affiliations.request.withdrawn", _("A request to join was withdrawn")),
        _event("affiliations.invitation.made", _("Somebody was invited to an organisation")),
        _event("affiliations.invitation.used", _("An invitation was accepted")),
        _event("affiliations.invitation.withdrawn", _("An invitation was withdrawn")),
        _event("affiliations.admin.made", _("A member became an admin of an organisation")),
        _event("affiliations.admin.ended", _("An admin of an organisation became a member")),
        _event("affiliations.member.removed", _("Somebody was removed from an organisation")),
        _event("affiliations.member.left", _("Somebody left an organisation")),
        _event("affiliations.position.added", _("A position was added")),
        _event("affiliations.position.changed", _("A position was changed")),
        _event("affiliations.position.left", _("A position was left")),
        _event("affiliations.position.removed", _("A position was removed")),
        _event("affiliations.position.confirmed", _("A position was confirmed")),
    ),
    search_sources=SEARCH_SOURCES,
    demo=_demo,
    personal_data=(
        PersonalData(
            "affiliations",
            _("Organisations, claims and invitations"),
            personal.collect,
            personal.erase,
            readdress=personal.readdress,
        ),
    ),
    waiting=personal.waiting,
    desk=(CLAIMS,),
    retention=(
        Retention("claims", _("Claims of organisations that have ended"), 365, personal.forget_claims),
        Retention("join_requests", _("Requests to join that have ended"), 365, personal.forget_requests),
        Retention("invitations", _("Invitations used, withdrawn or run out"), 90, personal.forget_invitations),
    ),
)
