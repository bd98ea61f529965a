# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filanda.kernel.ui.cloth import monogram, thread


def letters(name: str) -> str:
    return re.sub(r"<[^>]+>", "", monogram(name))


@given(st.text())
def test_thread_is_well_formed_for_any_id(key):
    root = ElementTree.fromstring(thread(key))
    assert root.tag == "svg"
    assert root.get("aria-hidden") == "true"


def test_thread_is_the_same_for_the_same_id_and_differs_between_ids():
    assert thread("lombardia") == thread("lombardia")
    drawn = {re.sub(r'id="[^"]*"|url\([^)]*\)', "", thread(f"space-{number}")) for number in range(20)}
    assert len(drawn) >= 15


def test_thread_carries_no_inline_style():
    assert "style=" not in thread("lombardia", 900, 14)


def test_thread_covers_every_crossing_once():
    """Warp and weft strokes together cover each of the picks x ends crossings exactly once."""
    svg = thread("any")
    width, height = (int(n) for n in re.search(r'width="(\d+)" height="(\d+)" patternUnits', svg).groups())
    up = [(int(x), int(y), float(n)) for x, y, n in re.findall(r"M(\d+)\.5 (\d+)\.3v([\d.]+)", svg)]
    across = [(int(x), int(y), float(n)) for x, y, n in re.findall(r"M(\d+)\.3 (\d+)\.5h([\d.]+)", svg)]
    covered = [(x, y + i) for x, y, n in up for i in range(round(n + 0.6))]
    covered += [(x + i, y) for x, y, n in across for i in range(round(n + 0.6))]
    assert sorted(covered) == sorted((x, y) for x in range(width) for y in range(height))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Politecnico di Milano", "PM"),
        ("Fondazione Gelso Bianco ETS", "FG"),
        ("Ottica Lagonero S.p.A.", "OL"),
        ("Comune", "CO"),
        ("3D & Co.", "DC"),
        ("È", "È"),
        ("1234", "12"),
        ("", "?"),
        ("di", "DI"),
    ],
)
def test_monogram_takes_initials_of_the_words_that_name_the_body(name, expected):
    assert letters(name) == expected


@given(st.text(max_size=60))
def test_monogram_never_lets_markup_through(name):
    assert re.fullmatch(r'<span class="mono mono-[0-7]" aria-hidden="true">[^<>]+</span>', monogram(name))
