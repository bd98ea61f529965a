# SPDX-License-Identifier: EUPL-1.2
"""`filanda journal verify`."""

from __future__ import annotations

import typer

from filanda.site.django_ready import django_ready
from filanda.site.failures import Failure


def register(app: typer.Typer) -> None:
    journal = typer.Typer(no_args_is_help=True, help="The append-only record of what happened.")
    app.add_typer(journal, name="journal")

    @journal.command()
    def verify() -> None:
        """Recompute the hash chain over every event; exit 1 at the first one that was altered."""
        with django_ready():
            from filanda.kernel.journal import chain

            chain.extend()
            found = chain.verify()
            if not found.intact:
                raise Failure(f"the journal is broken at link {found.broken_at}: {found.reason}.")
            typer.echo(f"The journal is intact: {found.checked} events.")

    @journal.command()
    def head() -> None:
        """Print position and hash of the last link. Noted elsewhere, they prove the journal up to there."""
        with django_ready():
            from filanda.kernel.journal import chain

            chain.extend()
            position, digest = chain.last()
            typer.echo(f"{position} {digest}")
