# SPDX-License-Identifier: EUPL-1.2
"""Spaces as search documents: what everybody may know of listed ones; private ones for their members alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from filanda.directory.taxonomies.models import Concept
from filanda.kernel.manifests import SearchSource
from filanda.kernel.manifests.documents import PUBLIC, LanguageText, SearchDocument
from filanda.kernel.text.folding import sort_key
from filanda.spaces.models import SCOPE, Space, SpaceConcept, SpaceKind

__all__ = ["SEARCH_SOURCES"]


def _build(ids: Sequence[int]) -> Iterable[SearchDocument]:
    spaces = list(Space.objects.filter(pk__in=ids).exclude(kind=SpaceKind.REGION))
    concepts: dict[int, list[Concept]] = {}
    links = SpaceConcept.objects.filter(space__in=[space.pk for space in spaces]).select_related("concept__scheme")
    for link in links:
        concepts.setdefault(link.space_id, []).append(link.concept)
    above = {one for several in concepts.values() for concept in several for one in concept.ancestor_ids}
    codes = dict(Concept.objects.filter(pk__in=above).values_list("pk", "code"))
    for space in spaces:
        mine = concepts.get(space.pk, [])
        s3 = {concept.code for concept in mine if concept.scheme.slug == "s3"}
        s3 |= {codes[one] for concept in mine if concept.scheme.slug == "s3" for one in concept.ancestor_ids}
        # What is inside a restricted space is nobody else's to read: here are only the texts of its door.
        texts = [LanguageText(language, str(text)) for language, text in sorted(space.summaries.items())]
        texts += [LanguageText(language, str(label)) for one in mine for language, label in sorted(one.labels.items())]
        yield SearchDocument(
            kind="space",
            id=space.pk,
            region_id=space.region_id,
            audience=(f"{SCOPE}:{space.pk}",) if space.is_private else (PUBLIC,),
            label=space.name,
            sort_key=sort_key(space.name),
            names=sorted({str(name) for name in space.names.values()}),
            titles=[LanguageText(language, str(name)) for language, name in sorted(space.names.items())],
            texts=texts,
            facets={"s3": sorted(s3), "openness": [space.openness]},
            weight=space.members_count,
        )


def _all_ids() -> Iterable[int]:
    return Space.objects.exclude(kind=SpaceKind.REGION).order_by("pk").values_list("pk", flat=True).iterator()


SEARCH_SOURCES = (SearchSource("space", _build, _all_ids),)
