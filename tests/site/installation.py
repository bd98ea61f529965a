# SPDX-License-Identifier: EUPL-1.2
"""A real installation for tests: the command `filanda` with a data directory and a port of its own."""

from __future__ import annotations

import errno
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

FILANDA = Path(sys.executable).with_name("filanda")
HOST = "lombardia.localhost"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(happens: Callable[[], object], seconds: float = 120.0) -> bool:
    """Whether `happens` came true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if happens():
            return True
        time.sleep(0.02)
    return False


def is_removed(folder: Path) -> bool:
    """Delete a folder, as `rm -rf` does; what is written or taken away meanwhile wants a second go."""
    try:
        shutil.rmtree(folder)
    except OSError as error:
        if error.errno not in {errno.ENOTEMPTY, errno.ENOENT}:
            raise
    return not folder.exists()


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Installation:
    """`filanda run`, and other commands beside it, on the data in `place / "data"`."""

    def __init__(self, place: Path, **settings: str) -> None:
        self.place = place
        self.data = place / "data"
        self.port = free_port()
        self.settings = settings
        self.process: subprocess.Popen[str] | None = None

    def environment(self) -> dict[str, str]:
        """What a person's shell has: nothing of the test session's own database."""
        session = re.compile("FILANDA_|DATABASE_URL|DJANGO_")
        kept = {name: value for name, value in os.environ.items() if not session.match(name)}
        ours = {"FILANDA_DATA": str(self.data), "FILANDA_PORT": str(self.port), "FILANDA_EMBEDDER": "none"}
        return kept | ours | {"FILANDA_DEMO": "0"} | self.settings

    def begin(self, *words: str, output: str) -> subprocess.Popen[str]:
        """Start a command in a process group of its own, as a terminal's job is; it writes to the file `output`."""
        with (self.place / output).open("w") as file:
            return subprocess.Popen(
                [FILANDA, *words],
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                text=True,
                process_group=0,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
            )

    def command(self, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        environment = self.environment() | settings
        return subprocess.run([FILANDA, *words], env=environment, capture_output=True, text=True, timeout=240)

    def start(self) -> None:
        self.process = self.begin("run", output="run")
        assert until(lambda: self.is_ready() or not runs(self.process.pid)), self.said  # type: ignore[union-attr]
        assert self.is_ready(), self.said
        assert until(lambda: {"web", "worker", "indexer"} <= self.services().keys()), self.said

    def stop(self) -> int:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(timeout=60)

    def remove(self) -> None:
        """Stop what runs, and delete the place."""
        if self.process is not None and self.process.poll() is None:
            self.stop()
        assert until(lambda: is_removed(self.place), 30)

    @property
    def said(self) -> str:
        return (self.place / "run").read_text()

    def services(self) -> dict[str, int]:
        """Process ids of the children of `filanda run`, PostgreSQL among them, by name."""
        assert self.process is not None
        found = {}
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        for pid in children.read_text().split() if children.exists() else []:
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            except (FileNotFoundError, ProcessLookupError):
                continue
            name = "postgres" if words[0].endswith("/postgres") else words[-2:][0].removeprefix("filanda.site.")
            if name:  # a process that has ended has no words
                found[name] = int(pid)
        return found

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """Status and body; status 0 when nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": HOST, **(headers or {})})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()

    def is_ready(self) -> bool:
        return self.get("/health/ready")[0] == 200

    def organisations(self, q: str = "") -> Any:
        """What the public API says of the directory; None while it has nothing to say."""
        status, body = self.get(f"/api/v1/organisations?limit=1&q={q}")
        return json.loads(body) if status == 200 else None

    def figures(self) -> dict[str, float]:
        """The metrics by name, with their labels as they are written."""
        _status, body = self.get("/metrics")
        pairs = (line.rpartition(" ") for line in body.decode().splitlines() if not line.startswith("#"))
        return {name: float(value) for name, _space, value in pairs}
