# SPDX-License-Identifier: EUPL-1.2
"""Candidates with their features: organisations, people, proposals. Each says how many queries it costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from statistics import median
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Count, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from filanda.across.matchmaking import features as signals
from filanda.across.matchmaking.features import Area, Topic
from filanda.across.matchmaking.models import speaks_for
from filanda.capabilities.collaborations.queries import shared_partners
from filanda.capabilities.matching.queries import EvidenceMatch, match
from filanda.components.proposals.models import (
    ExpressionOfInterest,
    Proposal,
    ProposalConcept,
)
from filanda.directory.affiliations.domains import registrable
from filanda.directory.affiliations.models import Position
from filanda.directory.organisations.models import (
    ConceptOrigin,
    Evidence,
    EvidenceConcept,
    EvidenceParty,
    Organisation,
    OrganisationConcept,
    OrganisationState,
    Site,
)
from filanda.directory.people.models import Block, Person, PersonConcept
from filanda.directory.taxonomies.models import Concept
from filanda.kernel.database.compiled import rows as rows_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Role, RoleGrant
from filanda.kernel.regions.models import Region

__all__ = [
    "CANDIDATES",
    "NEW_DAYS",
    "NEW_EVIDENCE",
    "Body",
    "Side",
    "Wish",
    "area_of",
    "asked_of",
    "blocked_accounts",
    "bodies",
    "own_side",
    "proposals_in_sight",
    "topics_of_proposals",
    "wish_of",
]

CANDIDATES = 60  # looked at for a list of ten
SHOWN = 8  # pieces of evidence of each that are compared for diversity
NEW_DAYS = 90
NEW_EVIDENCE = 3  # pieces; with fewer somebody is a newcomer too
PLENTY = 10  # pieces; with as many nobody is one
ANSWERS_LEAST = 3  # answers from which a median says something, and nothing about one of them
OWN_PIECES = 150  # newest pieces of one's own whose partners are looked for among those of others
_SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class Wish:
    """What is looked for, whoever looks: the sum of what a proposal says outside its words."""

    topics: tuple[Topic, ...] = ()
    cooperation: tuple[str, ...] = ()
    trl: int | None = None
    area: Area | None = None
    helix: str = ""
    organisation_id: int | None = None


@dataclass(frozen=True)
class Side:
    """Who must not be suggested: the seeker's own side, those it blocks or who block it, those it said no to."""

    organisations: frozenset[int] = frozenset()
    accounts: frozenset[int] = frozenset()
    dismissed: frozenset[tuple[str, int]] = frozenset()


