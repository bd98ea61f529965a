# SPDX-License-Identifier: EUPL-1.2
"""One generation of one shard on tantivy: its fields, its reader and its writer, and whether its files are whole.

The checkpoint is a document of its own (id 0, no audience, never found), replaced in each commit.
"""

from __future__ import annotations

import contextlib
import json
import struct
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import tantivy
from tantivy import Order, Query, Schema, SchemaBuilder, Searcher

from filanda.capabilities.search.analysis import beginnings, folded_words, known_language, readable, stems
from filanda.capabilities.search.index import (
    EVERYTHING,
    Answer,
    Checkpoint,
    IndexDamaged,
    Known,
    Labelled,
    LockBusy,
    Question,
    TextScore,
)
from filanda.capabilities.search.tantivy_query import LANGUAGE_CODES, QueryBuilder, narrowed
from filanda.kernel.manifests.documents import LanguageText, SearchDocument

LAYOUT = "1"
"""Of schema and analysis. Raise it when either changes: indexes of another layout are rebuilt."""

_CHECKPOINT_ID = 0
_WRITER_MEMORY = 40_000_000  # bytes; tantivy flushes a segment when it is full
_LONGEST_TEXT = 50_000  # characters of one text
_LONGEST_SEARCH = 1_000  # characters of a typed search
_LONGEST_NEED = 20_000  # characters of a text to score by
_LONGEST_LABEL = 300
_MOST_VALUES = 1_000  # of one facet
_MOST_KEPT = 200  # counts that a reader keeps
_LANGUAGES = {code: language for language, code in LANGUAGE_CODES.items()}

T = TypeVar("T")


