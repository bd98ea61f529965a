# SPDX-License-Identifier: EUPL-1.2
"""What the finder's screens, its API and its exports read: rows and counts, no words, no addresses.

The index and the ranker give ids; what is shown is read again through `visible_to(actor)`. Every function costs a
constant number of queries, named in its docstring.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, F

from filanda.across.finder.parameters import PER_PAGE, Selection
from filanda.capabilities.matching.explaining import Explanation, ToExplain, explain
from filanda.capabilities.matching.queries import Matches, match, similar_organisations
from filanda.capabilities.search.engine import search_index
from filanda.capabilities.search.evidence import evidence_scores
from filanda.capabilities.search.index import Shard
from filanda.capabilities.search.queries import FacetCount, find_organisations, suggest
from filanda.directory.organisations.models import (
    Evidence,
    EvidenceParty,
    Organisation,
    OrganisationConcept,
)
from filanda.directory.organisations.queries import (
    EVIDENCE_PER_PAGE,
    Card,
    EvidenceCard,
    evidence_cards,
    merged_into,
    organisation_cards,
)
from filanda.directory.taxonomies.models import Concept, ConceptScheme, label_in
from filanda.directory.taxonomies.queries import find
from filanda.kernel.identity.actors import VISITOR, Actor
from filanda.kernel.regions.models import Region

__all__ = [
    "EXPORT_MOST",
    "Completion",
    "ConceptPage",
    "Directory",
    "Figures",
    "NeedAnswer",
    "Reason",
    "answer",
    "concept_page",
    "directory",
    "evidence_page",
    "export_cards",
    "figures",
    "index_version",
    "merged_into",
    "organisations_listed",
    "similar_cards",
    "suggestions",
]

EXPORT_MOST = 5_000
EXPORT_BATCH = 500
EVIDENCE_SHOWN = 3
_SIMILAR_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Reason:
    """The piece of evidence that best fits the words of a search, by its title."""

    evidence_id: int
    title: str
    language: str


@dataclass(frozen=True)
class Directory:
    """A page of the directory. `facets`: what the index counted, most frequent first.

    `is_rebuilding`, `is_loosened`: see capabilities.search.queries.Found.
    """

    total: int
    total_all: int
    cards: list[Card]
    concepts: Mapping[int, list[str]]
    reasons: Mapping[int, Reason]
    facets: list[FacetCount]
    is_rebuilding: bool
    is_loosened: bool


def directory(
    region: Region, actor: Actor, selection: Selection, per_page: int = PER_PAGE, *, offset: int | None = None
) -> Directory:
    """One page of organisations. Three queries, and one more when there are words.

    offset: how many to skip, where that is no whole number of pages (the API's); the selection's page then counts not.
    """
    found = find_organisations(
        region,
        actor,
        selection.q,
        selection.filters,
        selection.sort_used,
        offset=(selection.page - 1) * per_page if offset is None else offset,
        limit=per_page,
    )
    cards = organisation_cards(found.ids, actor)
    return Directory(
        total=found.total,
        total_all=organisations_listed(actor),
        cards=list(cards.values()),
        concepts=_own_concepts(list(cards)),
        reasons=_reasons(region, actor, selection.q, list(cards)) if selection.q else {},
        facets=found.facets,
        is_rebuilding=found.is_rebuilding,
        is_loosened=found.is_loosened,
    )


def organisations_listed(actor: Actor) -> int:
    """How many organisations of the active region `actor` may see. One query."""
    return Organisation.objects.visible_to(actor).count()


def _own_concepts(organisation_ids: Sequence[int], most: int = 2) -> dict[int, list[str]]:
    """Up to `most` labels an organisation, those of the regional strategy first. One query."""
    rows = (
        OrganisationConcept.objects.filter(organisation__in=organisation_ids)
        .order_by("organisation_id", "concept__scheme__slug", "-score", "concept__position")
        .values_list("organisation_id", "concept__scheme__slug", "concept__labels")
    )
    labels: dict[int, list[tuple[bool, str]]] = {}
    for organisation_id, scheme, concept_labels in rows:
        labels.setdefault(organisation_id, []).append((scheme != "s3", label_in(concept_labels)))
    return {
        organisation_id: [label for _other, label in sorted(known, key=lambda one: one[0])][:most]
        for organisation_id, known in labels.items()
    }


def _reasons(region: Region, actor: Actor, text: str, organisation_ids: Sequence[int]) -> dict[int, Reason]:
    """For each organisation the piece of its evidence that shares most with `text`, if any. One query."""
    if not organisation_ids:
        return {}
    scores = evidence_scores(
        region.pk,
        text,
        audience=None if actor.is_platform else actor.audience_tokens,
        organisation_ids=organisation_ids,
        limit=200,
    )
    order = {score.evidence_id: place for place, score in enumerate(scores)}
    rows = EvidenceParty.objects.filter(evidence__in=list(order), organisation__in=organisation_ids).values_list(
        "organisation_id", "evidence_id", "evidence__title", "evidence__language"
    )
    best: dict[int, Reason] = {}
    for organisation_id, evidence_id, title, language in sorted(rows, key=lambda row: order[row[1]]):
        best.setdefault(organisation_id, Reason(evidence_id, title, language))
    return best


@dataclass(frozen=True)
class NeedAnswer:
    """Who can help, with the evidence that says so and why it does. `facets`: what the region holds, to filter by."""

    matches: Matches
    organisations: Mapping[int, Card]
    evidence: Mapping[int, EvidenceCard]
    reasons: Mapping[int, Explanation]
    facets: list[FacetCount]


def answer(
    text: str,
    *,
    region: Region,
    actor: Actor,
    language: str | None = None,
    filters: Mapping[str, Sequence[str]] | None = None,
    limit: int = 10,
) -> NeedAnswer:
    """Match a need and read what is shown of it. The ranker's queries and three more.

    Raises NeedTooShort and NeedTooLong of capabilities.matching.
    """
    found = match(text, region=region, actor=actor, language=language, filters=filters, limit=limit, to_call=True)
    cards = organisation_cards([one.organisation_id for one in found.organisations], actor)
    shown = [
        piece.evidence_id
        for one in found.organisations
        if one.organisation_id in cards
        for piece in one.evidence[:EVIDENCE_SHOWN]
    ]
    evidence = evidence_cards(shown, actor)
    pieces = [ToExplain(one.id, one.title, one.text, one.language) for one in evidence.values()]
    return NeedAnswer(
        matches=found,
        organisations=cards,
        evidence=evidence,
        reasons=explain(text, found.language, pieces, region=region),
        facets=find_organisations(region, actor, "", filters, "name", limit=0).facets,
    )


def similar_cards(organisation: Organisation, actor: Actor, limit: int = 5) -> list[Card]:
    """Organisations whose evidence is nearest in meaning. One query, and the ranker's for the first who asks.

    Ids are kept for ten minutes in this process, and anew for each state of the index; they are what a visitor may see.
    """
    key = f"finder.similar:{organisation.pk}:{limit}:{index_version(organisation.region)}"
    ids: list[int] = cache.get(key) or similar_organisations(organisation, actor=VISITOR, limit=limit)
    if ids:
        cache.set(key, ids, _SIMILAR_SECONDS)
    return list(organisation_cards(ids, actor).values())


@dataclass(frozen=True, slots=True)
class Completion:
    """What somebody may be typing: an organisation to open, or the title of a piece of evidence to search for."""

    kind: str
    id: int
    text: str
    slug: str = ""


def suggestions(region: Region, actor: Actor, text: str, limit: int = 8) -> list[Completion]:
    """Completions that `actor` may see. Two queries at most."""
    found = suggest(region, actor, text, limit)
    cards = organisation_cards([one.id for one in found if one.kind == "organisation"], actor)
    wanted = Evidence.objects.visible_to(actor).filter(pk__in=[one.id for one in found if one.kind == "evidence"])
    titles = dict(wanted.values_list("pk", "title"))
    completions = []
    for one in found:
        if one.kind == "organisation" and one.id in cards:
            completions.append(Completion("organisation", one.id, cards[one.id].name, cards[one.id].slug))
        elif one.kind == "evidence" and one.id in titles:
            completions.append(Completion("evidence", one.id, titles[one.id]))
    return completions


@dataclass(frozen=True)
class ConceptPage:
    """Concepts of a scheme. `broader`: codes by id of what is right above them. `total`: None for a search."""

    concepts: Sequence[Concept]
    broader: Mapping[int, str]
    total: int | None


def concept_page(scheme: ConceptScheme, text: str, language: str, *, offset: int, limit: int) -> ConceptPage:
    """Concepts whose labels fit `text`, best first; without a text a page of all, in the scheme's order.

    Two queries for a search (which has no offset), else three.
    """
    total = None
    if text:
        concepts = find(scheme, text, language, limit)
    else:
        rows = Concept.objects.current().filter(scheme=scheme)
        total = rows.count()
        concepts = list(rows.order_by("position", "code").defer("definitions", "search_key")[offset : offset + limit])
    above = {concept.broader_id for concept in concepts if concept.broader_id}
    broader = dict(Concept.objects.filter(pk__in=above).values_list("pk", "code")) if above else {}
    return ConceptPage(concepts, broader, total)


def evidence_page(organisation_id: int, evidence_id: int, kind: str = "", per_page: int = EVIDENCE_PER_PAGE) -> int:
    """On which page of an organisation's evidence a piece stands; 1 if it is not among it. One query.

    The order is that of `directory.organisations.queries.organisation_page`.
    """
    evidence = Evidence.objects.filter(parties__organisation=organisation_id)
    if kind:
        evidence = evidence.filter(kind=kind)
    ordered = evidence.order_by(F("started_on").desc(nulls_last=True), "-pk").values_list("pk", flat=True)
    place = next((place for place, pk in enumerate(ordered) if pk == evidence_id), 0)
    return place // per_page + 1


@dataclass(frozen=True)
class Figures:
    """What the home page counts. `facets` of all organisations of the region."""

    organisations: int
    evidence: int
    projects: int
    facets: list[FacetCount]
    is_rebuilding: bool


def index_version(region: Region) -> str:
    """What changes whenever the region's index does: a key for what was counted in it. No query."""
    reader = search_index().reader(Shard(region.pk, "organisation"))
    return f"{reader.checkpoint.position}.{reader.count()}" if reader is not None else "none"


def figures(region: Region, actor: Actor) -> Figures:
    """Two queries, and one question to the index."""
    found = find_organisations(region, actor, limit=0)
    by_kind = Evidence.objects.visible_to(actor).order_by().values_list("kind").annotate(n=Count("pk"))
    counted = dict(by_kind)
    return Figures(
        organisations=organisations_listed(actor),
        evidence=sum(counted.values()),
        projects=counted.get("project", 0),
        facets=found.facets,
        is_rebuilding=found.is_rebuilding,
    )


def export_cards(region: Region, actor: Actor, selection: Selection) -> Iterator[list[Card]]:
    """The whole list in the order shown, in batches, up to EXPORT_MOST rows. One query a batch."""
    for offset in range(0, EXPORT_MOST, EXPORT_BATCH):
        found = find_organisations(
            region, actor, selection.q, selection.filters, selection.sort_used, offset=offset, limit=EXPORT_BATCH
        )
        yield list(organisation_cards(found.ids, actor).values())
        if offset + EXPORT_BATCH >= found.total:
            return
