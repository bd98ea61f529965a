# SPDX-License-Identifier: EUPL-1.2
"""Waiting for the chain to grow, for the indexer and other readers."""

from __future__ import annotations

import threading
import time

import psycopg
from django.db import connection

from filanda.kernel.journal import chain

_LOOK = 2.0  # seconds between two looks at the chain itself, should a notification be lost
_own = threading.local()


def wait_for_news(after: int, timeout: float) -> int:
    """Wait until the chain goes beyond position `after`, `timeout` seconds at most. Returns the chain's head.

    Call it outside a transaction. The calling thread keeps a connection of its own that listens; it is made again when
    it breaks. Raises Django's database errors when the database is away: wait a moment, then call again.
    """
    deadline = time.monotonic() + timeout
    listening = _listen()
    while True:
        head = chain.head()
        left = deadline - time.monotonic()
        if head > after or left <= 0:
            return head
        if listening is None:
            time.sleep(min(left, 0.2))
            listening = _listen()
            continue
        try:
            for _notification in listening.notifies(timeout=min(left, _LOOK), stop_after=1):
                pass
        except psycopg.Error:
            stop_listening()
            listening = None


def stop_listening() -> None:
    """Close this thread's listening connection."""
    listening: psycopg.Connection | None = getattr(_own, "listening", None)
    _own.listening = None
    if listening is not None:
        listening.close()


def _listen() -> psycopg.Connection | None:
    """This thread's listening connection, or None while the database gives none."""
    listening: psycopg.Connection | None = getattr(_own, "listening", None)
    if listening is not None and not listening.closed:
        return listening
    parameters = connection.get_connection_params()
    for django_only in ("context", "cursor_factory", "autocommit"):
        parameters.pop(django_only, None)
    try:
        made = psycopg.connect(**parameters, autocommit=True)
        made.execute(f"LISTEN {chain.CHANNEL}")
    except psycopg.Error:
        return None
    _own.listening = made
    return made
