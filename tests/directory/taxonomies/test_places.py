# SPDX-License-Identifier: EUPL-1.2
import pytest

from filanda.directory.taxonomies.places import find_municipality, find_province, municipalities, provinces


def test_every_italian_province_has_one_nuts_code():
    assert len(provinces()) == 107
    assert len({province.nuts for province in provinces().values()}) == 107
    assert {province.nuts[:4] for province in provinces().values() if province.region == "Lombardia"} == {"ITC4"}


def test_municipalities_of_lombardy_are_all_there():
    assert len(municipalities()) == 1503
    assert len({place.province.acronym for place in municipalities().values()}) == 12


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Milano", "015146"),
        ("MILANO", "015146"),
        ("Milan", "015146"),
        ("  milano (MI) ", "015146"),
        ("Milano, MI", "015146"),
        ("S. Donato Milanese", "015192"),
        ("San Donato Milanese", "015192"),
        ("Cantu", "013041"),
        ("Cantù", "013041"),
        ("CANTU'", "013041"),
        ("Gardone Val Trompia", "017075"),
        ("MANTUA", "020030"),
    ],
)
def test_a_municipality_is_found_however_it_is_written(text, code):
    found = find_municipality(text)
    assert found is not None
    assert found.istat == code


@pytest.mark.parametrize("text", ["", "Roma", "Atlantide", "x" * 10_000, "Milano (RM)", "\x00", "🙂"])
def test_what_is_not_in_the_list_is_unknown(text):
    assert find_municipality(text) is None


def test_a_province_that_contradicts_makes_a_place_unknown():
    assert find_municipality("Milano", province="MI") == find_municipality("Milano")
    assert find_municipality("Milano", province="Bergamo") is None


@pytest.mark.parametrize(
    ("text", "acronym"),
    [
        ("MI", "MI"),
        ("milano", "MI"),
        ("ITC4C", "MI"),
        ("015", "MI"),
        ("Monza e della Brianza", "MB"),
        ("Monza e Brianza", "MB"),
        ("Mantua", "MN"),
        ("Bolzano", "BZ"),
    ],
)
def test_a_province_is_found_by_name_or_code(text, acronym):
    found = find_province(text)
    assert found is not None
    assert found.acronym == acronym
