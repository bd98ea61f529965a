# SPDX-License-Identifier: EUPL-1.2
"""Structured logs: JSON lines on standard error, with request ids. Never a need, an e-mail or an address in them."""

from __future__ import annotations

import logging
import logging.config
import os
import re
from typing import Any

import structlog

# What PostgreSQL adds to an error quotes rows: "Failing row contains (…, anna@example.org, …)".
_ROWS_QUOTED = re.compile(r"\n(?:DETAIL|CONTEXT):.*?(?=\n\n(?:The above exception|During handling)|\Z)", re.DOTALL)


def _without_rows(_logger: Any, _method: str, event: Any) -> Any:
    """Take what is quoted of rows out of tracebacks."""
    if isinstance(event.get("exception"), str):
        event["exception"] = _ROWS_QUOTED.sub("", event["exception"])
    return event


def _name_view(record: logging.LogRecord) -> bool:
    """Django's own lines end with the address, which may hold the token of a sign-in link: say the view instead."""
    request = getattr(record, "request", None)
    if request is not None and isinstance(record.args, tuple):
        view = f"view {request.resolver_match.view_name}" if request.resolver_match else "no view"
        record.args = tuple(view if given == request.path else given for given in record.args)
    return True


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    _without_rows,
]


def configure(_: dict[str, Any] | None = None) -> None:
    """Set up structlog and the standard library's logging to one stream. FILANDA_LOG=console is for reading by eye."""
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=False)
        if os.environ.get("FILANDA_LOG") == "console"
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(os.environ.get("FILANDA_LOG_LEVEL", "INFO"))
    # The worker says itself what became of its jobs and of the database.
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    logging.getLogger("django.request").setLevel(logging.ERROR)
    for name in ("django.request", "django.security.csrf"):
        logging.getLogger(name).addFilter(_name_view)
    logging.getLogger("django.security.DisallowedHost").setLevel(logging.CRITICAL)
