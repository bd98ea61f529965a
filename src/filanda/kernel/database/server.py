# SPDX-License-Identifier: EUPL-1.2
"""A PostgreSQL server as a child process: make its files, start it, wait until it answers, stop it.

Nothing here knows where Filanda keeps its data or who else may be using it; that is `embedded`, and for tests
`testing`.
"""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg

from .children import held_back, tied_to_this_process
from .errors import DatabaseFailure, DiskFull, FilesStillInUse, ServerDidNotStart
from .programs import ServerUser, programs_dir

ROLE = "filanda"
"""Name of the database role, its superuser: who can enter the socket's directory is already us."""

LONGEST_SOCKET_PATH = 107
"""Bytes that fit ``sockaddr_un.sun_path`` with its closing NUL, on Linux."""

_SOCKET_NAME = ".s.PGSQL.5432"


def fits_a_socket(directory: Path) -> bool:
    """Whether PostgreSQL can have its socket in ``directory``: the kernel limits the length of its path, and a
    comma would separate two addresses."""
    return "," not in str(directory) and len(os.fsencode(directory / _SOCKET_NAME)) <= LONGEST_SOCKET_PATH


def dsn_of(socket_dir: Path, database: str) -> str:
    """The address of ``database`` behind the socket in ``socket_dir``, as a URL (fits ``DATABASE_URL``)."""
    return f"postgresql://{ROLE}@/{quote(database)}?host={quote(str(socket_dir), safe='')}"


def answers(socket_dir: Path) -> bool:
    """Whether a server behind the socket in ``socket_dir`` accepts connections now."""
    if not (socket_dir / _SOCKET_NAME).exists():
        return False
    try:
        psycopg.connect(dsn_of(socket_dir, "postgres"), connect_timeout=2).close()
    except psycopg.Error:
        return False
    return True


def initialise(cluster: Path, user: ServerUser, *, sync: bool = True) -> None:
    """Make the files of an empty server in ``cluster``, which must not exist; all of them or none.

    The collation is C.UTF-8 (by code point): the wheel has no ICU, so the order of names as people expect it
    is the application's, by stored sort keys.
    """
    unfinished = cluster.with_name(cluster.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    user.give(unfinished)
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    access = ["--username", ROLE, "--auth=trust"]  # the socket's directory, ours alone, is what keeps others out
    words = ["--pgdata", str(unfinished), *access, *locale, "--no-instructions", *([] if sync else ["--no-sync"])]
    command = user.command(programs_dir() / "initdb", *words, death_signal="TERM")
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env=_environment(),
        cwd="/",
        stdin=subprocess.DEVNULL,
        preexec_fn=tied_to_this_process(signal.SIGTERM),
        start_new_session=True,
    )
    if done.returncode != 0:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise failure(done.stderr, cluster, log=None)
    with (unfinished / "postgresql.conf").open("a") as settings:
        settings.write("\n# Filanda writes this file at every start; put your own settings after this line.\n")
        settings.write("include_if_exists = 'filanda.conf'\n")
    unfinished.rename(cluster)


def failure(said: str, place: Path, log: Path | None) -> DatabaseFailure:
    """What PostgreSQL ``said`` while it failed, as an error of ours. ``place`` is where its files are."""
    if "No space left on device" in said or "Disk quota exceeded" in said:
        return disk_full(place)
    reasons = [line for line in said.splitlines() if any(word in line for word in ("FATAL", "PANIC", "error:"))]
    last = (reasons or said.strip().splitlines() or ["it said nothing"])[-1].strip()
    where = f" (its log is {log})" if log else ""
    crashed_just_now = re.search(r"lock file .* already exists|pre-existing shared memory block", said)
    kind = FilesStillInUse if crashed_just_now else ServerDidNotStart
    return kind(f"PostgreSQL did not start: {last}{where}.")


def disk_full(place: Path) -> DiskFull:
    """The error for a file system without room for the files in ``place``."""
    return DiskFull(
        f"There is no room on the disk that holds {place}: free some space and start again "
        f"(nothing is lost), or choose another directory with FILANDA_DATA."
    )


class Server:
    """One PostgreSQL server on the files in ``cluster``, reachable only through a socket in ``socket_dir``.

    Start it from a thread that lives as long as the server should: the kernel asks it to shut down when that
    thread ends, which is how it goes away even when this process is killed.
    """

    def __init__(
        self, cluster: Path, socket_dir: Path, log: Path, user: ServerUser, settings: Mapping[str, str]
    ) -> None:
        self.cluster = cluster
        self.socket_dir = socket_dir
        self.log = log
        self._user = user
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the running server, or None."""
        return self._process.pid if self.is_alive() and self._process else None

    def is_alive(self) -> bool:
        """Whether our child runs (it may not answer yet)."""
        return self._process is not None and self._process.poll() is None

    def start(self, *, patience: float = 60.0) -> None:
        """Start the server and return when it answers; recovery after a crash is allowed ``patience`` seconds.

        Raises a `DatabaseFailure` with what PostgreSQL said if it ends or does not answer in time.
        """
        lines = [f"{name} = '{value}'" for name, value in self._settings.items()]
        own = self.cluster / "filanda.conf"
        try:
            own.write_text("# Written by Filanda at every start: change postgresql.conf instead.\n" + "\n".join(lines))
            self._user.give(own)
            before = self.log.stat().st_size if self.log.exists() else 0
            self._launch()
        except OSError as error:
            raise failure(os.strerror(error.errno or 0), self.cluster, self.log) from error
        deadline = time.monotonic() + patience
        while not self._says_ready():
            if not self.is_alive():
                raise failure(self._said(before), self.cluster, self.log)
            if time.monotonic() > deadline:
                self.stop()
                raise ServerDidNotStart(
                    f"PostgreSQL did not answer within {patience:.0f} seconds: look at its log, {self.log}, "
                    f"and start again (a recovery goes on where it stopped)."
                )
            time.sleep(0.01)

    def _launch(self) -> None:
        with self.log.open("ab") as log, held_back():
            self._process = subprocess.Popen(
                self._user.command(programs_dir() / "postgres", "-D", self.cluster, "-k", self.socket_dir),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(),
                cwd="/",
                preexec_fn=tied_to_this_process(signal.SIGINT),
                start_new_session=True,  # a Ctrl-C in our terminal is ours to pass on, in order
            )

    def _says_ready(self) -> bool:
        """Whether PostgreSQL accepts connections: its 8th line in ``postmaster.pid`` (as pg_ctl does, unlike
        connecting, this leaves nothing in the log)."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0] == str(self.pid) and lines[7].strip() == "ready"

    def _said(self, before: int) -> str:
        with self.log.open("rb") as log:
            log.seek(before)
            return log.read().decode(errors="replace")

    def stop(self, *, patience: float = 20.0) -> None:
        """Shut down: open transactions are rolled back, everything committed is on disk. Returns when it is gone."""
        if self._process is None:
            return
        for signum in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # fast, immediate, by force
            if self._process.poll() is None:
                self._process.send_signal(signum)
            try:
                self._process.wait(timeout=patience)
                break
            except subprocess.TimeoutExpired:
                continue
        self._process = None


def _environment() -> dict[str, str]:
    """What PostgreSQL may see of our environment: no PG* variable, no locale of the terminal."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
