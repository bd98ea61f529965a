# SPDX-License-Identifier: EUPL-1.2
"""Lists that people upload: read and looked at first, then written by a job; wrong rows are told and given back.

A list of organisations goes through `importers.writing`, so a row is found again by its numbers, or by name and
municipality, and what is there already is only filled in. A list of evidence belongs to one organisation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from filanda.directory.organisations.importers import columns
from filanda.directory.organisations.importers.columns import Wrong
from filanda.directory.organisations.importers.records import OrganisationRecord
from filanda.directory.organisations.importers.tables import Table, TableRefused, read_table, write_csv, write_xlsx
from filanda.directory.organisations.importers.writing import load
from filanda.directory.organisations.models import (
    Evidence,
    EvidenceParty,
    Identifier,
    ImportRun,
    ImportState,
    Organisation,
)
from filanda.directory.organisations.steps import EVIDENCE_FIELDS, give, lock_imports, sign_history
from filanda.kernel.identity.actors import Actor, actor_for
from filanda.kernel.jobs.queue import enqueue, region_job
from filanda.kernel.jobs.stopping import stop_requested
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import Forbidden, require
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import fold, sort_key
from filanda.kernel.text.language import detect

__all__ = [
    "Preview",
    "columns_of",
    "corrections",
    "forget_runs",
    "import_job",
    "preview_of",
    "receive_import",
    "run_import",
    "start_import",
    "template",
]

CHUNK = 500
SHOWN = 10  # rows of a preview
SHOWN_WRONG = 20  # and wrong ones that come later
KEPT_DAYS = 30
_COLUMNS = {"organisations": columns.ORGANISATIONS, "evidence": columns.EVIDENCE}


@dataclass(frozen=True)
class Preview:
    """How a file was understood: the columns it has, those that nobody knows, its first rows and the first wrong ones
    after them, with what is wrong. `wrong`: how many rows of the file are.
    """

    head: list[str]
    unknown: list[str]
    rows: list[tuple[int, list[str], list[Wrong]]]
    wrong: int


def template(kind: str, format: str) -> bytes:
    """An empty list with one example, to be filled in. kind: organisations, evidence; format: xlsx, csv."""
    known = _COLUMNS[kind]
    head = [f"{column.name}*" if column.is_needed else column.name for column in known]
    rows = [[column.example for column in known]]
    return write_xlsx(head, rows, sheet=kind) if format == "xlsx" else write_csv(head, rows)


def columns_of(kind: str) -> tuple[columns.Column, ...]:
    """The columns of a list. kind: organisations, evidence."""
    return _COLUMNS[kind]


def receive_import(
    *,
    actor: Actor,
    region: Region,
    kind: str,
    content: bytes,
    file_name: str,
    language: str,
    now: datetime,
    organisation: Organisation | None = None,
) -> ImportRun:
    """Read an uploaded file and keep it, to be looked at and started. kind: organisations, or evidence of one.

    Raises TableRefused for a file that is not a list of this kind, and Forbidden.
    """
    _may(actor, region, organisation)
    table = _read(kind, content, file_name)
    placed, _unknown = columns.heads(_COLUMNS[kind], table.head)
    missing = [column for column in _COLUMNS[kind] if column.is_needed and column.name not in placed.values()]
    if missing:
        raise TableRefused(
            _("The column “%(name)s” is missing: the first row has to hold the names of the columns.")
            % {"name": missing[0].label}
        )
    if not table.rows:
        raise TableRefused(_("The file has a head and no rows."))
    with transaction.atomic(durable=True):
        _may(actor, region, organisation)
        made: ImportRun = ImportRun.objects.create(
            region=region,
            organisation=organisation,
            account_id=actor.account_id,
            kind=kind,
            file_name=file_name[-200:],
            format=table.format,
            language=language,
            content=content,
            total=len(table.rows),
            created_at=now,
        )
    return made


def preview_of(run: ImportRun) -> Preview:
    """The rows of the run's file as they were understood: all are looked at, and some are shown."""
    table = _read(run.kind, bytes(run.content or b""), run.file_name)
    placed, unknown = columns.heads(_COLUMNS[run.kind], table.head)
    check = columns.organisation_record if run.kind == "organisations" else columns.evidence_values
    positions = list(placed)
    labels = {column.name: str(column.label) for column in _COLUMNS[run.kind]}
    rows: list[tuple[int, list[str], list[Wrong]]] = []
    count = 0
    for place, (number, cells) in enumerate(zip(table.numbers, table.rows, strict=True)):
        wrong = check({name: cells[at] for at, name in placed.items()})[1]
        count += bool(wrong)
        if place < SHOWN or (wrong and len(rows) < SHOWN + SHOWN_WRONG):
            rows.append((number, [cells[at] for at in positions], wrong))
    return Preview([labels[placed[at]] for at in positions], unknown, rows, count)


