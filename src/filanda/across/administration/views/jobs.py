# SPDX-License-Identifier: EUPL-1.2
"""The queue of jobs, for operators: how it stands, and what failed."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from filanda.across.administration.framing import frame
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.jobs.figures import queue_figures
from filanda.kernel.policies import require

__all__ = ["jobs"]

MOST = 50


@never_cache
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """Figures, and the last jobs that failed: their names, never their arguments, which may be about people."""
    require(actor_of(request), "administration.jobs.view")
    figures = queue_figures()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT j.id, j.task_name, j.queue_name, j.attempts, max(e.at) FROM procrastinate_jobs j"
            " LEFT JOIN procrastinate_events e ON e.job_id = j.id"
            " WHERE j.status = 'failed' GROUP BY j.id ORDER BY j.id DESC LIMIT %s",
            [MOST],
        )
        failed = [
            {"id": number, "name": name, "queue": queue, "attempts": attempts, "at": at}
            for number, name, queue, attempts, at in cursor.fetchall()
        ]
        cursor.execute(
            "SELECT task_name, count(*) FROM procrastinate_jobs WHERE status = 'todo' GROUP BY 1 ORDER BY 2 DESC, 1"
            " LIMIT %s",
            [MOST],
        )
        waiting = cursor.fetchall()
    context = frame(request, "administration:jobs", _("Queue of jobs")) | {
        "figures": [
            {"value": sum(figures.waiting.values()), "label": _("due and waiting"), "url": ""},
            {"value": figures.running, "label": _("running"), "url": ""},
            {"value": figures.failed, "label": _("failed"), "url": ""},
            {"value": figures.workers, "label": _("workers"), "url": ""},
        ],
        "oldest_minutes": int(figures.oldest_seconds // 60),
        "has_workers": figures.workers > 0,
        "failed": failed,
        "waiting": waiting,
    }
    return render(request, "administration/jobs.html", context)
