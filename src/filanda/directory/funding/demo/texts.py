# SPDX-License-Identifier: EUPL-1.2
"""Invented calls: of a region that does not exist, and of a fund between regions that does not exist either. No such
call was ever published.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CALLS", "Invented"]


@dataclass(frozen=True)
class Invented:
    """`opens`, `deadlines`: days from the day on which it is seeded. Money in thousands of euros."""

    key: str
    title: str
    text: str
    programme: str
    action_kind: str
    concepts: tuple[str, ...]
    opens: int
    deadlines: tuple[int, ...]
    budget: int
    grant: tuple[int, int]


_VOUCHER, _RESEARCH, _PILOT = "Voucher per l'innovazione", "Ricerca e sviluppo", "Sperimentazione sul campo"
_ALT, _NEAR = "Programma Altariva che innova 2027 (inventato)", "Five Valleys Interregional Fund (invented)"

CALLS: tuple[Invented, ...] = (
    Invented(
        "acqua-vigneti",
        "Acqua nei vigneti: sensori e irrigazione di precisione in collina",
        "Il bando inventato sostiene progetti che riducono l'acqua usata nei vigneti e nei frutteti di collina.\n\n"
        "Si finanziano reti di sensori di umidità, modelli di previsione, impianti a goccia comandati a distanza e la "
        "prova in almeno due aziende agricole per una stagione intera.\n\n"
        "Possono presentare domanda gruppi di almeno tre soggetti, tra cui un'azienda agricola e un ente di ricerca.",
        _ALT, _PILOT, ("nutrition-farming", "connectivity-iot"), -20, (46,), 1_800, (60, 150),
    ),
    Invented(
        "manutenzione-macchine",
        "Macchine che avvisano: manutenzione predittiva per le officine",
        "Contributi inventati alle officine meccaniche che mettono sensori di vibrazione e modelli di apprendimento "
        "automatico su macchine utensili già in uso, per prevedere le rotture.\n\n"
        "È ammesso chi dimostra la soluzione in produzione per almeno sei mesi e ne pubblica i risultati misurati.",
        _ALT, _VOUCHER, ("manufacturing-digital", "connectivity-ai"), -35, (18, 110), 900, (20, 60),
    ),
    Invented(
        "second-life-batteries",
        "Second life of vehicle batteries in public charging hubs",
        "This invented call funds demonstrations that reuse batteries of electric vehicles as storage beside public "
        "fast charging points, so that the local grid is relieved.\n\n"
        "Proposals cover testing and grading of used cells, battery management, safety and the business case for a "
        "municipality.\n\nConsortia of at least three bodies from two valleys; one of them a network operator.",
        _NEAR, "Innovation action", ("mobility-vehicles", "sustainability-grids"), -12, (74,), 4_000, (500, 1_000),
    ),
    Invented(
        "cura-a-casa",
        "Curarsi a casa: telemedicina per le valli lontane dagli ospedali",
        "Il bando inventato cerca servizi di telemedicina per persone anziane o con malattie croniche che vivono a più "
        "di quaranta minuti da un ospedale.\n\nServono dispositivi semplici, protocolli condivisi con i medici di base "
        "e una valutazione indipendente degli esiti e dei costi.",
        _ALT, _PILOT, ("health-drugs", "social-inclusion"), -5, (60,), 2_400, (150, 300),
    ),
    Invented(
        "reti-radio-frane",
        "Reti radio a bassa potenza contro frane e piene",
        "Si finanziano, in questo bando inventato, reti di sensori a bassa potenza che sorvegliano versanti, torrenti "
        "e acquedotti dei Comuni senza copertura mobile, con allarmi che arrivano entro un minuto.\n\n"
        "I dati raccolti sono pubblicati come dati aperti.",
        _ALT, _RESEARCH, ("connectivity-networks", "sustainability-climate"), -28, (33,), 1_500, (80, 250),
    ),
    Invented(
        "clean-surface",
        "Surface treatment of metals without solvents",
        "The invented fund supports companies and laboratories that replace solvents in cleaning and coating of metal "
        "parts: water based cleaning, plasma, dry ice, recovery of process water.\n\n"
        "Each project proves its process at the scale of a workshop and publishes energy and water per square metre.",
        _NEAR, "Research and innovation action", ("manufacturing-clean", "sustainability-water"),
        30, (130,), 3_200, (400, 800),
    ),
    Invented(
        "chiese-microclima",
        "Chiese e dipinti: misurare il microclima per restaurare meno",
        "Contributi inventati per registrare temperatura e umidità negli edifici storici, con sensori che non toccano "
        "le opere, e per formare chi se ne prende cura.\n\nPartecipano insieme una diocesi o un Comune, chi restaura "
        "e chi sviluppa strumenti di misura.",
        _ALT, _VOUCHER, ("culture-heritage", "connectivity-iot"), -8, (52,), 400, (15, 40),
    ),
    Invented(
        "idrogeno-valli",
        "Idrogeno verde da eccedenze di rinnovabili",
        "Il bando inventato sostiene prototipi di elettrolizzatori modulari che usano l'elettricità in eccesso degli "
        "impianti idroelettrici e solari, e il suo accumulo per treni locali e per l'industria.\n\n"
        "La prontezza tecnologica di partenza è almeno 5; alla fine si dimostra il prototipo in ambiente reale.",
        _ALT, _RESEARCH, ("sustainability-grids", "mobility-vehicles"), 21, (95,), 5_000, (600, 1_200),
    ),
    Invented(
        "accessible-stage",
        "Accessible stages: theatre and museums for everybody",
        "Invented grants for tools that make live performances and museums accessible: captions in plain language, "
        "tactile copies, audio description, apps tested together with people with disabilities.",
        _NEAR, "Small grants", ("culture-media", "social-inclusion"), -15, (25,), 250, (10, 25),
    ),
    Invented(
        "alghe-riso",
        "Biostimolanti e colture che soffrono meno la siccità",
        "Ricerca inventata, finanziata per tre anni, su biostimolanti da alghe e microrganismi, varietà di riso e mais "
        "e tecniche che riducono l'acqua senza perdere raccolto.\n\n"
        "I progetti uniscono un ente di ricerca, due aziende agricole e un'impresa che lo porterà sul mercato.",
        _ALT, _RESEARCH, ("nutrition-crops", "sustainability-biodiversity"), -40, (9,), 2_000, (200, 400),
    ),
    Invented(
        "boschi-urbani",
        "Boschi urbani e quartieri freschi",
        "Il bando inventato finanzia Comuni e associazioni che riducono il caldo nei quartieri con alberi, suoli "
        "permeabili e ombra, e che ne misurano l'effetto con centraline leggere e con i cittadini.",
        _ALT, _PILOT, ("sustainability-climate", "mobility-cities"), -2, (88,), 1_200, (50, 200),
    ),
    Invented(
        "open-parking",
        "Open data for parking and logistics in small towns",
        "The invented call pays for open data on parking, deliveries and bus punctuality in towns of fewer than 40,000 "
        "people, and for services that two towns at least use together.",
        _NEAR, "Innovation action", ("mobility-cities", "connectivity-government"), 45, (160,), 1_000, (100, 200),
    ),
    Invented(
        "nanoparticelle",
        "Nanoparticelle e nuovi farmaci: dal laboratorio alla clinica",
        "Sostegno inventato a gruppi di ricerca e imprese che portano formulazioni di farmaci, per esempio "
        "nanoparticelle lipidiche, dalla prova di laboratorio agli studi preclinici.",
        _ALT, _RESEARCH, ("health-drugs", "sustainability-chemistry"), -90, (-12,), 3_000, (300, 600),
    ),
    Invented(
        "comunicare-simboli",
        "Tecnologie per comunicare: bambini che non parlano",
        "Piccoli contributi inventati per programmi e strumenti di comunicazione aumentativa, provati con famiglie e "
        "scuole, e pubblicati come software libero.",
        _ALT, _VOUCHER, ("social-disability", "connectivity-software"), -10, (40,), 300, (10, 30),
    ),
    Invented(
        "flood-volunteers",
        "Volunteers and maps: the first hours of a flood",
        "This invented call, now closed, funded maps, training and radio links with which volunteers help in the first "
        "hours of a sudden flood.",
        _NEAR, "Small grants", ("social-safety", "sustainability-climate"), -150, (-45,), 500, (20, 50),
    ),
)  # fmt: skip
