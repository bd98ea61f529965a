# SPDX-License-Identifier: EUPL-1.2
"""Topics suggested from what an organisation, or its evidence, says: at most three a scheme, for a person to confirm.

The region's S3 topics are found by meaning (capabilities.matching); the larger schemes (ATECO, EuroSciVoc), whose
thousands of concepts have no vectors, by the words of their labels (capabilities.matching.wording).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language

from filanda.capabilities.matching.embedding import Embedder
from filanda.capabilities.matching.suggesting import topics_for
from filanda.capabilities.matching.wording import nearest_by_words
from filanda.directory.organisations.models import (
    ConceptOrigin,
    Evidence,
    EvidenceConcept,
    Organisation,
    OrganisationConcept,
    RefusedConcept,
)
from filanda.directory.taxonomies.models import Concept
from filanda.directory.taxonomies.queries import schemes_of
from filanda.kernel.regions.models import Region

__all__ = ["Offer", "offers", "offers_for_piece"]

MOST = 3
LONGEST = 4000
TITLES = 20
_BY_WORDS = ("ateco", "nace", "euroscivoc")


@dataclass(frozen=True)
class Offer:
    """A scheme with what is suggested of it, best first."""

    scheme: str
    concepts: list[Concept]


def words_about(organisation: Organisation) -> str:
    """Its description, and the titles of its newest evidence."""
    pieces = Evidence.objects.filter(parties__organisation=organisation).order_by("-started_on", "-pk")
    return ". ".join([organisation.description, *pieces.values_list("title", flat=True)[:TITLES]])[:LONGEST].strip(". ")


def offers(organisation: Organisation, embedder: Embedder | None) -> list[Offer]:
    """What may be its topics and nobody decided yet. Empty while it says nothing of itself."""
    links = OrganisationConcept.objects.filter(organisation=organisation)
    refused = RefusedConcept.objects.filter(organisation=organisation, evidence=None)
    return _offers(organisation.region, words_about(organisation), _ids(links) | _ids(refused), embedder)


def offers_for_piece(evidence: Evidence, embedder: Embedder | None) -> list[Offer]:
    """What a piece of evidence may be about: stored suggestions first, then what its words say; nothing decided."""
    links = EvidenceConcept.objects.filter(evidence=evidence)
    decided = _ids(links.exclude(origin=ConceptOrigin.SUGGESTED)) | _ids(
        RefusedConcept.objects.filter(evidence=evidence)
    )
    stored = links.filter(origin=ConceptOrigin.SUGGESTED).exclude(concept__in=decided).order_by("-score", "pk")
    found: dict[str, list[Concept]] = {}
    for link in stored.select_related("concept__scheme"):
        found.setdefault(link.concept.scheme.label, []).append(link.concept)
    known = decided | {concept.pk for concepts in found.values() for concept in concepts}
    for offer in _offers(evidence.region, f"{evidence.title}. {evidence.text}"[:LONGEST].strip(". "), known, embedder):
        found.setdefault(offer.scheme, []).extend(offer.concepts)
    return [Offer(scheme, concepts[:MOST]) for scheme, concepts in found.items()]


def _ids(links: QuerySet[Any]) -> set[int]:
    return set(links.values_list("concept_id", flat=True))


def _offers(region: Region, text: str, decided: set[int], embedder: Embedder | None) -> list[Offer]:
    if not text:
        return []
    found = []
    for scheme in schemes_of(region):
        if scheme.slug == "s3":
            concepts = topics_for(region, text, embedder, limit=MOST + len(decided))
        elif scheme.slug in _BY_WORDS:
            reader = get_language() or "it"
            concepts = nearest_by_words(scheme, text, reader=reader, but=decided, limit=MOST)
        else:
            continue
        left: dict[str, Concept] = {}  # a scheme may say one thing at two depths: "13.2 Weaving", "13.20 Weaving"
        for concept in concepts:
            if concept.pk not in decided:
                left.setdefault(concept.label or concept.code, concept)
        if left:
            found.append(Offer(scheme.label, list(left.values())[:MOST]))
    return found
