# SPDX-License-Identifier: EUPL-1.2
"""A large number of invented organisations, each with a little evidence: a region at its real size.

They are written by the writer that imports use; their vectors are made later, by the jobs that make all vectors.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

from filanda.directory.affiliations.demo.names import surname
from filanda.directory.organisations.demo import seeds
from filanda.directory.organisations.importers.records import (
    ConceptLink,
    EvidenceRecord,
    LoadReport,
    OrganisationRecord,
    PartyRecord,
    Progress,
    SiteRecord,
)
from filanda.directory.organisations.importers.writing import load
from filanda.directory.organisations.models import ConceptOrigin, EvidenceKind, EvidenceParty, LegalKind, Organisation
from filanda.directory.taxonomies.models import Concept
from filanda.kernel.identity.actors import Actor
from filanda.kernel.regions.models import Region

__all__ = ["SOURCE", "seed_organisations"]

SOURCE = "demo-large"
_KINDS = (
    # pattern, helix role, legal kind, of 100 organisations so many
    ("Officine {name} Srl", "industry", LegalKind.COMPANY, 22),
    ("{name} Tecnologie Srl", "industry", LegalKind.COMPANY, 20),
    ("{name} & Figli Snc", "industry", LegalKind.COMPANY, 12),
    ("Gruppo {name} Spa", "industry", LegalKind.COMPANY, 10),
    ("Studio {name}", "industry", LegalKind.COMPANY, 8),
    ("Centro di ricerca {name}", "academia", LegalKind.RESEARCH_BODY, 8),
    ("Istituto {name}", "academia", LegalKind.RESEARCH_BODY, 5),
    ("Comune di {name}", "government", LegalKind.PUBLIC_BODY, 6),
    ("Associazione {name}", "civil_society", LegalKind.ASSOCIATION, 6),
    ("Fondazione {name}", "civil_society", LegalKind.FOUNDATION, 3),
)
_HUNDRED = [kind[:3] for kind in _KINDS for _time in range(kind[3])]
_EVIDENCE = (EvidenceKind.PROJECT, EvidenceKind.PRODUCT, EvidenceKind.SERVICE, EvidenceKind.PROTOTYPE)
_PLACES = ("in officina", "in campo", "in tre comuni", "con dodici imprese", "in una scuola", "lungo la filiera")


def seed_organisations(actor: Actor, region: Region, *, count: int, progress: Progress | None = None) -> LoadReport:
    """Let the region, which must be active and invented, have `count` organisations, those it has among them.

    The same number gives the same organisation on every machine, and doing it again changes nothing.
    Raises Forbidden, and ValueError for a region of real bodies.
    """
    if not region.is_invented:
        raise ValueError("Invented organisations belong into an invented region.")
    others = Organisation.objects.filter(is_external=False).exclude(source_records__source=SOURCE).count()
    numbers = range(max(0, count - others))
    folder = Path(seeds.__file__).parent
    with (folder / "topics.csv").open(encoding="utf-8", newline="") as file:
        topics = list(csv.DictReader(file))
    with (folder / "organisations.csv").open(encoding="utf-8", newline="") as file:
        places = sorted({(row["municipality"], row["province"]) for row in csv.DictReader(file)})
    concepts = dict(Concept.objects.filter(scheme__region=region, scheme__slug="s3").values_list("code", "pk"))
    return load(
        region,
        (_organisation(number, topics, places, concepts) for number in numbers),
        _evidence(len(numbers), topics, concepts),
        source=SOURCE,
        actor=actor,
        batch_size=500,
        progress=progress,
    )


def _chance(number: int) -> Random:
    return Random(f"altariva organisation {number}")  # noqa: S311 - invented bodies, the same ones each time


def _name(number: int) -> tuple[str, str, str]:
    """Name, helix role and legal kind; four hundred surnames, and a second one where they are used up."""
    pattern, helix_role, legal_kind = _HUNDRED[number * 37 % 100]
    names = surname(number) if number < 400 else f"{surname(number)} {surname(number // 400 * 7 + number)}"
    return pattern.format(name=names), helix_role, legal_kind


def _organisation(
    number: int, topics: list[dict[str, str]], places: list[tuple[str, str]], concepts: dict[str, int]
) -> OrganisationRecord:
    name, helix_role, legal_kind = _name(number)
    chance = _chance(number)
    topic = topics[number % len(topics)]
    municipality, province = chance.choice(places)
    return OrganisationRecord(
        source_ids=(f"{number:05d}",),
        name=name,
        helix_role=helix_role,
        legal_kind=legal_kind,
        size=chance.choice(("micro", "small", "medium", "large")) if helix_role == "industry" else "unknown",
        website=f"https://o{number:05d}.example.org/",
        description=f"{name} lavora su {topic['subject_it']}.",
        description_language="it",
        languages=("it",),
        site=SiteRecord(municipality=municipality, province_code=province, country_code="IT"),
        concepts=_links(topic["concept"].split("-")[0], concepts),
    )


def _evidence(organisations: int, topics: list[dict[str, str]], concepts: dict[str, int]) -> Iterator[EvidenceRecord]:
    """Two pieces an organisation, one of them with a partner."""
    for number in range(organisations):
        chance = _chance(number + 10**6)
        for which in range(2):
            topic = topics[(number + which * 17) % len(topics)]
            place = chance.choice(_PLACES)
            parties = [PartyRecord(f"{number:05d}", EvidenceParty.PartyRole.COORDINATOR)]
            partner = chance.randrange(organisations)
            if which == 0 and partner != number:
                parties.append(PartyRecord(f"{partner:05d}"))
            year = chance.randint(2012, 2025)
            yield EvidenceRecord(
                source_id=f"{number:05d}-{which}",
                kind=_EVIDENCE[(number + which) % len(_EVIDENCE)],
                title=f"{topic['subject_it'][:1].upper()}{topic['subject_it'][1:]} {place}",
                text=f"{topic['problem_it']} {topic['result_it']} Provato {place} nel {year}.",
                language="it",
                started_on=date(year, chance.randint(1, 12), 1),
                parties=tuple(parties),
                concepts=tuple(
                    ConceptLink(concepts[code], ConceptOrigin.STATED)
                    for code in (topic["concept"],)
                    if code in concepts
                ),
            )


def _links(code: str, concepts: dict[str, int]) -> tuple[ConceptLink, ...]:
    return (ConceptLink(concepts[code], ConceptOrigin.STATED),) if code in concepts else ()
