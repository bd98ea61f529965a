# SPDX-License-Identifier: EUPL-1.2
"""A batch of evidence is written, with its parties, concepts and links; it follows its source."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.timezone import now as clock

from filanda.directory.organisations.importers.bulk import copy_rows, known_organisations, new_ids, rows_with, shorter
from filanda.directory.organisations.importers.records import EvidenceRecord, LoadReport, PartyRecord
from filanda.directory.organisations.models import ConceptOrigin, Evidence, EvidenceConcept, EvidenceLink, EvidenceParty
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import clean
from filanda.kernel.text.language import detect

__all__ = ["EvidenceWriter"]

_EVIDENCE_FIELDS = (
    *("kind", "title", "acronym", "text", "language", "started_on", "ended_on", "programme", "source_url"),
)


@dataclass
class EvidenceWriter:
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
        ids = dict(zip((piece.source_id for piece in new), new_ids(Evidence, len(new)), strict=True))
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
        known = known_organisations(self.region, self.source, wanted)
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
        copy_rows(
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
            for evidence_id, organisation_id, *rest in rows_with(EvidenceParty, "evidence_id", wanted, columns):
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
        copy_rows(EvidenceParty, ("region_id", "evidence_id", "organisation_id", "role", "contribution"), new)
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
        copy_rows(EvidenceConcept, ("region_id", "evidence_id", "concept_id", "origin", "score"), new)
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
        copy_rows(EvidenceLink, ("region_id", "evidence_id", "url", "label"), new)
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
    title, text = shorter(piece.title, 500), clean(piece.text)
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
        shorter(piece.acronym, 80),
        text,
        language,
        started_on,
        ended_on,
        shorter(piece.programme, 80),
        piece.source_url[:500],
    )
