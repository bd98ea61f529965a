# SPDX-License-Identifier: EUPL-1.2
"""The contract of an index. Whatever engine stands behind `SearchIndex` must pass this."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from filanda.capabilities.search.index import EVERYTHING, Checkpoint, IndexDamaged, LockBusy, Question, Shard
from filanda.capabilities.search.tantivy_index import TantivyIndex
from filanda.kernel.manifests.documents import PUBLIC, STAFF, LanguageText, SearchDocument

BODIES = Shard(1, "organisation")
PIECES = Shard(1, "evidence")
DONE = Checkpoint(7)


def body(id_: int, name: str, **fields) -> SearchDocument:
    plain = {
        "kind": "organisation",
        "id": id_,
        "region_id": 1,
        "audience": (PUBLIC,),
        "label": name,
        "sort_key": name.lower(),
        "names": [name],
    }
    return SearchDocument(**(plain | fields))


def piece(id_: int, title: str, text: str = "", language: str = "en", **fields) -> SearchDocument:
    plain = {
        "kind": "evidence",
        "id": id_,
        "region_id": 1,
        "audience": (PUBLIC,),
        "label": title,
        "language": language,
        "names": [title],
        "titles": [LanguageText(language, title)],
        "texts": [LanguageText(language, text)],
    }
    return SearchDocument(**(plain | fields))


@pytest.fixture
def index(tmp_path: Path) -> TantivyIndex:
    return TantivyIndex(tmp_path / "index", look_every=0)


def fill(index: TantivyIndex, shard: Shard, *documents: SearchDocument) -> None:
    """Build the shard anew with these documents."""
    writer, _ = index.rebuild(shard, Checkpoint(0, built_to=0))
    writer.upsert(documents)
    writer.commit(DONE)
    writer.close()
    index.swap(shard)


def found(index: TantivyIndex, text: str = "", audience=(PUBLIC,), shard: Shard = BODIES, **options) -> list[int]:
    return index.reader(shard).search(Question(text=text, audience=audience, **options)).ids


def scores(index: TantivyIndex, text: str, **options) -> list:
    plain = {
        "audience": (PUBLIC,),
        "language_weights": None,
        "title_boost": 1.0,
        "text_boost": 1.0,
        "filters": {},
        "organisation_ids": None,
        "limit": 300,
    }
    return index.reader(PIECES).text_scores(text, **(plain | options))


# Writing


def test_nothing_serves_an_index_that_was_never_built(index):
    assert index.reader(BODIES) is None
    assert index.shards() == []
    with pytest.raises(LookupError):
        index.writer(BODIES)


def test_upsert_replaces_and_delete_removes(index):
    fill(index, BODIES, body(1, "Brembana"), body(2, "Orobica"))
    writer = index.writer(BODIES)
    writer.upsert([body(1, "Camuna")])
    writer.delete([2])
    assert found(index, "brembana") == [1]  # nothing is seen before the commit
    writer.commit(Checkpoint(9))
    writer.close()
    assert (found(index, "brembana"), found(index, "camuna"), found(index)) == ([], [1], [1])
    assert index.reader(BODIES).checkpoint == Checkpoint(9)
    assert index.reader(BODIES).count() == 1


def test_rollback_and_close_forget_what_was_not_committed(index):
    fill(index, BODIES, body(1, "Brembana"))
    writer = index.writer(BODIES)
    writer.upsert([body(2, "Orobica")])
    writer.rollback()
    writer.upsert([body(3, "Camuna")])
    writer.close()
    assert found(index) == [1]


def test_a_second_writer_gets_lock_busy_here_and_in_another_process(index):
    fill(index, BODIES, body(1, "Brembana"))
    writer = index.writer(BODIES)
    with pytest.raises(LockBusy):
        index.writer(BODIES)
    code = (
        "import sys; from pathlib import Path\n"
        "from filanda.capabilities.search.index import LockBusy, Shard\n"
        "from filanda.capabilities.search.tantivy_index import TantivyIndex\n"
        "try: TantivyIndex(Path(sys.argv[1])).writer(Shard(1, 'organisation'))\n"
        "except LockBusy: print('busy')\n"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(index.root)], capture_output=True, text=True, check=True)
    assert ran.stdout == "busy\n"
    writer.close()
    index.writer(BODIES).close()


def test_reopen_then_filter_loses_no_row(index):
    """An engine that was tried lost two thirds of the rows here."""
    documents = [
        body(n, f"Body {n}", facets={"province": ["MI" if n % 3 else "BG"], "s3": ["a", f"a.{n % 5}"]}, weight=n)
        for n in range(1, 3001)
    ]
    fill(index, BODIES, *documents)
    writer = index.writer(BODIES)
    writer.upsert(documents[:500])
    writer.delete(range(2001, 2101))
    writer.commit(DONE)
    writer.close()
    left = [document for document in documents if not 2001 <= document.id <= 2100]
    reopened = TantivyIndex(index.root)
    answer = reopened.reader(BODIES).search(
        Question(text="", audience=[PUBLIC], filters={"province": ["BG"]}, facets=["province", "s3"], limit=3000)
    )
    expected = {document.id for document in left if document.facets["province"] == ["BG"]}
    assert set(answer.ids) == expected
    assert answer.total == len(expected)
    assert answer.counts["province"] == {"MI": len(left) - len(expected), "BG": len(expected)}
    assert answer.counts["s3"]["a"] == len(expected)
    assert sum(answer.counts["s3"].values()) == 2 * len(expected)
    assert reopened.reader(BODIES).all_ids(
        Question(text="", audience=[PUBLIC], filters={"province": ["MI"]}, limit=3000)
    ) == sorted(({document.id for document in left} - expected), reverse=True)


def test_a_rebuild_serves_only_after_the_swap(index):
    fill(index, BODIES, body(1, "Brembana"))
    writer, start = index.rebuild(BODIES, Checkpoint(20, built_to=0))
    assert start == Checkpoint(20, built_to=0)
    writer.upsert([body(2, "Orobica")])
    writer.commit(Checkpoint(20))
    assert found(index) == [1]
    writer.close()
    index.swap(BODIES)
    assert found(index) == [2]
    generations = [path for path in (index.root / "1" / "organisation").iterdir() if not path.is_symlink()]
    assert len(generations) == 1


def test_a_rebuild_of_nothing_serves_at_once_and_says_that_it_is_incomplete(index):
    writer, _ = index.rebuild(BODIES, Checkpoint(20, built_to=0))
    writer.upsert([body(1, "Brembana")])
    writer.commit(Checkpoint(20, built_to=1))
    assert found(index) == [1]
    assert not index.reader(BODIES).checkpoint.is_complete
    writer.close()


def test_a_rebuild_that_was_interrupted_goes_on(index):
    writer, _ = index.rebuild(BODIES, Checkpoint(20, built_to=0))
    writer.upsert([body(1, "Brembana")])
    writer.commit(Checkpoint(20, built_to=1))
    writer.upsert([body(2, "Lost")])
    writer.close()
    writer, reached = index.rebuild(BODIES, Checkpoint(99, built_to=0))
    assert reached == Checkpoint(20, built_to=1)
    writer.upsert([body(3, "Orobica")])
    writer.commit(Checkpoint(20))
    writer.close()
    index.swap(BODIES)
    assert sorted(found(index)) == [1, 3]


@pytest.mark.parametrize("suffix", ["idx", "term", "fast", "pos", "store"])
def test_a_flipped_byte_is_noticed(index, suffix):
    fill(index, BODIES, *(body(n, f"Body number {n}", facets={"s3": ["a"]}) for n in range(1, 200)))
    index.check(BODIES)
    path = next((index.root / "1" / "organisation").glob(f"[0-9a-f]*/*.{suffix}"))
    with path.open("r+b") as file:  # in place, as a bad disk does it
        at = path.stat().st_size // 3
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 0x40]))
    with pytest.raises(IndexDamaged):
        index.check(BODIES)


def test_what_cannot_be_opened_is_marked_for_the_indexer(index):
    fill(index, BODIES, body(1, "Brembana"))
    next((index.root / "1" / "organisation").glob("[0-9a-f]*/meta.json")).write_text("{")
    assert TantivyIndex(index.root).reader(BODIES) is None
    assert index.is_damaged(BODIES)


# Regions and audiences


def test_regions_share_nothing(index):
    other = Shard(2, "organisation")
    fill(index, BODIES, body(1, "Brembana", facets={"s3": ["a"]}))
    fill(index, other, body(2, "Brembana altrove", region_id=2, facets={"s3": ["a"]}))
    for shard, id_ in ((BODIES, 1), (other, 2)):
        answer = index.reader(shard).search(Question(text="brembana", audience=[EVERYTHING], facets=["s3"]))
        assert (answer.ids, answer.total, answer.counts) == ([id_], 1, {"s3": {"a": 1}})
        assert [one.id for one in index.reader(shard).suggest("brem", [EVERYTHING], 5)] == [id_]
    assert index.shards() == [BODIES, other]


@pytest.mark.parametrize("extra", [0, 1])
def test_what_is_not_for_a_reader_shows_nowhere(index, extra):
    """Neither in hits, totals, facet counts, suggestions nor scores; `extra` covers the way without a filter."""
    hidden = body(2, "Segreta", audience=STAFF, facets={"s3": ["b"]}, weight=9)
    fill(index, BODIES, body(1, "Brembana", facets={"s3": ["a"]}), *([hidden] if extra else []))
    fill(index, PIECES, piece(1, "Open hydrogen"), *([piece(2, "Secret hydrogen", audience=STAFF)] if extra else []))
    answer = index.reader(BODIES).search(Question(text="", audience=[PUBLIC], facets=["s3"]))
    assert (answer.ids, answer.total, answer.counts) == ([1], 1, {"s3": {"a": 1}})
    assert found(index, "segreta") == []
    assert found(index, filters={"s3": ["b"]}) == []
    assert index.reader(BODIES).suggest("seg", [PUBLIC], 5) == []
    assert index.reader(PIECES).suggest("secret", [PUBLIC], 5) == []
    assert [score.id for score in scores(index, "secret hydrogen")] == [1]
    assert index.reader(BODIES).all_ids(Question(text="", audience=[PUBLIC], limit=10)) == [1]
    for_staff = index.reader(BODIES).search(Question(text="", audience=[PUBLIC, STAFF[0]], facets=["s3"]))
    assert for_staff.total == 1 + extra
    assert found(index, audience=[EVERYTHING]) == ([2, 1] if extra else [1])
    assert found(index, audience=[]) == []


def test_a_document_for_nobody_is_not_kept(index):
    fill(index, BODIES, body(1, "Brembana", audience=()))
    assert found(index, audience=[EVERYTHING]) == []


# Words


@pytest.mark.parametrize(
    "typed", ["universita", "università", "UNIVERSITÀ", "Universita'", "l'università", "universit\u0061\u0300"]
)
def test_accents_case_and_apostrophes_do_not_matter(index, typed):
    fill(index, BODIES, body(1, "Università di Altariva"), body(2, "Officine Meccaniche"))
    assert found(index, typed) == [1]


def test_each_text_is_stemmed_in_its_own_language(index):
    fill(
        index,
        BODIES,
        body(1, "A", texts=[LanguageText("it", "Batterie ricaricabili per la mobilità")]),
        body(2, "B", texts=[LanguageText("en", "Rechargeable batteries for mobility")]),
        body(3, "C", texts=[LanguageText("fr", "Batteries rechargeables")]),
    )
    assert found(index, "batteria") == [1]
    assert found(index, "battery") == [2]
    assert found(index, "batteries") == [2, 3] or found(index, "batteries") == [3, 2]


def test_a_name_beats_a_title_beats_a_text_and_a_typo_comes_last(index):
    fill(
        index,
        BODIES,
        body(1, "Fonderia", texts=[LanguageText("it", "idrogeno")]),
        body(2, "Officina", titles=[LanguageText("it", "idrogeno")]),
        body(3, "Idrogeno"),
        body(4, "Idrogena"),
    )
    assert found(index, "idrogeno") == [3, 2, 1]
    assert found(index, "idrogemo") == [3]
    assert found(index, "fonderja") == [1]
    assert found(index, "foderia") == [1]
    assert found(index, "ffonderia") == [1]
    assert found(index, "ofixina") == []  # two letters wrong


def test_all_of_few_words_must_be_there_else_some_and_it_says_so(index):
    fill(index, BODIES, body(1, "Acciaierie Brembane"), body(2, "Acciaierie Camune"))
    assert found(index, "acciaierie camune") == [2]
    answer = index.reader(BODIES).search(Question(text="acciaierie sebine", audience=[PUBLIC]))
    assert (sorted(answer.ids), answer.is_loosened) == ([1, 2], True)


def test_a_quotation_is_taken_as_it_stands(index):
    fill(
        index,
        BODIES,
        body(1, "A", texts=[LanguageText("it", "la pompa di calore geotermica")]),
        body(2, "B", texts=[LanguageText("it", "il calore della pompa")]),
    )
    assert sorted(found(index, "pompa di calore")) == [1, 2]
    assert found(index, '"pompa di calore"') == [1]
    assert found(index, "«pompe di calore»") == [1]


def test_the_last_word_may_be_unfinished(index):
    fill(index, BODIES, body(1, "Tessitura Serica"), body(2, "Tessuti e Sete"))
    assert found(index, "tessitu") == [1]
    assert found(index, "serica tess") == [1]
    assert sorted(found(index, "te")) == [1, 2]
    assert found(index, "tessitu ") == []  # finished by the space


def test_function_words_count_only_alone(index):
    fill(index, BODIES, body(1, "La Filanda"), body(2, "Di Pietro"))
    assert found(index, "la di filanda") == [1]
    assert found(index, "di") == [2]


HOSTILE = [
    "a",
    " ",
    "\0",
    "x" * 100_000,
    "parola " * 20_000,
    "🙂🚀",
    "日本語 текст ελληνικά",
    "\ud800",
    "a\0b",
    'name:"x" AND (',
    "[* TO *]",
    "/.*/",
    "~^\\",
    '"',
    '""',
    '"\0"',
    "^filanda",
    "'; DROP TABLE x; --",
    "<script>",
    "%_",
    "\u202e",
    "e\u0301" * 500,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_that_can_be_typed_raises(index, text):
    fill(index, BODIES, body(1, "Filanda"))
    fill(index, PIECES, piece(1, "Spinning"))
    assert index.reader(BODIES).search(Question(text=text, audience=[PUBLIC], facets=["s3"])).total in {0, 1}
    assert len(index.reader(BODIES).suggest(text, [PUBLIC], 5)) <= 1
    assert len(scores(index, text)) <= 1


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> TantivyIndex:
    index = TantivyIndex(tmp_path_factory.mktemp("small"))
    fill(index, BODIES, body(1, "Filanda", titles=[LanguageText("it", "seta")]), body(2, "Área 51 – ß"))
    fill(index, PIECES, piece(1, "Spinning silk", "Old mills"))
    return index


@hypothesis_settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=60), values=st.lists(st.text(max_size=10), max_size=3))
def test_any_text_and_any_filter_is_answered(small, text, values):
    reader = small.reader(BODIES)
    answer = reader.search(Question(text=text, audience=[PUBLIC], filters={"s3": values}, facets=["s3"]))
    assert answer.total == len(answer.ids)
    assert {one.id for one in reader.suggest(text, [PUBLIC], 5)} <= {1, 2}
    assert {score.id for score in scores(small, text)} <= {1}


# Facets, sorting, pages


def test_counts_of_a_facet_ignore_its_own_filter_only(index):
    rows = [("MI", "a"), ("MI", "b"), ("BG", "a"), ("BG", "b"), ("BG", "b")]
    fill(index, BODIES, *(body(n, "Body", facets={"province": [p], "s3": [s]}) for n, (p, s) in enumerate(rows, 1)))
    question = Question(text="", audience=[PUBLIC], facets=["province", "s3"], filters={"s3": ["b"]})
    answer = index.reader(BODIES).search(question)
    assert answer.counts == {"province": {"BG": 2, "MI": 1}, "s3": {"a": 2, "b": 3}}
    both = replace(question, filters={"s3": ["b"], "province": ["MI", "BG"]})
    assert index.reader(BODIES).search(both).counts == {"province": {"BG": 2, "MI": 1}, "s3": {"a": 2, "b": 3}}
    narrow = replace(question, filters={"s3": ["b"], "province": ["MI"]})
    assert index.reader(BODIES).search(narrow).counts == {"province": {"BG": 2, "MI": 1}, "s3": {"a": 1, "b": 1}}


def test_counts_honour_the_words_too(index):
    fill(index, BODIES, body(1, "Seta", facets={"s3": ["a"]}), body(2, "Lana", facets={"s3": ["b"]}))
    assert index.reader(BODIES).search(Question(text="seta", audience=[PUBLIC], facets=["s3"])).counts == {
        "s3": {"a": 1}
    }


def test_values_that_look_like_numbers_or_dates_are_words(index):
    fill(index, BODIES, body(1, "A", facets={"activity": ["01", "2021-01-01", "true"]}))
    for value in ("01", "2021-01-01", "true"):
        assert found(index, filters={"activity": [value]}) == [1]
    assert found(index, filters={"activity": ["1"]}) == []


def test_sorting_by_name_weight_and_pages(index):
    names = [("Zeta", 5), ("Alfa", 1), ("Beta", 5), ("Gamma", 12)]
    fill(index, BODIES, *(body(n, name, weight=weight) for n, (name, weight) in enumerate(names, 1)))
    assert found(index, sort="name") == [2, 3, 4, 1]
    assert found(index, sort="weight") == [4, 3, 1, 2]
    assert found(index) == [4, 3, 1, 2]  # relevance of nothing
    assert found(index, sort="name", offset=1, limit=2) == [3, 4]
    answer = index.reader(BODIES).search(Question(text="", audience=[PUBLIC], offset=100, limit=5))
    assert (answer.ids, answer.total) == ([], 4)
    assert index.reader(BODIES).search(Question(text="", audience=[PUBLIC], limit=0)).ids == []


# Completions


def test_completions_start_of_name_first_then_by_weight_then_with_a_typo(index):
    fill(
        index,
        BODIES,
        body(1, "Università di Altariva", weight=3),
        body(2, "Consorzio Universitario", weight=50),
        body(3, "Unione Artigiani", weight=1),
        body(4, "Fonderia", names=["Fonderia", "Universal Castings"], weight=2),
    )
    suggest = index.reader(BODIES).suggest
    assert [one.id for one in suggest("uni", [PUBLIC], 9)] == [1, 4, 3, 2]
    assert [one.label for one in suggest("univ alta", [PUBLIC], 9)] == ["Università di Altariva"]
    assert [one.id for one in suggest("univresita", [PUBLIC], 9)] == [2, 1]
    assert suggest("", [PUBLIC], 9) == suggest("uni", [PUBLIC], 0) == []
    assert len(suggest("uni", [PUBLIC], 2)) == 2


# Scores of evidence


def test_scores_order_by_shared_words_in_the_language_of_each_piece(index):
    fill(
        index,
        PIECES,
        piece(1, "Hydrogen storage", "metal hydrides for hydrogen storage"),
        piece(2, "Wine labels", "printing on glass"),
        piece(3, "Accumulo di idrogeno", "idruri metallici", language="it"),
        piece(4, "Stockage", "stockage hydrogen", language="fr"),
    )
    assert [score.id for score in scores(index, "the storage of hydrogen")] == [1, 4]
    assert [(s.id, s.language) for s in scores(index, "idrogeno metallico")] == [(3, "it")]
    english, italian = scores(index, "hydrogen storage"), scores(index, "storage", language_weights={"it": 1})
    assert english[0].score > english[1].score > 0
    assert italian == []
    both = "hydrogen idrogeno"
    weighted = {s.id: s.score for s in scores(index, both, language_weights={"it": 1, "en": 0.25})}
    plain = {s.id: s.score for s in scores(index, both)}
    assert set(weighted) == {1, 3}
    assert weighted[3] == pytest.approx(plain[3])
    assert weighted[1] == pytest.approx(plain[1] / 4)


def test_scores_can_weigh_titles_and_texts(index):
    fill(index, PIECES, piece(1, "silk", "wool"), piece(2, "wool", "silk"))
    assert [score.id for score in scores(index, "silk", title_boost=3)] == [1, 2]
    assert [score.id for score in scores(index, "silk", text_boost=3)] == [2, 1]
    assert [score.id for score in scores(index, "silk", title_boost=0)] == [2]


def test_scores_can_be_narrowed_to_bodies_and_facets(index):
    fill(
        index,
        PIECES,
        piece(1, "silk", organisation_ids=[10, 11], facets={"province": ["MI"]}),
        piece(2, "silk", organisation_ids=[12], facets={"province": ["BG"]}),
    )
    assert [score.id for score in scores(index, "silk", organisation_ids=[11])] == [1]
    assert scores(index, "silk", organisation_ids=[]) == []
    assert [score.id for score in scores(index, "silk", filters={"province": ["BG"]})] == [2]
    assert len(scores(index, "silk", limit=1)) == 1
    assert scores(index, "silk", limit=0) == []


def test_what_is_kept_of_a_document(index):
    fill(
        index, PIECES, piece(1, "silk", organisation_ids=[11, 10], shared="x"), piece(2, "wool", organisation_ids=[12])
    )
    reader = index.reader(PIECES)
    known = reader.known([0, 1, 5])
    assert list(known) == [1]
    assert (known[1].shared, known[1].organisation_ids) == ("x", (10, 11))
    assert reader.ids_of_organisations([10, 12]) == [2, 1]
    assert reader.ids_of_organisations([]) == []
