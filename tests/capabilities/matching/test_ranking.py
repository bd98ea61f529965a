# SPDX-License-Identifier: EUPL-1.2
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filanda.capabilities.matching.ranking import add_up, fuse, look_again, mixed, scaled

scores = st.dictionaries(st.integers(1, 50), st.floats(-1, 10, allow_nan=False), max_size=30)


@given(scores)
def test_scaled_scores_lie_between_zero_and_one_and_keep_their_order(given_scores):
    result = scaled(given_scores)
    assert all(0 < value <= 1 for value in result.values())
    order = sorted(result, key=lambda key: given_scores[key])
    assert [result[key] for key in order] == sorted(result.values())


@given(scores, scores, st.sets(st.integers(1, 50)))
def test_fused_pieces_are_best_first_and_each_only_once(meaning, words, other):
    pieces = fuse(meaning, words, other_language=other)
    ids = [piece.evidence_id for piece in pieces]
    assert len(ids) == len(set(ids))
    assert [piece.score for piece in pieces] == sorted((piece.score for piece in pieces), reverse=True)
    assert all(piece.score > 0 for piece in pieces)


def test_fusing_weighs_meaning_and_words_each_scaled_to_its_best():
    pieces = fuse({1: 0.8, 2: 0.4}, {2: 6.0, 3: 3.0}, weight=0.7)
    assert [(p.evidence_id, pytest.approx(p.score)) for p in pieces] == [(1, 0.7), (2, 0.65), (3, 0.15)]


def test_fusing_with_words_alone_lets_words_decide():
    assert [(p.evidence_id, p.score) for p in fuse({}, {5: 2.0, 6: 4.0})] == [(6, 1.0), (5, 0.5)]


def test_evidence_in_another_language_is_neither_favoured_nor_punished():
    # The pieces in the need's language get 0.7 of their meaning (no word is shared), so do the others.
    pieces = fuse({1: 1.0, 2: 0.9, 3: 0.8}, {9: 1.0}, other_language={2}, weight=0.7)
    by_id = {piece.evidence_id: piece.score for piece in pieces}
    assert by_id[1] == pytest.approx(0.7)
    assert by_id[2] == pytest.approx(0.9 * 0.7)
    assert by_id[1] > by_id[2] > by_id[3]


def test_votes_are_raised_to_a_power_and_tell_what_carried_whom():
    ranked = add_up(fuse({1: 1.0, 2: 0.5}, {}), {1: [10], 2: [10, 20]}, power=2)
    assert [(one.organisation_id, one.score, one.counted) for one in ranked] == [(10, 1.25, 2), (20, 0.25, 1)]
    assert [(piece.evidence_id, share) for piece, share in ranked[0].pieces] == [(1, 1 / 1.25), (2, 0.25 / 1.25)]


def test_only_the_best_pieces_vote():
    ranked = add_up(fuse({1: 1.0, 2: 0.5, 3: 0.4}, {}), {1: [10], 2: [20], 3: [30]}, most=2)
    assert [one.organisation_id for one in ranked] == [10, 20]


@given(scores, st.dictionaries(st.integers(1, 50), st.lists(st.integers(100, 110), max_size=4, unique=True)))
def test_shares_never_exceed_the_whole_and_nobody_without_a_part_is_ranked(meaning, parties):
    ranked = add_up(fuse(meaning, {}), parties)
    for one in ranked:
        assert sum(share for _piece, share in one.pieces) <= 1 + 1e-9
        assert all(one.organisation_id in parties[piece.evidence_id] for piece, _share in one.pieces)
    assert [one.score for one in ranked] == sorted((one.score for one in ranked), reverse=True)


def test_a_second_look_puts_the_nearest_piece_before_more_votes_and_moves_nobody_further_down():
    ranked = add_up(
        fuse({1: 1.0, 2: 0.9, 3: 0.8, 4: 0.5}, {}), {1: [10, 40], 2: [10, 20], 3: [10, 30], 4: [50]}, best=None
    )
    assert [one.organisation_id for one in ranked] == [10, 40, 20, 30, 50]
    again = look_again(ranked, {1: 0.2, 2: 0.3, 3: 0.6, 4: 0.9}, most=4)
    assert [one.organisation_id for one in again] == [10, 30, 20, 40, 50]
    assert [one.score for one in again] == [one.score for one in ranked]
    assert {one.organisation_id: one.pieces for one in again} == {one.organisation_id: one.pieces for one in ranked}


def test_a_second_look_neither_favours_nor_punishes_what_has_not_been_read():
    ranked = add_up(fuse({1: 1.0, 2: 0.99, 3: 0.98}, {}), {1: [10], 2: [20], 3: [30]})
    assert look_again(ranked, {}) == ranked
    assert [one.organisation_id for one in look_again(ranked, {1: 0.2, 3: 0.4})] == [30, 20, 10]


def test_two_readers_are_mixed_half_and_half_in_parts_of_their_best():
    assert mixed({1: 0.5, 2: 0.4, 3: 0.1}, {1: 0.1, 2: 0.8, 3: -0.4}) == pytest.approx({1: 0.5625, 2: 0.9, 3: -0.15})


def test_a_piece_that_only_the_first_has_read_counts_as_much_as_its_like():
    found = mixed({1: 0.5, 2: 0.5, 3: 0.25}, {1: 0.6, 3: 0.3})
    assert found == pytest.approx({1: 1.0, 2: 1.0, 3: 0.5})


@given(st.dictionaries(st.integers(0, 9), st.floats(-1, 1)), st.dictionaries(st.integers(0, 9), st.floats(-1, 0)))
def test_a_second_reader_that_finds_nothing_changes_nothing(first, second):
    assert mixed(first, second) == first


similarities = st.dictionaries(st.integers(0, 30), st.floats(-1, 1).filter(lambda value: abs(value) > 1e-3), min_size=1)


@given(similarities, similarities)
def test_a_mix_holds_what_the_first_found_and_is_finite(first, second):
    found = mixed(first, second)
    assert found.keys() == first.keys()
    assert all(math.isfinite(value) for value in found.values())
