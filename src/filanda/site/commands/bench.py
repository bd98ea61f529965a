# SPDX-License-Identifier: EUPL-1.2
"""`filanda bench`: relevance, measured through the same importer, index and ranker that users get."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from filanda.site.django_ready import django_ready
from filanda.site.failures import Failure

if TYPE_CHECKING:
    from filanda.capabilities.matching.benchmark import Benchmark
    from filanda.capabilities.matching.queries import OrganisationMatch
    from filanda.kernel.regions.models import Region


def register(app: typer.Typer) -> None:
    bench = typer.Typer(
        no_args_is_help=True, help="Measure how good the answers are, on a history with known right ones."
    )
    app.add_typer(bench, name="bench", rich_help_panel="Look after")

    @bench.command()
    def matching(
        directory: Path = typer.Argument(
            metavar="DIR", help="With corpus.jsonl, history_projects.jsonl, queries.jsonl and qrels.tsv."
        ),
        run: Path = typer.Option(..., "--run", help="File for the TREC run: qid Q0 docid rank score tag."),
        keep: bool = typer.Option(True, help="Keep the scratch region, so that the next run need not load it."),
    ) -> None:
        """Load a history into a scratch region, ask every query, write the answers as a TREC run, print the measures.

        No page shows that region. The first run reads every text (7 a second and core); later ones find them read.

        Safe to stop with Ctrl-C: the same command goes on where it was.
        """
        with django_ready():
            _bench_matching(directory, run, keep=keep)


def _bench_matching(directory: Path, run_path: Path, *, keep: bool) -> None:
    from filanda.across.matchmaking import measuring
    from filanda.across.matchmaking.simulating import simulated
    from filanda.capabilities.matching import benchmark as benchmarks
    from filanda.kernel.regions.models import Region
    from filanda.kernel.regions.scoped import in_region
    from filanda.site.progress import progress_bar

    try:
        benchmark = benchmarks.Benchmark(directory)
    except benchmarks.NoBenchmark as error:
        raise Failure(str(error)) from error
    region, _made = Region.objects.get_or_create(
        slug=benchmark.slug,
        defaults={"names": {"en": "Benchmark", "it": "Banco di prova"}},  # without a host: no page shows it
    )
    with in_region(region):
        _load(benchmark, region)
        _index(region)
        _embed(region)
        queries = list(benchmark.queries())
        answers: dict[str, list[OrganisationMatch]] = {}
        with progress_bar("asking", len(queries)) as advance:
            found = benchmarks.ask_all(benchmark, region, done=advance, seen=answers.__setitem__)
        judged = benchmark.judgements()
        variants = measuring.compare(answers, judged, benchmarks.ids_of_source(), measuring.newcomers())
        again = simulated(answers, judged, benchmarks.ids_of_source(), measuring.newcomers())
    benchmarks.write_trec(found, run_path)
    measured = benchmarks.measure(found, judged)
    typer.echo("  ".join(f"{name} {value:.4f}" for name, value in measured.items()))
    for line in (*measuring.told(variants), *again):
        typer.echo(line)
    typer.echo(f"{len(queries)} queries, run written to {run_path}")
    if not keep:
        region.delete()


def _load(benchmark: Benchmark, region: Region) -> None:
    from filanda.directory.organisations.importers.records import (
        EvidenceRecord,
        OrganisationRecord,
        PartyRecord,
        SiteRecord,
    )
    from filanda.directory.organisations.importers.writing import load
    from filanda.directory.organisations.models import Evidence, SourceRecord
    from filanda.kernel.identity.actors import PLATFORM
    from filanda.site.progress import progress_bar

    organisations, history = list(benchmark.organisations()), list(benchmark.history())
    if SourceRecord.objects.count() >= len(organisations) and Evidence.objects.count() >= len(history):
        return
    with progress_bar("loading", len(organisations) + len(history)) as advance:

        def done(phase: str, count: int) -> None:
            advance(count + (len(organisations) if phase == "evidence" else 0))

        load(
            region,
            (
                OrganisationRecord(
                    source_ids=(row["_id"],),
                    name=row["name"],
                    site=SiteRecord(
                        municipality=row.get("city", ""), nuts_code=row.get("nuts", ""), country_code=row["country"]
                    ),
                )
                for row in organisations
            ),
            (
                EvidenceRecord(
                    source_id=row["_id"],
                    title=row["title"],
                    text=row["text"],
                    parties=tuple(PartyRecord(organisation=one) for one in row["participants"]),
                )
                for row in history
            ),
            source="bench",
            actor=PLATFORM,
            progress=done,
        )


def _index(region: Region) -> None:
    """Bring the index up to date: by the indexer that runs, else by being it for a moment."""
    import time

    from filanda.capabilities.search.index import LockBusy
    from filanda.capabilities.search.indexer import Indexer
    from filanda.capabilities.search.status import index_status
    from filanda.kernel.journal import chain

    chain.extend()
    try:
        indexer = Indexer()
    except LockBusy:
        typer.echo("waiting for the indexer …")
        while (status := index_status()).lag or status.is_rebuilding:
            time.sleep(0.5)
        return
    try:
        indexer.catch_up()
    finally:
        indexer.close()


def _embed(region: Region) -> None:
    from filanda.capabilities.matching import vectors
    from filanda.capabilities.matching.embedding import embedder
    from filanda.site.progress import progress_bar

    model = embedder()
    if model is None:
        typer.echo("No embedder is installed: words alone will decide.")
        return
    while not (state := vectors.progress(region)).is_complete:
        with progress_bar("embedding", state.evidence) as advance:
            done = state.placed
            while count := vectors.embed_some(region, model):
                done += count
                advance(done)
        vectors.place(region, model, is_last=True)
