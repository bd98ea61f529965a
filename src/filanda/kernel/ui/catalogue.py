# SPDX-License-Identifier: EUPL-1.2
"""Sample data for the living catalogue of interface parts (`ui/catalogue.html`): each part in all its states.

The samples are Italian, as Italian texts are the longer ones, and invented throughout.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup

from filanda.kernel.ui.shapes import area_map, load

LONG_NAME = (
    "Agenzia regionale per la protezione della salute e dell’ambiente del territorio montano e lacustre di Altariva"
)
ROLES = [
    ("industry", "Imprese"),
    ("academia", "Università e ricerca"),
    ("government", "Istituzioni"),
    ("civil_society", "Società civile"),
    ("unknown", "Non noto"),
]
COLOURS = ["main", "dark", "deep", "tint", "tint-2", "tint-3", "silk", "mark", "good", "bad", "warn"]


def samples(now: datetime, shapes: str) -> dict[str, Any]:
    """The context of `ui/catalogue.html`, beside the shell's. shapes: name of the region's map, or ""."""
    file = load(shapes)
    codes = [area["code"] for area in file["areas"]] if file else []
    counts = {code: (index * 7) % 23 for index, code in enumerate(codes)}
    return {
        "roles": ROLES,
        "colours": COLOURS,
        "names": ["Caseificio sperimentale Val d’Orsa S.r.l.", LONG_NAME, "Ottica Lagonero S.p.A.", "È", "3D & Co."],
        "threads": [f"space-{number}" for number in range(1, 9)],
        "moments": [now - timedelta(seconds=20), now - timedelta(hours=3), now - timedelta(days=3), now.date()],
        "crumbs": [{"label": "Organizzazioni", "url": "#"}, {"label": LONG_NAME, "url": ""}],
        "figures": [
            {"value": 60, "label": "organizzazioni", "url": "#"},
            {"value": 6500, "label": "persone con un profilo", "url": ""},
            {"value": 0, "label": "collaborazioni confermate", "url": ""},
        ],
        "concepts": [
            {"label": "Fotonica", "url": "#", "is_suggested": False},
            {"label": "Sicurezza alimentare e qualità dei prodotti lattiero-caseari", "url": "#", "is_suggested": True},
            {"label": "TRL 4", "url": "", "is_suggested": False},
        ],
        "steps": [
            {"label": "Chiesta", "state": "done"},
            {"label": "Letta da un facilitatore", "state": "current"},
            {"label": "Consenso dell’altra parte", "state": "ahead"},
            {"label": "Presentati", "state": "ahead"},
        ],
        "table_head": [{"label": "Provincia", "is_number": False}, {"label": "Prove", "is_number": True}],
        "table_rows": [["Valdorsa", "1.204"], ["Montefiero", "88"], ["Borgo al Salice", "0"]],
        "groups": _groups(),
        "active": [{"label": "Imprese", "url": "#"}, {"label": "Borgo al Salice", "url": "#"}],
        "sorts": [
            {"value": "best", "label": "Pertinenza", "is_on": True},
            {"value": "name", "label": "Nome", "is_on": False},
        ],
        "rows": _organisations(),
        "matches": _matches(),
        "pieces": _pieces(),
        "partners": _partners(),
        "pager": {
            "page": 2,
            "pages": 14,
            "previous_url": "#",
            "next_url": "#",
            "links": [
                {"number": 1, "url": "#", "is_current": False},
                {"number": 2, "url": "#", "is_current": True},
                {"number": 3, "url": "#", "is_current": False},
                None,
                {"number": 14, "url": "#", "is_current": False},
            ],
        },
        "map": area_map(shapes, "it", counts, dict.fromkeys(codes, "#"), codes[:1]),
        "errors": [
            {"name": "wrong-email", "message": "Manca qualcosa: un indirizzo e-mail ha una chiocciola."},
            {"name": "", "message": "La pagina è rimasta aperta troppo a lungo: invia di nuovo."},
        ],
    }


def _groups() -> list[dict[str, Any]]:
    def group(name: str, label: str, options: list[tuple[str, int]], more: int = 0) -> dict[str, Any]:
        return {
            "name": name,
            "label": label,
            "is_open": True,
            "more": more,
            "options": [
                {"value": str(index), "label": words, "count": count, "is_on": index == 0}
                for index, (words, count) in enumerate(options)
            ],
        }

    return [
        group("role", "Ruolo", [("Imprese", 38), ("Università e ricerca", 11), ("Istituzioni", 6)]),
        group(
            "activity",
            "Attività economica",
            [("Fabbricazione di computer e prodotti di elettronica e ottica; apparecchi elettromedicali", 1204)],
            24,
        ),
    ]


def _organisations() -> list[dict[str, Any]]:
    known = {
        "name": "Caseificio sperimentale Val d’Orsa S.r.l.",
        "url": "#",
        "helix_role": "industry",
        "helix_label": "Imprese",
        "kind_label": "Impresa",
        "place": "Valdorsa",
        "size_label": "Piccola",
        "state": "verified",
        "state_label": "Verificata",
        "evidence_count": 1,
        "concepts": ["Sicurezza alimentare", "Fotonica"],
        "snippet_language": "it",
        "snippet": Markup("…controllo della <mark>qualità</mark> del <mark>latte</mark> crudo lungo la linea…"),
    }
    bare = {
        **known,
        "name": LONG_NAME,
        "helix_role": "unknown",
        "helix_label": "Non noto",
        "kind_label": "",
        "place": "",
        "size_label": "",
        "state": "listed",
        "state_label": "",
        "evidence_count": 1874,
        "concepts": [],
        "snippet": "",
    }
    return [known, bare]


def _matches() -> list[dict[str, Any]]:
    proof = {
        "title": "Spettroscopia in linea per il controllo della carica batterica nel latte crudo",
        "url": "#",
        "kind_label": "Progetto",
        "year": "2019–2023",
        "language": "it",
        "excerpt": Markup("…un <mark>sensore</mark> ottico che stima la <mark>carica batterica</mark> nel flusso…"),
        "partners": 5,
    }
    foreign = {
        **proof,
        "title": "Photonic lab-on-chip for rapid detection of foodborne pathogens",
        "language": "en",
        "excerpt": Markup("…integrated biosensors able to <mark>detect bacteria</mark> within minutes…"),
        "partners": 1,
    }
    parts = [{"title": proof["title"], "share": 61}, {"title": foreign["title"], "share": 30}]
    first, second = _organisations()
    return [
        {
            **first,
            "rank": 1,
            "key": "1",
            "introduction_url": "#",
            "evidence": [proof, foreign, {**proof, "title": "LATTOSCAN 200", "excerpt": "", "year": "", "partners": 0}],
            "more_evidence": 4,
            "is_close": True,
            "words": ["sensore", "carica batterica"],
            "parts": parts,
        },
        {
            **second,
            "rank": 2,
            "key": "2",
            "introduction_url": "#",
            "evidence": [foreign],
            "more_evidence": 0,
            "is_close": False,
            "words": [],
            "parts": parts[1:],
        },
    ]


def _pieces() -> list[dict[str, Any]]:
    piece = {
        "id": 1,
        "title": "Spettroscopia in linea per il controllo della carica batterica nel latte crudo",
        "url": "#",
        "kind_label": "Progetto",
        "period": "2019–2023",
        "role_label": "coordinatore",
        "partners": 5,
        "source_label": "CORDIS",
        "language": "it",
        "text": "Un sensore ottico compatto stima la carica batterica durante il flusso, senza prelievi.",
        "concepts": [{"label": "Fotonica", "url": "#", "is_suggested": True}],
    }
    bare = {"id": 2, "url": "", "period": "", "role_label": "", "partners": 0, "text": "", "concepts": []}
    return [piece, {**piece, **bare}]


def _partners() -> list[dict[str, Any]]:
    return [
        {"name": LONG_NAME, "url": "#", "helix_role": "government", "country": "", "count": 31},
        {"name": "Universitatea Babeș-Bolyai", "url": "", "helix_role": "academia", "country": "RO", "count": 1},
    ]