def start_import(*, actor: Actor, run: ImportRun) -> None:
    """Let the job write it. One that was started stays as it is. Raises Forbidden."""
    with transaction.atomic(durable=True):
        locked = ImportRun.objects.select_for_update().get(pk=run.pk)
        _may(actor, locked.region, locked.organisation)
        if locked.state != ImportState.READ:
            return
        locked.state = ImportState.WAITING
        locked.save(update_fields=["state"])
        enqueue(import_job, region_id=locked.region_id, run_id=locked.pk)


def run_import(
    *, actor: Actor, run: ImportRun, now: Callable[[], datetime], told: Callable[[int], object] = lambda _done: None
) -> ImportRun:
    """Write the rows of `run`, from where it was left, a chunk at a time; told(rows done). Raises Forbidden.

    A chunk is written before it is counted: if the process dies between, its rows are met again and found unchanged.
    """
    _may(actor, run.region, run.organisation)
    table = _read(run.kind, bytes(run.content or b""), run.file_name)
    placed, _unknown = columns.heads(_COLUMNS[run.kind], table.head)
    rows = [
        (number, {name: cells[at] for at, name in placed.items()})
        for number, cells in zip(table.numbers, table.rows, strict=True)
    ]
    write = _write_organisations if run.kind == "organisations" else _write_evidence
    seen: dict[Any, int] = {}
    with override(run.language):
        for number, cells in rows[: run.done]:
            _remember(run.kind, number, cells, seen)
        while run.done < len(rows):
            if stop_requested():
                return run
            counts, errors = write(actor, run, rows[run.done : run.done + CHUNK], seen)
            run.done = min(run.done + CHUNK, len(rows))
            run.created += counts["created"]
            run.changed += counts["changed"]
            run.unchanged += counts["unchanged"]
            run.errors += errors
            run.wrong = len({error["row"] for error in run.errors})
            run.state = ImportState.RUNNING
            with transaction.atomic(durable=True):
                run.save()
            told(run.done)
    with transaction.atomic(durable=True):
        run.state, run.finished_at = ImportState.DONE, now()
        run.save()
    return run


@region_job("organisations.run_import", retries=5)
def import_job(region: Region, run_id: int) -> None:
    """Write an uploaded list for whoever uploaded it, with the roles that they still have."""
    run = ImportRun.objects.filter(pk=run_id).select_related("account", "organisation", "region").first()
    if run is None or run.state in (ImportState.DONE, ImportState.FAILED):
        return
    actor = actor_for(run.account, has_second_factor=True)
    try:
        run_import(actor=actor, run=run, now=timezone.now)
    except (Forbidden, TableRefused) as error:
        run.state, run.failure, run.finished_at = ImportState.FAILED, str(error)[:500], timezone.now()
        run.save()
        return
    if run.state != ImportState.DONE:  # the worker was asked to stop: the next one goes on from here
        with transaction.atomic():
            enqueue(import_job, region_id=region.pk, run_id=run_id)


