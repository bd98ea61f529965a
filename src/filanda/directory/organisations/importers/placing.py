# SPDX-License-Identifier: EUPL-1.2
"""Where a body is, from what a source says of country, postcode, town and NUTS code; and whether that is in a region.

What the source does not say stays empty. Codes for Italy are NUTS 2021 (`ITC45`, Milan before Monza was cut out of it,
is kept as stated and gives no province).
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from babel import Locale

from filanda.directory.organisations.importers.naming import readable
from filanda.directory.taxonomies import places
from filanda.kernel.text.folding import fold

__all__ = ["Place", "country_code", "is_within", "locate", "same_town"]

_EU_SPELLING = {"EL": "GR", "UK": "GB"}  # the EU's own codes for Greece and the United Kingdom
_NOT_COUNTRIES = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}

# Where an Italian postcode (CAP) lies, by its first two digits: NUTS 2 codes. Source: the CAP plan of Poste Italiane;
# a few border municipalities and single large users deviate.
_POSTCODE_REGIONS = {
    "ITI4": "00 01 02 03 04",
    "ITI2": "05 06",
    "ITG2": "07 08 09",
    "ITC1": "10 12 13 14 15 28",
    "ITC2": "11",
    "ITC3": "16 17 18 19",
    "ITC4": "20 21 22 23 24 25 26 27 46",
    "ITH5": "29 40 41 42 43 44 47 48",
    "ITH3": "30 31 32 35 36 37 45",
    "ITH4": "33 34",
    "ITH2": "38",
    "ITH1": "39",
    "ITI1": "50 51 52 53 54 55 56 57 58 59",
    "ITI3": "60 61 62 63",
    "ITF1": "64 65 66 67",
    "ITF4": "70 71 72 73 74 76",
    "ITF5": "75 85",
    "ITF3": "80 81 82 83 84",
    "ITF2": "86",
    "ITF6": "87 88 89",
    "ITG1": "90 91 92 93 94 95 96 97 98",
}
_REGION_OF_POSTCODE = {prefix: nuts for nuts, prefixes in _POSTCODE_REGIONS.items() for prefix in prefixes.split()}
# Lombardy's provinces by the first three digits, read off the 813 bodies of the register; 200 is Milan or Monza.
_PROVINCE_OF_POSTCODE = {
    "201": "ITC4C",
    "208": "ITC4D",
    "209": "ITC4D",
    "210": "ITC41",
    "211": "ITC41",
    "220": "ITC42",
    "221": "ITC42",
    "230": "ITC44",
    "231": "ITC44",
    "238": "ITC43",
    "239": "ITC43",
    "240": "ITC46",
    "241": "ITC46",
    "250": "ITC47",
    "251": "ITC47",
    "260": "ITC4A",
    "261": "ITC4A",
    "268": "ITC49",
    "269": "ITC49",
    "270": "ITC48",
    "271": "ITC48",
    "460": "ITC4B",
    "461": "ITC4B",
}
_EXONYMS = {
    "milan": "milano",
    "milan0": "milano",
    "mailand": "milano",
    "rome": "roma",
    "turin": "torino",
    "florence": "firenze",
    "venice": "venezia",
    "naples": "napoli",
    "genoa": "genova",
    "padua": "padova",
    "mantua": "mantova",
    "munich": "munchen",
    "muenchen": "munchen",
    "cologne": "koln",
    "koeln": "koln",
    "vienna": "wien",
    "brussels": "bruxelles",
    "brussel": "bruxelles",
    "zuerich": "zurich",
    "geneva": "geneve",
    "genf": "geneve",
    "prague": "praha",
    "warsaw": "warszawa",
    "lisbon": "lisboa",
    "copenhagen": "kobenhavn",
    "athens": "athina",
    "gothenburg": "goteborg",
    "bucharest": "bucuresti",
    "the hague": "den haag",
    "antwerp": "antwerpen",
    "ghent": "gent",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A place as far as it is known. `province_code` is a NUTS 3 code; `municipality_code` ISTAT's six digits."""

    street: str = ""
    postcode: str = ""
    municipality: str = ""
    municipality_code: str = ""
    province_code: str = ""
    nuts_code: str = ""
    country_code: str = ""

    @property
    def is_empty(self) -> bool:
        return self == Place()


@functools.cache
def _countries() -> frozenset[str]:
    known = {str(code) for code in Locale("en").territories}
    return frozenset(code for code in known if re.fullmatch("[A-Z]{2}", code)) - _NOT_COUNTRIES


def country_code(stated: str) -> str | None:
    """ISO 3166-1 alpha-2 (and XK) of a code as CORDIS writes it; "" for an empty cell, None for an unknown code."""
    code = stated.strip().upper()
    if not code:
        return ""
    code = _EU_SPELLING.get(code, code)
    return code if code in _countries() else None


@functools.lru_cache(maxsize=65536)
def locate(
    *, street: str = "", postcode: str = "", town: str = "", nuts: str = "", country: str = "", istat: str = ""
) -> Place:
    """A `Place` from cells as they were written. `country` must be normalised; `istat` is six digits or "".

    In Italy a municipality of Lombardy gets its proper name and its province; else the province comes from a full
    NUTS 3 code, else from the postcode where its first three digits leave no doubt.
    """
    postcode = _postcode(postcode, country)
    nuts = nuts.strip().upper()
    if not re.fullmatch(r"[A-Z]{2}[A-Z0-9]{0,3}", nuts):
        nuts = ""
    municipality = municipality_code = province = ""
    if country in {"IT", ""}:
        found = places.municipalities().get(istat) or (_municipality(town, postcode, nuts) if country else None)
        if found is not None:
            municipality, municipality_code, province = found.name, found.istat, found.province.nuts
        elif len(nuts) == 5 and places.find_province(nuts) is not None:
            province = nuts
        else:
            province = _PROVINCE_OF_POSTCODE.get(postcode[:3], "") if country == "IT" and len(postcode) == 5 else ""
    return Place(
        street=_street(street, country)[:300],
        postcode=postcode[:20],
        municipality=(municipality or _town(town, country))[:120],
        municipality_code=municipality_code,
        province_code=province,
        nuts_code=nuts,
        country_code=country,
    )


