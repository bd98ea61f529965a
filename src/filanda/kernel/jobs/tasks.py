# SPDX-License-Identifier: EUPL-1.2
"""The queue's own housekeeping. Jobs that succeeded are deleted when they end; the others stay a while to be read."""

from __future__ import annotations

from django.db import connection

from filanda.kernel.jobs.queue import job

KEPT_DAYS = 30


@job("jobs.clean_up", periodic="41 3 * * *")
def clean_up() -> int:
    """Delete jobs that failed, or were given up, more than `KEPT_DAYS` days ago. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs j WHERE j.status IN ('succeeded', 'failed', 'cancelled', 'aborted')"
            " AND NOT EXISTS (SELECT FROM procrastinate_events e"
            " WHERE e.job_id = j.id AND e.at > now() - make_interval(days => %s))",
            [KEPT_DAYS],
        )
        return int(cursor.rowcount)
