# SPDX-License-Identifier: EUPL-1.2
"""`filanda demo`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from filanda.site.django_ready import django_ready
from filanda.site.progress import progress_bar

if TYPE_CHECKING:
    from filanda.directory.organisations.importers.records import LoadReport
    from filanda.kernel.regions.models import Region


def register(app: typer.Typer) -> None:
    @app.command(rich_help_panel="Data")
    def demo(
        people: Annotated[
            int, typer.Option(min=0, max=60_000, help="How many invented people there are to be, at least.")
        ] = 150,
        organisations: Annotated[
            int, typer.Option(min=0, max=20_000, help="How many invented organisations there are to be, at least.")
        ] = 60,
        threads: Annotated[
            int, typer.Option(min=0, max=100_000, help="How many invented conversations there are to be, at least.")
        ] = 600,
        posts: Annotated[
            int, typer.Option(min=0, max=1_000_000, help="About how many posts they are to have in all.")
        ] = 5_000,
    ) -> None:
        """Make the invented region Altariva, with 60 organisations, 300 pieces of evidence and 150 people, to try
        Filanda on.

        `filanda run` does it too, unless FILANDA_DEMO is 0. Doing it again changes nothing. For a region at its real
        size: filanda demo --people 6500 --organisations 2000 --threads 10000 --posts 100000. The same numbers give the
        same people, organisations and conversations everywhere; what they mean is read in later, in the background.
        """
        with django_ready():
            from django.utils.timezone import now

            from filanda.components.discussions.demo.seeding import seed_threads
            from filanda.directory.affiliations.demo.people import seed_people
            from filanda.directory.organisations.demo.seeds import ensure_region, seed_demo
            from filanda.kernel.identity.actors import PLATFORM
            from filanda.kernel.regions.scoped import in_region
            from filanda.site.demo import seed_desk_of_staff
            from filanda.spaces.demo.seeds import seed_spaces

            done = seed_demo(PLATFORM)
            made = [done.organisations_created, done.evidence_created] if done is not None else [0, 0]
            region = ensure_region()
            with in_region(region):
                if organisations > 60:
                    more = _more_organisations(region, organisations)
                    made = [made[0] + more.organisations_created, made[1] + more.evidence_created]
                with progress_bar("Inventing people", people) as told:
                    invited = seed_people(PLATFORM, region, most=people, progress=told)
                seed_desk_of_staff(PLATFORM, region)
                founded = seed_spaces(PLATFORM, region)
                with progress_bar("Inventing conversations", threads) as told:
                    talks = seed_threads(PLATFORM, region, now=now(), threads=threads, posts=posts, progress=told)
            if not any([*made, invited, founded, talks]):
                typer.echo("The invented region Altariva is there already; nothing has changed.")
            else:
                typer.echo(
                    f"The invented region Altariva has {made[0]} new organisations, {made[1]} new pieces of evidence, "
                    f"{invited} new people, {founded} new communities and {talks} new conversations. It answers at "
                    "altariva.localhost."
                )


def _more_organisations(region: Region, organisations: int) -> LoadReport:
    from filanda.directory.affiliations.demo.organisations import seed_organisations
    from filanda.kernel.identity.actors import PLATFORM

    with (
        progress_bar("Inventing organisations", organisations) as bodies,
        progress_bar("Inventing evidence", 2 * organisations) as pieces,
    ):
        told = {"organisations": bodies, "evidence": pieces}
        return seed_organisations(PLATFORM, region, count=organisations, progress=lambda phase, done: told[phase](done))
