# SPDX-License-Identifier: EUPL-1.2
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filanda.directory.taxonomies.actions import TooManyVanish, load_scheme
from filanda.directory.taxonomies.exporting import write_csv
from filanda.directory.taxonomies.importers.csv import read_csv
from filanda.directory.taxonomies.models import Concept, ConceptMapping, ConceptScheme
from filanda.directory.taxonomies.records import ConceptRecord, SchemeData, check
from filanda.kernel.identity.actors import PLATFORM, VISITOR, Actor
from filanda.kernel.journal.models import Event
from filanda.kernel.policies import Forbidden


def scheme(*concepts: tuple[str, str], slug: str = "test", **about) -> SchemeData:
    """Concepts from (code, broader); each is labelled with its code."""
    records = [ConceptRecord(code=code, labels={"it": f"voce {code}"}, broader=above) for code, above in concepts]
    return SchemeData(slug=slug, concepts=records, **about)


def load(data: SchemeData, region=None, **options):
    return load_scheme(actor=PLATFORM, region=region, data=data, **options)


def counts(loaded) -> tuple[int, int, int, int]:
    return loaded.created, loaded.changed, loaded.unchanged, loaded.deprecated


def ancestors(loaded) -> dict[str, list[str]]:
    codes = {concept.pk: concept.code for concept in loaded.scheme.concepts.all()}
    return {concept.code: [codes[pk] for pk in concept.ancestor_ids] for concept in loaded.scheme.concepts.all()}


TREE = scheme(("A", ""), ("A1", "A"), ("A1a", "A1"), ("B", ""))


def test_a_scheme_is_loaded_with_all_ancestors_top_first(region):
    loaded = load(TREE, region)
    assert counts(loaded) == (4, 0, 0, 0)
    assert ancestors(loaded) == {"A": [], "A1": ["A"], "A1a": ["A", "A1"], "B": []}
    assert [concept.code for concept in loaded.scheme.concepts.all()] == ["A", "A1", "A1a", "B"]


def test_loading_the_same_again_changes_and_journals_nothing(region):
    load(TREE, region)
    before = list(Concept.objects.values())
    assert counts(load(TREE, region)) == (0, 0, 4, 0)
    assert list(Concept.objects.values()) == before
    assert Event.objects.count() == 1


def test_a_move_carries_the_ancestors_of_everything_below(region):
    load(TREE, region)
    loaded = load(scheme(("A", ""), ("B", ""), ("A1", "B"), ("A1a", "A1")), region)
    assert ancestors(loaded) == {"A": [], "B": [], "A1": ["B"], "A1a": ["B", "A1"]}


def test_what_vanished_is_deprecated_keeps_its_place_and_may_come_back(region):
    first = load(TREE, region)
    loaded = load(scheme(("A", ""), ("B", ""), ("A1", "B")), region)
    assert counts(loaded) == (0, 2, 1, 1)
    gone = Concept.objects.get(code="A1a")
    assert gone.is_deprecated
    assert gone.pk in set(first.scheme.concepts.values_list("pk", flat=True))
    assert ancestors(loaded)["A1a"] == ["B", "A1"]  # it stays below A1, which moved
    back = load(TREE, region)
    assert counts(back)[0] == 0
    assert not Concept.objects.get(code="A1a").is_deprecated
    assert ancestors(back)["A1a"] == ["A", "A1"]


def test_what_a_bad_row_names_stays_as_it_was(region):
    load(TREE, region)
    bad = scheme(("A", ""), ("A1", "nowhere"), ("B", ""))
    loaded = load(bad, region)
    assert [problem.code for problem in loaded.problems] == ["A1"]
    assert not Concept.objects.get(code="A1").is_deprecated
    assert Concept.objects.get(code="A1a").is_deprecated


def test_a_file_cut_short_is_refused_unless_told_otherwise(region):
    many = scheme(*((f"c{n:02}", "") for n in range(20)))
    load(many, region)
    cut = scheme(("c01", ""))
    with pytest.raises(TooManyVanish, match="lacks 19 of the 20"):
        load(cut, region)
    assert not Concept.objects.filter(is_deprecated=True).exists()
    assert load(cut, region, may_shrink=True).deprecated == 19


def test_a_working_list_is_replaced_without_asking(region):
    load(scheme(*((f"c{n:02}", "") for n in range(20)), is_official=False), region)
    assert load(scheme(("c01", "")), region).deprecated == 19


def test_mappings_follow_the_file(region):
    load(scheme(("X", ""), ("Y", ""), slug="other"))
    data = scheme(("A", ""), ("B", ""))
    data.concepts[0].mappings = [("exactMatch", "other:X"), ("closeMatch", "other:none"), ("broadMatch", "test:A")]
    loaded = load(data, region)
    assert loaded.unresolved_mappings == ["other:none"]
    assert [str(mapping.target) for mapping in ConceptMapping.objects.all()] == ["X voce X"]
    data.concepts[0].mappings = [("exactMatch", "other:Y")]
    load(data, region)
    assert [mapping.target.code for mapping in ConceptMapping.objects.all()] == ["Y"]


