# SPDX-License-Identifier: EUPL-1.2
"""Shapes of a region's provinces for server-drawn maps (`shapes/*.json`, made by `assets/shapes.py`)."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "shapes"


@dataclass(frozen=True, slots=True)
class Area:
    """One province as drawn. level: 0 (nothing) to 4 (most), a quarter of the largest value each."""

    code: str
    short: str
    name: str
    path: str
    x: int
    y: int
    value: int
    level: int
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class AreaMap:
    width: int
    height: int
    areas: list[Area]
    source: str
    most: int
    total: int


@functools.cache
def load(name: str) -> dict[str, Any] | None:
    """The file of shapes called `name`, or None where there is none (a region may have no map)."""
    file = FOLDER / f"{name}.json"
    if not name or not file.is_file():
        return None
    shapes: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return shapes


def area_map(
    name: str, language: str, values: Mapping[str, int], urls: Mapping[str, str], current: Iterable[str] = ()
) -> AreaMap | None:
    """The map `name` with a value and an address for each province code; None where there are no shapes.

    values: province code (NUTS 3, or the invented codes of Altariva) -> count; a missing one counts as 0.
    urls: province code -> where a click leads; a missing one is drawn without a link.
    """
    shapes = load(name)
    if shapes is None:
        return None
    chosen = set(current)
    most = max((values.get(a["code"], 0) for a in shapes["areas"]), default=0)
    areas = []
    for a in shapes["areas"]:
        value = values.get(a["code"], 0)
        level = 0 if not value else 1 + min(3, int(4 * (value / most) ** 0.5 - 0.0001))
        areas.append(
            Area(
                code=a["code"],
                short=a["short"],
                name=a["name"].get(language) or a["name"]["it"],
                path=a["path"],
                x=a["centre"][0],
                y=a["centre"][1],
                value=value,
                level=level,
                url=urls.get(a["code"], ""),
                is_current=a["code"] in chosen,
            )
        )
    total = sum(a.value for a in areas)
    return AreaMap(shapes["width"], shapes["height"], areas, shapes["source"], most, total)


def point(name: str, longitude: float, latitude: float) -> tuple[float, float] | None:
    """Where degrees (WGS 84) fall on the map `name`, in its units; None if it has no projection (an invented place)."""
    shapes = load(name)
    if shapes is None or not shapes["projection"]:
        return None
    p = shapes["projection"]
    x = p["margin"] + (longitude - p["west"]) * p["across"]
    y = p["margin"] + (p["north"] - latitude) * p["along"]
    return round(x, 1), round(y, 1)