def is_within(place: Place, nuts_prefix: str) -> bool:
    """Whether `place` is in the NUTS area, by the first of these that says anything.

    A municipality whose province is known, a NUTS code as long as the prefix, the Italian postcode (regions, NUTS 2).
    """
    if place.municipality_code and place.province_code:
        return place.province_code.startswith(nuts_prefix)
    if len(place.nuts_code) >= len(nuts_prefix):
        return place.nuts_code.startswith(nuts_prefix)
    if place.province_code:
        return place.province_code.startswith(nuts_prefix)
    if place.country_code == "IT" and len(place.postcode) == 5:
        return _REGION_OF_POSTCODE.get(place.postcode[:2], "").startswith(nuts_prefix)
    return place.country_code == nuts_prefix


def same_town(first: str, second: str) -> bool | None:
    """Whether two town names mean the same town; None when one of them is unknown."""
    if not first or not second:
        return None
    return _town_key(first) == _town_key(second)


def _postcode(text: str, country: str) -> str:
    text = text.strip()
    if country == "IT":
        digits = re.search(r"(?<!\d)\d{5}(?!\d)", text)
        return digits[0] if digits else ""
    return "" if text in {"0", "00", "000", "0000", "00000", "-", "."} else text


def _municipality(town: str, postcode: str, nuts: str) -> places.Municipality | None:
    """The municipality of Lombardy that `town` names, unless postcode or NUTS code say another region."""
    is_confirmed = _REGION_OF_POSTCODE.get(postcode[:2]) == "ITC4"
    if postcode and not is_confirmed:
        return None
    if len(nuts) >= 4 and not nuts.startswith("ITC4") and not is_confirmed:
        return None
    hint = _PROVINCE_OF_POSTCODE.get(postcode[:3], "")
    for candidate, stated in _town_candidates(town):
        acronym = getattr(places.find_province(stated), "acronym", "")
        for province in dict.fromkeys((stated, *_CUT_OUT_OF.get(acronym, ()), hint)):
            found = places.find_municipality(candidate, province=province)
            if found is not None:
                return found
    return _municipalities_joined().get(fold(town).replace(" ", ""))


# Provinces made of others since 1992: an old address may still name the one before.
_CUT_OUT_OF = {"MI": ("MB", "LO"), "CO": ("LC",), "BG": ("LC",)}


@functools.cache
def _municipalities_joined() -> dict[str, places.Municipality]:
    """By name without blanks ("COSTAMASNAGA"), where that is one municipality only."""
    found: dict[str, list[places.Municipality]] = {}
    for municipality in places.municipalities().values():
        found.setdefault(fold(municipality.name).replace(" ", ""), []).append(municipality)
    return {name: same[0] for name, same in found.items() if len(same) == 1}


def _town_candidates(town: str) -> list[tuple[str, str]]:
    """Readings of a town as written, most literal first, each with the province it names or ""."""
    town = town.replace("'", "’").replace("`", "’").strip(" .,;-")
    folded = fold(town)
    readings = [(town, ""), (_EXONYMS.get(folded, folded), "")]
    outer = re.sub(r"\(.*?\)", " ", town).strip(" -")
    inside = re.search(r"\(\s*(.+?)\s*\)", town)
    if inside and outer:
        hint = _EXONYMS.get(fold(inside[1]), fold(inside[1]))
        readings.append((outer, hint if places.find_province(hint) else ""))
    words = folded.split()
    for length in (1, 2):
        if len(words) > length:
            tail = " ".join(words[-length:])
            tail = _EXONYMS.get(tail, tail)
            if places.find_province(tail):
                readings.append((" ".join(words[:-length]), tail))
    return readings


def _town_key(town: str) -> str:
    folded = fold(re.sub(r"\(.*?\)", " ", town))
    words = folded.split()
    if len(words) > 1 and len(words[-1]) == 2 and places.find_province(words[-1]):
        folded = " ".join(words[:-1])
    if len(words) > 1 and words[-1] == "cedex":
        folded = " ".join(words[:-1])
    folded = re.sub(r"\s+\d+$", "", folded)
    return _EXONYMS.get(folded, folded).replace(" ", "")


def _street(street: str, country: str) -> str:
    street = " ".join(street.split())
    if not street.isupper():
        return street
    return readable(street, country) if country == "IT" else street.title()


def _town(town: str, country: str) -> str:
    town = " ".join(town.split()).strip(" ,;-")
    if re.fullmatch(r"[\d\s-]*", town):
        return ""
    if not (town.isupper() or town.islower()):
        return town
    return re.sub(r"[^\W\d_]+", lambda word: _capitalised(word[0], is_first=word.start() == 0), town)


_TOWN_PARTICLES = frozenset(
    "di|del|della|dei|d|al|alla|sul|sulla|de|des|du|la|le|les|sur|am|an|der|den|of|the|y|do|da".split("|")  # noqa: SIM905
)


def _capitalised(word: str, *, is_first: bool) -> str:
    return word.lower() if word.lower() in _TOWN_PARTICLES and not is_first else word.capitalize()
