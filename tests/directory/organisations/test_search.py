# SPDX-License-Identifier: EUPL-1.2
"""What organisations and evidence tell the search index."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from filanda.directory.organisations.models import (
    Evidence,
    EvidenceConcept,
    EvidenceParty,
    Organisation,
    OrganisationConcept,
    OrganisationName,
    Site,
)
from filanda.directory.organisations.search import SEARCH_SOURCES, evidence_documents, organisation_documents
from filanda.directory.taxonomies.models import Concept, ConceptScheme
from filanda.kernel.manifests.documents import PUBLIC, STAFF, LanguageText

ORGANISATION, EVIDENCE = SEARCH_SOURCES


def make(region, name, **fields):
    return Organisation.objects.create(region=region, name=name, sort_key=name.lower(), **fields)


def show(region, title, *bodies, **fields):
    plain = {"kind": "project", "language": "en", "source": "test", "source_id": title}
    piece = Evidence.objects.create(region=region, title=title, **(plain | fields))
    for body in bodies:
        EvidenceParty.objects.create(region=region, evidence=piece, organisation=body)
    return piece


@pytest.fixture
def concepts(db):
    """A path in S3 and one of three levels in ATECO."""
    made = {}
    for slug, codes in (("s3", ["health", "health.imaging"]), ("ateco", ["C", "13", "13.10"])):
        scheme, _ = ConceptScheme.objects.get_or_create(region=None, slug=slug)
        above: list[Concept] = []
        for code in codes:
            concept, _ = Concept.objects.get_or_create(
                scheme=scheme,
                code=f"t-{code}",
                defaults={
                    "labels": {"it": f"it {code}", "en": f"en {code}"},
                    "ancestor_ids": [one.pk for one in above],
                },
            )
            above.append(concept)
            made[code] = concept
    return made


def only(documents):
    (document,) = documents
    return document


def test_an_organisation_tells_its_names_facets_and_evidence(region, concepts):
    body = make(region, "Filanda", short_name="FIL", helix_role="industry", size="small", description="Seta fine")
    Organisation.objects.filter(pk=body.pk).update(description_language="it")
    OrganisationName.objects.create(region=region, organisation=body, text="FILANDA SRL")
    Site.objects.create(region=region, organisation=body, province_code="MI")
    for code in ("health.imaging", "13.10"):
        OrganisationConcept.objects.create(
            region=region, organisation=body, concept=concepts[code], origin="suggested", score=1.0
        )
    show(region, "Silk for surgery", body, acronym="SILK", text="Fibres " * 500, kind="patent")
    document = only(organisation_documents([body.pk]))
    assert document.names == ["Filanda", "FIL", "FILANDA SRL"]
    assert document.facets == {
        "helix_role": ["industry"],
        "size": ["small"],
        "state": ["listed"],
        "province": ["MI"],
        "s3": ["t-health", "t-health.imaging"],
        "activity": ["t-13", "t-C"],
        "evidence_kind": ["patent"],
    }
    assert LanguageText("en", "Silk for surgery SILK") in document.titles
    assert LanguageText("it", "it health.imaging") in document.titles
    assert LanguageText("it", "Seta fine") in document.texts
    assert max(len(text.text) for text in document.texts) == 600
    assert (document.audience, document.weight, document.region_id) == ((PUBLIC,), 1, region.pk)


def test_what_is_not_known_is_unknown_and_not_guessed(region):
    document = only(organisation_documents([make(region, "Filanda").pk]))
    assert document.facets["province"] == document.facets["size"] == document.facets["helix_role"] == ["unknown"]
    assert document.facets["s3"] == document.facets["activity"] == document.facets["evidence_kind"] == []


def test_evidence_tells_only_what_its_readers_may_know(region, concepts):
    shown = make(region, "Filanda", helix_role="industry")
    hidden = make(region, "Segreta", helix_role="academia", hidden_at=now())
    outside = make(region, "Estera", helix_role="government", is_external=True)
    both, alone, foreign = (
        show(region, "Both", shown, hidden, outside),
        show(region, "Alone", hidden),
        show(region, "Foreign", outside),
    )
    EvidenceConcept.objects.create(region=region, evidence=both, concept=concepts["health.imaging"], origin="stated")
    documents = {document.id: document for document in evidence_documents([both.pk, alone.pk, foreign.pk, 0])}
    assert set(documents) == {both.pk, alone.pk}
    assert documents[both.pk].audience == (PUBLIC,)
    assert documents[both.pk].organisation_ids == [shown.pk]
    assert documents[both.pk].facets["helix_role"] == ["industry"]
    assert documents[both.pk].facets["s3"] == ["t-health", "t-health.imaging"]
    assert documents[alone.pk].audience == (*STAFF, f"organisation:{hidden.pk}")
    assert documents[alone.pk].organisation_ids == [hidden.pk]
    assert only(organisation_documents([hidden.pk, outside.pk])).audience == (*STAFF, f"organisation:{hidden.pk}")


def test_shared_changes_with_what_others_repeat_and_with_nothing_else(region):
    body = make(region, "Filanda", helix_role="industry")
    piece = show(region, "Silk", body, text="x" * 700)

    def shared():
        return (only(organisation_documents([body.pk])).shared, only(evidence_documents([piece.pk])).shared)

    before = shared()
    Organisation.objects.update(description="new")
    Evidence.objects.update(text="x" * 800, source_url="https://example.org/")
    assert shared() == before
    Organisation.objects.update(name="Nuova")  # its people's documents repeat its name
    assert (shared()[0] != before[0], shared()[1] == before[1]) == (True, True)
    before = shared()
    Organisation.objects.update(helix_role="academia")
    assert (shared()[0] != before[0], shared()[1] == before[1]) == (True, True)
    Evidence.objects.update(title="Wool")
    assert shared()[1] != before[1]


def test_documents_cost_the_same_queries_for_one_row_and_for_five(region, concepts):
    bodies = [make(region, f"Body {n}") for n in range(5)]
    pieces = [show(region, f"Piece {n}", *bodies) for n in range(5)]
    for body, piece in zip(bodies, pieces, strict=True):
        OrganisationConcept.objects.create(
            region=region, organisation=body, concept=concepts["health.imaging"], origin="stated"
        )
        EvidenceConcept.objects.create(region=region, evidence=piece, concept=concepts["13.10"], origin="stated")

    def cost(build, rows):
        with CaptureQueriesContext(connection) as queries:
            assert len(list(build([row.pk for row in rows]))) == len(rows)
        return len(queries)

    assert cost(organisation_documents, bodies[:1]) == cost(organisation_documents, bodies) == 9
    assert cost(evidence_documents, pieces[:1]) == cost(evidence_documents, pieces) == 8


def test_sources_name_all_ids_in_order_and_what_is_related(region):
    body, outside = make(region, "Filanda"), make(region, "Estera", is_external=True)
    piece = show(region, "Silk", body, outside)
    assert list(ORGANISATION.all_ids()) == [body.pk]
    assert list(EVIDENCE.all_ids()) == [piece.pk]
    assert ORGANISATION.related([body.pk]) == {"evidence": {piece.pk}}
    assert EVIDENCE.related([piece.pk]) == {"organisation": {body.pk}}
