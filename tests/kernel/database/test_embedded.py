# SPDX-License-Identifier: EUPL-1.2
"""The embedded PostgreSQL, for real: made, killed, crowded out, run by others, out of room, read-only."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from filanda.kernel.database.embedded import EmbeddedPostgres, connect_or_start
from filanda.kernel.database.errors import (
    AlreadyInUse,
    DatabaseIsNewer,
    DatabaseIsOlder,
    DataDirectoryNotWritable,
    DiskFull,
    NoUnprivilegedUser,
    OwnedByAnotherUser,
)
from filanda.kernel.database.programs import ServerUser, server_user
from filanda.kernel.database.server import LONGEST_SOCKET_PATH
from filanda.kernel.database.testing import start_test_cluster

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small file system or become others")


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory with a short path that every user can reach (pytest's own are for their owner only)."""
    directory = Path(tempfile.mkdtemp(prefix="fdb-"))
    directory.chmod(0o755)
    yield directory
    directory.chmod(0o755)
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def made_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with its database, stopped. Without fsync: what is killed here is a process, not a machine."""
    data_dir = tmp_path_factory.mktemp("made") / "data"
    server = EmbeddedPostgres(data_dir)
    server.start()
    server.stop()
    with (server.places.cluster / "postgresql.conf").open("a") as settings:
        settings.write("fsync = off\n")
    return data_dir


@pytest.fixture
def postgres(place: Path, made_before: Path) -> Iterator[EmbeddedPostgres]:
    """A database that was made before and does not run."""
    shutil.copytree(made_before, place / "data")
    server = EmbeddedPostgres(place / "data")
    yield server
    server.stop()


@pytest.fixture
def empty(place: Path) -> Iterator[EmbeddedPostgres]:
    """A data directory that does not exist yet."""
    server = EmbeddedPostgres(place / "data")
    yield server
    server.stop()


def _execute(dsn: str, *statements: str) -> list[tuple[object, ...]]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def _until(happens: Callable[[], bool], seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if happens():
            return True
        time.sleep(0.05)
    return False


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _start_elsewhere(data_dir: Path, body: str = "print(postgres.pid, flush=True); sys.stdin.read()") -> str:
    return (
        "import sys; from pathlib import Path\n"
        "from filanda.kernel.database.embedded import EmbeddedPostgres, connect_or_start\n"
        f"data_dir = Path({str(data_dir)!r}); postgres = EmbeddedPostgres(data_dir); postgres.start()\n"
        f"{body}\n"
    )


def test_start_makes_a_database_with_what_filanda_needs(empty: EmbeddedPostgres) -> None:
    empty.start()
    _execute(empty.dsn(), *(f"CREATE EXTENSION {name}" for name in ("vector", "pg_trgm", "unaccent", "btree_gist")))
    shown = {
        name: _execute(empty.dsn(), f"SHOW {name}")[0][0]
        for name in ("listen_addresses", "synchronous_commit", "fsync", "jit", "timezone", "server_encoding")
    }
    assert shown == {
        "listen_addresses": "",
        "synchronous_commit": "on",
        "fsync": "on",
        "jit": "off",
        "timezone": "UTC",
        "server_encoding": "UTF8",
    }
    assert _execute(empty.dsn(), "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'filanda'") == [
        ("b", "C.UTF-8")
    ]


def test_files_and_socket_are_for_their_owner_only(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    places = postgres.places
    assert {path.stat().st_mode & 0o777 for path in (places.root, places.cluster, places.socket_dir)} == {0o700}


def test_stop_and_second_start_keep_the_rows(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    _execute(postgres.dsn(), "CREATE TABLE kept (id int)", "INSERT INTO kept VALUES (7)")
    pid = postgres.pid
    assert pid is not None
    postgres.stop()
    assert not _runs(pid)
    assert not postgres.is_alive()
    postgres.start()
    assert _execute(postgres.dsn(), "SELECT id FROM kept") == [(7,)]


def test_data_directory_with_odd_characters_works(place: Path, made_before: Path) -> None:
    odd = place / "un'altra è & 100% #1"
    shutil.copytree(made_before, odd)
    with connect_or_start(odd, {}) as dsn:
        assert _execute(dsn, "SELECT 1") == [(1,)]


def test_settings_of_the_operator_win(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    assert _execute(postgres.dsn(), "SHOW fsync") == [("off",)]
    assert _execute(postgres.dsn(), "SHOW max_connections") == [("60",)]


def test_stop_does_not_wait_for_open_connections(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    with psycopg.connect(postgres.dsn()) as connection:
        connection.execute("CREATE TABLE unfinished (id int)")
        postgres.stop()
        connection.close()
    postgres.start()
    assert _execute(postgres.dsn(), "SELECT to_regclass('unfinished')") == [(None,)]


def test_killed_server_starts_again_with_every_commit(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    _execute(postgres.dsn(), "CREATE TABLE kept (id int)", "INSERT INTO kept SELECT generate_series(1, 1000)")
    with psycopg.connect(postgres.dsn()) as busy:  # a backend that outlives its postmaster for a moment
        busy.execute("INSERT INTO kept VALUES (0)")
        assert postgres.pid is not None
        os.kill(postgres.pid, signal.SIGKILL)
        assert _until(lambda: not postgres.is_alive())
        postgres.start()
        busy.close()
    assert _execute(postgres.dsn(), "SELECT count(*) FROM kept") == [(1000,)]


def test_lock_file_with_a_reused_process_id_is_cleared(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    postgres.stop()
    with subprocess.Popen(["sleep", "600"]) as stranger:
        shared = f"{stranger.pid}\n{postgres.places.cluster}\n1\n5432\n{postgres.places.socket_dir}\n\n1 1\nready\n"
        (postgres.places.cluster / "postmaster.pid").write_text(shared)
        (postgres.places.socket_dir / ".s.PGSQL.5432.lock").write_text(shared)
        postgres.start()
        assert _execute(postgres.dsn(), "SELECT 1") == [(1,)]
        assert stranger.poll() is None
        stranger.kill()


def test_interrupted_first_start_begins_afresh(empty: EmbeddedPostgres) -> None:
    unfinished = empty.places.cluster.with_name("cluster.unfinished")
    (unfinished / "base").mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    empty.start()
    assert _execute(empty.dsn(), "SELECT 1") == [(1,)]


def test_second_start_on_the_same_data_names_the_first(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    with pytest.raises(AlreadyInUse, match=f"already in use by process {os.getpid()}: stop that one first"):
        EmbeddedPostgres(postgres.data_dir).start()
    assert _execute(postgres.dsn(), "SELECT 1") == [(1,)]


def test_killed_process_takes_its_server_along(postgres: EmbeddedPostgres) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _start_elsewhere(postgres.data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        pid = int(other.stdout.readline())
        other.kill()
        other.wait()
        postgres.start()  # at once: it has to wait for the other to end
        assert not _runs(pid)
    assert _execute(postgres.dsn(), "SELECT 1") == [(1,)]


def test_connect_or_start_uses_the_server_of_another_process(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    pid = postgres.pid
    body = "import psycopg\nwith psycopg.connect(dsn) as c: c.execute('CREATE TABLE visited (id int)')"
    script = _start_elsewhere(postgres.data_dir, "").replace("postgres.start()", "")
    script += f"with connect_or_start(data_dir, {{}}) as dsn:\n    exec({body!r})\n"
    subprocess.run([sys.executable, "-c", script], check=True)
    assert _execute(postgres.dsn(), "SELECT to_regclass('visited')::text") == [("visited",)]
    assert postgres.pid == pid


def test_connect_or_start_runs_one_and_waits_for_who_came_to_use_it(place: Path, made_before: Path) -> None:
    shutil.copytree(made_before, place / "data")
    said: list[str] = []
    script = _start_elsewhere(place / "data", "").replace("postgres.start()", "")
    script += (
        "with connect_or_start(data_dir, {}) as dsn:\n    print('in', flush=True); sys.stdin.readline()\n"
        "    import psycopg; print(psycopg.connect(dsn).execute('SELECT 42').fetchone()[0], flush=True)\n"
    )
    command = [sys.executable, "-c", script]
    with connect_or_start(place / "data", {}, say=said.append) as dsn:
        _execute(dsn, "SELECT 1")
        other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == "in\n"
        # lets the other finish only once we have begun to wait for it
        helper = subprocess.Popen(["sh", "-c", "sleep 1; echo"], stdout=other.stdin)
    assert said == ["Another command still uses the database that this one started: waiting for it to finish."]
    helper.wait()
    assert other.stdout.read() == "42\n"
    other.communicate()
    assert other.returncode == 0
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(dsn)


def test_connect_or_start_leaves_a_given_database_alone(place: Path) -> None:
    given = start_test_cluster()
    with connect_or_start(place / "data", {"DATABASE_URL": given}) as dsn:
        assert dsn == given
    assert list(place.iterdir()) == []


@pytest.mark.parametrize(("version", "error"), [("99", DatabaseIsNewer), ("12", DatabaseIsOlder)])
def test_files_of_another_major_version_are_refused_untouched(
    postgres: EmbeddedPostgres, version: str, error: type[Exception]
) -> None:
    postgres.start()
    postgres.stop()
    shown = postgres.places.cluster / "PG_VERSION"
    installed = shown.read_text()
    shown.write_text(version + "\n")
    with pytest.raises(error, match=rf"written by PostgreSQL {version}, .*\(nothing has been changed\)"):
        postgres.start()
    shown.write_text(installed)
    postgres.start()


@pytest.mark.parametrize("name", ["a" * LONGEST_SOCKET_PATH, "one, two"])
def test_path_unfit_for_a_socket_is_said_and_works(place: Path, made_before: Path, name: str) -> None:
    said: list[str] = []
    data_dir = place / name
    shutil.copytree(made_before, data_dir)
    postgres = EmbeddedPostgres(data_dir, say=said.append)
    try:
        postgres.start()
        assert _execute(postgres.dsn(), "SELECT 1") == [(1,)]
        socket_dir = postgres.places.socket_dir
        assert said == [
            f"The path of the data directory cannot hold the database's socket: that one is in {socket_dir}."
        ]
        assert socket_dir.stat().st_mode & 0o777 == 0o700
    finally:
        postgres.stop()
        shutil.rmtree(postgres.places.socket_dir)


def test_file_in_the_place_of_the_data_directory(place: Path) -> None:
    (place / "data").write_text("mine")
    with pytest.raises(DataDirectoryNotWritable, match="a file is in its place: choose another directory"):
        EmbeddedPostgres(place / "data").start()


@needs_root
def test_read_only_file_system_is_said(place: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=1m", "none", place], check=True)
    try:
        with pytest.raises(DataDirectoryNotWritable, match="is on a file system that is read-only: make it writable"):
            EmbeddedPostgres(place / "data").start()
        with (
            pytest.raises(DataDirectoryNotWritable, match="read-only"),
            connect_or_start(place / "data", {}),
        ):
            pytest.fail("there is nothing to use")
    finally:
        subprocess.run(["umount", place], check=True)


@needs_root
def test_no_room_for_a_first_start(place: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "none", place], check=True)
    try:
        with pytest.raises(DiskFull, match=r"There is no room on the disk .* free some space and start again"):
            EmbeddedPostgres(place / "data").start()
    finally:
        subprocess.run(["umount", place], check=True)


@needs_root
def test_disk_that_fills_up_loses_nothing(place: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400m", "none", place], check=True)
    postgres = EmbeddedPostgres(place / "data")
    try:
        postgres.start()
        _execute(postgres.dsn(), "CREATE TABLE kept (id int, words text)", "INSERT INTO kept VALUES (1, 'first')")
        ballast = place / "ballast"
        subprocess.run(["dd", "if=/dev/zero", f"of={ballast}", "bs=1M"], check=False, capture_output=True)
        assert os.statvfs(place).f_bavail == 0
        more = "INSERT INTO kept SELECT 2, repeat(md5(i::text), 30) FROM generate_series(1, 10000) i"
        with pytest.raises(psycopg.Error):  # refused, or the server goes down with it: both are fine
            _execute(postgres.dsn(), *[more] * 100)
        if postgres.pid is not None:
            os.kill(postgres.pid, signal.SIGKILL)
        assert _until(lambda: not postgres.is_alive())
        with pytest.raises(DiskFull, match="free some space and start again"):
            postgres.start()
        ballast.unlink()
        postgres.start()
        assert _execute(postgres.dsn(), "SELECT words FROM kept WHERE id = 1") == [("first",)]
    finally:
        postgres.stop()
        subprocess.run(["umount", place], check=True)


@needs_root
def test_root_without_user_namespaces_becomes_another_user(place: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    user = ServerUser("other_user", nobody.pw_uid, nobody.pw_gid)
    if subprocess.run(user.command(sys.executable, "--version"), check=False, capture_output=True).returncode != 0:
        pytest.skip("the user nobody cannot execute programs in the virtual environment")
    postgres = EmbeddedPostgres(place / "data", user=user)
    try:
        postgres.start()
        _execute(postgres.dsn(), "CREATE TABLE kept (id int)")
        assert postgres.places.cluster.stat().st_uid == nobody.pw_uid
        postgres.stop()
        with pytest.raises(OwnedByAnotherUser, match="start Filanda as its owner"):
            EmbeddedPostgres(place / "data", user=ServerUser("user_namespace", 0, 0)).start()
    finally:
        postgres.stop()
    place.chmod(0o700)
    with pytest.raises(NoUnprivilegedUser, match="cannot reach"):
        EmbeddedPostgres(place / "more", user=user).start()


@needs_root
def test_ordinary_user_runs_it_and_is_told_of_a_directory_that_is_not_theirs(place: Path) -> None:
    as_nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]
    if subprocess.run([*as_nobody, sys.executable, "-c", "import psycopg"], check=False).returncode != 0:
        pytest.skip("the user nobody cannot execute this Python with its packages")
    body = (
        "import psycopg; print(psycopg.connect(postgres.dsn()).execute('SELECT 42').fetchone()[0], flush=True)\n"
        "postgres.stop()"
    )
    own = place / "own"
    own.mkdir()
    shutil.chown(own, "nobody")
    command = [*as_nobody, sys.executable, "-c"]
    done = subprocess.run(
        [*command, _start_elsewhere(own / "data", body)], capture_output=True, text=True, check=False, cwd="/"
    )
    assert (done.stdout, done.returncode) == ("42\n", 0), done.stderr
    assert (own / "data" / "postgres" / "cluster").stat().st_uid == pwd.getpwnam("nobody").pw_uid
    (place / "roots").mkdir()
    refused = subprocess.run(
        [*command, _start_elsewhere(place / "roots" / "data")], capture_output=True, text=True, check=False, cwd="/"
    )
    assert "cannot be written by the user nobody (Permission denied): give it to that user" in refused.stderr


def test_ordinary_user_of_this_session_is_used_directly() -> None:
    assert (server_user().how == "as_ourselves") == (os.geteuid() != 0)
