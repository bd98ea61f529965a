# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import re

import pytest

from filanda.kernel.ui.shapes import FOLDER, area_map, load, point


@pytest.mark.parametrize(("name", "areas"), [("lombardia", 12), ("altariva", 6)])
def test_shapes_name_every_province_in_both_languages_with_source_and_licence(name, areas):
    shapes = load(name)
    assert len(shapes["areas"]) == areas
    assert len({area["code"] for area in shapes["areas"]}) == areas
    assert shapes["source"]
    assert shapes["licence"]
    assert (FOLDER / f"{name}.json").stat().st_size < 40_000
    for area in shapes["areas"]:
        assert area["name"]["it"]
        assert area["name"]["en"]
        assert re.fullmatch(r"(M\d+ \d+l[-\d ]+z)+", area["path"])
        x, y = area["centre"]
        assert 0 < x < shapes["width"]
        assert 0 < y < shapes["height"]


def test_shapes_of_a_region_without_a_map_are_none():
    assert load("") is None
    assert load("atlantis") is None
    assert area_map("atlantis", "it", {}, {}) is None


def test_area_map_levels_follow_the_values():
    drawn = area_map("altariva", "en", {"XA01": 100, "XA02": 25, "XA03": 1}, {"XA01": "?p=1"}, ["XA02"])
    found = {area.code: (area.value, area.level, area.url, area.is_current) for area in drawn.areas}
    assert found == {
        "XA01": (100, 4, "?p=1", False),
        "XA02": (25, 2, "", True),
        "XA03": (1, 1, "", False),
        "XA04": (0, 0, "", False),
        "XA05": (0, 0, "", False),
        "XA06": (0, 0, "", False),
    }
    assert (drawn.most, drawn.total) == (100, 126)


def test_area_map_without_any_value_is_drawn_empty():
    assert {area.level for area in area_map("altariva", "it", {}, {}).areas} == {0}


def test_point_falls_inside_its_province():
    """Milan's cathedral (45.4642 N, 9.1896 E) lies near the middle of its province, west of Brescia."""
    x, y = point("lombardia", 9.1896, 45.4642)
    centres = {area["code"]: area["centre"] for area in load("lombardia")["areas"]}
    assert abs(x - centres["ITC4C"][0]) < 40
    assert abs(y - centres["ITC4C"][1]) < 40
    assert x < centres["ITC47"][0]


def test_point_in_an_invented_region_has_no_degrees():
    assert point("altariva", 9.0, 45.0) is None
