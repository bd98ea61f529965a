# SPDX-License-Identifier: EUPL-1.2
"""What of all components stands on the home of a space: for each reader what they may see, in a few queries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from filanda.capabilities.threads.models import Thread
from filanda.components.documents.models import Document
from filanda.components.events.models import SpaceEvent, SpaceEventState
from filanda.components.news.models import NewsItem, NewsState
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import PLATFORM, VISITOR
from filanda.kernel.identity.models import Role
from filanda.kernel.regions.scoped import in_region
from filanda.spaces.homes import news_of
from filanda.spaces.models import Openness, Pin, SpaceKind
from tests.signing import sign_in
from tests.spaces.making import NOW, a_person, act, make_space, staff

pytestmark = pytest.mark.django_db
MODELS = {"thread": Thread, "document": Document, "event": SpaceEvent, "news": NewsItem}


def fill(space, author, at):
    """One of everything: shown, hidden, for managers, a draft."""
    common = {"region": space.region, "audience": space.audience, "author": author, "language": "it"}
    place = {"place_kind": "space", "place_id": space.pk, "last_author": author, "last_post_at": at}
    Thread.objects.create(title="Thread shown", **place, **common)
    Thread.objects.create(title="Thread hidden", hidden_at=at, **place, **common)
    for name, audience, hidden in (
        ("shown", space.audience, None),
        ("hidden", space.audience, at),
        ("for managers", f"space:{space.pk}:managers", None),
    ):
        Document.objects.create(
            **{**common, "audience": audience},
            space=space,
            title=f"Document {name}",
            title_key=f"document {name} {Document.objects.count()}",
            changed_at=at,
            hidden_at=hidden,
        )
    NewsItem.objects.create(space=space, title="News out", state=NewsState.PUBLISHED, published_at=at, **common)
    NewsItem.objects.create(space=space, title="News not yet", **common)
    for state in (SpaceEventState.PUBLISHED, SpaceEventState.DRAFT):
        SpaceEvent.objects.create(
            space=space,
            title=f"Event {state}",
            state=state,
            starts_at=at + timedelta(days=3),
            ends_at=at + timedelta(days=3, hours=1),
            published_at=at if state == SpaceEventState.PUBLISHED else None,
            **common,
        )


@pytest.fixture
def people(region):
    return {name: a_person(region, f"{name.title()} Conti") for name in ("anna", "bruno", "carlo", "dora", "elio")}


@pytest.mark.parametrize(
    ("kind", "openness"),
    [
        (SpaceKind.COMMUNITY, Openness.OPEN),
        (SpaceKind.COMMUNITY, Openness.RESTRICTED),
        (SpaceKind.GROUP, Openness.PRIVATE),
        (SpaceKind.REGION, Openness.OPEN),
    ],
)
def test_every_reader_finds_what_they_may_see_and_nothing_else(region, people, kind, openness):
    space = make_space(
        region,
        "Silk",
        openness=openness,
        kind=kind,
        managers=[people["bruno"]],
        moderators=[people["carlo"]],
        members=[people["anna"]],
    )
    other = make_space(region, "Wool", managers=[people["anna"], people["dora"]], members=[people["elio"]])
    fill(space, people["anna"], NOW)
    fill(other, people["elio"], NOW)
    readers = [VISITOR, PLATFORM, *(act(account) for account in people.values())]
    readers += [act(staff(region)), act(staff(region, Role.FACILITATOR, "fabia@region.example"))]
    seen = set()
    for actor in (*readers, *reversed(readers)):  # the second time, from what was compiled for others
        for where in (space, other):
            found = {(line.kind, line.id) for _name, line in news_of(actor, where, None, 50)}
            inside = {
                "thread": Thread.objects.visible_to(actor).in_place("space", where.pk).filter(moved_to=None),
                "document": Document.objects.visible_to(actor).filter(space=where, hidden_at=None),
                "event": SpaceEvent.objects.visible_to(actor).announced().filter(space=where),
                "news": NewsItem.objects.visible_to(actor).published().filter(space=where),
            }
            expected = {(name, pk) for name, rows in inside.items() for pk in rows.values_list("pk", flat=True)}
            assert found == expected
            seen.add((where.slug, frozenset(MODELS[name].objects.get(pk=pk).title for name, pk in found)))
    assert len(seen) > 3  # or nothing was there that some see and others do not


def test_the_names_on_a_home_are_those_that_the_reader_may_know(region, people):
    space = make_space(region, "Silk", members=[people["anna"]])
    fill(space, people["anna"], NOW)
    Person.objects.filter(account=people["anna"]).update(listing="members")

    def said(actor):
        return {line.kind: line.author_name for _name, line in news_of(actor, space, None, 50)}

    names = said(act(people["dora"]))
    assert names.pop("event") == ""
    assert set(names.values()) == {"Anna Conti"}
    assert said(VISITOR)["thread"] != "Anna Conti"
    assert "Anna Conti" not in said(VISITOR).values()
    Thread.objects.update(last_author=None)
    assert said(act(people["dora"]))["thread"] not in ("", "Anna Conti", said(VISITOR))


@pytest.mark.parametrize("who", [None, "anna", "bruno"])
def test_a_home_costs_the_same_queries_whatever_stands_on_it(region, people, client, who):
    space = make_space(region, "Silk", managers=[people["bruno"]], members=[people["anna"]])
    if who is not None:
        sign_in(client, people[who])

    def cost():
        client.get("/en/communities/silk/")
        cache.clear()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = client.get("/en/communities/silk/")
        assert answer.status_code == 200
        return len(queries), answer.content.decode()

    fill(space, people["anna"], NOW)
    once, _page = cost()
    for account in people.values():
        fill(space, account, NOW)
    make_space(region, "Satin", parent=space)
    make_space(region, "Secret satin", parent=space, openness=Openness.PRIVATE)
    often, page = cost()
    assert often == once
    assert "Thread shown" in page
    assert "Satin" in page
    assert "Secret satin" not in page
    assert often <= {None: 5, "anna": 10, "bruno": 20}[who]


def test_the_home_of_another_region_is_not_read(region, other_region, people):
    space = make_space(region, "Silk")
    fill(space, people["anna"], NOW)
    Pin.objects.create(region=region, space=space, thing_kind="thread", thing_id=1)
    assert news_of(VISITOR, space, None, 5)
    with in_region(other_region):
        assert news_of(VISITOR, space, None, 5) == []
