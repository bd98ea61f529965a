# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong for a newcomer, through the real command: one clear sentence, exit code 1, nothing lost."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from filanda.kernel.database.places import embedded_dsn
from filanda.kernel.database.testing import start_test_cluster
from tests.site.installation import Installation, runs, until


@pytest.fixture(scope="module")
def prepared() -> Iterator[Path]:
    """The data of an installation that was prepared and stopped."""
    made = Installation(Path(tempfile.mkdtemp(prefix="fprepared-")))
    done = made.command("migrate")
    assert done.returncode == 0, done.stderr
    yield made.data
    made.remove()


@pytest.fixture
def installation(prepared: Path) -> Iterator[Installation]:
    made = Installation(Path(tempfile.mkdtemp(prefix="fnewcomer-")))
    shutil.copytree(prepared, made.data)
    yield made
    made.remove()


@pytest.fixture
def nothing_yet() -> Iterator[Installation]:
    """An installation whose data directory is not there yet."""
    made = Installation(Path(tempfile.mkdtemp(prefix="fnewcomer-")))
    yield made
    made.remove()


@contextmanager
def file_system(installation: Installation, options: str) -> Iterator[None]:
    """The data directory as a small file system of its own, with what it held; only root can have one."""
    installation.data.mkdir(exist_ok=True)
    held = installation.place / "held"
    installation.data.rename(held)
    installation.data.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(installation.data)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root, where mounting is allowed, can have a small file system to fill")
    try:
        shutil.copytree(held, installation.data, dirs_exist_ok=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(installation.data)], check=True)


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The sentence of a command that failed as it should."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("filanda: ")
    assert lines[0].endswith(".")
    return lines[0].removeprefix("filanda: ")


def serves(installation: Installation) -> None:
    """The installation starts, answers and stops."""
    installation.start()
    assert installation.stop() == 0
    assert "Traceback" not in installation.said


def test_port_in_use(installation: Installation) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", installation.port))
        taken.listen()
        said = one_sentence(installation.command("run"))
    assert said == (
        f"Port {installation.port} on 127.0.0.1 is in use by another program: stop that one, "
        f"or choose another port, for example FILANDA_PORT={installation.port + 1}."
    )
    assert not (installation.data / "postgres" / "lock").read_text()


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_port_that_is_none(nothing_yet: Installation, port: str) -> None:
    assert "FILANDA_PORT is" in one_sentence(nothing_yet.command("run", FILANDA_PORT=port))
    assert not nothing_yet.data.exists()


@pytest.mark.parametrize("words", [("run",), ("migrate",), ("demo",)])
def test_data_directory_that_is_read_only(installation: Installation, words: tuple[str, ...]) -> None:
    if os.geteuid() == 0:
        with file_system(installation, "size=200m"):
            subprocess.run(["mount", "-o", "remount,ro", str(installation.data)], check=True)
            said = one_sentence(installation.command(*words))
        assert said == (
            f"The data directory {installation.data} is on a file system that is read-only: "
            f"make it writable, or choose another directory with FILANDA_DATA."
        )
        return
    installation.data.chmod(0o500)
    try:
        said = one_sentence(installation.command(*words))
    finally:
        installation.data.chmod(0o700)
    assert f"The data directory {installation.data} cannot be written by the user" in said


def test_data_directory_that_is_a_file(nothing_yet: Installation) -> None:
    nothing_yet.data.write_text("mine")
    said = one_sentence(nothing_yet.command("run"))
    assert f"{nothing_yet.data} cannot be the data directory, because a file is in its place" in said
    assert nothing_yet.data.read_text() == "mine"


def test_disk_that_is_full_at_the_first_start(nothing_yet: Installation) -> None:
    with file_system(nothing_yet, "size=20m"):
        said = one_sentence(nothing_yet.command("run"))
        assert said.startswith(f"There is no room on the disk that holds {nothing_yet.data}: free some space")


def test_disk_that_fills_up_in_the_middle(installation: Installation) -> None:
    """While it can, it serves what is there; when PostgreSQL cannot go on it stops; with room again all is there."""
    (installation.place / "project.csv").write_text("id;title\n1;A bridge for bees\n")
    (installation.place / "organization.csv").write_text("projectID;organisationID;name\n1;7;BEES LTD\n")
    importing = ("import", "cordis", str(installation.place))
    with file_system(installation, "size=300m"):
        installation.start()
        assert installation.process is not None
        connection = psycopg.connect(embedded_dsn(installation.data), autocommit=True)
        connection.execute("CREATE TABLE kept AS SELECT 1 AS id")
        filler = _fill(installation.data)
        assert one_sentence(installation.command(*importing)) == (
            "The disk of the database is full. What was written before stays: "
            "free some space, then run the same command again to go on."
        )
        assert installation.is_ready()
        with suppress(psycopg.OperationalError), connection:
            for _segment in range(100):  # each takes a file of 16 MB for what comes next
                connection.execute("SELECT pg_switch_wal(), pg_logical_emit_message(true, 'test', 'x')")
        assert installation.process.wait(timeout=120) == 1
        assert installation.said.splitlines()[-1].startswith("filanda: There is no room on the disk that holds")
        filler.unlink()
        installation.start()
        done = installation.command(*importing)
        assert done.returncode == 0, done.stderr
        with psycopg.connect(embedded_dsn(installation.data)) as connection:
            assert connection.execute("SELECT id FROM kept").fetchone() == (1,)
            assert connection.execute("SELECT title FROM organisations_evidence").fetchall() == [("A bridge for bees",)]
        assert installation.stop() == 0


