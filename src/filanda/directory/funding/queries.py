# SPDX-License-Identifier: EUPL-1.2
"""Reads of funding calls: cards for lists, lines for other rooms. Each says how many queries it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.timezone import localdate, now

from filanda.directory.funding.models import FundingCall, FundingCallConcept, FundingState
from filanda.directory.organisations.models import ConceptOrigin
from filanda.directory.taxonomies.models import label_in
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests.things import ThingLine

__all__ = ["KIND", "Card", "Topic", "call_at", "cards", "lines", "topics_of"]

KIND = "funding_call"
EXCERPT = 280


@dataclass(frozen=True, slots=True)
class Topic:
    """A concept of a call. `is_suggested`: by machine, confirmed by nobody."""

    scheme: str
    code: str
    label: str
    is_suggested: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A call as lists show it. `beginning`: the first words of its text."""

    id: int
    title: str
    language: str
    beginning: str
    programme: str
    identifier: str
    action_kind: str
    state: FundingState
    opens_on: date | None
    next_deadline: date | None
    closes_on: date | None
    budget: int | None
    grant_min: int | None
    grant_max: int | None
    link: str
    source_name: str
    licence: str
    updated_at: datetime
    created_at: datetime
    is_withdrawn: bool
    topics: tuple[Topic, ...]


_FIELDS = tuple(one.attname for one in FundingCall._meta.concrete_fields if one.name not in ("fingerprint",))


def cards(actor: Actor, ids: Sequence[int]) -> list[Card]:
    """Those of `ids` that `actor` may see, in their order. Two queries."""
    if not ids:
        return []
    today = localdate(now())
    rows = {row.pk: row for row in FundingCall.objects.visible_to(actor).filter(pk__in=ids).only(*_FIELDS)}
    about = topics_of(list(rows))
    return [_card(rows[one], about.get(one, ()), today) for one in ids if one in rows]


def _card(row: FundingCall, topics: tuple[Topic, ...], today: date) -> Card:
    return Card(
        id=row.pk,
        title=row.title,
        language=row.language,
        beginning=_beginning(row.text),
        programme=row.programme,
        identifier=row.identifier,
        action_kind=row.action_kind,
        state=row.state(today),
        opens_on=row.opens_on,
        next_deadline=min((one for one in row.deadlines if one >= today), default=None),
        closes_on=row.closes_on,
        budget=row.budget,
        grant_min=row.grant_min,
        grant_max=row.grant_max,
        link=row.link,
        source_name=row.source_name,
        licence=row.licence,
        updated_at=row.updated_at,
        created_at=row.created_at,
        is_withdrawn=row.withdrawn_at is not None,
        topics=topics,
    )


def _beginning(text: str) -> str:
    flat = " ".join(text[: EXCERPT * 2].split())
    return flat if len(flat) <= EXCERPT else flat[:EXCERPT].rsplit(" ", 1)[0] + "…"


def topics_of(ids: Sequence[int]) -> dict[int, tuple[Topic, ...]]:
    """What calls are about, what people said first. One query."""
    rows = FundingCallConcept.objects.filter(call__in=ids).order_by("call", "pk")
    found: dict[int, list[Topic]] = {}
    for call, slug, code, labels, origin in rows.values_list(
        "call", "concept__scheme__slug", "concept__code", "concept__labels", "origin"
    ):
        found.setdefault(call, []).append(Topic(slug, code, label_in(labels), origin == ConceptOrigin.SUGGESTED))
    return {call: tuple(sorted(some, key=lambda one: one.is_suggested)) for call, some in found.items()}


def call_at(actor: Actor, number: int) -> FundingCall | None:
    """The call, if `actor` may see it. One query."""
    found: FundingCall | None = FundingCall.objects.visible_to(actor).filter(pk=number).first()
    return found


def lines(actor: Actor, ids: Sequence[int]) -> Mapping[int, ThingLine]:
    """Those of `ids` that `actor` may see. One query."""
    rows = FundingCall.objects.visible_to(actor).filter(pk__in=ids)
    return {
        row.pk: ThingLine(
            kind=KIND,
            id=row.pk,
            title=row.title,
            url_name="funding:call",
            url_args=(row.pk,),
            excerpt=_beginning(row.text),
            language=row.language,
            audience="public",
            at=row.created_at,
        )
        for row in rows
    }
