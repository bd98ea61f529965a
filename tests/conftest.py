# SPDX-License-Identifier: EUPL-1.2
"""One throwaway PostgreSQL a session, one region a test that asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from hypothesis import HealthCheck, settings

settings.register_profile(
    "unhurried",
    settings(),  # a machine of CI has its own
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # other work may load the machine
settings.load_profile("unhurried")

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
"""When tests take place: their own dates stand around it. By the machine's clock they would fail once it has passed."""

OWN_PROCESSES = (
    "journeys/",
    "site/test_survival",
    "site/test_newcomer",
    "site/test_embedder",
    "kernel/jobs/test_worker",
)
"""Files whose tests start Filanda itself and therefore live by the machine's clock, as it does."""

_BEGUN = time.time()

LONG = ("site/test_survival", "journeys/", "site/test_newcomer", "kernel/jobs/", "site/", "capabilities/search/")
"""Files of many minutes, the longest first: begun last, one of them would keep a single core busy at the end."""


def _name(item: pytest.Item) -> str:
    here = Path(__file__).parent
    return item.path.relative_to(here).as_posix() if item.path.is_relative_to(here) else ""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """It is that Monday morning, and seconds pass. PostgreSQL keeps the machine's clock."""
    if _name(item).startswith(OWN_PROCESSES):
        return (yield)
    with time_machine.travel(MONDAY + timedelta(seconds=time.time() - _BEGUN), tick=True):
        return (yield)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first. Within a file nothing moves; `--dist loadfile --no-loadscope-reorder` keeps the order."""

    def rank(item: pytest.Item) -> int:
        return next((place for place, start in enumerate(LONG) if _name(item).startswith(start)), len(LONG))

    items.sort(key=rank)


@pytest.fixture(autouse=True)
def _fresh_caches(monkeypatch) -> Iterator[None]:
    """Nothing is kept from one test to the next; within one, what is kept grows no older, so that queries can be
    counted on a slow machine, and no window of a limit ends, whatever o'clock it is."""
    from django.core.cache import cache
    from django.utils import translation

    from filanda.kernel import kept, limits

    monkeypatch.setattr(limits, "WINDOWS_FROM", int(time.time()))
    monkeypatch.setattr(kept, "monotonic", lambda: 0.0)
    kept.forget_all()
    cache.clear()
    yield
    kept.forget_all()
    translation.activate("it")


@pytest.fixture
def region(db):
    """A region at the host `test.example`, entered for the test."""
    from filanda.kernel.regions.models import Region
    from filanda.kernel.regions.scoped import in_region

    made = Region.objects.create(
        slug="test", names={"it": "Regione di prova", "en": "Test region"}, is_invented=True, shapes="altariva"
    )
    made.hosts.create(host="test.example", is_primary=True)
    with in_region(made):
        yield made


@pytest.fixture
def other_region(db):
    """A second region, at `other.example`, not entered: what lives there must never show."""
    from filanda.kernel.regions.models import Region

    made = Region.objects.create(slug="other", names={"it": "Altra", "en": "Other"})
    made.hosts.create(host="other.example", is_primary=True)
    return made


@pytest.fixture
def client(region):
    """Django's test client, at the test region's host."""
    from django.test import Client

    return Client(headers={"host": "test.example"})


@pytest.fixture
def indexed(db, settings, tmp_path) -> Iterator[Callable[[], None]]:
    """A search index of the test's own; call it to bring the index up to date with the database and the journal."""
    from filanda.capabilities.search.engine import search_index
    from filanda.capabilities.search.indexer import Indexer
    from filanda.kernel.journal import chain

    settings.SEARCH_INDEX = tmp_path / "index"
    indexer = Indexer(search_index())

    def catch_up() -> None:
        chain.extend()
        indexer.catch_up()

    yield catch_up
    indexer.close()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real data sets beside the checkout; tests that need them are skipped, and say so, without."""
    place = Path(__file__).parents[2] / "shared" / "data"
    if not place.is_dir():
        pytest.skip("the real data sets are not beside the checkout")
    return place
