# SPDX-License-Identifier: EUPL-1.2
"""The second reader: how it cuts words, and that it understands English."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filanda.capabilities.matching.minilm import _VOCABULARY, MOST_TOKENS, MiniLM, WordPieces

pieces = WordPieces(_VOCABULARY)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", [101, 102]),
        ("Hello, World!", [101, 7592, 1010, 2088, 999, 102]),
        ("Embeddings", [101, 7861, 8270, 4667, 2015, 102]),  # em ##bed ##ding ##s
        ("CITTÀ\u00a0citta\u0300", [101, 25022, 5946, 25022, 5946, 102]),
        ("東京", [101, 1879, 1755, 102]),  # each for itself
        ("a\0b \ufffd", [101, 11113, 102]),
        ("x" * 101, [101, 100, 102]),
    ],
)
def test_words_are_cut_as_the_model_was_taught(text, ids):
    assert pieces.ids(text, MOST_TOKENS) == ids


@given(st.text(max_size=200), st.integers(3, 40))
def test_any_text_gives_known_pieces_and_no_more_than_asked(text, most):
    ids = pieces.ids(text, most)
    assert (ids[0], ids[-1]) == (101, 102)
    assert len(ids) <= most
    assert all(0 <= one < 30522 for one in ids)


def test_it_reads_english():
    model = MiniLM()
    need, near, far, nothing = model.embed_queries(
        ["organic waste turned into biogas", "Energy from the leftovers of kitchens", "Fraud in online payments", ""]
    )
    assert need @ near > need @ far + 0.2
    assert np.linalg.norm(np.stack([need, near, far]), axis=1) == pytest.approx(1, abs=1e-4)
    assert np.isfinite(nothing).all()
