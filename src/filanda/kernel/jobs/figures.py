# SPDX-License-Identifier: EUPL-1.2
"""How the queue stands, for metrics and operators."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import connection

from filanda.kernel.jobs.worker import STALLED


@dataclass(frozen=True)
class QueueFigures:
    """`waiting`: due jobs by queue. `oldest_seconds`: how long the oldest of them has waited, 0 without any.
    `workers`: those that gave a sign of life lately.
    """

    waiting: dict[str, int] = field(default_factory=dict)
    running: int = 0
    failed: int = 0
    oldest_seconds: float = 0.0
    workers: int = 0


def queue_figures() -> QueueFigures:
    """Read the figures: three short queries."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT queue_name, count(*), min(id) FROM procrastinate_jobs"
            " WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()) GROUP BY 1"
        )
        waiting = {name: (count, first) for name, count, first in cursor.fetchall()}
        cursor.execute(
            "SELECT count(*) FILTER (WHERE status = 'doing'), count(*) FILTER (WHERE status = 'failed'),"
            " (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)),"
            " (SELECT coalesce(extract(epoch FROM now() - min(at)), 0) FROM procrastinate_events WHERE job_id = %s)"
            " FROM procrastinate_jobs WHERE status IN ('doing', 'failed')",
            [STALLED, min((first for _count, first in waiting.values()), default=0)],
        )
        running, failed, workers, oldest = cursor.fetchone()
    return QueueFigures(
        waiting={name: count for name, (count, _first) in sorted(waiting.items())},
        running=running,
        failed=failed,
        oldest_seconds=float(oldest),
        workers=workers,
    )