def _fill(place: Path) -> Path:
    """A file that leaves no byte free."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(2**16))
    return filler


def test_second_start_on_the_same_data(installation: Installation) -> None:
    installation.start()
    assert installation.process is not None
    second = Installation(installation.place)
    assert one_sentence(second.command("run")) == (
        f"The data in {installation.data} is already in use by process {installation.process.pid}: "
        f"stop that one first, or choose another directory with FILANDA_DATA."
    )
    assert installation.is_ready()
    beside = installation.command("region", "list")
    assert (beside.returncode, beside.stderr) == (0, "")


def test_database_of_a_newer_version(installation: Installation) -> None:
    later = "INSERT INTO django_migrations (app, name, applied) VALUES ('organisations', '9999_later', now())"
    _in_database(installation, later)
    for words in (("run",), ("migrate",)):
        assert one_sentence(installation.command(*words)) == (
            "this database was used by a newer version of Filanda (it knows organisations.9999_later). Nothing was "
            "changed. Start that version again, or restore a backup made before."
        )
    _in_database(installation, "DELETE FROM django_migrations WHERE name = '9999_later'")
    serves(installation)


def _in_database(installation: Installation, statement: str) -> None:
    from filanda.kernel.database.embedded import EmbeddedPostgres

    postgres = EmbeddedPostgres(installation.data)
    postgres.start()
    try:
        with psycopg.connect(postgres.dsn()) as connection:
            connection.execute(statement)  # type: ignore[call-overload]
    finally:
        postgres.stop()


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("postgres//nowhere", "DATABASE_URL cannot be read as an address of PostgreSQL: it should look like"),
        ("mysql://root:secret@127.0.0.1/filanda", "DATABASE_URL cannot be read as an address of PostgreSQL: it should"),
        ("postgresql://filanda:secret@127.0.0.1:port/x", "The port in DATABASE_URL is no number from 1 to 65535"),
        ("postgresql://filanda:secret@127.0.0.1", "DATABASE_URL names no database: it should look like"),
        ("CLUSTER/there_is_none", "The database of DATABASE_URL cannot be used ("),
        ("postgresql://filanda:secret@127.0.0.1:CLOSED/filanda", "The database of DATABASE_URL cannot be used ("),
    ],
)
def test_address_of_a_database_that_is_wrong(nothing_yet: Installation, address: str, sentence: str) -> None:
    cluster = start_test_cluster().replace("/filanda?", "/there_is_none?")
    address = address.replace("CLUSTER/there_is_none", cluster).replace("CLOSED", str(nothing_yet.port))
    words = ("run",) if str(nothing_yet.port) in address else ("run", "migrate")  # that one may be about to start
    for word in words:
        said = one_sentence(nothing_yet.command(word, DATABASE_URL=address))
        assert said.startswith(sentence)
        assert "secret" not in said
    assert not (nothing_yet.data / "postgres").exists()


@pytest.mark.parametrize("moment", ["lock", "postgres", "web"])
def test_ctrl_c_during_a_start(installation: Installation, moment: str) -> None:
    """As soon as the data directory is taken, PostgreSQL starts, the web process does: quiet, and nothing is left."""
    lock = installation.data / "postgres" / "lock"
    installation.process = installation.begin("run", output="run")
    assert until(lambda: lock.read_text() if moment == "lock" else moment in installation.services())
    children = list(installation.services().values())
    assert installation.stop() == 0
    assert installation.said == "filanda: Stopping.\n"
    assert not any(runs(pid) for pid in children)
    assert lock.read_text() == ""
    if moment == "postgres":
        serves(installation)


def test_ctrl_c_in_the_middle_of_an_import(installation: Installation) -> None:
    """It says how to go on; the same command does, from a database that it starts by itself."""
    cordis = installation.place / "cordis"
    cordis.mkdir()
    text = "A river of words that is long enough to take some time to be written and read. " * 5
    projects = "".join(f"{number};Project number {number};{text}\n" for number in range(3000))
    (cordis / "project.csv").write_text("id;title;objective\n" + projects)
    parts = "".join(f"{number};9{number % 40:08};BODY {number % 40} LTD\n" for number in range(3000))
    (cordis / "organization.csv").write_text("projectID;organisationID;name\n" + parts)
    importing = ("import", "cordis", str(cordis))
    process = installation.begin(*importing, output="import")
    assert until(lambda: 0 < _pieces(installation) < 3000, 120), (installation.place / "import").read_text()
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=60) == 130
    assert (installation.place / "import").read_text().splitlines()[-1] == (
        "filanda: stopped. What was written stays; run the same command again to go on."
    )
    done = installation.command(*importing)
    assert done.returncode == 0, done.stderr
    assert "3,000 participations read" in done.stdout
    again = installation.command(*importing)
    assert "Nothing has changed" in again.stdout


def _pieces(installation: Installation) -> int:
    try:
        with psycopg.connect(embedded_dsn(installation.data)) as connection:
            row = connection.execute("SELECT count(*) FROM organisations_evidence").fetchone()
            return int(row[0]) if row else 0
    except psycopg.Error:
        return 0
