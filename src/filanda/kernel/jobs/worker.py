# SPDX-License-Identifier: EUPL-1.2
"""Running jobs, until told to stop. Survives restarts of PostgreSQL and takes over what a killed worker left undone."""

from __future__ import annotations

import asyncio
import copy
import logging
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn

import psycopg
import structlog
from procrastinate import App
from procrastinate.contrib.django import app as django_app
from procrastinate.exceptions import ConnectorException
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job, Status
from procrastinate.periodic import PeriodicRegistry, PeriodicTask
from procrastinate.worker import Worker

from filanda.kernel.jobs.manager import PatientJobManager, lost_connection, worker_connector
from filanda.kernel.jobs.stopping import request_stop

HEARTBEAT = 5.0  # seconds between two signs of life of a worker
STALLED = 20.0  # seconds without one after which a worker counts as dead
RESCUE = 5.0  # seconds between two looks for jobs of dead workers
GRACE = 4.0  # seconds that running jobs have to end when the worker is told to stop
MOST_ATTEMPTS = 10  # a job that took so many workers down with it is given up
_LONGEST_PAUSE = 10.0  # seconds between two tries to reach the database

log = structlog.get_logger("filanda.worker")

Companion = Callable[[threading.Event], None]


def work(*, concurrency: int = 2, companions: Sequence[Companion] = (), until_empty: bool = False) -> None:
    """Run jobs of all queues in the foreground until SIGINT or SIGTERM (or, with `until_empty`, until none waits).

    `concurrency`: how many jobs at once, each in a thread with a database connection of its own. `companions` run in
    threads beside them and end when their event is set. Jobs that do not end within `GRACE` seconds are left to the
    next worker: then this does not return, the process ends.
    """
    stop = threading.Event()
    threads = [threading.Thread(target=run, args=(stop,), name=run.__name__, daemon=True) for run in companions]
    for thread in threads:
        thread.start()
    try:
        asyncio.run(_Foreman(concurrency, until_empty).run())
    finally:
        stop.set()
        for thread in threads:
            thread.join(GRACE)


