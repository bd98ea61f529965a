# SPDX-License-Identifier: EUPL-1.2
"""The workbench's own permission, and what the demonstration has there; what is done there are other rooms' actions."""

from __future__ import annotations

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.across.workbench.demo import seed_desk
from filanda.directory.organisations.demo.seeds import ensure_region
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.manifests import Manifest
from filanda.kernel.policies import Permission
from filanda.kernel.regions.scoped import in_region


def _demo(actor: Actor) -> None:
    region = ensure_region()
    with in_region(region):
        seed_desk(region, now())


manifest = Manifest(
    demo=_demo,
    permissions=(
        Permission(
            "workbench.permissions.view",
            _("See who may do what"),
            roles=frozenset({Role.FACILITATOR, Role.REGION_ADMINISTRATOR}),
        ),
    ),
)
