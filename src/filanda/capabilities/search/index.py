# SPDX-License-Identifier: EUPL-1.2
"""What stands behind search: the interface of an index, small enough for another engine to stand behind it.

A *shard* holds the documents of one kind in one region. Regions can therefore not leak into each other, and the
rarity of a word is that of its own region and kind. Whatever is asked, of hits as of counts and suggestions, carries
the reader's audience tokens.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from filanda.kernel.manifests.documents import SearchDocument

EVERYTHING = "platform"
"""An audience token that every document carries, for the platform itself."""


class IndexDamaged(Exception):
    """The files of a shard cannot be read; the indexer will rebuild it."""


class LockBusy(Exception):
    """Another process writes to this index. One indexer a machine is the only writer."""


class Shard(NamedTuple):
    """The documents of one kind in one region."""

    region_id: int
    kind: str


@dataclass(frozen=True)
class Checkpoint:
    """How far a shard has come; kept in the same commit as its documents, so the two never disagree.

    `position`: of the journal's chain, up to which every event is in the shard. `built_to`: while the shard is being
    built, the last id that was read (0 at the start); None once it is complete. `journal`: the journal's identity,
    so that an index is not taken for that of another database; "" while the journal is empty.
    """

    position: int
    built_to: int | None = None
    journal: str = ""

    @property
    def is_complete(self) -> bool:
        return self.built_to is None


@dataclass(frozen=True)
class Question:
    """A search in one shard.

    `audience`: the reader's tokens. `filters`: alternatives by facet. `facets`: whose values to count, each without
    its own filter. `sort`: relevance (by weight if there is no text), name or weight. `without`: ids that are not
    there for this reader, in hits as in counts. `among`: only these ids, for `all_ids` (None: any).
    """

    text: str
    audience: Collection[str]
    filters: Mapping[str, Collection[str]] = field(default_factory=dict)
    facets: Sequence[str] = ()
    sort: str = "relevance"
    offset: int = 0
    limit: int = 20
    without: Collection[int] = ()
    among: Collection[int] | None = None


@dataclass(frozen=True)
class Answer:
    """`counts`: how many hits carry a value, by facet. `is_loosened`: not every word was found."""

    total: int = 0
    ids: list[int] = field(default_factory=list)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    is_loosened: bool = False


class TextScore(NamedTuple):
    id: int
    score: float
    language: str


class Labelled(NamedTuple):
    id: int
    label: str
    weight: int


class Known(NamedTuple):
    """What a shard keeps of a document besides what is searched."""

    shared: str
    organisation_ids: tuple[int, ...]


class ShardReader(Protocol):
    """Reads one shard as of its last commit. May be used by several threads at once."""

    @property
    def checkpoint(self) -> Checkpoint: ...

    def count(self) -> int:
        """How many documents there are, for whatever audience."""

    def search(self, question: Question) -> Answer: ...

    def all_ids(self, question: Question) -> list[int]:
        """The ids of every hit, unordered, at most `question.limit`."""

    def suggest(
        self, text: str, audience: Collection[str], limit: int, without: Collection[int] = ()
    ) -> list[Labelled]:
        """Documents one of whose names is completed by `text`, but for the ids `without`."""

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
        """Documents by BM25 of the words that they share with `text`, each searched in its own language.

        `translations`: for a language, weighted stems that stand there for the words of `text`.
        """

    def known(self, ids: Collection[int]) -> dict[int, Known]:
        """What is kept of these documents; those that are not there are left out."""

    def ids_of_organisations(self, organisation_ids: Collection[int]) -> list[int]:
        """Documents that name one of these bodies in `organisation_ids`."""


class ShardWriter(Protocol):
    """Writes one shard. Nothing is seen by readers before `commit`."""

    def upsert(self, documents: Iterable[SearchDocument]) -> int:
        """Add documents, each in place of the one with its id; returns how many."""

    def delete(self, ids: Iterable[int]) -> None: ...

    def commit(self, checkpoint: Checkpoint) -> None:
        """Make everything since the last commit durable and visible, together with `checkpoint`."""

    def rollback(self) -> None:
        """Forget everything since the last commit."""

    def close(self) -> None:
        """Let go of the shard, without a commit."""


class SearchIndex(Protocol):
    """All shards of this machine."""

    def reader(self, shard: Shard) -> ShardReader | None:
        """What serves `shard` now, None if nothing does. Looks for newer commits at most once a second."""

    def writer(self, shard: Shard) -> ShardWriter:
        """Write to what serves `shard`. Raises LockBusy while another writer is open, LookupError if there is none."""

    def rebuild(self, shard: Shard, start: Checkpoint) -> tuple[ShardWriter, Checkpoint]:
        """Write a new copy of `shard` beside the one that serves, going on with one that was begun.

        Returns its writer and how far it is (`start` for a new one). If nothing serves the shard the new copy
        does at once, incomplete as it is.
        """

    def swap(self, shard: Shard) -> None:
        """Let the rebuilt copy serve, in one step, and remove the one before. Its writer must be closed."""

    def drop(self, shard: Shard) -> None:
        """Remove a shard."""

    def shards(self) -> list[Shard]:
        """The shards that something serves."""
