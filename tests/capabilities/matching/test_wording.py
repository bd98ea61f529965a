# SPDX-License-Identifier: EUPL-1.2
"""Concepts found by the words of their labels, over a handful of labels as ATECO, NACE and EuroSciVoc write them."""

from __future__ import annotations

import pytest

from filanda.capabilities.matching import wording
from filanda.capabilities.matching.wording import nearest_by_words
from filanda.directory.taxonomies.models import Concept, ConceptScheme

ATECO = [
    ("A", None, "Agricoltura, silvicoltura e pesca", "Agriculture, forestry and fishing"),
    ("01.2", "A", "Coltivazione di colture permanenti", "Growing of perennial crops"),
    ("01.21", "01.2", "Coltivazione di uva", "Growing of grapes"),
    ("01.45", "A", "Allevamento di ovini e caprini", "Raising of sheep and goats"),
    ("10.51", None, "Lavorazione del latte e produzione di formaggi", "Processing of milk and production of cheese"),
    ("11.02", None, "Produzione di vino da uve", "Manufacture of wine from grapes"),
    ("13.2", None, "Tessitura", "Weaving of textiles"),
    ("13.20", "13.2", "Tessitura", "Weaving of textiles"),
    ("25.99", None, "Fabbricazione di altri prodotti in metallo", "Manufacture of other metal products"),
    ("27.20", None, "Fabbricazione di batterie e accumulatori", "Manufacture of batteries and accumulators"),
    ("28.22", None, "Fabbricazione di macchine di sollevamento", "Manufacture of lifting machines"),
    ("35.21", None, "Produzione di gas", "Manufacture of gas"),
    *((f"99.{n}", None, f"Fabbricazione di prodotti {word}", f"Manufacture of {word} products")
      for n, word in enumerate(["chimici", "farmaceutici", "minerali", "vari", "medicali", "tecnici"])),
]  # fmt: skip
EUROSCIVOC = [
    ("/21", None, "", "medical and health sciences"),
    ("/21/1", "/21", "", "oncology"),
    ("/23", None, "", "natural sciences"),
    ("/23/1", "/23", "", "quantum physics"),
    ("/23/2", "/23", "", "rare gases"),
    ("/25", None, "", "mechanical engineering"),
]


def scheme_of(rows, slug):
    scheme = ConceptScheme.objects.create(slug=slug)
    made = {}
    for code, above, italian, english in rows:
        broader = made.get(above)
        labels = {language: label for language, label in (("it", italian), ("en", english)) if label}
        made[code] = Concept.objects.create(
            scheme=scheme,
            code=code,
            labels=labels,
            broader=broader,
            ancestor_ids=[*broader.ancestor_ids, broader.pk] if broader else [],
        )
    return scheme


@pytest.fixture
def ateco(db):
    return scheme_of(ATECO, "ateco")


def codes(scheme, text, reader="it", **more):
    return [found.code for found in nearest_by_words(scheme, text, reader=reader, **more)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Vendiamo vino e tanti prodotti.", "11.02"),
        ("Impianti a gas per la fabbricazione di prodotti", "35.21"),
        ("Una stalla che vende latte fresco", "10.51"),
        ("Ricicliamo la batteria delle automobili", "27.20"),  # one, where the label says many
        ("We make wine in the hills and sell it to shops", "11.02"),  # whatever the reader's language
        ("Our company recycles the batteries of cars", "27.20"),
    ],
)
def test_rare_words_count_most_however_short_they_are(ateco, text, first):
    assert codes(ateco, text)[0] == first


def test_what_many_labels_say_brings_nothing_beside_what_few_say(ateco):
    found = codes(ateco, "Fabbricazione di batterie", limit=3)
    assert found == ["27.20"]
    assert len(codes(ateco, "Fabbricazione di prodotti", limit=3)) == 3


def test_of_one_branch_the_best_is_named_and_one_name_once(ateco):
    assert codes(ateco, "Tessitura della seta, tessitura della lana") == ["13.2"]
    assert codes(ateco, "Una vigna con coltivazione di uva da tavola")[0] == "01.21"
    assert "01.2" not in codes(ateco, "Una vigna con coltivazione di uva da tavola")


def test_what_is_left_out_or_deprecated_is_not_named(ateco):
    wine = Concept.objects.get(code="11.02")
    assert "11.02" not in codes(ateco, "Vendiamo vino e uve", but={wine.pk})
    assert codes(ateco, "Vendiamo vino e uve")[0] == "11.02"
    Concept.objects.filter(pk=wine.pk).update(is_deprecated=True)
    assert "11.02" not in codes(ateco, "Vendiamo vino e uve")


def test_labels_in_one_language_are_reached_from_the_other(db):
    scheme = scheme_of(EUROSCIVOC, "euroscivoc")
    assert codes(scheme, "Ricerche di oncologia negli ospedali della regione")[0] == "/21/1"
    assert codes(scheme, "Quantum physics for everybody", "en")[0] == "/23/1"


@pytest.mark.parametrize("text", ["", "...", "di la e per", "12345 678", "qwertyuiop asdfghjkl"])
def test_a_text_that_says_nothing_gets_nothing(ateco, text):
    assert codes(ateco, text) == []


def test_costs_the_same_for_a_long_text(ateco, django_assert_num_queries):
    codes(ateco, "vino")  # the words of the labels are kept
    for text in ("vino e gas", "vino e gas " * 1000):
        with django_assert_num_queries(2):
            codes(ateco, text)
    assert wording.MOST_WORDS < 1000


def test_a_scheme_without_concepts_has_nothing_to_say(db):
    assert codes(ConceptScheme.objects.create(slug="nace"), "vino") == []
