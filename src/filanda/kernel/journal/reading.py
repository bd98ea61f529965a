# SPDX-License-Identifier: EUPL-1.2
"""Readers of the journal in the worker: what a room makes of events, each read once and in the chain's order.

Positions of the chain are read in order under a lock on one row; what the room writes and the new position are one
commit, so that a killed worker reads an event again or not at all.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

import structlog
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils.timezone import now as clock

from filanda.kernel.journal import chain
from filanda.kernel.journal.models import Event, Position
from filanda.kernel.journal.news import stop_listening, wait_for_news
from filanda.kernel.regions.scoped import across_regions

BATCH = 200  # events
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 10.0  # seconds

log = structlog.get_logger("filanda.journal")


class Reader:
    """One reader: `take` makes of a batch of events what it should, `begin` prepares the first time (what happened
    before is history). Both run across regions, in the transaction that holds the reader's row.
    """

    def __init__(
        self,
        name: str,
        positions: type[Position],
        take: Callable[[list[Event], datetime], None],
        begin: Callable[[datetime], None] | None = None,
    ) -> None:
        self.name, self._positions, self._take, self._begin = name, positions, take, begin

    def keep_reading(self, stop: threading.Event) -> None:
        """Read on as the chain grows, until `stop`. Runs in a thread of the worker."""
        pause, position = _FIRST_PAUSE, 0
        while not stop.is_set():
            try:
                wait_for_news(position, 1.0)
                position = self.read_on(clock())
                pause = _FIRST_PAUSE
            except (DatabaseError, InterfaceError) as error:
                if pause == _FIRST_PAUSE:
                    log.warning("a reader waits for the database", reader=self.name, error=type(error).__name__)
                connection.close()
                stop.wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
        stop_listening()
        connection.close()

    def read_on(self, now: datetime) -> int:
        """Read all chained events not yet read. Returns the position reached."""
        while True:
            with across_regions():
                position, more = self._batch(now)
            if not more:
                return position

    def _batch(self, now: datetime) -> tuple[int, bool]:
        with transaction.atomic():
            kept, is_new = self._positions._default_manager.select_for_update().get_or_create(name=self.name)
            if is_new:
                kept.position = chain.head()
                kept.save(update_fields=["position"])
                if self._begin is not None:
                    self._begin(now)
                return kept.position, False
            read = chain.follow(kept.position, limit=BATCH)
            if not read:
                return kept.position, False
            self._take([event for _position, event in read], now)
            kept.position = read[-1][0]
            kept.save(update_fields=["position"])
            return kept.position, len(read) == BATCH
