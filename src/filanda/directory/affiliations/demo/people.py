# SPDX-License-Identifier: EUPL-1.2
"""Invented people: the same number is the same person on every machine. Written in batches, each with one event."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.utils.timezone import now as clock

from filanda.directory.affiliations.demo.names import is_a_woman, person_name
from filanda.directory.affiliations.models import Position
from filanda.directory.organisations.models import HelixRole, Organisation, OrganisationConcept
from filanda.directory.people.models import Person, PersonConcept, ValidationState, Visibility
from filanda.directory.people.queries import facilitators
from filanda.directory.people.steps import touches
from filanda.directory.people.values import orcid_check_digit
from filanda.directory.taxonomies.models import Concept, ConceptScheme, label_in
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role, RoleGrant
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import fold, sort_key

__all__ = ["DOMAIN", "PEOPLE", "address_of", "seed_people"]

PEOPLE = 150  # of the demonstration as it comes
DOMAIN = "people.altariva.example.org"
BATCH = 500

_TITLES: dict[str, tuple[tuple[str, str], ...]] = {
    HelixRole.INDUSTRY: (
        ("Responsabile ricerca e sviluppo", "Responsabile ricerca e sviluppo"),
        ("Direttrice tecnica", "Direttore tecnico"),
        ("Progettista", "Progettista"),
        ("Fondatrice", "Fondatore"),
        ("Responsabile qualità", "Responsabile qualità"),
    ),
    HelixRole.ACADEMIA: (
        ("Professoressa associata", "Professore associato"),
        ("Ricercatrice", "Ricercatore"),
        ("Assegnista di ricerca", "Assegnista di ricerca"),
        ("Tecnica di laboratorio", "Tecnico di laboratorio"),
    ),
    HelixRole.GOVERNMENT: (
        ("Funzionaria", "Funzionario"),
        ("Responsabile dei progetti europei", "Responsabile dei progetti europei"),
        ("Dirigente innovazione", "Dirigente innovazione"),
    ),
    HelixRole.CIVIL_SOCIETY: (
        ("Presidente", "Presidente"),
        ("Coordinatrice dei progetti", "Coordinatore dei progetti"),
        ("Volontaria", "Volontario"),
    ),
}
_ALONE = (
    ("Consulente indipendente", "Consulente indipendente"),
    ("Inventrice", "Inventore"),
    ("Dottoranda", "Dottorando"),
)
_HEADLINES = (
    "{title}: {topic}",
    "{topic}, dalla ricerca all’uso",
    "{title}, mi occupo di {topic_low}",
    "{topic} e {other_low}",
)
_ABOUTS = (
    "Da {years} anni lavoro su **{topic_low}**. Mi piace provare presto le idee con chi le userà, e dire anche che "
    "cosa non ha funzionato.\n\nCerco persone con cui mettere alla prova un prototipo.",
    "Ho cominciato con {other_low} e oggi seguo soprattutto {topic_low}. Porto volentieri la mia esperienza in gruppi "
    "misti: imprese, enti pubblici, associazioni.",
    "Mi occupo di {topic_low}.\n\n- progetti di ricerca con più partner\n- prove sul campo\n- formazione di chi deve "
    "usare i risultati",
    "Credo che {topic_low} abbia bisogno di dati aperti e di pazienza. Qui per imparare da chi fa {other_low}.",
)
_ENGLISH = (
    "I have worked on **{topic_low}** for {years} years, mostly in projects with partners from other regions. Happy to "
    "share data and methods."
)
_PURPOSES = (
    "Cerco partner per un progetto su {topic_low}.",
    "Vorrei capire chi in regione si occupa di {topic_low}.",
    "Ho competenze su {topic_low} e tempo per aiutare chi comincia.",
    "La mia organizzazione vuole innovare in {topic_low}.",
)


@dataclass(frozen=True)
class _Body:
    pk: int
    name: str
    helix_role: str
    concepts: tuple[int, ...]


@dataclass(frozen=True)
class _Topic:
    pk: int
    it: str
    en: str


def address_of(number: int) -> str:
    """The e-mail address of the invented person `number`, at a domain that nobody can have."""
    return f"{fold(person_name(number)).replace(' ', '.')}@{DOMAIN}"


def seed_people(
    actor: Actor, region: Region, *, most: int = PEOPLE, progress: Callable[[int], None] | None = None
) -> int:
    """Make the invented people 0 to `most` of `region`, as far as they are missing; returns how many were made.

    The region must be active, and invented. Quick when there is nothing to do. progress(done) is called after each
    batch. Raises Forbidden, and ValueError for a region of real people.
    """
    require(actor, "people.seed")
    if not region.is_invented:
        raise ValueError("Invented people belong into an invented region.")
    if Person.objects.filter(is_invented=True, account__email__endswith=f"@{DOMAIN}").count() >= most:
        return 0
    known = set(Account.objects.filter(email__endswith=f"@{DOMAIN}").values_list("email", flat=True))
    missing = [number for number in range(most) if address_of(number) not in known]
    bodies, topics = _bodies(), _topics(region)
    now = clock()
    helpers = [account.pk for account in facilitators(now)]
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        _write(actor, region, [_Invented(number, bodies, topics, helpers, now) for number in batch])
        if progress is not None:
            progress(start + len(batch))
    return len(missing)


def _bodies() -> list[_Body]:
    links: dict[int, list[int]] = {}
    for organisation, concept in OrganisationConcept.objects.order_by("pk").values_list("organisation", "concept"):
        links.setdefault(organisation, []).append(concept)
    rows = Organisation.objects.filter(is_external=False, hidden_at=None).order_by("pk")
    return [
        _Body(pk, name, role, tuple(links.get(pk, ())))
        for pk, name, role in rows.values_list("pk", "name", "helix_role")
    ]


def _topics(region: Region) -> dict[int, _Topic]:
    """The lowest concepts of the region's S3 scheme, and by each concept above them those below it."""
    scheme = ConceptScheme.objects.filter(region=region, slug="s3").first()
    rows = Concept.objects.current().filter(scheme=scheme, narrower=None).order_by("position", "code")
    return {row.pk: _Topic(row.pk, label_in(row.labels, "it"), label_in(row.labels, "en")) for row in rows}


