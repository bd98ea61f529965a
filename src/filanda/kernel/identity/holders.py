# SPDX-License-Identifier: EUPL-1.2
"""Who holds a role now, in the active region: for the queues in which things wait for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from filanda.kernel.identity.models import Role, RoleGrant

__all__ = ["holders_in", "holders_of"]


def holders_of(roles: Iterable[str], now: datetime) -> set[int]:
    """Accounts that hold one of `roles` in the whole region. One query."""
    rows = _open(now).filter(role__in=list(roles), scope_kind="")
    return set(rows.values_list("account", flat=True))


def holders_in(kind: str, ids: Iterable[int], role: Role, now: datetime) -> dict[int, set[int]]:
    """By id, the accounts that hold `role` in each of the things (`kind`, id); none of things without. One query."""
    found: dict[int, set[int]] = {}
    rows = _open(now).filter(role=role, scope_kind=kind, scope_id__in=list(ids))
    for number, account in rows.values_list("scope_id", "account"):
        found.setdefault(number, set()).add(account)
    return found


def _open(now: datetime):  # type: ignore[no-untyped-def]
    still = Q(until=None) | Q(until__gt=now)
    return RoleGrant.objects.filter(still, ended_at=None, account__is_active=True).order_by()
