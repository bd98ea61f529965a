# SPDX-License-Identifier: EUPL-1.2
"""kill -9 of everything in the middle of an import, with the real `filanda run` and `filanda import cordis`."""

from __future__ import annotations

import csv
import os
import random
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from filanda.kernel.database.places import embedded_dsn
from tests.site.installation import Installation, is_removed, runs, until

PROJECTS, PARTICIPATIONS, BODIES = 12000, 32000, 1500


@dataclass
class Export:
    """A CORDIS export, and what is in it."""

    place: Path
    participations: int


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Export:
    """Invented, and large enough that an import takes seconds."""
    chance = random.Random(7)
    syllables = [consonant + vowel for consonant in "bcdfglmnprstvz" for vowel in "aeiou"]
    words = ["".join(chance.choices(syllables, k=3)) for _ in range(3000)]
    names = list({"".join(chance.choices(syllables, k=6)): None for _ in range(2 * BODIES)})[:BODIES]
    towns = [("MILANO", "20121"), ("BERGAMO", "24121"), ("BRESCIA", "25121"), ("PAVIA", "27100"), ("LODI", "26900")]
    pairs = {(project, project % BODIES) for project in range(PROJECTS)}
    while len(pairs) < PARTICIPATIONS:
        pairs.add((chance.randrange(PROJECTS), chance.randrange(BODIES)))
    place = tmp_path_factory.mktemp("cordis")
    _write(
        place / "project.csv",
        ("id", "acronym", "title", "startDate", "endDate", "objective", "frameworkProgramme"),
        [
            (
                str(100000 + number),
                f"ACR{number}",
                f"The {' '.join(chance.choices(words, k=6))} of project {number}",
                "2015-01-01",
                "2017-12-31",
                f"The project will study {' '.join(chance.choices(words, k=40))} for the industry of the region.",
                "H2020",
            )
            for number in range(PROJECTS)
        ],
    )
    _write(
        place / "organization.csv",
        ("projectID", "organisationID", "name", "activityType", "postCode", "city", "country", "role"),
        [
            (
                str(100000 + project),
                str(900000000 + body),
                f"{names[body].upper()} {'SRL' if body % 2 else 'SPA'}",
                "PRC",
                *towns[body % len(towns)][::-1],
                "IT",
                "participant",
            )
            for project, body in sorted(pairs)
        ],
    )
    return Export(place, len(pairs))


def _write(path: Path, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL)
        writer.writerow(head)
        writer.writerows(rows)


@pytest.fixture
def installation() -> Iterator[Installation]:
    made = Installation(Path(tempfile.mkdtemp(prefix="fsurvive-")))
    yield made
    made.remove()


def rows(installation: Installation) -> dict[str, Any]:
    """What the region holds, by table; empty while the tables or the database are not there."""
    tables = ("organisation", "sourcerecord", "identifier", "site", "evidence", "evidenceparty")
    counts = ", ".join(f"(SELECT count(*) FROM organisations_{table}) AS {table}" for table in tables)
    try:
        with psycopg.connect(embedded_dsn(installation.data)) as connection:
            found = connection.execute(f"SELECT {counts}")
            return dict(zip(tables, found.fetchone() or (), strict=True))
    except psycopg.Error:
        return {}


def ask(installation: Installation, sentence: str) -> Any:
    with psycopg.connect(embedded_dsn(installation.data)) as connection:
        row = connection.execute(sentence).fetchone()  # type: ignore[call-overload]
        return row[0]


def documents(installation: Installation) -> tuple[float, float]:
    """Organisations and pieces of evidence in the index."""
    figures = installation.figures()
    return (
        figures.get('filanda_index_documents{kind="organisation"}', 0),
        figures.get('filanda_index_documents{kind="evidence"}', 0),
    )


def is_indexed(installation: Installation) -> bool:
    """Whether the index holds a document for each row, no more and no less, and knows that it does."""
    figures = installation.figures()
    return bool(
        documents(installation) == (BODIES, PROJECTS)
        and figures.get("filanda_indexer_running")
        and figures.get("filanda_journal_waiting") == 0
        and figures.get("filanda_index_lag") == 0
        and figures.get("filanda_index_rebuilding") == 0
    )


