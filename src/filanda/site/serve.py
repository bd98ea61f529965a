# SPDX-License-Identifier: EUPL-1.2
"""`filanda run`: PostgreSQL and the processes web, worker, indexer and embedder, started, watched and stopped together.

Only this process hears the terminal: every child has a session of its own, so a Ctrl-C is passed on in order
(web, worker, indexer, embedder, PostgreSQL). The kernel ends the children if this process is killed. This process loads
no Django: the preparation (migrations, demo data) runs in a fork, so the supervisor stays small.
"""

import http.client
import logging
import os
import signal
import subprocess
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from filanda.kernel.database.children import die_with_parent, tied_to_this_process
from filanda.kernel.database.data_directory import require_writable
from filanda.kernel.database.embedded import EmbeddedPostgres
from filanda.kernel.database.errors import DatabaseFailure
from filanda.kernel.database.given import check_given
from filanda.site.failures import Failure
from filanda.site.listening import check_free, listening_address, reachable, url

_LOOK = 0.1  # seconds between two looks at the children
_DEATHS, _WINDOW = 5, 60.0  # so many deaths in so many seconds are "again and again"
_FIRST_DELAY, _LONGEST_DELAY = 0.5, 60.0  # seconds before a dead child is started again
_PAGE_FIRST = 10.0  # seconds that the first page has to come before the processes that it needs not are started anyway
_SLOW_START = 60.0  # seconds after which a first page that is not there is worth a sentence
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Service:
    """One child process. ``patience``: seconds it has to end after SIGTERM.

    ``after_page``: it is started when the first page is there, which comes sooner when nobody else is starting.
    When an ``essential`` one keeps dying everything is stopped; another is tried again once a minute, as a
    site without its indexer is better than none.
    """

    name: str
    command: Sequence[str]
    patience: float = 6.0
    essential: bool = False
    after_page: bool = False


SERVICES = (
    Service("web", (sys.executable, "-m", "filanda.site.web"), patience=7.0, essential=True),
    Service("worker", (sys.executable, "-m", "filanda.site.cli", "worker"), after_page=True),
    Service("indexer", (sys.executable, "-m", "filanda.site.cli", "indexer"), after_page=True),
    Service("embedder", (sys.executable, "-m", "filanda.site.embedder"), after_page=True),
)
"""In the order in which they are started and stopped."""

EMBEDDER_RUNS = "FILANDA_EMBEDDER_RUNS"  # what tells the others that an embedder is kept running for them


def services_of(env: Mapping[str, str]) -> tuple[Service, ...]:
    """What an installation with these settings runs: no embedder where search is by words alone."""
    return tuple(one for one in SERVICES if one.name != "embedder" or env.get("FILANDA_EMBEDDER") != "none")


def serve(
    data_dir: Path,
    env: Mapping[str, str],
    prepare: Callable[[], None],
    *,
    services: Sequence[Service] | None = None,
    say: Say | None = None,
    remark: str = "",
) -> None:
    """Run a Filanda installation until Ctrl-C, SIGTERM or SIGHUP; then return, with nothing left running.

    ``prepare`` is called once the database answers and before anything uses it, in a process of its own
    (what it changes in memory is gone; a `Failure` that it raises is raised here). ``say`` gets a sentence
    at a time (default: standard output), ``remark`` once pages are served. With ``DATABASE_URL`` in ``env``
    that database is checked and no PostgreSQL is started.

    Raises `Failure` or a `DatabaseFailure`, the text of which is one sentence for the person who started
    it: port in use (before anything is started), a data directory that cannot be used, a process that
    dies again and again.
    """
    bind, port = listening_address(env)
    check_free(bind, port)
    speak = say or _to_terminal
    given = env.get("DATABASE_URL", "").strip()
    if given:
        check_given(given)
        require_writable(data_dir)
    postgres = None if given else EmbeddedPostgres(data_dir, say=speak)
    Supervisor(services_of(env) if services is None else services, postgres, (bind, port), speak, remark).run(prepare)


class _Interrupted(BaseException):
    """A signal asked to stop while something was being waited for."""


