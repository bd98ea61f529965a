# SPDX-License-Identifier: EUPL-1.2
"""The desk says what the rooms say: after any moves, after missed events, at any time of day."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from filanda.capabilities.desk.following import follow, put_right
from filanda.capabilities.desk.models import Check, DeskItem, DeskMove, MoveKind
from filanda.capabilities.desk.steps import sync
from filanda.capabilities.needs.actions import answer_request, ask_for_introduction, close_request, take_request
from filanda.capabilities.needs.models import IntroductionRequest
from filanda.capabilities.threads.actions import answer, open_thread
from filanda.capabilities.threads.models import Thread
from filanda.directory.organisations.actions.objecting import decide_objection, make_objection
from filanda.directory.organisations.models import Objection, Organisation
from filanda.directory.people.actions import answer as answer_question
from filanda.directory.people.actions import assign_facilitator, return_person, validate_person
from filanda.directory.people.models import Person, ValidationState
from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.identity.models import Role, RoleGrant
from filanda.kernel.journal import chain
from filanda.kernel.manifests import desk_sources
from filanda.kernel.manifests.desk import FACILITATORS
from filanda.kernel.signin.steps import end_role
from filanda.kernel.workflow import MoveNotPossible
from tests.spaces.making import a_person, act, make_space, staff

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # a Monday


def facilitator(region, name="marta"):
    return staff(region, Role.FACILITATOR, f"{name}@region.example")


def caught_up(now=NOW):
    chain.extend()
    follow(now)


def items(kind=None):
    rows = DeskItem.objects.filter(closed_at=None)
    return list(rows.filter(kind=kind) if kind else rows)


def truth(now=NOW):
    """What the rooms say: by kind and id the queue and the clock."""
    return {
        (kind, one.object_id): (one.queue, one.since, one.due_at)
        for kind, source in desk_sources().items()
        for one in source.waiting(None, now)
    }


def on_the_desk():
    return {(row.kind, row.object_id): (row.queue, row.since, row.due_at) for row in items()}


@pytest.fixture
def started(region):
    """A desk that follows from the beginning."""
    chain.extend()
    follow(NOW)
    return region


def asked(region, number=1, now=NOW):
    body, _is_new = Organisation.objects.get_or_create(
        region=region, name=f"Ottica {number}", sort_key=f"ottica {number}"
    )
    return ask_for_introduction(
        actor=VISITOR,
        organisation=body,
        email=f"anna{number}@example.org",
        consent="D’accordo.",
        language="it",
        now=now,
        need=None,
        message="Cerchiamo un sensore.",
    )


def test_a_profile_waits_for_its_facilitator_until_it_is_validated(started):
    marta = facilitator(started)
    anna = a_person(started, "Anna Conti", validated=False)
    person = Person.objects.get(account=anna)
    assign_facilitator(actor=act(marta), person=person, facilitator=marta, now=NOW)
    caught_up()
    (item,) = items("person.validation")
    assert (item.object_id, item.queue, item.holder_id, item.not_for) == (person.pk, FACILITATORS, marta.pk, [anna.pk])
    assert item.due_at > item.since
    validate_person(actor=act(marta), person=person, now=NOW)
    caught_up()
    assert items("person.validation") == []
    closed = DeskItem.objects.get(kind="person.validation")
    assert closed.closed_at is not None
    assert DeskMove.objects.get(item=closed, kind=MoveKind.CLOSED).by == marta


def test_following_twice_changes_nothing(started):
    asked(started)
    caught_up()
    before = (on_the_desk(), DeskMove.objects.count())
    for kind in desk_sources():
        assert sync(kind, None, NOW).total == 0
    follow(NOW)
    assert (on_the_desk(), DeskMove.objects.count()) == before


def test_what_following_missed_is_put_right_said_and_counted(started):
    asked(started)
    caught_up()
    DeskItem.objects.all().delete()
    assert put_right(NOW) == {"need.request": 1}
    assert on_the_desk() == truth()
    assert put_right(NOW) == {}
    check = Check.objects.get()
    assert (check.mended, check.mended_ever) == ({}, 1)


def test_an_item_closed_too_early_is_opened_again_with_its_history(started):
    asked(started)
    caught_up()
    DeskItem.objects.update(closed_at=NOW)
    caught_up()
    assert put_right(NOW) == {"need.request": 1}
    (item,) = DeskItem.objects.all()
    assert item.closed_at is None
    assert [move.kind for move in item.moves.all()] == [MoveKind.REOPENED]


def test_whoever_took_it_keeps_it_until_the_room_names_somebody_else(started):
    marta, bruno = facilitator(started), facilitator(started, "bruno")
    request = asked(started)
    caught_up()
    DeskItem.objects.update(holder=bruno)
    assert sync("need.request", None, NOW).total == 0
    assert items()[0].holder == bruno
    take_request(actor=act(marta), request=request, now=NOW)
    caught_up()
    assert items()[0].holder == marta


def test_what_somebody_had_who_works_there_no_longer_is_free_again(started):
    marta = facilitator(started)
    facilitator(started, "bruno")
    request = asked(started)
    take_request(actor=act(marta), request=request, now=NOW)
    caught_up()
    assert items()[0].holder == marta
    grant = RoleGrant.objects.get(account=marta, role=Role.FACILITATOR)
    with transaction.atomic():
        end_role(actor=act(marta), grant=grant, now=NOW)
    caught_up()
    assert put_right(NOW + timedelta(minutes=1)) in ({}, {"need.request": 1})
    assert items()[0].holder is None


def test_threads_wait_two_working_days_in_the_queue_of_their_managers(started):
    bruno, carla = a_person(started, "Bruno Neri"), a_person(started, "Carla Riva")
    anna = a_person(started, "Anna Conti")
    space = make_space(started, "Silk", managers=[bruno, carla], members=[anna])
    thread = open_thread(
        actor=act(anna), place=("space", space.pk), title="Chi tesse?", source="Chi?", kind="question", now=NOW
    )
    Thread.objects.filter(pk=thread.pk).update(created_at=NOW)
    sync("thread.unanswered", None, NOW)
    (item,) = items("thread.unanswered")
    assert item.queue == f"space:{space.pk}:managers"
    assert item.shows_at == NOW + timedelta(days=2)
    assert item.due_at == NOW + timedelta(days=3)
    assert not DeskItem.objects.shown(NOW + timedelta(days=1)).exists()
    assert list(DeskItem.objects.visible_to(act(bruno))) == [item]
    assert not DeskItem.objects.visible_to(act(anna)).exists()
    answer(actor=act(bruno), thread=thread, source="Noi.", now=NOW)
    caught_up()
    assert items("thread.unanswered") == []


def test_a_thread_of_the_only_manager_waits_for_the_facilitators(started):
    bruno = a_person(started, "Bruno Neri")
    space = make_space(started, "Silk", managers=[bruno])
    open_thread(actor=act(bruno), place=("space", space.pk), title="Chi tesse?", source="Chi?", now=NOW)
    caught_up()
    assert [item.queue for item in items("thread.unanswered")] == [FACILITATORS]


def test_a_region_that_does_not_validate_has_nobody_waiting(started):
    a_person(started, "Anna Conti", validated=False)
    caught_up()
    assert len(items("person.validation")) == 1
    started.settings = {"facilitators": {"validates": False}}
    started.save()
    put_right(NOW)
    assert items("person.validation") == []


def test_comparing_costs_the_same_for_one_and_three(started):
    counts = []
    for number in (1, 2, 3):
        asked(started, number)
        if number != 2:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                sync("need.request", None, NOW)
            counts.append(len(queries))
    assert counts[0] == counts[1]


MOVES = st.lists(
    st.tuples(st.sampled_from(["ask", "take", "answer", "close", "validate", "return", "reply", "object", "decide"]),
              st.integers(0, 3), st.booleans()),
    min_size=1, max_size=14,
)  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(moves=MOVES)
def test_whatever_happens_everything_that_waits_is_in_exactly_one_queue(started, moves):
    example = transaction.atomic()
    example._from_testcase = True  # the actions' transactions stand as the outermost, and each example goes again
    with example:
        actor = act(facilitator(started))
        people = [Person.objects.get(account=a_person(started, f"Nora {n}", validated=False)) for n in range(2)]
        for step, (verb, number, follows) in enumerate(moves):
            _make(started, actor, people, verb, number, NOW + timedelta(hours=step))
            if follows:
                caught_up()
        caught_up()
        expected = truth()
        assert on_the_desk() == expected
        assert Counter((row.kind, row.object_id) for row in items()) == Counter(expected.keys())
        waiting = Person.objects.filter(state=ValidationState.WAITING).count()
        still_open = IntroductionRequest.objects.open().count()
        assert len([key for key in expected if key[0] == "person.validation"]) == waiting
        assert len([key for key in expected if key[0] == "need.request"]) == still_open
        assert all(row.queue == FACILITATORS for row in items())
        transaction.set_rollback(True)


def _make(region, actor, people, verb, number, now):
    requests = list(IntroductionRequest.objects.order_by("pk"))
    person = people[number % len(people)]
    try:
        if verb == "ask":
            asked(region, number, now)
        elif verb in ("take", "answer", "close") and requests:
            request = requests[number % len(requests)]
            if verb == "close":
                close_request(actor=actor, request=request, outcome="made", now=now)
            else:
                {"take": take_request, "answer": answer_request}[verb](actor=actor, request=request, now=now)
        elif verb == "validate":
            validate_person(actor=actor, person=person, now=now)
        elif verb == "return":
            return_person(actor=actor, person=person, question="Chi?", now=now)
        elif verb == "reply":
            answer_question(actor=act(person.account), person=person, words="Io.", now=now)
        elif verb == "object":
            body, _is_new = Organisation.objects.get_or_create(region=region, name="Seteria", sort_key="seteria")
            make_objection(
                actor=VISITOR,
                organisation=body,
                kind="correct",
                text="No.",
                email="a@example.org",
                name="",
                language="it",
                is_signed=False,
                now=now,
            )
        elif verb == "decide" and (said := Objection.objects.order_by("-pk").first()):
            decide_objection(actor=actor, objection=said, follow=True, reason="", now=now)
    except MoveNotPossible:
        return
