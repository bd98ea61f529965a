# SPDX-License-Identifier: EUPL-1.2
"""The rules behind the permissions of this room."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from filanda.kernel.identity.models import Role
from filanda.kernel.policies import Permission
from filanda.spaces.policies import STAFF, runs_it, sees_health, space_scope

__all__ = ["HEALTH", "INVITE", "LETTERS", "PERMISSIONS"]

HEALTH = "communities.health"
LETTERS = "communities.newsletter"
INVITE = "spaces.members.manage"

PERMISSIONS = (
    Permission(
        HEALTH,
        _("See how a community does"),
        roles=STAFF,
        rule=sees_health,
        scoped_roles=frozenset({Role.SPACE_MANAGER, Role.SPACE_MODERATOR}),
        scope=space_scope,
    ),
    Permission(
        LETTERS,
        _("Write and send a community's newsletter"),
        roles=frozenset({Role.REGION_ADMINISTRATOR}),  # in the region's own space only: see runs_it
        rule=runs_it,
        scoped_roles=frozenset({Role.SPACE_MANAGER}),
        scope=space_scope,
    ),
)
