# SPDX-License-Identifier: EUPL-1.2
"""The embedded PostgreSQL of one data directory: one process runs it, others may use it.

`EmbeddedPostgres` is for the process that serves (``filanda run``): start, look whether it is alive, start
again after a crash, stop. `connect_or_start` is for every other command: it uses the server that runs, or
runs one for as long as it is needed. Whoever runs it holds a lock (flock, so it cannot be left behind) with
its process id inside.
"""

import fcntl
import os
import signal
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import DEVNULL, run

import psycopg

from .children import held_back
from .data_directory import not_writable, require_writable
from .errors import (
    AlreadyInUse,
    DatabaseIsNewer,
    DatabaseIsOlder,
    FilesStillInUse,
    NoUnprivilegedUser,
    OwnedByAnotherUser,
)
from .given import check_given
from .places import Places
from .programs import ServerUser, major_version, server_user
from .server import ROLE, Server, answers, disk_full, dsn_of, initialise

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "synchronous_commit": "on",
    "min_wal_size": "128MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_logical_replication_workers": "0",
    "timezone": "UTC",
    "default_text_search_config": "pg_catalog.simple",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    # values that people typed stay out of the log
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
"""PostgreSQL's settings, for a machine of 2 cores and 4 GB up; ``postgresql.conf`` in the cluster overrides them."""

ROOM_TO_BEGIN = 200 * 2**20
"""Bytes that must be free to make a new database (its files take 40 MB, its first log of changes 32 MB)."""

ROOM_TO_START = 48 * 2**20
"""Bytes that must be free to start one that exists: recovery after a crash may need three segments of 16 MB."""

_CRASH_PATIENCE = 20.0  # seconds for the processes of a killed server to end
_LOG_LIMIT = 10 * 2**20  # bytes
_SMALL_SHARED_MEMORY = 512 * 2**20  # bytes; containers often have 64 MB, a parallel index build takes 256 MB

Say = Callable[[str], None]


def _silent(_sentence: str) -> None:
    return


