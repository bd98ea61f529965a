# SPDX-License-Identifier: EUPL-1.2
"""Prometheus metrics, at /metrics (this machine only, see `health`).

Durations of requests are those of the web process that answers the scrape; how queue, journal and index stand is read
from the database at each scrape, so it is the installation's, whichever process answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import structlog
from django.db import DatabaseError
from django.utils.timezone import now
from prometheus_client import REGISTRY, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

log = structlog.get_logger("filanda.metrics")

REQUEST_SECONDS = Histogram(
    "filanda_request_seconds",
    "Wall time of a request in the web process, seconds",
    ["view", "method", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)


class Standing(Collector):
    """Gauges of queue, journal and search index. Without a database only `filanda_database_up 0`."""

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        try:
            families = [*_queue(), *_mail(), *_desk(), *_journal_and_index()]
        except DatabaseError as error:
            log.warning("metrics without the database", error=type(error).__name__)
            yield _gauge("filanda_database_up", "Whether the database answers", 0)
            return
        yield _gauge("filanda_database_up", "Whether the database answers", 1)
        yield from families
        yield from _embedder()


def _queue() -> Iterator[Metric]:
    from filanda.kernel.jobs.figures import queue_figures

    figures = queue_figures()
    waiting = GaugeMetricFamily("filanda_jobs_waiting", "Jobs that are due and wait", labels=["queue"])
    for queue, count in figures.waiting.items() or [("default", 0)]:
        waiting.add_metric([queue], count)
    yield waiting
    yield _gauge("filanda_jobs_running", "Jobs that a worker has taken", figures.running)
    yield _gauge("filanda_jobs_failed", "Jobs that were given up, in the last month", figures.failed)
    yield _gauge("filanda_jobs_oldest_seconds", "How long the oldest due job has waited", figures.oldest_seconds)
    yield _gauge("filanda_workers", "Workers that gave a sign of life lately", figures.workers)


def _mail() -> Iterator[Metric]:
    from filanda.kernel.mail.queries import standing

    messages = GaugeMetricFamily("filanda_mail_messages", "E-mails of the last 90 days, by state", labels=["state"])
    for state, count in standing().by_state.items():
        messages.add_metric([state], count)
    yield messages


def _desk() -> Iterator[Metric]:
    from filanda.capabilities.desk.queries import standing_of_all

    waiting, overdue, mended = standing_of_all(now())
    yield _gauge("filanda_desk_items", "What waits for the staff, in all regions", waiting)
    yield _gauge("filanda_desk_overdue", "What waits for the staff and is over its target", overdue)
    yield _gauge("filanda_desk_mended", "Entries of workbenches that ever had to be put right", mended)


def _journal_and_index() -> Iterator[Metric]:
    from filanda.capabilities.search.status import index_status
    from filanda.kernel.journal import chain

    index = index_status()
    yield _gauge("filanda_journal_head", "Position of the journal's last link", index.head)
    yield _gauge("filanda_journal_waiting", "Events that are committed and not chained yet", chain.waiting())
    yield _gauge(
        "filanda_index_position", "Position up to which this machine's index holds the journal", index.position
    )
    yield _gauge("filanda_index_lag", "Events that this machine's index does not hold yet", index.lag)
    documents = GaugeMetricFamily(
        "filanda_index_documents", "Documents in this machine's index, of all regions", labels=["kind"]
    )
    for kind, count in sorted(index.documents.items()):
        documents.add_metric([kind], count)
    yield documents
    yield _gauge(
        "filanda_index_rebuilding", "Parts of this machine's index that are being built anew", len(index.rebuilds)
    )
    yield _gauge("filanda_indexer_running", "Whether this machine's indexer reported lately", int(index.is_running))


def _embedder() -> Iterator[Metric]:
    from filanda.capabilities.matching.embedding import is_running

    running = is_running()
    if running is not None:
        yield _gauge("filanda_embedder_running", "Whether this machine's embedder process answers", int(running))


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)


REGISTRY.register(Standing())
