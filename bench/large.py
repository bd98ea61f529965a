# SPDX-License-Identifier: EUPL-1.2
"""A region of any size to measure in: `python -m bench large DIRECTORY PIECES` makes one and leaves it there.

Its evidence is that of CORDIS exports (europe-fp7 and europe-h2020 beside the checkout, if they are there; else words
invented after Zipf's law), brought in by the importer and then multiplied in the database: each copy of a project
exchanges every second word with another project, each copy of a body has a name of its own, and a copy's partners are
the copies of the project's partners.

About 600 texts are embedded, by each of the two readers. The vectors of all texts are made of two of those (the same
two, with the same weights, for both readers) and of noise with the covariance that is left: they crowd and scatter as
real ones do, and the readers agree as far as they do on real ones, but the vectors say nothing about relevance. The
spaces are then fitted and filled by the code that users get, and the index built by the indexer's.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import random
import resource
import struct
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from bench.search import _woven, invent

TOP = Path(__file__).parents[1]
BESIDE = TOP.parent / "shared" / "data" / "cordis"
PLACES = tuple(BESIDE / name for name in ("europe-fp7", "europe-h2020"))
SLUG, HOST = "bench", "bench.localhost"
EMBEDDED = 600
EPOCH = 946_684_800  # PostgreSQL counts from the year 2000
COPIED = ("organisation", "site", "evidenceparty")


def real_places() -> list[Path]:
    return [place for place in PLACES if place.is_dir()]


def make(data: Path, pieces: int) -> dict[str, str]:
    """Fill the database that `os.environ` names with a region of `pieces` pieces; what it took, by step."""
    from filanda.site.django_ready import set_up_django

    set_up_django()
    from filanda.directory.organisations.models import Evidence, Organisation
    from filanda.kernel.regions.models import Region
    from filanda.kernel.regions.scoped import in_region
    from filanda.site.preparing import prepare_installation

    prepare_installation()
    region = Region.objects.create(slug=SLUG, names={"it": "Banco", "en": "Bench"}, is_invented=not real_places())
    region.hosts.create(host=HOST, is_primary=True)
    took: dict[str, str] = {}
    with in_region(region):
        took["imported"] = bring_in(data / "cordis", region, pieces)
        multiply(region, pieces)
        give_vectors(region)
        took["evidence"] = f"{Evidence.objects.count():,}"
        took["organisations"] = f"{Organisation.objects.count():,}"
        took["space"] = refit(region)
    took["index"] = build_index()
    return took


def bring_in(place: Path, region: Any, pieces: int) -> str:
    """Import at most `pieces` projects."""
    from filanda.directory.organisations.importers.cordis import import_cordis
    from filanda.kernel.identity.actors import PLATFORM

    place.mkdir(parents=True, exist_ok=True)
    excerpt(place, pieces) if real_places() else invented(place)
    began = time.perf_counter()
    done = import_cordis(region, place, actor=PLATFORM)
    seconds = time.perf_counter() - began
    return f"{done.participations:,} rows in {seconds:.1f} s ({done.participations / seconds:,.0f} rows/s)"


def excerpt(target: Path, pieces: int) -> None:
    """The first projects of all exports as one export."""
    ids: set[str] = set()
    for name, key in (("project", "id"), ("organization", "projectID")):
        with (target / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer: Any = None
            for row in _rows(name):
                if name == "project" and len(ids) < pieces:
                    ids.add(row[key])
                if row[key] not in ids:
                    continue
                if writer is None:
                    writer = csv.DictWriter(file, list(row), delimiter=";", extrasaction="ignore")
                    writer.writeheader()
                writer.writerow(row)


def _rows(name: str) -> Iterator[dict[str, str]]:
    for place in real_places():
        with gzip.open(place / f"{name}.csv.gz") as raw:
            yield from csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8"), delimiter=";")


def invented(target: Path) -> None:
    projects, bodies = invent(random.Random(20))
    towns = (("20121", "Milano"), ("24121", "Bergamo"), ("25121", "Brescia"), ("", ""), ("", ""), ("", ""))
    with (target / "project.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["id", "acronym", "title", "objective"])
        writer.writerows([number, *project] for number, project in enumerate(projects, 1))
    with (target / "organization.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["projectID", "organisationID", "name", "activityType", "postCode", "city", "country"])
        for number, (name, _role, own) in enumerate(bodies):
            postcode, town = towns[number % len(towns)]
            activity = ("PRC", "HES", "REC", "PUB")[number % 4]
            for project in own:
                writer.writerow(
                    [project + 1, number, f"{name} {number}", activity, postcode, town, "IT" if town else "FR"]
                )


def multiply(region: Any, pieces: int) -> None:
    """Copies of everything, until there are `pieces` pieces of evidence."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, title, text FROM organisations_evidence WHERE region_id = %s ORDER BY id", [region.pk]
        )
        base = cursor.fetchall()
        cursor.execute("SELECT max(id) FROM organisations_organisation")
        step = 1 + max(base[-1][0], cursor.fetchone()[0])
        for copy in range(1, -(-pieces // len(base))):
            wanted = base[: pieces - copy * len(base)]
            cursor.execute("CREATE TEMP TABLE woven (id bigint PRIMARY KEY, title text, text text)")
            with cursor.copy("COPY woven FROM STDIN") as rows:
                for at, (id_, title, text) in enumerate(wanted):
                    _other, other_title, other_text = base[(at * 7919 + copy) % len(base)]
                    title = f"{_woven(title, other_title)} {copy}"[:500]
                    rows.write_row((id_, title, _woven(text, other_text)))
            _copy(
                cursor,
                "organisation",
                {"id": "t.id + %(shift)s", "name": "left(t.name, 290) || ' ' || %(copy)s"},
                copy,
                step,
            )
            _copy(cursor, "site", {"id": None, "organisation_id": "t.organisation_id + %(shift)s"}, copy, step)
            _copy(
                cursor,
                "evidence",
                {
                    "id": "t.id + %(shift)s",
                    "title": "w.title",
                    "text": "w.text",
                    "source_id": "t.source_id || '-' || %(copy)s",
                },
                copy,
                step,
                "JOIN woven w ON w.id = t.id",
            )
            _copy(
                cursor,
                "evidenceparty",
                {
                    "id": None,
                    "evidence_id": "t.evidence_id + %(shift)s",
                    "organisation_id": "t.organisation_id + %(shift)s",
                },
                copy,
                step,
                "JOIN woven w ON w.id = t.evidence_id",
            )
            cursor.execute("DROP TABLE woven")
        for table, owner in (("site", "organisation_id"), ("organisation", "id")):
            cursor.execute(
                f"""DELETE FROM organisations_{table} t WHERE t.{owner} > %s AND NOT EXISTS (
                    SELECT 1 FROM organisations_evidenceparty p WHERE p.organisation_id = t.{owner})""",
                [step],
            )
        for table in ("organisation", "evidence"):
            name = f"organisations_{table}"
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))")
        cursor.execute("ANALYZE")


