# SPDX-License-Identifier: EUPL-1.2
"""A community with people in it who meet, through the actions that people use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from filanda.components.events.actions import announcing, registering
from filanda.components.events.details import Details
from filanda.components.events.models import Registration, SpaceEvent
from filanda.components.events.queries import title_slug
from filanda.kernel.identity.models import Account
from filanda.spaces.models import Space
from tests.signing import sign_in
from tests.spaces.making import a_person, act, make_space

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def details(**more: Any) -> Details:
    """Of a visit in ten days."""
    given: dict[str, Any] = {
        "title": "A visit to the silk mill",
        "source": "We look at the **looms** and talk.",
        "starts_at": NOW + timedelta(days=10),
        "ends_at": NOW + timedelta(days=10, hours=2),
        "place": "Silk mill",
        "address": "Via del Filo 3, Como",
    }
    return Details(**(given | more))


@dataclass
class World:
    """`space` is open; `anna` and `sara` are members, `carlo` moderates, `bruno` manages; `dora` belongs to the region
    only.
    """

    region: Any
    space: Space
    anna: Account
    sara: Account
    carlo: Account
    bruno: Account
    dora: Account

    @property
    def root(self) -> str:
        return f"/en/communities/{self.space.slug}/events/"

    def url(self, event: SpaceEvent) -> str:
        return f"{self.root}{event.pk}/{title_slug(event.title)}/"

    def draft(self, who: Account | None = None, *, space: Space | None = None, **more: Any) -> SpaceEvent:
        return announcing.write_event(
            actor=act(who or self.bruno), space=space or self.space, details=details(**more), now=NOW
        )

    def announce(self, who: Account | None = None, *, space: Space | None = None, **more: Any) -> SpaceEvent:
        made = self.draft(who, space=space, **more)
        return announcing.publish_event(actor=act(who or self.bruno), event=made, now=NOW)

    def come(self, who: Account, event: SpaceEvent, *answers: str, now: datetime = NOW) -> Registration:
        return registering.register(actor=act(who), event=event, answers=answers, now=now)

    def leave(self, who: Account, event: SpaceEvent, now: datetime = NOW) -> None:
        registering.leave_event(actor=act(who), event=event, now=now)


@pytest.fixture
def world(region: Any) -> World:
    anna, sara, carlo, bruno, dora = (
        a_person(region, name, listing="public")
        for name in ("Anna Conti", "Sara Neri", "Carlo Riva", "Bruno Sala", "Dora Villa")
    )
    space = make_space(region, "Silk", managers=[bruno], moderators=[carlo], members=[anna, sara])
    return World(region, space, anna, sara, carlo, bruno, dora)


@pytest.fixture
def enter(region: Any) -> Callable[[Account | None], Client]:
    """A client of somebody who is signed in, or of a visitor."""

    def come_in(account: Account | None) -> Client:
        client = Client(headers={"host": "test.example"})
        return sign_in(client, account) if account is not None else client

    return come_in
