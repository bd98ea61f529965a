# SPDX-License-Identifier: EUPL-1.2
"""Permissions and journal events of spaces."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from filanda.kernel.identity.models import SPACE_ROLES, Role
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest
from filanda.kernel.policies import Permission
from filanda.spaces.policies import MEMBERS, is_own, is_validated, may_create, runs_it, space_scope

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
            "spaces.create",
            _("Open a community"),
            roles=MEMBERS,
            rule=may_create,
            scoped_roles=_MANAGERS,
            scope=space_scope,
        ),
        Permission("spaces.groups.open", _("Open a private project group"), roles=MEMBERS, rule=is_validated),
    ),
    events=(
        _event("spaces.membership.joined", _("Somebody joined a community")),
        _event("spaces.membership.asked", _("Somebody asked to join a community")),
        _event("spaces.membership.withdrawn", _("A request to join, or an invitation, was taken back")),
        _event("spaces.membership.left", _("Somebody left a community")),
    ),
)