@pytest.mark.timeout(400)
def test_nothing_is_lost_or_doubled_whoever_is_killed(installation: Installation, export: Export) -> None:
    installation.start()
    importing = ("import", "cordis", str(export.place))

    first = installation.begin(*importing, output="first")
    assert until(lambda: rows(installation).get("evidence", 0) >= 500), (installation.place / "first").read_text()
    kill(installation, "postgres", first)
    assert first.wait(timeout=60) == 1
    assert last_words(installation, "first") == [
        "filanda: The database went away in the middle of the work. What was written before stays: "
        "when it runs again, run the same command again to go on."
    ]
    assert until(installation.is_ready), installation.said
    assert 500 <= rows(installation)["evidence"] < PROJECTS

    second = installation.begin(*importing, output="second")
    for name, at in (("worker", 1000), ("indexer", 1500), ("web", 2000)):
        assert until(lambda at=at: rows(installation).get("evidence", 0) >= at), name  # type: ignore[misc]
        kill(installation, name, second)
    assert second.wait(timeout=60) == 0, (installation.place / "second").read_text()
    assert until(installation.is_ready), installation.said
    whole = {
        "organisation": BODIES,
        "sourcerecord": BODIES,
        "identifier": BODIES,
        "site": BODIES,
        "evidence": PROJECTS,
        "evidenceparty": export.participations,
    }
    assert rows(installation) == whole

    for name in ("worker", "indexer", "web"):
        assert f"The {name} process ended (signal SIGKILL): it is started again." in installation.said
        assert until(lambda name=name: name in installation.services()), name  # type: ignore[misc]
    assert "PostgreSQL ended unexpectedly: it is started again." in installation.said
    assert "Traceback" not in installation.said
    assert until(lambda: is_indexed(installation)), (installation.said, installation.figures())
    assert installation.organisations()["total"] == BODIES
    assert until(lambda: installation.figures()["filanda_jobs_running"] == 0)
    assert ask(installation, "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'") == 0

    again = installation.command(*importing)
    assert again.returncode == 0, again.stderr
    assert "Nothing has changed: everything in these files is there already." in again.stdout
    assert rows(installation) == whole
    verified = installation.command("journal", "verify")
    events = ask(installation, "SELECT count(*) FROM journal_event")
    assert (verified.returncode, verified.stdout) == (0, f"The journal is intact: {events} events.\n")

    assert remove_index(installation) == {200}
    assert installation.organisations()["total"] == BODIES

    assert installation.process is not None
    everybody = [installation.process.pid, *installation.services().values()]
    installation.process.kill()
    installation.process.wait()
    assert until(lambda: not any(runs(pid) for pid in everybody)), "something outlived the supervisor"
    installation.start()
    assert rows(installation) == whole
    assert until(lambda: is_indexed(installation)), (installation.said, installation.figures())
    assert installation.stop() == 0


def kill(installation: Installation, name: str, importing: subprocess.Popen[str]) -> None:
    """kill -9 while the import is under way; returns when its successor runs and pages are served again."""
    victim = installation.services()[name]
    os.kill(victim, signal.SIGKILL)
    assert importing.poll() is None, "the import had ended before anybody was killed"
    assert until(lambda: installation.services().get(name, victim) != victim), installation.said
    assert until(installation.is_ready), installation.said


def last_words(installation: Installation, output: str) -> list[str]:
    """What a command said besides its progress."""
    lines = (installation.place / output).read_text().splitlines()
    return [line for line in lines if not line.startswith(("Reading: ", "Writing "))]


def remove_index(installation: Installation) -> set[int]:
    """Delete the index under everybody's feet; the statuses of all pages and searches until it is whole again."""
    while not is_removed(installation.data / "index"):
        pass
    statuses = set()

    def is_whole() -> bool:
        for path in ("/it/organisations/?q=project", "/api/v1/organisations?q=project", "/it/"):
            statuses.add(installation.get(path)[0])
        return is_indexed(installation)

    assert until(is_whole), installation.said
    return statuses
