# SPDX-License-Identifier: EUPL-1.2
"""What the API and `filanda match --json` say and take: schemas, each made from what the pages are made from.

Field names and codes are stable and English; labels are in the reader's language. `null` means unknown. Descriptions
are source strings: they are translated when the OpenAPI document is shown (site.api).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 - under this name it is collected
from markupsafe import Markup
from ninja import Field, Schema
from pydantic import AfterValidator, ConfigDict, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from filanda.across.finder.addresses import Addresses
from filanda.across.finder.labels import Name, facet_label, value_label
from filanda.across.finder.listing import WORDS_SHOWN, completion_url
from filanda.across.finder.portrait import (
    identifier_url,
    kind_label,
    public_identifiers,
    safe_url,
    size_label,
    source_label,
)
from filanda.across.finder.queries import EVIDENCE_SHOWN, Completion, ConceptPage, Directory, NeedAnswer
from filanda.capabilities.matching.explaining import distinct
from filanda.capabilities.matching.queries import LONGEST, SHORTEST, EvidenceMatch, OrganisationMatch
from filanda.capabilities.search.queries import FacetCount
from filanda.directory.organisations.models import IdentifierScheme
from filanda.directory.organisations.queries import (
    Card,
    ConceptCard,
    EvidenceCard,
    OrganisationPage,
    PartnerCard,
    PartyCard,
    SiteCard,
)
from filanda.directory.taxonomies.models import ConceptScheme
from filanda.kernel.regions.models import Region
from filanda.kernel.ui.problems import INVALID, FieldError, Problem


def _printable(value: str) -> str:
    # The index takes no other values, and a filter that is dropped would find everything.
    if not value.isprintable():
        raise PydanticCustomError("not_printable", "not printable")
    return value


Code = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_printable)]
HelixRoleCode = Literal["industry", "academia", "government", "civil_society", "unknown"]
SizeCode = Literal["micro", "small", "medium", "sme", "large", "unknown"]
StateCode = Literal["listed", "claimed", "verified"]
EvidenceKindCode = Literal[
    "product",
    "service",
    "project",
    "patent",
    "publication",
    "prototype",
    "dataset",
    "software",
    "standard",
    "spin_off",
]
OriginCode = Literal["stated", "confirmed", "suggested"]
SortCode = Literal["relevance", "name", "evidence"]

MATCHES, MATCHES_MOST = 10, 50
PAGE, PAGE_MOST, FURTHEST = 20, 100, 10_000
CONCEPTS, CONCEPTS_MOST = 100, 500
SUGGESTIONS, SUGGESTIONS_MOST = 8, 20
VALUES_MOST = 40


@dataclass(frozen=True)
class Links:
    """Absolute addresses of pages. `origin`: scheme and host, without a slash at the end."""

    origin: str
    addresses: Addresses

    def organisation(self, card: Card | PartyCard | PartnerCard, pk: int) -> str:
        return self.origin + self.addresses.organisation(pk, card.slug)

    def evidence(self, card: Card, evidence_id: int) -> str:
        return self.origin + self.addresses.evidence(card.id, card.slug, evidence_id)

    def completion(self, one: Completion) -> str:
        return self.origin + completion_url(one, self.addresses)


# What is asked


class Parameters(Schema):
    """Parameters of a query string. One that is not known is refused: a misspelt filter would find everything."""

    lang: str | None = Field(
        None,
        description=N_(
            "Language of labels and messages, one of the region's. Without it, Accept-Language decides, else the "
            "region's own language."
        ),
        json_schema_extra={"enum": ["it", "en"]},
    )

    @model_validator(mode="before")
    @classmethod
    def _only_known(cls, data: Any, info: ValidationInfo) -> Any:
        asked = (info.context or {})["request"].GET
        known = {field.alias or name for name, field in cls.model_fields.items()}
        if unknown := [name for name in asked if name not in known]:
            sentence = _("There is no such parameter here. There are: %(names)s.") % {"names": ", ".join(sorted(known))}
            raise Problem(
                INVALID,
                _("Some parameters are not known here; see errors."),
                [FieldError(sentence, parameter=name[:100]) for name in unknown[:20]],
            )
        return data


class MatchParameters(Parameters):
    pass


class Facets(Schema):
    """Values of one facet are alternatives, facets narrow each other."""

    helix_role: list[HelixRoleCode] = Field([], max_length=VALUES_MOST, description=N_("Place in the quadruple helix."))
    s3: list[Code] = Field(
        [],
        max_length=VALUES_MOST,
        description=N_("Codes of the regional smart specialisation strategy: ecosystems or topics. See /concepts."),
    )
    activity: list[Code] = Field(
        [], max_length=VALUES_MOST, description=N_("ATECO section (A) or division (62). See /concepts?scheme=ateco.")
    )
    province: list[Code] = Field(
        [], max_length=VALUES_MOST, description=N_("Province codes such as MI; `unknown` for those without a place.")
    )
    evidence_kind: list[EvidenceKindCode] = Field(
        [], max_length=VALUES_MOST, description=N_("Kinds of evidence, of which the organisation has at least one.")
    )
    size: list[SizeCode] = Field(
        [], max_length=VALUES_MOST, description=N_("Size (Commission Recommendation 2003/361/EC).")
    )
    state: list[StateCode] = Field(
        [], max_length=VALUES_MOST, description=N_("Whether the organisation looks after its page.")
    )

    def chosen(self) -> dict[str, tuple[str, ...]]:
        """Facets with at least one value."""
        names = Facets.model_fields
        return {name: tuple(sorted(set(getattr(self, name)))) for name in names if getattr(self, name)}


class ListParameters(Parameters, Facets):
    q: str = Field(
        "", max_length=200, description=N_("Words to search for in names, descriptions and evidence. Empty: all.")
    )
    sort: SortCode | None = Field(
        None, description=N_("Order; without it by relevance when there are words, else by name.")
    )
    offset: int = Field(0, ge=0, le=FURTHEST, description=N_("How many results to skip."))
    limit: int = Field(PAGE, ge=1, le=PAGE_MOST, description=N_("How many results to give."))


class PageParameters(Parameters):
    evidence_kind: EvidenceKindCode | None = Field(None, description=N_("Give evidence of this kind alone."))
    page: int = Field(1, ge=1, le=10_000, description=N_("Page of the evidence, newest first."))
    per_page: int = Field(10, ge=1, le=PAGE_MOST, description=N_("Pieces of evidence a page."))


class ConceptParameters(Parameters):
    scheme: str = Field(
        description=N_("Which scheme: s3, ateco, nuts …; /schemes lists them."),
        max_length=40,
        examples=["s3"],
    )
    q: str = Field(
        "", max_length=200, description=N_("Beginnings of words of labels, in any language, or a code. Empty: all.")
    )
    offset: int = Field(0, ge=0, le=1_000_000, description=N_("How many concepts to skip; only without `q`."))
    limit: int = Field(CONCEPTS, ge=1, le=CONCEPTS_MOST, description=N_("How many concepts to give."))


class SuggestionParameters(Parameters):
    q: str = Field(description=N_("What was typed so far; from two characters on."), max_length=200, examples=["latte"])
    limit: int = Field(SUGGESTIONS, ge=1, le=SUGGESTIONS_MOST, description=N_("How many completions to give."))


class MatchFilters(Facets):
    model_config = ConfigDict(extra="forbid")


class MatchRequest(Schema):
    """A need, in the words of whoever has it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "text": "Cerchiamo un laboratorio che misuri i batteri nel latte durante la lavorazione.",
                    "language": "it",
                    "limit": 5,
                    "filters": {"helix_role": ["academia"]},
                }
            ]
        },
    )

    # The limits of the text are checked by the matcher, whose sentences say more than a schema's.
    text: str = Field(
        description=N_("The need in plain words, in Italian or English. It is neither stored nor logged."),
        json_schema_extra={"minLength": SHORTEST, "maxLength": LONGEST},
    )
    language: str | None = Field(
        None, pattern="^[a-z]{2}$", description=N_("Language of the text (ISO 639-1); detected without it.")
    )
    limit: int = Field(MATCHES, ge=1, le=MATCHES_MOST, description=N_("How many organisations to give."))
    filters: MatchFilters = Field(
        default_factory=lambda: MatchFilters.model_validate({}),
        description=N_("Consider only organisations with these properties."),
    )


