# SPDX-License-Identifier: EUPL-1.2
import pytest
from django.db import connection


@pytest.fixture(autouse=True)
def _empty_queue(request):
    """The queue's tables are not Django's, so transactional tests do not empty them."""
    if {"db", "transactional_db"} & set(request.fixturenames):
        request.getfixturevalue("transactional_db" if "transactional_db" in request.fixturenames else "db")
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE")
