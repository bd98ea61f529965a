# SPDX-License-Identifier: EUPL-1.2
"""The directory of communities: what an address asks for, and what is found. One region has some hundreds at most, so
all of them are read in one query, and filters and counts are made here, in a millisecond or two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.utils.translation import gettext as _

from filanda.directory.taxonomies.models import Concept, label_in
from filanda.kernel.identity.actors import Actor
from filanda.kernel.text.folding import clean, fold
from filanda.kernel.ui.numbers import whole
from filanda.spaces.models import SCOPE, Openness, Space, SpaceConcept, SpaceKind

if TYPE_CHECKING:
    from django.http import QueryDict

__all__ = ["PER_PAGE", "Card", "Found", "Wanted", "find_spaces"]

PER_PAGE = 24
FACETS = ("s3", "activity", "openness", "mine")
SORTS = ("", "name", "newest", "members")
VIEWS = ("", "list")
VALUES_MOST = 40
ACTIVE_WITHIN = {"week": timedelta(days=7), "month": timedelta(days=30)}


@dataclass(frozen=True)
class Wanted:
    """What an address of the directory says; unknown names are dropped, nothing raises."""

    q: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = ""
    view: str = ""
    page: int = 1

    @classmethod
    def read(cls, query: QueryDict) -> Wanted:
        filters = {}
        for name in FACETS:
            values = {clean(value[:80]) for value in query.getlist(name)[:VALUES_MOST]} - {""}
            if values:
                filters[name] = tuple(sorted(values))
        page = query.get("page", "")
        return cls(
            q=" ".join(clean(query.get("q", "")[:200]).split()),
            filters=filters,
            sort=query.get("sort", "") if query.get("sort") in SORTS else "",
            view=query.get("view", "") if query.get("view") in VIEWS else "",
            page=whole(page, least=1, most=500, default=1),
        )

    def query_string(self, **changed: Any) -> str:
        """The address's query in canonical order; `changed` replaces fields first."""
        said: dict[str, Any] = {
            "q": self.q,
            "filters": self.filters,
            "sort": self.sort,
            "view": self.view,
            "page": self.page,
        } | changed
        pairs = [("q", said["q"])] if said["q"] else []
        pairs += [(name, value) for name in FACETS for value in said["filters"].get(name, ())]
        pairs += [(name, said[name]) for name in ("sort", "view") if said[name]]
        if said["page"] > 1:
            pairs.append(("page", str(said["page"])))
        return f"?{urlencode(pairs)}" if pairs else ""

    def without(self, name: str, value: str) -> dict[str, tuple[str, ...]]:
        """The filters with one value less."""
        kept = tuple(known for known in self.filters.get(name, ()) if known != value)
        left = {known: values for known, values in self.filters.items() if known != name}
        return left | ({name: kept} if kept else {})


@dataclass(slots=True)
class Card:
    """One community in the directory."""

    id: int
    slug: str
    name: str
    summary: str
    openness: str
    kind: str
    members_count: int
    activity_score: float
    last_active_at: datetime | None
    created_at: datetime
    is_archived: bool
    is_mine: bool
    parent_id: int | None
    parent_name: str = ""
    concept_ids: tuple[int, ...] = ()
    topics: list[str] = field(default_factory=list)
    folded: str = ""

    @property
    def colour(self) -> int:
        return self.id % 8


@dataclass
class Found:
    """A page of communities. `groups`: facets as the macro of ui/facets.html takes them."""

    cards: list[Card]
    total: int
    total_all: int
    pages: int
    page: int
    groups: list[dict[str, Any]]
    active: list[tuple[str, str, str]]  # facet, value, label of what is on
    mine_total: int = 0


