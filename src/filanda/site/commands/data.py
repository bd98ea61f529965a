# SPDX-License-Identifier: EUPL-1.2
"""`filanda import cordis`, `filanda import organisations` and `filanda import funding-calls`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from filanda.site.django_ready import django_ready
from filanda.site.failures import Failure

if TYPE_CHECKING:
    from filanda.directory.organisations.importers.cordis import CordisImport, Progress
    from filanda.directory.organisations.importers.reporting import RejectLog
    from filanda.kernel.regions.models import Region

_SHOWN = 5


def register(app: typer.Typer) -> None:
    importing = typer.Typer(no_args_is_help=True, help="Bring in organisations, evidence and funding calls from files.")
    app.add_typer(importing, name="import", rich_help_panel="Data")

    @importing.callback()
    def group() -> None:
        """Bring in organisations, evidence and funding calls from files."""

    @importing.command()
    def cordis(
        place: Path = typer.Argument(
            metavar="DIR_OR_ZIP", help="With organization.csv, project.csv and, maybe, euroSciVoc.csv."
        ),
        region: str = typer.Option("lombardia", help="Short name of the region; lombardia is made if it is not there."),
        nuts: str = typer.Option("", help="Only projects with a body in this NUTS area, such as ITC4 (Lombardy)."),
        register: Path | None = typer.Option(
            None, help="CSV of the region's bodies, for municipalities and ids that CORDIS lacks."
        ),
        rejects: Path | None = typer.Option(None, help="Write what was left out, with line and reason, to this CSV."),
        report: Path | None = typer.Option(None, help="Write which ids became one organisation, and why, to this CSV."),
    ) -> None:
        """Import an official CORDIS export (CSV; plain, .gz or zipped): its projects, and who took part in them.

        Safe to stop with Ctrl-C and to run again: it goes on where it was, and changes nothing when all is there.

        Searches find what is written at once; by meaning too, once the worker of `filanda run` has read the texts.

        docs/how-to/import-cordis.md says where to get the files and what becomes of their columns.
        """
        with django_ready():
            _import_cordis(place, region, nuts, register, rejects, report)

    @importing.command()
    def organisations(
        file: Path = typer.Argument(metavar="FILE", help="XLSX, ODS or CSV; the first row names the columns."),
        region: str = typer.Option("lombardia", help="Short name of the region; lombardia is made if it is not there."),
        corrections: Path | None = typer.Option(
            None, help="Write the wrong rows, with what is wrong, to this file (.xlsx or .csv), to mend and send again."
        ),
    ) -> None:
        """Import a list of organisations: up to 20,000 rows, found again by their numbers, or by name and municipality.

        Safe to run again: what is there is only filled in. docs/how-to/import-a-list.md tells the columns.
        """
        with django_ready():
            _import_list(file, region, corrections)

    @importing.command(name="funding-calls")
    def funding_calls(
        file: Path = typer.Argument(metavar="FILE", help="JSON lines, one call a line; plain or .gz."),
        region: str = typer.Option("lombardia", help="Short name of the region; lombardia is made if it is not there."),
        rejects: Path | None = typer.Option(None, help="Write what was left out, with line and reason, to this CSV."),
    ) -> None:
        """Import calls of the EU Funding & Tenders portal: what can be applied for, with texts and deadlines.

        Safe to stop with Ctrl-C and to run again: what is there is brought up to date, and what staff changed by hand
        stays. docs/funding.md tells the fields.
        """
        with django_ready():
            _import_calls(file, region, rejects)


def _import_calls(file: Path, slug: str, rejects_file: Path | None) -> None:
    from django.utils import timezone

    from filanda.directory.funding.importers.writing import import_calls
    from filanda.directory.organisations.importers.reporting import ImportRefused, RejectLog
    from filanda.kernel.identity.actors import PLATFORM
    from filanda.kernel.regions.scoped import in_region

    started = time.monotonic()
    try:
        with RejectLog(rejects_file) as rejects, _progress() as told:
            region = _region(slug)
            with in_region(region):
                done = import_calls(
                    actor=PLATFORM,
                    region=region,
                    path=file,
                    on_reject=rejects,
                    now=timezone.now(),
                    told=lambda lines, total: told("calls", lines, total),
                )
    except ImportRefused as error:
        raise Failure(str(error)) from error
    except KeyboardInterrupt:
        sys.stderr.write("filanda: stopped. What was written stays; run the same command again to go on.\n")
        raise SystemExit(130) from None
    say = typer.echo
    say(f"{done.read:,} funding calls read in {time.monotonic() - started:.1f} s.")
    say(f"{done.created:,} new, {done.changed:,} brought up to date, {done.unchanged:,} as they were.")
    _say_rejects(rejects, rejects_file)


def _import_list(file: Path, slug: str, corrections_file: Path | None) -> None:
    from django.utils import timezone

    from filanda.directory.organisations.actions.importing import corrections, receive_import, run_import
    from filanda.directory.organisations.importers.tables import TableRefused
    from filanda.kernel.identity.actors import PLATFORM
    from filanda.kernel.regions.scoped import in_region

    started = time.monotonic()
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}.") from error
    region = _region(slug)
    try:
        with in_region(region), _progress() as told:
            run = receive_import(
                actor=PLATFORM,
                region=region,
                kind="organisations",
                content=content,
                file_name=file.name,
                language="en",
                now=timezone.now(),
            )
            run_import(
                actor=PLATFORM, run=run, now=timezone.now, told=lambda done: told("organisations", done, run.total)
            )
            if corrections_file is not None and run.wrong:
                form = "csv" if corrections_file.suffix == ".csv" else "xlsx"
                corrections_file.write_bytes(corrections(run, form))
    except TableRefused as error:
        raise Failure(str(error)) from error
    except OSError as error:
        raise Failure(f"{corrections_file} cannot be written: {error.strerror}.") from error
    except KeyboardInterrupt:
        sys.stderr.write("filanda: stopped. What was written stays; run the same command again to go on.\n")
        raise SystemExit(130) from None
    seconds = time.monotonic() - started
    typer.echo(f"{run.total:,} rows in {seconds:.1f} s ({run.total / seconds:,.0f} a second).")
    typer.echo(f"Organisations: {run.created:,} new, {run.changed:,} completed, {run.unchanged:,} as they were.")
    if run.wrong:
        where = f" See {corrections_file}." if corrections_file else " Get them with --corrections FILE."
        typer.echo(f"Rows with something wrong: {run.wrong:,}, left out.{where}")


def _import_cordis(
    place: Path, slug: str, nuts: str, register_file: Path | None, rejects_file: Path | None, report_file: Path | None
) -> None:
    from filanda.directory.organisations.importers.cordis import import_cordis
    from filanda.directory.organisations.importers.reporting import ImportRefused, RejectLog, write_merges
    from filanda.kernel.identity.actors import PLATFORM
    from filanda.kernel.regions.scoped import in_region

    started = time.monotonic()
    try:
        with RejectLog(rejects_file) as rejects, _progress() as told:
            region = _region(slug)
            with in_region(region):
                done = import_cordis(
                    region, place, actor=PLATFORM, nuts=nuts, register=register_file, rejects=rejects, progress=told
                )
        if report_file is not None:
            write_merges(report_file, done.merges)
    except ImportRefused as error:
        raise Failure(str(error)) from error
    except KeyboardInterrupt:
        sys.stderr.write("filanda: stopped. What was written stays; run the same command again to go on.\n")
        raise SystemExit(130) from None
    _summarise(done, rejects, time.monotonic() - started, rejects_file, report_file)


def _region(slug: str) -> Region:
    from filanda.kernel.identity.actors import PLATFORM
    from filanda.kernel.regions.models import Region
    from filanda.site.regions import ensure_lombardy

    found = Region.objects.filter(slug=slug).first()
    if found is not None:
        return found
    if slug == "lombardia":
        return ensure_lombardy(actor=PLATFORM)
    known = ", ".join(Region.objects.values_list("slug", flat=True)) or "none yet"
    raise Failure(f"there is no region {slug!r}; the regions are: {known}. Make one with: filanda region add")


@contextmanager
def _progress() -> Iterator[Progress]:
    """Progress with rate and time left on a terminal; elsewhere a plain line every five seconds."""
    words = {"reading": "Reading", "organisations": "Writing organisations", "evidence": "Writing evidence"}
    words["calls"] = "Reading funding calls"
    if not sys.stderr.isatty():
        last = [time.monotonic()]

        def line(phase: str, done: int, total: int | None) -> None:
            if time.monotonic() - last[0] >= 5 or done == total:
                last[0] = time.monotonic()
                of = f" of {total:,}" if total is not None else ""
                sys.stderr.write(f"{words[phase]}: {done:,}{of}\n")

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        tasks = {}
        started: dict[str, float] = {}

        def draw(phase: str, done: int, total: int | None) -> None:
            if phase not in tasks:
                started[phase] = time.monotonic()
                tasks[phase] = bar.add_task(words[phase], total=total, rate="")
            seconds = time.monotonic() - started[phase]
            rate = f"{done / seconds:,.0f}/s" if seconds > 0.2 else ""
            bar.update(tasks[phase], completed=done, total=total, rate=rate)

        yield draw


def _summarise(
    done: CordisImport, rejects: RejectLog, seconds: float, rejects_file: Path | None, report_file: Path | None
) -> None:
    load = done.load
    say = typer.echo
    rate = done.participations / seconds
    say(f"{done.participations:,} participations read in {seconds:.1f} s ({rate:,.0f} a second).")
    if load.changed_nothing:
        say("Nothing has changed: everything in these files is there already.")
    else:
        say(
            f"Organisations: {load.organisations_created:,} new, {load.organisations_completed:,} completed, "
            f"{load.organisations_unchanged:,} as they were; {done.in_region:,} in the region, "
            f"{done.outside:,} partners from outside."
        )
        say(
            f"Evidence: {load.evidence_created:,} new, {load.evidence_changed:,} changed, "
            f"{load.evidence_unchanged:,} as they were; {load.parties_created:,} new partnerships."
        )
    if done.merges:
        where = f" See {report_file}." if report_file is not None else " Name them with --report FILE."
        say(
            f"{done.ids:,} ids are {done.bodies:,} bodies: {len(done.united)} pairs were united, "
            f"{len(done.left_apart)} only look alike and wait for a person.{where}"
        )
    _say_rejects(rejects, rejects_file)
    for note in done.notes:
        say(note)


def _say_rejects(rejects: RejectLog, rejects_file: Path | None) -> None:
    if rejects.lines or rejects.values:
        where = f" See {rejects_file}." if rejects_file is not None else " Name them with --rejects FILE."
        typer.echo(f"Left out: {rejects.lines:,} lines and {rejects.values:,} single values.{where}")
        for reason, count in rejects.by_reason.most_common(_SHOWN):
            typer.echo(f"  {count:,} × {reason}")
