# SPDX-License-Identifier: EUPL-1.2
"""What happened lately in a region, as far as a reader may know: events by the audience of their type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import BooleanField, Case, Q, QuerySet, When

from filanda.capabilities.files.subjects import subjects
from filanda.capabilities.threads.places import places
from filanda.directory.organisations.models import Organisation
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.event_types import Audience, event_types
from filanda.kernel.journal.models import Event
from filanda.spaces.models import SCOPE, Space

__all__ = ["Happening", "about_what_is_known", "audiences_of", "readable_types", "recent"]

STAFF = frozenset({"facilitator", "region_administrator"})
_LOOKED_AT = 60


@dataclass(frozen=True)
class Happening:
    """One thing that happened, or `count` of its kind in a row; `organisation_id`: of which organisation, where it is
    one thing and the reader sees it.
    """

    label: str
    at: datetime
    count: int
    organisation_id: int | None
    organisation: str


def audiences_of(actor: Actor) -> frozenset[Audience]:
    """Whose events `actor` may read."""
    readable = {Audience.PUBLIC}
    if actor.is_member:
        readable.add(Audience.MEMBERS)
    if actor.roles & STAFF:
        readable.add(Audience.STAFF)
    if actor.is_operator and actor.has_second_factor:
        readable.add(Audience.OPERATORS)
    return frozenset(readable)


def readable_types(actor: Actor) -> dict[str, str]:
    """Names and labels of the event types that `actor` may read."""
    audiences = audiences_of(actor)
    return {known.name: str(known.label) for known in event_types() if known.audience in audiences}


def about_what_is_known(rows: QuerySet[Event], actor: Actor) -> QuerySet[Event]:
    """`rows` without those about private spaces that `actor` does not belong to: not even staff may know that they
    exist, nor who is in them. An event says its space in its payload, as its subject, as the scope of a role or as the
    place of a thread; files of contributions do not say, and nobody reads of them here. Nor is it told who writes to
    whom where two parties talk. One query more.
    """
    hidden = list(
        Space.objects.exclude(pk__in=Space.objects.visible_to(actor).values("pk")).values_list("pk", flat=True)
    )
    is_hidden = Q(subject_type=SCOPE, subject_id__in=hidden) | Q(payload__space__in=hidden)
    for name in ("scope", "place"):
        is_hidden |= Q(**{f"payload__{name}__0": SCOPE, f"payload__{name}__1__in": hidden})
    is_hidden |= Q(payload__place__0__in=[kind.kind for kind in places() if kind.read_by is not None])
    is_hidden |= Q(payload__of__0__in=[kind.kind for kind in subjects() if kind.is_closed_to_staff])
    known: QuerySet[Event] = rows.annotate(
        is_hidden=Case(When(is_hidden, then=True), default=False, output_field=BooleanField())
    ).filter(is_hidden=False)
    return known


def recent(actor: Actor, *, most: int = 8) -> list[Happening]:
    """What happened lately for members to read (staff have the journal for the rest), newest first. Two queries."""
    shown = {Audience.PUBLIC, Audience.MEMBERS} & audiences_of(actor)
    labels = {known.name: str(known.label) for known in event_types() if known.audience in shown}
    events = list(
        Event.objects.filter(type__in=labels)
        .order_by("-pk")
        .values_list("type", "at", "subject_type", "subject_id")[:_LOOKED_AT]
    )
    runs = [(kind, list(run)) for kind, run in groupby(events, key=lambda event: event[0])][:most]
    names = _names(actor, [run[0][3] for _kind, run in runs if len(run) == 1 and run[0][2] == "organisation"])
    return [
        Happening(
            label=labels[kind],
            at=run[0][1],
            count=len(run),
            organisation_id=run[0][3] if len(run) == 1 and run[0][2] == "organisation" and run[0][3] in names else None,
            organisation=names.get(run[0][3], "") if len(run) == 1 and run[0][2] == "organisation" else "",
        )
        for kind, run in runs
    ]


def _names(actor: Actor, ids: Sequence[int | None]) -> dict[int | None, str]:
    if not ids:
        return {}
    return dict(Organisation.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", "name"))
