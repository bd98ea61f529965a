# SPDX-License-Identifier: EUPL-1.2
"""The check of a database that somebody else runs."""

import socket

import psycopg
import pytest

from filanda.kernel.database.errors import DatabaseNotSuitable, DatabaseUnreachable
from filanda.kernel.database.given import check_given
from filanda.kernel.database.testing import start_test_cluster


@pytest.fixture
def another() -> str:
    """The address of an empty database of this test."""
    dsn = start_test_cluster()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS given")
        connection.execute("CREATE DATABASE given")
    return dsn.replace("/filanda?", "/given?")


def test_suitable_database_passes_with_and_without_the_extension(another: str) -> None:
    check_given(another)
    with psycopg.connect(another) as connection:
        connection.execute("CREATE EXTENSION vector")
    check_given(another)


def test_old_vector_is_refused(another: str) -> None:
    with psycopg.connect(another) as connection:
        connection.execute("CREATE EXTENSION vector")
        connection.execute("UPDATE pg_extension SET extversion = '0.7.4' WHERE extname = 'vector'")
    with pytest.raises(DatabaseNotSuitable, match=r"has pgvector 0\.7\.4, and Filanda needs pgvector 0\.8 or later"):
        check_given(another)


def test_database_that_is_not_there_is_said_at_once(another: str) -> None:
    with pytest.raises(DatabaseUnreachable, match='database "nowhere" does not exist'):
        check_given(another.replace("/given?", "/nowhere?"), patience=600)


def test_server_that_does_not_listen_is_said_without_the_password() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(DatabaseUnreachable, match="check that it runs") as caught:
        check_given(f"postgresql://mario:secret@127.0.0.1:{port}/name", patience=1)
    assert "secret" not in str(caught.value)
