# SPDX-License-Identifier: EUPL-1.2
"""A throwaway PostgreSQL for a test session: starts in well under a second, leaves nothing behind.

``start_test_cluster()`` is called by ``tests/conftest.py`` before Django's settings are read. Each session has
a server of its own in the temporary directory, so that any number of sessions can run at once; the workers of
pytest-xdist share the one of their session. Nothing is made durable: never point it at data you want to keep.
"""

import atexit
import fcntl
import os
import shutil
import signal
import tempfile
import time
from pathlib import Path

import psycopg

from .programs import ServerUser, server_user, version
from .server import ROLE, Server, dsn_of, fits_a_socket, initialise

_ENVIRONMENT = "FILANDA_TEST_DSN"
_PREFIX = "filanda-test-"
_TEMPLATES = Path(__file__).parents[4] / "var" / "test-cluster"
_SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "jit": "off",
    "io_method": "sync",
    "timezone": "UTC",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
}


def start_test_cluster() -> str:
    """Start the session's server (or return the one that this session already has); it stops at exit.

    Returns the address of an empty database as a URL, whose role may create databases. The address is
    also kept in the environment, where child processes (xdist's workers, commands under test) find it.
    Call it from the main thread.
    """
    running = os.environ.get(_ENVIRONMENT)
    if running:
        return running
    _sweep()
    place = Path(tempfile.mkdtemp(prefix=_PREFIX))
    held = os.open(place / "lock", os.O_CREAT | os.O_RDWR)  # until this process ends: `_sweep` leaves it alone
    fcntl.flock(held, fcntl.LOCK_EX)
    user = server_user()
    user.give(place)
    _make_cluster(place / "cluster", user)
    socket_dir = _socket_dir(place, user)
    server = Server(place / "cluster", socket_dir, place / "postgres.log", user, _SETTINGS)
    server.start()
    dsn = dsn_of(socket_dir, ROLE)
    os.environ[_ENVIRONMENT] = dsn
    atexit.register(_end, server, place, os.getpid())
    return dsn


def _socket_dir(place: Path, user: ServerUser) -> Path:
    """A directory for the socket in ``place``, or in /tmp if that path is too long for the kernel."""
    directory = place / "run"
    if fits_a_socket(directory):
        directory.mkdir(mode=0o700)
    else:
        directory = Path(tempfile.mkdtemp(prefix=_PREFIX, dir="/tmp"))
    user.give(directory)
    return directory


def _make_cluster(cluster: Path, user: ServerUser) -> None:
    """Copy the prepared cluster, making it first if this user has none for this version of PostgreSQL."""
    template = _TEMPLATES / f"{version()}-{user.how}-{user.uid}"
    try:
        _TEMPLATES.mkdir(parents=True, exist_ok=True)
        with (_TEMPLATES / f"{template.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not template.exists():
                _make_template(template, user)
        shutil.copytree(template, cluster)
    except PermissionError:  # somebody else's checkout: go without
        shutil.rmtree(cluster, ignore_errors=True)
        _make_template(cluster, user)
    if user.how == "other_user":
        for path in [cluster, *cluster.rglob("*")]:
            user.give(path)


def _make_template(template: Path, user: ServerUser) -> None:
    """An initialised cluster with the empty database ``filanda``, stopped cleanly."""
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as temporary:
        work = Path(temporary)
        user.give(work)
        initialise(work / "cluster", user, sync=False)
        server = Server(work / "cluster", _socket_dir(work, user), work / "postgres.log", user, _SETTINGS)
        server.start()
        with psycopg.connect(dsn_of(server.socket_dir, "postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{ROLE}"')
        server.stop()
        if server.socket_dir.parent != work:
            shutil.rmtree(server.socket_dir)
        unfinished = template.with_name(template.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(work / "cluster", unfinished)
        unfinished.rename(template)


def _end(server: Server, place: Path, owner: int) -> None:
    if os.getpid() != owner:  # a fork of the session, not the session
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server.stop()
    if server.socket_dir.parent != place:
        shutil.rmtree(server.socket_dir, ignore_errors=True)
    shutil.rmtree(place, ignore_errors=True)


def _sweep() -> None:
    """Remove what killed sessions left: their server ended with them, their files did not."""
    for lock_file in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/lock"):
        try:
            with lock_file.open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                is_new = time.time() - lock_file.stat().st_mtime < 60  # its owner may not have locked it yet
                if not is_new and not _runs(lock_file.parent / "cluster"):
                    shutil.rmtree(lock_file.parent, ignore_errors=True)
        except OSError:
            continue


def _runs(cluster: Path) -> bool:
    """Whether the process that ``postmaster.pid`` names is alive (it may be stopping just now)."""
    try:
        os.kill(int((cluster / "postmaster.pid").read_text().split()[0]), 0)
    except (OSError, ValueError, IndexError):
        return False
    return True
