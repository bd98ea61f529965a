# SPDX-License-Identifier: EUPL-1.2
"""Whether a database was prepared by exactly this code: then a start need not look again, nor load Django for it.

A preparation that was finished leaves a mark in the database, as the comment on Django's table of migrations: a hash
of this code, of the packages installed, of the settings that decide what is prepared, and of the migrations applied.
Another version that was here since, a restored backup, an interrupted preparation: each has another mark, or none.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sysconfig
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql

_PACKAGE = Path(__file__).parent.parent
_PREPARES_NOTHING = {"__pycache__", "static", "jinja2", "templates", "locale"}
_SETTINGS = ("FILANDA_DEMO",)
_FIND = "SELECT obj_description(to_regclass('django_migrations'), 'pg_class')"


def is_prepared(dsn: str, env: Mapping[str, str]) -> bool:
    """Whether the last preparation of the database at `dsn` was this code's, with these settings, and was finished."""
    try:
        with psycopg.connect(dsn) as connection:
            found = connection.execute(_FIND).fetchone()
            return found is not None and found[0] is not None and found[0] == _mark(connection, env)
    except psycopg.Error:
        return False  # the preparation says what is wrong


def mark_prepared(dsn: str, env: Mapping[str, str]) -> None:
    """Note that the database at `dsn` is prepared."""
    with psycopg.connect(dsn) as connection:
        mark = sql.Literal(_mark(connection, env))
        connection.execute(sql.SQL("COMMENT ON TABLE django_migrations IS {}").format(mark))


def _mark(connection: psycopg.Connection[tuple[object, ...]], env: Mapping[str, str]) -> str:
    applied = connection.execute("SELECT app, name FROM django_migrations ORDER BY app, name").fetchall()
    settings = [(name, env.get(name)) for name in _SETTINGS]
    return "prepared by " + hashlib.sha256(repr((_code(), settings, applied)).encode()).hexdigest()


@cache
def _code() -> str:
    """A hash of this code, and of the names (which hold the versions) of the packages that it runs with."""
    total = hashlib.sha256(platform.python_version().encode())
    packages = Path(sysconfig.get_path("purelib")).glob("*.dist-info")
    total.update(repr(sorted(path.name for path in packages)).encode())
    for path in sorted(_files(_PACKAGE)):
        total.update(repr((str(path.relative_to(_PACKAGE)), path.stat().st_size)).encode() + path.read_bytes())
    return total.hexdigest()


def _files(directory: Path) -> Iterator[Path]:
    """The files that decide what is prepared: code and shipped data, not pages, pictures or translations."""
    for entry in os.scandir(directory):
        if entry.is_dir():
            if entry.name not in _PREPARES_NOTHING:
                yield from _files(Path(entry))
        else:
            yield Path(entry)
