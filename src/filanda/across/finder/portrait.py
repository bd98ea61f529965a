# SPDX-License-Identifier: EUPL-1.2
"""The page of one organisation, as its template wants it, and the same for machines (schema.org)."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from markupsafe import Markup

from filanda.across.finder.addresses import Addresses
from filanda.across.finder.labels import SCHEMES, province_names
from filanda.across.finder.parameters import Selection
from filanda.capabilities.collaborations.steps import SOURCE as COLLABORATION
from filanda.capabilities.files.queries import logos_of
from filanda.directory.organisations.models import (
    EvidenceKind,
    EvidenceParty,
    IdentifierScheme,
    LegalKind,
    OrganisationState,
    Size,
)
from filanda.directory.organisations.queries import Card, EvidenceCard, OrganisationPage, SiteCard
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.text.folding import fold
from filanda.kernel.text.markdown import to_html
from filanda.kernel.ui import shapes
from filanda.kernel.ui.paging import pager

__all__ = [
    "identifier_url",
    "kind_label",
    "linked_data",
    "place",
    "portrait",
    "public_identifiers",
    "safe_url",
    "size_label",
    "source_label",
    "state_label",
]

TEXT_LENGTH = 300
CONCEPTS_SHOWN = 16
_FACETS = {scheme: facet for facet, scheme in SCHEMES.items()}


def kind_label(legal_kind: str) -> str:
    """The legal kind in words, "" when unknown."""
    return "" if legal_kind == LegalKind.UNKNOWN else str(LegalKind(legal_kind).label)


def size_label(size: str) -> str:
    """The size in words, "" when unknown."""
    return "" if size == Size.UNKNOWN else str(Size(size).label)


def state_label(state: str) -> str:
    """A badge for pages that somebody looks after; "" for the others."""
    return "" if state == OrganisationState.LISTED else str(OrganisationState(state).label)


def place(municipality: str, province: str) -> str:
    """ "Treviglio, Bergamo", "Milano" (in English "Milan"), or "" when unknown."""
    if municipality in _names_of_chief_town(active_region().shapes, province):
        return province
    return municipality if municipality == province else ", ".join(filter(None, (municipality, province)))


@functools.lru_cache(maxsize=1000)
def _names_of_chief_town(region_shapes: str, province: str) -> frozenset[str]:
    """The names, in all languages, of the town that gives a province its name in one of them."""
    drawn = shapes.load(region_shapes) if region_shapes and province else None
    for area in drawn["areas"] if drawn else ():
        if province in area["name"].values():
            return frozenset(area["name"].values())
    return frozenset()


def source_label(source: str) -> str:
    """Where a record comes from, in words."""
    names = {
        "cordis": "CORDIS",
        "demo": _("invented for the demonstration"),
        "person": _("entered by hand"),
        COLLABORATION: _("from the register of collaborations"),
    }
    return names.get(source, source)


def portrait(
    page: OrganisationPage,
    *,
    region: Region,
    addresses: Addresses,
    kind: str,
    similar: list[Card],
    absolute_url: str,
) -> dict[str, Any]:
    """The context of finder/organisation.html. kind: the kind of evidence shown alone, or ""."""
    card = page.card
    own_url = addresses.organisation(card.id, card.slug)
    website = safe_url(page.website)
    logos = logos_of("organisation", [card.id, *(other.id for other in similar)])
    return {
        "organisation": SimpleNamespace(
            name=card.name,
            logo=logos.get(card.id),
            short_name=card.short_name,
            helix_role=card.helix_role,
            helix_label=card.helix_label,
            kind_label=kind_label(card.legal_kind),
            size_label=size_label(card.size),
            place=place(card.municipality, card.province),
            state=card.state,
            website=website,
            website_label=(urlsplit(website).hostname or "").removeprefix("www."),
            description_html=to_html(page.description) if page.description else "",
            description_language=page.description_language,
        ),
        "crumbs": [
            {"label": region.name, "url": addresses.home},
            {"label": _("Organisations"), "url": addresses.organisations},
            {"label": card.name, "url": ""},
        ],
        "is_hidden": page.is_hidden,
        "states": _track(card.state),
        "state_note": _state_note(card.state),
        "introduction_url": addresses.introduction(card.id, card.slug),
        "evidence_total": page.evidence_total,
        "evidence": [_evidence(piece, card.id, addresses) for piece in page.evidence],
        "evidence_kinds": _kinds(page, own_url, kind),
        "pager": pager(page.page, page.pages, lambda number: _evidence_url(own_url, kind, number)),
        "concepts": [_concept(concept, addresses) for concept in page.concepts[:CONCEPTS_SHOWN]],
        "partners": [
            SimpleNamespace(
                name=partner.name,
                url=addresses.organisation(partner.organisation_id, partner.slug) if partner.organisation_id else "",
                helix_role=partner.helix_role,
                country=partner.country_code,
                count=partner.shared,
            )
            for partner in page.partners
        ],
        "similar": [
            SimpleNamespace(
                name=other.name,
                logo=logos.get(other.id),
                url=addresses.organisation(other.id, other.slug),
                helix_role=other.helix_role,
                helix_label=other.helix_label,
                reason=" · ".join(filter(None, (other.helix_label, place(other.municipality, other.province)))),
            )
            for other in similar
        ],
        "identifiers": _identifiers(page),
        "other_names": _other_names(page),
        "sites": [
            SimpleNamespace(
                # Where a sole trader works is often where they live.
                address="" if page.is_natural_person else " ".join(filter(None, (site.street, site.postcode))),
                place=place(site.municipality, site.province) or site.country_code,
            )
            for site in page.sites
        ],
        "sources": [SimpleNamespace(label=label, url="") for label in _sources(page)],
        "updated_at": page.updated_at,
        **_map(page, region),
        "jsonld": Markup(_jsonld(page, absolute_url, website)),  # noqa: S704 - <, > and & are escaped in it
        "canonical_path": own_url,
    }


def _other_names(page: OrganisationPage, most: int = 12) -> list[str]:
    """Names that say something else than the name itself: not the same in capitals."""
    different = {fold(name): name for name in reversed(page.other_names)}
    different.pop(fold(page.card.name), None)
    return list(reversed(different.values()))[:most]


def _sources(page: OrganisationPage) -> list[str]:
    """Where the page comes from, with the id there if a person could look it up by it."""
    labels = (
        f"{source_label(source)} {source_id}" if source == "cordis" and len(source_id) <= 12 else source_label(source)
        for source, source_id in page.sources
    )
    return list(dict.fromkeys(labels))


def safe_url(url: str) -> str:
    """`url` if a browser may be sent there, else ""."""
    return url if urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname else ""


def _track(state: str) -> list[dict[str, str]]:
    order = OrganisationState.values
    here = order.index(state)
    stands = ["done"] * here + ["current"] + ["ahead"] * (len(order) - here - 1)
    return [
        {"label": str(OrganisationState(one).label), "state": stand} for one, stand in zip(order, stands, strict=True)
    ]


def _state_note(state: str) -> str:
    return {
        OrganisationState.LISTED: _("Made from public sources. Nobody of the organisation looks after this page yet."),
        OrganisationState.CLAIMED: _("Somebody of the organisation has claimed this page."),
        OrganisationState.VERIFIED: _("Claimed by the organisation, which the region has verified."),
    }[OrganisationState(state)]


def _evidence(piece: EvidenceCard, organisation_id: int, addresses: Addresses) -> SimpleNamespace:
    own = next((party for party in piece.parties if party.organisation_id == organisation_id), None)
    role = own.role if own else EvidenceParty.PartyRole.PARTICIPANT
    return SimpleNamespace(
        id=piece.id,
        title=piece.title,
        kind_label=piece.kind_label,
        period=piece.years,
        # Taking part is what evidence means; the other roles are worth saying.
        role_label="" if role == EvidenceParty.PartyRole.PARTICIPANT else str(EvidenceParty.PartyRole(role).label),
        language=piece.language,
        text=_cut(piece.text),
        url=safe_url(piece.source_url),
        source_label=" · ".join(filter(None, (source_label(piece.source), piece.programme))),
        partners=max(0, len(piece.parties) - 1),
        concepts=[_concept(concept, addresses) for concept in piece.concepts[:4]],
    )


def _cut(text: str) -> str:
    plain = " ".join(text[: 2 * TEXT_LENGTH].split())
    return plain if len(plain) <= TEXT_LENGTH else plain[:TEXT_LENGTH].rsplit(" ", 1)[0].rstrip(",;:–- ") + "…"


def _concept(concept: Any, addresses: Addresses) -> SimpleNamespace:
    facet = _FACETS.get(concept.scheme)
    selection = Selection(filters={facet: (concept.code,)}) if facet else None
    return SimpleNamespace(
        label=concept.label,
        url=addresses.organisations + selection.query_string() if selection else "",
        is_suggested=concept.is_suggested,
    )


def _evidence_url(own_url: str, kind: str, page: int) -> str:
    pairs = ([f"kind={kind}"] if kind else []) + ([f"page={page}"] if page > 1 else [])
    return f"{own_url}{'?' if pairs else ''}{'&'.join(pairs)}#evidence"


def _kinds(page: OrganisationPage, own_url: str, kind: str) -> list[dict[str, Any]]:
    if len(page.evidence_by_kind) < 2:
        return []
    kinds = sorted(page.evidence_by_kind.items(), key=lambda item: (-item[1], item[0]))
    every = {
        "label": _("All"),
        "count": page.evidence_total,
        "url": _evidence_url(own_url, "", 1),
        "is_current": not kind,
    }
    return [every] + [
        {
            "label": str(EvidenceKind(one).label),
            "count": count,
            "url": _evidence_url(own_url, one, 1),
            "is_current": one == kind,
        }
        for one, count in kinds
    ]


def _identifiers(page: OrganisationPage) -> list[SimpleNamespace]:
    return [
        SimpleNamespace(
            label=str(IdentifierScheme(scheme).label),
            value=value,
            url=identifier_url(scheme, value),
        )
        for scheme, value in public_identifiers(page)
    ]


def identifier_url(scheme: str, value: str) -> str:
    """Where the register of `scheme` shows `value`; "" where it shows nothing to everybody."""
    return f"https://ror.org/{value}" if scheme == IdentifierScheme.ROR else ""


def public_identifiers(page: OrganisationPage) -> list[tuple[str, str]]:
    """(scheme, value) of what may be shown to everybody."""
    # A sole trader's tax code tells when and where a person was born.
    return [
        (scheme, value)
        for scheme, value in page.identifiers
        if not (page.is_natural_person and scheme == IdentifierScheme.TAX_CODE)
    ]


def _map(page: OrganisationPage, region: Region) -> dict[str, Any]:
    """The region with the organisation's province marked, and the point where it is if that is known and public."""
    site = page.main_site
    drawn = shapes.load(region.shapes)
    if site is None or drawn is None or site.province_code not in province_names(region):
        return {"map": None, "point": None}
    codes = [a["code"] for a in drawn["areas"] if site.province_code in (a["code"], a["short"])]
    language = (get_language() or "it").split("-")[0]
    return {
        "map": shapes.area_map(region.shapes, language, {}, {}, codes),
        "point": None if page.is_natural_person else _point(region, site),
    }


