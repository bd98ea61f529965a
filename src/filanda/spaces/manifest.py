# SPDX-License-Identifier: EUPL-1.2
"""What spaces plug in: permissions, events, search, things and notices, personal data, seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from filanda.directory.organisations.demo.seeds import ensure_region
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import SPACE_ROLES, Role
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests import Manifest, PersonalData, Retention
from filanda.kernel.manifests.things import Notice, Thing, Told
from filanda.kernel.policies import Permission
from filanda.kernel.regions.scoped import in_region
from filanda.spaces import personal, telling
from filanda.spaces.actions.founding import ensure_region_spaces
from filanda.spaces.demo.seeds import seed_spaces
from filanda.spaces.policies import (
    MEMBERS,
    gives_room,
    is_own,
    is_validated,
    lacks_managers,
    may_create,
    runs_it,
    space_scope,
)
from filanda.spaces.search import SEARCH_SOURCES

_MANAGERS = frozenset({Role.SPACE_MANAGER})
_ADMINISTRATORS = frozenset({Role.REGION_ADMINISTRATOR})


def _event(name: str, label: Any, audience: Audience = Audience.STAFF) -> EventType:
    # Payloads hold ids, roles and counts: reasons, answers, names and addresses stand in the rows.
    return EventType(name, label, audience, Erasure.NOTHING)


def _of_managers(name: str, label: Any, *, needs_second_factor: bool = False) -> Permission:
    return Permission(
        name,
        label,
        roles=_ADMINISTRATORS,  # in the region's own space only: see runs_it
        rule=runs_it,
        scoped_roles=_MANAGERS,
        scope=space_scope,
        needs_second_factor=needs_second_factor,
    )


_DECISIONS = frozenset({"declined", "removed", "banned"})  # a decision about oneself does not wait for a digest


def _notice(event: str, recipients: Callable[[Event], Iterable[Told]], *, is_urgent: bool = False) -> Notice:
    return Notice(
        event,
        "membership",
        recipients,
        telling.about_membership,
        telling.said,
        space=telling.space_of_event,
        is_urgent=is_urgent,
    )


def _ensure(actor: Actor) -> None:
    ensure_region_spaces(actor=actor)


def _demo(actor: Actor) -> None:
    region = ensure_region()
    ensure_region_spaces(actor=actor)  # the demonstration's region may be younger than this start
    with in_region(region):
        seed_spaces(actor, region)


manifest = Manifest(
    permissions=(
        Permission(
            "spaces.memberships.own",
            _("Join a community, ask to, answer an invitation, leave"),
            roles=MEMBERS,
            rule=is_own,
            scoped_roles=SPACE_ROLES,
            scope=space_scope,
        ),
        _of_managers("spaces.members.manage", _("Answer requests to join a community, invite people")),
        _of_managers(
            "spaces.members.govern",
            _("Change roles in a community, remove people and keep them out"),
            needs_second_factor=True,
        ),
        _of_managers("spaces.manage", _("Edit what a community says, what it uses, what it is about")),
        _of_managers("spaces.govern", _("Open, close and archive a community"), needs_second_factor=True),
        Permission(
            "spaces.room",
            _("Give a community more room for files than the others have"),
            roles=_ADMINISTRATORS,
            rule=gives_room,
            needs_second_factor=True,
        ),
        Permission(
            "spaces.create",
            _("Open a community"),
            roles=MEMBERS,
            rule=may_create,
            scoped_roles=_MANAGERS,
            scope=space_scope,
        ),
        Permission(
            "spaces.managers.appoint",
            _("Give a community the manager that it lacks"),
            roles=_ADMINISTRATORS,
            rule=lacks_managers,
        ),
        Permission("spaces.seed", _("Make the invented communities of a demonstration")),
        Permission("spaces.groups.open", _("Open a private project group"), roles=MEMBERS, rule=is_validated),
    ),
    events=(
        _event("spaces.space.created", _("A community was opened")),
        _event("spaces.space.updated", _("What a community says was changed")),
        _event("spaces.space.opened_or_closed", _("Who reads a community was changed")),
        _event("spaces.space.archived", _("A community was archived")),
        _event("spaces.space.reopened", _("A community was taken up again")),
        _event("spaces.components.chosen", _("What a community uses was changed")),
        _event("spaces.thing.pinned", _("Something was pinned in a community")),
        _event("spaces.thing.unpinned", _("A pin was taken away")),
        _event("spaces.membership.joined", _("Somebody joined a community")),
        _event("spaces.membership.asked", _("Somebody asked to join a community")),
        _event("spaces.membership.accepted", _("A request to join a community was accepted")),
        _event("spaces.membership.declined", _("A request to join a community was declined")),
        _event("spaces.membership.withdrawn", _("A request to join, or an invitation, was taken back")),
        _event("spaces.membership.invited", _("A member of the region was invited to a community")),
        _event("spaces.membership.called_back", _("An invitation to a community was called back")),
        _event("spaces.membership.left", _("Somebody left a community")),
        _event("spaces.membership.removed", _("Somebody was removed from a community")),
        _event("spaces.membership.banned", _("Somebody is kept out of a community")),
        _event("spaces.membership.lifted", _("Somebody may come back to a community")),
        _event("spaces.membership.role_changed", _("A role in a community was changed")),
        _event("spaces.membership.appointed", _("An administrator appointed a community's manager")),
        # Its payload holds the words, for one person: not for the staff's journal, and gone with who wrote them.
        EventType(
            "spaces.membership.greeted", _("A newcomer was greeted in a community"), Audience.OPERATORS, Erasure.PAYLOAD
        ),
        _event("spaces.invitations.sent", _("People were invited to a community")),
        _event("spaces.invitation.withdrawn", _("An invitation to a community was called back")),
        _event("spaces.demo.seeded", _("Invented communities were made")),
        _event("spaces.link.made", _("A link into a community was made")),
    ),
    search_sources=SEARCH_SOURCES,
    ensure=_ensure,
    demo=_demo,
    personal_data=(
        PersonalData(
            "spaces", _("Communities and invitations"), personal.collect, personal.erase, readdress=personal.readdress
        ),
    ),
    waiting=personal.waiting,
    retention=(
        Retention("memberships", _("Memberships of communities that have ended"), 365, personal.forget_memberships),
        Retention("space_invitations", _("Invitations to communities that are over"), 90, personal.forget_invitations),
    ),
    things=(
        Thing(
            "space",
            _("Community"),
            telling.space_lines,
            is_followed=True,
            is_bookmarked=True,
            url_names=("spaces:home", "spaces:about"),
            find=telling.find_space,
        ),
        Thing("membership", _("Membership"), telling.membership_lines),
    ),
    notices=(
        _notice("spaces.membership.asked", telling.managers_told),
        *(
            _notice(f"spaces.membership.{verb}", telling.person_told, is_urgent=verb in _DECISIONS)
            for verb in ("accepted", "declined", "removed", "banned", "lifted", "role_changed", "appointed", "greeted")
        ),
    ),
)
