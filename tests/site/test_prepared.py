# SPDX-License-Identifier: EUPL-1.2
"""The mark of a finished preparation: when it holds, and what makes it void."""

import secrets
from collections.abc import Iterator

import psycopg
import pytest

from filanda.kernel.database.testing import start_test_cluster
from filanda.site.prepared import is_prepared, mark_prepared

DEMO = {"FILANDA_DEMO": "1"}


@pytest.fixture
def dsn() -> Iterator[str]:
    """A database of the test's own, with Django's table of migrations."""
    name = f"prepared_{secrets.token_hex(4)}"
    with psycopg.connect(start_test_cluster(), autocommit=True) as cluster:
        cluster.execute(f'CREATE DATABASE "{name}"')
        address = start_test_cluster().replace("/filanda?", f"/{name}?")
        with psycopg.connect(address) as connection:
            connection.execute("CREATE TABLE django_migrations (id int, app text, name text, applied timestamptz)")
            connection.execute("INSERT INTO django_migrations VALUES (1, 'organisations', '0001_initial', now())")
        yield address
        cluster.execute(f'DROP DATABASE "{name}"')


def change(dsn: str, statement: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def test_the_mark_holds_until_something_changes(dsn: str) -> None:
    assert not is_prepared(dsn, DEMO)
    mark_prepared(dsn, DEMO)
    assert is_prepared(dsn, DEMO)


def test_other_settings_are_prepared_anew(dsn: str) -> None:
    mark_prepared(dsn, {"FILANDA_DEMO": "0"})
    assert not is_prepared(dsn, DEMO)
    assert is_prepared(dsn, {"FILANDA_DEMO": "0", "FILANDA_PORT": "8001"})


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO django_migrations VALUES (2, 'organisations', '9999_later', now())",
        "DELETE FROM django_migrations",
        "COMMENT ON TABLE django_migrations IS 'prepared by another version'",
        "COMMENT ON TABLE django_migrations IS NULL",
        "DROP TABLE django_migrations",
    ],
)
def test_a_database_that_is_not_as_it_was_left_is_prepared_anew(dsn: str, statement: str) -> None:
    mark_prepared(dsn, DEMO)
    change(dsn, statement)
    assert not is_prepared(dsn, DEMO)


def test_a_database_that_is_away_is_not_prepared(dsn: str) -> None:
    assert not is_prepared(dsn.replace("prepared_", "gone_"), DEMO)
