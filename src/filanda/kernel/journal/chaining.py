# SPDX-License-Identifier: EUPL-1.2
"""The worker's part of the journal: the chain follows the commits."""

from __future__ import annotations

import threading

import structlog
from django.db import DatabaseError, InterfaceError, connection

from filanda.kernel.journal import chain

EVERY = 0.2  # seconds between two looks at the waiting table
_LONGEST_PAUSE = 10.0

log = structlog.get_logger("filanda.journal")


def keep_chaining(stop: threading.Event) -> None:
    """Chain what was committed, until `stop`. Runs in a thread of the worker; more than one worker may do it.

    Looking is cheaper than being told: a notification at each write would make all writers queue for one lock at
    their commits. While the database is away it is tried again, with one line in the log.
    """
    pause = EVERY
    while not stop.wait(pause):
        try:
            if chain.is_behind():
                chain.extend()
            pause = EVERY
        except (DatabaseError, InterfaceError) as error:
            if pause == EVERY:
                log.warning("the journal is not chained for now", error=type(error).__name__)
            pause = min(max(1.0, pause * 2), _LONGEST_PAUSE)
            connection.close()
    connection.close()
