# SPDX-License-Identifier: EUPL-1.2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from filanda.directory.taxonomies.actions import load_scheme
from filanda.directory.taxonomies.models import Concept, ConceptScheme
from filanda.directory.taxonomies.queries import (
    concept_ids_by_code,
    concepts_by_ids,
    descendant_ids,
    find,
    scheme_for,
    schemes_of,
    tree,
)
from filanda.directory.taxonomies.records import ConceptRecord, SchemeData
from filanda.kernel.identity.actors import PLATFORM

RECORDS = [
    ConceptRecord("E", {"it": "Energia", "en": "Energy"}, alt_labels={"it": ["elettricità"]}),
    ConceptRecord("E1", {"it": "Energia solare", "en": "Solar energy"}, broader="E", alt_labels={"en": ["PV panels"]}),
    ConceptRecord("E2", {"it": "Reti d'energia", "en": "Grids"}, broader="E", alt_labels={"it": ["smart grid"]}),
    ConceptRecord("E1a", {"it": "Pannelli", "en": "Panels"}, broader="E1"),
    ConceptRecord("C", {"it": "Città e qualità", "en": "Cities"}),
    ConceptRecord("X", {"it": "Energia vecchia", "en": "Old energy"}, is_deprecated=True),
]


@pytest.fixture
def scheme(region) -> ConceptScheme:
    data = SchemeData(slug="test", concepts=RECORDS)
    return load_scheme(actor=PLATFORM, region=region, data=data).scheme


def found(scheme, text, language="it", limit=10):
    return [concept.code for concept in find(scheme, text, language, limit)]


@pytest.mark.parametrize(
    ("text", "language", "codes"),
    [
        ("energia", "it", ["E", "E1", "E2"]),
        ("ENER", "it", ["E", "E1", "E2"]),
        ("ener", "en", ["E", "E1", "E2"]),
        ("solar ener", "en", ["E1"]),
        ("ener sol", "it", ["E1"]),
        ("elettricita", "it", ["E"]),
        ("qualita", "it", ["C"]),
        ("Città", "it", ["C"]),
        ("grid", "it", ["E2"]),
        ("pv", "it", ["E1"]),
        ("e1", "it", ["E1", "E1a"]),
        ("nergia", "it", []),
        ("energia marziana", "it", []),
        ("", "it", []),
        ("   ", "it", []),
        ("🙂", "it", []),
        ("'; DROP TABLE--", "it", []),
        ("%", "it", []),
        ("_", "it", []),
        ("x" * 100_000, "it", []),
    ],
)
def test_search_as_you_type(scheme, text, language, codes):
    assert found(scheme, text, language) == codes


def test_search_keeps_to_its_limit_and_to_one_query(scheme):
    with CaptureQueriesContext(connection) as queries:
        assert found(scheme, "energia", limit=2) == ["E", "E1"]
    assert len(queries) == 1
    assert found(scheme, "energia", limit=0) == []


def test_search_stays_in_its_scheme(scheme, other_region):
    other = load_scheme(actor=PLATFORM, region=other_region, data=SchemeData(slug="test", concepts=RECORDS)).scheme
    assert {concept.scheme_id for concept in find(scheme, "energia", "it", 10)} == {scheme.pk}
    assert len(find(other, "energia", "it", 10)) == 3


def shape(branches):
    return [(branch.concept.code, shape(branch.narrower)) for branch in branches]


def test_the_tree_is_one_query_in_the_order_of_the_file(scheme):
    with CaptureQueriesContext(connection) as queries:
        assert shape(tree(scheme)) == [("E", [("E1", [("E1a", [])]), ("E2", [])]), ("C", [])]
    assert len(queries) == 1
    assert shape(tree(scheme, depth=1)) == [("E", []), ("C", [])]


def test_what_is_below(scheme):
    ids = concept_ids_by_code(scheme)
    assert descendant_ids([ids["E"]]) == {ids["E"], ids["E1"], ids["E2"], ids["E1a"]}
    assert descendant_ids([ids["E1"], ids["C"]], with_themselves=False) == {ids["E1a"]}
    assert descendant_ids([]) == set()
    assert set(Concept.objects.all().within([ids["E1"]])) == set(Concept.objects.filter(code__in=["E1", "E1a"]))


def test_concepts_by_ids_come_with_their_scheme_in_one_query(scheme):
    ids = concept_ids_by_code(scheme, ["E", "X", "none"])
    assert set(ids) == {"E", "X"}
    with CaptureQueriesContext(connection) as queries:
        concepts = concepts_by_ids([*ids.values(), 10**9])
        assert {concept.scheme.slug for concept in concepts.values()} == {"test"}
    assert len(queries) == 1
    assert concepts.keys() == set(ids.values())
    assert concepts_by_ids([]) == {}


def test_a_regions_own_scheme_goes_before_the_general_one(scheme, region, other_region):
    general = load_scheme(actor=PLATFORM, region=None, data=SchemeData(slug="test", concepts=RECORDS[:1])).scheme
    assert scheme_for(region, "test") == scheme
    assert scheme_for(other_region, "test") == general
    assert scheme_for(None, "test") == general
    assert scheme_for(region, "none") is None
    assert [scheme] == schemes_of(region)
    assert schemes_of(other_region) == [general]
