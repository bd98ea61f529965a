# SPDX-License-Identifier: EUPL-1.2
"""Prometheus metrics of the web process, at /metrics (loopback only, see views)."""

from prometheus_client import Histogram

REQUEST_SECONDS = Histogram(
    "filanda_request_seconds",
    "Wall time of a request in the web process, seconds",
    ["view", "method", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
