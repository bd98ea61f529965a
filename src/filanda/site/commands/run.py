# SPDX-License-Identifier: EUPL-1.2
"""`filanda run` and `filanda migrate`."""

from __future__ import annotations

import os

import typer

from filanda.site.django_ready import data_directory, django_ready, set_up_django


def prepare() -> None:
    """Bring the database up to date, load the shipped vocabularies and, in the demo, the invented region.

    Nothing is done, and Django is not loaded, when this very code has done all that before.
    """
    from filanda.kernel.database.configuration import dsn
    from filanda.site.prepared import is_prepared

    if not is_prepared(dsn(data_directory(), os.environ), os.environ):
        set_up_django()
        _prepare()


_NO_MAIL = (
    "No mail server is configured, so e-mails (sign-in codes too) wait in the queue. "
    "Set FILANDA_EMAIL_URL (docs/operations.md)."
)


def _prepare() -> int:
    """How many migrations were applied."""
    from filanda.kernel.database.configuration import dsn
    from filanda.site.prepared import mark_prepared
    from filanda.site.preparing import prepare_installation

    applied = prepare_installation()
    mark_prepared(dsn(data_directory(), os.environ), os.environ)
    return applied


def register(app: typer.Typer) -> None:
    @app.command(rich_help_panel="Serve")
    def run() -> None:
        """Serve the pages, with database, worker and indexer, until Ctrl-C.

        What is missing is made first: the database, its tables, the shipped vocabularies.

        Settings come from the environment:

        FILANDA_PORT (8000) and FILANDA_BIND (127.0.0.1): where it listens.

        FILANDA_DATA (var/ here): the directory of everything that must be kept.

        FILANDA_DEMO (1): 0 leaves out the invented region Altariva and the signs of a demonstration.

        FILANDA_EMAIL_URL: where e-mails are handed over, such as smtp+tls://user:password@host:587.

        DATABASE_URL: a PostgreSQL of your own (15 or later, with pgvector) in place of the one that comes along.

        docs/operations.md has all of them.
        """
        from filanda.kernel.database.errors import DatabaseFailure
        from filanda.kernel.mail.configuration import EmailSettingsWrong, email_settings
        from filanda.site.failures import Failure
        from filanda.site.serve import serve

        try:
            is_sent = email_settings(os.environ)["EMAIL_CONFIGURED"] or os.environ.get("FILANDA_DEMO", "1") == "1"
        except EmailSettingsWrong as error:
            raise Failure(str(error)) from error
        try:
            serve(data_directory(), os.environ, prepare, remark="" if is_sent else _NO_MAIL)
        except DatabaseFailure as error:
            raise Failure(str(error)) from error

    @app.command(rich_help_panel="Look after")
    def migrate() -> None:
        """Bring the database up to date with this version, as `filanda run` does when it starts."""
        with django_ready(migrated=False):
            done = _prepare()
            typer.echo(f"{done} migrations applied." if done else "The database was up to date.")
