# SPDX-License-Identifier: EUPL-1.2
"""Real worker processes against a real queue, killed and stopped as operators and accidents do."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from filanda.kernel.database.embedded import EmbeddedPostgres
from filanda.kernel.jobs import queue
from filanda.kernel.jobs.worker import GRACE
from filanda.kernel.regions.models import Region
from tests.kernel.jobs import samples

ROOT = Path(__file__).parents[3]
PATIENCE = 60  # seconds, for machines with much else to do


@pytest.fixture
def place(tmp_path):
    return tmp_path


@pytest.fixture
def start(tmp_path, transactional_db):
    """Start a worker process on the test's database; killed at the end if it still runs."""
    started = []
    known = connection.settings_dict
    url = f"postgresql:///{known['NAME']}?host={known['HOST']}&user={known['USER']}&port={known['PORT'] or 5432}"

    def run(*arguments, database=url):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.kernel.jobs.run_worker", *arguments],
            cwd=ROOT,
            env=os.environ
            | {
                "DATABASE_URL": database,
                "FILANDA_DATABASE_POOL": "4",
                "FILANDA_LOG_LEVEL": "INFO",
                "DJANGO_SETTINGS_MODULE": "filanda.site.settings",
            },
            stdout=subprocess.PIPE,
            stderr=(tmp_path / f"worker-{len(started)}.log").open("wb"),
        )
        process.log = tmp_path / f"worker-{len(started)}.log"
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def until(condition, what="it"):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"waited {PATIENCE} s for {what}")
        time.sleep(0.05)


def notes(place):
    file = place / "notes"
    return file.read_text().split() if file.exists() else []


def test_worker_drains_the_queue_and_jobs_enqueue_in_their_own_transactions(start, place):
    region = Region.objects.create(slug="lavoro", names={"it": "Lavoro"})
    queue.enqueue(samples.rolls_back, place=str(place))
    queue.enqueue(samples.where, region_id=region.pk, place=str(place))
    worker = start("until-empty")
    assert worker.wait(PATIENCE) == 0
    assert sorted(notes(place)) == ["kept", "lavoro"]
    assert ProcrastinateJob.objects.count() == 0


def test_a_job_whose_worker_was_killed_is_done_by_the_next(start, place):
    queue.enqueue(samples.slow, place=str(place))
    worker = start()
    until(lambda: notes(place) == ["began"], "the job to begin")
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert ProcrastinateJob.objects.get(task_name="sample.slow").status == "doing"
    with connection.cursor() as cursor:  # half a minute later
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '30 seconds'")
    (place / "go").touch()

    worker = start("until-empty")
    assert worker.wait(PATIENCE) == 0
    assert notes(place) == ["began", "began", "done"]
    assert not ProcrastinateJob.objects.filter(task_name="sample.slow").exists()


def test_a_killed_worker_s_job_gives_way_to_one_of_its_kind_that_waits(start, place):
    queue.enqueue_once(samples.slow, place=str(place))
    worker = start()
    until(lambda: notes(place) == ["began"], "the job to begin")
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    queue.enqueue_once(samples.slow, place=str(place))
    with connection.cursor() as cursor:  # half a minute later
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '30 seconds'")
    (place / "go").touch()
    second = start()
    until(lambda: not ProcrastinateJob.objects.filter(task_name="sample.slow").exists(), "both to be gone")
    assert notes(place) == ["began", "began", "done"]
    second.send_signal(signal.SIGTERM)
    assert second.wait(PATIENCE) == 0


def test_a_job_of_a_living_worker_is_left_alone(start, place):
    queue.enqueue(samples.slow, place=str(place))
    first = start()
    until(lambda: notes(place) == ["began"], "the job to begin")
    assert start("until-empty").wait(PATIENCE) == 0
    assert ProcrastinateJob.objects.get(task_name="sample.slow").status == "doing"
    (place / "go").touch()
    until(lambda: notes(place) == ["began", "done"], "the job to end")
    first.send_signal(signal.SIGTERM)
    assert first.wait(PATIENCE) == 0


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_worker_stops_cleanly_and_leaves_a_long_job_to_the_next(start, place, signum):
    queue.enqueue(samples.slow, place=str(place))
    worker = start()
    until(lambda: notes(place) == ["began"], "the job to begin")
    began = time.monotonic()
    worker.send_signal(signum)
    assert worker.wait(PATIENCE) == 0
    assert time.monotonic() - began < GRACE + 20
    assert "Traceback" not in worker.log.read_text()
    (place / "go").touch()
    assert start("until-empty").wait(PATIENCE) == 0
    assert notes(place) == ["began", "began", "done"]


def test_idle_worker_stops_at_once_without_a_traceback(start, place):
    queue.enqueue(samples.quick, place=str(place))
    worker = start()
    until(lambda: notes(place) == ["quick"], "the job")
    worker.send_signal(signal.SIGINT)
    assert worker.wait(PATIENCE) == 0
    assert worker.stdout.read() == b"ended\n"
    assert "Traceback" not in worker.log.read_text()


def test_a_failing_job_is_tried_again_and_does_not_block_the_one_that_waits(start, place):
    queue.enqueue_once(samples.fails, lock="one", place=str(place))
    worker = start()
    until(lambda: notes(place)[:1] == ["failed"], "the first try")
    until(lambda: ProcrastinateJob.objects.filter(status="todo", attempts=1).exists(), "the second try to wait")
    assert ProcrastinateJob.objects.get(task_name="sample.fails").scheduled_at is not None
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE) == 0


def test_worker_outlives_a_killed_postgresql(start, place, tmp_path):
    postgres = EmbeddedPostgres(tmp_path / "data")
    postgres.start()
    try:
        env = os.environ | {"DATABASE_URL": postgres.dsn(), "DJANGO_SETTINGS_MODULE": "filanda.site.settings"}
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True)

        def put(name):
            with psycopg.connect(postgres.dsn(), autocommit=True) as database:
                database.execute(
                    "INSERT INTO procrastinate_jobs (queue_name, task_name, args)"
                    " VALUES ('sample', %s, jsonb_build_object('place', %s::text))",
                    [name, str(place)],
                )

        put("sample.slow")
        worker = start(database=postgres.dsn())
        until(lambda: notes(place) == ["began"], "the job to begin")
        os.kill(postgres.pid, signal.SIGKILL)
        (place / "go").touch()
        until(lambda: notes(place) == ["began", "done"], "the job to end without a database")
        until(lambda: not postgres.is_alive(), "PostgreSQL to be dead")
        postgres.start()
        put("sample.quick")
        until(lambda: "quick" in notes(place), "the worker to come back")

        def left():
            with psycopg.connect(postgres.dsn()) as database:
                query = "SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE 'sample.%'"
                return database.execute(query).fetchone()[0]

        until(lambda: left() == 0, "all jobs to be noted as done")
        assert notes(place).count("done") <= 2  # at least once
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(PATIENCE) == 0
        assert "Traceback" not in worker.log.read_text()
    finally:
        postgres.stop()
