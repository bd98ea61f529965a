# SPDX-License-Identifier: EUPL-1.2
"""Announcing, registering, waiting, moving up, cancelling, reminding."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.timezone import now

from filanda.capabilities.moderation.models import Decision, Suspension
from filanda.components.events.actions import announcing, registering
from filanda.components.events.details import Closed, Outdated
from filanda.components.events.models import Registration, RegistrationState, SpaceEvent
from filanda.components.events.telling import everybody_registered, forget_answers
from filanda.kernel.identity.models import Role
from filanda.kernel.journal.models import Event
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.scoped import in_region
from filanda.kernel.workflow import MoveNotPossible
from filanda.spaces.models import Membership, MembershipState, Openness, SpaceComponent
from tests.components.events.conftest import NOW, details
from tests.spaces.making import a_person, act, go, make_space, staff

pytestmark = pytest.mark.django_db


def states(event):
    rows = Registration.objects.filter(event=event).order_by("number")
    return [(row.account_id, str(row.state)) for row in rows]


def told(name):
    return list(Event.objects.filter(type=name))


def test_who_announces(world):
    for who in (world.bruno, world.carlo):
        assert world.announce(who).state == "published"
    for who in (world.anna, world.dora, staff(world.region), staff(world.region, Role.FACILITATOR, "f@region.example")):
        with pytest.raises(Forbidden):
            world.draft(who)
    SpaceComponent.objects.create(
        region=world.region, space=world.space, name="events", is_on=True, settings={"members_propose": True}
    )
    mine = world.announce(world.anna)
    with pytest.raises(Forbidden):
        world.draft(world.dora)
    with pytest.raises(Forbidden):
        announcing.edit_event(actor=act(world.sara), event=mine, details=details(), version=1, now=NOW)
    assert (
        announcing.edit_event(
            actor=act(world.anna), event=mine, details=details(title="Another"), version=1, now=NOW
        ).title
        == "Another"
    )


def test_whom_a_decision_has_suspended_announces_nothing(world):
    decision = Decision.objects.create(
        region=world.region,
        thing_kind="post",
        thing_id=1,
        space_id=world.space.pk,
        author=world.carlo,
        measure="suspended",
        reasons="Rule 3.",
        suspended_until=now() + timedelta(days=7),
    )
    Suspension.objects.create(
        region=world.region,
        account=world.carlo,
        space_id=world.space.pk,
        decision=decision,
        begins_at=now(),
        until=now() + timedelta(days=7),
    )
    with pytest.raises(Forbidden):
        world.draft(world.carlo)
    assert world.draft(world.bruno)


def test_details_are_checked(world):
    wrong = details(
        title=" ",
        starts_at=NOW,
        ends_at=NOW - timedelta(hours=1),
        place="",
        time_zone="Mars/Base",
        capacity=0,
        questions=[("x" * 201, False)],
        online_url="javascript:alert(1)",
    )
    with pytest.raises(ValidationError) as raised:
        announcing.write_event(actor=act(world.bruno), space=world.space, details=wrong, now=NOW)
    assert set(raised.value.message_dict) == {
        *("title", "ends_at", "time_zone", "capacity", "question_0", "online_url")
    }
    past = world.draft(starts_at=NOW - timedelta(days=3), ends_at=NOW - timedelta(days=2))
    with pytest.raises(ValidationError):
        announcing.publish_event(actor=act(world.bruno), event=past, now=NOW)


def test_two_editors(world):
    event = world.announce()
    announcing.edit_event(actor=act(world.bruno), event=event, details=details(title="First"), version=1, now=NOW)
    with pytest.raises(Outdated) as raised:
        announcing.edit_event(actor=act(world.carlo), event=event, details=details(title="Second"), version=1, now=NOW)
    assert raised.value.event.title == "First"


def test_places_waiting_and_moving_up(world):
    event = world.announce(capacity=2)
    people = [world.anna, world.sara, world.dora, world.carlo]
    for who in people:
        world.come(who, event)
    world.come(world.dora, event)  # twice is once
    assert [state for _who, state in states(event)] == ["registered", "registered", "waiting", "waiting"]
    world.leave(world.anna, event)
    world.leave(world.anna, event)
    assert dict(states(event))[world.dora.pk] == "registered"
    moved = told("events.registration.moved_up")
    assert [one.payload["account"] for one in moved] == [world.dora.pk]
    # Who comes back stands behind those who waited.
    assert world.come(world.anna, event).state == RegistrationState.WAITING
    fresh = SpaceEvent.objects.get(pk=event.pk)
    assert (fresh.registered_count, fresh.waiting_count) == (2, 2)
    announcing.edit_event(
        actor=act(world.bruno), event=event, details=details(capacity=3), version=fresh.version, now=NOW
    )
    assert dict(states(event))[world.carlo.pk] == "registered"
    assert dict(states(event))[world.anna.pk] == "waiting"
    fresh.refresh_from_db()
    assert (fresh.registered_count, fresh.waiting_count) == (3, 1)


def test_registration_closes(world):
    event = world.announce(register_until=NOW + timedelta(days=1))
    world.come(world.anna, event)
    with pytest.raises(Closed):
        world.come(world.sara, event, now=NOW + timedelta(days=1))
    world.leave(world.anna, event, now=NOW + timedelta(days=2))
    with pytest.raises(Closed):
        world.come(world.anna, world.draft())
    other = world.announce()
    world.come(world.anna, other)
    with pytest.raises(Closed):
        world.leave(world.anna, other, now=NOW + timedelta(days=11))


def test_questions(world):
    event = world.announce(questions=[("What do you eat?", True), ("Anything else?", False)])
    with pytest.raises(ValidationError) as raised:
        world.come(world.anna, event, " ")
    assert set(raised.value.message_dict) == {"answer_0"}
    row = world.come(world.anna, event, "Everything")
    assert row.answers == [
        {"label": "What do you eat?", "answer": "Everything"},
        {"label": "Anything else?", "answer": ""},
    ]
    assert list(Registration.objects.visible_to(act(world.bruno))) == [row]
    assert not Registration.objects.visible_to(act(world.sara)).exists()
    assert not Registration.objects.visible_to(act(staff(world.region))).exists()
    late = event.ends_at + timedelta(days=91)
    assert forget_answers(world.region, late - timedelta(days=90), late) == 1
    row.refresh_from_db()
    assert row.answers == []


def test_who_may_come(world, other_region):
    from filanda.kernel.identity.actors import VISITOR

    event = world.announce()
    world.come(world.dora, event)
    with pytest.raises(Forbidden):
        registering.register(actor=VISITOR, event=event, now=NOW)
    with in_region(other_region):
        stranger = a_person(other_region, "Zoe Altrove")
    with pytest.raises(Forbidden):
        registering.register(actor=act(stranger), event=event, now=NOW)
    Membership.objects.create(
        region=world.region, space=world.space, account=world.dora, state=MembershipState.BANNED, reason="Rude"
    )
    with pytest.raises(Forbidden):
        world.come(world.dora, world.announce(title="Another"))
    closed = make_space(world.region, "Closed", openness=Openness.PRIVATE, managers=[world.bruno], members=[world.anna])
    inside = world.announce(space=closed)
    world.come(world.anna, inside)
    for who in (world.dora, world.sara, staff(world.region)):
        assert not SpaceEvent.objects.visible_to(act(who)).filter(pk=inside.pk).exists()
        with pytest.raises(Forbidden):
            world.come(who, inside)


def test_who_leaves_a_closed_space_gives_the_place_up(world):
    closed = make_space(
        world.region, "Closed", openness=Openness.PRIVATE, managers=[world.bruno], members=[world.anna, world.sara]
    )
    event = world.announce(space=closed, capacity=1)
    world.come(world.anna, event)
    world.come(world.sara, event)
    go(closed, world.anna)
    assert registering.release_lost(now=NOW) == 1
    assert registering.release_lost(now=NOW) == 0
    assert states(event) == [(world.anna.pk, "cancelled"), (world.sara.pk, "registered")]


def test_cancelling(world):
    event = world.announce(capacity=1)
    world.come(world.anna, event)
    world.come(world.sara, event)
    with pytest.raises(ValidationError):
        announcing.cancel_event(actor=act(world.bruno), event=event, reason=" ", now=NOW)
    with pytest.raises(Forbidden):
        announcing.cancel_event(actor=act(world.anna), event=event, reason="No", now=NOW)
    done = announcing.cancel_event(actor=act(world.bruno), event=event, reason="The mill is closed.", now=NOW)
    assert (done.state, done.sequence) == ("cancelled", 1)
    assert [one.account_id for one in everybody_registered(told("events.event.cancelled")[0])] == [
        world.anna.pk,
        world.sara.pk,
    ]
    with pytest.raises(MoveNotPossible):
        announcing.cancel_event(actor=act(world.bruno), event=event, reason="Again", now=NOW)
    with pytest.raises(Closed):
        world.come(world.dora, event)


def test_another_time_or_place_is_told_and_words_are_not(world):
    event = world.announce()
    announcing.edit_event(actor=act(world.bruno), event=event, details=details(title="New"), version=1, now=NOW)
    assert not told("events.event.moved")
    moved = announcing.edit_event(
        actor=act(world.bruno), event=event, details=details(place="The other mill"), version=2, now=NOW
    )
    assert len(told("events.event.moved")) == 1
    assert moved.sequence == 2


def test_reminders_come_once(world):
    event = world.announce()
    world.come(world.anna, event)
    at = event.starts_at
    assert announcing.remind_due(now=at - timedelta(days=2, minutes=1)) == 0
    assert announcing.remind_due(now=at - timedelta(days=1, hours=23)) == 1
    assert announcing.remind_due(now=at - timedelta(days=1, hours=22)) == 0
    assert announcing.remind_due(now=at - timedelta(hours=1, minutes=59)) == 1
    assert announcing.remind_due(now=at - timedelta(hours=1)) == 0
    assert [one.payload["before"] for one in Event.objects.filter(type="events.event.reminded").order_by("pk")] == [
        48,
        2,
    ]
    late = world.announce(starts_at=NOW + timedelta(hours=20), ends_at=NOW + timedelta(hours=21))
    assert announcing.remind_due(now=NOW + timedelta(minutes=10)) == 0
    announcing.cancel_event(actor=act(world.bruno), event=late, reason="No", now=NOW)
    assert announcing.remind_due(now=NOW + timedelta(hours=19)) == 0


def test_attendance(world):
    event = world.announce()
    row, other = world.come(world.anna, event), world.come(world.sara, event)
    with pytest.raises(Closed):
        registering.note_attendance(actor=act(world.bruno), event=event, came=[row.pk], now=NOW)
    with pytest.raises(Forbidden):
        registering.note_attendance(actor=act(world.anna), event=event, came=[row.pk], now=event.ends_at)
    there = registering.note_attendance(actor=act(world.bruno), event=event, came=[row.pk, 10**9], now=event.ends_at)
    assert there == 1
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.attended, other.attended) == (True, False)


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_for_ten_places(world):
    people = [a_person(world.region, f"Guest Number{number}") for number in range(50)]
    event = world.announce(capacity=10)
    actors = [act(who) for who in people]

    def come(actor):
        try:
            with in_region(world.region):
                return registering.register(actor=actor, event=event, now=NOW).number
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        numbers = list(pool.map(come, actors))
    assert sorted(numbers) == list(range(1, 51))
    rows = list(Registration.objects.filter(event=event).order_by("number"))
    assert [str(row.state) for row in rows] == ["registered"] * 10 + ["waiting"] * 40
    fresh = SpaceEvent.objects.get(pk=event.pk)
    assert (fresh.registered_count, fresh.waiting_count) == (10, 40)

    def leave(actor):
        try:
            with in_region(world.region):
                registering.leave_event(actor=actor, event=event, now=NOW)
        finally:
            connection.close()

    gone = {row.account_id for row in rows[:5]}
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(leave, [actor for actor in actors if actor.account_id in gone]))
    again = list(Registration.objects.filter(event=event).coming().order_by("number").values_list("number", flat=True))
    assert again == list(range(6, 16))
    assert len(told("events.registration.moved_up")) == 5
