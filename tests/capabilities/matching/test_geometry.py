# SPDX-License-Identifier: EUPL-1.2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filanda.capabilities.matching.geometry import LEAN, Geometry, Parts, fit, lean, specific, unit

NOBODY = Parts(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


def parts(*groups):
    """Parts of bodies, each given by the positions of its pieces."""
    pairs = np.array([(piece, body) for body, group in enumerate(groups) for piece in group], dtype=np.int64)
    return Parts(pairs[:, 0], pairs[:, 1])


def test_centring_takes_away_what_all_vectors_share():
    raw = unit(np.random.default_rng(1).normal(size=(200, 16)).astype(np.float32) + 5)
    assert float((raw @ raw.T).mean()) > 0.9
    placed = fit(raw, NOBODY).place(raw)
    assert abs(float((placed @ placed.T).mean())) < 0.02
    assert np.linalg.norm(placed, axis=1) == pytest.approx(np.ones(200), abs=1e-5)


def test_without_bodies_of_several_pieces_nothing_is_projected():
    raw = unit(np.random.default_rng(1).normal(size=(20, 6)).astype(np.float32))
    centred = unit(raw - raw.mean(axis=0))
    placed = fit(raw, parts([0], [1], [2])).place(raw)
    assert placed @ placed.T == pytest.approx(centred @ centred.T, abs=1e-5)  # only turned


@pytest.mark.parametrize("bodies", [NOBODY, parts(range(0, 100), range(100, 250))])
def test_dimensions_come_in_order_of_their_spread(bodies):
    rng = np.random.default_rng(3)
    raw = unit((rng.normal(size=(300, 12)) * rng.permutation(12)).astype(np.float32))
    spread = fit(raw, bodies).place(raw).std(axis=0)
    assert (spread[:-1] > spread[1:] - 0.02).all()
    assert spread[0] > 1.5 * spread[-1]


def test_the_projection_brings_pieces_of_one_body_together_and_those_of_two_apart():
    # Bodies differ in the first direction; the second is noise, three times as large.
    rng = np.random.default_rng(5)
    side = np.repeat([1.0, -1.0], 4000)
    raw = np.stack([side + rng.normal(0, 0.2, 8000), rng.normal(0, 3, 8000), rng.normal(0, 0.2, 8000)], axis=1)
    raw = raw.astype(np.float32)
    bodies = parts(range(4000), range(4000, 8000))
    before, after = Geometry(raw.mean(axis=0), np.eye(3, dtype=np.float32)).place(raw), fit(raw, bodies).place(raw)

    def apart(placed):
        same = (placed[:500] @ placed[500:1000].T).mean()
        other = (placed[:500] @ placed[-500:].T).mean()
        return same - other

    assert apart(after) > apart(before) * 1.2


def test_leaning_moves_evidence_towards_that_of_its_partners_only():
    moved = lean(np.eye(4, dtype=np.float32), parts([0, 1]), weight=0.4)
    assert moved[0] == pytest.approx(unit(np.array([1, 0.4, 0, 0], dtype=np.float32)))
    assert moved[1] == pytest.approx(unit(np.array([0.4, 1, 0, 0], dtype=np.float32)))
    assert moved[2:] == pytest.approx(np.eye(4)[2:])


def test_a_body_that_does_everything_pulls_no_harder_than_one_that_does_two_things():
    moved = lean(np.eye(5, dtype=np.float32), parts([0, 1], [0, 2, 3, 4]), weight=1.0)
    assert moved[0, 1] > moved[0, 2] == pytest.approx(moved[0, 3])


@given(st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=6, unique=True), min_size=1, max_size=5))
def test_leaning_equals_its_definition(groups):
    vectors = unit(np.random.default_rng(2).normal(size=(6, 8)).astype(np.float32))
    expected = []
    for piece in range(6):
        total = np.zeros(8)
        for group in groups:
            if piece in group and len(group) > 1:
                total += sum(vectors[other] for other in group if other != piece) / len(group)
        length = np.linalg.norm(total)
        expected.append(vectors[piece] + LEAN * (total / length if length else 0))
    assert lean(vectors, parts(*groups)) == pytest.approx(unit(np.array(expected, dtype=np.float32)), abs=1e-5)


def test_a_zero_vector_stays_zero_and_is_no_nan():
    assert not np.isnan(unit(np.zeros((2, 3), dtype=np.float32))).any()


def test_a_text_that_many_pieces_share_counts_less_and_one_of_its_own_in_full():
    lengths = np.linalg.norm(specific(np.eye(3, dtype=np.float32), np.array([1, 2, 30])), axis=1)
    assert lengths[0] == 1
    assert 1 > lengths[1] > lengths[2] > 0.6