@dataclass(frozen=True)
class Body:
    """A candidate organisation. `evidence`: nearest first, with its share of the vote."""

    id: int
    name: str
    features: Mapping[str, float]
    evidence: tuple[EvidenceMatch, ...]
    counted: int
    is_close: bool
    house: str
    is_new: bool
    helix_role: str = ""
    province: str = ""
    days: float | None = None
    partners: int = 0
    topics: tuple[int, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


def any_of(ids: Iterable[int]) -> RawSQL:
    """For `pk__in`: as one array, which costs the driver far less than hundreds of numbers."""
    return RawSQL("SELECT unnest(%s::bigint[])", [as_array(ids)])


def as_array(ids: Iterable[int]) -> str:
    """As PostgreSQL writes an array: written here, not number by number by the driver."""
    return "{" + ",".join(map(str, ids)) + "}"


def asked_of(name: str, build: Callable[[RawSQL], QuerySet[Any, Any]], ids: Iterable[int]) -> list[dict[str, Any]]:
    """What `build` finds for `ids`, for which it is given what stands after `__in`: compiled once a process, so that
    nothing but them may depend on who asks or when. No query for no ids.
    """
    array = as_array(ids)
    if array == "{}":
        return []
    return rows_of(
        f"matchmaking: {name}", lambda known: build(RawSQL("SELECT unnest(%s::bigint[])", [known[0]])), [array]
    )


def wish_of(proposal: Proposal) -> Wish:
    """Of a proposal: two queries, and one for the organisation if it was not read with it."""
    body = proposal.organisation
    return Wish(
        topics=topics_of_proposals([proposal.pk]).get(proposal.pk, ()) if proposal.pk else (),
        cooperation=tuple(proposal.cooperation),
        trl=proposal.trl_wanted,
        area=area_of(proposal.place),
        helix=body.helix_role if body is not None else "",
        organisation_id=proposal.organisation_id,
    )


def area_of(concept: Concept | None) -> Area | None:
    """A place as it was chosen: a NUTS area (ITC4C) or a municipality by its ISTAT code."""
    if concept is None:
        return None
    return Area(municipality=concept.code) if concept.code.isdigit() else Area(nuts=concept.code)


def topics_of_proposals(ids: Sequence[int]) -> dict[int, tuple[Topic, ...]]:
    """What proposals are about, as far as somebody said so. One query."""
    rows = asked_of(
        "topics of proposals",
        lambda those: (
            ProposalConcept.objects.filter(proposal__in=those)
            .exclude(origin=ConceptOrigin.SUGGESTED)
            .values("proposal", "concept", "concept__ancestor_ids")
        ),
        ids,
    )
    found: dict[int, list[Topic]] = defaultdict(list)
    for row in rows:
        found[row["proposal"]].append(Topic(row["concept"], tuple(row["concept__ancestor_ids"])))
    return {key: tuple(value) for key, value in found.items()}


def own_side(proposal: Proposal) -> tuple[set[int], set[int]]:
    """Organisations and accounts of the side that made a proposal. One query where there is an organisation."""
    bodies = {proposal.organisation_id} - {None}
    accounts = {proposal.owner_id} - {None}
    if bodies:
        accounts |= _people_of(bodies)  # type: ignore[arg-type]
    return bodies, accounts  # type: ignore[return-value]


def _people_of(organisation_ids: Collection[int]) -> set[int]:
    """Accounts with a part in organisations: roles, and positions they hold now. One query."""
    roles = RoleGrant.objects.filter(
        scope_kind="organisation",
        scope_id__in=organisation_ids,
        ended_at=None,
        role__in=[Role.ORGANISATION_ADMIN, Role.ORGANISATION_MEMBER],
    )
    held = Position.objects.filter(organisation__in=organisation_ids, ended_on=None, person__account__isnull=False)
    both = roles.order_by().values_list("account").union(held.order_by().values_list("person__account"))
    return {account for (account,) in both}


def blocked_accounts(accounts: Collection[int]) -> set[int]:
    """Whom one of `accounts` blocked, or who blocked one of them. One query."""
    if not accounts:
        return set()
    rows = Block.objects.filter(Q(blocker__in=accounts) | Q(blocked__in=accounts)).values_list("blocker", "blocked")
    return {one for pair in rows for one in pair} - set(accounts)


def bodies(
    text: str, wish: Wish, side: Side, *, region: Region, actor: Actor, language: str, now: datetime
) -> tuple[list[Body], bool]:
    """Organisations whose evidence is nearest to `text`, with their features; whether words alone decided. The
    ranker's queries and ten more.
    """
    found = match(text, region=region, actor=actor, language=language or None, limit=CANDIDATES, shown=SHOWN)
    kept = [
        one
        for one in found.organisations
        if one.organisation_id not in side.organisations and ("organisation", one.organisation_id) not in side.dismissed
    ]
    ids = [one.organisation_id for one in kept]
    rows = {row["id"]: row for row in asked_of("bodies", _read_bodies, ids)}
    carried = {one.organisation_id: [piece.evidence_id for piece in one.evidence] for one in kept}
    pieces = {piece for several in carried.values() for piece in several}
    read = asked_of("kinds", lambda those: Evidence.objects.filter(pk__in=those).values("id", "kind"), pieces)
    kinds = {one["id"]: one["kind"] for one in read}
    had = _topics_of_bodies(ids, carried) if wish.topics else {}
    areas = _areas(ids) if wish.area is not None else {}
    answers = median_days(ids)
    partners = _partners_shared(wish.organisation_id, carried)
    best = max((one.score for one in kept), default=0.0)
    made = []
    for one in kept:
        row = rows.get(one.organisation_id)
        if row is None:
            continue
        shown = [(kinds.get(piece.evidence_id, ""), piece.share) for piece in one.evidence]
        days = answers.get(one.organisation_id)
        topics = had.get(one.organisation_id, ())
        made.append(
            Body(
                id=one.organisation_id,
                name=row["name"],
                features={
                    # The root keeps the order of the votes, and lets what is about alike be about alike.
                    "evidence": (one.score / best) ** 0.5 if best > 0 else 0.0,
                    "topics": signals.topics(wish.topics, topics),
                    "kind": signals.kinds(wish.cooperation, shown),
                    "stage": signals.stage(wish.trl, shown),
                    "place": signals.place(wish.area, areas.get(one.organisation_id)),
                    "helix": signals.helix(wish.helix, row["helix_role"]),
                    "answers": signals.responsiveness(days),
                    "partners": min(1.0, partners.get(one.organisation_id, 0) / signals.PARTNERS_MOST),
                },
                evidence=one.evidence,
                counted=one.counted,
                is_close=one.is_close,
                house=house_of(row["website"]),
                is_new=is_new_body(row["state"], row["created_at"], len(row["some"]), now),
                helix_role=row["helix_role"],
                days=days,
                partners=partners.get(one.organisation_id, 0),
                topics=tuple(
                    topic.id for topic in topics if any(signals.shared(want, topic) >= 1 for want in wish.topics)
                ),
            )
        )
    return made, found.text_only


def _read_bodies(those: RawSQL) -> QuerySet[Any, Any]:
    some = EvidenceParty.objects.filter(organisation=OuterRef("pk")).order_by().values("pk")[:PLENTY]
    return (
        Organisation.objects.filter(pk__in=those, hidden_at=None)
        .annotate(some=ArraySubquery(some))  # who has plenty may have thousands, which nobody has to count
        .values("id", "name", "website", "helix_role", "state", "created_at", "some")
    )


@lru_cache(maxsize=4096)
def house_of(website: str) -> str:
    """The registered domain under which a body has its website: what departments of one house share."""
    host = website.partition("://")[2].partition("/")[0].partition(":")[0]
    return registrable(host) if host else ""


def is_new_body(state: str, created_at: datetime, pieces: int, now: datetime) -> bool:
    """Fewer than three pieces of evidence; or here for less than 90 days by somebody's own doing (what an import lists
    did not join), unless it can show plenty: a large body that takes over its entry is no newcomer.
    """
    joined = state != OrganisationState.LISTED and created_at > now - timedelta(days=NEW_DAYS)
    return pieces < NEW_EVIDENCE or (joined and pieces < PLENTY)


def _topics_of_bodies(ids: Sequence[int], pieces: Mapping[int, Sequence[int]]) -> dict[int, tuple[Topic, ...]]:
    """What bodies say they are about, and what the pieces that carried them are about. Two queries."""
    found: dict[int, dict[int, Topic]] = defaultdict(dict)
    rows = asked_of(
        "topics of bodies",
        lambda those: (
            OrganisationConcept.objects.filter(organisation__in=those)
            .exclude(origin=ConceptOrigin.SUGGESTED)
            .values("organisation", "concept", "concept__ancestor_ids")
        ),
        ids,
    )
    for row in rows:
        found[row["organisation"]][row["concept"]] = Topic(row["concept"], tuple(row["concept__ancestor_ids"]))
    wanted = {piece for some in pieces.values() for piece in some}
    of_pieces: dict[int, list[Topic]] = defaultdict(list)
    links = asked_of(
        "topics of pieces",
        lambda those: EvidenceConcept.objects.filter(evidence__in=those).values(
            "evidence", "concept", "concept__ancestor_ids"
        ),
        wanted,
    )
    for row in links:
        of_pieces[row["evidence"]].append(Topic(row["concept"], tuple(row["concept__ancestor_ids"])))
    for body, some in pieces.items():
        for piece in some:
            for topic in of_pieces.get(piece, ()):
                found[body].setdefault(topic.id, topic)
    return {body: tuple(known.values()) for body, known in found.items()}


def _areas(ids: Sequence[int]) -> dict[int, Area]:
    """Main sites. One query."""
    rows = asked_of(
        "areas",
        lambda those: (
            Site.objects.filter(organisation__in=those, is_main=True)
            .order_by()
            .values("organisation", "municipality_code", "province_code", "nuts_code")
        ),
        ids,
    )
    return {row["organisation"]: Area(row["municipality_code"], row["province_code"], row["nuts_code"]) for row in rows}


def median_days(ids: Sequence[int]) -> dict[int, float]:
    """By organisation, the median days that those who answered its own answers waited. One query."""
    rows = asked_of(
        "days",
        lambda those: (
            ExpressionOfInterest.objects.filter(
                proposal__organisation__in=those, sent_at__isnull=False, read_at__isnull=False
            )
            .order_by()
            .values("proposal__organisation")
            .annotate(n=Count("pk"), sent=ArrayAgg("sent_at"), read=ArrayAgg("read_at"))
        ),
        ids,
    )
    return {
        row["proposal__organisation"]: median(
            max(0.0, (read - sent).total_seconds() / _SECONDS_A_DAY)
            for sent, read in zip(row["sent"], row["read"], strict=True)
        )
        for row in rows
        if row["n"] >= ANSWERS_LEAST
    }


def _partners_shared(own: int | None, carried: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """How many partners each body shares with one's own: in the evidence that carried it (by body, `carried`) and one's
    own newest, and in confirmed public collaborations. Two queries; none without an organisation of one's own.
    """
    if own is None or not carried:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH mine AS MATERIALIZED (
                   SELECT DISTINCT p.organisation_id FROM organisations_evidenceparty p
                   JOIN organisations_organisation o ON o.id = p.organisation_id AND o.hidden_at IS NULL
                   WHERE p.evidence_id IN (
                       SELECT evidence_id FROM organisations_evidenceparty WHERE organisation_id = %s
                       ORDER BY evidence_id DESC LIMIT %s))
               SELECT p.evidence_id, array_agg(p.organisation_id) FROM organisations_evidenceparty p
               WHERE p.evidence_id = ANY(%s::bigint[]) AND p.organisation_id IN (SELECT organisation_id FROM mine)
               GROUP BY 1""",
            [own, OWN_PIECES, as_array({piece for pieces in carried.values() for piece in pieces})],
        )
        known = dict(cursor.fetchall())
    shared = {body: {one for piece in pieces for one in known.get(piece, ())} for body, pieces in carried.items()}
    confirmed = shared_partners([own, *carried])
    mine = confirmed.get(own, set())
    return {body: len((others | (mine & confirmed.get(body, set()))) - {own, body}) for body, others in shared.items()}


_OF_PROPOSAL = (
    "audience",
    "kind",
    "cooperation",
    "trl_now",
    "trl_wanted",
    "owner",
    "published_at",
    "place__code",
    "organisation__helix_role",
)


def proposals_in_sight(
    actor: Actor, ids: Iterable[int], side: Side, now: datetime, kinds: Sequence[str] | None = None
) -> list[Proposal]:
    """Of `ids`, open proposals of others (of certain kinds) that `actor` may know of. One query."""
    rows = (
        Proposal.objects.visible_to(actor)
        .answerable(now)
        .filter(pk__in=any_of(ids))
        .select_related("place", "organisation")
        .only(*_OF_PROPOSAL)
    )
    if kinds is not None:
        rows = rows.filter(kind__in=kinds)
    return [
        row
        for row in rows
        if row.organisation_id not in side.organisations
        and row.owner_id not in side.accounts
        and not row.is_owned_by(actor)
        and ("proposal", row.pk) not in side.dismissed
    ]


def people_in_sight(actor: Actor, ids: Iterable[int], side: Side) -> list[Person]:
    """Of `ids`, people that a list may show `actor`. One query."""
    rows = (
        Person.objects.listed_to(actor)
        .filter(pk__in=any_of(ids))
        .only("account", "facilitator", "visibility", "joined_at")
    )
    return [row for row in rows if row.account_id not in side.accounts and ("person", row.pk) not in side.dismissed]


def topics_of_people(people: Sequence[Person], actor: Actor) -> dict[int, tuple[Topic, ...]]:
    """By person, skills and interests that `actor` may see, and that the person themselves said. One query."""
    shown = {
        (row.pk, kind)
        for row in people
        for kind, field in ((PersonConcept.Kind.SKILL, "skills"), (PersonConcept.Kind.INTEREST, "interests"))
        if row.field_visible_to(field, actor)
    }
    links = PersonConcept.objects.filter(person__in=any_of({pk for pk, _kind in shown}))
    links = links.exclude(origin=ConceptOrigin.SUGGESTED).order_by("pk")
    found: dict[int, list[Topic]] = defaultdict(list)
    for person, kind, concept, above in links.values_list("person", "kind", "concept", "concept__ancestor_ids"):
        if (person, kind) in shown:
            found[person].append(Topic(concept, tuple(above)))
    return {person: tuple(topics) for person, topics in found.items()}


def evidence_of(organisation_ids: Collection[int], most: int) -> list[int]:
    """Their newest pieces. One query."""
    rows = EvidenceParty.objects.filter(organisation__in=organisation_ids).order_by("-evidence")
    return list(rows.values_list("evidence", flat=True)[:most])


def bodies_of(actor: Actor) -> frozenset[int]:
    """Organisations for which `actor` speaks."""
    return speaks_for(actor)