def _point(region: Region, site: SiteCard) -> tuple[float, float] | None:
    if site.longitude is None or site.latitude is None:
        return None
    return shapes.point(region.shapes, site.longitude, site.latitude)


_SCHEMA_TYPES = {
    LegalKind.UNIVERSITY: "CollegeOrUniversity",
    LegalKind.RESEARCH_BODY: "ResearchOrganization",
    LegalKind.HEALTH_BODY: "MedicalOrganization",
    LegalKind.PUBLIC_BODY: "GovernmentOrganization",
    LegalKind.COMPANY: "Corporation",
    LegalKind.CONSORTIUM: "Consortium",
}


def _jsonld(page: OrganisationPage, absolute_url: str, website: str) -> str:
    """schema.org Organization as JSON-LD, safe inside a script element."""
    card, site = page.card, page.main_site
    address: dict[str, str] = {}
    if site is not None:
        address = {
            "@type": "PostalAddress",
            "streetAddress": "" if page.is_natural_person else site.street,
            "postalCode": "" if page.is_natural_person else site.postcode,
            "addressLocality": site.municipality,
            "addressRegion": site.province,
            "addressCountry": site.country_code,
        }
    links = [website] if website else []
    links += [link for scheme, value in public_identifiers(page) if (link := identifier_url(scheme, value))]
    data = {
        "@context": "https://schema.org",
        "@type": _SCHEMA_TYPES.get(LegalKind(page.legal_kind), "Organization"),
        "@id": absolute_url,
        "url": absolute_url,
        "name": card.name,
        "alternateName": [name for name in (card.short_name, *_other_names(page)) if name],
        "sameAs": links,
        "address": {name: value for name, value in address.items() if value},
        "identifier": [
            {"@type": "PropertyValue", "propertyID": scheme.upper(), "value": value}
            for scheme, value in public_identifiers(page)
        ],
        "knowsAbout": [concept.label for concept in page.concepts[:CONCEPTS_SHOWN] if not concept.is_suggested],
    }
    return linked_data(data)


def linked_data(data: Mapping[str, Any]) -> str:
    """`data` without what is empty as JSON-LD, safe inside a script element."""
    text = json.dumps({key: value for key, value in data.items() if value}, ensure_ascii=False, separators=(",", ":"))
    # U+2028 and U+2029 are no line ends in JSON but were in older scripts.
    escapes: dict[str, str | int | None] = {
        "<": "\\u003c",
        ">": "\\u003e",
        "&": "\\u0026",
        "\u2028": "\\u2028",
        "\u2029": "\\u2029",
    }
    return text.translate(str.maketrans(escapes))
