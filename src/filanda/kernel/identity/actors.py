# SPDX-License-Identifier: EUPL-1.2
"""Whom a request, a command or a job speaks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils.timezone import now

if TYPE_CHECKING:
    from filanda.kernel.identity.models import Account


@dataclass(frozen=True)
class Actor:
    """Somebody acting in one region: their account (None for a visitor or the platform) and what they are there.

    `roles`: held in the whole region, now. `withheld`: held too, but asleep until this session shows a second factor.
    `scoped`: (role, kind of thing, its id), such as ("organisation_admin", "organisation", 17).
    """

    account_id: int | None = None
    roles: frozenset[str] = field(default_factory=frozenset)
    is_operator: bool = False
    is_platform: bool = False
    scoped: frozenset[tuple[str, str, int]] = field(default_factory=frozenset)
    withheld: frozenset[str] = field(default_factory=frozenset)
    has_second_factor: bool = False

    @property
    def is_visitor(self) -> bool:
        return self.account_id is None and not self.is_platform

    @cached_property
    def is_member(self) -> bool:
        """Whether they are somebody in this region. An account alone, of another region say, is a stranger here."""
        return bool(self.roles or self.withheld)

    @cached_property
    def audience_tokens(self) -> tuple[str, ...]:
        """What search documents this actor may find: every hit and every count is filtered on these."""
        tokens = ["public"]
        if self.account_id is not None:
            tokens.append(f"account:{self.account_id}")
        if self.is_member:
            tokens.append("members")
        tokens += [f"role:{role}" for role in sorted(self.roles)]
        tokens += sorted({f"{kind}:{number}" for _role, kind, number in self.scoped})
        tokens += sorted(f"{kind}:{number}:managers" for role, kind, number in self.scoped if role == "space_manager")
        return tuple(tokens)

    def scope_ids(self, kind: str, *roles: str) -> frozenset[int]:
        """Ids of the things of `kind` in which this actor holds one of `roles` (any role, if none is named)."""
        return frozenset(
            number for role, known, number in self.scoped if known == kind and (not roles or role in roles)
        )


VISITOR = Actor()
PLATFORM = Actor(is_platform=True)


def actor_for(account: Account | None, *, has_second_factor: bool = False) -> Actor:
    """Return the actor of `account` in the active region (a visitor for None or an inactive account). One query.

    `has_second_factor`: whether the session has shown one; without it roles with power over others are withheld.
    """
    if account is None or not account.is_authenticated or not account.is_active:
        return VISITOR
    from filanda.kernel.identity.models import POWERFUL, SCOPED

    rows = _open_grants(account)
    held = frozenset(role for role, kind, _number in rows if not kind and role not in SCOPED)
    withheld = frozenset() if has_second_factor else held & POWERFUL
    return Actor(
        account_id=account.pk,
        roles=held - withheld,
        is_operator=account.is_operator,
        scoped=frozenset(row for row in rows if row[1]),
        withheld=withheld,
        has_second_factor=has_second_factor,
    )


def _open_grants(account: Account) -> list[tuple[str, str, int]]:
    """(role, kind of its scope, id of that), of what `account` holds now in the active region."""
    from django.db.models import DateTimeField, Q, QuerySet, TextField, Value
    from django.db.models.functions import Cast

    from filanda.kernel.database import compiled
    from filanda.kernel.identity.models import RoleGrant

    def build(given: Sequence[Any]) -> QuerySet[Any, Any]:
        moment = Cast(Value(given[1], TextField()), DateTimeField())
        held = RoleGrant.objects.filter(Q(until=None) | Q(until__gt=moment), account=given[0], ended_at=None)
        found: QuerySet[Any, Any] = held.values("role", "scope_kind", "scope_id")
        return found

    found = compiled.rows("identity: grants", build, [account.pk, now().isoformat()])
    return [(row["role"], row["scope_kind"], row["scope_id"]) for row in found]
