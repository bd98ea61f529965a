# SPDX-License-Identifier: EUPL-1.2
"""Charts as numbers for the templates: where each bar stands in an SVG drawing. Colours and words come later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Bar", "bars", "line"]

WIDTH, HEIGHT = 600, 140


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float


def bars(values: Sequence[float], width: int = WIDTH, height: int = HEIGHT) -> list[Bar]:
    """A bar for each value, side by side, the highest as high as the drawing; a value above nothing is seen."""
    highest = max([*values, 1])
    step = width / max(len(values), 1)
    found = []
    for place, value in enumerate(values):
        tall = round(max(value / highest * height, 2 if value else 0), 1)
        found.append(Bar(round(place * step + 2, 1), round(height - tall, 1), round(step - 4, 1), tall))
    return found


def line(values: Sequence[float], width: int = WIDTH, height: int = HEIGHT) -> str:
    """The points of a line through `values`, from left to right, on the scale of `bars`."""
    highest = max([*values, 1])
    step = width / max(len(values) - 1, 1)
    return " ".join(
        f"{round(place * step, 1)},{round(height - value / highest * (height - 4) - 2, 1)}"
        for place, value in enumerate(values)
    )
