# SPDX-License-Identifier: EUPL-1.2
"""The web process for real: granian with the application, and what becomes of its parts when one is killed."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from filanda.kernel.database.testing import start_test_cluster


class Web:
    """A web process on a port of its own."""

    def __init__(self, data_dir: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        environment = {
            "DATABASE_URL": start_test_cluster(),
            "FILANDA_DATA": str(data_dir),
            "FILANDA_PORT": str(self.port),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "filanda.site.web"], env=os.environ | environment, start_new_session=True
        )

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/health/live")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def workers(self) -> list[int]:
        """Process ids of the children of the main process."""
        return [
            int(pid) for pid in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        ]


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    made = Web(tmp_path)
    try:
        assert _until(made.answers)
        yield made
    finally:
        if made.process.poll() is None:
            made.process.terminate()
        made.process.wait(timeout=20)


def _until(happens: Callable[[], bool], seconds: float = 40.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if happens():
            return True
        time.sleep(0.1)
    return False


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_sigterm_ends_it_with_its_workers(web: Web) -> None:
    workers = web.workers()
    assert len(workers) == 1
    web.process.terminate()
    assert web.process.wait(timeout=20) == 0
    assert not any(_runs(pid) for pid in workers)


def test_killed_worker_is_replaced(web: Web) -> None:
    first = web.workers()
    os.kill(first[0], signal.SIGKILL)
    assert _until(lambda: len(web.workers()) == 1 and web.workers() != first and web.answers())


def test_killed_main_process_takes_its_workers_along(web: Web) -> None:
    workers = web.workers()
    web.process.kill()
    web.process.wait()
    assert _until(lambda: not any(_runs(pid) for pid in workers), 10)
