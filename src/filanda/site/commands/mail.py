# SPDX-License-Identifier: EUPL-1.2
"""`filanda mail try` and `filanda mail status`."""

from __future__ import annotations

import typer

from filanda.site.django_ready import django_ready
from filanda.site.failures import Failure


def register(app: typer.Typer) -> None:
    mail = typer.Typer(no_args_is_help=True, help="E-mail: try the settings, see what waits.")
    app.add_typer(mail, name="mail", rich_help_panel="Look after")

    @mail.command("try")
    def try_out(
        address: str = typer.Argument(help="who gets the trial message"),
        region: str = typer.Option("", help="slug of the region that sends it (default: the first one)"),
    ) -> None:
        """Send a trial message now, and say what the mail server answered."""
        with django_ready():
            from filanda.site.mail_trial import send_trial

            typer.echo(send_trial(address, region))

    @mail.command()
    def status() -> None:
        """How many messages are in which state, and the last errors."""
        with django_ready():
            from filanda.kernel.mail.queries import standing

            found = standing()
            for state, count in found.by_state.items():
                typer.echo(f"{state:12} {count}")
            if found.oldest_waiting is not None:
                typer.echo(f"The oldest one waits since {found.oldest_waiting:%Y-%m-%d %H:%M} UTC.")
            for error in found.errors:
                typer.echo(f"  {error}")
            if not found.is_configured:
                raise Failure(
                    "no mail server is configured, so messages wait. Set FILANDA_EMAIL_URL (docs/operations.md)."
                )