def corrections(run: ImportRun, format: str) -> bytes:
    """The wrong rows alone, as they came, with a column that says what is wrong: to be mended and sent again."""
    table = _read(run.kind, bytes(run.content or b""), run.file_name)
    said: dict[int, list[str]] = {}
    with override(run.language):
        labels = {column.name: str(column.label) for column in _COLUMNS[run.kind]}
    for error in run.errors:
        label = labels.get(error["column"], "")
        said.setdefault(error["row"], []).append(f"{label}: {error['message']}" if label else error["message"])
    keep = [at for at, head in enumerate(table.head) if fold(head) not in {"errors", "errori"}]
    rows = [
        [" ".join(said[number]), *(cells[at] for at in keep)]
        for number, cells in zip(table.numbers, table.rows, strict=True)
        if number in said
    ]
    head = [columns.ERRORS, *(table.head[at] for at in keep)]
    return write_xlsx(head, rows) if format == "xlsx" else write_csv(head, rows, delimiter=table.delimiter)


def forget_runs(region: Region, before: datetime) -> int:
    """Delete runs older than `before`, with their files. Returns how many. In the caller's transaction."""
    gone: int = ImportRun.objects.filter(region=region, created_at__lt=before).delete()[0]
    return gone


def run_expires_at(run: ImportRun) -> datetime:
    """Until when the file is kept."""
    return run.created_at + timedelta(days=KEPT_DAYS)


def _may(actor: Actor, region: Region, organisation: Organisation | None) -> None:
    if organisation is None:
        require(actor, "organisations.import", region)
    else:
        require(actor, "organisations.evidence.create", organisation)


def _read(kind: str, content: bytes, name: str) -> Table:
    from filanda.directory.organisations.importers.references import is_references, read_references  # with its parsers

    if kind == "evidence" and is_references(content, name):
        return read_references(content, name)
    return read_table(content, name)


Rows = list[tuple[int, dict[str, str]]]


def _error(number: int, wrong: Wrong) -> dict[str, Any]:
    return {"row": number, "column": wrong.column, "message": wrong.message}


def _remember(kind: str, number: int, cells: Mapping[str, str], seen: dict[Any, int]) -> None:
    """What a row that was written before an interruption is known by."""
    if kind == "organisations":
        made = columns.organisation_record(cells)[0]
        for key in _keys(made) if made is not None else ():
            seen.setdefault(key, number)
    else:
        values = columns.evidence_values(cells)[0]
        if values is not None:
            seen.setdefault(fold(values["title"]), number)


def _keys(made: OrganisationRecord) -> tuple[Any, ...]:
    return made.identifiers or made.source_ids


def _write_organisations(
    actor: Actor, run: ImportRun, rows: Rows, seen: dict[Any, int]
) -> tuple[Counter[str], list[dict[str, Any]]]:
    made: list[tuple[int, OrganisationRecord]] = []
    errors: list[dict[str, Any]] = []
    for number, cells in rows:
        found, wrong = columns.organisation_record(cells)
        if found is not None:
            before = next((seen[key] for key in _keys(found) if seen.get(key, number) != number), None)
            if before is not None:
                wrong = [Wrong("", _("This is the same organisation as in row %(row)d.") % {"row": before})]
            for key in _keys(found):
                seen.setdefault(key, number)
        if wrong or found is None:
            errors += [_error(number, one) for one in wrong]
        else:
            made.append((number, found))
    records, ambiguous = _matched(run.region, made)
    errors += ambiguous
    report = load(run.region, records, (), source="list", actor=actor, batch_size=CHUNK)
    counts = Counter(
        created=report.organisations_created,
        changed=report.organisations_completed,
        unchanged=report.organisations_unchanged,
    )
    return counts, errors


