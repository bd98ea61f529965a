# SPDX-License-Identifier: EUPL-1.2
"""`filanda taxonomies list | import | export`."""

from __future__ import annotations

import csv
import sys
from contextlib import AbstractContextManager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from filanda.site.django_ready import django_ready
from filanda.site.failures import Failure

if TYPE_CHECKING:
    from filanda.directory.taxonomies.actions import Loaded
    from filanda.directory.taxonomies.models import ConceptScheme
    from filanda.directory.taxonomies.records import Problem, SchemeData
    from filanda.kernel.regions.models import Region

SHOWN_PROBLEMS = 20


class Kind(StrEnum):
    CPV = "cpv"
    NUTS = "nuts"
    EUROSCIVOC = "euroscivoc"
    SKOS = "skos"
    CSV = "csv"


_REGION = typer.Option("", help="Slug of the region whose own scheme it is; without it the scheme serves all regions.")
_SCHEME = typer.Option("", help="Short name of the scheme: s3, ateco … (needed for skos; csv files may name it).")
_SCHEME_URI = typer.Option("", help="Which scheme of a SKOS file that holds several.")
_REPLACE = typer.Option(
    False, "--replace", help="Load even if more than half of the scheme's concepts are missing from the file."
)
_CHECK = typer.Option(False, "--check", help="Only say what is wrong with the file; write nothing.")
_REPORT = typer.Option(None, help="Write every bad row to this CSV file (line, code, reason, what to do).")
_OUTPUT = typer.Option(None, "--output", "-o", help="File to write; without it the CSV goes to standard output.")


def register(app: typer.Typer) -> None:
    taxonomies = typer.Typer(no_args_is_help=True, help="Schemes of concepts: S3 priorities, ATECO, NUTS, CPV …")
    app.add_typer(taxonomies, name="taxonomies", rich_help_panel="Data")

    @taxonomies.command(name="list")
    def list_schemes(region: str = _REGION) -> None:
        """List the general schemes, and with --region the region's own too."""
        with django_ready():
            _print_schemes(_region(region))

    @taxonomies.command(name="import")
    def import_scheme(
        kind: Kind = typer.Argument(help="What the file is."),
        file: Path = typer.Argument(help="The file to read."),
        scheme: str = _SCHEME,
        region: str = _REGION,
        scheme_uri: str = _SCHEME_URI,
        replace: bool = _REPLACE,
        check: bool = _CHECK,
        report: Path | None = _REPORT,
    ) -> None:
        """Load a scheme from a file. Loading again changes only what differs; nothing is ever deleted.

        Concepts that are no longer in the file become deprecated. Bad rows are left out and listed.
        """
        with django_ready(), _in_english():
            owner = _region(region)
            data = _read(kind, file, scheme, scheme_uri)
            problems = _check(data) if check else _load(owner, data, replace)
            _print_problems(problems, report)

    @taxonomies.command(name="export")
    def export_scheme(
        scheme: str = typer.Argument(help="Short name of the scheme, see: filanda taxonomies list."),
        region: str = _REGION,
        output: Path | None = _OUTPUT,
    ) -> None:
        """Write a scheme as CSV, in the form that `import csv` reads."""
        with django_ready():
            from filanda.directory.taxonomies.exporting import write_csv

            found = _scheme(scheme, _region(region))
            if output is None:
                write_csv(found, sys.stdout)
                return
            try:
                with output.open("w", encoding="utf-8", newline="") as stream:
                    count = write_csv(found, stream)
            except OSError as error:
                raise Failure(f"{output} cannot be written: {error.strerror}.") from None
            typer.echo(f"{count} concepts written to {output}.", err=True)


def _in_english() -> AbstractContextManager[None]:
    """The command line speaks English; the reasons that importers give would follow the installation's language."""
    from django.utils import translation

    return translation.override("en")


def _region(slug: str) -> Region | None:
    from filanda.kernel.regions.models import Region

    if not slug:
        return None
    found = Region.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Region.objects.values_list("slug", flat=True)) or "none yet"
        raise Failure(f"there is no region {slug!r}. Known: {known}.")
    return found


def _scheme(slug: str, region: Region | None) -> ConceptScheme:
    from filanda.directory.taxonomies.queries import scheme_for, schemes_of

    found = scheme_for(region, slug)
    if found is None:
        known = ", ".join(scheme.slug for scheme in schemes_of(region)) or "none yet"
        where = f"region {region.slug}" if region is not None else "the general schemes; a region's own need --region"
        raise Failure(f"there is no scheme {slug!r} in {where}. Known: {known}.")
    return found


