# SPDX-License-Identifier: EUPL-1.2
"""What this room keeps about people: who listed a funding call. The text of a call says nothing of anybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from filanda.directory.funding.models import FundingCall
from filanda.kernel.identity.models import Account

__all__ = ["collect", "erase"]


def collect(account: Account) -> Mapping[str, Any]:
    rows = FundingCall.objects.filter(created_by=account).order_by("pk")
    listed = list(rows.values("id", "title", "created_at"))
    return {"funding-calls.json": listed} if listed else {}


def erase(account: Account, keeps: bool) -> None:
    """The calls stay, as the region's: without who listed them."""
    FundingCall.objects.filter(created_by=account).update(created_by=None)
