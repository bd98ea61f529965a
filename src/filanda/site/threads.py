# SPDX-License-Identifier: EUPL-1.2
"""What Django remembers of the request that a thread answers: its language, time zone, addresses; and what it says.

Django keeps these where coroutines find them too, behind a lock and a copy of the context. A page asks for them some
hundreds of times, and the web process answers with threads alone: there they are kept by thread and nothing else.

It also looks each sentence up through three catalogues and two replacements of line ends, some hundred times a page:
a tenth of what the workbench's queue costs. A catalogue does not change in a running process: what it said is kept.
"""

from __future__ import annotations

import threading
from typing import Any

from django.urls import base
from django.utils import timezone, translation
from django.utils.translation import trans_real

__all__ = ["keep_by_thread", "keep_sentences"]

_MOST = 20_000  # sentences kept a language: all there are, and room for names that go through it too

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


def keep_sentences() -> None:
    """Once a process: what `gettext` says is looked up once a language. Kept with the language's catalogue."""
    look_up = trans_real.gettext

    def gettext(message: Any) -> Any:
        catalogue = getattr(trans_real._active, "value", None)  # type: ignore[attr-defined]
        if catalogue is None or type(message) is not str:
            return look_up(message)
        try:
            return catalogue.filanda_said[message]
        except (AttributeError, KeyError):
            said = look_up(message)
            kept = catalogue.__dict__.setdefault("filanda_said", {})
            if len(kept) >= _MOST:
                kept.clear()
            kept[message] = said
            return said

    trans_real.gettext = gettext
    translation._trans.gettext = gettext  # type: ignore[attr-defined]
