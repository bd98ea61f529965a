# SPDX-License-Identifier: EUPL-1.2
"""What the kernel keeps about somebody: their account and their roles in the region."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from filanda.kernel.identity.models import Account, RoleGrant, SignInLink
from filanda.kernel.manifests import Manifest, PersonalData


def _collect(account: Account) -> Mapping[str, Any]:
    grants = RoleGrant.objects.filter(account=account).order_by("granted_at", "pk")
    return {
        "account.json": {
            "number": account.pk,
            "email": account.email,
            "name": account.name,
            "created_at": account.created_at,
            "last_login": account.last_login,
        },
        "roles.json": list(
            grants.values("role", "scope_kind", "scope_id", "granted_at", "reason", "until", "ended_at", "end_reason")
        ),
    }


def _erase(account: Account, keeps: bool) -> None:
    """Roles in the region go, and so does their name from roles that they gave or ended: the roles stay. The account
    itself goes last, when nothing else is left of it (across.privacy)."""
    RoleGrant.objects.filter(account=account).delete()
    RoleGrant.objects.filter(granted_by=account).update(granted_by=None)
    RoleGrant.objects.filter(ended_by=account).update(ended_by=None)
    SignInLink.objects.filter(account=account).delete()


manifest = Manifest(personal_data=(PersonalData("identity", _("Your account and roles"), _collect, _erase),))
