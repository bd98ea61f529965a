# SPDX-License-Identifier: EUPL-1.2
import pytest

from filanda.across.finder.portrait import place, source_label
from filanda.capabilities.collaborations.steps import SOURCE


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


@pytest.mark.parametrize("source", ["cordis", "demo", "person", SOURCE])
def test_where_a_piece_comes_from_is_said_in_words(source):
    assert source_label(source) != source
