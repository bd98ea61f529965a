# SPDX-License-Identifier: EUPL-1.2
"""How the worker talks to the queue's tables: patiently where a restart of PostgreSQL would cost a job its ending."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import psycopg
import structlog
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager, NotificationCallback
from procrastinate.psycopg_connector import PsycopgConnector
from psycopg_pool import AsyncConnectionPool

from filanda.kernel.jobs.stopping import stop_requested

PATIENCE = 60.0  # seconds for which the end of a job waits for a database that is away
_PAUSE = 0.5  # seconds between two tries
_TRUSTED = 1.0  # seconds for which a connection that has just worked is not checked again

log = structlog.get_logger("filanda.worker")


def lost_connection(error: BaseException) -> bool:
    """Whether `error` says that the database is away (starting, stopping, killed), and not that SQL is wrong."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, psycopg.InterfaceError):
            return True
        if isinstance(cause, psycopg.OperationalError):
            # Classes 53 (too many connections), 57P (shutdown, crash) and 08; None: there was no answer at all.
            return cause.sqlstate is None or cause.sqlstate[:2] in {"08", "53"} or cause.sqlstate[:3] == "57P"
        cause = cause.__cause__ or cause.__context__
    return False


class PatientJobManager(JobManager):
    """Procrastinate's, but what ends a job is tried again while PostgreSQL is away, and the listener comes back.

    Fetching is not: a fetch whose answer was lost may have marked a job as ours, so the worker starts afresh under a
    new number, and that job is put back (`worker`).
    """

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        await self._patiently(lambda: super(PatientJobManager, self).finish_job(job, status, delete_job))

    async def retry_job(self, job: Job, *args: Any, **kwargs: Any) -> None:
        try:
            await self._patiently(lambda: super(PatientJobManager, self).retry_job(job, *args, **kwargs))
        except UniqueViolation:
            # Another one of its kind (`enqueue_once`) waits already and will do what this one could not: no failure.
            await self.finish_job(job, Status.FAILED, delete_job=True)

    async def update_heartbeat(self, worker_id: int) -> None:
        await self._patiently(lambda: super(PatientJobManager, self).update_heartbeat(worker_id))

    async def listen_for_jobs(
        self, *, on_notification: NotificationCallback, queues: Iterable[str] | None = None
    ) -> None:
        while True:
            try:
                await super().listen_for_jobs(on_notification=on_notification, queues=queues)
            except ConnectorException as error:
                if not lost_connection(error):
                    raise
                await asyncio.sleep(_PAUSE)

    async def _patiently(self, call: Callable[[], Awaitable[None]]) -> None:
        deadline = time.monotonic() + PATIENCE
        again = False
        while True:
            try:
                return await call()
            except UniqueViolation:
                raise
            except ConnectorException as error:
                if again and isinstance(error.__cause__, psycopg.errors.RaiseException):
                    return None  # "not doing": the try before was heard after all
                if not lost_connection(error) or stop_requested() or time.monotonic() > deadline:
                    raise
            again = True
            await asyncio.sleep(_PAUSE)


def worker_connector(size: int) -> PsycopgConnector:
    """The worker's own connections to the queue, `size` at most, besides those that jobs use through Django.

    Autocommit, as each call is one statement; a connection used a moment ago is not checked again; commits are not
    waited for, as losing the note that a job was done means that it is done once more, which jobs must bear anyway.
    What a job itself writes goes through Django's connections and is as safe as everything else.
    """
    parameters = connector_params()
    options = f"{parameters.get('options', '')} -c synchronous_commit=off".strip()
    parameters |= {"options": options, "application_name": "filanda worker", "connect_timeout": 10}
    return PsycopgConnector(
        pool_factory=_make_pool, kwargs=parameters, configure=_configure, min_size=1, max_size=size, timeout=10.0
    )


async def _configure(connection: psycopg.AsyncConnection) -> None:
    await connection.set_autocommit(True)


def _make_pool(**options: Any) -> AsyncConnectionPool:
    last_used: dict[int, float] = {}

    async def check_if_idle(connection: psycopg.AsyncConnection) -> None:
        now = time.monotonic()
        if now - last_used.get(id(connection), 0.0) > _TRUSTED:
            await AsyncConnectionPool.check_connection(connection)
        last_used[id(connection)] = now

    return AsyncConnectionPool(**{**options, "check": check_if_idle})
