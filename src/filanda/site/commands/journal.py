# SPDX-License-Identifier: EUPL-1.2
"""`filanda journal verify`."""

from __future__ import annotations

import typer

from filanda.site.django_ready import django_ready
from filanda.site.failures import Failure


def register(app: typer.Typer) -> None:
    journal = typer.Typer(
        no_args_is_help=True,
        help="The record of what happened, to which is only ever added: prove that nobody changed it.",
    )
    app.add_typer(journal, name="journal", rich_help_panel="Look after")

    @journal.command()
    def verify() -> None:
        """Check that no event was altered or removed: recompute the chain of hashes. Exit code 1 if one was."""
        with django_ready():
            from filanda.kernel.journal import chain

            chain.extend()
            found = chain.verify()
            if not found.intact:
                raise Failure(f"the journal is broken at link {found.broken_at}: {found.reason}.")
            typer.echo(f"The journal is intact: {found.checked} events.")

    @journal.command()
    def head() -> None:
        """Print position and hash of the last event.

        Keep the line elsewhere: whoever alters an event before it cannot arrive at the same hash again.
        """
        with django_ready():
            from filanda.kernel.journal import chain

            chain.extend()
            position, digest = chain.last()
            typer.echo(f"{position} {digest}")