def _copy(cursor: Any, table: str, changed: dict[str, str | None], copy: int, step: int, join: str = "") -> None:
    """Insert the rows of the first copy again, with some columns changed (None: left to their default)."""
    name = f"organisations_{table}"
    cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [name])
    columns = [column for (column,) in cursor.fetchall() if changed.get(column, "") is not None]
    values = ", ".join(changed.get(column) or f't."{column}"' for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    owner = {"organisation": "id", "evidence": "id", "site": "organisation_id", "evidenceparty": "evidence_id"}[table]
    cursor.execute(
        f"INSERT INTO {name} ({names}) SELECT {values} FROM {name} t {join} WHERE t.{owner} < %(step)s",
        {"copy": str(copy), "shift": copy * step, "step": step},
    )


def give_vectors(region: Any) -> None:
    """A cached vector of each reader for every text that it reads."""
    from django.db import connection

    from filanda.capabilities.matching.models import CONTENT_HASH
    from filanda.capabilities.matching.vectors import READERS, readable

    both = readers()
    shared = READERS[both[1].model_id].languages
    for model in both:
        reader = READERS[model.model_id]
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT DISTINCT ON (h) h, title, text, language FROM (
                        SELECT {CONTENT_HASH} AS h, title, text, language
                        FROM organisations_evidence e WHERE region_id = %s AND {reader.reads()}) t ORDER BY h""",
                [region.pk],
            )
            rows = cursor.fetchall()
            some = sorted((row for row in rows if row[3] in shared), key=lambda row: -len(row[2]))[: EMBEDDED * 4 : 4]
            real = model.embed_passages([readable(model.model_id, *row[1:])[:1200] for row in some])
            made = like(real, [bytes(row[0]) for row in rows], np.random.default_rng(20))
            with cursor.copy(
                f"COPY {reader.cached} (content_hash, vector, used_at) FROM STDIN (FORMAT BINARY)"
            ) as file:
                file.write(b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0))
                for content, vector in made:
                    file.write(_binary(content, vector))
                file.write(struct.pack("!h", -1))


def readers() -> list[Any]:
    """The models that this installation embeds with: two of them."""
    from filanda.capabilities.matching.embedding import embedder, second_embedder

    both = [model for model in (embedder(), second_embedder()) if model is not None]
    if len(both) < 2:
        raise SystemExit("matching needs both readers, and one of them does not install here")
    return both


def like(real: Any, contents: Sequence[bytes], chance: np.random.Generator) -> Iterator[tuple[bytes, Any]]:
    """Each content with a vector as `real` ones are, unit length; the content decides of which two it is a mixture."""
    middle = real.mean(axis=0)
    for start in range(0, len(contents), 5000):
        part = contents[start : start + 5000]
        seeds = np.frombuffer(b"".join(part), dtype="<u8").reshape(len(part), 4)
        one, other = real[seeds[:, 0] % len(real)], real[seeds[:, 1] % len(real)]
        share = ((seeds[:, 2] % 1000 + seeds[:, 3] % 1000) / 2000)[:, None]
        spread = (chance.standard_normal((len(part), len(real))) @ (real - middle)) / np.sqrt(len(real))
        mixed = middle + 0.6 * (share * one + (1 - share) * other - middle) + 0.75 * spread
        mixed += 0.05 * np.std(real) * chance.standard_normal(mixed.shape)
        yield from zip(part, mixed / np.linalg.norm(mixed, axis=1, keepdims=True), strict=True)


def _binary(content: bytes, vector: Any) -> bytes:
    halves = struct.pack("!hh", len(vector), 0) + vector.astype(">f2").tobytes()
    moment = struct.pack("!q", int((time.time() - EPOCH) * 1_000_000))
    fields = (content, halves, moment)
    return struct.pack("!h", 3) + b"".join(struct.pack("!i", len(one)) + one for one in fields)


def refit(region: Any) -> str:
    """Fit and fill the space; in a process of its own, to see how much memory that takes."""
    from django.db import connection, connections

    postmaster = the_postmaster()
    connections.close_all()
    server = server_cpu(postmaster)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.write(write, _refitted(region).encode())
            code = 0
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(read) as file:
        said = file.read()
    _pid, status = os.waitpid(child, 0)
    if status:
        raise SystemExit("the space could not be fitted")
    connection.ensure_connection()
    return f"{said}; {server_cpu(postmaster) - server:.1f} s CPU in the server"


def _refitted(region: Any) -> str:
    from filanda.capabilities.matching import vectors

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began, cpu = time.perf_counter(), time.process_time()
    for model in readers():
        vectors.refit(region, model)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"{time.perf_counter() - began:.1f} s, {time.process_time() - cpu:.1f} s CPU here, "
        f"{most:.0f} MiB at most ({before:.0f} before)"
    )


def build_index() -> str:
    """By the indexer's own code, from nothing."""
    from django.conf import settings

    from filanda.capabilities.search.indexer import Indexer
    from filanda.kernel.journal import chain

    chain.extend()
    postmaster = the_postmaster()
    began, cpu, server = time.perf_counter(), time.process_time(), server_cpu(postmaster)
    indexer = Indexer()
    indexer.catch_up()
    indexer.close()
    place = Path(settings.SEARCH_INDEX)
    size = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
    return (
        f"{time.perf_counter() - began:.1f} s, {time.process_time() - cpu:.1f} s CPU here, "
        f"{server_cpu(postmaster) - server:.1f} s in the server; {size / 1e6:.0f} MB; load {os.getloadavg()[0]:.1f}"
    )


def the_postmaster() -> psutil.Process:
    """The parent of the server process that this one talks to."""
    from django.db import connection

    connection.ensure_connection()
    parent = psutil.Process(connection.connection.info.backend_pid).parent()
    assert parent is not None
    return parent


def server_cpu(postmaster: psutil.Process) -> float:
    """Seconds of CPU of a whole server, processes that have ended included."""
    times = postmaster.cpu_times()
    total = times.user + times.system + times.children_user + times.children_system
    return float(total + sum(sum(child.cpu_times()[:2]) for child in postmaster.children()))


def main(arguments: Sequence[str]) -> None:
    if len(arguments) != 2 or not arguments[1].isdigit():
        raise SystemExit(__doc__)
    data = Path(arguments[0]).absolute()
    os.environ |= {"FILANDA_DATA": str(data), "FILANDA_LOG_LEVEL": "WARNING", "FILANDA_DEMO": "0"}
    os.environ.pop("DATABASE_URL", None)
    from filanda.kernel.database.embedded import EmbeddedPostgres

    postgres = EmbeddedPostgres(data)
    postgres.start()
    try:
        for step, said in make(data, int(arguments[1])).items():
            print(f"  {step}: {said}", flush=True)
    finally:
        postgres.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