class _Child:
    """One run after another of a service, with what is needed to decide about the next."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.process: subprocess.Popen[bytes] | None = None
        self.due = 0.0  # monotonic time of the next start
        self.deaths: deque[float] = deque(maxlen=_DEATHS)

    def start(self, env: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            list(self.service.command),
            stdin=subprocess.DEVNULL,
            env=dict(env),
            preexec_fn=tied_to_this_process(signal.SIGTERM),
            start_new_session=True,
        )

    def has_ended(self) -> bool:
        """Whether it ran and has ended. What it left behind in its process group is killed, then it is reaped."""
        if self.process is None or self.process.returncode is not None:
            return False
        # Looked at without reaping: until then its id, which is its group's, cannot be given to anybody else.
        if os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return False
        self.kill()
        return True

    def kill(self) -> None:
        if self.process is not None and self.process.returncode is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def bury(self, now: float) -> bool:
        """Note a death and when to start again; whether it dies again and again."""
        self.process = None
        self.deaths.append(now)
        again_and_again = len(self.deaths) == _DEATHS and now - self.deaths[0] < _WINDOW
        recent = sum(now - death < _WINDOW for death in self.deaths)
        self.due = now + (_LONGEST_DELAY if again_and_again else _FIRST_DELAY * 2 ** (recent - 1))
        return again_and_again


class Supervisor:
    """The processes of one installation. `run` is all there is to do with it, once, in the main thread."""

    def __init__(
        self,
        services: Sequence[Service],
        postgres: EmbeddedPostgres | None,
        address: tuple[str, int],
        say: Say,
        remark: str = "",
    ) -> None:
        self._children = [_Child(service) for service in services]
        self._postgres = postgres
        self._postgres_deaths: deque[float] = deque(maxlen=_DEATHS)
        self._address = address
        self._say = say
        self._remark = remark
        self._stops_asked = 0
        self._may_interrupt = False
        self._pid = os.getpid()
        self._began = time.monotonic()
        self._waits_for_page = True

    def run(self, prepare: Callable[[], None]) -> None:
        """Start everything, watch it until a signal asks to stop, stop everything. See `serve`."""
        heard = [one for one in _SIGNALS if one != signal.SIGHUP or signal.getsignal(one) != signal.SIG_IGN]  # nohup
        before = {signum: signal.signal(signum, self._on_signal) for signum in heard}
        try:
            self._begin(prepare)
            while not self._stops_asked:
                self._look_after_postgres()
                self._look_after_children()
                self._look_for_page()
                time.sleep(_LOOK)
        except _Interrupted:
            pass
        finally:
            try:
                self._stop_all()
            finally:
                for signum, handler in before.items():
                    signal.signal(signum, handler)

    def _on_signal(self, _signum: int, frame: FrameType | None) -> None:
        self._stops_asked += 1
        # What is raised in logging's hooks around a fork is printed and lost: what goes on then looks at the count.
        # A child that has not become its program yet has this handler too, and a parent that stops it.
        if self._may_interrupt and os.getpid() == self._pid and not _is_in_logging(frame):
            self._may_interrupt = False
            raise _Interrupted

    def _begin(self, prepare: Callable[[], None]) -> None:
        self._start_postgres()
        _run_apart(prepare, lambda: self._stops_asked)
        if self._stops_asked:
            raise _Interrupted
        for child in self._children:
            if child.service.after_page:
                child.due = time.monotonic() + _PAGE_FIRST
            else:
                child.start(self._environment())

    def _environment(self) -> dict[str, str]:
        runs_embedder = any(child.service.name == "embedder" for child in self._children)
        return os.environ | {"PYTHONUNBUFFERED": "1", EMBEDDER_RUNS: str(int(runs_embedder))}

    def _start_postgres(self) -> None:
        if self._postgres is None:
            return
        self._may_interrupt = True
        try:
            self._postgres.start()
        finally:
            self._may_interrupt = False

    def _look_after_postgres(self) -> None:
        if self._postgres is None or self._postgres.is_alive():
            return
        now = time.monotonic()
        self._postgres_deaths.append(now)
        if len(self._postgres_deaths) == _DEATHS and now - self._postgres_deaths[0] < _WINDOW:
            raise Failure(
                f"PostgreSQL ended {_DEATHS} times within a minute: look at its log, {self._postgres.places.log}. "
                f"Everything was stopped; what was saved is safe."
            )
        self._say("PostgreSQL ended unexpectedly: it is started again.")
        self._start_postgres()
        for child in self._children:  # what they suffered meanwhile is not held against them
            child.deaths.clear()
            child.due = 0.0

    def _look_after_children(self) -> None:
        for child in self._children:
            service, now = child.service, time.monotonic()
            if child.has_ended():
                code = child.process.returncode if child.process else 0
                if not child.bury(now):
                    self._say(f"The {service.name} process ended ({_how(code)}): it is started again.")
                elif service.essential:
                    raise Failure(
                        f"The {service.name} process ended {_DEATHS} times within a minute, the last time with "
                        f"{_how(code)}: what it wrote above says why. Everything was stopped; what was saved is safe."
                    )
                else:
                    self._say(
                        f"The {service.name} process ended {_DEATHS} times within a minute, the last time with "
                        f"{_how(code)}: what it wrote above says why. The rest goes on without it, and it is "
                        f"tried again in a minute."
                    )
            if child.process is None and now >= child.due:
                child.start(self._environment())

    def _look_for_page(self) -> None:
        if not self._waits_for_page:
            return
        bind, port = self._address
        if _is_ready(bind, port):
            self._waits_for_page = False
            for child in self._children:
                if child.service.after_page and not child.deaths:
                    child.due = 0.0
            self._say(f"Filanda is at {url(bind, port)} (Ctrl-C stops it).")
            if self._remark:
                self._say(self._remark)
        elif time.monotonic() - self._began > _SLOW_START:
            self._began = time.monotonic()
            self._say(f"No page yet from {url(bind, port)}: what is written above may say why. Still trying.")

    def _stop_all(self) -> None:
        """Web first, so that no request meets a half that is gone; the database last. A second Ctrl-C hurries."""
        asked = max(self._stops_asked, 1)
        if self._stops_asked:
            self._say("Stopping.")
        for child in self._children:
            self._stop(child, asked)
        if self._postgres is not None:
            self._postgres.stop(patience=6.0)

    def _stop(self, child: _Child, asked: int) -> None:
        if child.process is None or child.process.returncode is not None:
            return
        child.process.terminate()
        deadline = time.monotonic() + child.service.patience
        while not child.has_ended():
            if time.monotonic() > deadline or self._stops_asked > asked:
                child.kill()
                return
            time.sleep(0.02)


def _is_in_logging(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename == logging.__file__:
            return True
        frame = frame.f_back
    return False


def _run_apart(prepare: Callable[[], None], stops_asked: Callable[[], int]) -> None:
    """Call ``prepare`` in a fork, in a session of its own, and raise what it raised.

    When a stop is asked for it gets one KeyboardInterrupt, and ten seconds.
    """
    read, write = os.pipe()
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        os._exit(_prepare_in_fork(prepare, write, parent))
    os.close(write)
    deadline = None
    while (ended := os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG)) is None:
        if stops_asked() and deadline is None:
            deadline = time.monotonic() + 10.0
            os.kill(pid, signal.SIGINT)
        if deadline is not None and (time.monotonic() > deadline or stops_asked() > 1):
            os.killpg(pid, signal.SIGKILL)
        time.sleep(0.02)
    with open(read, "rb") as pipe:  # noqa: PTH123 a file descriptor
        sentence = pipe.read().decode()
    if ended.si_status != 0 and not stops_asked():
        how = _how(ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status)
        raise Failure(sentence or f"The preparation ended with {how}: what it wrote above says why.")


def _prepare_in_fork(prepare: Callable[[], None], write: int, parent: int) -> int:
    """Exit code of the fork; the sentence of an expected failure goes through the pipe."""
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        die_with_parent(signal.SIGTERM)
        if os.getppid() != parent:
            return 1
        prepare()
    except KeyboardInterrupt:
        return 130
    except (Failure, DatabaseFailure) as failure:
        os.write(write, str(failure).encode())
        return 1
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 a fork must not return into its parent's code
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def _is_ready(bind: str, port: int) -> bool:
    connection = http.client.HTTPConnection(reachable(bind), port, timeout=2)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _how(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"


def _to_terminal(sentence: str) -> None:
    try:
        sys.stdout.write(f"filanda: {sentence}\n")
        sys.stdout.flush()
    except OSError:  # the terminal is gone; what must be stopped still is
        pass