class _Foreman:
    """Keeps one procrastinate worker running, a new one whenever the database was away."""

    def __init__(self, concurrency: int, until_empty: bool) -> None:
        self._concurrency = concurrency
        self._until_empty = until_empty
        self._worker: Worker | None = None
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(self._concurrency + 1, thread_name_prefix="job"))
        loop.set_exception_handler(_one_line)
        for signum in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(signum, self._stop)
        pause = 0.5
        while not self._stopping.is_set():
            began, ended_before = time.monotonic(), _ended.total()
            try:
                if not await self._run_once():
                    break
                if self._until_empty:
                    if _ended.total() == ended_before:
                        break
                    continue  # the last jobs may have enqueued others
            except ConnectorException as error:
                # Unknown: taken for dead while the machine slept, or PostgreSQL fell before it had written us down.
                if not lost_connection(error) and not isinstance(error.__cause__, psycopg.errors.ForeignKeyViolation):
                    raise
                log.warning("the database was away; the worker begins again", seconds=pause)
            if time.monotonic() - began > 60:
                pause = 0.5
            await _wait(self._stopping, pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _stop(self) -> None:
        self._stopping.set()
        request_stop()
        if self._worker is not None:
            self._worker.stop()

    async def _run_once(self) -> bool:
        """Work until stopped; whether to begin again. Raises ConnectorException when the database goes away."""
        app = _worker_app(self._concurrency, has_clock=not self._until_empty)
        stopped = asyncio.create_task(self._stopping.wait())
        opening = asyncio.create_task(app.connector.open_async())
        try:
            await asyncio.wait({opening, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if not opening.done():
                opening.cancel()
                return False
            await opening
            return await self._work(app, stopped)
        finally:
            stopped.cancel()
            await app.connector.close_async()

    async def _work(self, app: App, stopped: asyncio.Task[Any]) -> bool:
        worker = self._worker = Worker(
            app,
            concurrency=self._concurrency,
            wait=not self._until_empty,
            listen_notify=not self._until_empty,
            install_signal_handlers=False,
            update_heartbeat_interval=HEARTBEAT,
            stalled_worker_timeout=STALLED,
            fetch_job_polling_interval=2.0,
            delete_jobs="successful",
            task_middleware=[*app.worker_defaults.get("task_middleware", []), _log_and_count],
        )
        await rescue(app.job_manager)
        rescuing = asyncio.create_task(_rescue_for_ever(app.job_manager))
        run = asyncio.create_task(worker.run())
        try:
            await asyncio.wait({run, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if not run.done():
                worker.stop()
                await asyncio.wait({run}, timeout=GRACE)
            if not run.done():
                await _leave(app.job_manager, worker)
            await run
            return not self._stopping.is_set()
        finally:
            rescuing.cancel()


def _worker_app(concurrency: int, *, has_clock: bool) -> App:
    """An app with all jobs, for the worker's own bookkeeping; periodic ones are enqueued only if it `has_clock`.

    Not procrastinate's `replace_connector`, which would take the jobs' own `enqueue` out of their transactions.
    """
    django_app.perform_import_paths()
    app = App(connector=worker_connector(concurrency + 1), worker_defaults=django_app.worker_defaults)
    app.tasks = django_app.tasks
    app.job_manager = PatientJobManager(connector=app.connector)
    app.periodic_registry = PeriodicRegistry()
    for key, periodic in django_app.periodic_registry.periodic_tasks.items() if has_clock else ():
        task = copy.copy(periodic.task)
        task.blueprint = app
        app.periodic_registry.periodic_tasks[key] = PeriodicTask(
            task=task,
            cron=periodic.cron,
            periodic_id=periodic.periodic_id,
            configure_kwargs=copy.copy(periodic.configure_kwargs),
        )
    return app


async def _rescue_for_ever(manager: Any) -> None:
    while True:
        await asyncio.sleep(RESCUE)
        try:
            await rescue(manager)
        except ConnectorException as error:
            if not lost_connection(error):
                raise


async def rescue(manager: Any) -> int:
    """Put jobs of dead workers back into the queue. Returns how many. Safe to run in many workers at once."""
    await manager.prune_stalled_workers(STALLED)
    back = 0
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED):
        try:
            await _put_back(manager, job)
        except ConnectorException as error:
            if lost_connection(error):
                raise
            continue  # another worker was quicker
        back += 1
    return back


async def _put_back(manager: Any, job: Job) -> None:
    if job.attempts >= MOST_ATTEMPTS:
        log.error("job given up: no worker survived it", job=job.task_name, job_id=job.id, attempts=job.attempts)
        await manager.finish_job(job, Status.FAILED, delete_job=False)
    else:
        log.warning("job of a dead worker put back", job=job.task_name, job_id=job.id, attempts=job.attempts)
        await manager.retry_job(job)


async def _leave(manager: Any, worker: Worker) -> NoReturn:
    """Sign off with jobs still running, so that any worker puts them back at once, and end the process.

    A thread cannot be ended otherwise; what it has not committed is rolled back.
    """
    log.warning("jobs that still run are left to the next worker", jobs=len(_running))
    try:
        if worker.worker_id is not None:
            await manager.unregister_worker(worker.worker_id)
    except ConnectorException:
        log.warning("the database is away; the next worker finds those jobs by the missing signs of life")
    finally:
        logging.shutdown()
        os._exit(0)


_running: set[int] = set()
_ended: Counter[str] = Counter()  # jobs that ended in this process, by name


def _log_and_count(call_next: Callable[[], Any], context: JobContext, _worker: Worker) -> Any:
    """Around each job, in its thread: its name in every log line, and one line when it ends."""
    job_id = context.job.id or 0
    _running.add(job_id)
    began = time.perf_counter()
    with structlog.contextvars.bound_contextvars(job=context.job.task_name, job_id=job_id):
        try:
            result = call_next()
        except Exception as error:
            log.exception("job failed", attempt=context.job.attempts + 1, error=type(error).__name__)
            raise
        finally:
            _running.discard(job_id)
            _ended[context.job.task_name] += 1
        log.info("job", ms=round((time.perf_counter() - began) * 1000, 1))
        return result


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return


def _one_line(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What nobody awaited: said in a line, not in a traceback of asyncio's."""
    error = context.get("exception")
    if error is not None and lost_connection(error):
        return
    log.error(context.get("message", "error"), error=repr(error))
