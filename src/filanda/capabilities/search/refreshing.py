# SPDX-License-Identifier: EUPL-1.2
"""Which documents follow from what was touched, and writing them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping

from filanda.capabilities.search.index import Known, SearchIndex, Shard, ShardWriter
from filanda.kernel.manifests import search_sources
from filanda.kernel.manifests.documents import SearchDocument

CHUNK = 500  # rows built and written at once

Ids = dict[str, set[int]]


def refresh(
    index: SearchIndex,
    region_id: int,
    touched: Mapping[str, Collection[int]],
    writers: Mapping[Shard, ShardWriter],
    *,
    between: Callable[[], None] = lambda: None,
) -> set[Shard]:
    """Write, uncommitted, the documents of `touched` rows (ids by kind) and of rows that repeat what changed of them.

    Call it in the region. A shard without a writer (it is being built just now) is left alone. Returns the shards
    that were written to. `between` is called after every chunk, and may end it by an exception.

    The step from a row to those that repeat it is taken once: what these repeat of each other (an organisation of its
    evidence's titles) does not depend on a third row.
    """
    related: Ids = defaultdict(set)
    for kind, ids in touched.items():
        for other, more in _refresh_kind(index, Shard(region_id, kind), ids, writers, between).items():
            related[other] |= more
    for kind, ids in related.items():
        if kind in search_sources():
            _refresh_kind(index, Shard(region_id, kind), set(ids) - set(touched.get(kind, ())), writers, between)
    return {Shard(region_id, kind) for kind in {*touched, *related}} & writers.keys()


def _refresh_kind(
    index: SearchIndex,
    shard: Shard,
    ids: Collection[int],
    writers: Mapping[Shard, ShardWriter],
    between: Callable[[], None],
) -> Ids:
    """Write the documents of one kind; returns the ids by kind of documents that repeat something that changed."""
    related: Ids = defaultdict(set)
    source = search_sources()[shard.kind]
    reader = index.reader(shard)
    evidence = index.reader(Shard(shard.region_id, "evidence"))
    writer = writers.get(shard)
    for start in range(0, len(ordered := sorted(ids)), CHUNK):
        chunk = ordered[start : start + CHUNK]
        before = reader.known(chunk) if reader is not None else {}
        after = {document.id: document for document in source.build(chunk)}
        if writer is not None:
            writer.upsert(after.values())
            writer.delete([id_ for id_ in chunk if id_ not in after])
        changed = [id_ for id_ in chunk if _shared(before.get(id_)) != _shared(after.get(id_))]
        related["organisation"] |= _bodies_concerned(chunk, set(changed), before, after)
        if changed:
            for kind, more in source.related(changed).items():
                related[kind].update(more)
            for other in search_sources().values():
                if shard.kind in other.follows:
                    related[other.kind].update(other.follows[shard.kind](changed))
        if shard.kind == "organisation" and evidence is not None:
            related["evidence"].update(evidence.ids_of_organisations(changed))
        between()
    return {kind: found for kind, found in related.items() if found}


def _shared(document: Known | SearchDocument | None) -> str | None:
    return document.shared if document is not None else None


def _bodies_concerned(
    ids: Collection[int], changed: Collection[int], before: Mapping[int, Known], after: Mapping[int, SearchDocument]
) -> set[int]:
    """The bodies of documents that changed, and those that joined or left one, which only the index may still know."""
    found: set[int] = set()
    for id_ in ids:
        were = set(before[id_].organisation_ids) if id_ in before else set()
        are = set(after[id_].organisation_ids) if id_ in after else set()
        found |= (were | are) if id_ in changed else (were ^ are)
    return found
