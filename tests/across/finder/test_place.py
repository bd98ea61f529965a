# SPDX-License-Identifier: EUPL-1.2
import pytest

from filanda.across.finder.portrait import place


@pytest.mark.parametrize(
    ("municipality", "province", "said"),
    [
        ("Treviglio", "Bergamo", "Treviglio, Bergamo"),
        ("Bergamo", "Bergamo", "Bergamo"),
        ("Milano", "Milano", "Milano"),
        ("Milano", "Milan", "Milan"),
        ("Rho", "Milan", "Rho, Milan"),
        ("Mantova", "Mantua", "Mantua"),
        ("Milano", "", "Milano"),
        ("", "Milan", "Milan"),
        ("", "", ""),
        ("Torino", "Torino", "Torino"),
    ],
)
def test_place_says_each_name_once_and_in_the_readers_language(region, municipality, province, said):
    region.shapes = "lombardia"
    assert place(municipality, province) == said
