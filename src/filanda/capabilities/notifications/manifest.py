# SPDX-License-Identifier: EUPL-1.2
"""The permission, the personal data and the retention of notifications."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from filanda.capabilities.notifications import personal
from filanda.capabilities.notifications.policies import is_own
from filanda.kernel.identity.models import Role
from filanda.kernel.manifests import Manifest, PersonalData, Retention
from filanda.kernel.policies import Permission

manifest = Manifest(
    permissions=(
        Permission(
            "notifications.own",
            _("Read and choose what one is told"),
            roles=frozenset({Role.INNOVATOR, Role.FACILITATOR, Role.REGION_ADMINISTRATOR}),
            rule=is_own,
        ),
    ),
    personal_data=(PersonalData("notifications", _("What you were told"), personal.collect, personal.erase),),
    retention=(Retention("notifications", _("What people were told"), 180, personal.forget_old),),
)
