# SPDX-License-Identifier: EUPL-1.2
"""Asking long jobs to end: a worker that is told to stop waits a few seconds only, and then leaves them to the next."""

from __future__ import annotations

import threading

_asked = threading.Event()


def stop_requested() -> bool:
    """Whether this process was asked to stop. A job of more than a second asks between two steps, and returns."""
    return _asked.is_set()


def wait_or_stop(seconds: float) -> bool:
    """Sleep, but no longer than until the process is asked to stop. Whether it was."""
    return _asked.wait(seconds)


def request_stop() -> None:
    """Called once by the worker."""
    _asked.set()
