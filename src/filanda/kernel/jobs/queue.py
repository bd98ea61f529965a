# SPDX-License-Identifier: EUPL-1.2
"""Declaring and enqueueing jobs."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.db import close_old_connections, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app as procrastinate_app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.tasks import Task

from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import across_regions, in_region

__all__ = ["enqueue", "enqueue_once", "job", "region_job"]

Function = Callable[..., Any]


def job(
    name: str, *, queue: str = "default", retries: int = 5, **options: Any
) -> Callable[[Function], Task[..., Any, ...]]:
    """Declare a job of the installation: it runs outside any region. `name` is `room.verb_thing`."""

    def declare(function: Function) -> Task[..., Any, ...]:
        @functools.wraps(function)
        def run(**arguments: Any) -> Any:
            close_old_connections()
            with across_regions():
                return function(**arguments)

        return procrastinate_app.task(
            name=name, queue=queue, retry=RetryStrategy(max_attempts=retries, exponential_wait=2), **options
        )(run)

    return declare


def region_job(
    name: str, *, queue: str = "default", retries: int = 5, **options: Any
) -> Callable[[Function], Task[..., Any, ...]]:
    """Declare a job of one region: its `region_id` argument is entered before `function(region=…, …)` runs."""

    def declare(function: Function) -> Task[..., Any, ...]:
        @functools.wraps(function)
        def run(*, region_id: int, **arguments: Any) -> Any:
            close_old_connections()
            region = Region.objects.get(pk=region_id)
            with in_region(region):
                return function(region=region, **arguments)

        return procrastinate_app.task(
            name=name, queue=queue, retry=RetryStrategy(max_attempts=retries, exponential_wait=2), **options
        )(run)

    return declare


def enqueue(task: Task[..., Any, ...], **arguments: Any) -> None:
    """Enqueue in the current transaction: the job exists if, and only if, the transaction commits."""
    task.defer(**arguments)


def enqueue_once(task: Task[..., Any, ...], *, lock: str, **arguments: Any) -> None:
    """Like `enqueue`, but do nothing when a job with the same `lock` is already waiting."""
    try:
        with transaction.atomic():
            task.configure(queueing_lock=lock).defer(**arguments)
    except AlreadyEnqueued:
        return
