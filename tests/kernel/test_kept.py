# SPDX-License-Identifier: EUPL-1.2
"""What a process keeps for a few seconds."""

from __future__ import annotations

import pytest

from filanda.kernel import kept
from filanda.kernel.kept import Kept, forget_all


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test turns."""
    at = [100.0]
    monkeypatch.setattr(kept, "monotonic", lambda: at[0])

    def turn(seconds):
        at[0] += seconds

    return turn


def test_a_value_is_believed_for_its_seconds_and_then_asked_for_again(clock):
    known, answers = Kept(5.0), iter(range(10))
    assert [known.get("a", lambda: next(answers)), known.get("a", lambda: next(answers))] == [0, 0]
    clock(4.9)
    assert known.get("a", lambda: next(answers)) == 0
    clock(0.1)
    assert known.get("a", lambda: next(answers)) == 1
    assert known.get("b", lambda: next(answers)) == 2


def test_nothing_is_a_value_too_and_an_error_is_not(clock):
    known, asked = Kept(5.0), []

    def nothing():
        asked.append(1)

    assert known.get("a", nothing) is known.get("a", nothing) is None
    assert len(asked) == 1
    with pytest.raises(ZeroDivisionError):
        known.get("b", lambda: 1 / 0)
    assert known.get("b", lambda: 3) == 3


def test_the_last_one_is_there_however_old(clock):
    known = Kept(5.0)
    assert known.last("a") is None
    known.get("a", lambda: 1)
    clock(1000)
    assert known.last("a") == 1


def test_it_does_not_grow_without_end(clock):
    known, answers = Kept(5.0, most=3), iter(range(10))
    for key in "abca":
        known.get(key, lambda: next(answers))
    assert known.last("a") == 0
    known.get("d", lambda: next(answers))
    assert (known.last("a"), known.last("d")) == (None, 3)


def test_everything_is_forgotten_at_once(clock):
    known, other = Kept(5.0), Kept(60.0)
    known.get("a", lambda: 1)
    other.get("a", lambda: 1)
    known.forget()
    assert (known.last("a"), other.last("a")) == (None, 1)
    forget_all()
    assert other.last("a") is None
