# SPDX-License-Identifier: EUPL-1.2
"""A community with people in it who talk, through the actions that people use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from filanda.capabilities.threads import actions as talking
from filanda.capabilities.threads.models import Post, Thread
from filanda.components.discussions.policies import title_slug
from filanda.kernel.identity.models import Account
from filanda.spaces.models import Space
from tests.signing import sign_in
from tests.spaces.making import a_person, act, make_space

START = datetime(2026, 11, 1, 9, tzinfo=UTC)


@dataclass
class World:
    """`space` is open; `anna` and `sara` are members, `carlo` moderates, `bruno` manages; `dora` is no member."""

    region: Any
    space: Space
    anna: Account
    sara: Account
    carlo: Account
    bruno: Account
    dora: Account
    at: datetime = START
    made: list[Post] = field(default_factory=list)

    @property
    def root(self) -> str:
        return f"/en/communities/{self.space.slug}/discussions/"

    def url(self, thread: Thread) -> str:
        return f"{self.root}{thread.pk}/{title_slug(thread.title)}/"

    def tick(self) -> datetime:
        self.at += timedelta(minutes=7)
        return self.at

    def open(self, who: Account, title: str = "Which sensor lasts a winter?", **more: Any) -> Thread:
        more.setdefault("source", f"Ours gave up in January. {title}")
        place = ("space", more.pop("space", self.space).pk)
        return talking.open_thread(actor=act(who), place=place, title=title, now=self.tick(), **more)

    def say(self, who: Account, thread: Thread, source: str = "", **more: Any) -> Post:
        source = source or f"Words number {len(self.made)} of {who.name}."
        post = talking.answer(actor=act(who), thread=thread, source=source, now=self.tick(), **more)
        self.made.append(post)
        return post


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
