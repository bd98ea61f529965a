# SPDX-License-Identifier: EUPL-1.2
"""`filanda run` and `filanda migrate`."""

from __future__ import annotations

import os

import typer

from filanda.kernel.database.errors import DatabaseFailure
from filanda.site.django_ready import data_directory, django_ready, set_up_django
from filanda.site.failures import Failure


def prepare() -> None:
    """Bring the database up to date, load the shipped vocabularies and, in the demo, the invented region."""
    set_up_django()
    from filanda.site.preparing import prepare_installation

    prepare_installation()


def register(app: typer.Typer) -> None:
    @app.command()
    def run() -> None:
        """Serve: database, web pages, worker and indexer, until Ctrl-C. Settings: FILANDA_PORT, FILANDA_DATA, …"""
        from filanda.site.serve import serve

        try:
            serve(data_directory(), os.environ, prepare)
        except DatabaseFailure as error:
            raise Failure(str(error)) from error

    @app.command()
    def migrate() -> None:
        """Bring the database up to date with this version (``filanda run`` does it too)."""
        with django_ready(migrated=False):
            from filanda.site.preparing import prepare_installation

            done = prepare_installation()
            typer.echo(f"{done} migrations applied." if done else "The database was up to date.")
