# SPDX-License-Identifier: EUPL-1.2
"""Reads across organisations and evidence; `cards`, `listing` and `pages` for what is shown of them, `history` for who
changed what, `duplicates` for what looks alike.
"""

from filanda.directory.organisations.queries.cards import (
    Card,
    ConceptCard,
    EvidenceCard,
    OrganisationPage,
    PartnerCard,
    PartyCard,
    SiteCard,
    slug_of,
)
from filanda.directory.organisations.queries.listing import evidence_cards, lines, organisation_cards
from filanda.directory.organisations.queries.pages import EVIDENCE_PER_PAGE, merged_into, organisation_page

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
    "lines",
    "merged_into",
    "organisation_cards",
    "organisation_page",
    "slug_of",
]
