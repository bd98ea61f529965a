# SPDX-License-Identifier: EUPL-1.2
"""How answers of the API are made, each from what the pages are made from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from markupsafe import Markup

from filanda.across.finder.addresses import Addresses
from filanda.across.finder.answered import (
    BestEvidence,
    ConceptList,
    ConceptRecord,
    ConceptUse,
    EvidencePage,
    EvidenceRecord,
    FacetRecord,
    FacetValue,
    IdentifierRecord,
    KindCount,
    LinkRecord,
    ListedOrganisation,
    MatchedEvidence,
    MatchedOrganisation,
    MatchResponse,
    OrganisationList,
    OrganisationRecord,
    PartnerRecord,
    PartyRecord,
    Province,
    SchemeRecord,
    SiteRecord,
    SourceIdentity,
    SuggestionList,
    SuggestionRecord,
)
from filanda.across.finder.asked import Facets
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
from filanda.capabilities.matching.queries import EvidenceMatch, OrganisationMatch
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
