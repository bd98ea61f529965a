# SPDX-License-Identifier: EUPL-1.2
"""Whether a session has shown lately, again, that it is still its owner who sits there.

Signing in does not count: a session left open at a library counter was signed in properly too.
"""

from __future__ import annotations

import time

from django.http import HttpRequest

__all__ = ["FRESH_SECONDS", "is_fresh", "mark_fresh"]

FRESH_SECONDS = 600
_KEY = "fresh"


def is_fresh(request: HttpRequest) -> bool:
    """Whether within the last `FRESH_SECONDS` a fresh code, a passkey or the authenticator app was shown."""
    kept = request.session.get(_KEY)
    if not isinstance(kept, dict) or not request.user.is_authenticated:
        return False
    return kept.get("account") == request.user.pk and 0 <= time.time() - kept.get("at", 0) < FRESH_SECONDS


def mark_fresh(request: HttpRequest) -> None:
    request.session[_KEY] = {"account": request.user.pk, "at": int(time.time())}
