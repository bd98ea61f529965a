# SPDX-License-Identifier: EUPL-1.2
"""Invented collaborations of the demonstration: as many as the programme that Filanda carries on was proud of."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from filanda.capabilities.collaborations.models import (
    CheckIn,
    CheckInAnswer,
    Collaboration,
    CollaborationState,
    Cooperation,
    Outcome,
    OutcomeKind,
    Party,
    ValueBand,
)
from filanda.capabilities.collaborations.steps import CHECK_IN_MONTHS, SOURCE, in_months, today
from filanda.directory.organisations.models import Evidence, EvidenceKind, EvidenceParty, Organisation
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Role, RoleGrant
from filanda.kernel.journal.actions import record
from filanda.kernel.regions.models import Region

__all__ = ["seed_collaborations"]

MANY = 230
SHOWN = 80  # of them, what their parties made public

# (what is done, with what) in the language's own order; {thing} is one of THINGS.
_DOING = {
    "it": (
        "Prove sul campo di {thing}",
        "Sviluppo congiunto di {thing}",
        "Licenza d’uso per {thing}",
        "Fornitura pilota di {thing}",
        "Un laboratorio condiviso per {thing}",
        "Consorzio europeo su {thing}",
        "Certificazione di {thing}",
        "Formazione e tirocini su {thing}",
        "Dalla tesi al prodotto: {thing}",
        "Misure indipendenti su {thing}",
        "Ricerca collaborativa su {thing}",
        "Impresa comune per {thing}",
    ),
    "en": (
        "Field trials of {thing}",
        "Joint development of {thing}",
        "A licence for {thing}",
        "A pilot supply of {thing}",
        "A shared laboratory for {thing}",
        "A European consortium on {thing}",
        "Certification of {thing}",
        "Training and placements on {thing}",
        "From thesis to product: {thing}",
        "Independent measurements of {thing}",
        "Collaborative research on {thing}",
        "A joint venture for {thing}",
    ),
}
_THINGS = (
    ("bioplastiche da scarti del riso", "bioplastics from rice husks"),
    ("sensori per il letto del paziente", "sensors for the patient’s bed"),
    ("idrogeno per forni industriali", "hydrogen for industrial furnaces"),
    ("tinture naturali per la seta", "natural dyes for silk"),
    ("recupero di litio dalle batterie", "lithium recovered from batteries"),
    ("gemelli digitali di linee di montaggio", "digital twins of assembly lines"),
    ("irrigazione guidata dal satellite", "irrigation guided by satellite"),
    ("protesi stampate in titanio", "printed titanium implants"),
    ("manutenzione predittiva dei tram", "predictive maintenance of trams"),
    ("calore di scarto per le serre", "waste heat for greenhouses"),
    ("visite virtuali agli archivi storici", "virtual visits to historic archives"),
    ("imballaggi ricaricabili per la logistica urbana", "refillable packaging for city logistics"),
    ("diagnosi precoce delle malattie della vite", "early diagnosis of grapevine diseases"),
    ("calcestruzzo con aggregati riciclati", "concrete with recycled aggregates"),
    ("robot collaborativi per la rifinitura", "collaborative robots for finishing"),
    ("telemedicina nelle valli", "telemedicine in mountain valleys"),
    ("acque reflue come fonte di fosforo", "waste water as a source of phosphorus"),
    ("fibre ottiche per il monitoraggio dei ponti", "optical fibres that watch over bridges"),
    ("proteine da colture locali", "proteins from local crops"),
    ("comunità energetiche di quartiere", "energy communities in the neighbourhood"),
    ("acciaio a basse emissioni", "low-emission steel"),
    ("accessibilità dei musei per persone sorde", "museums open to deaf visitors"),
    ("filtri catalitici per le vernici", "catalytic filters for paint shops"),
    ("dati sanitari condivisi in sicurezza", "health data shared safely"),
)
_BODIES = {
    "it": (
        "{one} porta l’esperienza, {other} il banco di prova; i risultati restano a entrambi. {detail}",
        "Nata da una proposta pubblicata qui: {one} cercava, {other} ha risposto. {detail}",
        "Dodici mesi di lavoro in comune tra {one} e {other}, con una riunione al mese. {detail}",
        "{other} mette a disposizione gli impianti, {one} le persone. {detail}",
        "Il facilitatore ha organizzato il primo incontro; poi {one} e {other} hanno firmato un patto. {detail}",
    ),
    "en": (
        "{one} brings the experience, {other} the test bench; both keep the results. {detail}",
        "It began with a proposal published here: {one} was looking, {other} answered. {detail}",
        "Twelve months of common work of {one} and {other}, with one meeting a month. {detail}",
        "{other} opens its plant, {one} sends the people. {detail}",
        "The first step was a meeting that the facilitator arranged; then {one} and {other} signed a pact. {detail}",
    ),
}
_DETAILS = {
    "it": (
        "Si misura quanto si risparmia rispetto al processo di oggi.",
        "Una tesi di dottorato accompagna il lavoro.",
        "I dati raccolti saranno pubblicati in forma aperta.",
        "Se le prove riescono, si passa a due altri siti.",
        "Il prototipo è già stato mostrato a tre clienti.",
        "Un’associazione di utenti valuta ogni versione.",
    ),
    "en": (
        "What is saved against today’s process is measured.",
        "A doctoral thesis goes with the work.",
        "The data will be published openly.",
        "If the trials succeed, two more sites follow.",
        "The prototype has been shown to three customers already.",
        "An association of users judges each version.",
    ),
}
_WHY_STOPPED = {
    "it": ("Il finanziamento atteso non è arrivato.", "Il responsabile del progetto ha cambiato lavoro."),
    "en": ("The funding that was expected did not come.", "The person who led the project changed jobs."),
}
_SAID_OVER = {
    "it": (
        "Le prove sono finite a ottobre e il risultato regge: ora lo usiamo ogni giorno.",
        "Il cliente che doveva provarlo ha chiuso la linea: senza un sito non si va avanti.",
    ),
    "en": (
        "The trials ended in October and the result holds: we use it every day now.",
        "The customer who was to try it closed the line: without a site there is no going on.",
    ),
}
_KINDS = (
    Cooperation.PILOT,
    Cooperation.TECHNICAL,
    Cooperation.LICENCE,
    Cooperation.SUPPLY,
    Cooperation.RESEARCH,
    Cooperation.CONSORTIUM,
    Cooperation.TECHNICAL,
    Cooperation.RESEARCH,
    Cooperation.TECHNICAL,
    Cooperation.RESEARCH,
    Cooperation.RESEARCH,
    Cooperation.JOINT_VENTURE,
)
_MIX = (
    (CollaborationState.ENDED, 0.5),
    (CollaborationState.ACTIVE, 0.38),
    (CollaborationState.CONFIRMED, 0.04),
    (CollaborationState.REPORTED, 0.05),
    (CollaborationState.DISPUTED, 0.02),
    (CollaborationState.VOID, 0.01),
)


def seed_collaborations(actor: Actor, region: Region, now: datetime) -> None:
    """230 collaborations among the invented organisations, once; nobody but invented bodies takes part."""
    if Collaboration.objects.filter(region=region).exists():
        return
    bodies = list(Organisation.objects.filter(region=region, is_external=False, hidden_at=None).order_by("pk")[:2_500])
    if len(bodies) < 2 or not region.is_invented:
        return
    chance = random.Random(f"collaborations of {region.slug}")  # noqa: S311 - invented texts, no secret
    admins = _admins(bodies)
    facilitators = _facilitators(region)
    plans = [_plan(number, bodies, chance, now, region) for number in range(MANY)]
    with transaction.atomic():
        rows = Collaboration.objects.bulk_create(
            [
                Collaboration(
                    region=region,
                    is_invented=True,
                    facilitator_id=chance.choice(facilitators) if facilitators else None,
                    **plan["fields"],
                )
                for plan in plans
            ]
        )
        _write_evidence(region, rows, plans)
        parties = Party.objects.bulk_create(
            [
                Party(
                    region=region,
                    collaboration=row,
                    position=position,
                    organisation=body,
                    account_id=admins.get(body.pk),
                    asked_at=row.created_at,
                    confirmed_at=row.confirmed_at or (row.created_at if position == 1 else None),
                    keeps_private=not row.is_public and body.pk in admins,
                )
                for row, plan in zip(rows, plans, strict=True)
                for position, body in enumerate(plan["bodies"], start=1)
            ]
        )
        asked = _check_ins(region, parties, chance, now)
        _say_over(asked, bodies[0], now)
        CheckIn.objects.bulk_create(asked)
        Outcome.objects.bulk_create(_outcomes(region, rows, chance, now))
        record(
            "collaborations.demo.seeded",
            region=region,
            actor=actor,
            payload={"collaborations": len(rows)},
            touches={
                SOURCE: [row.pk for row in rows],
                "evidence": [row.evidence_id for row in rows if row.evidence_id],
                "organisation": [body.pk for plan in plans for body in plan["bodies"]],
            },
        )


def _admins(bodies: Sequence[Organisation]) -> dict[int, int]:
    rows = RoleGrant.objects.filter(
        role=Role.ORGANISATION_ADMIN, scope_kind="organisation", scope_id__in=[one.pk for one in bodies], ended_at=None
    )
    return dict(rows.order_by("-pk").values_list("scope_id", "account"))


def _facilitators(region: Region) -> list[int]:
    rows = RoleGrant.objects.filter(region=region, role=Role.FACILITATOR, scope_kind="", ended_at=None)
    return list(rows.order_by("pk").values_list("account", flat=True))


def _plan(
    number: int, bodies: list[Organisation], chance: random.Random, now: datetime, region: Region
) -> dict[str, Any]:
    """One collaboration: each pairs another doing with another thing."""
    language = "it" if number % 3 else "en"
    doing = number % len(_DOING["it"])
    thing = _THINGS[(number * 5 + number // len(_THINGS)) % len(_THINGS)][0 if language == "it" else 1]
    one, other, *third = chance.sample(bodies, 3)
    if one.helix_role == other.helix_role:  # those of other roles find each other more often
        others = (body for body in chance.sample(bodies, min(8, len(bodies))) if body.helix_role != other.helix_role)
        one = next(others, one)
    partners = [one, other] + (third if chance.random() < 0.25 and third[0] not in (one, other) else [])
    state = chance.choices([state for state, _share in _MIX], [share for _state, share in _MIX])[0]
    day = today(region, now)
    age = {CollaborationState.ENDED: (400, 1500), CollaborationState.CONFIRMED: (-40, -3)}.get(state, (20, 500))
    started = day - timedelta(days=chance.randint(*age))
    reported = now - timedelta(days=max(1, (day - started).days - chance.randint(2, 30)), hours=chance.randint(0, 20))
    if state in (CollaborationState.REPORTED, CollaborationState.DISPUTED, CollaborationState.CONFIRMED):
        reported = now - timedelta(days=chance.randint(2, 40), hours=chance.randint(0, 20))
    counted = state in (CollaborationState.CONFIRMED, CollaborationState.ACTIVE, CollaborationState.ENDED)
    confirmed = min(reported + timedelta(days=chance.uniform(0.2, 12)), now) if counted else None
    has_ended = state == CollaborationState.ENDED
    ended = min(in_months(started, chance.choice((9, 12, 12, 18, 24))), day) if has_ended else None
    stopped = has_ended and chance.random() < 0.15
    detail = chance.choice(_DETAILS[language])
    body = chance.choice(_BODIES[language]).format(one=one.name, other=other.name, detail=detail)
    fields = {
        "title": _DOING[language][doing].format(thing=thing)[:200],
        "summary": body,
        "language": language,
        "kind": _KINDS[doing],
        "value": chance.choices(ValueBand.values, (2, 3, 4, 6, 4, 2, 1))[0],
        "started_on": started,
        "ended_on": ended,
        "is_public": number < SHOWN * 2 and number % 2 == 0,
        "state": state,
        "state_changed_at": confirmed or reported,
        "confirmed_at": confirmed,
        "created_at": reported,
        "reason": "Invented: the other side remembers it differently." if state == CollaborationState.DISPUTED else "",
        "stopped_why": chance.choice(_WHY_STOPPED[language]) if stopped else "",
    }
    return {"fields": fields, "bodies": partners}


def _write_evidence(region: Region, rows: list[Collaboration], plans: list[dict[str, Any]]) -> None:
    both = zip(rows, plans, strict=True)
    shown = [(row, plan) for row, plan in both if row.is_public and row.confirmed_at is not None]
    pieces = Evidence.objects.bulk_create(
        [
            Evidence(
                region=region,
                kind=EvidenceKind.PROJECT,
                title=row.title,
                text=row.summary,
                language=row.language,
                started_on=row.started_on,
                ended_on=row.ended_on,
                source=SOURCE,
                source_id=str(row.pk),
            )
            for row, _plan in shown
        ]
    )
    EvidenceParty.objects.bulk_create(
        [
            EvidenceParty(region=region, evidence=piece, organisation=body)
            for piece, (_row, plan) in zip(pieces, shown, strict=True)
            for body in plan["bodies"]
        ]
    )
    for piece, (row, _plan) in zip(pieces, shown, strict=True):
        row.evidence = piece
    Collaboration.objects.bulk_update([row for row, _plan in shown], ["evidence"])


def _check_ins(region: Region, parties: list[Party], chance: random.Random, now: datetime) -> list[CheckIn]:
    """Questions of the days that are over, most of them answered; those to come."""
    day = today(region, now)
    found = []
    for party in parties:
        row = party.collaboration
        if row.confirmed_at is None:
            continue
        for months in CHECK_IN_MONTHS:
            due = in_months(row.started_on, months)
            if row.ended_on is not None and due > row.ended_on:
                continue
            is_asked = due <= day
            sent = now - timedelta(days=(day - due).days) if is_asked else None
            # Nearly all answer in the end, and facilitators ask the others.
            answered = is_asked and chance.random() < (0.6 if (day - due).days < 30 else 0.97) and (day - due).days > 4
            found.append(
                CheckIn(
                    region=region,
                    collaboration=row,
                    party=party,
                    months=months,
                    due_on=due,
                    sent_at=sent,
                    reminded_at=sent + timedelta(days=7) if sent and (day - due).days > 7 and not answered else None,
                    answer=chance.choices(CheckInAnswer.values[:2], (4, 1))[0] if answered else "",
                    answered_at=sent + timedelta(days=chance.randint(0, 4)) if sent and answered else None,
                )
            )
    return found


def _say_over(asked: list[CheckIn], body: Organisation, now: datetime) -> None:
    """In four that go on, one side has just said that it is over, and the other is asked: `body` among them first."""
    by_row: dict[int, list[CheckIn]] = {}
    for one in asked:
        if one.collaboration.state == CollaborationState.ACTIVE:
            by_row.setdefault(one.collaboration_id, []).append(one)

    def is_asked(rows: list[CheckIn]) -> bool:
        return any(one.party.organisation_id == body.pk for one in rows)

    done = 0
    for rows in sorted(by_row.values(), key=lambda rows: (not is_asked(rows), rows[0].collaboration_id)):
        who = [one for one in rows if one.party.organisation_id != body.pk and one.sent_at is not None]
        if not who or len({one.party_id for one in rows}) < 2:
            continue
        said = max(who, key=lambda one: one.due_on)
        said.answer = CheckInAnswer.SUCCESS if done % 2 == 0 else CheckInAnswer.STOPPED
        said.answered_at = now - timedelta(days=1 + done, hours=3)
        said.details = _SAID_OVER[said.collaboration.language][done % 2]
        for one in rows:  # nobody says afterwards that it goes on
            if one is not said and one.answered_at is not None and one.answered_at > said.answered_at:
                one.answer, one.answered_at = "", None
        done += 1
        if done == 4:
            return


def _outcomes(region: Region, rows: list[Collaboration], chance: random.Random, now: datetime) -> list[Outcome]:
    found = []
    for row in rows:
        if row.confirmed_at is None or row.stopped_why or chance.random() < 0.45:
            continue
        for kind in chance.sample(OutcomeKind.values[:5], chance.choice((1, 1, 2))):
            last = row.ended_on or today(region, now)
            noted = min(last, today(region, now))
            found.append(
                Outcome(
                    region=region,
                    collaboration=row,
                    kind=kind,
                    count=chance.randint(1, 4) if kind in (OutcomeKind.HIRE, OutcomeKind.PUBLICATION) else 1,
                    noted_on=max(noted, date(2000, 1, 1)),
                )
            )
    return found
