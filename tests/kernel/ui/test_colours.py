# SPDX-License-Identifier: EUPL-1.2
"""A region's own colour: contrast, the style sheet, its address."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filanda.kernel.ui.colours import LEAST, colour_css, colour_of, contrast, version_of, worst_contrast

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#7a1f4f", "#7a1f4f", 1)]
)
def test_contrast_is_that_of_wcag(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(one, other) == contrast(other, one)


@given(COLOURS)
def test_every_step_of_a_readable_colour_is_readable(colour):
    sheet = colour_css(colour)
    named = dict(re.findall(r"--([a-z0-9-]+):(#[0-9a-f]{3,6})[;}]", sheet))
    assert set(re.findall(r"#[0-9a-f]+", sheet)) <= {*named.values(), "#fff"}
    if worst_contrast(colour) >= LEAST:
        for text in ("main", "dark", "deep"):
            for ground in ("#ffffff", "#faf8f3", "#f3efe5", named["tint"], named["tint-2"]):
                assert contrast(named[text], ground) >= LEAST


@pytest.mark.parametrize("kept", ["", None, "red", "#FFF", "#12345g", "#123456;}", ["#123456"]])
def test_what_is_no_colour_is_none(region, kept):
    region.settings = {"colour": kept}
    assert colour_of(region) == ""


def test_pages_of_the_region_ask_for_its_colour_and_others_do_not(client, region, other_region):
    region.settings = {"colour": "#7a1f4f"}
    region.save()
    address = f"/colours/7a1f4f-{version_of('#7a1f4f')}.css"
    page = client.get("/en/privacy/")
    assert f'<link rel="stylesheet" href="{address}">' in page.content.decode()
    assert "/colours/" not in client.get("/en/privacy/", headers={"host": "other.example"}).content.decode()
    sheet = client.get(address)
    assert sheet.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in sheet.headers["Cache-Control"]
    assert "--main:#7a1f4f" in sheet.content.decode()
    assert "sessionid" not in sheet.cookies
    for wrong in ("/colours/7a1f4f-000000000000.css", "/colours/7A1F4F-000000000000.css", "/colours/x.css"):
        assert client.get(wrong).status_code == 404
