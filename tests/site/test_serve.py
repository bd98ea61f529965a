# SPDX-License-Identifier: EUPL-1.2
"""The supervisor of `filanda run`, with small programs as its services: real processes, signals and PostgreSQL."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from filanda.kernel.database.embedded import EmbeddedPostgres
from filanda.kernel.database.places import embedded_dsn
from filanda.kernel.database.testing import start_test_cluster

_PROGRAM = """
import os, signal, sys, subprocess, time
from pathlib import Path
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests may ignore it, and this would inherit that
from filanda.kernel.database.errors import DatabaseFailure
from filanda.site.failures import Failure
from filanda.site.serve import Service, serve
place = Path({place!r})
def note(name): return f"open({{str(place / name)!r}}, 'a').write(str(os.getpid()) + chr(10))"
WEB = '''
import http.server, os, signal, subprocess, sys
''' + note("web") + '''
open("LEFT", "a").write(str(subprocess.Popen(["sleep", "600"]).pid) + chr(10))
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health/ready" else 404); self.end_headers()
    def log_message(self, *words): pass
signal.signal(signal.SIGTERM, lambda *_: (open("ENDED", "a").write("web "), os._exit(0)))
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["FILANDA_PORT"])), Page).serve_forever()
'''.replace("LEFT", str(place / "left")).replace("ENDED", str(place / "ended"))
LOOP = '''
import os, signal, time
''' + 'NOTE' + '''
signal.signal(signal.SIGTERM, lambda *_: (open("ENDED", "a").write("NAME "), os._exit(0)))
while True: time.sleep(60)
'''.replace("ENDED", str(place / "ended"))
def python(text): return (sys.executable, "-c", text)
def loop(name): return python(LOOP.replace("NOTE", note(name)).replace("NAME", name))
services = [
    Service("web", python(WEB), essential=True),
    Service("worker", loop("worker")),
    Service("indexer", loop("indexer")),
]
def prepare():
    open(place / "prepared", "a").write(str(os.getpid()))
{change}
try:
    serve(place / "data", os.environ, prepare, services=services)
except (Failure, DatabaseFailure) as failure:
    sys.exit(f"filanda: {{failure}}")
