# SPDX-License-Identifier: EUPL-1.2
"""Records -> rows: the one way in which importers, the demo seeds and the benchmark write in bulk.

`load` works in batches, each one transaction with one journal event. Rows are found again by their natural keys
(source and source id), so a run that was interrupted is simply repeated: what is there stays, what is missing is added,
and a run that finds nothing new changes nothing. Where something exists already:

- an organisation keeps what it says; only what is empty or unknown is filled in, because people correct these rows;
- evidence belongs to its source, and follows it;
- partners, concepts, links, names and ids are added, never taken away: two files may each know a part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.db import connection, transaction
from django.db.models import Model
from django.utils.timezone import now as clock

from filanda.directory.organisations.models import (
    ConceptOrigin,
    Evidence,
    EvidenceConcept,
    EvidenceLink,
    EvidenceParty,
    HelixRole,
    Identifier,
    LegalKind,
    NotTheSame,
    Organisation,
    OrganisationConcept,
    OrganisationName,
    OrganisationState,
    Site,
    Size,
    SourceRecord,
)
from filanda.directory.organisations.steps import lock_imports, merge_organisations
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import clean, sort_key
from filanda.kernel.text.language import detect

__all__ = [
    "ConceptLink",
    "EvidenceRecord",
    "LoadReport",
    "OrganisationRecord",
    "PartyRecord",
    "SiteRecord",
    "load",
    "web_address",
]

BATCH = 1000
_STATE_FREE = frozenset({"", "unknown"})  # what counts as "nothing is known"
Progress = Callable[[str, int], None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SiteRecord:
    """Where a body is; "" and None where that is not known. `province_code`: a code of the region's shapes (NUTS 3)."""

    street: str = ""
    postcode: str = ""
    municipality: str = ""
    municipality_code: str = ""
    province_code: str = ""
    nuts_code: str = ""
    country_code: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class ConceptLink:
    """A concept by its row id. `score`: of a suggestion."""

    concept_id: int
    origin: str = ConceptOrigin.STATED
    score: float | None = None


@dataclass(frozen=True, slots=True)
class OrganisationRecord:
    """One body. `source_ids`: every id the source knows it by; `organisation_ids`: rows already known to be it."""

    source_ids: tuple[str, ...]
    name: str
    spellings: tuple[str, ...] = ()
    short_name: str = ""
    helix_role: str = HelixRole.UNKNOWN
    legal_kind: str = LegalKind.UNKNOWN
    size: str = Size.UNKNOWN
    website: str = ""
    description: str = ""
    description_language: str = ""
    languages: tuple[str, ...] = ()
    is_external: bool = False
    is_natural_person: bool = False
    site: SiteRecord | None = None
    identifiers: tuple[tuple[str, str], ...] = ()
    concepts: tuple[ConceptLink, ...] = ()
    organisation_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PartyRecord:
    """`organisation`: any source id of the body. `contribution` in EUR."""

    organisation: str
    role: str = EvidenceParty.PartyRole.PARTICIPANT
    contribution: Decimal | None = None


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    """One piece of evidence with all its parties. `language` None: find out from the words."""

    source_id: str
    title: str
    parties: tuple[PartyRecord, ...]
    kind: str = "project"
    acronym: str = ""
    text: str = ""
    language: str | None = None
    started_on: date | None = None
    ended_on: date | None = None
    programme: str = ""
    source_url: str = ""
    concepts: tuple[ConceptLink, ...] = ()
    links: tuple[tuple[str, str], ...] = ()


@dataclass
class LoadReport:
    """What a run of `load` did. `unknown_parties`: (source id of the evidence, source id of nobody we know)."""

    organisations_created: int = 0
    organisations_completed: int = 0
    organisations_merged: int = 0
    organisations_left_apart: int = 0
    organisations_unchanged: int = 0
    evidence_created: int = 0
    evidence_changed: int = 0
    evidence_unchanged: int = 0
    evidence_without_parties: int = 0
    parties_created: int = 0
    concepts_linked: int = 0
    batches_written: int = 0
    unknown_parties: list[tuple[str, str]] = field(default_factory=list)

    @property
    def changed_nothing(self) -> bool:
        return self.batches_written == 0