class EmbeddedPostgres:
    """The server of one data directory, as a child of this process.

    ``data_dir`` is Filanda's (``FILANDA_DATA``), made if it is missing; the database is in its directory
    ``postgres``. ``say`` gets sentences for the person at the terminal. ``user`` is as whom it runs
    (default: `server_user`). Use it from the main thread: the server shuts down when the thread that
    started it ends, and so goes away even when this process is killed.
    """

    def __init__(self, data_dir: Path, *, say: Say = _silent, user: ServerUser | None = None) -> None:
        self.data_dir = data_dir
        self.places = Places.of(data_dir)
        self._say = say
        self._user = user
        self._lock: int | None = None
        self._server: Server | None = None

    def dsn(self) -> str:
        """The address of the database as a URL, whether or not it runs."""
        return dsn_of(self.places.socket_dir, ROLE)

    @property
    def pid(self) -> int | None:
        """Process id of the running server, or None."""
        return self._server.pid if self._server else None

    def is_alive(self) -> bool:
        """Whether the server runs; false as well after it was killed."""
        return self._server is not None and self._server.is_alive()

    def start(self) -> None:
        """Start the server, making the database at first; returns when it answers. Also after a crash.

        Raises a `DatabaseFailure`, the text of which is one sentence that says what to do; this
        process then holds nothing, unless the server ran before (so that a restart can be tried again).
        """
        first_time = self._lock is None
        try:
            if first_time:
                with held_back():
                    self._take_lock()
            self._start()
        except BaseException:
            if first_time:
                self.stop()
            raise

    def stop(self, *, patience: float = 20.0) -> None:
        """Shut the server down and let go of the data directory. Everything committed is on disk.

        ``patience``: seconds for each of an orderly, an immediate and a forced end.
        """
        if self._server is not None:
            self._server.stop(patience=patience)
            self._server = None
        if self._lock is not None:
            os.ftruncate(self._lock, 0)
            os.close(self._lock)
            self._lock = None

    def _start(self) -> None:
        user = self._user or server_user()
        self._give_directory(user)
        if self.places.cluster.exists():
            self._check_version()
            self._check_owner(user)
            self._check_room(ROOM_TO_START)
        else:
            self._check_room(ROOM_TO_BEGIN)
            initialise(self.places.cluster, user)
        self._make_socket_dir(user)
        self._rotate_log()
        settings = SETTINGS | _shared_memory()
        self._server = Server(self.places.cluster, self.places.socket_dir, self.places.log, user, settings)
        self._start_after_crash(self._server)
        with held_back():  # psycopg would write what it thinks of a transaction that is cut off
            _make_database(self.places.socket_dir)

    def open_lock(self, path: Path) -> int:
        """A file descriptor of a file to lock below `places`, which are made if they are missing.

        Raises a `DatabaseFailure` if the data directory cannot be used.
        """
        require_writable(self.data_dir)
        try:
            self.places.root.mkdir(mode=0o700, exist_ok=True)
            return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise not_writable(self.data_dir, error) from error

    def _take_lock(self) -> None:
        lock = self.open_lock(self.places.lock)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError as error:
            written = os.pread(lock, 20, 0).strip()
            os.close(lock)
            raise AlreadyInUse(self.data_dir, int(written) if written.isdigit() else None) from error
        except OSError as error:
            os.close(lock)
            raise not_writable(self.data_dir, error) from error
        self._lock = lock

    def _give_directory(self, user: ServerUser) -> None:
        root = self.places.root
        try:
            root.chmod(0o700)
            user.give(root)
        except OSError as error:
            raise not_writable(self.data_dir, error) from error
        if user.how == "other_user":
            can_write = run(user.command("test", "-w", root), stdin=DEVNULL, check=False).returncode == 0
            if not can_write:
                raise NoUnprivilegedUser(
                    f"PostgreSQL refuses to run as root, and the user that it can run as cannot reach {root}: "
                    f"start Filanda as an ordinary user, or choose another directory with FILANDA_DATA."
                )

    def _check_version(self) -> None:
        found = int((self.places.cluster / "PG_VERSION").read_text().strip())
        installed = major_version()
        if found > installed:
            raise DatabaseIsNewer(
                f"The database in {self.data_dir} was written by PostgreSQL {found}, and this Filanda carries "
                f"PostgreSQL {installed}: install the newer Filanda that wrote it (nothing has been changed)."
            )
        if found < installed:
            raise DatabaseIsOlder(
                f"The database in {self.data_dir} was written by PostgreSQL {found}, and this Filanda carries "
                f"PostgreSQL {installed}: with the Filanda that wrote it save the data (pg_dump), then load it "
                f"into a new data directory with this one (nothing has been changed)."
            )

    def _check_owner(self, user: ServerUser) -> None:
        owner = self.places.cluster.stat().st_uid
        if owner != user.uid:
            raise OwnedByAnotherUser(
                f"The database in {self.data_dir} belongs to user number {owner}, and Filanda would run it as "
                f"number {user.uid}: start Filanda as its owner, or choose another directory with FILANDA_DATA."
            )
        self.places.cluster.chmod(0o700)

    def _check_room(self, needed: int) -> None:
        room = os.statvfs(self.places.root)
        if room.f_bavail * room.f_frsize < needed:
            raise disk_full(self.data_dir)

    def _make_socket_dir(self, user: ServerUser) -> None:
        directory = self.places.socket_dir
        directory.mkdir(mode=0o700, exist_ok=True)
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), user.uid}:
            raise OwnedByAnotherUser(
                f"{directory}, where the socket of PostgreSQL should be, belongs to another user: "
                f"remove it, or choose a data directory with a shorter path with FILANDA_DATA."
            )
        directory.chmod(0o700)
        user.give(directory)
        if directory.parent != self.places.root:
            self._say(f"The path of the data directory cannot hold the database's socket: that one is in {directory}.")

    def _rotate_log(self) -> None:
        log = self.places.log
        with suppress(FileNotFoundError):
            if log.stat().st_size > _LOG_LIMIT:
                log.replace(log.with_name(log.name + ".1"))

    def _start_after_crash(self, server: Server) -> None:
        """Start, trying again for some seconds while what a killed server left goes away."""
        deadline = time.monotonic() + _CRASH_PATIENCE
        while True:
            try:
                return server.start()
            except FilesStillInUse:
                if time.monotonic() > deadline:
                    raise
            self._clear_the_way()
            time.sleep(0.2)

    def _clear_the_way(self) -> None:
        """Stop a server that outlived its supervisor; remove lock files whose process id now is somebody else's.

        We hold our own lock, so nobody else may run a server on these files. PostgreSQL alone cannot tell a
        reused process id (the rule rather than the exception in containers) from a server that runs.
        """
        processes = _processes_working_in(self.places.cluster)
        if processes is None:
            return
        with suppress(FileNotFoundError, ValueError, IndexError, ProcessLookupError):
            named = int((self.places.cluster / "postmaster.pid").read_text().split()[0])
            if named in processes:
                os.kill(named, signal.SIGINT)
        if not processes:
            for left in (self.places.cluster / "postmaster.pid", self.places.socket_dir / ".s.PGSQL.5432.lock"):
                left.unlink(missing_ok=True)


