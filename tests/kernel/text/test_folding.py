# SPDX-License-Identifier: EUPL-1.2
"""Cleaning and folding of whatever people and files bring."""

from filanda.kernel.text.folding import clean, fold


def test_clean_keeps_what_people_write() -> None:
    text = "Città di Milano\n\tL’università è là: 数学, العربية, 👩‍🔬"
    assert clean(f"  {text} ") == text


def test_clean_composes_accents() -> None:
    assert clean("universita\u0300") == "università"


def test_clean_removes_what_postgresql_or_a_reader_cannot_take() -> None:
    assert clean("a\x00b\x1f\x7fc\ud800d") == "abcd"


def test_clean_removes_what_turns_the_direction_of_a_name() -> None:
    assert clean("Banca \u202eailatI\u202c \u2066x\u2069") == "Banca ailatI x"


def test_a_letter_keeps_thirty_marks_so_that_nobody_waits_for_their_sorting() -> None:
    # 400,000 marks in the worst order: minutes, if all of them were sorted.
    marks = "\u0300\u0316" * 200_000
    assert clean(f"a{marks}b{marks}") == clean(f"a{marks[:30]}b{marks[:30]}")
    assert len(clean(f"a{marks}")) == 30  # "à" is one character
    assert fold(f"A{marks}") == "a"
    assert len(clean("\u0f73" * 400_000)) == 60  # each is two marks
