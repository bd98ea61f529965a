# SPDX-License-Identifier: EUPL-1.2
"""Health and metrics. `live`: the process answers. `ready`: the database answers and its schema is this code's."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

# What proxies add. Behind TLS none leaves out the protocol, or every page would lead to itself (settings.HTTPS).
_PASSED_ON = frozenset(
    f"HTTP_{name}"
    for name in ("X_FORWARDED_FOR", "X_FORWARDED_PROTO", "X_FORWARDED_HOST", "X_REAL_IP", "FORWARDED", "VIA")
)
_state: dict[str, bool] = {}


def live(_request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


def ready(_request: HttpRequest) -> HttpResponse:
    """200 when requests can be served, else 503 with what is missing."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _state.get("migrated"):
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return JsonResponse({"status": "waiting", "for": "migrations: run filanda migrate"}, status=503)
            _state["migrated"] = True
    except DatabaseError:
        return JsonResponse({"status": "waiting", "for": "database"}, status=503)
    if not settings.EMAIL_CONFIGURED and not settings.DEMO:
        return JsonResponse({"status": "ok", "email": "no mail server is configured: messages wait"})
    return JsonResponse({"status": "ok"})


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text format, for scrapers on this machine only: what a proxy on it passes on is from elsewhere."""
    if request.META.get("REMOTE_ADDR") not in {"127.0.0.1", "::1", ""} or not _PASSED_ON.isdisjoint(request.META):
        return HttpResponse("Metrics are served to this machine only.\n", status=403, content_type="text/plain")
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
