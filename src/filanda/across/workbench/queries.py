# SPDX-License-Identifier: EUPL-1.2
"""What the lists of requests and of permissions read, in a constant number of queries."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from filanda.capabilities.needs.models import IntroductionRequest, RequestState
from filanda.kernel import policies
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import POWERFUL, Role

PAGE = 25


@dataclass(frozen=True)
class RequestPage:
    """`counts`: requests by state, all of them; `rows`: this page's; `total`: with the filter."""

    rows: list[IntroductionRequest]
    total: int
    page: int
    pages: int
    counts: dict[str, int]


def request_page(actor: Actor, *, state: str = "", page: int = 1) -> RequestPage:
    """One page of what `actor` may see, newest first, in two queries. `state`: a RequestState, else all."""
    seen = IntroductionRequest.objects.visible_to(actor)
    counts = dict(seen.order_by().values_list("state").annotate(Count("pk")))
    chosen = state if state in RequestState.values else ""
    total = counts.get(chosen, 0) if chosen else sum(counts.values())
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    wanted = seen.filter(state=chosen) if chosen else seen
    first = (page - 1) * PAGE
    rows = list(
        wanted.select_related("organisation", "need", "handler").order_by("-created_at", "-pk")[first : first + PAGE]
    )
    return RequestPage(rows, total, page, pages, counts)


@dataclass(frozen=True)
class PermissionRow:
    """`holders` is parallel to `permission_heads()`: "yes", "own" (in the thing in which they hold the role) or "".
    `has_rule`: it also depends on what it is done to. `second_factor`: nobody does it without one.
    """

    name: str
    label: str
    holders: list[str]
    has_rule: bool
    second_factor: bool


def permission_heads() -> list[str]:
    """Everybody, then each role."""
    return ["everybody", *Role.values]


def permission_rows() -> list[PermissionRow]:
    """Who may do what, from the permissions that the rooms declare. No query."""
    return [
        PermissionRow(
            permission.name,
            str(permission.label),
            ["yes" if permission.everybody else "", *(_held(permission, role) for role in Role.values)],
            permission.rule is not None,
            not permission.everybody
            and (permission.needs_second_factor or not permission.scoped_roles)
            and permission.roles <= POWERFUL
            and bool(permission.roles or permission.scoped_roles),
        )
        for permission in policies.permissions()
    ]


def _held(permission: policies.Permission, role: str) -> str:
    if permission.everybody or role in permission.roles:
        return "yes"
    return "own" if role in permission.scoped_roles else ""
