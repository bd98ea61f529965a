# SPDX-License-Identifier: EUPL-1.2
"""A PostgreSQL that somebody else runs (``DATABASE_URL``): whether it answers and can do what Filanda needs."""

import time

import psycopg

from .configuration import read_address
from .errors import DatabaseNotSuitable, DatabaseUnreachable

OLDEST_SERVER = 15
OLDEST_VECTOR = (0, 8)


def check_given(dsn: str, *, patience: float = 15.0) -> None:
    """Connect to ``dsn`` and look at its versions; nothing is changed.

    A server that does not listen, or is starting, is waited for ``patience`` seconds: where both start with
    the machine, it may be the later one. Raises `DatabaseAddressWrong`, `DatabaseUnreachable` or
    `DatabaseNotSuitable`.
    """
    read_address(dsn)
    with _connect(dsn, patience) as connection:
        server = connection.info.server_version // 10000
        if server < OLDEST_SERVER:
            raise DatabaseNotSuitable(
                f"The database of DATABASE_URL is PostgreSQL {server}, and Filanda needs {OLDEST_SERVER} or later: "
                f"upgrade it, or leave DATABASE_URL out to use the one that Filanda carries."
            )
        row = connection.execute(
            "SELECT coalesce(installed_version, default_version) FROM pg_available_extensions WHERE name = 'vector'"
        ).fetchone()
        version = str(row[0]) if row else None
        if version is None or tuple(int(part) for part in version.split(".")[:2]) < OLDEST_VECTOR:
            found = f"has pgvector {version}" if version else "does not have pgvector"
            raise DatabaseNotSuitable(
                f"The database of DATABASE_URL {found}, and Filanda needs pgvector 0.8 or later: "
                f"install it on that server (and run ALTER EXTENSION vector UPDATE if it was there before)."
            )


def _connect(dsn: str, patience: float) -> psycopg.Connection[tuple[object, ...]]:
    deadline = time.monotonic() + patience
    while True:
        try:
            return psycopg.connect(dsn, connect_timeout=5)
        except psycopg.Error as error:
            may_come = isinstance(error, psycopg.OperationalError) and error.sqlstate in {None, "57P03"}
            refused = "password" in str(error) or "does not exist" in str(error)
            if not may_come or refused or time.monotonic() > deadline:
                raise DatabaseUnreachable(
                    f"The database of DATABASE_URL cannot be used ({_reason(error)}): check that it runs, and that the "
                    f"address, the user and the password are right."
                ) from None
        time.sleep(0.5)


def _reason(error: psycopg.Error) -> str:
    """The last line that libpq said, but for the question that it adds when nobody listens."""
    lines = [line.strip() for line in str(error).splitlines()]
    said = [line for line in lines if line and not line.startswith("Is the server running")]
    return (said or ["no reason given"])[-1].rstrip(".")
