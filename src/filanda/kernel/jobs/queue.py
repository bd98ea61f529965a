# SPDX-License-Identifier: EUPL-1.2
"""Declaring and enqueueing jobs."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from django.db import DatabaseError, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app as procrastinate_app
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.tasks import Task

from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import across_regions, in_region

__all__ = ["enqueue", "enqueue_at", "enqueue_once", "job", "region_job"]

Function = Callable[..., Any]
AnyTask = Task[..., Any, ...]

_REQUEST_ID = "_request_id"  # hidden argument: whose request asked for the job, for the logs
log = structlog.get_logger("filanda.jobs")


def job(
    name: str, *, queue: str = "default", retries: int = 5, periodic: str = "", **options: Any
) -> Callable[[Function], AnyTask]:
    """Declare a job of the installation: it runs outside any region. `name` is `room.verb_thing`.

    A failing job is tried again after 2, 4, 8… seconds, `retries` times in all. `periodic` is a cron line (UTC): the
    job is then enqueued by the clock too, once for all workers, without arguments.
    """

    def declare(function: Function) -> AnyTask:
        @functools.wraps(function)
        def run(**arguments: Any) -> Any:
            with _logged(arguments), across_regions():
                return function(**arguments)

        task = _task(name, queue, retries, options)(run)
        if periodic:
            _by_the_clock(name, queue, periodic)(lambda: enqueue_once(task))
        return task

    return declare


def region_job(
    name: str, *, queue: str = "default", retries: int = 5, periodic: str = "", **options: Any
) -> Callable[[Function], AnyTask]:
    """Declare a job of one region: its `region_id` argument is entered before `function(region=…, …)` runs.

    With `periodic` it is enqueued by the clock for every region, unless the one before still waits.
    """

    def declare(function: Function) -> AnyTask:
        @functools.wraps(function)
        def run(*, region_id: int, **arguments: Any) -> Any:
            with _logged(arguments):
                region = Region.objects.get(pk=region_id)
                with in_region(region):
                    return function(region=region, **arguments)

        task = _task(name, queue, retries, options)(run)

        def for_every_region() -> None:
            for region_id in Region.objects.values_list("pk", flat=True):
                enqueue_once(task, region_id=region_id)

        if periodic:
            _by_the_clock(name, queue, periodic)(for_every_region)
        return task

    return declare


def _task(name: str, queue: str, retries: int, options: dict[str, Any]) -> Callable[[Function], AnyTask]:
    strategy = RetryStrategy(max_attempts=retries, exponential_wait=2)
    return procrastinate_app.task(name=name, queue=queue, retry=strategy, **options)


def _by_the_clock(name: str, queue: str, cron: str) -> Callable[[Callable[[], Any]], AnyTask]:
    """Declare `function` as the periodic companion of the job `name`; if the last one still waits, it is enough."""

    def declare(function: Callable[[], Any]) -> AnyTask:
        companion = f"{name}.by_the_clock"

        def run(timestamp: int) -> None:
            function()

        task = procrastinate_app.task(name=companion, queue=queue, queueing_lock=companion)(run)
        procrastinate_app.periodic(cron=cron)(task)
        return task

    return declare


def _logged(arguments: dict[str, Any]) -> Any:
    """Give the job's log lines the id of the request that asked for it."""
    request_id = arguments.pop(_REQUEST_ID, None)
    return structlog.contextvars.bound_contextvars(**({"request_id": request_id} if request_id else {}))


def _with_request_id(arguments: dict[str, Any]) -> dict[str, Any]:
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    return {**arguments, _REQUEST_ID: request_id} if request_id else arguments


def enqueue(task: AnyTask, **arguments: Any) -> None:
    """Enqueue in the current transaction: the job exists if, and only if, the transaction commits."""
    task.defer(**_with_request_id(arguments))


def enqueue_at(task: AnyTask, at: datetime, **arguments: Any) -> None:
    """Enqueue in the current transaction, to be run at `at` or soon after."""
    task.configure(schedule_at=at).defer(**_with_request_id(arguments))


def enqueue_once(task: AnyTask, *, lock: str = "", **arguments: Any) -> None:
    """Wake a job that looks for its work by itself: after the commit, unless one with this `lock` is waiting already.

    `lock` is by default the job's name, and its region. Never two with the same `lock` run at once. After the commit,
    not in the transaction: a waiting job found there could start before the commit and miss what it was woken for, and
    two transactions with one lock would wait for each other. A process that dies right between its commit and this
    loses the call, so such a job also has a `periodic`.
    """

    region_id = arguments.get("region_id")
    lock = lock or (task.name if region_id is None else f"{task.name}:{region_id}")

    def wake() -> None:
        try:
            with transaction.atomic():
                task.configure(lock=lock, queueing_lock=lock).defer(**_with_request_id(arguments))
        except AlreadyEnqueued:
            return
        except (ConnectorException, DatabaseError) as error:
            # What the caller wrote is committed, and the clock will wake the job.
            log.warning("job not woken", job=task.name, error=type(error).__name__)

    transaction.on_commit(wake)
