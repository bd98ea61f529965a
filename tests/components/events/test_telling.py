# SPDX-License-Identifier: EUPL-1.2
"""Who is told what; what the home, the search and the workbench know of events; what leaves with people."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from filanda.capabilities.follows.actions import set_follow
from filanda.capabilities.notifications.following import follow
from filanda.capabilities.notifications.models import Notification
from filanda.components.events import telling
from filanda.components.events.actions import announcing
from filanda.components.events.happening import tasks
from filanda.components.events.models import CalendarFeed, Registration, SpaceEvent
from filanda.components.events.queries import COMING, lines, when_words
from filanda.components.events.steps import hide, restore
from filanda.kernel.identity.actors import PLATFORM, VISITOR
from filanda.kernel.journal import chain
from filanda.kernel.manifests import search_sources, things
from filanda.spaces.homes import news_of
from filanda.spaces.models import Openness
from tests.components.events.conftest import NOW, details
from tests.spaces.making import act, make_space

pytestmark = pytest.mark.django_db


@pytest.fixture
def notified(world):
    """Bring notifications up to date; returns (type of event, account) of all there are."""
    follow(NOW)

    def catch_up() -> set[tuple[str, int]]:
        chain.extend()
        follow(NOW)
        rows = Notification.objects.select_related("event")
        return {(row.event.type.removeprefix("events."), row.account_id) for row in rows}

    return catch_up


def test_who_is_told(world, notified):
    set_follow(actor=act(world.sara), thing=("space", world.space.pk), level="following", now=NOW)
    event = world.announce(capacity=1)
    world.come(world.anna, event)
    world.come(world.dora, event)
    told = notified()
    assert {who for name, who in told if name == "event.published"} == {world.sara.pk}
    announcing.edit_event(
        actor=act(world.bruno), event=event, details=details(capacity=1, place="Elsewhere"), version=1, now=NOW
    )
    world.leave(world.anna, event)
    announcing.remind_due(now=event.starts_at - timedelta(hours=30))
    announcing.cancel_event(actor=act(world.bruno), event=event, reason="No.", now=NOW)
    told = notified()
    assert {who for name, who in told if name == "registration.moved_up"} == {world.dora.pk}
    assert {who for name, who in told if name == "event.cancelled"} == {world.dora.pk}
    assert {who for name, who in told if name == "event.reminded"} == {world.dora.pk}
    assert Notification.objects.get(event__type="events.registration.moved_up").is_urgent
    line = lines(act(world.dora), [event.pk])[event.pk]
    for row in Notification.objects.select_related("event"):
        assert event.title in telling.said(row.event, line)


def test_the_home_of_a_space(world):
    event = world.announce()
    world.draft(title="Not yet")
    (row,) = COMING.rows(VISITOR, world.space.pk, NOW)
    assert COMING.line(row, world.space, {}) == replace(
        lines(VISITOR, [event.pk])[event.pk],
        at=event.starts_at,
        excerpt=f"{when_words(event)} · {event.place}",
    )
    assert list(COMING.rows(VISITOR, world.space.pk, event.ends_at)) == []
    assert [line.title for _name, line in news_of(VISITOR, world.space, None, 5)] == [event.title]
    closed = make_space(world.region, "Closed", openness=Openness.RESTRICTED, managers=[world.bruno])
    inside = world.announce(space=closed)
    assert lines(VISITOR, [event.pk, inside.pk]).keys() == {event.pk}
    assert list(COMING.rows(act(world.anna), closed.pk, NOW)) == []


def test_what_managers_should_do(world):
    assert [task.url_name for task in tasks(world.space, NOW)] == ["events:new"]
    event = world.announce()
    assert list(tasks(world.space, NOW)) == []
    after = event.ends_at + timedelta(days=1)
    assert [task.url_name for task in tasks(world.space, after)] == ["events:new", "events:material"]
    announcing.add_link(actor=act(world.bruno), event=event, label="Slides", url="https://x.example/s", now=after)
    assert [task.url_name for task in tasks(world.space, after)] == ["events:new"]


def test_search_holds_what_readers_see(world):
    event, draft = world.announce(), world.draft()
    source = search_sources()["event"]
    assert [one.id for one in source.build([event.pk, draft.pk])] == [event.pk]
    assert [one.audience for one in source.build([event.pk])] == [("public",)]
    with transaction.atomic():
        hide(PLATFORM, event.pk, NOW)
    assert list(source.build([event.pk])) == []
    assert not SpaceEvent.objects.visible_to(act(world.anna)).exists()
    assert things()["event"].enforcement.text(event.pk).startswith(event.title)
    with transaction.atomic():
        restore(PLATFORM, event.pk, NOW)
    assert SpaceEvent.objects.visible_to(VISITOR).exists()


def test_a_space_closes_and_its_events_with_it(world):
    from filanda.components.events.steps import follow_audience

    world.announce()
    world.space.openness = Openness.PRIVATE
    world.space.save()
    with transaction.atomic():
        follow_audience(world.space)
    assert not SpaceEvent.objects.visible_to(VISITOR).exists()
    assert not SpaceEvent.objects.visible_to(act(world.dora)).exists()
    assert SpaceEvent.objects.visible_to(act(world.anna)).count() == 1


def test_data_leave_with_the_person_and_places_are_given_on(world):
    event = world.announce(capacity=1, questions=[("Bread?", False)])
    world.come(world.anna, event, "Yes")
    world.come(world.sara, event)
    CalendarFeed.objects.create(region=world.region, account=world.anna)
    draft = world.draft()
    kept = telling.collect(world.anna)
    assert kept["registrations.json"][0]["answers"] == [{"label": "Bread?", "answer": "Yes"}]
    assert set(kept) == {"registrations.json", "calendar-address.json"}
    assert len(telling.collect(world.bruno)["events.json"]) == 2
    with transaction.atomic():
        telling.erase(world.anna, True)
        telling.erase(world.bruno, True)
    assert telling.collect(world.anna) == {}
    assert Registration.objects.get().account_id == world.sara.pk
    assert Registration.objects.get().state == "registered"
    assert not SpaceEvent.objects.filter(pk=draft.pk).exists()
    event.refresh_from_db()
    assert event.author_id is None


def test_what_waits(world):
    event = world.announce()
    world.draft(title="Later")
    assert [line.url_name for line in telling.waiting(act(world.bruno))] == ["events:edit"]
    from django.utils.timezone import now

    begins = now() + timedelta(days=2)
    near = world.announce(starts_at=begins, ends_at=begins + timedelta(hours=1))
    for one in (event, near):
        world.come(world.anna, one)
    assert [line.url_args[1] for line in telling.waiting(act(world.anna))] == [near.pk]
    assert list(telling.waiting(VISITOR)) == []
