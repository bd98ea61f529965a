# SPDX-License-Identifier: EUPL-1.2
"""Seeding the invented region, through the writer that importers use."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction

from filanda.directory.organisations.importers.records import (
    ConceptLink,
    EvidenceRecord,
    LoadReport,
    OrganisationRecord,
    PartyRecord,
    SiteRecord,
)
from filanda.directory.organisations.importers.writing import load
from filanda.directory.organisations.models import (
    ConceptOrigin,
    Evidence,
    EvidenceKind,
    EvidenceParty,
    LegalKind,
)
from filanda.directory.taxonomies.actions import ensure_shipped
from filanda.directory.taxonomies.models import Concept, ConceptScheme
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role, RoleGrant
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import in_region

__all__ = ["SLUG", "SOURCE", "ensure_region", "seed_demo"]

SLUG = "altariva"
SOURCE = "demo"
_FOLDER = Path(__file__).parent
_STAFF = (
    ("facilitatrice@altariva.example.org", "Marisa Tordoni", Role.FACILITATOR),
    ("amministrazione@altariva.example.org", "Elio Brandarsi", Role.REGION_ADMINISTRATOR),
)
# What an output of a topic can be, in turn; nobody has a patent on a neighbourhood's concierge.
_SOFT_SECTORS = frozenset({"social", "culture"})
_SOFT_OUTPUTS = (EvidenceKind.PUBLICATION, EvidenceKind.DATASET, EvidenceKind.SOFTWARE, EvidenceKind.STANDARD)
_OUTPUTS = (
    EvidenceKind.PATENT,
    EvidenceKind.PUBLICATION,
    EvidenceKind.PROTOTYPE,
    EvidenceKind.DATASET,
    EvidenceKind.SOFTWARE,
    EvidenceKind.STANDARD,
    EvidenceKind.SPIN_OFF,
)
_OUTPUT_TITLE = {
    EvidenceKind.PATENT: "Brevetto: {subject}",
    EvidenceKind.PUBLICATION: "Articolo scientifico: {subject}",
    EvidenceKind.PROTOTYPE: "Prototipo: {subject}",
    EvidenceKind.DATASET: "Dati aperti: {subject}",
    EvidenceKind.SOFTWARE: "Software libero: {subject}",
    EvidenceKind.STANDARD: "Linee guida: {subject}",
    EvidenceKind.SPIN_OFF: "Spin-off: {subject}",
}
_OUTPUT_SENTENCE = {
    EvidenceKind.PATENT: "Il brevetto descrive il procedimento e tre varianti, e {owner} ne concede licenze.",
    EvidenceKind.PUBLICATION: "L'articolo confronta i risultati con i metodi correnti e pubblica il protocollo.",
    EvidenceKind.PROTOTYPE: "Il prototipo funzionante si può vedere su appuntamento presso {owner}, a {town}.",
    EvidenceKind.DATASET: "Le misure sono scaricabili con licenza aperta insieme a una descrizione delle colonne.",
    EvidenceKind.SOFTWARE: "Il codice è pubblicato con licenza EUPL e accompagnato da un manuale in italiano.",
    EvidenceKind.STANDARD: "Le linee guida, scritte con gli utilizzatori, si applicano anche a impianti esistenti.",
    EvidenceKind.SPIN_OFF: "Dal lavoro comune è nata un'impresa con cinque addetti che ha sede a {town}.",
}
_PROJECT_SENTENCE = (
    "Il progetto riunisce {partners} e si è svolto soprattutto a {town}.",
    "Hanno collaborato {partners}; il campo di prova è a {town}.",
    "A {town} il gruppo di lavoro, con {partners}, ha coinvolto gli utilizzatori fin dalla prima riunione.",
    "La sperimentazione di {town} è stata condotta insieme a {partners}.",
)
_OFFER_SENTENCE = (
    "{owner} lo fornisce con installazione e formazione in tutta la regione.",
    "Il servizio è attivo da {town} e si può provare per un mese senza impegno.",
    "{owner} adatta la soluzione alle esigenze di chi la usa e ne cura la manutenzione.",
    "È disponibile per imprese ed enti pubblici, con un primo sopralluogo gratuito.",
)
_PILOT_SENTENCE = (
    "Il progetto pilota di {town} ha coinvolto {partners} e prosegue con una seconda fase.",
    "Dopo il pilota di {town}, con {partners}, si cercano altri territori interessati.",
    "{partners} hanno provato la soluzione a {town} in condizioni reali per diciotto mesi.",
)


@dataclass(frozen=True)
class _Organisation:
    """A line of organisations.csv."""

    key: str
    name: str
    short_name: str
    helix_role: str
    legal_kind: str
    size: str
    province: str
    municipality: str
    sectors: str
    description: str

    @property
    def fields(self) -> list[str]:
        return self.sectors.split("|")


@dataclass(frozen=True)
class _Topic:
    """A line of topics.csv: sentences in Italian, and a text in English."""

    sector: str
    concept: str
    second: str
    subject_it: str
    problem_it: str
    method_it: str
    use_it: str
    result_it: str
    subject_en: str
    text_en: str


def _rows(name: str) -> list[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def seed_demo(actor: Actor) -> LoadReport | None:
    """Make the invented region, its staff, organisations and evidence, as far as they are missing.

    Quick when there is nothing to do: then None is returned. Raises Forbidden.
    """
    region = ensure_region()
    organisations = [_Organisation(**row) for row in _rows("organisations.csv")]
    topics = [_Topic(**row) for row in _rows("topics.csv")]
    with in_region(region):
        if Evidence.objects.filter(source=SOURCE).count() == 5 * len(topics):
            return None
        ensure_shipped(region, actor=actor)
        concepts = _concepts(region)
        records = (_organisation(body, concepts, topics) for body in organisations)
        return load(region, records, _evidence(organisations, topics, concepts), source=SOURCE, actor=actor)


def ensure_region() -> Region:
    """The invented region with its host name and invented staff."""
    with transaction.atomic(durable=True):
        region, is_new = Region.objects.get_or_create(
            slug=SLUG,
            defaults={
                "names": {"it": "Regione Altariva", "en": "Altariva Region"},
                "theme": SLUG,
                "shapes": SLUG,
                "is_invented": True,
                "contact_email": "innovazione@altariva.example.org",
            },
        )
        if is_new:
            region.hosts.create(host=f"{SLUG}.localhost", is_primary=True)
        with in_region(region):
            for email, name, role in _STAFF:
                account = Account.objects.filter(email=email).first()
                if account is None:
                    account = Account.objects.create_account(email=email, name=name, is_invented=True)
                    RoleGrant.objects.create(region=region, account=account, role=role, reason="demonstration")
    return region


def _concepts(region: Region) -> dict[str, int]:
    """Codes of the region's S3 scheme -> ids."""
    scheme = ConceptScheme.objects.get(region=region, slug="s3")
    return dict(Concept.objects.filter(scheme=scheme).values_list("code", "pk"))


