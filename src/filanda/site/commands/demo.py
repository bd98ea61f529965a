# SPDX-License-Identifier: EUPL-1.2
"""`filanda demo`."""

from __future__ import annotations

import typer

from filanda.site.django_ready import django_ready


def register(app: typer.Typer) -> None:
    @app.command(rich_help_panel="Data")
    def demo() -> None:
        """Make the invented region Altariva, with 60 organisations and 300 pieces of evidence, to try Filanda on.

        `filanda run` does it too, unless FILANDA_DEMO is 0. Doing it again changes nothing.
        """
        with django_ready():
            from filanda.directory.organisations.demo.seeds import seed_demo
            from filanda.kernel.identity.actors import PLATFORM

            done = seed_demo(PLATFORM)
            if done is None or done.changed_nothing:
                typer.echo("The invented region Altariva is there already; nothing has changed.")
            else:
                typer.echo(
                    f"The invented region Altariva has {done.organisations_created} new organisations and "
                    f"{done.evidence_created} new pieces of evidence. It answers at altariva.localhost."
                )