def load(
    region: Region,
    organisations: Iterable[OrganisationRecord],
    evidence: Iterable[EvidenceRecord],
    *,
    source: str,
    actor: Actor,
    batch_size: int = BATCH,
    progress: Progress | None = None,
) -> LoadReport:
    """Write organisations, then evidence, of `source` into `region`; see the module for what happens to known rows.

    The region must be active. Both iterables are read once, a batch at a time. Parties whose organisation `source` does
    not know are left out and counted; evidence that has no party left is left out too. progress(phase, done) is called
    after each batch, phase "organisations" or "evidence". Raises Forbidden.
    """
    require(actor, "organisations.import")
    report = LoadReport()
    write_organisations, write_evidence = _OrganisationWriter, _EvidenceWriter
    done = 0
    for bodies in _batches(organisations, batch_size):
        with transaction.atomic(durable=True):
            lock_imports(region)
            write_organisations(region, source, actor, report).write(bodies)
        done += len(bodies)
        if progress is not None:
            progress("organisations", done)
    done = 0
    for pieces in _batches(evidence, batch_size):
        with transaction.atomic(durable=True):
            lock_imports(region)
            write_evidence(region, source, actor, report).write(pieces)
        done += len(pieces)
        if progress is not None:
            progress("evidence", done)
    return report


def web_address(text: str) -> str:
    """The first http(s) address in `text` ("a.example; b.example") of at most 500 characters; "" if there is none."""
    for candidate in re.split(r"[;,\s]+", clean(text)):
        if candidate and "://" not in candidate:
            candidate = f"http://{candidate}"
        try:
            parts = urlsplit(candidate)
            host = parts.hostname or ""
        except ValueError:
            continue
        is_web = parts.scheme.lower() in {"http", "https"} and "." in host.strip(".")
        if is_web and len(candidate) <= 500 and not set(candidate) & set('<>"'):
            return candidate
    return ""


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _new_ids(model: type[Model], count: int) -> list[int]:
    """Ids reserved from the sequence of `model`."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def _copy(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert `rows` with COPY: several times cheaper than INSERT, under the same constraints."""
    rows = list(rows)
    if not rows:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor, cursor.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def _rows_with(
    model: type[Model], column: str, values: Iterable[Any], columns: Sequence[str], **fixed: Any
) -> list[tuple[Any, ...]]:
    """Rows whose `column` is one of `values`: one array parameter where `__in` would send thousands."""
    wanted = list(values)
    if not wanted:
        return []
    named = ", ".join(f'"{name}"' for name in columns)
    conditions = "".join(f' AND "{name}" = %s' for name in fixed)
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT {named} FROM "{model._meta.db_table}" WHERE "{column}" = ANY(%s){conditions}',  # noqa: S608 - ours
            [wanted, *fixed.values()],
        )
        return list(cursor.fetchall())


def _known_organisations(region: Region, source: str, source_ids: Iterable[str]) -> dict[str, int]:
    """Source id -> organisation."""
    columns = ("source_id", "organisation_id")
    return dict(_rows_with(SourceRecord, "source_id", source_ids, columns, region_id=region.pk, source=source))


def _shorter(text: str, length: int) -> str:
    return " ".join(clean(text).split())[:length]


