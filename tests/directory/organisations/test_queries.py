# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from filanda.directory.organisations.models import (
    Evidence,
    EvidenceConcept,
    EvidenceLink,
    EvidenceParty,
    Identifier,
    Organisation,
    OrganisationConcept,
    OrganisationName,
    Site,
    SourceRecord,
)
from filanda.directory.organisations.queries import evidence_cards, organisation_cards, organisation_page
from filanda.directory.taxonomies.models import Concept, ConceptScheme
from filanda.kernel.identity.actors import VISITOR, Actor
from filanda.kernel.regions.scoped import in_region
from filanda.kernel.text.folding import sort_key

FACILITATOR = Actor(account_id=1, roles=frozenset({"facilitator"}))


def body(region, name, **fields):
    made = Organisation.objects.create(region=region, name=name, sort_key=sort_key(name), **fields)
    Site.objects.create(
        region=region, organisation=made, municipality="Orsago", province_code="XA01", country_code="IT"
    )
    SourceRecord.objects.create(region=region, organisation=made, source="test", source_id=name)
    return made


def project(region, title, *parties, started_on=None):
    made = Evidence.objects.create(
        region=region, kind="project", title=title, source="test", source_id=title, started_on=started_on
    )
    for position, organisation in enumerate(parties):
        EvidenceParty.objects.create(
            region=region,
            evidence=made,
            organisation=organisation,
            role="participant" if position else "coordinator",
        )
    return made


@pytest.fixture
def concept(db):
    scheme = ConceptScheme.objects.create(slug="s3x", labels={"it": "Prova"})
    return Concept.objects.create(scheme=scheme, code="1", labels={"it": "Acqua", "en": "Water"})


def queries_of(function):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        function()
    return len(captured)


def test_organisation_cards_keep_the_order_asked_for_and_count_evidence(region):
    first, second = body(region, "Alfa"), body(region, "Beta")
    project(region, "Uno", first, second)
    project(region, "Due", second)
    cards = organisation_cards([second.pk, first.pk, 10**9], VISITOR)
    assert [(card.name, card.evidence_count, card.province) for card in cards.values()] == [
        ("Beta", 2, "Valdorsa"),
        ("Alfa", 1, "Valdorsa"),
    ]


def test_hidden_and_external_and_foreign_bodies_have_no_card(region, other_region):
    hidden = body(region, "Nascosta", hidden_at=now())
    external = body(region, "Fuori", is_external=True)
    with in_region(other_region):
        foreign = body(other_region, "Altrove")
    ids = [hidden.pk, external.pk, foreign.pk]
    assert organisation_cards(ids, VISITOR) == {}
    assert list(organisation_cards(ids, FACILITATOR)) == [hidden.pk]


def test_evidence_cards_name_external_bodies_without_a_link_and_hidden_ones_not_at_all(region):
    seen, hidden = body(region, "Vista"), body(region, "Nascosta", hidden_at=now())
    external = body(region, "Fuori", is_external=True)
    made = project(region, "Uno", external, seen, hidden)
    EvidenceLink.objects.create(region=region, evidence=made, url="https://example.org/", label="Pagina")
    (card,) = evidence_cards([made.pk], VISITOR).values()
    assert [(party.name, party.organisation_id, party.role) for party in card.parties] == [
        ("Fuori", None, "coordinator"),
        ("Vista", seen.pk, "participant"),
    ]
    assert card.links == (("https://example.org/", "Pagina"),)
    (card,) = evidence_cards([made.pk], FACILITATOR).values()
    assert {party.name for party in card.parties} == {"Fuori", "Vista", "Nascosta"}


def test_evidence_whose_bodies_are_all_hidden_or_external_has_no_card(region):
    made = project(region, "Uno", body(region, "Nascosta", hidden_at=now()), body(region, "Fuori", is_external=True))
    assert evidence_cards([made.pk], VISITOR) == {}


def test_organisation_page_holds_everything_the_page_shows(region, concept):
    main = body(region, "Alfa", website="https://example.org/")
    partner, external = body(region, "Beta"), body(region, "Gamma", is_external=True)
    hidden = body(region, "Nascosta", hidden_at=now())
    old = project(region, "Vecchio", main, partner, external, started_on=date(2010, 1, 1))
    project(region, "Senza data", main)
    project(region, "Nuovo", main, external, hidden, started_on=date(2020, 1, 1))
    Identifier.objects.create(region=region, organisation=main, scheme="pic", value="999999999")
    OrganisationName.objects.create(region=region, organisation=main, text="ALFA SPA")
    EvidenceConcept.objects.create(region=region, evidence=old, concept=concept, origin="stated")
    OrganisationConcept.objects.create(region=region, organisation=main, concept=concept, origin="suggested")

    page = organisation_page(main.pk, VISITOR)

    assert [card.title for card in page.evidence] == ["Nuovo", "Vecchio", "Senza data"]
    assert (page.evidence_total, page.evidence_by_kind, page.pages) == (3, {"project": 3}, 1)
    assert [(partner.name, partner.organisation_id, partner.shared) for partner in page.partners] == [
        ("Gamma", None, 2),
        ("Beta", partner.pk, 1),
    ]
    assert page.identifiers == [("pic", "999999999")]
    assert page.other_names == ["ALFA SPA"]
    assert page.sources == [("test", "Alfa")]
    assert [(card.label, card.origin, card.evidence_count) for card in page.concepts] == [("Acqua", "stated", 1)]
    assert page.main_site.municipality == "Orsago"
    assert page.card.evidence_count == 3


def test_organisation_page_pages_its_evidence(region):
    main = body(region, "Alfa")
    for number in range(5):
        project(region, f"P{number}", main, started_on=date(2010 + number, 1, 1))
    page = organisation_page(main.pk, VISITOR, page=2, per_page=2)
    assert [card.title for card in page.evidence] == ["P2", "P1"]
    assert organisation_page(main.pk, VISITOR, page=99, per_page=2).page == 3
    assert organisation_page(main.pk, VISITOR, page=-1, per_page=2).page == 1


def test_a_hidden_or_external_body_has_no_page(region):
    hidden, external = body(region, "Nascosta", hidden_at=now()), body(region, "Fuori", is_external=True)
    assert organisation_page(hidden.pk, VISITOR) is None
    assert organisation_page(external.pk, FACILITATOR) is None
    assert organisation_page(hidden.pk, FACILITATOR).is_hidden


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_rows(region, concept, rows):
    bodies = [body(region, f"Corpo {number}") for number in range(rows + 1)]
    made = [project(region, f"P{number}", *bodies) for number in range(rows)]
    for row in made:
        EvidenceConcept.objects.create(region=region, evidence=row, concept=concept, origin="stated")
    assert queries_of(lambda: organisation_cards([b.pk for b in bodies], VISITOR)) == 1
    assert queries_of(lambda: evidence_cards([e.pk for e in made], VISITOR)) == 1
    assert queries_of(lambda: organisation_page(bodies[0].pk, VISITOR)) == 4