def _processes_working_in(cluster: Path) -> set[int] | None:
    """Ids of the processes whose working directory is ``cluster``, as every process of a server's is.

    None where the system does not tell (no /proc).
    """
    if not Path("/proc/self/cwd").exists():
        return None
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "cwd").samefile(cluster):
                found.add(int(process.name))
    return found


def _shared_memory() -> dict[str, str]:
    """Settings where /dev/shm is too small for parallel work, which would fail with "no space left on device"."""
    try:
        room = os.statvfs("/dev/shm")  # noqa: S108
    except OSError:
        return {}
    return {} if room.f_blocks * room.f_frsize >= _SMALL_SHARED_MEMORY else {"dynamic_shared_memory_type": "sysv"}


def _make_database(socket_dir: Path) -> None:
    with psycopg.connect(dsn_of(socket_dir, "postgres"), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [ROLE]).fetchone() is None:
            connection.execute(f'CREATE DATABASE "{ROLE}"')


@contextmanager
def connect_or_start(
    data_dir: Path, env: Mapping[str, str], *, patience: float = 60.0, say: Say = _silent
) -> Iterator[str]:
    """The address of a database that runs, for as long as the ``with`` block.

    ``DATABASE_URL`` in ``env`` if set (nothing is started); else the embedded server that another process of
    ours runs on ``data_dir``; else one that we run until the block, and the blocks of those who came to use
    it meanwhile, end. Call it from the main thread. A process that is just starting the server is waited for
    ``patience`` seconds. Raises a `DatabaseFailure`.
    """
    given = env.get("DATABASE_URL", "").strip()
    if given:
        check_given(given)
        yield given
        return
    postgres = EmbeddedPostgres(data_dir, say=say)
    with _in_use(postgres) as users:
        started = _start_unless_running(postgres, patience)
        try:
            yield postgres.dsn()
        finally:
            if started:
                try:
                    _wait_for_other_users(users, say)
                finally:
                    postgres.stop()


@contextmanager
def _in_use(postgres: EmbeddedPostgres) -> Iterator[int]:
    """Hold a share of the lock of those who use the server, which whoever runs it for itself waits for."""
    users = postgres.open_lock(postgres.places.users)
    try:
        fcntl.flock(users, fcntl.LOCK_SH)
        yield users
    finally:
        os.close(users)


def _start_unless_running(postgres: EmbeddedPostgres, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while True:
        try:
            postgres.start()
            return True
        except AlreadyInUse:
            if answers(postgres.places.socket_dir):
                return False
            if time.monotonic() > deadline:
                raise
        time.sleep(0.1)


def _wait_for_other_users(users: int, say: Say) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("Another command still uses the database that this one started: waiting for it to finish.")
        fcntl.flock(users, fcntl.LOCK_EX)