open(place / "ended", "a").write("supervisor")
"""


class Installation:
    """A supervisor in a process group of its own, as a terminal's job is."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.port = _free_port()
        self.process: subprocess.Popen[str] | None = None

    def start(self, change: str = "", *, wait: bool = True) -> None:
        program = _PROGRAM.format(place=str(self.place), change=change)
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        with (self.place / "output").open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", program],
                env=environment | {"FILANDA_PORT": str(self.port)},
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                process_group=0,
            )
        if wait:
            assert _until(lambda: "Filanda is at" in self.output), self.output

    @property
    def output(self) -> str:
        return (self.place / "output").read_text()

    def pids(self, name: str) -> list[int]:
        path = self.place / name
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def everyone(self) -> list[int]:
        """Every process that ever belonged to it and still runs."""
        pids = [pid for name in ("web", "worker", "indexer", "left") for pid in self.pids(name)]
        lock = self.place / "data" / "postgres" / "cluster" / "postmaster.pid"
        if lock.exists():
            pids.append(int(lock.read_text().split()[0]))
        return [pid for pid in pids if _runs(pid)]

    def ctrl_c(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGINT)

    def wait(self) -> int:
        assert self.process is not None
        return self.process.wait(timeout=40)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with an empty database, made once; without fsync, as no machine is switched off here."""
    data_dir = tmp_path_factory.mktemp("made") / "data"
    server = EmbeddedPostgres(data_dir)
    server.start()
    server.stop()
    with (server.places.cluster / "postgresql.conf").open("a") as settings:
        settings.write("fsync = off\n")
    return data_dir


@pytest.fixture
def installation(database: Path) -> Iterator[Installation]:
    place = Path(tempfile.mkdtemp(prefix="fserve-"))
    shutil.copytree(database, place / "data")
    made = Installation(place)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.terminate()
        made.wait()
    assert _until(lambda: made.everyone() == []), "something outlived the test"
    shutil.rmtree(place)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until(happens: Callable[[], bool], seconds: float = 30.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if happens():
            return True
        time.sleep(0.05)
    return False


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _answers(dsn: str) -> bool:
    try:
        psycopg.connect(dsn).close()
    except psycopg.OperationalError:
        return False
    return True


def test_ctrl_c_stops_everything_in_order_and_without_traceback(installation: Installation) -> None:
    installation.start()
    assert installation.output == f"filanda: Filanda is at http://127.0.0.1:{installation.port} (Ctrl-C stops it).\n"
    assert _until(lambda: len(installation.everyone()) == 5)  # three services, what the web process left, PostgreSQL
    installation.ctrl_c()
    assert installation.wait() == 0
    assert installation.everyone() == []
    assert (installation.place / "ended").read_text() == "web worker indexer supervisor"
    assert installation.output.splitlines()[1:] == ["filanda: Stopping."]


def test_services_that_the_page_needs_not_start_after_it(installation: Installation) -> None:
    wait = "import os, time; [time.sleep(0.05) for _ in iter(lambda: os.path.exists(NAME), True)];"
    installation.start(
        f"wait = {wait!r}.replace('NAME', repr(str(place / 'go')))\n"
        "services[0] = Service('web', python(wait + WEB), essential=True)\n"
        "services[1] = Service('worker', loop('worker'), after_page=True)",
        wait=False,
    )
    assert _until(lambda: len(installation.pids("indexer")) == 1)
    time.sleep(1)
    assert installation.pids("worker") == []
    (installation.place / "go").touch()
    assert _until(lambda: len(installation.pids("worker")) == 1)
    assert installation.output == f"filanda: Filanda is at http://127.0.0.1:{installation.port} (Ctrl-C stops it).\n"


def test_second_start_serves_the_same_data(installation: Installation) -> None:
    installation.start()
    with psycopg.connect(embedded_dsn(installation.place / "data")) as connection:
        connection.execute("CREATE TABLE kept (id int)")
    installation.ctrl_c()
    assert installation.wait() == 0
    installation.start()
    with psycopg.connect(embedded_dsn(installation.place / "data")) as connection:
        assert connection.execute("SELECT to_regclass('kept')::text").fetchone() == ("kept",)


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_stop_everything_too(installation: Installation, signum: signal.Signals) -> None:
    installation.start()
    assert installation.process is not None
    installation.process.send_signal(signum)
    assert installation.wait() == 0
    assert installation.everyone() == []


def test_killed_supervisor_leaves_nobody(installation: Installation) -> None:
    installation.start("services[0] = Service('web', python(WEB.replace('open(\"' + str(place / 'left'), '#')))")
    assert installation.process is not None
    installation.process.kill()
    installation.process.wait()
    assert _until(lambda: installation.everyone() == [])


def test_dead_children_are_started_again_without_what_they_left(installation: Installation) -> None:
    installation.start()
    left = installation.pids("left")
    for name in ("web", "worker", "indexer"):
        os.kill(installation.pids(name)[0], signal.SIGKILL)
    assert _until(lambda: all(len(installation.pids(name)) == 2 for name in ("web", "worker", "indexer")))
    assert _until(lambda: not _runs(left[0]))
    for name in ("web", "worker", "indexer"):
        assert f"The {name} process ended (signal SIGKILL): it is started again." in installation.output


def test_killed_postgres_is_started_again_and_children_live_on(installation: Installation) -> None:
    installation.start()
    dsn = embedded_dsn(installation.place / "data")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS id")
    children = [installation.pids(name) for name in ("web", "worker", "indexer")]
    os.kill(int((installation.place / "data/postgres/cluster/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    assert _until(lambda: "PostgreSQL ended unexpectedly: it is started again." in installation.output)
    assert _until(lambda: _answers(dsn))
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT id FROM kept").fetchone() == (1,)
    assert [installation.pids(name) for name in ("web", "worker", "indexer")] == children


def test_web_process_that_keeps_dying_stops_everything(installation: Installation) -> None:
    installation.start("services[0] = Service('web', python('raise SystemExit(3)'), essential=True)", wait=False)
    assert installation.wait() == 1
    assert (
        "filanda: The web process ended 5 times within a minute, the last time with exit code 3" in installation.output
    )
    assert "Traceback" not in installation.output
    assert installation.everyone() == []


def test_worker_that_keeps_dying_leaves_the_site_up(installation: Installation) -> None:
    installation.start("services[1] = Service('worker', python('raise SystemExit(3)'))")
    assert _until(lambda: "The rest goes on without it" in installation.output)
    web = installation.pids("web")
    time.sleep(1)
    assert installation.pids("web") == web
    assert _runs(web[0])
    installation.ctrl_c()
    assert installation.wait() == 0


def test_child_that_does_not_listen_is_killed(installation: Installation) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    installation.start(f"services[1] = Service('worker', python({note_then(deaf)}), patience=0.5)")
    assert _until(lambda: len(installation.pids("worker")) == 1)
    installation.ctrl_c()
    assert installation.wait() == 0
    assert installation.everyone() == []


def note_then(program: str) -> str:
    """An expression of the test program: note the process id as the worker's, then run ``program``."""
    return f"'import os;' + note('worker') + {chr(10) + program!r}"


