# SPDX-License-Identifier: EUPL-1.2
"""The workbench's own permission; what is done there are other rooms' actions."""

from django.utils.translation import gettext_lazy as _

from filanda.kernel.identity.models import Role
from filanda.kernel.manifests import Manifest
from filanda.kernel.policies import Permission

manifest = Manifest(
    permissions=(
        Permission(
            "workbench.permissions.view",
            _("See who may do what"),
            roles=frozenset({Role.FACILITATOR, Role.REGION_ADMINISTRATOR}),
        ),
    ),
)
