# SPDX-License-Identifier: EUPL-1.2
"""A batch of organisations is written: those that are known are completed or united, the others are new."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.utils.timezone import now as clock

from filanda.directory.organisations.importers.bulk import copy_rows, known_organisations, new_ids, rows_with, shorter
from filanda.directory.organisations.importers.records import LoadReport, OrganisationRecord, SiteRecord
from filanda.directory.organisations.models import (
    Identifier,
    NotTheSame,
    Organisation,
    OrganisationConcept,
    OrganisationName,
    OrganisationState,
    Site,
    SourceRecord,
)
from filanda.directory.organisations.steps import merge_organisations
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import sort_key

__all__ = ["OrganisationWriter"]

_STATE_FREE = frozenset({"", "unknown"})  # what counts as "nothing is known"
_FILLED = ("short_name", "helix_role", "legal_kind", "size", "website", "description", "description_language")
_SITE_FIELDS = tuple(cell.name for cell in fields(SiteRecord))
_SITE_COLUMNS = ("region_id", "organisation_id", "is_main", *_SITE_FIELDS)


@dataclass
class OrganisationWriter:
    region: Region
    source: str
    actor: Actor
    report: LoadReport

    def write(self, records: list[OrganisationRecord]) -> None:
        """One batch. Inside the caller's transaction, with `lock_imports` held."""
        at = clock()
        matches = self._matches(records)
        touched: set[int] = set()
        new: list[OrganisationRecord] = []
        targets: dict[int, list[OrganisationRecord]] = {}
        in_batch: dict[str, int] = {}  # source id -> position in `new`, for a body that comes twice in one batch
        for record_, ids in zip(records, matches, strict=True):
            if len(ids) > 1 and (kept := self._left_apart(record_, ids)) is not None:
                self.report.organisations_left_apart += 1
                ids = {kept}
            if len(ids) > 1:
                stays, gone = merge_organisations(self.region, ids, source=self.source)
                self.report.organisations_merged += len(gone)
                touched |= {stays, *gone}
                for old_id in gone:
                    record(
                        "organisations.organisation.merged",
                        region=self.region,
                        actor=self.actor,
                        subject=Organisation(pk=stays),
                        payload={"other": old_id, "source": self.source},
                    )
                for later in matches:
                    if later & set(gone):
                        later -= set(gone)
                        later.add(stays)
                ids = {stays}
            if ids:
                targets.setdefault(next(iter(ids)), []).append(record_)
            elif not any(source_id in in_batch for source_id in record_.source_ids):
                in_batch.update(dict.fromkeys(record_.source_ids, len(new)))
                new.append(record_)
        touched |= set(self._insert(new, at))
        touched |= self._complete(targets)
        self.report.organisations_created += len(new)
        if touched:
            record(
                "organisations.import.batch_imported",
                region=self.region,
                actor=self.actor,
                payload={"source": self.source, "organisations": len(touched), "created": len(new)},
                touches={"organisation": touched},
            )
            self.report.batches_written += 1

    def _matches(self, records: list[OrganisationRecord]) -> list[set[int]]:
        """The rows that each record already has: by source id, by official identifier, or as the caller says."""
        source_ids = [source_id for record_ in records for source_id in record_.source_ids]
        by_source = known_organisations(self.region, self.source, source_ids)
        values = {value for record_ in records for _scheme, value in record_.identifiers}
        columns = ("scheme", "value", "organisation_id")
        by_identifier = {
            (scheme, value): pk
            for scheme, value, pk in rows_with(Identifier, "value", values, columns, region_id=self.region.pk)
        }
        return [
            {by_source[source_id] for source_id in record_.source_ids if source_id in by_source}
            | {by_identifier[known] for known in record_.identifiers if known in by_identifier}
            | set(record_.organisation_ids)
            for record_ in records
        ]

    def _left_apart(self, record_: OrganisationRecord, ids: set[int]) -> int | None:
        """If a person said that two of these rows are not the same: the one that the record is written to."""
        if not NotTheSame.objects.filter(region=self.region, first__in=ids, second__in=ids).exists():
            return None
        known = known_organisations(self.region, self.source, record_.source_ids)
        return next((known[key] for key in record_.source_ids if known.get(key) in ids), min(ids))

    def _insert(self, records: list[OrganisationRecord], at: datetime) -> list[int]:
        ids = new_ids(Organisation, len(records))
        region = self.region.pk
        pairs = list(zip(ids, records, strict=True))
        copy_rows(
            Organisation,
            (
                *("id", "region_id", "name", "short_name", "sort_key", "helix_role", "legal_kind", "size", "website"),
                *("description", "description_language", "languages", "state", "is_external", "is_natural_person"),
                *("created_at", "updated_at"),
            ),
            (
                (
                    pk,
                    region,
                    shorter(body.name, 300),
                    shorter(body.short_name, 120),
                    sort_key(body.name),
                    body.helix_role,
                    body.legal_kind,
                    body.size,
                    body.website,
                    body.description,
                    body.description_language,
                    list(body.languages),
                    OrganisationState.LISTED.value,
                    body.is_external,
                    body.is_natural_person,
                    at,
                    at,
                )
                for pk, body in pairs
            ),
        )
        self._add_names({pk: [body] for pk, body in pairs}, {})
        self._add_source_ids({pk: [body] for pk, body in pairs}, set(), at)
        self._add_identifiers({pk: [body] for pk, body in pairs})
        self._add_concepts({pk: [body] for pk, body in pairs})
        copy_rows(Site, _SITE_COLUMNS, (self._site_row(pk, body.site) for pk, body in pairs if body.site is not None))
        return ids

    def _complete(self, targets: dict[int, list[OrganisationRecord]]) -> set[int]:
        """Fill in what known rows lack; returns the ids of those that changed."""
        if not targets:
            return set()
        rows = {row.pk: row for row in Organisation.objects.filter(pk__in=targets)}
        names: dict[int, set[str]] = {}
        for pk, text in rows_with(OrganisationName, "organisation_id", targets, ("organisation_id", "text")):
            names.setdefault(pk, set()).add(text)
        # Of any row: a body that a person left apart has ids that this record names too.
        wanted = (source_id for bodies in targets.values() for body in bodies for source_id in body.source_ids)
        known_ids = set(known_organisations(self.region, self.source, wanted))
        for pk, row in rows.items():
            names.setdefault(pk, set()).add(row.name)
        changed = self._add_names(targets, names) | self._add_source_ids(targets, known_ids, clock())
        changed |= self._add_identifiers(targets) | self._add_concepts(targets) | self._add_sites(targets)
        filled = [row for pk, row in rows.items() if self._fill(row, targets[pk])]
        if filled:
            at = clock()
            for row in filled:
                row.updated_at = at
            Organisation.objects.bulk_update(filled, [*_FILLED, "is_external", "updated_at"])
        changed |= {row.pk for row in filled}
        self.report.organisations_completed += len(changed)
        self.report.organisations_unchanged += len(rows) - len(changed)
        return changed

    def _fill(self, row: Organisation, records: list[OrganisationRecord]) -> bool:
        is_changed = False
        for body in records:
            for name in _FILLED:
                said = getattr(body, name)
                if said not in _STATE_FREE and getattr(row, name) in _STATE_FREE:
                    setattr(row, name, said)
                    is_changed = True
            if row.is_external and not body.is_external:
                row.is_external = False
                is_changed = True
        return is_changed

    def _add_names(self, targets: dict[int, list[OrganisationRecord]], known: dict[int, set[str]]) -> set[int]:
        rows = []
        for pk, bodies in targets.items():
            seen = known.get(pk) or {shorter(bodies[0].name, 300)}
            for text in (text for body in bodies for text in (body.name, *body.spellings)):
                text = shorter(text, 300)
                if text and text not in seen:
                    seen.add(text)
                    rows.append((self.region.pk, pk, text, "", OrganisationName.Kind.SPELLING.value))
        copy_rows(OrganisationName, ("region_id", "organisation_id", "text", "language", "kind"), rows)
        return {row[1] for row in rows}

    def _add_source_ids(self, targets: dict[int, list[OrganisationRecord]], known: set[str], at: datetime) -> set[int]:
        rows = []
        for pk, bodies in targets.items():
            for source_id in (source_id for body in bodies for source_id in body.source_ids):
                if source_id not in known:
                    known.add(source_id)
                    rows.append((self.region.pk, pk, self.source, source_id[:120], at))
        copy_rows(SourceRecord, ("region_id", "organisation_id", "source", "source_id", "imported_at"), rows)
        return {row[1] for row in rows}

    def _add_identifiers(self, targets: dict[int, list[OrganisationRecord]]) -> set[int]:
        wanted = {known: pk for pk, bodies in targets.items() for body in bodies for known in body.identifiers}
        values = {value for _scheme, value in wanted}
        taken = set(rows_with(Identifier, "value", values, ("scheme", "value"), region_id=self.region.pk))
        rows = [(self.region.pk, pk, *known) for known, pk in wanted.items() if known not in taken]
        copy_rows(Identifier, ("region_id", "organisation_id", "scheme", "value"), rows)
        return {row[1] for row in rows}

    def _add_concepts(self, targets: dict[int, list[OrganisationRecord]]) -> set[int]:
        wanted = {
            (pk, link.concept_id): link for pk, bodies in targets.items() for body in bodies for link in body.concepts
        }
        if not wanted:
            return set()
        links = OrganisationConcept.objects.filter(organisation__in=targets)
        known = set(links.values_list("organisation_id", "concept_id"))
        rows = [
            (self.region.pk, pk, concept_id, link.origin, link.score)
            for (pk, concept_id), link in wanted.items()
            if (pk, concept_id) not in known
        ]
        copy_rows(OrganisationConcept, ("region_id", "organisation_id", "concept_id", "origin", "score"), rows)
        self.report.concepts_linked += len(rows)
        return {row[1] for row in rows}

    def _add_sites(self, targets: dict[int, list[OrganisationRecord]]) -> set[int]:
        """A main site where there is none; empty cells of one in the same municipality (or in none) are filled."""
        known = {site.organisation_id: site for site in Site.objects.filter(organisation__in=targets, is_main=True)}
        missing: dict[int, SiteRecord] = {}
        filled = []
        for pk, bodies in targets.items():
            for said in (body.site for body in bodies if body.site is not None):
                site = known.get(pk)
                if site is None:
                    missing.setdefault(pk, said)
                elif site.municipality in {"", said.municipality} and self._fill_site(site, said):
                    filled.append(site)
        copy_rows(Site, _SITE_COLUMNS, (self._site_row(pk, said) for pk, said in missing.items()))
        if filled:
            Site.objects.bulk_update(filled, _SITE_FIELDS)
        return set(missing) | {site.organisation_id for site in filled}

    def _fill_site(self, site: Site, said: SiteRecord) -> bool:
        is_changed = False
        for name in _SITE_FIELDS:
            value = getattr(said, name)
            if value not in ("", None) and getattr(site, name) in ("", None):
                setattr(site, name, value)
                is_changed = True
        return is_changed

    def _site_row(self, organisation_id: int, site: SiteRecord) -> tuple[Any, ...]:
        return (self.region.pk, organisation_id, True, *(getattr(site, name) for name in _SITE_FIELDS))