def build_schema() -> Schema:
    """The fields of a shard. Sorting and ids are fast fields, so that no stored document is loaded for a page.

    Numbers are signed: the Python layer deletes by a term of a signed integer, which in an unsigned field silently
    matches nothing.
    """
    builder = SchemaBuilder()
    builder.add_integer_field("id", indexed=True, fast=True)
    builder.add_text_field("audience", tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("language", indexed=True, fast=True)
    builder.add_integer_field("weight", fast=True)
    builder.add_text_field("by_name", tokenizer_name="raw", fast=True, index_option="basic")
    builder.add_text_field("by_weight", tokenizer_name="raw", fast=True, index_option="basic")
    builder.add_integer_field("organisation", indexed=True)
    builder.add_json_field("facets", tokenizer_name="raw", fast=True, index_option="basic")
    builder.add_text_field("names", tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("beginnings", tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field("title", tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("text", tokenizer_name="whitespace", index_option="position")
    builder.add_bytes_field("kept", stored=True)
    return builder.build()


def _is_panic(error: BaseException) -> bool:
    """Whether tantivy's Rust code panicked: Python sees that as a BaseException of its own."""
    return type(error).__name__ == "PanicException"


def guarded(act: Callable[[], T]) -> T:
    """Do something with tantivy. Raises IndexDamaged when its files are not what they should be."""
    try:
        return act()
    except (ValueError, OSError, KeyError, struct.error) as error:
        raise IndexDamaged(str(error)) from error
    except BaseException as error:
        if _is_panic(error):
            raise IndexDamaged(str(error)) from error
        raise


def check_files(generation: Path) -> None:
    """Compare every file of a generation with the checksum in its footer. Raises IndexDamaged.

    tantivy ends its files with: JSON {"crc": …}, the length of that JSON and a magic number (4 bytes each).
    """

    def check() -> None:
        meta = json.loads((generation / "meta.json").read_text())
        for segment in meta["segments"]:
            name = segment["segment_id"].replace("-", "")
            files = sorted(generation.glob(f"{name}.*"))
            if not files:
                raise OSError(f"segment {name} is missing")
            for path in files:
                if path.suffix != ".del":
                    _check_file(path)

    guarded(check)


def _check_file(path: Path) -> None:
    data = memoryview(path.read_bytes())
    length, magic = struct.unpack("<II", data[-8:])
    if magic != 1337:
        raise OSError(f"{path.name} has no footer")
    footer = json.loads(bytes(data[-8 - length : -8]))
    if zlib.crc32(data[: -8 - length]) != footer["crc"]:
        raise OSError(f"{path.name} was altered")


class TantivyReader:
    """A shard as of one commit."""

    def __init__(self, schema: Schema, searcher: Searcher) -> None:
        self._schema = schema
        self._searcher = searcher
        self._queries = QueryBuilder(schema, searcher)
        self._checkpoint = guarded(self._read_checkpoint)
        self._kept_counts: dict[Any, dict[str, dict[str, int]]] = {}

    @property
    def checkpoint(self) -> Checkpoint:
        return self._checkpoint

    def _read_checkpoint(self) -> Checkpoint:
        found = self._searcher.search(Query.term_query(self._schema, "id", _CHECKPOINT_ID), 1, count=False).hits
        if not found:
            raise OSError("the checkpoint is missing")
        kept = json.loads(self._searcher.doc(found[0][1])["kept"][0])
        return Checkpoint(**kept)

    def count(self) -> int:
        return self._searcher.num_docs - 1

    def search(self, question: Question) -> Answer:
        return guarded(lambda: self._search(question))

    def _search(self, question: Question) -> Answer:
        text = readable(question.text, _LONGEST_SEARCH)
        answer = self._page(self._queries.words(text, all_words=True), question, is_loosened=False)
        if answer.total == 0 and len(text.split()) > 1:
            loosened = self._queries.words(text, all_words=False)
            if loosened is not None:
                answer = self._page(loosened, question, is_loosened=True)
        return answer

    def _page(self, words: Query | None, question: Question, *, is_loosened: bool) -> Answer:
        build = self._queries
        wanted = words or build.everything()
        query = narrowed(wanted, build.conditions(question.audience, question.filters, besides=question.without))
        options: dict[str, Any] = {}
        if question.sort == "name":
            options = {"order_by_field": "by_name", "order": Order.Asc}
        elif question.sort == "weight" or words is None:
            options = {"order_by_field": "by_weight", "order": Order.Asc}
        limit = max(question.limit, 1)
        found = self._searcher.search(query, limit, offset=question.offset, **options)
        ids = self._ids([address for _, address in found.hits[: question.limit]])
        total: int = found.count  # type: ignore[attr-defined]  # left out of tantivy's stubs
        if not total and not question.filters:
            counts: dict[str, dict[str, int]] = {}
        elif words is None:
            counts = self._counts_without_words(wanted, question)
        else:
            counts = self._counts(wanted, question)
        return Answer(total, ids, counts, is_loosened)

    def _counts_without_words(self, wanted: Query, question: Question) -> dict[str, dict[str, int]]:
        """Counts over whole shards cost most and are asked most: kept for as long as this commit is read."""
        filters = tuple((name, tuple(sorted(set(values)))) for name, values in sorted(question.filters.items()))
        left_out = tuple(sorted(set(question.without)))
        key = (tuple(sorted(set(question.audience))), filters, tuple(question.facets), left_out)
        kept = self._kept_counts.get(key)
        if kept is None:
            kept = self._counts(wanted, question)
            if len(self._kept_counts) >= _MOST_KEPT:
                self._kept_counts.clear()
            self._kept_counts[key] = kept
        return {name: dict(values) for name, values in kept.items()}

    def _ids(self, addresses: list[Any]) -> list[int]:
        return [int(value) for value in self._searcher.fast_field_values("id", addresses) if value is not None]

    def _counts(self, wanted: Query, question: Question) -> dict[str, dict[str, int]]:
        """Counts by facet. Facets that nobody filters by share one pass; each of the others needs its own."""
        chosen = [name for name in question.facets if question.filters.get(name)]
        free = [name for name in question.facets if name not in chosen]
        counts: dict[str, dict[str, int]] = {}
        for names, without in ([(free, "")] if free else []) + [([name], name) for name in chosen]:
            conditions = self._queries.conditions(
                question.audience, question.filters, without=without, besides=question.without
            )
            asked = {name: {"terms": {"field": f"facets.{name}", "size": _MOST_VALUES}} for name in names}
            found = self._searcher.aggregate(narrowed(wanted, conditions), asked)
            for name in names:
                counts[name] = {str(bucket["key"]): bucket["doc_count"] for bucket in found[name]["buckets"]}
        return counts

    def all_ids(self, question: Question) -> list[int]:
        def find() -> list[int]:
            words = self._queries.words(readable(question.text, _LONGEST_SEARCH), all_words=True)
            conditions = self._queries.conditions(question.audience, question.filters, besides=question.without)
            if question.among is not None:
                conditions.append(Query.term_set_query(self._schema, "id", sorted(set(question.among))))
            query = narrowed(words or self._queries.everything(), conditions)
            hits = self._searcher.search(query, max(question.limit, 1), count=False, order_by_field="id").hits
            return [int(value) for value, _ in hits]

        return guarded(find)

    def suggest(
        self, text: str, audience: Collection[str], limit: int, without: Collection[int] = ()
    ) -> list[Labelled]:
        def find() -> list[Labelled]:
            conditions = self._queries.conditions(audience, {}, besides=without)
            found: dict[int, Labelled] = {}
            for completion in self._queries.completions(readable(text, _LONGEST_SEARCH)):
                query = narrowed(completion, conditions)
                hits = self._searcher.search(query, limit, count=False, order_by_field="weight").hits
                for weight, address in hits:
                    kept = json.loads(self._searcher.doc(address)["kept"][0])
                    found.setdefault(kept["id"], Labelled(kept["id"], kept["label"], int(weight)))
                if len(found) >= limit:
                    break
            return list(found.values())[:limit]

        return guarded(find) if limit > 0 else []

    def text_scores(
        self,
        text: str,
        *,
        audience: Collection[str],
        language_weights: Mapping[str, float] | None,
        title_boost: float,
        text_boost: float,
        filters: Mapping[str, Collection[str]],
        organisation_ids: Collection[int] | None,
        limit: int,
        translations: Mapping[str, Mapping[str, float]] | None = None,
    ) -> list[TextScore]:
        def find() -> list[TextScore]:
            bag = self._queries.bag(
                readable(text, _LONGEST_NEED),
                language_weights=language_weights,
                title_boost=title_boost,
                text_boost=text_boost,
                translations=translations,
            )
            if bag is None or limit < 1:
                return []
            conditions = self._queries.conditions(audience, filters)
            if organisation_ids is not None:
                conditions.append(Query.term_set_query(self._schema, "organisation", sorted(set(organisation_ids))))
            hits = self._searcher.search(narrowed(bag, conditions), limit, count=False).hits
            addresses = [address for _, address in hits]
            ids = self._ids(addresses)
            codes = self._searcher.fast_field_values("language", addresses)
            return [
                TextScore(id_, score, _LANGUAGES[int(code or 0)])
                for id_, (score, _), code in zip(ids, hits, codes, strict=True)
            ]

        return guarded(find)

    def known(self, ids: Collection[int]) -> dict[int, Known]:
        def find() -> dict[int, Known]:
            wanted = sorted({id_ for id_ in ids if id_ > 0})
            if not wanted:
                return {}
            query = Query.term_set_query(self._schema, "id", wanted)
            found = {}
            for _, address in self._searcher.search(query, len(wanted), count=False).hits:
                kept = json.loads(self._searcher.doc(address)["kept"][0])
                found[int(kept["id"])] = Known(kept["shared"], tuple(kept["organisations"]))
            return found

        return guarded(find)

    def ids_of_organisations(self, organisation_ids: Collection[int]) -> list[int]:
        def find() -> list[int]:
            if not organisation_ids or not self.count():
                return []
            query = Query.term_set_query(self._schema, "organisation", sorted(set(organisation_ids)))
            hits = self._searcher.search(query, self._searcher.num_docs, count=False, order_by_field="id").hits
            return [int(value) for value, _ in hits]

        return guarded(find)


def to_tantivy(document: SearchDocument, schema: Schema) -> tantivy.Document:
    """The document as tantivy keeps it. `from_dict` with the schema: `Document(**numbers)` has killed a writer."""
    name_key = document.sort_key[:200]
    kept = {
        "id": document.id,
        "label": document.label[:_LONGEST_LABEL],
        "shared": document.shared,
        "organisations": sorted(set(document.organisation_ids)),
    }
    return tantivy.Document.from_dict(
        {
            "id": document.id,
            "audience": [*sorted(set(document.audience)), EVERYTHING],
            "language": LANGUAGE_CODES[known_language(document.language)],
            "weight": document.weight,
            "by_name": name_key,
            "by_weight": f"{max(0, 999_999_999 - document.weight):09d} {name_key}",
            "organisation": kept["organisations"],
            "facets": {name: sorted(set(values)) for name, values in document.facets.items() if values},
            "names": [" ".join(folded_words(readable(name, _LONGEST_LABEL))) for name in document.names],
            "beginnings": " ".join(beginnings(readable(name, _LONGEST_LABEL) for name in document.names)),
            "title": [_stemmed(text) for text in document.titles],
            "text": [_stemmed(text) for text in document.texts],
            "kept": json.dumps(kept, ensure_ascii=True).encode(),
        },
        schema,
    )


def _stemmed(text: LanguageText) -> str:
    return " ".join(stems(readable(text.text, _LONGEST_TEXT), text.language))


class TantivyWriter:
    """Writes one generation; tantivy's lock on it (released by the kernel if we die) keeps others out."""

    def __init__(self, generation: Path) -> None:
        self._index = guarded(lambda: open_generation(generation))
        self._schema = self._index.schema
        try:
            self._writer = self._index.writer(heap_size=_WRITER_MEMORY, num_threads=1)
        except ValueError as error:
            if "LockBusy" in str(error):
                raise LockBusy(str(error)) from error
            raise IndexDamaged(str(error)) from error

    def upsert(self, documents: Iterable[SearchDocument]) -> int:
        """Write documents, in place of those with the same ids; one that nobody may see is taken out. Returns how many
        stand. Raises IndexDamaged when the thread that writes has died, as when the directory was removed under it.
        """
        count = 0
        for document in documents:
            self._delete(document.id)
            if document.audience:
                made = to_tantivy(document, self._schema)
                guarded(partial(self._writer.add_document, made))
                count += 1
        return count

    def delete(self, ids: Iterable[int]) -> None:
        for id_ in ids:
            self._delete(id_)

    def _delete(self, id_: int) -> None:
        guarded(partial(self._writer.delete_documents_by_term, "id", id_))

    def commit(self, checkpoint: Checkpoint) -> None:
        kept = json.dumps(asdict(checkpoint)).encode()

        def write() -> None:
            self._writer.delete_documents_by_term("id", _CHECKPOINT_ID)
            state = {"id": _CHECKPOINT_ID, "kept": kept, "language": 99, "by_name": "", "by_weight": "", "weight": 0}
            self._writer.add_document(tantivy.Document.from_dict(state, self._schema))
            self._writer.commit()

        guarded(write)

    def rollback(self) -> None:
        guarded(self._writer.rollback)

    def close(self) -> None:
        with contextlib.suppress(IndexDamaged):
            guarded(self._writer.wait_merging_threads)


def open_generation(generation: Path) -> tantivy.Index:
    index = tantivy.Index.open(str(generation))
    index.config_reader("manual")  # or it would watch the directory in a thread of its own
    return index
