# SPDX-License-Identifier: EUPL-1.2
"""What pages, the API and exports show of organisations and evidence: plain values, no query starts from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from django.utils.text import slugify
from django.utils.translation import get_language

from filanda.directory.organisations.models import (
    ConceptOrigin,
    EvidenceKind,
    HelixRole,
    LegalKind,
    Size,
)
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.ui import shapes

__all__ = [
    "Card",
    "ConceptCard",
    "EvidenceCard",
    "OrganisationPage",
    "PartnerCard",
    "PartyCard",
    "SiteCard",
    "province_name",
    "slug_of",
]


_TAKEN = frozenset({"manage", "say"})  # last parts of addresses that are not an organisation's page


@lru_cache(maxsize=4096)  # a list shows twenty, and the same ones often
def slug_of(name: str) -> str:
    """The words of an organisation's address, for readers: the id alone finds it."""
    slug = slugify(name)[:80] or "-"
    return f"{slug}-" if slug in _TAKEN else slug


@dataclass(frozen=True, slots=True)
class Card:
    """An organisation in a list. `municipality`, `province` and `province_code` are "" when unknown."""

    id: int
    name: str
    short_name: str
    helix_role: str
    legal_kind: str
    size: str
    state: str
    municipality: str
    province_code: str
    province: str
    evidence_count: int

    @property
    def slug(self) -> str:
        return slug_of(self.name)

    @property
    def helix_label(self) -> str:
        return str(HelixRole(self.helix_role).label)

    @property
    def size_label(self) -> str:
        return str(Size(self.size).label)


@dataclass(frozen=True, slots=True)
class PartyCard:
    """Somebody in a piece of evidence. `organisation_id` is None where there is no page to link to."""

    organisation_id: int | None
    name: str
    role: str
    helix_role: str
    country_code: str = ""

    @property
    def slug(self) -> str:
        return slug_of(self.name)


@dataclass(frozen=True, slots=True)
class PartnerCard:
    """A body that another one worked with. `organisation_id` is None for bodies outside the region: no link."""

    organisation_id: int | None
    name: str
    helix_role: str
    country_code: str
    shared: int

    @property
    def slug(self) -> str:
        return slug_of(self.name)


@dataclass(frozen=True, slots=True)
class ConceptCard:
    """A concept of an organisation or of its evidence. `origin` is the best known: stated, confirmed, suggested.

    `evidence_count`: pieces of evidence that carry it (0 when only the organisation itself does).
    """

    concept_id: int
    scheme: str
    code: str
    label: str
    origin: str
    evidence_count: int = 0

    @property
    def is_suggested(self) -> bool:
        return self.origin == ConceptOrigin.SUGGESTED


@dataclass(frozen=True, slots=True)
class EvidenceCard:
    """A piece of evidence in a list, with its parties: coordinator first, then by name; hidden bodies left out."""

    id: int
    kind: str
    title: str
    acronym: str
    text: str
    language: str
    started_on: date | None
    ended_on: date | None
    programme: str
    source: str
    source_id: str
    source_url: str
    parties: tuple[PartyCard, ...] = ()
    concepts: tuple[ConceptCard, ...] = ()
    links: tuple[tuple[str, str], ...] = ()

    @property
    def kind_label(self) -> str:
        return str(EvidenceKind(self.kind).label)

    @property
    def years(self) -> str:
        """ "2015–2018", "2015", or "" when unknown."""
        first = str(self.started_on.year) if self.started_on else ""
        last = str(self.ended_on.year) if self.ended_on else ""
        return f"{first}–{last}" if first and last and first != last else first or last


@dataclass(frozen=True, slots=True)
class SiteCard:
    street: str
    postcode: str
    municipality: str
    municipality_code: str
    province_code: str
    province: str
    nuts_code: str
    country_code: str
    latitude: float | None
    longitude: float | None
    is_main: bool


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """Everything the page of one organisation shows, apart from similar organisations (capabilities.matching)."""

    card: Card
    legal_kind: str
    website: str
    description: str
    description_language: str
    languages: list[str]
    is_natural_person: bool
    is_hidden: bool
    updated_at: datetime
    sites: list[SiteCard]
    identifiers: list[tuple[str, str]]
    other_names: list[str]
    sources: list[tuple[str, str]]
    evidence: list[EvidenceCard]
    evidence_total: int
    evidence_by_kind: dict[str, int]
    page: int
    pages: int
    partners: list[PartnerCard]
    concepts: list[ConceptCard] = field(default_factory=list)

    @property
    def main_site(self) -> SiteCard | None:
        return self.sites[0] if self.sites else None

    @property
    def legal_kind_label(self) -> str:
        return str(LegalKind(self.legal_kind).label)


def province_name(code: str) -> str:
    """The province's name in the reader's language, from the region's shapes; "" when they do not know it."""
    if not code:
        return ""
    language = (get_language() or "it").split("-")[0]
    region = active_region()
    drawn = shapes.load(region.shapes) if region.shapes else None
    for area in drawn["areas"] if drawn else ():
        if code in (area["code"], area["short"]):
            return str(area["name"].get(language) or area["name"]["it"])
    return ""