# What is answered


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


# How answers are made


def summary(card: Card, links: Links) -> dict[str, Any]:
    """The members of OrganisationSummary."""
    return {
        "id": card.id,
        "name": card.name,
        "short_name": card.short_name or None,
        "url": links.organisation(card, card.id),
        "helix_role": card.helix_role,
        "helix_label": card.helix_label,
        "legal_kind": card.legal_kind,
        "legal_kind_label": kind_label(card.legal_kind) or None,
        "size": card.size,
        "size_label": size_label(card.size) or None,
        "state": card.state,
        "municipality": card.municipality or None,
        "province": _province(card.province_code, card.province),
        "evidence_count": card.evidence_count,
    }


def _province(code: str, name: str) -> Province | None:
    return Province(code=code, name=name or None) if code else None


def match_response(found: NeedAnswer, region: Region, links: Links, *, took_ms: float) -> MatchResponse:
    """Who could help, with the two or three pieces of evidence that say so."""
    matches = found.matches
    return MatchResponse(
        language=matches.language or None,
        text_only=matches.text_only,
        total=matches.total,
        organisations=[
            _matched(one, found, links) for one in matches.organisations if one.organisation_id in found.organisations
        ],
        notices=notices(region),
        took_ms=round(took_ms, 1),
    )


def _matched(one: OrganisationMatch, found: NeedAnswer, links: Links) -> MatchedOrganisation:
    card = found.organisations[one.organisation_id]
    pieces = [piece for piece in one.evidence[:EVIDENCE_SHOWN] if piece.evidence_id in found.evidence]
    words = distinct(word for piece in pieces for word in found.reasons[piece.evidence_id].words)
    return MatchedOrganisation(
        **summary(card, links),
        score=one.score,
        is_close=one.is_close,
        counted=one.counted,
        words=words[:WORDS_SHOWN],
        evidence=[_matched_evidence(piece, found, card, links) for piece in pieces],
    )


