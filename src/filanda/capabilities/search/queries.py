# SPDX-License-Identifier: EUPL-1.2
"""What pages and the API ask the index. No SQL: ids come back, and rows are read through `visible_to(actor)`."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from filanda.capabilities.search.engine import audience_of, search_index
from filanda.capabilities.search.index import Answer, IndexDamaged, Question, Shard, ShardReader
from filanda.kernel.identity.actors import Actor
from filanda.kernel.regions.models import Region

ORGANISATION_FACETS = ("helix_role", "s3", "activity", "province", "evidence_kind", "size", "state")
ORGANISATION_SORTS = ("relevance", "name", "evidence")
PEOPLE_FACETS = ("skills", "interests", "helix_role", "province", "languages", "validated")
PEOPLE_SORTS = ("relevance", "name", "newest")
THREAD_FACETS = ("space", "state")
PROPOSAL_FACETS = ("open", "kind", "cooperation", "stage", "s3", "helix_role", "province", "space")
PROPOSAL_SORTS = ("relevance", "newest", "name")
FUNDING_FACETS = ("state", "programme", "s3", "deadline")
FUNDING_SORTS = ("relevance", "deadline", "name")
_FURTHEST, _LONGEST_PAGE, _MOST_SUGGESTIONS = 10_000, 1_000, 50
_SORTS = {"relevance": "relevance", "name": "name", "evidence": "weight", "newest": "weight", "deadline": "weight"}


@dataclass(frozen=True)
class FacetCount:
    """How many results carry `value` of facet `name`; `is_chosen`: the reader filters by it."""

    name: str
    value: str
    count: int
    is_chosen: bool = False


@dataclass(frozen=True)
class Found:
    """A page of results: ids in order, how many there are in all, counts by facet (most frequent first).

    `is_rebuilding`: the index is incomplete just now, and the page says so. `is_loosened`: nothing held all the words,
    so these hold some of them. `took_ms`: wall time, milliseconds.
    """

    total: int
    ids: list[int]
    facets: list[FacetCount]
    took_ms: float
    is_rebuilding: bool = False
    is_loosened: bool = False


@dataclass(frozen=True)
class Suggestion:
    """A completion: `kind` is "organisation", "evidence" or "person"."""

    kind: str
    id: int
    text: str


def find_organisations(
    region: Region,
    actor: Actor,
    text: str = "",
    filters: Mapping[str, Sequence[str]] | None = None,
    sort: str = "relevance",
    offset: int = 0,
    limit: int = 20,
) -> Found:
    """Organisations of `region` that `actor` may find, with facet counts.

    `text` is never parsed as a query language and may be anything; empty finds all. `filters` maps names of
    ORGANISATION_FACETS to values: values of one facet are alternatives, facets narrow each other, and the counts of
    a facet ignore its own filter. Unknown facets and sorts are ignored. `offset` and `limit` are clamped to
    0..10000 and 0..1000. Never raises for bad input; while there is no index it finds nothing and says so.
    """
    return _find("organisation", ORGANISATION_FACETS, region, actor, text, filters, sort, offset, limit)


def find_people(
    region: Region,
    actor: Actor,
    text: str = "",
    filters: Mapping[str, Sequence[str]] | None = None,
    sort: str = "relevance",
    offset: int = 0,
    limit: int = 20,
    *,
    without: Collection[int] = (),
) -> Found:
    """People of `region` as `find_organisations` finds organisations; facets and sorts: PEOPLE_FACETS, PEOPLE_SORTS.

    Each person has up to two documents, in shards of their own: one with what everybody may know, which visitors and
    strangers search, and one with what members may know. So no word that a reader may not see is compared, weighed,
    counted or completed for them, and not even its rarity tells. `without`: ids that are not there for this reader,
    in hits as in counts (people who are blocked).
    """
    return _find(_people(actor), PEOPLE_FACETS, region, actor, text, filters, sort, offset, limit, without)


def people_findable(region: Region, actor: Actor, *, without: Collection[int] = ()) -> int | None:
    """How many people `find_people` finds without words and filters; None while the index is not whole."""
    found = _find(_people(actor), (), region, actor, "", None, "name", 0, 0, without)
    return None if found.is_rebuilding else found.total


def find_threads(
    region: Region,
    actor: Actor,
    text: str = "",
    filters: Mapping[str, Sequence[str]] | None = None,
    offset: int = 0,
    limit: int = 20,
) -> Found:
    """Conversations as `find_organisations` finds organisations, by relevance; filters: THREAD_FACETS, of which "space"
    holds the id of the space that they stand in. Nothing is counted by them.
    """
    return _find("thread", THREAD_FACETS, region, actor, text, filters, "relevance", offset, limit, counts=False)


def find_in_space(
    region: Region, actor: Actor, kind: str, text: str, space_id: int, offset: int = 0, limit: int = 20
) -> Found:
    """What of `kind` stands in a space and holds the words, by relevance, as `find_organisations` finds organisations.
    For kinds whose documents say in the facet "space" where they stand.
    """
    where = {"space": [str(space_id)]}
    return _find(kind, ("space",), region, actor, text, where, "relevance", offset, limit, counts=False)


def find_proposals(
    region: Region,
    actor: Actor,
    text: str = "",
    filters: Mapping[str, Sequence[str]] | None = None,
    sort: str = "relevance",
    offset: int = 0,
    limit: int = 20,
) -> Found:
    """Proposals as `find_organisations` finds organisations; facets and sorts: PROPOSAL_FACETS, PROPOSAL_SORTS (of
    which "newest" has those that are open first).

    Each has two documents, in shards of their own: one with the words that everybody may read, and one with those that
    members may read as well. What an owner shows only to whom they let in stands in neither, so that no search, count
    or rarity of a word tells of it.
    """
    kind = "proposal_member" if actor.is_member or actor.is_platform else "proposal"
    return _find(kind, PROPOSAL_FACETS, region, actor, text, filters, sort, offset, limit)


def find_funding(
    region: Region,
    actor: Actor,
    text: str = "",
    filters: Mapping[str, Sequence[str]] | None = None,
    sort: str = "relevance",
    offset: int = 0,
    limit: int = 20,
) -> Found:
    """Funding calls as `find_organisations` finds organisations; facets and sorts: FUNDING_FACETS, FUNDING_SORTS (of
    which "deadline" has first what ends first, and last what is over).
    """
    return _find("funding_call", FUNDING_FACETS, region, actor, text, filters, sort, offset, limit)


def _people(actor: Actor) -> str:
    """Which documents of people `actor` searches."""
    return "member" if actor.is_member or actor.is_platform else "person"


def _find(
    kind: str,
    facets: Sequence[str],
    region: Region,
    actor: Actor,
    text: str,
    filters: Mapping[str, Sequence[str]] | None,
    sort: str,
    offset: int,
    limit: int,
    without: Collection[int] = (),
    *,
    counts: bool = True,
) -> Found:
    began = time.perf_counter()
    question = Question(
        text=text,
        audience=audience_of(actor),
        filters=_known_filters(filters or {}, facets),
        facets=facets if counts else (),
        sort=_SORTS.get(sort, "relevance"),
        offset=min(max(offset, 0), _FURTHEST),
        limit=min(max(limit, 0), _LONGEST_PAGE),
        without=without,
    )
    shard = Shard(region.pk, kind)
    reader = search_index().reader(shard)
    answer = Answer()
    if reader is not None:
        try:
            answer = reader.search(question)
        except IndexDamaged:
            search_index().report_damage(shard)
            reader = None
    return Found(
        total=answer.total,
        ids=answer.ids,
        facets=_facet_counts(answer, question),
        took_ms=(time.perf_counter() - began) * 1000,
        is_rebuilding=not _is_complete(reader),
        is_loosened=answer.is_loosened,
    )


def _is_complete(reader: ShardReader | None) -> bool:
    return reader is not None and reader.checkpoint.is_complete


def _known_filters(filters: Mapping[str, Sequence[str]], facets: Sequence[str]) -> dict[str, list[str]]:
    """The filters that there are, without what no value can be."""
    known = {name: [value for value in filters.get(name, ()) if _is_value(value)] for name in facets}
    return {name: values for name, values in known.items() if values}


def _is_value(value: str) -> bool:
    return 0 < len(value) <= 100 and value.isprintable()


def _facet_counts(answer: Answer, question: Question) -> list[FacetCount]:
    """Most frequent first; a value that the reader chose is there even if nothing carries it."""
    found = []
    for name in question.facets:
        chosen = question.filters.get(name, ())
        counts = dict.fromkeys(chosen, 0) | answer.counts.get(name, {})
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        found += [FacetCount(name, value, count, value in chosen) for value, count in ordered]
    return found


def organisation_ids(
    region: Region,
    actor: Actor,
    filters: Mapping[str, Sequence[str]],
    text: str = "",
    limit: int = 20_000,
    *,
    among: Collection[int] | None = None,
) -> list[int]:
    """All ids that `filters` (and `text`, if any) leave, unordered: for the matcher's filters and for exports. `among`:
    only of these.
    """
    if among is not None and not among:
        return []
    known = _known_filters(filters, ORGANISATION_FACETS)
    question = Question(text=text, audience=audience_of(actor), filters=known, limit=limit, among=among)
    shard = Shard(region.pk, "organisation")
    reader = search_index().reader(shard)
    try:
        return reader.all_ids(question) if reader is not None else []
    except IndexDamaged:
        search_index().report_damage(shard)
        return []


def suggest(region: Region, actor: Actor, text: str, limit: int = 8) -> list[Suggestion]:
    """Completions of what was typed so far: organisations first, then evidence by acronym or title."""
    limit = min(max(limit, 0), _MOST_SUGGESTIONS)
    found: list[Suggestion] = []
    for kind in ("organisation", "evidence"):
        shard = Shard(region.pk, kind)
        reader = search_index().reader(shard)
        if reader is None or len(found) >= limit:
            continue
        try:
            labelled = reader.suggest(text, audience_of(actor), limit - len(found))
        except IndexDamaged:
            search_index().report_damage(shard)
            continue
        found += [Suggestion(kind, one.id, one.label) for one in labelled]
    return found


def suggest_people(
    region: Region, actor: Actor, text: str, limit: int = 8, *, without: Collection[int] = ()
) -> list[Suggestion]:
    """Names of people that complete what was typed so far, from what `actor` may search (see `find_people`)."""
    limit = min(max(limit, 0), _MOST_SUGGESTIONS)
    shard = Shard(region.pk, _people(actor))
    reader = search_index().reader(shard)
    if reader is None:
        return []
    try:
        labelled = reader.suggest(text, audience_of(actor), limit, without)
    except IndexDamaged:
        search_index().report_damage(shard)
        return []
    return [Suggestion("person", one.id, one.label) for one in labelled]
