# SPDX-License-Identifier: EUPL-1.2
"""Who may do what: `decide(actor, "matching.requests.view", obj) -> Decision(allowed, reason)`.

Each room declares its permissions in `manifest.py`; roles are rows that map to permission names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from filanda.kernel.identity.actors import Actor

__all__ = ["Decision", "Forbidden", "Permission", "decide", "permissions", "register", "require"]


@dataclass(frozen=True)
class Decision:
    """The answer of a policy. A refusal always carries a reason that the reader can act on."""

    allowed: bool
    reason: str | Promise = ""

    def __bool__(self) -> bool:
        return self.allowed


class Forbidden(PermissionDenied):
    """Raised by `require`; carries the reason shown to the reader (Django answers with the 403 page)."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(str(decision.reason))
        self.reason = decision.reason


@dataclass(frozen=True)
class Permission:
    """A named permission, and who holds it.

    `everybody`, else whoever has one of `roles` in the region, else whoever has one of `scoped_roles` in the thing that
    `scope(obj)` names, such as ("organisation", 17). `rule` decides further, on the object. `needs_second_factor`:
    those who hold it by a scoped role must have shown one (powerful roles of the region sleep without).
    """

    name: str
    label: str | Promise
    roles: frozenset[str] = frozenset()
    everybody: bool = False
    rule: Callable[[Actor, Any], Decision] | None = None
    scoped_roles: frozenset[str] = frozenset()
    scope: Callable[[Any], tuple[str, int]] | None = None
    needs_second_factor: bool = False


_registry: dict[str, Permission] = {}


def register(permission: Permission) -> None:
    """Register a permission once. A second, different one under the same name is a programming error."""
    known = _registry.setdefault(permission.name, permission)
    if known != permission:
        raise ValueError(f"Permission {permission.name!r} is declared twice.")


def permissions() -> list[Permission]:
    """Every permission, by name: the table of who may do what is made from this."""
    return [_registry[name] for name in sorted(_registry)]


def decide(actor: Actor, name: str, obj: Any = None) -> Decision:
    """Decide whether `actor` may do `name` to `obj`. Raises KeyError for an unknown permission."""
    permission = _registry[name]
    if actor.is_platform:
        return Decision(True)
    by_scope = _holds_by_scope(actor, permission, obj)
    if by_scope and permission.needs_second_factor and not actor.has_second_factor:
        return _WITHOUT_SECOND_FACTOR
    if permission.everybody or permission.roles & actor.roles or by_scope:
        return permission.rule(actor, obj) if permission.rule is not None else Decision(True)
    if actor.is_visitor:
        return Decision(False, _("Sign in first: this is for people who have a part in this region."))
    if permission.roles & actor.withheld:
        return _WITHOUT_SECOND_FACTOR
    if not actor.is_member:
        return Decision(False, _("You are signed in, but not a member of this region yet. Join it first."))
    return Decision(False, _("Your role in this region does not include this. Ask a region administrator."))


_WITHOUT_SECOND_FACTOR = Decision(
    False,
    _(
        "This has power over other people, so it needs a second factor: a passkey or an authenticator app. Add one "
        "under “Sign-in and security”, or sign in with it."
    ),
)


def _holds_by_scope(actor: Actor, permission: Permission, obj: Any) -> bool:
    if permission.scope is None or obj is None or not actor.scoped:
        return False
    kind, number = permission.scope(obj)
    return any((role, kind, number) in actor.scoped for role in permission.scoped_roles)


def require(actor: Actor, name: str, obj: Any = None) -> None:
    """Raise Forbidden with the reason unless `actor` may do `name` to `obj`."""
    decision = decide(actor, name, obj)
    if not decision.allowed:
        raise Forbidden(decision)