def _matched_evidence(piece: EvidenceMatch, found: NeedAnswer, card: Card, links: Links) -> MatchedEvidence:
    evidence, why = found.evidence[piece.evidence_id], found.reasons[piece.evidence_id]
    return MatchedEvidence(
        id=evidence.id,
        title=evidence.title,
        title_html=str(why.title),
        kind=evidence.kind,  # type: ignore[arg-type]  # checked by the schema
        kind_label=evidence.kind_label,
        year=evidence.started_on.year if evidence.started_on else None,
        language=evidence.language or None,
        url=links.evidence(card, evidence.id),
        share=round(piece.share, 4),
        by_meaning=piece.by_meaning,
        by_words=piece.by_words,
        excerpt=plain(why.excerpt),
        excerpt_html=str(why.excerpt),
    )


def plain(marked: Markup) -> str:
    """Text without its marks."""
    return Markup(marked.replace("<mark>", "").replace("</mark>", "")).unescape()  # noqa: S704 - unescaped, not shown


def organisation_list(
    found: Directory, region: Region, links: Links, *, offset: int, limit: int, sort: str
) -> OrganisationList:
    """A page of the directory."""
    return OrganisationList(
        total=found.total,
        offset=offset,
        limit=limit,
        sort=sort,  # type: ignore[arg-type]  # checked by the schema
        is_loosened=found.is_loosened,
        is_rebuilding=found.is_rebuilding,
        organisations=[
            ListedOrganisation(
                **summary(card, links),
                concepts=found.concepts.get(card.id, []),
                best_evidence=_best_evidence(found, card, links),
            )
            for card in found.cards
        ],
        facets=facet_records(region, found.facets, Facets.model_fields, facet_label, value_label),
        notices=notices(region),
    )


def _best_evidence(found: Directory, card: Card, links: Links) -> BestEvidence | None:
    reason = found.reasons.get(card.id)
    if reason is None:
        return None
    return BestEvidence(
        id=reason.evidence_id,
        title=reason.title,
        language=reason.language or None,
        url=links.evidence(card, reason.evidence_id),
    )


def facet_records(
    region: Region,
    counted: Iterable[FacetCount],
    names: Iterable[str],
    facet_label: Callable[[str], str],
    value_label: Callable[[Region, str, str], Name],
) -> list[FacetRecord]:
    """Counts by facet, `names` in their order, with the words of the directory that they belong to."""
    by_name: dict[str, list[FacetValue]] = {name: [] for name in names}
    for one in counted:
        value = FacetValue(
            value=one.value,
            label=value_label(region, one.name, one.value).label,
            count=one.count,
            is_chosen=one.is_chosen,
        )
        by_name.setdefault(one.name, []).append(value)
    return [FacetRecord(name=name, label=facet_label(name), values=values) for name, values in by_name.items()]


