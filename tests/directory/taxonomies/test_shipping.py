# SPDX-License-Identifier: EUPL-1.2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from filanda.directory.organisations.models import EvidenceKind, HelixRole
from filanda.directory.taxonomies import shipping
from filanda.directory.taxonomies.actions import ensure_shipped, load_scheme
from filanda.directory.taxonomies.models import Concept, ConceptScheme
from filanda.directory.taxonomies.places import provinces
from filanda.directory.taxonomies.queries import scheme_for
from filanda.directory.taxonomies.records import ConceptRecord, SchemeData, check
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.journal.models import Event
from filanda.kernel.regions.models import Region


@pytest.mark.parametrize("shipped", shipping.general(), ids=lambda shipped: shipped.slug)
def test_a_shipped_scheme_has_no_bad_row(shipped):
    data = check(shipped.read())
    assert data.problems == []
    assert data.concepts
    assert set(data.labels) == {"it", "en"}
    assert data.licence
    assert data.source


def read_s3() -> SchemeData:
    return check(shipping.regional(Region(slug="lombardia", nuts_code="ITC4"))[0].read())


def test_lombardy_has_eight_ecosystems_with_working_topics_marked_as_ours():
    data = read_s3()
    assert data.problems == []
    assert not data.is_official
    ecosystems = [record for record in data.concepts if not record.broader]
    assert [record.code for record in ecosystems] == [
        "nutrition",
        "health",
        "culture",
        "connectivity",
        "mobility",
        "sustainability",
        "social",
        "manufacturing",
    ]
    assert all(record.is_official for record in ecosystems)
    for ecosystem in ecosystems:
        topics = [record for record in data.concepts if record.broader == ecosystem.code]
        assert 4 <= len(topics) <= 8
        assert not any(topic.is_official for topic in topics)


def test_every_s3_concept_is_complete_in_both_languages():
    for record in read_s3().concepts:
        for language in ("it", "en"):
            assert record.labels[language]
            assert record.definitions[language].endswith(".")
            assert len(record.alt_labels[language]) >= 6, record.code


def test_an_invented_region_gets_a_copy_of_its_own_and_another_region_none():
    invented = Region(slug="altariva", is_invented=True, names={"it": "Regione Altariva", "en": "Altariva Region"})
    [shipped] = shipping.regional(invented)
    data = shipped.read()
    assert data.labels["en"] == "S3 priorities of Altariva Region (invented)"
    assert not any(record.is_official for record in data.concepts)
    assert shipping.regional(Region(slug="piemonte", nuts_code="ITC1")) == []


def test_kinds_of_evidence_and_helix_roles_are_those_of_the_models():
    by_slug = {shipped.slug: shipped.read().concepts for shipped in shipping.general()}
    kinds = {record.code for record in by_slug["evidence-kind"]}
    assert kinds - {"output"} == set(EvidenceKind.values)
    assert {record.code for record in by_slug["helix"]} == set(HelixRole.values) - {HelixRole.UNKNOWN.value}


def test_nuts_holds_the_code_of_every_province():
    nuts = next(shipped for shipped in shipping.general() if shipped.slug == "nuts").read()
    codes = {record.code for record in nuts.concepts}
    assert {province.nuts for province in provinces().values()} == {code for code in codes if len(code) == 5}


def test_ateco_has_english_down_to_classes_and_none_below():
    records = {record.code: record for record in shipping.read_ateco().concepts}
    assert len(records) == 3257
    assert records["C"].labels == {"it": "Attività manifatturiere", "en": "Manufacturing"}
    assert records["62.10"].labels["en"] == "Computer programming activities"
    for code, record in records.items():
        is_nace = len(code.replace(".", "")) <= 4
        assert ("en" in record.labels) == is_nace, code


def test_everything_is_loaded_once_and_then_left_alone(region):
    written = ensure_shipped(region)
    assert {scheme.slug for scheme in written} == {"trl", "helix", "evidence-kind", "nuts", "ateco", "s3"}
    concepts = Concept.objects.count()
    events = Event.objects.filter(type="taxonomies.scheme.loaded").count()
    assert events == 1  # the region's own; those of general schemes belong to no region
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert ensure_shipped(region) == []
    assert len([query for query in queries if "taxonomies" in query["sql"]]) == 1
    assert Concept.objects.count() == concepts
    assert Event.objects.filter(type="taxonomies.scheme.loaded").count() == events


def test_a_renewed_shipped_file_is_loaded_again(region):
    ensure_shipped(region)
    ConceptScheme.objects.filter(slug="trl").update(fingerprint="of an older file")
    Concept.objects.filter(scheme__slug="trl", code="9").update(labels={"it": "vecchio"})
    assert [scheme.slug for scheme in ensure_shipped(region)] == ["trl"]
    assert Concept.objects.get(scheme__slug="trl", code="9").labels["en"] == "TRL 9: System proven in use"


def test_a_list_that_a_region_loaded_itself_is_never_overwritten(region):
    ensure_shipped(region)
    own = SchemeData(slug="s3", concepts=[ConceptRecord(code="health", labels={"it": "Salute"})])
    load_scheme(actor=PLATFORM, region=region, data=own)
    assert ensure_shipped(region) == []
    scheme = scheme_for(region, "s3")
    assert scheme.is_official
    assert Concept.objects.get(scheme=scheme, code="health").labels == {"it": "Salute"}
    assert Concept.objects.filter(scheme=scheme, is_deprecated=False).count() == 1
    assert Concept.objects.filter(scheme=scheme, is_deprecated=True).count() == 61


def test_two_regions_have_an_s3_list_each(region, other_region):
    other_region.nuts_code = "ITC4"
    other_region.save()
    ensure_shipped(region)
    assert [scheme.slug for scheme in ensure_shipped(other_region)] == ["s3"]
    assert scheme_for(region, "s3") != scheme_for(other_region, "s3")
    assert scheme_for(region, "ateco") == scheme_for(other_region, "ateco")
