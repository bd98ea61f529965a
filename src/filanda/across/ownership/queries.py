# SPDX-License-Identifier: EUPL-1.2
"""What the desk reads, in a constant number of queries."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from filanda.directory.organisations.models import (
    ConceptOrigin,
    Evidence,
    EvidenceParty,
    Organisation,
    OrganisationConcept,
)

__all__ = ["EvidencePage", "Piece", "evidence_page", "missing"]

PAGE = 25


@dataclass(frozen=True)
class Piece:
    """Something that makes a page worth reading. `section`: where it is added."""

    label: str
    why: str
    is_there: bool
    section: str


def missing(organisation: Organisation) -> list[Piece]:
    """What an organisation's page has and lacks, most useful first. Three queries."""
    counts = Organisation.objects.filter(pk=organisation.pk).aggregate(
        sites=Count("sites", filter=~Q(sites__municipality=""), distinct=True),
        identifiers=Count("identifiers", distinct=True),
    )
    has_evidence = EvidenceParty.objects.filter(organisation=organisation).exists()
    has_topics = (
        OrganisationConcept.objects.filter(organisation=organisation).exclude(origin=ConceptOrigin.SUGGESTED).exists()
    )
    return [
        Piece(_("Description"), _("It is what people read first."), bool(organisation.description), "details"),
        Piece(_("Evidence"), _("Needs find you through what you have done."), has_evidence, "evidence"),
        Piece(_("Confirmed topics"), _("They bring you into the right lists."), has_topics, "topics"),
        Piece(_("Where you are"), _("For the map, and for who looks nearby."), counts["sites"] > 0, "details"),
        Piece(_("Website"), _("For whoever wants to know more."), bool(organisation.website), "details"),
        Piece(_("Kind"), _("Company, university, association…"), organisation.legal_kind != "unknown", "details"),
        Piece(_("Size"), _("Many calls are for small and medium ones."), organisation.size != "unknown", "details"),
        Piece(
            _("An official number"),
            _("So that nobody is taken for you, and no list holds you twice."),
            counts["identifiers"] > 0,
            "details",
        ),
    ]


@dataclass(frozen=True)
class EvidencePage:
    """One page of an organisation's evidence: rows (id, kind, title, year, source) with whether it is its own."""

    rows: list[Evidence]
    owned: frozenset[int]
    total: int
    page: int
    pages: int


def evidence_page(organisation: Organisation, page: int) -> EvidencePage:
    """Own evidence first, newest first. Three queries."""
    parties = EvidenceParty.objects.filter(organisation=organisation)
    total = parties.count()
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    seen = list(
        parties.select_related("evidence").order_by("role", "-evidence__created_at", "-evidence_id")[
            (page - 1) * PAGE : page * PAGE
        ]
    )
    owner = EvidenceParty.PartyRole.OWNER
    owned = frozenset(one.evidence_id for one in seen if one.role == owner and one.evidence.source == "person")
    return EvidencePage([one.evidence for one in seen], owned, total, page, pages)