def organisation_record(
    page: OrganisationPage, region: Region, links: Links, *, asked_page: int, per_page: int
) -> OrganisationRecord:
    """All that is public about one organisation. A page of evidence beyond the last one is empty."""
    evidence = page.evidence if asked_page == page.page else []
    return OrganisationRecord(
        **summary(page.card, links),
        other_names=page.other_names,
        website=safe_url(page.website) or None,
        description=page.description or None,
        description_language=page.description_language or None,
        languages=page.languages,
        is_natural_person=page.is_natural_person,
        identifiers=[
            IdentifierRecord(
                scheme=scheme,
                label=str(IdentifierScheme(scheme).label),
                value=value,
                url=identifier_url(scheme, value) or None,
            )
            for scheme, value in public_identifiers(page)
        ],
        sites=[_site(site, is_person=page.is_natural_person) for site in page.sites],
        sources=[
            SourceIdentity(source=source, source_id=source_id, label=source_label(source))
            for source, source_id in page.sources
        ],
        concepts=[_concept_use(concept) for concept in page.concepts],
        evidence=EvidencePage(
            total=page.evidence_total,
            by_kind=[
                KindCount(kind=kind, count=count)  # type: ignore[arg-type]  # checked by the schema
                for kind, count in sorted(page.evidence_by_kind.items(), key=lambda item: (-item[1], item[0]))
            ],
            page=asked_page,
            pages=page.pages,
            per_page=per_page,
            items=[_evidence(piece, page.card, links) for piece in evidence],
        ),
        partners=[
            PartnerRecord(
                id=partner.organisation_id,
                name=partner.name,
                helix_role=partner.helix_role,  # type: ignore[arg-type]  # checked by the schema
                country_code=partner.country_code or None,
                shared=partner.shared,
                url=links.organisation(partner, partner.organisation_id) if partner.organisation_id else None,
            )
            for partner in page.partners
        ],
        updated_at=page.updated_at,
        notices=notices(region),
    )


def _site(site: SiteCard, *, is_person: bool) -> SiteRecord:
    # Where a sole trader works is often where they live.
    return SiteRecord(
        street=None if is_person else site.street or None,
        postcode=None if is_person else site.postcode or None,
        municipality=site.municipality or None,
        municipality_code=site.municipality_code or None,
        province=_province(site.province_code, site.province),
        nuts_code=site.nuts_code or None,
        country_code=site.country_code or None,
        latitude=None if is_person else site.latitude,
        longitude=None if is_person else site.longitude,
        is_main=site.is_main,
    )


def _concept_use(concept: ConceptCard) -> ConceptUse:
    return ConceptUse(
        scheme=concept.scheme,
        code=concept.code,
        label=concept.label,
        origin=concept.origin,  # type: ignore[arg-type]  # checked by the schema
        evidence_count=concept.evidence_count,
    )


def _evidence(piece: EvidenceCard, card: Card, links: Links) -> EvidenceRecord:
    return EvidenceRecord(
        id=piece.id,
        kind=piece.kind,  # type: ignore[arg-type]  # checked by the schema
        kind_label=piece.kind_label,
        title=piece.title,
        acronym=piece.acronym or None,
        text=piece.text,
        language=piece.language or None,
        started_on=piece.started_on,
        ended_on=piece.ended_on,
        programme=piece.programme or None,
        source=piece.source,
        source_id=piece.source_id,
        source_label=source_label(piece.source),
        source_url=safe_url(piece.source_url) or None,
        url=links.evidence(card, piece.id),
        parties=[
            PartyRecord(
                id=party.organisation_id,
                name=party.name,
                role=party.role,  # type: ignore[arg-type]  # checked by the schema
                helix_role=party.helix_role,  # type: ignore[arg-type]  # checked by the schema
                country_code=party.country_code or None,
                url=links.organisation(party, party.organisation_id) if party.organisation_id else None,
            )
            for party in piece.parties
        ],
        concepts=[_concept_use(concept) for concept in piece.concepts],
        links=[LinkRecord(url=url, label=label or None) for url, label in piece.links if safe_url(url)],
    )


def scheme_record(scheme: ConceptScheme) -> SchemeRecord:
    return SchemeRecord(
        slug=scheme.slug,
        label=scheme.label,
        uri=scheme.uri or None,
        is_official=scheme.is_official,
        version=scheme.version or None,
        publisher=scheme.publisher or None,
        licence=scheme.licence or None,
        source=scheme.source or None,
    )


def concept_list(scheme: ConceptScheme, found: ConceptPage, *, offset: int, limit: int) -> ConceptList:
    return ConceptList(
        scheme=scheme_record(scheme),
        total=found.total,
        offset=offset,
        limit=limit,
        concepts=[
            ConceptRecord(
                code=concept.code,
                label=concept.label,
                labels={language: str(label) for language, label in concept.labels.items()},
                broader=found.broader.get(concept.broader_id or 0),
                depth=len(concept.ancestor_ids),
                uri=concept.uri or None,
                is_official=concept.is_official,
            )
            for concept in found.concepts
        ],
    )


def suggestion_list(found: Iterable[Completion], links: Links) -> SuggestionList:
    return SuggestionList(
        suggestions=[
            SuggestionRecord(
                kind=one.kind,  # type: ignore[arg-type]  # checked by the schema
                id=one.id,
                text=one.text,
                url=links.completion(one),
            )
            for one in found
        ]
    )


def notices(region: Region) -> list[str]:
    """Attributions of the region's data, and that it is invented where it is."""
    invented = [_("This region is invented: no person or body in it exists.")] if region.is_invented else []
    return [*invented, *(str(notice) for notice in region.data_notices)]