def find_spaces(actor: Actor, wanted: Wanted, now: datetime) -> Found:
    """The communities (and one's own groups) that `actor` may know of, narrowed as `wanted` says. Two queries."""
    cards = _all_cards(actor)
    topics = _topics(cards)
    for card in cards:
        tops = {topics.top[one] for one in card.concept_ids if one in topics.top}
        card.topics = [topics.labels[one] for one in sorted(tops, key=lambda one: topics.labels[one])]
    tests = {
        "s3": lambda card, values: any(topics.codes.get(top) in values for top in _tops(card, topics)),
        "activity": lambda card, values: any(_is_active(card, value, now) for value in values),
        "openness": lambda card, values: card.openness in values,
        "mine": lambda card, _values: card.is_mine,
    }
    words = fold(wanted.q).split()
    listed = [card for card in cards if card.kind == SpaceKind.COMMUNITY or card.is_mine]
    worded = [card for card in listed if all(word in card.folded for word in words)]

    def kept(card: Card, *, but: str = "") -> bool:
        if card.is_archived and not card.is_mine and not words:
            return False
        return all(tests[name](card, values) for name, values in wanted.filters.items() if name != but)

    def counted(name: str, holds: Any) -> int:
        return sum(1 for card in worded if kept(card, but=name) and holds(card))

    found = sorted((card for card in worded if kept(card)), key=_order(wanted.sort, now))
    groups = _groups(actor, wanted, topics, counted, now)
    pages = max(1, -(-len(found) // PER_PAGE))
    page = min(wanted.page, pages)
    labels = {(g["name"], o["value"]): o["label"] for g in groups for o in g["options"]}
    return Found(
        cards=found[(page - 1) * PER_PAGE : page * PER_PAGE],
        total=len(found),
        total_all=sum(card.kind == SpaceKind.COMMUNITY and not card.is_archived for card in listed),
        pages=pages,
        page=page,
        groups=groups,
        active=[
            (name, value, labels[name, value])
            for name, values in wanted.filters.items()
            for value in values
            if (name, value) in labels
        ],
        mine_total=sum(card.is_mine for card in listed),
    )


@dataclass
class _Topics:
    """`top`: by concept, the highest above it; `labels` and `codes` of those."""

    top: dict[int, int]
    labels: dict[int, str]
    codes: dict[int, str]


def _all_cards(actor: Actor) -> list[Card]:
    mine = actor.scope_ids(SCOPE)
    concepts = SpaceConcept.objects.filter(space=OuterRef("pk")).values("concept")
    rows = (
        Space.objects.visible_to(actor)
        .exclude(kind=SpaceKind.REGION)
        .annotate(concept_ids=ArraySubquery(concepts))
        .values_list(
            "pk",
            "slug",
            "names",
            "summaries",
            "openness",
            "kind",
            "members_count",
            "activity_score",
            "last_active_at",
            "created_at",
            "archived_at",
            "parent",
            "concept_ids",
        )
    )
    cards = [
        Card(
            id=pk,
            slug=slug,
            name=label_in(names) or slug,
            summary=label_in(summaries),
            openness=openness,
            kind=kind,
            members_count=members,
            activity_score=score,
            last_active_at=active,
            created_at=created,
            is_archived=archived is not None,
            is_mine=pk in mine,
            parent_id=parent,
            concept_ids=tuple(concept_ids),
            folded=fold(" ".join([*map(str, names.values()), *map(str, summaries.values())])),
        )
        for (
            pk,
            slug,
            names,
            summaries,
            openness,
            kind,
            members,
            score,
            active,
            created,
            archived,
            parent,
            concept_ids,
        ) in rows
    ]
    names_by_id = {card.id: card.name for card in cards}
    for card in cards:
        card.parent_name = names_by_id.get(card.parent_id or 0, "")
    return cards


def _topics(cards: list[Card]) -> _Topics:
    wanted = {one for card in cards for one in card.concept_ids}
    rows = Concept.objects.filter(scheme__slug="s3", pk__in=wanted).select_related("broader__broader")
    top, labels, codes = {}, {}, {}
    for concept in rows:
        highest = concept
        while highest.broader is not None:
            highest = highest.broader
        top[concept.pk] = highest.pk
        labels[highest.pk], codes[highest.pk] = highest.label, highest.code
    return _Topics(top, labels, codes)


def _tops(card: Card, topics: _Topics) -> set[int]:
    return {topics.top[one] for one in card.concept_ids if one in topics.top}


def _is_active(card: Card, value: str, now: datetime) -> bool:
    within = ACTIVE_WITHIN.get(value)
    return within is not None and card.last_active_at is not None and now - card.last_active_at <= within


def _order(sort: str, now: datetime) -> Any:
    if sort == "name":
        return lambda card: (fold(card.name), card.id)
    if sort == "newest":
        return lambda card: (-card.created_at.timestamp(), card.id)
    if sort == "members":
        return lambda card: (-card.members_count, fold(card.name))
    return lambda card: (
        card.is_archived,
        -card.activity_score,
        -(card.last_active_at or card.created_at).timestamp(),
        card.id,
    )


def _groups(actor: Actor, wanted: Wanted, topics: _Topics, counted: Any, now: datetime) -> list[dict[str, Any]]:
    def option(name: str, value: str, label: str, holds: Any) -> dict[str, Any]:
        is_on = value in wanted.filters.get(name, ())
        return {"value": value, "label": label, "count": counted(name, holds), "is_on": is_on}

    def group(name: str, label: str, options: list[dict[str, Any]]) -> dict[str, Any]:
        shown = [one for one in options if one["count"] or one["is_on"]]
        return {"name": name, "label": label, "options": shown, "more": 0, "is_open": True}

    priorities = [
        option("s3", topics.codes[one], label, lambda card, one=one: one in _tops(card, topics))
        for one, label in sorted(topics.labels.items(), key=lambda pair: pair[1])
    ]
    groups = [
        group("s3", _("Priorities of the region"), priorities),
        group(
            "activity",
            _("Something written"),
            [
                option("activity", "week", _("In the last 7 days"), lambda card: _is_active(card, "week", now)),
                option("activity", "month", _("In the last 30 days"), lambda card: _is_active(card, "month", now)),
            ],
        ),
        group(
            "openness",
            _("Who reads"),
            [
                option("openness", value, label, lambda card, value=value: card.openness == value)
                for value, label in (
                    (Openness.OPEN.value, _("Open to everybody")),
                    (Openness.RESTRICTED.value, _("Members, who ask to join")),
                    (Openness.PRIVATE.value, _("Invited people only")),
                )
            ],
        ),
    ]
    if actor.account_id is not None:
        groups.insert(0, group("mine", _("Mine"), [option("mine", "1", _("I belong to"), lambda card: card.is_mine)]))
    return groups
