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
    assert gloss("Celle solari per gli edifici") == "walking cells solar buildings"  # of what labels know
    assert gloss("La zymurgix dei formaggi") == "zymurgix cheese"
    assert gloss("di il la ??") == ""


@given(st.text(max_size=300), st.sampled_from(["it", "en"]))
def test_any_text_gives_weights_between_zero_and_one(text, language):
    assert all(0 < weight <= 1 for weight in translate(text, language).values())
