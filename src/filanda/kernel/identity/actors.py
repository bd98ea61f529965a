# SPDX-License-Identifier: EUPL-1.2
"""Whom a request, a command or a job speaks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filanda.kernel.identity.models import Account


@dataclass(frozen=True)
class Actor:
    """Somebody acting in one region: their account (None for a visitor or the platform) and roles there."""

    account_id: int | None = None
    roles: frozenset[str] = field(default_factory=frozenset)
    is_operator: bool = False
    is_platform: bool = False

    @property
    def is_visitor(self) -> bool:
        return self.account_id is None and not self.is_platform

    @property
    def audience_tokens(self) -> tuple[str, ...]:
        """What search documents this actor may find: every hit and every count is filtered on these."""
        tokens = ["public"]
        if self.account_id is not None:
            tokens += ["members", f"account:{self.account_id}"]
        tokens += [f"role:{role}" for role in sorted(self.roles)]
        return tuple(tokens)


VISITOR = Actor()
PLATFORM = Actor(is_platform=True)


def actor_for(account: Account | None) -> Actor:
    """Return the actor of `account` in the active region (a visitor for None or an inactive account). One query."""
    if account is None or not account.is_authenticated or not account.is_active:
        return VISITOR
    from filanda.kernel.identity.models import RoleGrant

    roles = RoleGrant.objects.filter(account=account, ended_at__isnull=True).values_list("role", flat=True)
    return Actor(account_id=account.pk, roles=frozenset(roles), is_operator=account.is_operator)
