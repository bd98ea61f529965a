# SPDX-License-Identifier: EUPL-1.2
"""Reads over schemes and concepts: by id, by code, as a tree, below, and search as you type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from filanda.directory.taxonomies.models import Concept, ConceptScheme
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import fold

__all__ = [
    "Branch",
    "concept_ids_by_code",
    "concepts_by_ids",
    "descendant_ids",
    "find",
    "scheme_for",
    "schemes_of",
    "tree",
]

MAX_CANDIDATES = 200
MAX_WORDS = 8


@dataclass(frozen=True, slots=True)
class Branch:
    """A concept and what is below it, in the order in which it is shown."""

    concept: Concept
    narrower: list[Branch] = field(default_factory=list)


def scheme_for(region: Region | None, slug: str) -> ConceptScheme | None:
    """The scheme that `slug` means in `region`: the region's own before the general one. One query."""
    return ConceptScheme.objects.all().named(slug, region)


def schemes_of(region: Region | None) -> list[ConceptScheme]:
    """The schemes usable in `region`, by slug: its own, and the general ones it has none of its own for. One query."""
    rows = ConceptScheme.objects.filter(Q(region=None) | Q(region=region)).order_by("slug")
    chosen: dict[str, ConceptScheme] = {}
    for scheme in rows:
        if scheme.slug not in chosen or scheme.region_id is not None:
            chosen[scheme.slug] = scheme
    return list(chosen.values())


def concepts_by_ids(ids: Iterable[int]) -> dict[int, Concept]:
    """Concepts by id with their scheme, deprecated ones too; unknown ids are absent. One query."""
    wanted = set(ids)
    if not wanted:
        return {}
    return {concept.pk: concept for concept in Concept.objects.select_related("scheme").filter(pk__in=wanted)}


def concept_ids_by_code(scheme: ConceptScheme, codes: Iterable[str] | None = None) -> dict[str, int]:
    """Ids by code, of `codes` or of the whole scheme, deprecated ones too. One query."""
    rows = Concept.objects.filter(scheme=scheme)
    if codes is not None:
        rows = rows.filter(code__in=set(codes))
    return dict(rows.values_list("code", "pk"))


def tree(scheme: ConceptScheme, *, depth: int | None = None) -> list[Branch]:
    """The current concepts of `scheme` as a tree, at most `depth` levels. One query."""
    rows = Concept.objects.current().filter(scheme=scheme).order_by("position", "code").defer("search_key")
    if depth is not None:
        rows = rows.filter(Q(ancestor_ids__len__lt=depth))
    branches = {concept.pk: Branch(concept) for concept in rows}
    top: list[Branch] = []
    for branch in branches.values():
        above = branches.get(branch.concept.broader_id or 0)
        (above.narrower if above is not None else top).append(branch)
    return top


def descendant_ids(ids: Iterable[int], *, with_themselves: bool = True) -> set[int]:
    """Ids of everything below the concepts `ids`. One query."""
    wanted = set(ids)
    if not wanted:
        return set()
    below = set(Concept.objects.filter(ancestor_ids__overlap=list(wanted)).values_list("pk", flat=True))
    return below | wanted if with_themselves else below


def find(scheme: ConceptScheme, text: str, language: str, limit: int = 10) -> list[Concept]:
    """Current concepts for what somebody has typed so far, best first. One query.

    Each word of `text` must begin a word of the code or of a label in any language; accents and case do not matter.
    First come exact labels in `language`, then those that begin with the text, then other labels, then synonyms.
    """
    words = fold(text[:200]).split()[:MAX_WORDS]
    if not words or limit <= 0:
        return []
    rows = Concept.objects.current().filter(scheme=scheme)
    for word in words:
        rows = rows.filter(search_key__contains=f" {word}")
    shallow_first = rows.select_related("scheme").order_by("ancestor_ids__len", "position", "code")
    candidates = list(shallow_first.defer("definitions", "search_key")[:MAX_CANDIDATES])
    typed = " ".join(words)
    candidates.sort(key=lambda concept: _closeness(concept, typed, words, language))
    return candidates[:limit]


def _closeness(concept: Concept, typed: str, words: list[str], language: str) -> tuple[int, int, int, int]:
    """Smaller is closer. Order among equals: shallower first, then shorter, then the scheme's own order."""
    own = fold(concept.labels.get(language, ""))
    labels = [own, *(fold(label) for label in concept.labels.values())]
    if typed in (own, fold(concept.code)):
        rank = 0
    elif typed in labels:
        rank = 1
    elif own.startswith(typed):
        rank = 2
    elif _begin(words, own):
        rank = 3
    elif any(_begin(words, label) for label in labels):
        rank = 4
    elif typed in (fold(text) for text in concept.alt_labels.get(language, [])):
        rank = 5
    else:
        rank = 6
    return rank, len(concept.ancestor_ids), len(own), concept.position


def _begin(words: list[str], label: str) -> bool:
    """Whether each of `words` begins a word of `label` (folded)."""
    return all(f" {word}" in f" {label}" for word in words)
