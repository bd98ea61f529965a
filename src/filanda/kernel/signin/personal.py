# SPDX-License-Identifier: EUPL-1.2
"""What signing in keeps about somebody. Factors, sessions and addresses at identity providers belong to the account in
the whole installation: they leave with its archive, and go when the account itself goes (across.privacy).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import Q

from filanda.kernel.identity.models import Account
from filanda.kernel.signin.models import EmailCode, Recovery

__all__ = ["collect", "erase"]


def collect(account: Account) -> Mapping[str, Any]:
    """Sessions, factors (never their secrets), accounts at identity providers, requests to be let back in."""
    rows = {
        "sessions.json": UserSession.objects.filter(user=account)
        .order_by("created_at")
        .values("created_at", "last_seen_at", "ip", "user_agent"),
        "second-factors.json": Authenticator.objects.filter(user=account)
        .order_by("created_at")
        .values("type", "created_at", "last_used_at"),
        "identity-providers.json": SocialAccount.objects.filter(user=account)
        .order_by("date_joined")
        .values("provider", "uid", "last_login", "date_joined", "extra_data"),
        "recoveries.json": Recovery.objects.filter(account=account)
        .order_by("asked_at")
        .values("state", "asked_at", "state_changed_at", "words", "reason"),
    }
    return {name: list(found) for name, found in rows.items() if found}


def erase(account: Account, keeps: bool) -> None:
    EmailCode.objects.filter(Q(account=account) | Q(address__iexact=account.email)).delete()
    Recovery.objects.filter(account=account).delete()
    for field in ("first_approver", "second_approver", "refused_by"):
        Recovery.objects.filter(**{field: account}).update(**{field: None})
