# SPDX-License-Identifier: EUPL-1.2
"""A history of collaborations as a benchmark: loaded into a scratch region, asked through the ranker that users get.

Format of a directory: `corpus.jsonl` (organisations: _id, name, country, city, nuts), `history_projects.jsonl` (_id,
title, text, participants), `queries.jsonl` (_id, title, text), `qrels.tsv` (query-id, corpus-id, score; with a header).
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from filanda.capabilities.matching.measures import ndcg, recall, reciprocal_rank
from filanda.capabilities.matching.queries import NeedTooLong, NeedTooShort, OrganisationMatch, match
from filanda.capabilities.matching.ranking import KEPT
from filanda.directory.organisations.models import SourceRecord
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.regions.models import Region

FILES = ("corpus.jsonl", "history_projects.jsonl", "queries.jsonl", "qrels.tsv")
SOURCE = "bench"
DEPTH = 100
TAG = "filanda"

Run = dict[str, list[tuple[str, float]]]


class NoBenchmark(ValueError):
    """The directory does not hold a benchmark."""


@dataclass(frozen=True)
class Benchmark:
    """The files of a benchmark, read lazily; `slug` names its scratch region after the history's content."""

    directory: Path

    def __post_init__(self) -> None:
        missing = [name for name in FILES if not (self.directory / name).is_file()]
        if missing:
            raise NoBenchmark(f"{self.directory} lacks {', '.join(missing)}: give a directory with {', '.join(FILES)}.")

    @property
    def slug(self) -> str:
        total = hashlib.sha256()
        for name in FILES[:2]:
            total.update((self.directory / name).read_bytes())
        return f"bench-{total.hexdigest()[:12]}"

    def organisations(self) -> Iterator[dict[str, Any]]:
        yield from self._lines("corpus.jsonl")

    def history(self) -> Iterator[dict[str, Any]]:
        yield from self._lines("history_projects.jsonl")

    def queries(self) -> Iterator[dict[str, Any]]:
        yield from self._lines("queries.jsonl")

    def judgements(self) -> dict[str, dict[str, int]]:
        judged: dict[str, dict[str, int]] = {}
        with (self.directory / "qrels.tsv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                judged.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
        return judged

    def _lines(self, name: str) -> Iterator[dict[str, Any]]:
        with (self.directory / name).open(encoding="utf-8") as file:
            for line in file:
                if line.strip():
                    yield json.loads(line)


def ids_of_source() -> dict[int, list[str]]:
    """Under which ids of the benchmark each organisation is known. One query."""
    ids: dict[int, list[str]] = {}
    for organisation_id, source_id in SourceRecord.objects.filter(source=SOURCE).values_list(
        "organisation_id", "source_id"
    ):
        ids.setdefault(organisation_id, []).append(source_id)
    return ids


def ask_all(
    benchmark: Benchmark,
    region: Region,
    *,
    done: Callable[[int], None] = lambda _n: None,
    seen: Callable[[str, list[OrganisationMatch]], None] = lambda _query, _found: None,
) -> Run:
    """Ask every query in `region`; a body with several source ids is written under each, at its rank. `seen`: is told
    of each answer as it came.
    """
    ids = ids_of_source()
    run: Run = {}
    for number, query in enumerate(benchmark.queries(), start=1):
        text = f"{query['title']}\n{query['text']}"
        try:
            found = match(text, region=region, actor=PLATFORM, limit=DEPTH, shown=KEPT).organisations
        except (NeedTooShort, NeedTooLong):
            found = []
        seen(query["_id"], found)
        run[query["_id"]] = [
            (source_id, one.score) for one in found for source_id in sorted(ids.get(one.organisation_id, []))
        ]
        done(number)
    return run


def write_trec(run: Run, path: Path) -> None:
    """Write `qid Q0 docid rank score tag`. Scores fall strictly with the rank, so that no tool reorders ties."""
    with path.open("w", encoding="utf-8") as file:
        for query_id, ranking in run.items():
            for rank, (source_id, _score) in enumerate(ranking, start=1):
                file.write(f"{query_id} Q0 {source_id} {rank} {1 / rank:.6f} {TAG}\n")


def measure(run: Run, judged: dict[str, dict[str, int]]) -> dict[str, float]:
    """nDCG@10, R@10, R@50, R@100 and MRR@100, averaged over the judged queries."""
    per_query = {query: [one for one, _score in run.get(query, [])] for query in judged}
    return {
        "nDCG@10": fmean(ndcg(per_query[query], judged[query], 10) for query in judged),
        "R@10": fmean(recall(per_query[query], judged[query], 10) for query in judged),
        "R@50": fmean(recall(per_query[query], judged[query], 50) for query in judged),
        "R@100": fmean(recall(per_query[query], judged[query], 100) for query in judged),
        "MRR": fmean(reciprocal_rank(per_query[query], judged[query], 100) for query in judged),
    }
