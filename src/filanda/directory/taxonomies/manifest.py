# SPDX-License-Identifier: EUPL-1.2
"""What taxonomies plug in: who may load a scheme, and the event of one having been loaded."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from filanda.directory.taxonomies import actions
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest
from filanda.kernel.policies import Decision, Permission
from filanda.kernel.regions.models import Region


def _own_region_or_operator(actor: Actor, region: Any) -> Decision:
    if region is None and not actor.is_operator:
        return Decision(
            False, _("A general scheme serves all regions: only an operator of the installation may load it.")
        )
    return Decision(True)


def _ensure(actor: Actor) -> None:
    """At every start: the shipped schemes, and the S3 list of each region that we have one for."""
    actions.ensure_shipped(actor=actor)
    for region in Region.objects.all():
        actions.ensure_shipped(region, actor=actor)


manifest = Manifest(
    ensure=_ensure,
    permissions=(
        Permission(
            name="taxonomies.schemes.load",
            label=_("Load a list of concepts"),
            roles=frozenset({"region_administrator"}),
            rule=_own_region_or_operator,
        ),
    ),
    events=(
        EventType(
            name="taxonomies.scheme.loaded",
            label=_("A list of concepts was loaded"),
            audience=Audience.STAFF,
            erasure=Erasure.NOTHING,
        ),
    ),
)