def _organisation(body: _Organisation, concepts: dict[str, int], topics: list[_Topic]) -> OrganisationRecord:
    ecosystems = dict.fromkeys(topic.concept.split("-")[0] for topic in topics if topic.sector == body.fields[0])
    return OrganisationRecord(
        source_ids=(body.key,),
        name=body.name,
        short_name=body.short_name,
        helix_role=body.helix_role,
        legal_kind=body.legal_kind,
        size=body.size,
        website=f"https://{body.key}.example.org/",
        description=body.description,
        description_language="it",
        languages=("it", "en"),
        is_natural_person=body.legal_kind == LegalKind.SOLE_TRADER,
        site=SiteRecord(municipality=body.municipality, province_code=body.province, country_code="IT"),
        concepts=tuple(ConceptLink(concepts[code]) for code in ecosystems if code in concepts),
    )


class _Turns:
    """Who takes part in what: always those who had the fewest turns so far, so that everybody has something to show."""

    def __init__(self, organisations: list[_Organisation]) -> None:
        self._order = {body.key: place for place, body in enumerate(organisations)}
        self._had = dict.fromkeys(self._order, 0)

    def take(self, sector: str, able: list[_Organisation], count: int, *, first_role: str) -> list[_Organisation]:
        """`count` of `able`; the first is of `first_role` if any of them is. Those whose main field it is go before."""

        def turn(body: _Organisation) -> tuple[int, int]:
            return self._had[body.key] + 5 * body.fields.index(sector), self._order[body.key] * 7 % 61

        waiting = sorted(able, key=turn)
        leader = next((body for body in waiting if body.helix_role == first_role), waiting[0])
        chosen = [leader, *(body for body in waiting if body is not leader)][:count]
        for body in chosen:
            self._had[body.key] += 1
        return chosen


def _evidence(
    organisations: list[_Organisation], topics: list[_Topic], concepts: dict[str, int]
) -> Iterator[EvidenceRecord]:
    turns = _Turns(organisations)
    for number, topic in enumerate(topics):
        able = [body for body in organisations if topic.sector in body.fields]
        yield from _pieces(topic, number, turns, able, concepts)


