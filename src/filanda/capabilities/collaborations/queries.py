# SPDX-License-Identifier: EUPL-1.2
"""Reads of the register: lists, lines, partners that somebody has worked with, and the region's figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from django.db.models import Count, Prefetch, Q, QuerySet, Sum
from django.utils.timezone import now as clock

from filanda.capabilities.collaborations.models import (
    COUNTED,
    CheckIn,
    Collaboration,
    CollaborationState,
    Cooperation,
    Outcome,
    OutcomeKind,
    Party,
)
from filanda.directory.affiliations.queries import names_of
from filanda.directory.organisations.models import HelixRole, Organisation
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests.things import ThingLine
from filanda.kernel.regions.models import Region

__all__ = [
    "Figures",
    "PartyLine",
    "figures",
    "lines",
    "of_organisation",
    "party_lines",
    "shared_partners",
    "waiting_for",
    "with_parties",
]


@dataclass(frozen=True)
class PartyLine:
    """A side as `actor` sees it. `organisation_id` None for a person alone, or a body that this reader may not see."""

    party_id: int
    name: str
    helix_role: str
    organisation_id: int | None
    has_confirmed: bool
    is_mine: bool


def with_parties(rows: QuerySet[Collaboration]) -> QuerySet[Collaboration]:
    """`rows` with their parties, and those with their organisations, in two further queries."""
    return rows.prefetch_related(Prefetch("parties", Party.objects.select_related("organisation").order_by("position")))


def party_lines(rows: Sequence[Collaboration], actor: Actor) -> dict[int, list[PartyLine]]:
    """The sides of `rows` (from `with_parties`) by collaboration. Two queries."""
    parties = [party for row in rows for party in row.parties.all()]
    organisation_ids = {party.organisation_id for party in parties if party.organisation_id is not None}
    seen = set(Organisation.objects.visible_to(actor).filter(pk__in=organisation_ids).values_list("pk", flat=True))
    alone = [party.account for party in parties if party.organisation_id is None and party.account is not None]
    names = names_of(alone)
    found: dict[int, list[PartyLine]] = defaultdict(list)
    for party in parties:
        organisation = party.organisation
        is_mine = party.is_side_of(actor)
        if organisation is not None:
            name = organisation.name if organisation.pk in seen or is_mine else ""
        else:
            name = names.get(party.account_id or 0, "")
        found[party.collaboration_id].append(
            PartyLine(
                party_id=party.pk,
                name=name,
                helix_role=organisation.helix_role if organisation is not None else "",
                organisation_id=organisation.pk if organisation is not None and organisation.pk in seen else None,
                has_confirmed=party.confirmed_at is not None,
                is_mine=is_mine,
            )
        )
    return found


def lines(actor: Actor, ids: Sequence[int]) -> Mapping[int, ThingLine]:
    """Those of `ids` that `actor` may see. One query."""
    return {
        row.pk: ThingLine(
            kind="collaboration",
            id=row.pk,
            title=row.title,
            url_name="collaborating:collaboration",
            url_args=(row.pk,),
            excerpt=row.summary[:280],
            language=row.language,
            audience="public" if row.is_public and row.state in COUNTED else "",
            author_id=row.reported_by_id,
            at=row.confirmed_at or row.created_at,
        )
        for row in Collaboration.objects.visible_to(actor).filter(pk__in=ids)
    }


def of_organisation(organisation_id: int, actor: Actor) -> QuerySet[Collaboration]:
    """Counted ones of an organisation that `actor` may see, newest first."""
    return Collaboration.objects.visible_to(actor).counted().filter(parties__organisation=organisation_id).distinct()


def shared_partners(organisation_ids: Iterable[int]) -> dict[int, set[int]]:
    """With whom each of these organisations has confirmed collaborations that are public. One query."""
    ids = set(organisation_ids)
    public = Collaboration.objects.counted().filter(is_public=True, hidden_at=None, parties__organisation__in=ids)
    rows = Party.objects.filter(collaboration__in=public.values("pk"), organisation__isnull=False)
    together: dict[int, set[int]] = defaultdict(set)
    for collaboration_id, organisation_id in rows.values_list("collaboration", "organisation"):
        together[collaboration_id].add(organisation_id)
    partners: dict[int, set[int]] = defaultdict(set)
    for bodies in together.values():
        for one in bodies & ids:
            partners[one] |= bodies - {one}
    return partners


def waiting_for(actor: Actor) -> tuple[QuerySet[Party], QuerySet[CheckIn]]:
    """What waits for `actor`'s own sides: to confirm, and questions that were asked and not answered."""
    own = Party.objects.filter(Party.of(actor))
    confirm = own.filter(collaboration__state=CollaborationState.REPORTED, confirmed_at=None)
    asked = CheckIn.objects.filter(party__in=own.values("pk"), sent_at__isnull=False, answered_at=None)
    return confirm, asked.filter(collaboration__state__in=COUNTED[:2])


