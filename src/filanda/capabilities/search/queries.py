# SPDX-License-Identifier: EUPL-1.2
"""What pages and the API ask the index. No SQL: ids come back, and rows are read through `visible_to(actor)`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from filanda.kernel.identity.actors import Actor
from filanda.kernel.regions.models import Region

ORGANISATION_FACETS = ("helix_role", "s3", "activity", "province", "evidence_kind", "size", "state")
ORGANISATION_SORTS = ("relevance", "name", "evidence")


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
    """A completion: `kind` is "organisation" or "evidence"."""

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
    raise NotImplementedError


def organisation_ids(
    region: Region, actor: Actor, filters: Mapping[str, Sequence[str]], text: str = "", limit: int = 20_000
) -> list[int]:
    """All ids that `filters` (and `text`, if any) leave, unordered: for the matcher's filters and for exports."""
    raise NotImplementedError


def suggest(region: Region, actor: Actor, text: str, limit: int = 8) -> list[Suggestion]:
    """Completions of what was typed so far: organisations first, then evidence by acronym or title."""
    raise NotImplementedError