def _pieces(
    topic: _Topic, number: int, turns: _Turns, able: list[_Organisation], concepts: dict[str, int]
) -> Iterator[EvidenceRecord]:
    """The five pieces of one topic: a project, an offer, an output, a pilot, and one in English."""
    subject = topic.subject_it
    title = subject[:1].upper() + subject[1:]
    about = tuple(
        ConceptLink(concepts[code], origin, score)
        for code, origin, score in (
            (topic.concept, ConceptOrigin.STATED, None),
            (topic.second, ConceptOrigin.SUGGESTED, 0.5),
        )
        if code in concepts
    )
    year = 2014 + (number * 7) % 10

    project = turns.take(topic.sector, able, 4 + number % 2, first_role="academia")
    yield EvidenceRecord(
        source_id=f"{number:02d}-project",
        kind=EvidenceKind.PROJECT,
        title=f"{title}: ricerca e prova sul campo",
        text=_text(topic.problem_it, topic.method_it, _said(_PROJECT_SENTENCE, number, project)),
        language="it",
        started_on=date(year, 1 + number % 12, 1),
        ended_on=date(year + 2, 1 + (number + 5) % 12, 28),
        programme="Bando regionale ricerca e innovazione (inventato)",
        parties=_parties(project, EvidenceParty.PartyRole.COORDINATOR),
        concepts=about,
        links=((f"https://altariva.example.org/progetti/{number:02d}", "Pagina del progetto"),),
    )

    offer = turns.take(topic.sector, able, 1 + number % 2, first_role="industry" if number % 6 else "civil_society")
    is_service = number % 2 == 1
    yield EvidenceRecord(
        source_id=f"{number:02d}-offer",
        kind=EvidenceKind.SERVICE if is_service else EvidenceKind.PRODUCT,
        title=f"{offer[0].short_name or offer[0].name}: {subject}",
        text=_text(topic.use_it, topic.result_it, _said(_OFFER_SENTENCE, number, offer)),
        language="it",
        started_on=date(year + 1, 1 + (number * 5) % 12, 1),
        parties=_parties(offer, EvidenceParty.PartyRole.OWNER),
        concepts=about[:1],
        links=((f"https://{offer[0].key}.example.org/soluzioni/{number:02d}", "Scheda tecnica"),),
    )

    kinds = _SOFT_OUTPUTS if topic.sector in _SOFT_SECTORS else _OUTPUTS
    kind = kinds[number % len(kinds)]
    output = turns.take(topic.sector, able, 2, first_role="academia" if number % 3 else "industry")
    yield EvidenceRecord(
        source_id=f"{number:02d}-output",
        kind=kind,
        title=_OUTPUT_TITLE[kind].format(subject=subject),
        text=_text(topic.method_it, topic.result_it, _said((_OUTPUT_SENTENCE[kind],), 0, output)),
        language="it",
        started_on=date(year + 2, 1 + (number * 3) % 12, 1),
        parties=_parties(output, EvidenceParty.PartyRole.OWNER),
        concepts=about[:1],
    )

    pilot = turns.take(topic.sector, able, 3, first_role="government" if number % 2 else "civil_society")
    yield EvidenceRecord(
        source_id=f"{number:02d}-pilot",
        kind=EvidenceKind.PROJECT,
        title=f"Pilota di {pilot[0].municipality}: {subject}",
        text=_text(topic.problem_it, topic.use_it, _said(_PILOT_SENTENCE, number, pilot)),
        language="it",
        started_on=date(year + 2, 1 + (number * 2) % 12, 1),
        ended_on=date(year + 4, 1 + (number * 2) % 12, 28),
        programme="Sperimentazioni di territorio (inventato)",
        parties=_parties(pilot, EvidenceParty.PartyRole.COORDINATOR),
        concepts=about,
    )

    english = turns.take(topic.sector, able, 3, first_role="industry" if number % 2 else "academia")
    yield EvidenceRecord(
        source_id=f"{number:02d}-english",
        kind=EvidenceKind.PROJECT if number % 4 else EvidenceKind.PUBLICATION,
        title=topic.subject_en[:1].upper() + topic.subject_en[1:],
        text=topic.text_en,
        language="en",
        started_on=date(year + 1, 1 + (number * 4) % 12, 1),
        ended_on=date(year + 4, 1 + (number * 4) % 12, 28),
        programme="Interregional cooperation (invented)",
        parties=_parties(english, EvidenceParty.PartyRole.COORDINATOR),
        concepts=about,
    )


def _text(*sentences: str) -> str:
    return " ".join(sentence.strip() for sentence in sentences)


def _said(patterns: tuple[str, ...], number: int, bodies: list[_Organisation]) -> str:
    names = [body.name for body in bodies]
    partners = f"{', '.join(names[:-1])} e {names[-1]}" if len(names) > 1 else names[0]
    pattern = patterns[number % len(patterns)]
    return pattern.format(owner=names[0], partners=partners, town=bodies[0].municipality)


def _parties(bodies: list[_Organisation], first: EvidenceParty.PartyRole) -> tuple[PartyRecord, ...]:
    others = EvidenceParty.PartyRole.OWNER if first == "owner" else EvidenceParty.PartyRole.PARTICIPANT
    leader, *rest = bodies
    return (PartyRecord(leader.key, first), *(PartyRecord(body.key, others) for body in rest))
