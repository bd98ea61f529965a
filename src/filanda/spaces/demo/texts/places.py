# SPDX-License-Identifier: EUPL-1.2
"""Towns and bodies of the invented region, as they are named inside a sentence."""

from __future__ import annotations

TOWNS = (
    "Pianmura", "Rocca d'Orsa", "Rivalunga", "Colserena", "Lagonera", "Montefiero", "Vallombrina", "Borgonovo Mura",
    "Serravilla", "Borgo al Salice", "Pietralba al Lago", "Sant'Ario", "Acquarolo", "Belvento", "Valdorsa", "Molinetta",
    "Vignasca", "Castel Nimbo", "Cascina Lunga", "Gradisca Piana", "Salice Vecchio", "Fontenera", "Crespaia",
    "Ponte Arzino", "Ronco Frassino", "Poggio Lauro", "Campo Tordo", "Porto Sandolo", "Casal Mirto", "Santa Orzola",
    "Marezzo", "Torre Brisa", "Isola Verna", "Olmeta di Sopra", "San Vireo",
)  # fmt: skip
_EVERYWHERE = (
    ("il Politecnico di Pianmura", "the Politecnico di Pianmura"),
    ("l'Università di Altariva", "the University of Altariva"),
    ("il Comune di Pianmura", "the municipality of Pianmura"),
)
BODIES = {
    "nutrition": (
        ("l'Istituto Agrario della Valdorsa", "the Valdorsa agricultural institute"),
        ("la Latteria Alta Orsa", "the Alta Orsa dairy"),
        ("la Riseria Pianalunga", "the Pianalunga rice mill"),
        ("la cantina sociale di Vignasca", "the Vignasca winery"),
    ),
    "health": (
        ("il Centro Neuroscienze Rivalunga", "the Rivalunga neuroscience centre"),
        ("l'Ospedale della Colserena", "the Colserena hospital"),
        ("l'azienda sanitaria di Rivalunga", "the Rivalunga health authority"),
    ),
    "culture": (
        ("l'Accademia del Restauro di Montefiero", "the Montefiero academy of restoration"),
        ("l'Archivio Storico di Altariva", "the historical archive of Altariva"),
        ("l'Ecomuseo dell'Olmeta", "the Olmeta ecomuseum"),
    ),
    "connectivity": (
        ("il Laboratorio di Fotonica della Colserena", "the Colserena photonics laboratory"),
        ("l'Osservatorio Clima e Montagna", "the climate and mountain observatory"),
        ("l'Unione dei Comuni dell'Alta Valdorsa", "the union of Alta Valdorsa municipalities"),
    ),
    "mobility": (
        ("l'Agenzia per l'Ambiente di Altariva", "the environment agency of Altariva"),
        ("l'Azienda per la Casa di Altariva", "the Altariva housing agency"),
        ("il Comune di Rivalunga", "the municipality of Rivalunga"),
    ),
    "sustainability": (
        ("l'Agenzia per l'Ambiente di Altariva", "the environment agency of Altariva"),
        ("l'Istituto delle Acque di Lagonera", "the Lagonera water institute"),
        ("il Consorzio Riuso di San Vireo", "the San Vireo reuse consortium"),
    ),
    "social": (
        ("il Centro Studi di Serravilla", "the Serravilla study centre"),
        ("la cooperativa Filo Nuovo", "the Filo Nuovo cooperative"),
        ("il Comune di Borgo al Salice", "the municipality of Borgo al Salice"),
    ),
    "manufacturing": (
        ("l'ITS Meccatronica di Borgonovo Mura", "the Borgonovo Mura mechatronics academy"),
        ("il Laboratorio di Fotonica della Colserena", "the Colserena photonics laboratory"),
        ("la Bottega Orzola", "the Orzola workshop"),
    ),
}
BODIES = {ecosystem: bodies + _EVERYWHERE for ecosystem, bodies in BODIES.items()}
