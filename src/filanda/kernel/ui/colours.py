# SPDX-License-Identifier: EUPL-1.2
"""A region's own colour over a compiled theme: a small style sheet of custom properties, made from one colour.

The steps are those of assets/scss/parts/_tokens.scss. Contrast is that of WCAG 2.2 (success criterion 1.4.3).
"""

from __future__ import annotations

import colorsys
import hashlib
import re

from django.urls import reverse

from filanda.kernel.regions.models import Region

__all__ = ["LEAST", "colour_css", "colour_of", "colour_url", "contrast", "version_of", "worst_contrast"]

LEAST = 4.5
PAPERS = ("#ffffff", "#faf8f3", "#f3efe5")  # --white, --paper, --silk: what text and buttons stand on
_HEX = re.compile(r"#[0-9a-f]{6}")

RGB = tuple[float, float, float]


def colour_of(region: Region) -> str:
    """The colour of `region` as "#rrggbb"; "" for that of its theme."""
    given = region.settings.get("colour")
    return given if isinstance(given, str) and _HEX.fullmatch(given) else ""


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours "#rrggbb", 1 to 21."""
    light, dark = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def worst_contrast(colour: str) -> float:
    """The least contrast of text in `colour` on any ground it stands on, and of white on `colour`."""
    tints = [_hex(_stepped(colour, 4, 97.5)), _hex(_stepped(colour, 10, 94))]
    return min(contrast(colour, ground) for ground in (*PAPERS, *tints))


def colour_css(colour: str) -> str:
    """The style sheet: what a theme compiled with `colour` would have said in another way."""
    hue, saturation, brightness = _hsb(colour)
    darker = [_hex(_rgb_of(hue, min(1, saturation + 0.04), max(0, brightness - step))) for step in (0.1, 0.2)]
    tints = [_hex(_stepped(colour, *step)) for step in ((4, 97.5), (10, 94), (20, 87))]
    names = {"main": colour, "dark": darker[0], "deep": darker[1]}
    names |= {"tint": tints[0], "tint-2": tints[1], "tint-3": tints[2]}
    own = "".join(f"--{name}:{value};" for name, value in names.items())
    return (
        f":root{{{own}--bs-link-color:{colour};--bs-link-hover-color:{darker[0]}}}"
        f".btn{{--bs-btn-color:{colour}}}"
        f".btn-primary{{--bs-btn-color:#fff;--bs-btn-bg:{colour};--bs-btn-border-color:{colour};"
        f"--bs-btn-hover-bg:{darker[0]};--bs-btn-hover-border-color:{darker[0]};--bs-btn-active-bg:{darker[0]};"
        f"--bs-btn-active-border-color:{darker[1]};--bs-btn-disabled-bg:{colour};--bs-btn-disabled-border-color:{colour}}}\n"
    )


def version_of(colour: str) -> str:
    """Changes with what the style sheet says: part of its address, so that it can be kept for ever."""
    return hashlib.sha256(colour_css(colour).encode()).hexdigest()[:12]


def colour_url(region: Region) -> str:
    """The address of the region's style sheet, "" without a colour of its own."""
    colour = colour_of(region)
    return reverse("colour", args=[colour.removeprefix("#"), version_of(colour)]) if colour else ""


def _stepped(colour: str, saturation: float, brightness: float) -> RGB:
    return _rgb_of(_hsb(colour)[0], saturation / 100, brightness / 100)


def _rgb(colour: str) -> RGB:
    return tuple(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))  # type: ignore[return-value]


def _hsb(colour: str) -> RGB:
    return colorsys.rgb_to_hsv(*_rgb(colour))


def _rgb_of(hue: float, saturation: float, brightness: float) -> RGB:
    return colorsys.hsv_to_rgb(hue, saturation, brightness)


def _hex(rgb: RGB) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in rgb)


def _luminance(rgb: RGB) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
