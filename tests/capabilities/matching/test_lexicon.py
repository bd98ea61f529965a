# SPDX-License-Identifier: EUPL-1.2
from hypothesis import given
from hypothesis import strategies as st

from filanda.capabilities.matching.lexicon import gloss, other_language, translate


def test_words_of_a_need_are_translated_in_both_directions():
    assert translate("Produciamo formaggi per i musei", "it").keys() >= {"chees", "museum"}
    assert "formagg" in translate("cheese", "en")


def test_words_that_the_lexicon_does_not_know_keep_their_form_and_weigh_little():
    assert translate("zymurgix", "it") == {"zymurgix": 0.3}


def test_other_languages_are_not_translated():
    assert translate("fromage", "fr") == {}
    assert [other_language(one) for one in ("it", "en", "fr", "")] == ["en", "it", "", ""]


def test_bacteria_are_no_batteries_although_they_share_a_stem():
    assert "batteri" not in translate("batteri resistenti", "it")
    assert "bacteria" in translate("batteri resistenti", "it")
    assert "batteri" in translate("batterie al litio", "it")


def test_a_gloss_has_english_words_in_the_order_of_the_italian_ones():
    assert gloss("Termostati per gli edifici") == "thermostats buildings"  # of what labels know, and of what we wrote
    assert gloss("La zymurgix dei formaggi") == "zymurgix cheese"
    assert gloss("di il la ??") == ""


def test_phrases_are_read_as_one():
    assert gloss("Celle a combustibile") == "fuel cells"
    assert gloss("celle solari") == "solar cells"
    assert translate("Acque reflue", "it") == {"wastewat": 0.8}


def test_of_words_with_one_stem_the_most_alike_is_taken():
    assert gloss("costi") == "cost"
    assert gloss("coste") == "coast coastal"
    assert gloss("i geni e il genere") == "gene genes gender"


def test_that_somebody_is_looked_for_is_not_what_a_need_is_about():
    assert gloss("Cerchiamo chi lavora sui ghiacciai") == "glacier glaciers"
    assert translate("Abbiamo bisogno di qualcuno", "it") == {}


def test_what_is_written_for_one_direction_helps_in_the_other():
    assert "ghiacciai" in translate("glaciers", "en")


@given(st.text(max_size=300), st.sampled_from(["it", "en"]))
def test_any_text_gives_weights_between_zero_and_one(text, language):
    assert all(0 < weight <= 1 for weight in translate(text, language).values())
