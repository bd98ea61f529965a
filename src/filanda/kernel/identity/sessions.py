# SPDX-License-Identifier: EUPL-1.2
"""What a session has shown besides who it is."""

from __future__ import annotations

from typing import Any, Protocol

_KEY = "second_factor"


class HasSession(Protocol):
    session: Any


def mark_second_factor(request: HasSession, method: str) -> None:
    """This session has shown a second factor by `method` (webauthn, totp, recovery_codes, oidc, demo)."""
    request.session[_KEY] = method


def has_second_factor(request: HasSession) -> bool:
    return bool(request.session.get(_KEY))


def second_factor_of(request: HasSession) -> str:
    """By what this session has shown a second factor, or ""."""
    return str(request.session.get(_KEY) or "")


def forget_second_factor(request: HasSession) -> None:
    """The factor that this session has shown is one no longer."""
    request.session.pop(_KEY, None)
