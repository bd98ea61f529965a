# SPDX-License-Identifier: EUPL-1.2
"""The installation as users get it, granian on a port of its own, and a real Chromium to visit it with.

The server lives as long as the session. Playwright lives as long as a module: while it runs, the thread has an event
loop, in which Django's ORM refuses to work for other tests.
"""

from __future__ import annotations

import http.client
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from playwright.sync_api import Browser, sync_playwright
from tools.browser import find

from filanda.kernel.database.children import tied_to_this_process
from tests.journeys.visiting import Visits

TOP = Path(__file__).parents[2]
FLAGS = (
    "--headless",
    "--no-sandbox",  # Chromium's own refuses to work for root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(600))  # the first one waits for the installation


@dataclass(frozen=True)
class Installation:
    """A running Filanda. `url`: of the demonstration's region, without a slash at the end. `env`: its settings."""

    url: str
    port: int
    env: dict[str, str] = field(repr=False)

    def command(self, *words: str) -> str:
        """What the command `filanda` prints."""
        done = subprocess.run(
            [sys.executable, "-m", "filanda.site.cli", *words],
            env=self.env, cwd=self.env["FILANDA_DATA"], text=True, capture_output=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def python(self, *lines: str) -> str:
        """What these lines of Python print, in this installation with Django ready."""
        code = "from filanda.site.django_ready import set_up_django; set_up_django()\n" + "\n".join(lines)
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=self.env, cwd=self.env["FILANDA_DATA"], text=True, capture_output=True, timeout=400,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def get(self, path: str, host: str) -> tuple[int, dict[str, str], str]:
        """Status, headers and text of a plain request to `host`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path, headers={"Host": host})
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read().decode()
        finally:
            connection.close()

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    place = tmp_path_factory.mktemp("installation")
    name = f"journeys_{os.getpid()}"
    with psycopg.connect(os.environ["FILANDA_TEST_DSN"], autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = os.environ | {
        "DATABASE_URL": os.environ["FILANDA_TEST_DSN"].replace("/filanda?", f"/{name}?"),
        "FILANDA_DATA": str(place),
        "FILANDA_DEMO": "1",
        "FILANDA_PORT": str(port),
        "FILANDA_PROXIES": "1",  # each visitor says which address they come from: limits are kept by address
        "FILANDA_LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "filanda.site.settings",
        "PYTHONPATH": str(TOP),
    }
    assert env["DATABASE_URL"] != os.environ["FILANDA_TEST_DSN"]
    del env["FILANDA_DATABASE_POOL"]  # as users have it
    prepared = subprocess.run(
        [sys.executable, "-m", "tests.journeys.preparing"],
        env=env, cwd=place, text=True, capture_output=True, timeout=500,
    )  # fmt: skip
    assert prepared.returncode == 0, prepared.stdout + prepared.stderr
    log = place / "web.log"
    with log.open("w") as output:
        web = subprocess.Popen(
            [sys.executable, "-m", "filanda.site.web"],
            env=env, cwd=place, stdout=output, stderr=output, preexec_fn=tied_to_this_process(signal.SIGTERM),
        )  # fmt: skip
    running = Installation(f"http://altariva.localhost:{port}", port, env)
    try:
        deadline = time.monotonic() + 60
        while not _answers(running):
            assert web.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield running
    finally:
        web.terminate()
        web.wait(20)


def _answers(running: Installation) -> bool:
    try:
        return running.get("/health/ready", running.host)[0] == 200
    except OSError:
        return False


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    path = find()
    if path is None:
        pytest.fail(
            "The browser tests need Chromium or Chrome, and none was found: run make test, which sees to one, "
            "or name it in FILANDA_BROWSER."
        )
    profile = tmp_path_factory.mktemp("profile")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=path, args=[*FLAGS, f"--disk-cache-dir={profile}"], env=os.environ | {"HOME": str(profile)}
        )
        yield started
        started.close()
    shutil.rmtree(profile, ignore_errors=True)


_addresses = itertools.count(1)


@pytest.fixture
def visits(installation: Installation, browser: Browser) -> Iterator[Visits]:
    """Visitors, each from an address of their own. When the test is over, no page of theirs may have complained."""
    made = Visits(browser, installation.url, lambda: f"2001:db8:{next(_addresses):x}::1")
    yield made
    complaints = made.leave()
    assert not complaints, "\n".join(complaints)