def _matched(
    region: Region, made: list[tuple[int, OrganisationRecord]]
) -> tuple[list[OrganisationRecord], list[dict[str, Any]]]:
    """Records with the organisations that they are; a row whose numbers are those of two is wrong, never a merge."""
    values = {value for _n, record_ in made for _scheme, value in record_.identifiers}
    holders = {
        (row.scheme, row.value): row.organisation_id
        for row in Identifier.objects.filter(region=region, value__in=values)
    }
    names = {sort_key(record_.name) for _n, record_ in made}
    named: dict[tuple[str, str], list[Organisation]] = {}
    candidates = Organisation.objects.filter(region=region, sort_key__in=names).prefetch_related("identifiers", "sites")
    for body in candidates:
        towns = {fold(site.municipality) for site in body.sites.all()} or {""}
        for town in towns:
            named.setdefault((body.sort_key, town), []).append(body)
    records, errors = [], []
    for number, record_ in made:
        by_number = {holders[key] for key in record_.identifiers if key in holders}
        if len(by_number) > 1:
            sentence = _("The numbers of this row belong to two organisations of the directory: one of them is wrong.")
            errors.append(_error(number, Wrong("", sentence)))
            continue
        if not by_number:
            town = fold(record_.site.municipality) if record_.site is not None else ""
            same = [
                body
                for body in named.get((sort_key(record_.name), town), [])
                if not _contradicts(record_, body.identifiers.all())
            ]
            by_number = {same[0].pk} if len(same) == 1 else set()
        records.append(replace(record_, organisation_ids=tuple(by_number)))
    return records, errors


def _contradicts(record_: OrganisationRecord, identifiers: Iterable[Identifier]) -> bool:
    """Whether both have a number of one kind, and another one."""
    mine = dict(record_.identifiers)
    return any(known.scheme in mine and mine[known.scheme] != known.value for known in identifiers)


def _write_evidence(
    actor: Actor, run: ImportRun, rows: Rows, seen: dict[Any, int]
) -> tuple[Counter[str], list[dict[str, Any]]]:
    organisation = run.organisation
    assert organisation is not None  # by the run's kind
    errors: list[dict[str, Any]] = []
    counts: Counter[str] = Counter()
    created: list[int] = []
    with transaction.atomic(durable=True):
        lock_imports(organisation.region)
        require(actor, "organisations.evidence.create", organisation)
        sign_history(actor)
        mine = Evidence.objects.filter(parties__organisation=organisation)
        titles = {fold(title) for title in mine.values_list("title", flat=True)}
        addresses = {address.lower() for address in mine.exclude(source_url="").values_list("source_url", flat=True)}
        for number, cells in rows:
            values, wrong = columns.evidence_values(cells)
            if values is not None:
                key, address = fold(values["title"]), values["source_url"].lower()
                if key in titles or (address.startswith("https://doi.org/") and address in addresses):
                    if seen.get(key, number) != number:
                        sentence = _("Row %(row)d has this title already.") % {"row": seen[key]}
                        errors.append(_error(number, Wrong("title", sentence)))
                    else:
                        counts["unchanged"] += 1
                    continue
                seen.setdefault(key, number)
                values["language"] = values["language"] or detect(f"{values['title']}. {values['text']}")
                piece = Evidence(region=organisation.region, source="person", source_id=get_random_string(22))
                try:
                    give(piece, values, EVIDENCE_FIELDS)
                except ValidationError as problem:
                    wrong = [Wrong(name, " ".join(said)) for name, said in problem.message_dict.items()]
                else:
                    created.append(piece.pk)
                    titles.add(key)
                    addresses.add(address)
            errors += [_error(number, one) for one in wrong]
        owner = EvidenceParty.PartyRole.OWNER
        EvidenceParty.objects.bulk_create(
            [
                EvidenceParty(region=organisation.region, evidence_id=pk, organisation=organisation, role=owner)
                for pk in created
            ]
        )
        if created:
            record(
                "organisations.import.batch_imported",
                region=organisation.region,
                actor=actor,
                subject=organisation,
                payload={"source": "person", "evidence": len(created), "created": len(created)},
                touches={"evidence": created, "organisation": [organisation.pk]},
            )
    counts["created"] = len(created)
    return counts, errors
