# SPDX-License-Identifier: EUPL-1.2
import numpy as np
import pytest

from filanda.capabilities.matching.geometry import fit, smooth, unit


def test_centring_takes_away_what_all_vectors_share():
    rng = np.random.default_rng(1)
    raw = unit(rng.normal(size=(200, 16)).astype(np.float32) + 5)
    assert float((raw @ raw.T).mean()) > 0.9
    placed = fit(raw).evidence(raw)
    assert abs(float((placed @ placed.T).mean())) < 0.02
    assert np.linalg.norm(placed, axis=1) == pytest.approx(np.ones(200), abs=1e-5)


def test_smoothing_moves_evidence_towards_that_of_its_partners_only():
    vectors = np.eye(4, dtype=np.float32)
    moved = smooth(vectors, [[0, 1]], weight=0.4)
    assert moved[0] == pytest.approx(unit(np.array([1, 0.4, 0, 0], dtype=np.float32)))
    assert moved[1] == pytest.approx(unit(np.array([0.4, 1, 0, 0], dtype=np.float32)))
    assert moved[2:] == pytest.approx(vectors[2:])


def test_smoothing_weighs_a_body_of_few_pieces_more_than_one_of_many():
    vectors = np.eye(5, dtype=np.float32)
    moved = smooth(vectors, [[0, 1], [0, 2, 3, 4]], weight=1.0)
    assert moved[0, 1] > moved[0, 2] == pytest.approx(moved[0, 3])


def test_smoothing_equals_its_definition():
    rng = np.random.default_rng(2)
    vectors = unit(rng.normal(size=(6, 8)).astype(np.float32))
    groups = [[0, 1, 2], [2, 3], [4]]
    expected = []
    for d in range(6):
        total = np.zeros(8)
        for group in groups:
            if d in group and len(group) > 1:
                for other in group:
                    if other != d:
                        total += vectors[other] / len(group)
        length = np.linalg.norm(total)
        expected.append(vectors[d] + 0.4 * (total / length if length else 0))
    assert smooth(vectors, groups, weight=0.4) == pytest.approx(unit(np.array(expected, dtype=np.float32)), abs=1e-5)


def test_a_zero_vector_stays_zero_and_is_no_nan():
    assert not np.isnan(unit(np.zeros((2, 3), dtype=np.float32))).any()
