# SPDX-License-Identifier: EUPL-1.2
"""Draws the province shapes of `src/filanda/kernel/ui/shapes/`.

    python assets/shapes.py lombardia limits_IT_provinces.topo.json > src/filanda/kernel/ui/shapes/lombardia.json
    python assets/shapes.py altariva > src/filanda/kernel/ui/shapes/altariva.json

Lombardy comes from the TopoJSON that openpolis derives from ISTAT's boundaries (github.com/openpolis/geojson-italy,
CC BY 4.0). Borders are simplified arc by arc, so that two neighbours keep one common line. Altariva is invented: its
borders are drawn from a handful of points below, roughened by midpoint displacement with a fixed seed.
"""

import json
import math
import random
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

Point = tuple[float, float]
WIDTH = 600

LOMBARDIA = {  # province number of ISTAT -> NUTS 2021 code, English name where it has one
    12: ("ITC41", "Varese", "Varese"),
    13: ("ITC42", "Como", "Como"),
    97: ("ITC43", "Lecco", "Lecco"),
    14: ("ITC44", "Sondrio", "Sondrio"),
    16: ("ITC46", "Bergamo", "Bergamo"),
    17: ("ITC47", "Brescia", "Brescia"),
    18: ("ITC48", "Pavia", "Pavia"),
    98: ("ITC49", "Lodi", "Lodi"),
    19: ("ITC4A", "Cremona", "Cremona"),
    20: ("ITC4B", "Mantova", "Mantua"),
    15: ("ITC4C", "Milano", "Milan"),
    108: ("ITC4D", "Monza e della Brianza", "Monza and Brianza"),
}


def simplify(line: list[Point], tolerance: float) -> list[Point]:
    """Ramer-Douglas-Peucker, in the units of the line; the two ends stay."""
    if len(line) < 3:
        return line
    (x1, y1), (x2, y2) = line[0], line[-1]
    length = math.hypot(x2 - x1, y2 - y1)
    far, where = 0.0, 0
    for index, (x, y) in enumerate(line[1:-1], 1):
        away = abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length if length else math.hypot(x - x1, y - y1)
        if away > far:
            far, where = away, index
    if far <= tolerance:
        return [line[0], line[-1]]
    return simplify(line[: where + 1], tolerance)[:-1] + simplify(line[where:], tolerance)


def path(rings: list[list[Point]]) -> str:
    """Rings of points as an SVG path of whole numbers and relative moves."""
    parts = []
    for ring in rings:
        points = [(round(x), round(y)) for x, y in ring]
        points = [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]
        if points[0] == points[-1]:
            points.pop()
        if len(points) < 3:
            continue
        steps, (px, py) = [], points[0]
        for x, y in points[1:]:
            steps.append(f"{x - px}" + (f"{y - py}" if y < py else f" {y - py}"))
            px, py = x, y
        parts.append(f"M{points[0][0]} {points[0][1]}l" + " ".join(steps).replace(" -", "-") + "z")
    return "".join(parts)


def middle(ring: list[Point]) -> Point:
    """Centroid of a ring (shoelace)."""
    area = cx = cy = 0.0
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        cross = x1 * y2 - x2 * y1
        area, cx, cy = area + cross, cx + (x1 + x2) * cross, cy + (y1 + y2) * cross
    return cx / (3 * area), cy / (3 * area)


def write(head: dict, areas: list[tuple[str, str, str, str, list[list[Point]]]], height: int) -> str:
    shapes = []
    for code, short, name_it, name_en, rings in areas:
        cx, cy = middle(max(rings, key=lambda r: max(x for x, _ in r) - min(x for x, _ in r)))
        names = {"it": name_it, "en": name_en}
        shapes.append(
            {"code": code, "short": short, "name": names, "centre": [round(cx), round(cy)], "path": path(rings)}
        )
    return json.dumps({**head, "width": WIDTH, "height": height, "areas": shapes}, ensure_ascii=False, indent=1)


