# SPDX-License-Identifier: EUPL-1.2
"""`filanda worker`."""

from __future__ import annotations

import typer

from filanda.site.django_ready import django_ready


def register(app: typer.Typer) -> None:
    @app.command(rich_help_panel="Serve")
    def worker(
        jobs: int = typer.Option(
            2, min=1, max=64, envvar="FILANDA_WORKER_JOBS", help="How many jobs at once, a thread each."
        ),
        until_empty: bool = typer.Option(False, "--until-empty", help="End when no job is waiting any more."),
    ) -> None:
        """Run background jobs and chain the journal, until Ctrl-C. `filanda run` starts one by itself."""
        with django_ready():
            from filanda.capabilities.desk.following import keep_desk
            from filanda.capabilities.notifications.following import keep_notifying
            from filanda.kernel.jobs.worker import work
            from filanda.kernel.journal.chaining import keep_chaining

            work(concurrency=jobs, companions=[keep_chaining, keep_notifying, keep_desk], until_empty=until_empty)
