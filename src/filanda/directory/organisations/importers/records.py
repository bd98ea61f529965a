# SPDX-License-Identifier: EUPL-1.2
"""What importers say: one record a body and one a piece of evidence, and what became of them when they were written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

from filanda.directory.organisations.models import ConceptOrigin, EvidenceParty, HelixRole, LegalKind, Size
from filanda.kernel.text.folding import clean

__all__ = [
    "ConceptLink",
    "EvidenceRecord",
    "LoadReport",
    "OrganisationRecord",
    "PartyRecord",
    "Progress",
    "SiteRecord",
    "web_address",
]

Progress = Callable[[str, int], None]


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
