# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filanda.directory.organisations.importers.naming import (
    best_spelling,
    comparable,
    helix_role,
    legal_kind,
    readable,
)


@pytest.mark.parametrize(
    ("shouted", "short", "shown"),
    [
        ("UNIVERSITA' DEGLI STUDI DELL'INSUBRIA", "", "Università degli Studi dell'Insubria"),
        ("UNIVERSITA DEGLI STUDI DI MILANO", "UNIMI", "Università degli Studi di Milano"),
        ("SAES GETTERS S P A", "SAES", "SAES Getters S.p.A."),
        ("A.L.P.A. - AZIENDA LAVORAZIONE S.P.A.", "", "A.L.P.A. - Azienda Lavorazione S.p.A."),
        ("IFOM ISTITUTO FIRC DI ONCOLOGIA MOLECOLARE", "", "IFOM Istituto FIRC di Oncologia Molecolare"),
        ("FONDAZIONE IRCCS CA' GRANDA - OSPEDALE MAGGIORE", "", "Fondazione IRCCS Ca' Granda - Ospedale Maggiore"),
        ("3RDPLACE SRL", "3rdPLACE SRL", "3rdPLACE S.r.l."),
        ("A2A RETI ELETTRICHE SPA", "A2A", "A2A Reti Elettriche S.p.A."),
        ("TTS TECHNOLOGY TRANSFER SYSTEMS SRL", "TTS", "TTS Technology Transfer Systems S.r.l."),
        ("AZIENDA OSPEDALIERA PAPA GIOVANNI XXIII", "", "Azienda Ospedaliera Papa Giovanni XXIII"),
        ("LIGHT IN LIGHT SRL*", "", "Light in Light S.r.l."),
        ("AVANTEA srl", "", "Avantea S.r.l."),
        ("CAMERA DI COMMERCIO, INDUSTRIA E AGRICOLTURA", "", "Camera di Commercio, Industria e Agricoltura"),
    ],
)  # fmt: skip
def test_capitals_become_ordinary_case_and_acronyms_stay(shouted, short, shown):
    assert readable(shouted, "IT", short) == shown


def test_names_in_ordinary_case_are_left_alone():
    assert readable("Mind the Bridge foundation", "IT") == "Mind the Bridge foundation"
    assert readable("Azienda Regionale  Emergenza Urgenza", "IT") == "Azienda Regionale Emergenza Urgenza"


def test_legal_forms_of_other_countries_are_not_italian():
    assert readable("SOCIETE DURAND SAS", "FR") == "Societe Durand SAS"
    assert readable("MUSTER TECHNIK GMBH", "DE") == "Muster Technik GmbH"


@given(st.text(max_size=80))
def test_any_text_can_be_shown_and_showing_it_again_changes_nothing(text):
    once = readable(text, "IT")
    assert readable(once, "IT") == once or not text.isascii()
    assert isinstance(comparable(text, "DE"), str)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("C T G SPA", "C.T.G. S.p.A."),
        ("UNIVERSITA' CARLO CATTANEO - LIUC", "UNIVERSITA CARLO CATTANEO  LIUC"),
        ("CSIC CONSEJO SUPERIOR DEINVESTIGACIONES", "Csic Consejo Superior de Investigaciones"),
        ("TXT E-SOLUTIONS SPA", "TXT E SOLUTIONS S P A"),
        ("CEFRIEL SOCIETA CONSORTILE A RESPONSABILITA LIMITATA", "Cefriel Soc. cons. a r.l."),
    ],
)
def test_spellings_that_are_the_same(one, other):
    assert comparable(one, "IT") == comparable(other, "IT")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("UNIVERSITA DEGLI STUDI DI MILANO", "UNIVERSITA' DEGLI STUDI DI MILANO-BICOCCA"),
        ("OSPEDALE SAN RAFFAELE", "OSPEDALE SAN RAFFAELE SRL"),
        ("EKYMED SPA", "EKYMED SRL"),
        ("FONDAZIONE POLITECNICO DI MILANO", "POLITECNICO DI MILANO"),
    ],
)
def test_spellings_that_are_not_the_same(one, other):
    assert comparable(one, "IT") != comparable(other, "IT")


@pytest.mark.parametrize(
    ("name", "activity", "kind", "role"),
    [
        ("POLITECNICO DI MILANO", "HES", "university", "academia"),
        ("ISTITUTO EUROPEO DI ONCOLOGIA SRL", "PRC", "health_body", "industry"),
        ("AZIENDA OSPEDALIERA PAPA GIOVANNI XXIII", "OTH", "health_body", "government"),
        ("FONDAZIONE IRCCS ISTITUTO NEUROLOGICO CARLO BESTA", "REC", "health_body", "academia"),
        ("FONDAZIONE POLITECNICO DI MILANO", "REC", "foundation", "academia"),
        ("MIND THE BRIDGE FOUNDATION", "OTH", "foundation", "civil_society"),
        ("FONDAZIONE SENDO", "", "foundation", "unknown"),
        ("COMUNE DI MILANO", "PUB", "public_body", "government"),
        ("PROVINCIA DI BRESCIA", "", "public_body", "government"),
        ("PROVINCIA LOMBARDO VENETA ORDINE OSPEDALIERO DI SAN GIOVANNI DI DIO", "", "association", "civil_society"),
        ("CONFINDUSTRIA LOMBARDIA", "OTH", "association", "industry"),
        ("ASSOCIAZIONE ITALIANA PER LA RICERCA SUL CANCRO", "", "association", "civil_society"),
        ("AIRONE SOCIETA COOPERATIVA SOCIALE ONLUS", "", "cooperative", "civil_society"),
        ("HOLONIX SRL-SPIN OFF DEL POLITECNICO DI MILANO", "PRC", "company", "industry"),
        ("CONSORZIO MILANO RICERCHE", "REC", "consortium", "academia"),
        ("CONSORZIO REMEDIA", "OTH", "consortium", "unknown"),
        ("PACO DESIGN COLLABORATIVE", "OTH", "unknown", "unknown"),
        ("POWER VENTURES", "", "unknown", "unknown"),
        ("DITTA INDIVIDUALE ROSSI MARIO", "PRC", "sole_trader", "industry"),
    ],
)
def test_what_a_name_states_about_its_bearer(name, activity, kind, role):
    assert (legal_kind(name, "IT", activity), helix_role(name, "IT", activity)) == (kind, role)


def test_the_spelling_to_show_is_in_ordinary_case_and_has_its_punctuation():
    assert best_spelling(["FAST  FEDERAZIONE", "FAST - FEDERAZIONE"]) == "FAST - FEDERAZIONE"
    assert best_spelling(["NEARCHIMICA SPA", "Nearchimica Spa"]) == "Nearchimica Spa"
