# SPDX-License-Identifier: EUPL-1.2
"""`filanda match`: who could help with a need, asked from a terminal."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import TYPE_CHECKING

import typer

from filanda.site.django_ready import django_ready
from filanda.site.failures import Failure

if TYPE_CHECKING:
    from filanda.across.finder.answered import MatchedOrganisation, MatchResponse
    from filanda.kernel.regions.models import Region


def register(app: typer.Typer) -> None:
    @app.command(rich_help_panel="Data")
    def match(
        need: str = typer.Argument(metavar="NEED", help="The need in plain words, in quotes; - reads standard input."),
        region: str = typer.Option("", help="Short name of the region; without it the only real one, else the demo's."),
        limit: int = typer.Option(10, min=1, max=50, help="How many organisations to show."),
        language: str = typer.Option(
            "", help="Language of the need, such as it or en; without it, found from the words."
        ),
        lang: str = typer.Option("en", help="Language of the answer's labels: en or it."),
        as_json: bool = typer.Option(False, "--json", help="Print JSON, as POST /api/v1/matches answers."),
    ) -> None:
        """Say who could help with a need, and show the evidence that says so.

        For example: filanda match "sensors that find leaks in water pipes"

        It sees what visitors see, and keeps nothing of what is asked.
        """
        given = sys.stdin.buffer.read() if need == "-" else os.fsencode(need)
        text = given.decode(errors="replace")
        with django_ready():
            found, place = _match(text, region, limit, language, lang)
            if as_json:
                typer.echo(json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=2))
            else:
                _show(found, place)


def _match(text: str, slug: str, limit: int, language: str, lang: str) -> tuple[MatchResponse, Region]:
    from django.conf import settings
    from django.utils import translation

    from filanda.across.finder import queries
    from filanda.across.finder.addresses import Addresses
    from filanda.across.finder.records import Links, match_response
    from filanda.capabilities.matching.queries import NeedTooLong, NeedTooShort
    from filanda.kernel.identity.actors import VISITOR
    from filanda.kernel.regions.scoped import in_region

    spoken = [code for code, _name in settings.LANGUAGES]
    if lang not in spoken:
        raise Failure(f"labels are not kept in {lang!r}. There are: {', '.join(spoken)}")
    region = _region(slug)
    began = time.perf_counter()
    with in_region(region), translation.override(lang):
        try:
            found = queries.answer(text, region=region, actor=VISITOR, language=language or None, limit=limit)
        except (NeedTooShort, NeedTooLong) as error:
            raise Failure(str(error)) from error
        links = Links(_origin(region), Addresses.here())
        return match_response(found, region, links, took_ms=(time.perf_counter() - began) * 1000), region


def _region(slug: str) -> Region:
    """The region named, else the only real one that has pages, else the only invented one."""
    from filanda.kernel.regions.models import Region

    if slug:
        named = Region.objects.filter(slug=slug).first()
        if named is None:
            raise Failure(f"there is no region {slug!r}. See: filanda region list")
        return named
    served = list(Region.objects.filter(hosts__isnull=False).distinct().order_by("slug"))
    for candidates in ([one for one in served if not one.is_invented], [one for one in served if one.is_invented]):
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            slugs = ", ".join(one.slug for one in candidates)
            raise Failure(f"there are several regions: {slugs}. Name one with --region")
    raise Failure("there is no region yet. See: filanda region add --help")


def _origin(region: Region) -> str:
    """Where the region's pages are served, as far as settings tell."""
    from django.conf import settings

    from filanda.site.listening import listening_address

    host = region.hosts.filter(is_primary=True).values_list("host", flat=True).first() or "127.0.0.1"
    return f"https://{host}" if settings.HTTPS else f"http://{host}:{listening_address(os.environ)[1]}"


def _show(found: MatchResponse, region: Region) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if not found.organisations:
        console.print("No organisation has evidence near this need. Say it in other words, or more of them.")
        return
    table = Table(show_lines=True, expand=True)
    table.add_column("#", justify="right")
    table.add_column("Organisation", ratio=3)
    table.add_column("Place", ratio=2)
    table.add_column("Evidence, with its share of the score", ratio=6)
    for rank, one in enumerate(found.organisations, start=1):
        evidence = "\n".join(f"{piece.share:4.0%}  {_titled(piece.title, piece.year)}" for piece in one.evidence)
        # Text and not markup: a title may hold square brackets.
        table.add_row(
            str(rank),
            Text(one.name if one.is_close else f"{one.name}\n(works in the field)"),
            Text(_place(one)),
            Text(evidence),
        )
    console.print(table)
    by = "words alone" if found.text_only else "meaning and words"
    shown = f"{len(found.organisations)} of {found.total} organisations of {region.slug}"
    console.print(f"{shown}, by {by}, in {found.took_ms:.0f} ms")


def _titled(title: str, year: int | None) -> str:
    return f"{title} ({year})" if year else title


def _place(one: MatchedOrganisation) -> str:
    province = (one.province.name or one.province.code) if one.province else None
    return ", ".join(dict.fromkeys(part for part in (one.municipality, province) if part)) or "unknown"
