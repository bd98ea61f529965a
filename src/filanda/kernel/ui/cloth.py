# SPDX-License-Identifier: EUPL-1.2
"""The thread, Filanda's identity: a woven pattern drawn from an id, and monograms for bodies without a logo.

Both are deterministic: the same id or name gives the same cloth everywhere, for good. Colours come from the style
sheet (`currentColor`, `mono-N`), so nothing here needs an inline style.
"""

from __future__ import annotations

import functools
import hashlib
import re
from typing import Protocol

from markupsafe import Markup, escape

# Words that say what kind of body it is rather than which one: no initials from these.
_PLAIN_WORDS = frozenset(
    re.findall(
        r"\S+",
        "di de del della dello dei degli delle dell da dal e ed per in con il lo la le gli i a al alla su the of and"
        " for srl srls spa s.p.a s.r.l sas snc scarl scrl onlus ets aps ltd gmbh sa ag bv societa società azienda",
    )
)
_MONOGRAM_COLOURS = 8


@functools.lru_cache(maxsize=512)
def thread(key: str, height: int = 12, scale: int = 4) -> Markup:
    """A band of woven cloth, as wide as its container, drawn from `key` in the current text colour.

    height: of the band in CSS pixels; scale: of one crossing of threads in CSS pixels. The weave is a twill of eight
    ends: which threads are lifted, how far each pick steps aside and where the order turns come from the key's hash.
    """
    digest = hashlib.sha256(key.encode()).digest()
    ends = 8
    lifted = [bool(digest[0] >> end & 1) for end in range(ends)]
    if sum(lifted) in (0, ends) or sum(lifted) < 3:
        lifted = [(end + digest[0]) % 8 < 4 for end in range(ends)]
    step = (1, 3, 5, 7)[digest[1] % 4]
    turn = 4 + digest[2] % 5  # picks before the twill turns back: herringbone and its cousins
    picks = turn * 2
    over = [
        [lifted[(end + (pick if pick < turn else picks - pick) * step) % ends] for end in range(ends)]
        for pick in range(picks)
    ]
    # Only what lies on top is drawn, a float as one stroke: the eye supplies what passes below.
    warp = "".join(
        f"M{end}.5 {start}.3v{length - 0.6:g}"
        for end in range(ends)
        for start, length in _runs([over[pick][end] for pick in range(picks)])
    )
    weft = "".join(
        f"M{start}.3 {pick}.5h{length - 0.6:g}"
        for pick in range(picks)
        for start, length in _runs([not up for up in over[pick]])
    )
    name = f"w{digest.hex()[:8]}-{height}-{scale}"
    return Markup(  # noqa: S704 - numbers and a hash only
        f'<svg class="thread" width="100%" height="{height}" aria-hidden="true" focusable="false">'
        f'<pattern id="{name}" width="{ends}" height="{picks}" patternUnits="userSpaceOnUse"'
        f' patternTransform="scale({scale})">'
        f'<g fill="none" stroke="currentColor" stroke-width=".64" stroke-linecap="round">'
        f'<path d="{warp}"/><path stroke-opacity=".5" d="{weft}"/></g></pattern>'
        f'<rect width="100%" height="{height}" fill="url(#{name})"/></svg>'
    )


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    """(start, length) of each unbroken run of True."""
    return [
        (start, next((i for i in range(start, len(row)) if not row[i]), len(row)) - start)
        for start in range(len(row))
        if row[start] and (start == 0 or not row[start - 1])
    ]


@functools.lru_cache(maxsize=8192)
def monogram(name: str, size: str = "") -> Markup:
    """The initials of a body's name on a swatch whose colour is the name's. size: "", "small" or "large"."""
    words = [w for w in re.findall(r"[^\W\d_][\w.&]*", name) if w.strip(".").lower() not in _PLAIN_WORDS]
    if not words:
        letters = (re.sub(r"\W", "", name)[:2] or "?").upper()
    elif len(words) == 1:
        letters = words[0][:2].upper()
    else:
        letters = (words[0][0] + words[1][0]).upper()
    colour = hashlib.sha256(name.encode()).digest()[0] % _MONOGRAM_COLOURS
    classes = f"mono mono-{colour}" + (f" mono-{size}" if size else "")
    return Markup('<span class="{}" aria-hidden="true">{}</span>').format(classes, escape(letters))


class Emblem(Protocol):
    """Where a body's logo is served, in two sizes, with the sides in pixels."""

    @property
    def url(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def small_url(self) -> str: ...
    @property
    def small_width(self) -> int: ...
    @property
    def small_height(self) -> int: ...


def emblem(name: str, logo: Emblem | None, size: str = "") -> Markup:
    """A body's logo, where it has one, else its monogram. size: "", "small" or "large"."""
    if logo is None:
        return monogram(name, size)
    is_large = size == "large"
    return Markup('<span class="logo{}"><img src="{}" alt="" width="{}" height="{}"{}></span>').format(
        f" logo-{size}" if size else "",
        logo.url if is_large else logo.small_url,
        logo.width if is_large else logo.small_width,
        logo.height if is_large else logo.small_height,
        Markup("") if is_large else Markup(' loading="lazy"'),
    )


@functools.lru_cache(maxsize=8192)
def initials(name: str, size: str = "") -> Markup:
    """A person's initials, first and last, on a round swatch whose colour is the name's. size: as of `monogram`."""
    words = re.findall(r"[^\W\d_]+", name)
    letters = (words[0][0] + words[-1][0] if len(words) > 1 else "".join(words)[:2] or "?").upper()
    colour = hashlib.sha256(name.encode()).digest()[0] % _MONOGRAM_COLOURS
    classes = f"mono mono-round mono-{colour}" + (f" mono-{size}" if size else "")
    return Markup('<span class="{}" aria-hidden="true">{}</span>').format(classes, escape(letters))