def test_failed_preparation_is_its_sentence_and_nothing_is_served(installation: Installation) -> None:
    installation.start("def prepare(): raise Failure('the seeds are wet: dry them first.')", wait=False)
    assert installation.wait() == 1
    assert installation.output == "filanda: the seeds are wet: dry them first.\n"
    assert installation.pids("web") == []
    assert installation.everyone() == []


def test_ctrl_c_while_preparing_interrupts_it_once(installation: Installation) -> None:
    change = (
        "def prepare():\n"
        "    open(place / 'left', 'a').write(str(os.getpid()) + chr(10))\n"
        "    try:\n        time.sleep(600)\n"
        "    except KeyboardInterrupt:\n        time.sleep(0.5); open(place / 'tidied', 'w').close(); raise\n"
    )
    installation.start(change, wait=False)
    assert _until(lambda: installation.pids("left") != [])
    installation.ctrl_c()
    assert installation.wait() == 0
    assert (installation.place / "tidied").exists()
    assert installation.output == "filanda: Stopping.\n"
    assert installation.pids("web") == []


def test_port_in_use_is_said_before_anything_starts(installation: Installation) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", installation.port))
        taken.listen()
        installation.start(wait=False)
        assert installation.wait() == 1
    assert installation.output == (
        f"filanda: Port {installation.port} on 127.0.0.1 is in use by another program: stop that one, "
        f"or choose another port, for example FILANDA_PORT={installation.port + 1}.\n"
    )
    assert not (installation.place / "prepared").exists()
    assert not (installation.place / "data" / "postgres" / "lock").read_text()


def test_second_start_on_the_same_data_is_refused_and_the_first_goes_on(installation: Installation) -> None:
    installation.start()
    assert installation.process is not None
    second = Installation(installation.place)
    first_output = installation.output
    second.start(wait=False)
    assert second.wait() == 1
    assert f"is already in use by process {installation.process.pid}: stop that one first" in second.output
    assert first_output not in second.output
    assert len(installation.pids("web")) == 1
    assert _runs(installation.pids("web")[0])


def test_given_database_is_used_and_none_is_started(installation: Installation) -> None:
    installation.start(f"os.environ['DATABASE_URL'] = {start_test_cluster()!r}")
    assert not (installation.place / "data" / "postgres" / "run" / ".s.PGSQL.5432").exists()
    installation.ctrl_c()
    assert installation.wait() == 0
