# SPDX-License-Identifier: EUPL-1.2
"""Permissions, journal events and search sources of organisations and evidence."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from filanda.directory.organisations import personal
from filanda.directory.organisations.demo.seeds import seed_demo
from filanda.directory.organisations.desk import OBJECTIONS
from filanda.directory.organisations.policies import scope_of
from filanda.directory.organisations.queries import lines
from filanda.directory.organisations.search import SEARCH_SOURCES
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest, PersonalData, Retention
from filanda.kernel.manifests.things import Thing
from filanda.kernel.policies import Permission

_STAFF = frozenset({"facilitator", "region_administrator"})
_ADMIN = frozenset({Role.ORGANISATION_ADMIN})
_PEOPLE = frozenset({Role.ORGANISATION_ADMIN, Role.ORGANISATION_MEMBER})
_ADMINISTRATORS = frozenset({"region_administrator"})


def _demo(actor: Actor) -> None:
    seed_demo(actor)


def _of_its_people(name: str, label: Any, scoped_roles: frozenset[Role]) -> Permission:
    """Held by staff of the region, and by those of the organisation's own people who have one of `scoped_roles`."""
    return Permission(name, label, roles=_STAFF, scoped_roles=scoped_roles, scope=scope_of)


def _event(name: str, label: Any, audience: Audience = Audience.STAFF, erasure: Erasure = Erasure.NOTHING) -> EventType:
    # Payloads hold counts, names of fields and sources, never what a field says: a sole trader's name is personal data.
    return EventType(name, label, audience, erasure)


manifest = Manifest(
    permissions=(
        Permission("organisations.create", _("List an organisation"), roles=_STAFF),
        _of_its_people("organisations.manage", _("Open an organisation's desk, with its history"), _PEOPLE),
        _of_its_people("organisations.update", _("Correct what is said of an organisation"), _ADMIN),
        _of_its_people("organisations.classify", _("Confirm or refuse suggested topics"), _PEOPLE),
        Permission("organisations.hide", _("Hide an organisation, or show it again"), roles=_STAFF),
        Permission("organisations.merge", _("Unite two entries of one organisation, or part them again"), roles=_STAFF),
        Permission("organisations.invite", _("Invite a listed organisation to look after its page"), roles=_STAFF),
        Permission(
            "organisations.objections.make", _("Say that something about an organisation is wrong"), everybody=True
        ),
        Permission("organisations.objections.decide", _("Decide on objections"), roles=_STAFF),
        Permission("organisations.import", _("Import organisations and evidence"), roles=_ADMINISTRATORS),
        _of_its_people("organisations.evidence.create", _("Add evidence"), _PEOPLE),
        _of_its_people("organisations.evidence.update", _("Correct evidence"), _PEOPLE),
        _of_its_people("organisations.evidence.remove", _("Remove evidence"), _ADMIN),
    ),
    events=(
        _event("organisations.organisation.created", _("An organisation was listed"), Audience.PUBLIC),
        _event("organisations.organisation.updated", _("What is said of an organisation was corrected")),
        _event("organisations.organisation.hidden", _("An organisation was hidden"), erasure=Erasure.PAYLOAD),
        _event("organisations.organisation.shown", _("An organisation is shown again"), erasure=Erasure.PAYLOAD),
        _event("organisations.organisation.change_undone", _("A change of an organisation was undone")),
        _event("organisations.organisation.version_restored", _("An organisation says again what it said before")),
        _event("organisations.organisation.parted", _("Two united entries were parted again")),
        _event("organisations.duplicates.left_apart", _("Two entries were found not to be the same")),
        _event("organisations.topics.decided", _("Suggested topics were confirmed or refused")),
        _event("organisations.objection.made", _("Somebody objected, or said what is wrong"), erasure=Erasure.PAYLOAD),
        _event("organisations.objection.decided", _("An objection was decided"), erasure=Erasure.PAYLOAD),
        _event("organisations.invitation.sent", _("An organisation was invited to look after its page")),
        _event("organisations.organisation.merged", _("Two entries of one organisation were united")),
        _event("organisations.evidence.created", _("Evidence was added"), Audience.PUBLIC),
        _event("organisations.evidence.updated", _("Evidence was corrected")),
        _event("organisations.evidence.removed", _("Evidence was removed")),
        _event("organisations.import.batch_imported", _("A part of an import was written")),
    ),
    search_sources=SEARCH_SOURCES,
    things=(Thing("organisation", _("Organisation"), lines, is_followed=True, is_bookmarked=True),),
    personal_data=(
        PersonalData("organisations", _("What you changed of organisations"), personal.collect, personal.erase),
    ),
    waiting=personal.waiting,
    desk=(OBJECTIONS,),
    retention=(
        Retention("organisation_history", _("What organisations said before"), 1825, personal.forget_history),
        Retention("organisation_imports", _("Files with lists"), 30, personal.forget_imports),
        Retention("merges", _("What is needed to part united entries"), 30, personal.forget_ledgers),
        Retention("objections", _("Objections that were decided"), 730, personal.forget_spoken),
    ),
    demo=_demo,
)
