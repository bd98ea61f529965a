# SPDX-License-Identifier: EUPL-1.2
"""Reads across organisations and evidence; `pages` for what is shown of them, `history` for who changed what."""

from filanda.directory.organisations.queries.pages import (
    EVIDENCE_PER_PAGE,
    Card,
    ConceptCard,
    EvidenceCard,
    OrganisationPage,
    PartnerCard,
    PartyCard,
    SiteCard,
    evidence_cards,
    merged_into,
    organisation_cards,
    organisation_page,
    slug_of,
)

__all__ = [
    "EVIDENCE_PER_PAGE",
    "Card",
    "ConceptCard",
    "EvidenceCard",
    "OrganisationPage",
    "PartnerCard",
    "PartyCard",
    "SiteCard",
    "evidence_cards",
    "merged_into",
    "organisation_cards",
    "organisation_page",
    "slug_of",
]
