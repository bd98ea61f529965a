# SPDX-License-Identifier: EUPL-1.2
"""A project with its fields of science becomes one piece of evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from filanda.directory.organisations.importers.cordis.outcome import CordisImport
from filanda.directory.organisations.importers.cordis.reading import FIELD_COLUMNS, PROJECT_COLUMNS, Part
from filanda.directory.organisations.importers.reading import OnReject, Source, read_rows
from filanda.directory.organisations.importers.records import ConceptLink, EvidenceRecord, PartyRecord
from filanda.directory.organisations.importers.reporting import Reject
from filanda.directory.taxonomies.models import Concept, ConceptScheme
from filanda.kernel.regions.models import Region
from filanda.kernel.text.language import detect

__all__ = ["read_fields", "read_projects"]


def read_fields(
    region: Region, source: Source | None, project_ids: set[str], log: OnReject, result: CordisImport
) -> dict[str, tuple[int, ...]]:
    """EuroSciVoc concepts by project, as far as the scheme is loaded."""
    if source is None:
        return {}
    scheme = ConceptScheme.objects.usable_in(region).filter(slug="euroscivoc").first()
    if scheme is None:
        result.notes.append(f"{source.name} was left aside: the scheme euroscivoc is not loaded.")
        return {}
    by_code = {code.strip("/"): pk for pk, code in Concept.objects.filter(scheme=scheme).values_list("pk", "code")}
    found: dict[str, tuple[int, ...]] = {}
    for line, row in read_rows(source, FIELD_COLUMNS, ("project", "code"), log):
        concept_id = by_code.get(row["code"].strip("/"))
        if row["project"] not in project_ids:
            log(Reject(source.name, line, "the project is not in the file of projects", value=row["project"]))
        elif concept_id is None:
            log(Reject(source.name, line, "not a concept of the scheme euroscivoc", "euroSciVocCode", row["code"]))
        elif concept_id not in found.get(row["project"], ()):
            found[row["project"]] = (*found.get(row["project"], ()), concept_id)
    return found


def read_projects(
    source: Source,
    chosen: set[str],
    parts: dict[str, list[Part]],
    concepts: dict[str, tuple[int, ...]],
    log: OnReject,
    result: CordisImport,
) -> Iterator[EvidenceRecord]:
    """One record a project that was chosen, as the file of projects is streamed."""
    done: set[str] = set()
    for line, row in read_rows(source, PROJECT_COLUMNS, ("id",), log):
        result.projects += 1
        key = row["id"]
        title = row["title"] or row["acronym"] or row["objective"][:120]
        if not key or not title:
            log(Reject(source.name, line, "no project id" if not key else "a project without title", value=key))
            continue
        if key in done:
            log(Reject(source.name, line, "the same project id again: the first one counts", value=key))
            continue
        done.add(key)
        if key not in parts:
            log(Reject(source.name, line, "no organisation takes part in this project", value=key))
            continue
        if key in chosen:
            yield _piece(row, title, line, source.name, parts.pop(key), concepts.get(key, ()), log)


def _piece(
    row: dict[str, str],
    title: str,
    line: int,
    file: str,
    parts: Iterable[Part],
    concepts: tuple[int, ...],
    log: OnReject,
) -> EvidenceRecord:
    started_on = _day(row["start"], "startDate", line, file, log)
    ended_on = _day(row["end"], "endDate", line, file, log)
    if started_on is not None and ended_on is not None and ended_on < started_on:
        log(Reject(file, line, "ends before it starts", "endDate", row["end"]))
        ended_on = None
    title, text = _mended(title), _mended(row["objective"])
    return EvidenceRecord(
        source_id=row["id"],
        title=title,
        acronym="" if row["acronym"] == title else row["acronym"],
        text="" if text == title else text,
        # CORDIS publishes these exports in English; a text that is too short to tell is taken for that.
        language=detect(f"{title}. {text}", default="en"),
        started_on=started_on,
        ended_on=ended_on,
        programme=row["programme"],
        source_url=_address(row["id"], row["rcn"], row["programme"]),
        parties=tuple(PartyRecord(part.body, part.role, part.contribution) for part in parts),
        concepts=tuple(ConceptLink(concept_id) for concept_id in concepts),
    )


def _address(key: str, rcn: str, programme: str) -> str:
    """The page at CORDIS. Lists of FP7 results in brief carry the article's number as the project's id and rcn."""
    if not key.isdecimal():
        return ""
    kind = "article" if key == rcn and programme.upper() == "FP7" else "project"
    return f"https://cordis.europa.eu/{kind}/id/{key}"


def _mended(text: str) -> str:
    """Text with the few certain repairs of characters that the exports have lost."""
    text = text.replace("Sk?odowska", "Skłodowska")
    if "\ufffd" in text:
        text = re.sub(r"(?<=\s)\ufffd(?=\s)", "–", text)
        # at the edge of a word a quotation mark, a bullet or a ™ was lost; within one, a letter that nobody can guess
        text = re.sub(r"(?<![\w\ufffd])\ufffd+|\ufffd+(?![\w\ufffd])", "", text)
    return text.strip()


_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%Y/%m/%d", "%d-%m-%Y", "%d.%m.%Y", "%Y%m%d")


def _day(text: str, column: str, line: int, file: str, log: OnReject) -> date | None:
    if not text:
        return None
    for pattern in _DAYS:
        try:
            day = datetime.strptime(text.split("T")[0].split(" ")[0], pattern).date()
        except ValueError:
            continue
        if 1950 <= day.year <= 2100:
            return day
    log(Reject(file, line, "not a date", column, text))
    return None
