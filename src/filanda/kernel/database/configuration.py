# SPDX-License-Identifier: EUPL-1.2
"""Django's settings for the database, from the data directory and the environment.

With ``DATABASE_URL`` any PostgreSQL (15 or later, with pgvector 0.8 or later); without it the embedded one,
through its socket. This only says where the database is: starting it is the business of `embedded`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from .errors import DatabaseAddressWrong
from .places import embedded_dsn

_DJANGO_NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def dsn(data_dir: Path, env: Mapping[str, str]) -> str:
    """The address of the database: ``DATABASE_URL`` if set, else the embedded one's in ``data_dir``."""
    return env.get("DATABASE_URL", "").strip() or embedded_dsn(data_dir)


def read_address(dsn: str) -> dict[str, Any]:
    """The parts of an address, as libpq names them.

    Raises `DatabaseAddressWrong`, with a sentence that does not repeat the address: it may hold a password.
    """
    try:
        parts: dict[str, Any] = dict(conninfo_to_dict(dsn))
    except psycopg.ProgrammingError:
        raise DatabaseAddressWrong(
            "DATABASE_URL cannot be read as an address of PostgreSQL: it should look like "
            "postgresql://user:password@host:5432/name."
        ) from None
    port = str(parts.get("port") or "5432")
    if not all(one.isdecimal() and 0 < int(one) < 65536 for one in port.split(",") if one):
        raise DatabaseAddressWrong(
            "The port in DATABASE_URL is no number from 1 to 65535: the address should look like "
            "postgresql://user:password@host:5432/name."
        )
    if not parts.get("dbname"):
        raise DatabaseAddressWrong(
            "DATABASE_URL names no database: it should look like postgresql://user:password@host:5432/name."
        )
    return parts


def database_settings(data_dir: Path, env: Mapping[str, str]) -> dict[str, Any]:
    """Django's ``DATABASES["default"]``: psycopg 3 with a pool of connections a process.

    ``FILANDA_DATABASE_POOL`` is the most connections that one process keeps (default 8; 0 for no pool, which
    is what tests want). A connection is checked when it leaves the pool, so that a restart of PostgreSQL
    costs no request more than those that were running.

    Raises `DatabaseAddressWrong`.
    """
    parts = read_address(dsn(data_dir, env))
    settings: dict[str, Any] = {name: str(parts.pop(key, None) or "") for key, name in _DJANGO_NAMES.items()}
    options: dict[str, Any] = {"application_name": "filanda", **parts}
    most = env.get("FILANDA_DATABASE_POOL", "8").strip()
    if not most.isdecimal():
        raise DatabaseAddressWrong("FILANDA_DATABASE_POOL should be a number of connections, for example 8.")
    if int(most) > 0:
        options["pool"] = {"min_size": 1, "max_size": int(most), "timeout": 10.0}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **settings,
        "OPTIONS": options,
        "CONN_MAX_AGE": 0,  # the pool keeps connections; Django must give them back
        "CONN_HEALTH_CHECKS": True,
    }