def lombardia(source: str) -> str:
    topology = json.loads(Path(source).read_text(encoding="utf-8"))
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    provinces = topology["objects"]["provinces"]["geometries"]
    geometries = [g for g in provinces if g["properties"]["prov_istat_code_num"] in LOMBARDIA]

    def decoded(arc: list[list[int]]) -> list[Point]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * sx + tx, y * sy + ty))
        return line

    used = {a if a >= 0 else ~a for g in geometries for p in polygons(g) for ring in p for a in ring}
    raw = {a: decoded(topology["arcs"][a]) for a in used}
    west, east = min(x for line in raw.values() for x, _ in line), max(x for line in raw.values() for x, _ in line)
    south, north = min(y for line in raw.values() for _, y in line), max(y for line in raw.values() for _, y in line)
    across = (WIDTH - 8) / (east - west)
    along = across / math.cos(math.radians((south + north) / 2))
    place: Callable[[Point], Point] = lambda p: (4 + (p[0] - west) * across, 4 + (north - p[1]) * along)  # noqa: E731
    arcs = {a: simplify([place(p) for p in line], 0.9) for a, line in raw.items()}
    areas = []
    for g in geometries:
        code, name_it, name_en = LOMBARDIA[g["properties"]["prov_istat_code_num"]]
        rings = []
        for polygon in polygons(g):
            for ring in polygon:
                line: list[Point] = []
                for a in ring:
                    line += arcs[a] if a >= 0 else arcs[~a][::-1]
                rings.append(line)
        areas.append((code, g["properties"]["prov_acr"], name_it, name_en, rings))
    areas.sort()
    head = {
        "region": "lombardia",
        "source": "ISTAT, confini delle unità amministrative, via openpolis/geojson-italy; semplificati",
        "licence": "CC-BY-4.0",
        "projection": {
            "west": round(west, 5),
            "north": round(north, 5),
            "across": round(across, 4),
            "along": round(along, 4),
            "margin": 4,
        },
    }
    return write(head, areas, math.ceil(8 + (north - south) * along))


def polygons(geometry: dict) -> list[list[list[int]]]:
    return [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]


ALTARIVA_POINTS = {
    "a": (70, 120), "b": (190, 40), "c": (330, 62), "d": (470, 30), "e": (565, 120), "f": (548, 250), "g": (585, 360),
    "h": (460, 430), "i": (330, 405), "j": (205, 455), "k": (90, 400), "l": (25, 270), "m": (230, 190), "n": (390, 175),
    "o": (300, 290), "p": (440, 290), "q": (160, 300),
}  # fmt: skip
ALTARIVA = {
    "XA01": ("VD", "Valdorsa", "Valdorsa", "abmql"),
    "XA02": ("MF", "Montefiero", "Montefiero", "bcnm"),
    "XA03": ("CS", "Colserena", "Colserena", "cdefpn"),
    "XA04": ("PM", "Pianmura", "Pianmura", "mnpoq"),
    "XA05": ("RL", "Rivalunga", "Rivalunga", "opfghi"),
    "XA06": ("SA", "Borgo al Salice", "Borgo al Salice", "lqoijk"),
}


def altariva() -> str:
    drawn: dict[str, list[Point]] = {}

    def border(start: str, end: str) -> list[Point]:
        name = min(start, end) + max(start, end)
        if name not in drawn:
            chance = random.Random(name)  # noqa: S311 - a drawing
            line = [ALTARIVA_POINTS[name[0]], ALTARIVA_POINTS[name[1]]]
            for _ in range(4):
                rough = []
                for (x1, y1), (x2, y2) in pairwise(line):
                    span = math.hypot(x2 - x1, y2 - y1)
                    push = chance.uniform(-0.14, 0.14) * span
                    across, down = (y1 - y2) / span * push, (x2 - x1) / span * push
                    rough += [(x1, y1), ((x1 + x2) / 2 + across, (y1 + y2) / 2 + down)]
                line = [*rough, line[-1]]
            drawn[name] = line
        return drawn[name] if start < end else drawn[name][::-1]

    areas = []
    for code, (short, name_it, name_en, corners) in ALTARIVA.items():
        ring = [p for a, b in zip(corners, corners[1:] + corners[0], strict=True) for p in border(a, b)]
        areas.append((code, short, name_it, name_en, [ring]))
    head = {"region": "altariva", "source": "Filanda", "licence": "EUPL-1.2", "projection": None}
    return write(head, areas, 500)


if __name__ == "__main__":
    sys.stdout.write(lombardia(sys.argv[2]) if sys.argv[1] == "lombardia" else altariva())