def _read(kind: Kind, file: Path, scheme: str, scheme_uri: str) -> SchemeData:
    from filanda.directory.taxonomies.importers.csv import read_csv
    from filanda.directory.taxonomies.importers.official import READERS
    from filanda.directory.taxonomies.importers.skos import read_skos
    from filanda.directory.taxonomies.records import UnreadableFile

    if kind is Kind.SKOS and not scheme:
        raise Failure("name the scheme that the file is to become: --scheme s3, for example.")
    try:
        if kind is Kind.SKOS:
            return read_skos(file, slug=scheme, scheme_uri=scheme_uri)
        if kind is Kind.CSV:
            return read_csv(file, slug=scheme)
        data = READERS[kind.value](file)
    except UnreadableFile as error:
        raise Failure(f"{file}: {error}") from None
    data.slug = scheme or data.slug
    return data


def _check(data: SchemeData) -> list[Problem]:
    from filanda.directory.taxonomies.records import check

    checked = check(data)
    typer.echo(f"{len(checked.concepts)} concepts of {data.slug} could be loaded. Nothing was written.")
    return checked.problems


def _load(region: Region | None, data: SchemeData, replace: bool) -> list[Problem]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from filanda.directory.taxonomies.actions import TooManyVanish, load_scheme
    from filanda.kernel.identity.actors import PLATFORM

    columns: tuple[Any, ...] = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, disable=not sys.stderr.isatty(), console=_console()) as progress:
        task = progress.add_task(f"Writing {data.slug}", total=len(data.concepts), rate="")

        def advance(done: int, total: int) -> None:
            speed = progress.tasks[0].speed
            progress.update(task, completed=done, total=total, rate=f"{speed:,.0f}/s" if speed else "")

        try:
            loaded = load_scheme(actor=PLATFORM, region=region, data=data, may_shrink=replace, progress=advance)
        except TooManyVanish as error:
            raise Failure(f"{error} (--replace)") from None
    _print_outcome(loaded)
    return loaded.problems


def _console() -> Any:
    from rich.console import Console

    return Console(stderr=True)


def _print_outcome(loaded: Loaded) -> None:
    typer.echo(
        f"{loaded.scheme.slug}: {loaded.created} new, {loaded.changed} changed, {loaded.unchanged} unchanged,"
        f" {loaded.deprecated} deprecated."
    )
    if loaded.unresolved_mappings:
        shown = ", ".join(loaded.unresolved_mappings[:5])
        typer.echo(
            f"{len(loaded.unresolved_mappings)} mappings point to concepts that are not loaded here ({shown} …)."
            " Load that scheme, then this file again."
        )


def _print_problems(problems: list[Problem], report: Path | None) -> None:
    if report is not None:
        try:
            with report.open("w", encoding="utf-8", newline="") as stream:
                writer = csv.writer(stream)
                writer.writerow(["line", "code", "left_out", "reason", "what_to_do"])
                writer.writerows(
                    [each.line or "", each.code, "yes" if each.is_left_out else "no", each.reason, each.advice]
                    for each in problems
                )
        except OSError as error:
            raise Failure(f"{report} cannot be written: {error.strerror}.") from None
    if not problems:
        return
    left_out = sum(problem.is_left_out for problem in problems)
    typer.echo(f"{left_out} rows were left out, {len(problems) - left_out} were read with a doubt:", err=True)
    for problem in problems[:SHOWN_PROBLEMS]:
        where = f"line {problem.line}" if problem.line is not None else "file"
        code = f", {problem.code}" if problem.code else ""
        typer.echo(f"  {where}{code}: {problem.reason} {problem.advice}", err=True)
    if len(problems) > SHOWN_PROBLEMS:
        hint = f"all are in {report}" if report is not None else "--report FILE writes them all"
        typer.echo(f"  … and {len(problems) - SHOWN_PROBLEMS} more; {hint}.", err=True)


def _print_schemes(region: Region | None) -> None:
    from rich.console import Console
    from rich.table import Table

    from filanda.directory.taxonomies.models import Concept, label_in
    from filanda.directory.taxonomies.queries import schemes_of

    table = Table()
    table.add_column("Scheme", no_wrap=True)
    table.add_column("Title")
    table.add_column("Of", no_wrap=True)
    table.add_column("Concepts", justify="right", no_wrap=True)
    table.add_column("Deprecated", justify="right", no_wrap=True)
    table.add_column("Official", no_wrap=True)
    for scheme in schemes_of(region):
        concepts = Concept.objects.filter(scheme=scheme)
        gone = concepts.filter(is_deprecated=True).count()
        table.add_row(
            scheme.slug,
            label_in(scheme.labels, "en") or scheme.slug,
            region.slug if region is not None and scheme.region_id else "all regions",
            str(concepts.count() - gone),
            str(gone),
            "yes" if scheme.is_official else "no",
        )
    Console().print(table if table.row_count else "No scheme is loaded yet. Run: filanda migrate")
