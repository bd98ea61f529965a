# SPDX-License-Identifier: EUPL-1.2
"""Giving and ending roles, ending sessions, as part of somebody's action. No transaction is opened here."""

from __future__ import annotations

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import SCOPED, Account, Role, RoleGrant
from filanda.kernel.journal.actions import record
from filanda.kernel.regions.models import Region

__all__ = ["end_role", "end_sessions_of", "give_role"]


def give_role(
    *,
    actor: Actor,
    region: Region,
    account: Account,
    role: Role,
    scope: tuple[str, int] = ("", 0),
    until: datetime | None = None,
    reason: str = "",
) -> RoleGrant:
    """Give `role` to `account`, in the region or in the thing that `scope` names. Twice is the same as once.

    The caller has decided that `actor` may. Journalled with its reason. Raises ValueError for a scope that the role
    does not take.
    """
    if (role in SCOPED) is not bool(scope[0]):
        raise ValueError(f"{role} is held {'in one thing' if role in SCOPED else 'in the region'}.")
    grant, is_new = RoleGrant.objects.get_or_create(
        region=region,
        account=account,
        role=role,
        scope_kind=scope[0],
        scope_id=scope[1],
        ended_at=None,
        defaults={"granted_by_id": actor.account_id, "until": until, "reason": reason},
    )
    if is_new:
        record(
            "identity.role.granted",
            region=region,
            actor=actor,
            subject=account,
            payload={"role": str(role), "scope": list(scope), "until": until, "reason": reason},
        )
    found: RoleGrant = grant
    return found


def end_role(*, actor: Actor, grant: RoleGrant, now: datetime, reason: str = "") -> None:
    """End a grant that is open. The caller has decided that `actor` may, and locked what must be locked."""
    grant.ended_at, grant.ended_by_id, grant.end_reason = now, actor.account_id, reason
    grant.save(update_fields=["ended_at", "ended_by", "end_reason"])
    record(
        "identity.role.ended",
        region=grant.region,
        actor=actor,
        subject=grant.account,
        payload={"role": grant.role, "scope": [grant.scope_kind, grant.scope_id], "reason": reason},
    )


def end_sessions_of(account: Account, keys: list[str] | None = None, *, but: str | None = None) -> int:
    """End sessions of `account`: those that `keys` names, or all, `but` one. Returns how many."""
    rows = UserSession.objects.filter(user=account).exclude(session_key=but or "")
    if keys is not None:
        rows = rows.filter(session_key__in=keys)
    found = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=found).delete()
    rows.delete()
    return len(found)
