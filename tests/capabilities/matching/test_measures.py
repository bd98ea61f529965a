# SPDX-License-Identifier: EUPL-1.2
import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, R, nDCG

from filanda.capabilities.matching.benchmark import measure

documents = st.sampled_from([f"d{number}" for number in range(30)])


@given(st.lists(documents, min_size=1, max_size=25, unique=True), st.sets(documents, min_size=1, max_size=15))
def test_measures_agree_with_the_reference_implementation(ranking, relevant):
    judged = {"q": dict.fromkeys(relevant, 1)}
    ours = measure({"q": [(one, 0.0) for one in ranking]}, judged)
    run = {"q": {one: 1 / rank for rank, one in enumerate(ranking, start=1)}}
    theirs = ir_measures.calc_aggregate([nDCG @ 10, R @ 10, R @ 50, RR @ 100], judged, run)
    assert ours["nDCG@10"] == pytest.approx(theirs[nDCG @ 10])
    assert ours["R@10"] == pytest.approx(theirs[R @ 10])
    assert ours["R@50"] == pytest.approx(theirs[R @ 50])
    assert ours["MRR"] == pytest.approx(theirs[RR @ 100])
