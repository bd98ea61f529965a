# SPDX-License-Identifier: EUPL-1.2
"""What Django remembers of the request that a thread answers: its language, time zone, addresses.

Django keeps these where coroutines find them too, behind a lock and a copy of the context. A page asks for them some
hundreds of times, and the web process answers with threads alone: there they are kept by thread and nothing else.
"""

from __future__ import annotations

import threading
from typing import Any

from django.urls import base
from django.utils import timezone
from django.utils.translation import trans_real

__all__ = ["keep_by_thread"]

_HOLDERS: tuple[tuple[Any, str], ...] = (
    (trans_real, "_active"),
    (timezone, "_active"),
    (base, "_prefixes"),
    (base, "_urlconfs"),
)


def keep_by_thread() -> None:
    """Once a process, before it answers; what this thread has chosen so far stays chosen."""
    for module, name in _HOLDERS:
        before, by_thread = getattr(module, name), threading.local()
        if hasattr(before, "value"):
            by_thread.value = before.value
        setattr(module, name, by_thread)
