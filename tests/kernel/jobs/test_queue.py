# SPDX-License-Identifier: EUPL-1.2
import threading

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from filanda.kernel.jobs import queue
from filanda.kernel.jobs.figures import queue_figures
from filanda.kernel.jobs.tasks import clean_up
from filanda.kernel.regions.models import Region
from tests.kernel.jobs import samples


def waiting():
    return list(ProcrastinateJob.objects.filter(status="todo").order_by("id").values_list("task_name", "args"))


def test_enqueue_goes_with_its_transaction(transactional_db):
    with transaction.atomic():
        queue.enqueue(samples.quick, place="a")
    with transaction.atomic():
        queue.enqueue(samples.quick, place="b")
        transaction.set_rollback(True)
    assert waiting() == [("sample.quick", {"place": "a"})]


def test_enqueue_once_wakes_after_the_commit_and_only_once(transactional_db):
    with transaction.atomic():
        queue.enqueue_once(samples.quick, place="a")
        assert waiting() == []
    queue.enqueue_once(samples.quick, place="b")
    with transaction.atomic():
        queue.enqueue_once(samples.quick, place="c")
        transaction.set_rollback(True)
    queue.enqueue_once(samples.quick, lock="another", place="d")
    assert waiting() == [("sample.quick", {"place": "a"}), ("sample.quick", {"place": "d"})]
    queue.enqueue_once(samples.where, region_id=1, place="e")
    queue.enqueue_once(samples.where, region_id=2, place="e")
    queue.enqueue_once(samples.where, region_id=2, place="e")
    assert ProcrastinateJob.objects.filter(task_name="sample.where", status="todo").count() == 2


def test_two_transactions_that_wake_the_same_job_do_not_wait_for_each_other(transactional_db):
    finished = threading.Event()

    def second():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
            with transaction.atomic():
                queue.enqueue_once(samples.quick, place="second")
            finished.set()
        finally:
            connection.close()

    with transaction.atomic():
        queue.enqueue_once(samples.quick, place="first")
        Region.objects.create(slug="busy", names={"it": "Occupata"})
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(10)
        assert finished.is_set()
    assert waiting() == [("sample.quick", {"place": "second"})]
    assert Region.objects.filter(slug="busy").exists()


def test_periodic_jobs_are_known_to_the_clock():
    at = {name: task.cron for (name, _id), task in app.periodic_registry.periodic_tasks.items()}
    assert at["jobs.clean_up.by_the_clock"] == "41 3 * * *"


def test_clean_up_keeps_what_ended_lately_and_what_still_waits(db):
    for status, days in (("failed", 31), ("failed", 29), ("cancelled", 40), ("todo", 90), ("doing", 90)):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('q', %s, %s) RETURNING id",
                [f"{status} {days}", status],
            )
            (job,) = cursor.fetchone()
            cursor.execute("DELETE FROM procrastinate_events WHERE job_id = %s", [job])
            cursor.execute(
                "INSERT INTO procrastinate_events (job_id, type, at)"
                " VALUES (%s, 'deferred', now() - make_interval(days => %s))",
                [job, days],
            )
    assert clean_up() == 2
    left = ProcrastinateJob.objects.order_by("id").values_list("task_name", flat=True)
    assert list(left) == ["failed 29", "todo 90", "doing 90"]


def test_figures_count_what_is_due(db):
    assert (queue_figures().waiting, queue_figures().oldest_seconds) == ({}, 0.0)
    for _ in range(3):
        queue.enqueue(samples.quick, place="a")
    samples.quick.configure(schedule_in={"hours": 1}).defer(place="later")
    with connection.cursor() as cursor:  # by PostgreSQL's clock, which is not that of the tests
        cursor.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 hour' WHERE args @> %s",
            ['{"place": "later"}'],
        )
        cursor.execute("UPDATE procrastinate_events SET at = at - interval '90 seconds'")
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()), (now() - interval '1 hour')")
    figures = queue_figures()
    assert (figures.waiting, figures.running, figures.failed, figures.workers) == ({"sample": 3}, 0, 0, 1)
    assert figures.oldest_seconds == pytest.approx(90, abs=30)
