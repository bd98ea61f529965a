# SPDX-License-Identifier: EUPL-1.2
"""Permissions and events of accounts, roles and sign-in."""

from django.utils.translation import gettext_lazy as _

from filanda.kernel.identity.models import Role
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest
from filanda.kernel.policies import Permission

manifest = Manifest(
    permissions=(
        Permission(
            "identity.roles.grant", _("Give roles in this region"), roles=frozenset({Role.REGION_ADMINISTRATOR})
        ),
        Permission("identity.links.create", _("Make one-time sign-in links (operators only)")),
    ),
    events=(
        EventType("identity.account.created", _("An account was created"), Audience.STAFF, Erasure.NOTHING),
        # Reasons are people's words about people.
        EventType("identity.role.granted", _("A role was given"), Audience.STAFF, Erasure.PAYLOAD),
        EventType("identity.role.ended", _("A role was ended"), Audience.STAFF, Erasure.PAYLOAD),
        EventType("identity.link.created", _("A sign-in link was made"), Audience.OPERATORS, Erasure.NOTHING),
        EventType("identity.link.used", _("Somebody signed in by a link"), Audience.OPERATORS, Erasure.NOTHING),
    ),
)
