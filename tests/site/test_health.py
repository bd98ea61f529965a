# SPDX-License-Identifier: EUPL-1.2
import os
import subprocess
import sys

import pytest
from django.db import transaction
from django.test import Client

from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.jobs import queue
from filanda.kernel.jobs.tasks import clean_up
from filanda.kernel.journal import chain, event_types
from filanda.kernel.journal.actions import record
from filanda.kernel.journal.event_types import Audience, Erasure, EventType


@pytest.fixture
def anyone(db):
    """A client at a host that is no region's: probes know no host name."""
    return Client(headers={"host": "10.0.0.7"})


def gauges(client):
    text = client.get("/metrics").content.decode()
    return {
        line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1])
        for line in text.splitlines()
        if line.startswith("filanda_") and "request_seconds" not in line
    }


def test_health_answers_at_any_host(anyone):
    assert anyone.get("/health/live").json() == {"status": "ok"}
    assert anyone.get("/health/ready").json() == {"status": "ok"}


def test_metrics_say_how_queue_and_journal_stand(anyone, region, monkeypatch):
    monkeypatch.setattr(event_types, "_registry", dict(event_types._registry))
    event_types.register(EventType("test.seen", "Seen", Audience.PUBLIC, Erasure.NOTHING))
    before = gauges(anyone)
    for _ in range(2):
        with transaction.atomic():
            record("test.seen", region=region, actor=VISITOR)
    chain.extend()
    with transaction.atomic():
        record("test.seen", region=region, actor=VISITOR)
    queue.enqueue(clean_up)
    after = gauges(anyone)
    assert after["filanda_database_up"] == 1
    assert after["filanda_journal_head"] - before["filanda_journal_head"] == 2
    assert after["filanda_journal_waiting"] == 1
    assert after['filanda_jobs_waiting{queue="default"}'] - before.get('filanda_jobs_waiting{queue="default"}', 0) == 1
    assert after["filanda_index_lag"] == after["filanda_journal_head"] - after["filanda_index_position"]


def test_metrics_are_for_this_machine_only(anyone):
    assert anyone.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 403
    for header in ("x-forwarded-for", "x-forwarded-proto", "x-real-ip", "forwarded", "via"):
        assert anyone.get("/metrics", headers={header: "127.0.0.1"}).status_code == 403
    assert anyone.get("/metrics", REMOTE_ADDR="::1").status_code == 200


def production(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "django", *arguments],
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "filanda.site.settings",
            "FILANDA_DEMO": "0",
            "FILANDA_HTTPS": "1",
            "FILANDA_SECRET_KEY": "".join(chr(33 + (7 * n) % 90) for n in range(64)),
        },
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_production_settings_pass_the_deployment_checks():
    done = production("check", "--deploy", "--fail-level", "WARNING")
    assert (done.returncode, done.stderr.strip()) == (0, "")
    assert "no issues" in done.stdout
