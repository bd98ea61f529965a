# SPDX-License-Identifier: EUPL-1.2
"""What this room keeps about a person, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from filanda.capabilities.notifications.models import Choice, Notification, Preferences
from filanda.kernel.identity.models import Account
from filanda.kernel.regions.models import Region

__all__ = ["collect", "erase", "forget_old"]


def collect(account: Account) -> Mapping[str, Any]:
    told = Notification.objects.filter(account=account).order_by("pk")
    choices = Choice.objects.filter(account=account).order_by("pk")
    preferences = Preferences.objects.filter(account=account)
    return {
        "notifications.json": list(
            told.values("kind", "why", "thing_kind", "thing_id", "created_at", "read_at", "mailed_at")
        ),
        "notification_choices.json": {
            "choices": list(choices.values("space_id", "kind", "channel")),
            "preferences": list(preferences.values("quiet_from", "quiet_until", "no_mail_since")),
        },
    }


def erase(account: Account, keeps: bool) -> None:
    for model in (Notification, Choice, Preferences):
        model.objects.filter(account=account).delete()


def forget_old(region: Region, before: datetime, now: datetime) -> int:
    """Notifications that nobody looks at any more."""
    return int(Notification.objects.filter(created_at__lt=before).delete()[0])
