# SPDX-License-Identifier: EUPL-1.2
"""`filanda operator`."""

from __future__ import annotations

import typer

from filanda.site.django_ready import django_ready
from filanda.site.failures import Failure

_EMAIL = typer.Argument(metavar="EMAIL", help="The person's e-mail address.")
_END = typer.Option(False, "--end", help="Make them an operator no more.")


def register(app: typer.Typer) -> None:
    @app.command(rich_help_panel="Look after")
    def operator(email: str = _EMAIL, end: bool = _END) -> None:
        """Make a person with an account an operator of the installation: they see the queue of jobs.

        They need a second factor for it. Being an operator gives no role in any region.
        """
        with django_ready():
            from filanda.kernel.identity.actors import PLATFORM
            from filanda.kernel.identity.models import Account
            from filanda.site.operators import make_operator

            account = Account.objects.filter(email=email.strip().lower(), is_active=True).first()
            if account is None:
                raise Failure(f"nobody has an account with the address {email}. They sign in once, then try again.")
            make_operator(actor=PLATFORM, account=account, is_operator=not end)
            typer.echo(f"{account.email} is {'no operator any more' if end else 'an operator'}.")
