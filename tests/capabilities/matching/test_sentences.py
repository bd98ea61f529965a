# SPDX-License-Identifier: EUPL-1.2
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from filanda.capabilities.matching.sentences import split


def sentences(text):
    return [text[start:end] for start, end in split(text)]


def test_a_text_is_split_at_the_end_of_its_sentences():
    text = "Il progetto studia i materiali leggeri. I risultati servono agli aerei! Chi li ha prodotti?"
    assert sentences(text) == [
        "Il progetto studia i materiali leggeri.",
        "I risultati servono agli aerei! Chi li ha prodotti?",  # a short sentence joins the one before
    ]


def test_numbers_and_abbreviations_do_not_split():
    assert sentences("Costa circa 3.5 milioni di euro e dura tre anni.") == [
        "Costa circa 3.5 milioni di euro e dura tre anni."
    ]


@given(st.text(max_size=400))
def test_spans_are_in_order_and_lose_no_letter(text):
    spans = split(text)
    assert all(start < end for start, end in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    kept = "".join(text[start:end] for start, end in spans)
    assert "".join(kept.split()) == "".join(text.split())