@dataclass
class _OrganisationWriter:
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
        by_source = _known_organisations(self.region, self.source, source_ids)
        values = {value for record_ in records for _scheme, value in record_.identifiers}
        columns = ("scheme", "value", "organisation_id")
        by_identifier = {
            (scheme, value): pk
            for scheme, value, pk in _rows_with(Identifier, "value", values, columns, region_id=self.region.pk)
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
        known = _known_organisations(self.region, self.source, record_.source_ids)
        return next((known[key] for key in record_.source_ids if known.get(key) in ids), min(ids))

    def _insert(self, records: list[OrganisationRecord], at: datetime) -> list[int]:
        ids = _new_ids(Organisation, len(records))
        region = self.region.pk
        pairs = list(zip(ids, records, strict=True))
        _copy(
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
                    _shorter(body.name, 300),
                    _shorter(body.short_name, 120),
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
        _copy(Site, _SITE_COLUMNS, (self._site_row(pk, body.site) for pk, body in pairs if body.site is not None))
        return ids

    def _complete(self, targets: dict[int, list[OrganisationRecord]]) -> set[int]:
        """Fill in what known rows lack; returns the ids of those that changed."""
        if not targets:
            return set()
        rows = {row.pk: row for row in Organisation.objects.filter(pk__in=targets)}
        names: dict[int, set[str]] = {}
        for pk, text in _rows_with(OrganisationName, "organisation_id", targets, ("organisation_id", "text")):
            names.setdefault(pk, set()).add(text)
        # Of any row: a body that a person left apart has ids that this record names too.
        wanted = (source_id for bodies in targets.values() for body in bodies for source_id in body.source_ids)
        known_ids = set(_known_organisations(self.region, self.source, wanted))
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
            seen = known.get(pk) or {_shorter(bodies[0].name, 300)}
            for text in (text for body in bodies for text in (body.name, *body.spellings)):
                text = _shorter(text, 300)
                if text and text not in seen:
                    seen.add(text)
                    rows.append((self.region.pk, pk, text, "", OrganisationName.Kind.SPELLING.value))
        _copy(OrganisationName, ("region_id", "organisation_id", "text", "language", "kind"), rows)
        return {row[1] for row in rows}

    def _add_source_ids(self, targets: dict[int, list[OrganisationRecord]], known: set[str], at: datetime) -> set[int]:
        rows = []
        for pk, bodies in targets.items():
            for source_id in (source_id for body in bodies for source_id in body.source_ids):
                if source_id not in known:
                    known.add(source_id)
                    rows.append((self.region.pk, pk, self.source, source_id[:120], at))
        _copy(SourceRecord, ("region_id", "organisation_id", "source", "source_id", "imported_at"), rows)
        return {row[1] for row in rows}

    def _add_identifiers(self, targets: dict[int, list[OrganisationRecord]]) -> set[int]:
        wanted = {known: pk for pk, bodies in targets.items() for body in bodies for known in body.identifiers}
        values = {value for _scheme, value in wanted}
        taken = set(_rows_with(Identifier, "value", values, ("scheme", "value"), region_id=self.region.pk))
        rows = [(self.region.pk, pk, *known) for known, pk in wanted.items() if known not in taken]
        _copy(Identifier, ("region_id", "organisation_id", "scheme", "value"), rows)
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
        _copy(OrganisationConcept, ("region_id", "organisation_id", "concept_id", "origin", "score"), rows)
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
        _copy(Site, _SITE_COLUMNS, (self._site_row(pk, said) for pk, said in missing.items()))
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


_FILLED = ("short_name", "helix_role", "legal_kind", "size", "website", "description", "description_language")
_SITE_FIELDS = tuple(cell.name for cell in fields(SiteRecord))
_SITE_COLUMNS = ("region_id", "organisation_id", "is_main", *_SITE_FIELDS)
_EVIDENCE_FIELDS = (
    *("kind", "title", "acronym", "text", "language", "started_on", "ended_on", "programme", "source_url"),
)


@dataclass
class _EvidenceWriter:
    region: Region
    source: str
    actor: Actor
    report: LoadReport

    def write(self, records: list[EvidenceRecord]) -> None:
        """One batch. Inside the caller's transaction, with `lock_imports` held."""
        parties = self._parties(records)
        pieces = {piece.source_id: piece for piece in records if parties.get(piece.source_id)}
        self.report.evidence_without_parties += len({piece.source_id for piece in records}) - len(pieces)
        known = {
            row.source_id: row
            for row in Evidence.objects.filter(region=self.region, source=self.source, source_id__in=pieces)
        }
        new = [piece for source_id, piece in pieces.items() if source_id not in known]
        ids = dict(zip((piece.source_id for piece in new), _new_ids(Evidence, len(new)), strict=True))
        self._insert(new, ids)
        changed = self._follow(pieces, known)
        ids |= {source_id: row.pk for source_id, row in known.items()}
        changed |= self._add_parties({ids[source_id]: parties[source_id] for source_id in pieces}, bool(known))
        changed |= self._add_concepts({ids[source_id]: piece for source_id, piece in pieces.items()}, bool(known))
        changed |= self._add_links({ids[source_id]: piece for source_id, piece in pieces.items()}, bool(known))
        created = {ids[piece.source_id] for piece in new}
        touched = created | changed
        self.report.evidence_created += len(created)
        self.report.evidence_changed += len(changed - created)
        self.report.evidence_unchanged += len(pieces) - len(touched)
        if touched:
            bodies = {pk for source_id in pieces if ids[source_id] in touched for pk in parties[source_id]}
            record(
                "organisations.import.batch_imported",
                region=self.region,
                actor=self.actor,
                payload={"source": self.source, "evidence": len(touched), "created": len(created)},
                touches={"evidence": touched, "organisation": bodies},
            )
            self.report.batches_written += 1

    def _parties(self, records: list[EvidenceRecord]) -> dict[str, dict[int, tuple[str, Decimal | None]]]:
        """Evidence's source id -> organisation id -> role and contribution. One body counts once: see `_joined`."""
        wanted = {party.organisation for piece in records for party in piece.parties}
        known = _known_organisations(self.region, self.source, wanted)
        found: dict[str, dict[int, tuple[str, Decimal | None]]] = {}
        for piece in records:
            mine = found.setdefault(piece.source_id, {})
            for party in piece.parties:
                pk = known.get(party.organisation)
                if pk is None:
                    self.report.unknown_parties.append((piece.source_id, party.organisation))
                else:
                    mine[pk] = _joined(mine.get(pk), party)
        return found

    def _insert(self, new: list[EvidenceRecord], ids: dict[str, int]) -> None:
        at = clock()
        _copy(
            Evidence,
            ("id", "region_id", "source", "source_id", "created_at", "updated_at", *_EVIDENCE_FIELDS),
            (
                (ids[piece.source_id], self.region.pk, self.source, piece.source_id, at, at, *_values(piece))
                for piece in new
            ),
        )

    def _follow(self, pieces: dict[str, EvidenceRecord], known: dict[str, Evidence]) -> set[int]:
        """Give known rows what the source says now; returns the ids of those that changed."""
        changed = []
        for source_id, row in known.items():
            piece = pieces[source_id]
            values = dict(zip(_EVIDENCE_FIELDS, _values(piece, known=row), strict=True))
            if any(getattr(row, name) != value for name, value in values.items()):
                for name, value in values.items():
                    setattr(row, name, value)
                row.updated_at = clock()
                changed.append(row)
        if changed:
            Evidence.objects.bulk_update(changed, [*_EVIDENCE_FIELDS, "updated_at"], batch_size=200)
        return {row.pk for row in changed}

    def _add_parties(self, wanted: dict[int, dict[int, tuple[str, Decimal | None]]], may_exist: bool) -> set[int]:
        known: dict[tuple[int, int], tuple[int, str, Decimal | None]] = {}
        if may_exist:
            columns = ("evidence_id", "organisation_id", "id", "role", "contribution")
            for evidence_id, organisation_id, *rest in _rows_with(EvidenceParty, "evidence_id", wanted, columns):
                known[evidence_id, organisation_id] = (rest[0], rest[1], rest[2])
        new, changed = [], []
        for evidence_id, parties in wanted.items():
            for organisation_id, (role, contribution) in parties.items():
                found = known.get((evidence_id, organisation_id))
                if found is None:
                    new.append((self.region.pk, evidence_id, organisation_id, role, contribution))
                    continue
                pk, known_role, known_contribution = found
                if known_role != role or (contribution is not None and known_contribution != contribution):
                    party = EvidenceParty(pk=pk, evidence_id=evidence_id, role=role)
                    party.contribution = known_contribution if contribution is None else contribution
                    changed.append(party)
        _copy(EvidenceParty, ("region_id", "evidence_id", "organisation_id", "role", "contribution"), new)
        if changed:
            EvidenceParty.objects.bulk_update(changed, ["role", "contribution"], batch_size=500)
        self.report.parties_created += len(new)
        return {row[1] for row in new} | {row.evidence_id for row in changed}

    def _add_concepts(self, pieces: dict[int, EvidenceRecord], may_exist: bool) -> set[int]:
        wanted = {(pk, link.concept_id): link for pk, piece in pieces.items() for link in piece.concepts}
        if not wanted:
            return set()
        known = {}
        if may_exist:
            rows = EvidenceConcept.objects.filter(evidence__in=pieces)
            known = {(row.evidence_id, row.concept_id): row for row in rows}
        new = [
            (self.region.pk, pk, concept_id, link.origin, link.score)
            for (pk, concept_id), link in wanted.items()
            if (pk, concept_id) not in known
        ]
        stated = [
            row
            for key, row in known.items()
            if row.origin == ConceptOrigin.SUGGESTED and key in wanted and wanted[key].origin == ConceptOrigin.STATED
        ]
        _copy(EvidenceConcept, ("region_id", "evidence_id", "concept_id", "origin", "score"), new)
        EvidenceConcept.objects.filter(pk__in=[row.pk for row in stated]).update(
            origin=ConceptOrigin.STATED, score=None
        )
        self.report.concepts_linked += len(new)
        return {row[1] for row in new} | {row.evidence_id for row in stated}

    def _add_links(self, pieces: dict[int, EvidenceRecord], may_exist: bool) -> set[int]:
        wanted = {(pk, url): label for pk, piece in pieces.items() for url, label in piece.links}
        if not wanted:
            return set()
        known: set[tuple[int, str]] = set()
        if may_exist:
            known = set(EvidenceLink.objects.filter(evidence__in=pieces).values_list("evidence_id", "url"))
        new = [(self.region.pk, pk, url, label[:200]) for (pk, url), label in wanted.items() if (pk, url) not in known]
        _copy(EvidenceLink, ("region_id", "evidence_id", "url", "label"), new)
        return {row[1] for row in new}


_ROLES = list(EvidenceParty.PartyRole.values)


def _joined(known: tuple[str, Decimal | None] | None, party: PartyRecord) -> tuple[str, Decimal | None]:
    """A body that takes part under two ids: the leading role counts, contributions add up."""
    if known is None:
        return party.role, party.contribution
    role = min(known[0], party.role, key=_ROLES.index)
    if party.contribution is None:
        return role, known[1]
    return role, (known[1] or Decimal(0)) + party.contribution


def _values(piece: EvidenceRecord, *, known: Evidence | None = None) -> tuple[Any, ...]:
    """The cells of `_EVIDENCE_FIELDS`. The language of words that have not changed is not looked for again."""
    title, text = _shorter(piece.title, 500), clean(piece.text)
    language = piece.language
    if language is None:
        is_same = known is not None and (known.title, known.text) == (title, text)
        language = known.language if known is not None and is_same else detect(f"{title}. {text}")
    started_on, ended_on = piece.started_on, piece.ended_on
    if started_on is not None and ended_on is not None and ended_on < started_on:
        ended_on = None
    return (
        piece.kind,
        title,
        _shorter(piece.acronym, 80),
        text,
        language,
        started_on,
        ended_on,
        _shorter(piece.programme, 80),
        piece.source_url[:500],
    )
