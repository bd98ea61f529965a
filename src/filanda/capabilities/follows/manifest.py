# SPDX-License-Identifier: EUPL-1.2
"""The permission and the personal data of following."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from filanda.capabilities.follows import personal
from filanda.kernel.identity.models import Role
from filanda.kernel.manifests import Manifest, PersonalData
from filanda.kernel.policies import Permission

manifest = Manifest(
    permissions=(
        Permission(
            "follows.own",
            _("Follow, mute and bookmark things"),
            roles=frozenset({Role.INNOVATOR, Role.FACILITATOR, Role.REGION_ADMINISTRATOR}),
        ),
    ),
    personal_data=(PersonalData("follows", _("What you follow and have marked"), personal.collect, personal.erase),),
)
