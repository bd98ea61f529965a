# SPDX-License-Identifier: EUPL-1.2
"""`filanda mail try`, `filanda mail status` and `filanda mail receive`."""

from __future__ import annotations

import sys

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
            for outcome, count in found.answers.items():
                typer.echo(f"answers {outcome:20} {count}")
            if found.oldest_waiting is not None:
                typer.echo(f"The oldest one waits since {found.oldest_waiting:%Y-%m-%d %H:%M} UTC.")
            for error in found.errors:
                typer.echo(f"  {error}")
            if not found.is_configured:
                raise Failure(
                    "no mail server is configured, so messages wait. Set FILANDA_EMAIL_URL (docs/operations.md)."
                )

    @mail.command()
    def receive(
        recipient: list[str] = typer.Option([], "--recipient", help="to whom the mail server delivered it"),
        sender: str | None = typer.Option(None, "--sender", help="envelope sender; empty for <>"),
    ) -> None:
        """Receive one e-mail from standard input: for the pipe of a mail server (Postfix, Exim, sieve).

        Ends with 0 once it is kept, also when it was known already; with 75 (EX_TEMPFAIL) when the mail server should
        keep it and try again.
        """
        raw = sys.stdin.buffer.read()
        if not raw.strip():
            raise Failure("there is nothing on standard input: pipe one e-mail into this command.")
        try:
            with django_ready():
                from filanda.kernel.mail.arrival import bring

                held = bring(raw, "pipe", recipients=recipient, envelope_sender=sender)
        except Exception as error:  # whatever it is, the mail server must not lose the message
            why = str(error) if isinstance(error, Failure) else type(error).__name__
            typer.echo(f"not received, to be tried again: {why}", err=True)
            raise typer.Exit(75) from error
        typer.echo("known already" if held is None else held.get_state_display())
