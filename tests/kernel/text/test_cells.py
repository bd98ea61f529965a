# SPDX-License-Identifier: EUPL-1.2
"""Cells that a spreadsheet would run get a quote in front, which reading takes away."""

import pytest

from filanda.kernel.text.cells import harmless, unguarded


@pytest.mark.parametrize("text", ['=HYPERLINK("x")', "+39 02", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＠x"])
def test_what_a_spreadsheet_would_run_is_guarded_and_comes_back(text):
    assert harmless(text) == f"'{text}"
    assert unguarded(harmless(text)) == text


@pytest.mark.parametrize("text", ["", "a=1", "'quoted'", "'80s music", "1-2"])
def test_what_it_would_not_run_stays(text):
    assert harmless(text) == unguarded(text) == text
