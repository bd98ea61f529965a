# SPDX-License-Identifier: EUPL-1.2
"""Signals and the order of a list, as pure functions."""

from __future__ import annotations

import pytest

from filanda.across.matchmaking import features as signals
from filanda.across.matchmaking.diversity import TURN, Candidate, alike, diversified, gini, with_newcomers
from filanda.across.matchmaking.features import Area, Topic
from filanda.across.matchmaking.finding import house_of
from filanda.across.matchmaking.measuring import Feedback, of_policy


def test_topics_are_near_by_their_distance_in_the_taxonomy():
    top, middle, leaf = Topic(1), Topic(2, (1,)), Topic(3, (1, 2))
    beside, other = Topic(4, (1, 2)), Topic(9)
    assert signals.shared(leaf, leaf) == 1
    assert signals.shared(leaf, other) == 0
    assert 1 > signals.shared(leaf, middle) > signals.shared(leaf, beside) > signals.shared(middle, Topic(5, (1,))) > 0
    assert signals.topics((leaf, other), (leaf,)) == 0.5
    assert signals.topics((), (top,)) == signals.topics((top,), ()) == 0


def test_place_counts_less_the_further_it_is():
    milan = Area("015146", "MI", "ITC4C")
    steps = [
        signals.place(milan, milan),
        signals.place(milan, Area("015009", "MI", "ITC4C")),
        signals.place(milan, Area("016024", "BG", "ITC46")),
        signals.place(milan, Area(nuts="ITC11")),
        signals.place(milan, Area(nuts="ITF33")),
        signals.place(milan, Area(nuts="FR101")),
    ]
    assert steps == sorted(steps, reverse=True)
    assert (steps[0], steps[-1]) == (1, 0)
    assert signals.place(None, milan) == signals.place(milan, None) == 0


def test_unknown_signals_say_nothing_and_known_ones_stay_between_0_and_1():
    assert signals.responsiveness(None) == signals.stage(None, [("product", 1.0)]) == signals.stages(None, 4) == 0
    assert signals.kinds((), [("product", 1.0)]) == signals.helix("industry", "unknown") == 0
    assert signals.kinds(("licence",), [("patent", 0.6), ("project", 0.4)]) == pytest.approx(0.6)
    assert signals.stage(9, [("product", 1.0)]) == 1
    assert signals.stage(2, [("product", 1.0)]) == 0
    assert (signals.stages(7, 6), signals.stages(1, 9)) == (1, 0)
    assert signals.responsiveness(1) == 1
    assert signals.responsiveness(40) == 0
    assert 0 < signals.responsiveness(10) < signals.responsiveness(4) < 1


def test_what_is_learned_is_bounded():
    once, often = signals.learned(["place"]), signals.learned(["place"] * 50)
    assert once["place"] == pytest.approx(1.25 * signals.WEIGHTS["place"])
    assert often["place"] == pytest.approx(2 * signals.WEIGHTS["place"])
    assert often["evidence"] == signals.WEIGHTS["evidence"]
    assert signals.learned(["known", "other"]) == dict(signals.WEIGHTS)
    assert {value for value, _label in signals.NotForMe.choices} == set(signals.REASONS)


def test_kinds_complement_each_other_both_ways():
    kinds = ("look_for", "offer", "together")
    assert {(one, other) for one in kinds for other in kinds if signals.complement(one, other)} == {
        ("look_for", "offer"),
        ("offer", "look_for"),
        ("together", "together"),
    }


def test_who_rests_on_the_same_stands_further_down():
    partners = [Candidate(number, 1.0 - number / 100, {7: 1.0}) for number in range(3)]
    own = Candidate(9, 0.9, {8: 1.0})
    assert alike(partners[0], partners[1]) == 1
    assert alike(partners[0], own) == 0
    assert [one.id for one in diversified([*partners, own], 4)] == [0, 9, 1, 2]
    assert [one.id for one in diversified([*partners, own], 4, penalty=0)] == [0, 1, 2, 9]


def test_two_of_a_house_in_each_ten_unless_there_is_nobody_else():
    house = [Candidate(number, 1.0, house="uni.example") for number in range(5)]
    others = [Candidate(10 + number, 0.3) for number in range(8)]
    first = diversified([*house, *others], 10)
    assert sum(one.house == "uni.example" for one in first) == 2
    assert len(diversified(house, 5)) == 5
    assert house_of("https://www.dei.unimi.it/x") == house_of("http://unimi.it") == "unimi.it"
    assert house_of("") == ""


def test_newcomers_take_turns_by_how_seldom_they_were_shown():
    old = [Candidate(number, 1.0 - number / 100) for number in range(10)]
    new = [Candidate(100 + number, 0.8 - number / 100, is_new=True) for number in range(3)]
    far = Candidate(200, 0.1, is_new=True)
    listed, rotated = with_newcomers(old, [*new, far], {}, limit=10)
    assert listed[TURN - 1].id == 100
    assert rotated == {100}
    assert len(listed) == 10
    listed, _rotated = with_newcomers(old, [*new, far], {100: 3, 101: 2, 102: 1}, limit=10)
    assert listed[TURN - 1].id == 102
    listed, rotated = with_newcomers(old, [far], {}, limit=10)
    assert (listed, rotated) == (old, set())
    first = [Candidate(50, 1.1, is_new=True), *old[:9]]
    assert with_newcomers(first, new, {}, limit=10) == (first, set())
    assert with_newcomers([], new, {}, limit=10) == ([], set())


def test_gini():
    assert gini([1, 1, 1, 1]) == pytest.approx(0)
    assert gini([0, 0, 0, 4]) == pytest.approx(0.75)
    assert gini([]) == gini([0, 0]) == 0


def test_feedback_under_another_order_weighs_by_where_it_was_looked_at():
    logged = [Feedback("q", 1, 1, 1.0), Feedback("q", 2, 3, 1.0), Feedback("q", 3, 2, 0.0)]
    assert of_policy(logged, lambda _query, one: {1: 1, 2: 3}.get(one))[0] == pytest.approx(2)
    # Place 3 is looked at half as often as place 1: put first, it would have been welcome twice as often.
    assert of_policy(logged, lambda _query, one: {2: 1}.get(one))[0] == pytest.approx(2)
    assert of_policy(logged, lambda _query, _one: None)[0] == 0
    assert of_policy([], lambda _query, one: one)[0] == 0
