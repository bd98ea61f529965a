# SPDX-License-Identifier: EUPL-1.2
"""Which ids are one body: applied rules, and hard negatives that must stay apart."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filanda.directory.organisations.importers.unifying import Body, is_slip, unify


def united(*bodies, same_ids=()):
    groups = unify(bodies, same_ids)
    return sorted(sorted(keys) for keys in groups.members().values() if len(keys) > 1)


def it(key, name, town="MILANO", **more):
    return Body(key, name, "IT", town, **more)


def test_the_same_name_in_the_same_town_is_one_body():
    assert united(it("1", "C T G SPA", "BERGAMO"), it("2", "C.T.G. S.p.A.", "Bergamo")) == [["1", "2"]]
    assert united(it("1", "PRYSMIAN", "MILAN"), it("2", "PRYSMIAN", "MILANO")) == [["1", "2"]]
    assert united(it("1", "ERNESTO BIANCHI SPA", "LODI"), it("2", "ERNESTO BIANCHI SPA", "")) == [["1", "2"]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (it("1", "UNIVERSITA DEGLI STUDI DI MILANO"), it("2", "UNIVERSITA' DEGLI STUDI DI MILANO-BICOCCA")),
        (it("1", "UNIVERSITA DEGLI STUDI DI MILANO"), it("2", "UNIVERSITA DEGLI STUDI DI MILANO DIPARTIMENTO FISICA")),
        (it("1", "POLITECNICO DI MILANO"), it("2", "FONDAZIONE POLITECNICO DI MILANO")),
        (it("1", "KITE SOLUTIONS SRL"), it("2", "KITE SOLUTIONS SNC")),
        (it("1", "OSPEDALE SAN RAFFAELE"), it("2", "FONDAZIONE CENTRO SAN RAFFAELE")),
        (it("1", "CENTRO RICERCHE ALFA", "MILANO"), it("2", "CENTRO RICERCHE ALFA", "ROMA")),
        (it("1", "Alfa Sistemi Srl"), Body("2", "Alfa Sistemi Srl", "SM", "MILANO")),
        (Body("1", "MINISTRY OF HEALTH", "", "X"), Body("2", "MINISTRY OF HEALTH", "", "X")),
        (it("1", "COMUNE", ""), it("2", "COMUNE", "LODI")),
        (it("1", "AB", "LODI"), it("2", "AB", "")),
        (it("1", "STUDIO LEGALE MARTINI"), it("2", "STUDIO LEGALE MARTINO")),
        (it("1", "ISTITUTO COMPRENSIVO MARINI"), it("2", "ISTITUTO COMPRENSIVO MARANI")),
        (it("1", "FONDAZIONE MARIO ROSSI BIANCHI"), it("2", "FONDAZIONE MARIA ROSSI BIANCHI")),
        (it("1", "SCUOLA ELEMENTARE NUMERO 11"), it("2", "SCUOLA ELEMENTARE NUMERO 12")),
        (it("1", "LABORATORIO DI GEOLOGIA APPLICATA"), it("2", "LABORATORIO DI BIOLOGIA APPLICATA")),
        (it("1", "FONDAZIONE DEI TUMORI DI LODI", "LODI"), it("2", "FONDAZIONE DEI TUMOURI DI LODI", "ROMA")),
    ],
)  # fmt: skip
def test_hard_negatives_stay_apart(one, other):
    assert united(one, other) == []


def test_a_body_without_a_town_joins_nobody_when_there_are_two_to_choose_from():
    bodies = [it("1", "CENTRO RICERCHE ALFA", "MILANO"), it("2", "CENTRO RICERCHE ALFA", "ROMA")]
    assert united(*bodies, it("3", "CENTRO RICERCHE ALFA", "")) == []


def test_a_slip_of_one_letter_in_a_long_name_of_the_same_town():
    one = it("1", "FONDAZIONE IRCCS ISTITUTO NAZIONALE DEI TUMORI")
    other = it("2", "FONDAZIONE IRCCS ISTITUTO NAZIONALE DEI TUMOURI", "Milan")
    groups = unify([one, other])
    assert [(merge.rule, merge.is_applied) for merge in groups.merges] == [("spelling", True)]


def test_the_register_unites_whatever_the_names_and_says_so():
    one, other = it("old", "AZIENDA OSPEDALI RIUNITI", "BERGAMO"), it("999", "PAPA GIOVANNI XXIII", "BERGAMO")
    groups = unify([one, other], [("old", "999", "nobody")])
    assert [(merge.rule, merge.detail) for merge in groups.merges] == [
        ("register", "names differ: the register unites them")
    ]
    assert groups.find("old") == groups.find("999")


def test_the_same_vat_number_is_one_body():
    assert united(it("1", "Alfa", vat="IT00743110157"), it("2", "Beta", vat="IT00743110157")) == [["1", "2"]]


def test_what_only_looks_alike_is_listed_for_a_person():
    groups = unify([it("1", "KITE SOLUTIONS SRL"), it("2", "KITE SOLUTIONS SNC"), it("3", "ALTRO NOME SRL")])
    assert [(merge.first_id, merge.second_id, merge.is_applied) for merge in groups.merges] == [("1", "2", False)]


def test_rows_that_exist_apart_are_united_by_official_ids_alone():
    one = it("1", "ALFA SISTEMI SRL", organisation_id=7)
    other = it("2", "ALFA SISTEMI SRL", organisation_id=8)
    assert united(one, other) == []
    assert united(one, other, same_ids=[("1", "2")]) == [["1", "2"]]


names = st.sampled_from(
    [
        "ALFA SRL",
        "Alfa S.r.l.",
        "ALFA BETA GAMMA SPA",
        "ALFA BETTA GAMMA SPA",
        "UNIVERSITA DI LODI",
        "UNIVERSITÀ DI LODI",
    ]
)
towns = st.sampled_from(["", "LODI", "Lodi (LO)", "MILANO", "MILAN"])


@given(st.lists(st.tuples(names, towns), max_size=6))
def test_the_groups_do_not_depend_on_the_order_of_the_lines(pairs):
    bodies = [it(str(number), name, town) for number, (name, town) in enumerate(pairs)]
    found = {tuple(map(tuple, united(*order))) for order in itertools.islice(itertools.permutations(bodies), 24)}
    assert len(found) <= 1


@pytest.mark.parametrize(
    ("one", "other", "slip"),
    [
        ("tumori", "tumouri", True),
        ("tecnologico", "technologico", True),
        ("organisation", "organization", True),
        ("martini", "martino", False),
        ("marini", "marani", False),
        ("geologia", "biologia", False),
        ("alfa", "alfa", False),
    ],
)
def test_slips(one, other, slip):
    assert is_slip(one, other) is slip
    assert is_slip(other, one) is slip
