# SPDX-License-Identifier: EUPL-1.2
"""The throwaway cluster of a test session, as child processes see it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

_SESSION = """
import sys
from filanda.kernel.database.testing import start_test_cluster
print(start_test_cluster(), flush=True)
print(start_test_cluster(), flush=True)
sys.stdin.read()
"""


def _session(tmp: Path) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name != "FILANDA_TEST_DSN"}
    return subprocess.Popen(
        [sys.executable, "-c", _SESSION],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment | {"TMPDIR": str(tmp)},
    )


def _address(session: subprocess.Popen[str]) -> str:
    assert session.stdout is not None
    first, second = session.stdout.readline().strip(), session.stdout.readline().strip()
    assert first == second
    return first


def test_start_test_cluster_serves_and_cleans_up(tmp_path: Path) -> None:
    session = _session(tmp_path)
    with psycopg.connect(_address(session), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION vector")
        connection.execute("CREATE DATABASE another")
    session.communicate("", timeout=30)
    assert session.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_two_sessions_have_servers_of_their_own(tmp_path: Path) -> None:
    first, second = _session(tmp_path), _session(tmp_path)
    with psycopg.connect(_address(first), autocommit=True) as connection:
        connection.execute("CREATE TABLE mine (id int)")
    with psycopg.connect(_address(second)) as connection:
        seen = connection.execute("SELECT to_regclass('mine')").fetchone()
    assert seen == (None,)
    for session in (first, second):
        session.communicate("", timeout=30)


def test_killed_session_leaves_no_server(tmp_path: Path) -> None:
    session = _session(tmp_path)
    dsn = _address(session)
    session.send_signal(signal.SIGKILL)
    session.wait()
    for _ in range(100):
        try:
            psycopg.connect(dsn).close()
        except psycopg.OperationalError:
            return
        time.sleep(0.1)
    pytest.fail("the server outlived its session by 10 s")
