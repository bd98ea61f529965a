# SPDX-License-Identifier: EUPL-1.2
"""One import from the first line read to the last batch written."""

from __future__ import annotations

from pathlib import Path

from filanda.directory.organisations.importers.cordis.bodies import Bodies, grouped
from filanda.directory.organisations.importers.cordis.outcome import CordisImport
from filanda.directory.organisations.importers.cordis.projects import read_fields, read_projects
from filanda.directory.organisations.importers.cordis.reading import (
    SOURCE,
    Progress,
    read_organisations,
    read_project_ids,
    read_register,
)
from filanda.directory.organisations.importers.reading import find_sources
from filanda.directory.organisations.importers.reporting import ImportRefused, RejectLog
from filanda.directory.organisations.importers.writing import load
from filanda.kernel.identity.actors import Actor
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region

__all__ = ["CordisImport", "import_cordis"]

_FILES = {
    "organisations": ("organization", "organisation", "organizations"),
    "projects": ("project", "projects"),
    "fields": ("euroSciVoc",),
}


def import_cordis(
    region: Region,
    place: Path,
    *,
    actor: Actor,
    nuts: str = "",
    register: Path | None = None,
    rejects: RejectLog | None = None,
    progress: Progress | None = None,
    batch_size: int = 500,
) -> CordisImport:
    """Import the CORDIS export at `place` (a directory or a .zip) into the active `region`.

    nuts: only projects with a body in this NUTS area; their partners from outside come along as external bodies.
    Without it, every body in the files is the region's. register: a CSV of the region's bodies with municipality, PIC
    and older key. progress(phase, done, total) is called often; total is None while it is not known. What cannot be
    used goes to `rejects`. Safe to interrupt and to repeat. Raises ImportRefused with a sentence, and Forbidden.
    """
    require(actor, "organisations.import")
    sources = find_sources(place, _FILES)
    for word, name in (("organisations", "organization.csv"), ("projects", "project.csv")):
        if word not in sources:
            raise ImportRefused(f"There is no {name} (or .csv.gz) in {place}: give the directory of a CORDIS export.")
    log = rejects if rejects is not None else RejectLog()
    told = progress if progress is not None else _nobody
    result = CordisImport()
    registered, same_ids = read_register(register, log) if register is not None else ({}, [])
    project_ids = read_project_ids(sources["projects"], told)
    seen, parts = read_organisations(sources["organisations"], project_ids, log, told, result)
    groups = grouped(region, seen, registered, same_ids)
    result.merges = groups.merges
    concepts = read_fields(region, sources.get("fields"), project_ids, log, result)
    bodies = Bodies(region, seen, registered, groups, nuts)
    wanted = bodies.select(parts, nuts)
    result.ids, result.bodies = len(seen), len(bodies.groups)
    result.in_region, result.outside = bodies.counts(wanted)
    chosen = {project for project, mine in parts.items() if any(bodies.root(part.body) in wanted for part in mine)}
    chosen = {project for project in chosen if not nuts or any(bodies.is_inside(part.body) for part in parts[project])}
    records = (bodies.record(root) for root in wanted)
    evidence = read_projects(sources["projects"], chosen, parts, concepts, log, result)
    totals = {"organisations": len(wanted), "evidence": len(chosen)}
    result.load = load(
        region,
        records,
        evidence,
        source=SOURCE,
        actor=actor,
        batch_size=batch_size,
        progress=lambda phase, done: told(phase, done, totals[phase]),
    )
    result.lines_rejected, result.values_rejected = log.lines, log.values
    result.rejected_by_reason = log.by_reason
    return result


def _nobody(_phase: str, _done: int, _total: int | None) -> None:
    """Nobody wants to know how far we are."""