class _Invented:
    """Everything about one invented person, from a generator that only the number decides; its dates lie before `now`,
    so that nobody has waited for years in a demonstration made today."""

    def __init__(
        self,
        number: int,
        bodies: Sequence[_Body],
        topics: dict[int, _Topic],
        helpers: Sequence[int],
        now: datetime,
    ) -> None:
        chance = Random(f"altariva {number}")  # noqa: S311 - invented people, the same ones each time
        self.email = address_of(number)
        self.name = person_name(number)
        here = [bodies[(number * 7 + 3) % len(bodies)]] if bodies and chance.random() < 0.88 else []
        if here and chance.random() < 0.12:
            here.append(chance.choice(bodies))
        self.bodies = list(dict.fromkeys(here))
        woman = is_a_woman(number)
        pool = _TITLES.get(self.bodies[0].helix_role, _TITLES[HelixRole.INDUSTRY]) if self.bodies else _ALONE
        self.titles = [chance.choice(pool)[0 if woman else 1] for _body in range(max(1, len(self.bodies)))]
        every = list(topics)
        self.skills = chance.sample(every, min(len(every), chance.randint(1, 4)))
        self.interests = chance.sample(every, min(len(every), chance.randint(0, 3)))
        minutes = chance.randint(0, 3 * 365 * 24 * 60)  # of three years
        self.started_on = date(chance.randint(2008, 2025), chance.randint(1, 12), 1)
        self.is_confirmed = chance.random() < 0.7
        self.helper = helpers[number % len(helpers)] if helpers else None
        self.fields = self._fields(chance, topics)
        is_validated = self.fields["state"] == ValidationState.VALIDATED
        # Who waits has waited for twelve days at most: no facilitator who is any good lets them wait longer.
        self.joined_at = now - timedelta(minutes=minutes if is_validated else minutes // 90)

    def _fields(self, chance: Random, topics: dict[int, _Topic]) -> dict[str, Any]:
        first = topics[self.skills[0]] if self.skills else _Topic(0, "Innovazione", "Innovation")
        other = topics[(self.interests or self.skills or [0])[0]] if topics else first
        is_english = chance.random() < 0.1
        words = {
            "title": self.titles[0],
            "topic": first.en if is_english else first.it,
            "topic_low": _low(first.en if is_english else first.it),
            "other_low": _low(other.en if is_english else other.it),
            "years": chance.randint(3, 25),
        }
        languages = ["it", *(["en"] if chance.random() < 0.75 else []), *chance.sample(["fr", "de", "es", "nl"], 1)]
        digits = f"0000000{chance.randint(0, 10**8 - 1):08d}"  # a block that ORCID hands out to nobody
        plain = digits + orcid_check_digit(digits)
        has_orcid = self.bodies and self.bodies[0].helix_role == HelixRole.ACADEMIA and chance.random() < 0.6
        state = chance.choices(list(ValidationState), weights=(14, 80, 6))[0]
        chosen = {
            field: chance.choice(list(Visibility))
            for field in ("headline", "about", "skills", "interests", "languages", "positions")
            if chance.random() < 0.08
        }
        return {
            "headline": "{topic}: research and practice".format(**words)
            if is_english
            else chance.choice(_HEADLINES).format(**words)[:160],
            "about": (_ENGLISH if is_english else chance.choice(_ABOUTS)).format(**words)
            if chance.random() < 0.8
            else "",
            "purpose": chance.choice(_PURPOSES).format(**words),
            "text_language": "en" if is_english else "it",
            "languages": languages if chance.random() < 0.9 else ["it"],
            "orcid": "-".join(plain[at : at + 4] for at in range(0, 16, 4)) if has_orcid else "",
            "links": [{"label": "Pagina personale", "url": f"https://{self.email.split('@')[0]}.example.org/"}]
            if chance.random() < 0.4
            else [],
            "listing": chance.choices(list(Visibility), weights=(58, 34, 8))[0],
            "visibility": chosen,
            "state": state,
            "return_reason": "In quale organizzazione lavora adesso?" if state == ValidationState.RETURNED else "",
        }


def _low(label: str) -> str:
    """A label inside a sentence: "Energia pulita" -> "energia pulita", but "AI" stays."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _write(actor: Actor, region: Region, people: Sequence[_Invented]) -> None:
    with transaction.atomic(durable=True):
        accounts = [Account(email=one.email, name=one.name, is_invented=True) for one in people]
        for account in accounts:
            account.set_unusable_password()
        Account.objects.bulk_create(accounts)
        RoleGrant.objects.bulk_create(
            RoleGrant(region=region, account=account, role=Role.INNOVATOR, reason="demonstration")
            for account in accounts
        )
        rows = Person.objects.bulk_create(
            Person(
                region=region,
                account=account,
                name=one.name,
                sort_key=sort_key(one.name, length=200),
                facilitator_id=one.helper,
                validated_by_id=one.helper if one.fields["state"] == ValidationState.VALIDATED else None,
                joined_at=one.joined_at,
                state_changed_at=one.joined_at,
                is_invented=True,
                **one.fields,
            )
            for one, account in zip(people, accounts, strict=True)
        )
        PersonConcept.objects.bulk_create(
            PersonConcept(region=region, person=row, concept_id=concept, kind=kind)
            for one, row in zip(people, rows, strict=True)
            for kind, concepts in (
                (PersonConcept.Kind.SKILL, one.skills),
                (PersonConcept.Kind.INTEREST, one.interests),
            )
            for concept in concepts
        )
        Position.objects.bulk_create(
            Position(
                region=region,
                person=row,
                organisation_id=body.pk,
                title=title,
                started_on=one.started_on,
                is_confirmed=one.is_confirmed,
                created_at=one.joined_at,
            )
            for one, row in zip(people, rows, strict=True)
            for body, title in zip(one.bodies, one.titles, strict=False)
        )
        record(
            "people.demo.seeded",
            region=region,
            actor=actor,
            payload={"people": len(rows)},
            touches=touches(*rows),
        )
