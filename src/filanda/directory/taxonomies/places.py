# SPDX-License-Identifier: EUPL-1.2
"""Italian provinces and the municipalities of Lombardy, from the shipped lists; no query.

An importer asks here what a place name means. A name that could be two places, or is not in the list, gives None:
unknown, not guessed.
"""

from __future__ import annotations

import csv
import functools
import re
from dataclasses import dataclass
from pathlib import Path

from filanda.kernel.text.folding import fold

SHIPPED = Path(__file__).parent / "shipped"

_PROVINCE_IN_BRACKETS = re.compile(r"^(?P<name>.*?)\s*[(,]\s*(?P<province>[A-Za-z]{2})\s*\)?\s*$")
_ENGLISH = {"milan": "milano", "mantua": "mantova"}
_SAINTS = ("san", "santo", "santa", "sant")


@dataclass(frozen=True, slots=True)
class Province:
    """`istat`: three digits; `acronym`: vehicle-plate code (MI); `nuts`: NUTS 3 code (ITC4C)."""

    istat: str
    acronym: str
    name: str
    nuts: str
    region: str


@dataclass(frozen=True, slots=True)
class Municipality:
    """`istat`: six digits."""

    istat: str
    name: str
    province: Province


def _rows(name: str) -> list[dict[str, str]]:
    with (SHIPPED / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


@functools.cache
def provinces() -> dict[str, Province]:
    """All provinces of Italy by vehicle-plate code."""
    return {row["acronym"]: Province(**row) for row in _rows("provinces-italy.csv")}


@functools.cache
def _provinces_by_word() -> dict[str, Province]:
    by_word: dict[str, Province] = {}
    for province in provinces().values():
        names = {province.name, *province.name.split("/")}
        words = {fold(name) for name in names} | {province.acronym.casefold(), province.nuts.casefold(), province.istat}
        by_word.update(dict.fromkeys(words, province))
    by_word["monza e brianza"] = by_word["monza brianza"] = provinces()["MB"]
    by_word["reggio emilia"] = provinces()["RE"]
    by_word["reggio calabria"] = provinces()["RC"]
    by_word["forli"] = provinces()["FC"]
    return by_word


def find_province(text: str) -> Province | None:
    """The province that `text` names: its name, plate code (MI), NUTS 3 code or three-digit ISTAT code."""
    folded = fold(text)
    return _provinces_by_word().get(_ENGLISH.get(folded, folded))


@functools.cache
def municipalities() -> dict[str, Municipality]:
    """The municipalities of Lombardy by ISTAT code."""
    known = provinces()
    return {
        row["istat"]: Municipality(row["istat"], row["name"], known[row["province"]])
        for row in _rows("municipalities-lombardy.csv")
    }


@functools.cache
def _municipalities_by_name() -> dict[str, tuple[Municipality, ...]]:
    by_name: dict[str, tuple[Municipality, ...]] = {}
    for municipality in municipalities().values():
        for name in {municipality.name, *municipality.name.split("/")}:
            by_name[fold(name)] = (*by_name.get(fold(name), ()), municipality)
    return by_name


def _spellings(folded: str) -> list[str]:
    """The ways in which an abbreviated name may be written out: "s donato milanese" -> "san donato milanese" …"""
    first, _, rest = folded.partition(" ")
    if first in {"s", "st", "ss"} and rest:
        return [f"{saint} {rest}" for saint in _SAINTS]
    return [folded]


def find_municipality(name: str, *, province: str = "") -> Municipality | None:
    """The municipality of Lombardy called `name` ("Milano", "MILAN", "S. Donato Milanese", "Lodi (LO)").

    `province` (name or code) settles which of two; where it contradicts the only match, the answer is None.
    """
    name = name[:200]
    in_brackets = _PROVINCE_IN_BRACKETS.match(name)
    if in_brackets and find_province(in_brackets["province"]):
        name, province = in_brackets["name"], province or in_brackets["province"]
    folded = fold(name)
    by_name = _municipalities_by_name()
    found = {place for spelling in _spellings(_ENGLISH.get(folded, folded)) for place in by_name.get(spelling, ())}
    if province:
        wanted = find_province(province)
        found = {place for place in found if place.province == wanted}
    return found.pop() if len(found) == 1 else None
