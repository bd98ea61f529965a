# SPDX-License-Identifier: EUPL-1.2
"""Permissions and events of the administration."""

from __future__ import annotations

from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.legal.actions import agree_invented
from filanda.kernel.manifests import Manifest
from filanda.kernel.policies import Decision, Permission
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import in_region

_ADMINISTRATORS = frozenset({Role.REGION_ADMINISTRATOR})


def _is_operator(actor: Actor, _obj: Any) -> Decision:
    if not actor.is_operator:
        return Decision(False, _("This is for the operators of the installation."))
    if not actor.has_second_factor:
        return Decision(False, _("Operators need a second factor: sign in with it."))
    return Decision(True)


def _demo(actor: Actor) -> None:
    """Invented people have agreed to the terms, so that nobody who looks around is asked for them."""
    for region in Region.objects.filter(is_invented=True):
        with in_region(region):
            agree_invented(actor=actor, region=region, now=now())


manifest = Manifest(
    demo=_demo,
    permissions=(
        Permission("administration.roles.view", _("See who has which role"), roles=_ADMINISTRATORS),
        Permission("administration.roles.close", _("Close roles whose time is over (the platform only)")),
        Permission("administration.region.change", _("Change the region's settings"), roles=_ADMINISTRATORS),
        Permission("administration.journal.view", _("Read the region's journal"), roles=_ADMINISTRATORS),
        Permission(
            "administration.jobs.view", _("See the queue of jobs (operators)"), everybody=True, rule=_is_operator
        ),
    ),
    events=(
        # Old and new values: addresses and words of the region.
        EventType(
            "administration.region.changed", _("The region's settings were changed"), Audience.STAFF, Erasure.PAYLOAD
        ),
        EventType(
            "administration.belonging.changed",
            _("An administrator changed who belongs to an organisation"),
            Audience.STAFF,
            Erasure.NOTHING,
        ),
    ),
)