@dataclass(frozen=True)
class Figures:
    """The register in numbers. `by_kind`, `by_year`, `by_helix` (pairs of roles), `outcomes`: (value, count), largest
    first, years in order. `days_to_confirm`: median from report to confirmation, None without any. `answered`: share
    of the questions asked that were answered (0..1).
    """

    counted: int
    active: int
    ended: int
    stopped: int
    waiting: int
    by_kind: list[tuple[str, int]]
    by_year: list[tuple[int, int]]
    by_helix: list[tuple[tuple[str, str], int]]
    outcomes: list[tuple[str, int]]
    with_outcome: int
    days_to_confirm: float | None
    answered: float | None


def figures(region: Region, now: datetime | None = None) -> Figures:
    """Figures of `region`, the active one, for everybody: only confirmed ones count. Nine queries, whatever the
    size.
    """
    at = now or clock()
    rows = Collaboration.objects.filter(region=region)
    states = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    counted = rows.counted()
    kinds = dict(counted.order_by().values_list("kind").annotate(Count("pk")))
    years = dict(counted.order_by().values_list("started_on__year").annotate(Count("pk")))
    spans = [
        (confirmed - created).total_seconds() / 86_400
        for created, confirmed in counted.values_list("created_at", "confirmed_at")
    ]
    brought = dict(
        Outcome.objects.filter(collaboration__in=counted.values("pk"), noted_on__lte=at.date())
        .order_by()
        .values_list("kind")
        .annotate(Sum("count"))
    )
    with_outcome = counted.filter(Q(outcomes__isnull=False)).distinct().count()
    asked = CheckIn.objects.filter(region=region, sent_at__isnull=False).aggregate(
        asked=Count("pk"), answered=Count("answered_at")
    )
    return Figures(
        counted=sum(states.get(state, 0) for state in COUNTED),
        active=states.get(CollaborationState.ACTIVE, 0),
        ended=states.get(CollaborationState.ENDED, 0),
        stopped=counted.exclude(stopped_why="").count(),
        waiting=states.get(CollaborationState.REPORTED, 0),
        by_kind=sorted(((kind, kinds.get(kind, 0)) for kind in Cooperation.values), key=lambda pair: -pair[1]),
        by_year=sorted(years.items()),
        by_helix=_helix_pairs(counted),
        outcomes=[(kind, brought.get(kind, 0)) for kind in OutcomeKind.values],
        with_outcome=with_outcome,
        days_to_confirm=median(spans) if spans else None,
        answered=asked["answered"] / asked["asked"] if asked["asked"] else None,
    )


def _helix_pairs(counted: QuerySet[Collaboration]) -> list[tuple[tuple[str, str], int]]:
    """How often two helix roles work together; a collaboration counts once for each pair of roles in it."""
    roles: dict[int, list[str]] = defaultdict(list)
    parties = Party.objects.filter(collaboration__in=counted.values("pk"), organisation__isnull=False)
    for collaboration_id, role in parties.values_list("collaboration", "organisation__helix_role"):
        roles[collaboration_id].append(role)
    order = {role: position for position, role in enumerate(HelixRole.values)}
    pairs: dict[tuple[str, str], int] = defaultdict(int)
    for held in roles.values():
        found = {
            tuple(sorted((one, other), key=order.__getitem__))
            for position, one in enumerate(held)
            for other in held[position + 1 :]
        }
        for pair in found:
            pairs[pair] += 1  # type: ignore[index]
    return sorted(pairs.items(), key=lambda item: -item[1])
