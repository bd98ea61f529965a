# SPDX-License-Identifier: EUPL-1.2
"""Outermost middleware: request id, one log line a request, duration metric."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from filanda.site.metrics import REQUEST_SECONDS

log = structlog.get_logger("filanda.request")
_REQUEST_ID = re.compile(r"^[A-Za-z0-9-]{8,64}$")
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})  # any other word may be a method too
_QUIET = ("/health/", "/static/", "/metrics")


class RequestLogMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request_id = given if _REQUEST_ID.match(given) else uuid.uuid4().hex
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            return self._answer(request, request_id)

    def _answer(self, request: HttpRequest, request_id: str) -> HttpResponse:
        start = time.perf_counter()
        response = self.get_response(request)
        took = time.perf_counter() - start
        response.headers["X-Request-Id"] = request_id
        match = request.resolver_match
        view = match.view_name if match else ""
        method = request.method if request.method in _METHODS else "other"
        REQUEST_SECONDS.labels(view=view or "none", method=method, status=response.status_code).observe(took)
        if not request.path.startswith(_QUIET):
            # The view's name and not the address: query strings hold what people search for.
            log.info("request", method=method, view=view, status=response.status_code, ms=round(took * 1000, 1))
        return response
