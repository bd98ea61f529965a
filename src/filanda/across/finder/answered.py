# SPDX-License-Identifier: EUPL-1.2
"""What the API and `filanda match --json` say: the schemas of answers.

Field names and codes are stable and English; labels are in the reader's language. `null` means unknown. Descriptions
are source strings: they are translated when the OpenAPI document is shown (site.api).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from django.utils.translation import gettext_noop as N_  # noqa: N812 - under this name it is collected
from ninja import Field, Schema

from filanda.across.finder.asked import EvidenceKindCode, HelixRoleCode, OriginCode, SizeCode, SortCode, StateCode


class Province(Schema):
    code: str
    name: str | None = Field(description=N_("In the reader's language; null where the region has no map of it."))


class OrganisationSummary(Schema):
    id: int
    name: str
    short_name: str | None
    url: str = Field(description=N_("The organisation's page for people."))
    helix_role: HelixRoleCode
    helix_label: str
    legal_kind: str
    legal_kind_label: str | None
    size: SizeCode
    size_label: str | None
    state: StateCode = Field(description=N_("listed: made from public sources; claimed or verified: looked after."))
    municipality: str | None
    province: Province | None
    evidence_count: int


class MatchedEvidence(Schema):
    id: int
    title: str
    title_html: str = Field(description=N_("Escaped HTML with shared words inside <mark>."))
    kind: EvidenceKindCode
    kind_label: str
    year: int | None = Field(description=N_("In which it started."))
    language: str | None = Field(description=N_("Of title and text (ISO 639-1)."))
    url: str = Field(description=N_("Where the organisation's page shows it."))
    share: float = Field(description=N_("Its part of the organisation's score, 0 to 1."))
    by_meaning: bool = Field(description=N_("Near in meaning."))
    by_words: bool = Field(description=N_("Shares words with the need."))
    excerpt: str = Field(description=N_("The part of its text that answers the need best."))
    excerpt_html: str = Field(description=N_("The same as escaped HTML, with what speaks for it inside <mark>."))


class MatchedOrganisation(OrganisationSummary):
    score: float = Field(description=N_("Comparable within one answer only."))
    is_close: bool = Field(
        description=N_("Its nearest evidence is close to the need; otherwise it works in the field.")
    )
    counted: int = Field(description=N_("How many pieces of evidence added to the score."))
    words: list[str] = Field(description=N_("Words that need and evidence share."))
    evidence: list[MatchedEvidence] = Field(description=N_("The pieces that carried it, nearest to the need first."))


class MatchResponse(Schema):
    language: str | None = Field(description=N_("Of the need, as given or detected; null when unclear."))
    text_only: bool = Field(description=N_("Meaning could not be compared just now: words alone decided."))
    total: int = Field(description=N_("How many organisations have any evidence near the need."))
    organisations: list[MatchedOrganisation] = Field(description=N_("Best first."))
    notices: list[str] = Field(description=N_("Attributions and licences to show with the data."))
    took_ms: float = Field(description=N_("Time it took to find and read them, in milliseconds."))


class FacetValue(Schema):
    value: str
    label: str
    count: int
    is_chosen: bool


class FacetRecord(Schema):
    name: str
    label: str
    values: list[FacetValue]


class BestEvidence(Schema):
    id: int
    title: str
    language: str | None
    url: str


class ListedOrganisation(OrganisationSummary):
    concepts: list[str] = Field(description=N_("Labels of its main topics."))
    best_evidence: BestEvidence | None = Field(description=N_("The piece that shares most with `q`."))


class OrganisationList(Schema):
    total: int
    offset: int
    limit: int
    sort: SortCode
    is_loosened: bool = Field(description=N_("Nothing held all the words: these hold some of them."))
    is_rebuilding: bool = Field(description=N_("The index is being built just now, so that some may be missing."))
    organisations: list[ListedOrganisation]
    facets: list[FacetRecord] = Field(
        description=N_("Counts for narrowing down; those of a facet ignore its own filter.")
    )
    notices: list[str] = Field(description=N_("Attributions and licences to show with the data."))


class IdentifierRecord(Schema):
    scheme: str
    label: str
    value: str
    url: str | None


class SiteRecord(Schema):
    """Of natural persons only municipality and province are given."""

    street: str | None
    postcode: str | None
    municipality: str | None
    municipality_code: str | None = Field(description=N_("ISTAT code."))
    province: Province | None
    nuts_code: str | None
    country_code: str | None = Field(description=N_("ISO 3166-1 alpha-2."))
    latitude: float | None = Field(description=N_("Degrees, WGS 84."))
    longitude: float | None = Field(description=N_("Degrees, WGS 84."))
    is_main: bool


class SourceIdentity(Schema):
    source: str
    source_id: str
    label: str


class ConceptUse(Schema):
    scheme: str
    code: str
    label: str
    origin: OriginCode = Field(description=N_("Who said so; `suggested` means a machine."))
    evidence_count: int = Field(description=N_("Pieces of evidence that carry it; 0: the organisation itself does."))


class PartyRecord(Schema):
    id: int | None = Field(description=N_("null for bodies outside the region, which have no page."))
    name: str
    role: Literal["coordinator", "participant", "owner"]
    helix_role: HelixRoleCode
    country_code: str | None
    url: str | None


class LinkRecord(Schema):
    url: str
    label: str | None


class EvidenceRecord(Schema):
    id: int
    kind: EvidenceKindCode
    kind_label: str
    title: str
    acronym: str | None
    text: str
    language: str | None
    started_on: date | None
    ended_on: date | None
    programme: str | None
    source: str
    source_id: str
    source_label: str
    source_url: str | None
    url: str = Field(description=N_("Where the organisation's page shows it."))
    parties: list[PartyRecord]
    concepts: list[ConceptUse]
    links: list[LinkRecord]


class KindCount(Schema):
    kind: EvidenceKindCode
    count: int


class EvidencePage(Schema):
    total: int = Field(description=N_("Of all kinds."))
    by_kind: list[KindCount]
    page: int
    pages: int
    per_page: int
    items: list[EvidenceRecord]


class PartnerRecord(Schema):
    id: int | None = Field(description=N_("null for bodies outside the region, which have no page."))
    name: str
    helix_role: HelixRoleCode
    country_code: str | None
    shared: int = Field(description=N_("Pieces of evidence they share."))
    url: str | None


class OrganisationRecord(OrganisationSummary):
    other_names: list[str]
    website: str | None
    description: str | None = Field(description=N_("Markdown."))
    description_language: str | None
    languages: list[str]
    is_natural_person: bool
    identifiers: list[IdentifierRecord]
    sites: list[SiteRecord]
    sources: list[SourceIdentity] = Field(description=N_("Under which ids the sources know it."))
    concepts: list[ConceptUse]
    evidence: EvidencePage
    partners: list[PartnerRecord] = Field(description=N_("With whom it shares most evidence."))
    updated_at: datetime
    notices: list[str] = Field(description=N_("Attributions and licences to show with the data."))


class SchemeRecord(Schema):
    slug: str
    label: str
    uri: str | None
    is_official: bool = Field(description=N_("false: working topics, not the authority's own list."))
    version: str | None
    publisher: str | None
    licence: str | None
    source: str | None


class SchemeList(Schema):
    schemes: list[SchemeRecord]


class ConceptRecord(Schema):
    code: str
    label: str
    labels: dict[str, str] = Field(description=N_("By language."))
    broader: str | None = Field(description=N_("Code of the broader concept; null at the top."))
    depth: int = Field(description=N_("0 at the top."))
    uri: str | None
    is_official: bool


class ConceptList(Schema):
    scheme: SchemeRecord
    total: int | None = Field(description=N_("Of the whole scheme; null with `q`."))
    offset: int
    limit: int
    concepts: list[ConceptRecord]


class SuggestionRecord(Schema):
    kind: Literal["organisation", "evidence"]
    id: int
    text: str
    url: str = Field(description=N_("An organisation's page, or a search for the evidence's title."))


class SuggestionList(Schema):
    suggestions: list[SuggestionRecord]


class FieldProblem(Schema):
    detail: str
    pointer: str | None = Field(None, description=N_("JSON pointer into the body (RFC 6901)."))
    parameter: str | None = Field(None, description=N_("Name of a parameter."))


class ProblemDocument(Schema):
    """RFC 9457."""

    type: str = Field(description=N_("Which kind of problem; the same on every installation. It leads to its meaning."))
    title: str
    status: int
    detail: str = Field(description=N_("What happened and what to do, in the reader's language."))
    errors: list[FieldProblem] | None = Field(None, description=N_("What is wrong with single values."))