def test_mappings_do_not_reach_into_another_region(region, other_region):
    load(scheme(("X", ""), slug="other"), other_region)
    data = scheme(("A", ""))
    data.concepts[0].mappings = [("exactMatch", "other:X")]
    assert load(data, region).unresolved_mappings == ["other:X"]


def test_a_scheme_of_a_region_and_a_general_one_are_two(region, other_region):
    load(TREE)
    load(scheme(("Z", "")), region)
    load(TREE, other_region)
    assert ConceptScheme.objects.filter(slug="test").count() == 3
    assert not Concept.objects.filter(is_deprecated=True).exists()


def test_the_event_says_what_was_loaded_and_what_reads_differently(region):
    load(TREE, region)
    relabelled = scheme(("A", ""), ("A1", "A"), ("A1a", "A1"), ("B", ""), source="a file")
    relabelled.concepts[3].labels = {"it": "altro"}
    load(relabelled, region)
    event = Event.objects.filter(type="taxonomies.scheme.loaded").latest("pk")
    assert event.region == region
    assert event.payload == {"scheme": "test", "source": "a file", "created": 0, "changed": 1, "deprecated": 0}
    assert event.touches == {"concept": [Concept.objects.get(code="B").pk]}


@pytest.mark.parametrize(
    ("actor", "is_general", "is_allowed"),
    [
        (VISITOR, False, False),
        (Actor(account_id=1), False, False),
        (Actor(account_id=1, roles=frozenset({"facilitator"})), False, False),
        (Actor(account_id=1, roles=frozenset({"region_administrator"})), False, True),
        (Actor(account_id=1, roles=frozenset({"region_administrator"})), True, False),
        (PLATFORM, True, True),
    ],
)
def test_only_administrators_load_and_only_the_platform_general_schemes(region, actor, is_general, is_allowed):
    from filanda.kernel.policies import decide

    owner = None if is_general else region
    assert bool(decide(actor, "taxonomies.schemes.load", owner)) == is_allowed
    if not is_allowed:
        with pytest.raises(Forbidden):
            load_scheme(actor=actor, region=owner, data=TREE)
        assert not ConceptScheme.objects.exists()


def test_what_is_exported_loads_again_unchanged(region, tmp_path):
    load(scheme(("X", ""), slug="other"))
    data = SchemeData(
        slug="test",
        labels={"it": "Prova", "en": "Trial"},
        descriptions={"it": "Una\nprova"},
        licence="CC0",
        is_official=False,
        concepts=[
            ConceptRecord(
                code="A",
                labels={"it": "Uno, “due”", "fr": "Un"},
                alt_labels={"it": ["a", "b; c"], "en": ["x"]},
                definitions={"en": 'Said "so",\nthen.'},
                uri="http://e/a",
                mappings=[("exactMatch", "other:X")],
            ),
            ConceptRecord(code="A1", labels={"it": "Sotto"}, broader="A", is_official=False),
            ConceptRecord(code="Z", labels={"it": "Vecchio"}, is_deprecated=True),
        ],
    )
    loaded = load(data, region)
    stream = io.StringIO()
    assert write_csv(loaded.scheme, stream) == 3
    path = tmp_path / "out.csv"
    path.write_text(stream.getvalue())
    again = load(read_csv(path), region)
    assert counts(again) == (0, 0, 3, 0)
    assert again.problems == []
    assert again.unresolved_mappings == []
    again.scheme.refresh_from_db()
    assert (again.scheme.labels, again.scheme.is_official) == ({"it": "Prova", "en": "Trial"}, False)
    assert ConceptMapping.objects.count() == 1


FORESTS = st.lists(st.tuples(st.sampled_from("ABCDEF"), st.sampled_from(["", *"ABCDEF"])), max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(FORESTS, min_size=1, max_size=4))
def test_after_any_series_of_loads_ancestors_are_what_following_broader_gives(region, series):
    ConceptScheme.objects.filter(slug="test").delete()
    for rows in series:
        loaded = load(scheme(*rows), region, may_shrink=True)
    by_id = {concept.pk: concept for concept in loaded.scheme.concepts.all()}
    for concept in by_id.values():
        line, above = [], concept.broader_id
        while above is not None:
            assert above not in line
            line.insert(0, above)
            above = by_id[above].broader_id
        assert concept.ancestor_ids == line
    current = {concept.code for concept in by_id.values() if not concept.is_deprecated}
    assert current >= {record.code for record in check(scheme(*series[-1])).concepts}
