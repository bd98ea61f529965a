# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import pytest

from filanda.directory.organisations.importers.placing import country_code, is_within, locate, same_town


@pytest.mark.parametrize(
    ("stated", "code"),
    [("EL", "GR"), ("UK", "GB"), ("it", "IT"), ("XK", "XK"), ("", ""), ("ZZ", None), ("Italy", None)],
)
def test_country_codes(stated, code):
    assert country_code(stated) == code


@pytest.mark.parametrize(
    ("town", "postcode", "municipality", "province"),
    [
        ("MILAN", "", "Milano", "ITC4C"),
        ("MILANO MI", "20124", "Milano", "ITC4C"),
        ("SEGRATE - MILANO", "20090", "Segrate", "ITC4C"),
        ("SEREGNO (MILANO)", "", "Seregno", "ITC4D"),
        ("Gussago (Brescia)", "", "Gussago", "ITC47"),
        ("COSTAMASNAGA", "23845", "Costa Masnaga", "ITC43"),
        ("SAN PAOLO D ARGON", "24060", "San Paolo d'Argon", "ITC46"),
        ("LUCERNATE DI RHO", "20016", "Lucernate di Rho", ""),
        ("ROMA", "21040", "Roma", "ITC41"),
        ("", "IT-20126", "", "ITC4C"),
        ("20123", "11", "", ""),
    ],
)
def test_places_in_lombardy(town, postcode, municipality, province):
    place = locate(town=town, postcode=postcode, country="IT")
    assert (place.municipality, place.province_code) == (municipality, province)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"nuts": "ITC4C"}, True),
        ({"nuts": "ITC45"}, True),
        ({"nuts": "ITI43", "town": "ROMA"}, False),
        ({"nuts": "IT", "town": "BRESCIA"}, True),
        ({"town": "MILANO", "postcode": "20144", "nuts": "ITI14"}, True),
        ({"town": "MILANO", "nuts": "ITI14"}, False),
        ({"postcode": "46100"}, True),
        ({"postcode": "28100"}, False),
        ({"town": "SAMONE", "postcode": "10010"}, False),
        ({"town": "TORINO"}, False),
        ({}, False),
    ],
)
def test_what_is_in_lombardy(cells, expected):
    assert is_within(locate(country="IT", **cells), "ITC4") is expected


def test_other_countries_are_never_in_an_italian_area():
    assert not is_within(locate(town="Milano", postcode="20121", country="US"), "ITC4")
    assert is_within(locate(nuts="DE212", country="DE"), "DE2")


def test_nothing_is_guessed_from_nothing():
    assert locate(country="").is_empty
    assert locate(town="Milano", country="").province_code == ""


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("MILANO", "Milan", True),
        ("MEYLAN CEDEX", "MEYLAN", True),
        ("PARIS 15", "Paris", True),
        ("LODI LO", "Lodi", True),
        ("Bergamo", "Brescia", False),
        ("", "Lodi", None),
    ],
)
def test_towns(one, other, same):
    assert same_town(one, other) is same
