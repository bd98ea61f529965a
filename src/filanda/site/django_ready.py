# SPDX-License-Identifier: EUPL-1.2
"""Start Django for a command, with the database running."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filanda.site.failures import Failure


def data_directory() -> Path:
    """FILANDA_DATA, else var/ where the command is called (the checkout, as a rule)."""
    return Path(os.environ.get("FILANDA_DATA") or "var").absolute()


def set_up_django() -> None:
    """Load settings and apps; the database must already run."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "filanda.site.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


@contextmanager
def django_ready(*, migrated: bool = True) -> Iterator[None]:
    """Django, set up, with the database: the one that runs, else the embedded one for the duration.

    `migrated`: refuse with a sentence when the schema is not this code's. Raises Failure.
    """
    from filanda.kernel.database.embedded import connect_or_start  # here: `filanda --help` needs no database
    from filanda.kernel.database.errors import DatabaseFailure
    from filanda.kernel.mail.configuration import EmailSettingsWrong

    try:
        with connect_or_start(data_directory(), os.environ, say=_say):
            set_up_django()
            if migrated:
                _check_schema()
            try:
                yield
            finally:
                from django.db import connections

                connections.close_all()
    except (DatabaseFailure, EmailSettingsWrong) as error:
        raise Failure(str(error)) from error
    except Exception as error:
        sentence = _what_became_of_the_database(error)
        if sentence is None:
            raise
        raise Failure(sentence) from error


def _what_became_of_the_database(error: Exception) -> str | None:
    """The sentence for an error that only says that the database went away or has no room; None for any other."""
    from psycopg.errors import DiskFull

    from filanda.kernel.jobs.manager import lost_connection

    if isinstance(error.__cause__ or error, DiskFull):
        return (
            "The disk of the database is full. What was written before stays: "
            "free some space, then run the same command again to go on."
        )
    if lost_connection(error):
        return (
            "The database went away in the middle of the work. What was written before stays: "
            "when it runs again, run the same command again to go on."
        )
    return None


def _check_schema() -> None:
    from filanda.site.schema import unapplied

    if unapplied():
        raise Failure("the database is not up to date with this version. Run: filanda migrate")


def _say(sentence: str) -> None:
    sys.stderr.write(f"filanda: {sentence}\n")
