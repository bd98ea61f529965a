# SPDX-License-Identifier: EUPL-1.2
"""What leaves with a person, and what goes when its time is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from filanda.kernel.identity.models import Account
from filanda.kernel.legal.models import Consent, Feedback, LegalText
from filanda.kernel.regions.models import Region

__all__ = ["collect", "erase", "forget_feedback", "readdress"]


def collect(account: Account) -> Mapping[str, Any]:
    rows = [
        {
            "text": consent.text.kind,
            "version": consent.text.version,
            "language": consent.language,
            "given_at": consent.given_at.isoformat(),
            "withdrawn_at": consent.withdrawn_at.isoformat() if consent.withdrawn_at else None,
        }
        for consent in Consent.objects.filter(account=account).select_related("text")
    ]
    said = Feedback.objects.filter(_said_by(account)).order_by("created_at")
    found = {
        "consents.json": rows,
        "feedback.json": list(said.values("created_at", "page", "message", "email", "language", "handled_at")),
    }
    return {name: listed for name, listed in found.items() if listed}


def erase(account: Account, keeps: bool) -> None:
    """Who agreed goes with the person, and what they said of pages; that a text was published stays, without who
    published it."""
    Feedback.objects.filter(_said_by(account)).delete()
    Consent.objects.filter(account=account).delete()
    LegalText.objects.filter(published_by=account).update(published_by=None)
    Feedback.objects.filter(handled_by=account).update(handled_by=None)


def readdress(account: Account, old: str, new: str) -> None:
    Feedback.objects.filter(email=old).update(email=new)


def _said_by(account: Account) -> Q:
    """Signed in, or as a visitor with the address that is theirs."""
    return Q(account=account) | Q(email=account.email)


def forget_feedback(region: Region, before: datetime, now: datetime) -> int:
    """Delete feedback that was dealt with before `before`."""
    deleted, _per_model = Feedback.objects.filter(handled_at__lt=before).delete()
    return deleted
