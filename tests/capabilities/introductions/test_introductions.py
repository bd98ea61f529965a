# SPDX-License-Identifier: EUPL-1.2
"""Introductions: every state x move pair, who learns what and when, words that name nobody, the clock, two at once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import translation

from filanda.capabilities.introductions import actions, telling
from filanda.capabilities.introductions.errors import IntroductionWrong
from filanda.capabilities.introductions.mailing import side_and_account, token_of
from filanda.capabilities.introductions.manifest import manifest
from filanda.capabilities.introductions.models import Introduction, IntroductionState, Side
from filanda.capabilities.introductions.steps import Party
from filanda.capabilities.threads.models import Thread
from filanda.capabilities.threads.places import place
from filanda.directory.organisations.models import Organisation
from filanda.directory.people.models import Block
from filanda.kernel.identity.actors import PLATFORM, VISITOR
from filanda.kernel.identity.models import Role, RoleGrant
from filanda.kernel.journal.models import Event
from filanda.kernel.mail.models import Message
from filanda.kernel.policies import Forbidden
from filanda.kernel.workflow import MoveNotPossible, all_pairs, move
from tests.components.proposals.answers import speaks_for
from tests.spaces.making import NOW, a_person, act, staff

pytestmark = pytest.mark.django_db
WHY = "A weaver with a test line, and somebody who makes probes."


@pytest.fixture
def anna(region):
    return a_person(region, "Anna Conti")


@pytest.fixture
def bruno(region):
    return a_person(region, "Bruno Sala")


@pytest.fixture
def fede(region):
    account = a_person(region, "Fede Galli")
    RoleGrant.objects.create(region=region, account=account, role=Role.FACILITATOR)
    return account


def _body(region, name="Telai Comaschi"):
    return Organisation.objects.create(region=region, name=name, sort_key=name.lower())


def proposed(region, fede, first, second, **more):
    parties = tuple(
        Party(organisation_id=one.pk) if isinstance(one, Organisation) else Party(account_id=one.pk)
        for one in (first, second)
    )
    return actions.propose(actor=act(fede), region=region, parties=parties, why=WHY, now=NOW, **more)


@pytest.mark.parametrize(("state", "name", "target"), list(all_pairs(Introduction.workflow)))
def test_every_state_and_move(region, anna, bruno, fede, state, name, target):
    row = proposed(region, fede, anna, bruno)
    Introduction.objects.filter(pk=row.pk).update(state=state)
    mover = PLATFORM if name == "lapse" else act(anna)
    with transaction.atomic():
        if target is None:
            with pytest.raises(MoveNotPossible):
                move(row, name, actor=mover, now=NOW)
        else:
            move(row, name, actor=mover, now=NOW)
    row.refresh_from_db()
    assert row.state == (target or state)


@pytest.mark.parametrize("name", ["consent", "make", "refuse"])
def test_nobody_else_answers(region, anna, bruno, fede, name):
    row = proposed(region, fede, anna, bruno)
    for actor in (VISITOR, act(a_person(region, "Carla Neri")), act(staff(region))):
        with transaction.atomic(), pytest.raises(Forbidden):
            move(row, name, actor=actor, now=NOW)
    with pytest.raises(Forbidden):
        actions.answer(actor=act(fede), introduction=row, yes=True, now=NOW)
    with pytest.raises(Forbidden):
        actions.answer_for(actor=act(fede), introduction=row, position=1, yes=True, now=NOW)


def test_both_say_yes_and_then_they_talk(region, anna, bruno, fede):
    row = proposed(region, fede, anna, bruno)
    row = actions.answer(actor=act(bruno), introduction=row, yes=True, now=NOW)
    assert (row.state, row.thread_id) == ("one_consented", None)
    actions.answer(actor=act(bruno), introduction=row, yes=True, now=NOW)  # twice is as once
    row = actions.answer(actor=act(anna), introduction=row, yes=True, now=NOW)
    assert (row.state, row.made_at) == ("made", NOW)
    carla = a_person(region, "Carla Neri")
    readers = [
        Thread.objects.visible_to(actor).filter(pk=row.thread_id).exists()
        for actor in (act(anna), act(bruno), act(fede), act(carla), act(staff(region)), VISITOR)
    ]
    assert readers == [True, True, True, False, False, False]
    names = list(Event.objects.filter(type__startswith="introductions.").order_by("pk").values_list("type", flat=True))
    assert [name.rsplit(".", 1)[1] for name in names] == ["proposed", "consented", "made"]
    assert WHY not in str(list(Event.objects.values_list("payload", flat=True)))


def test_a_no_ends_it_and_its_reason_is_for_the_facilitator(region, anna, bruno, fede):
    row = proposed(region, fede, anna, bruno)
    actions.answer(actor=act(anna), introduction=row, yes=True, now=NOW)
    row = actions.answer(actor=act(bruno), introduction=row, yes=False, reason="We compete.", now=NOW)
    assert (row.state, row.sides.get(position=2).reason) == ("refused", "We compete.")
    with pytest.raises(MoveNotPossible):
        actions.answer(actor=act(anna), introduction=row, yes=False, now=NOW)
    event = Event.objects.get(type="introductions.introduction.refused")
    assert [one.account_id for one in telling.everybody(event)] == [fede.pk, anna.pk]
    for actor in (act(anna), act(bruno), act(fede)):
        assert "We compete" not in str(telling.lines(actor, [row.pk]))


def test_who_may_see_it(region, anna, bruno, fede):
    row = proposed(region, fede, anna, bruno)
    carla = a_person(region, "Carla Neri")
    colleague = staff(region, Role.FACILITATOR, "gino@region.example")
    seen = [
        Introduction.objects.visible_to(actor).filter(pk=row.pk).exists()
        for actor in (act(anna), act(bruno), act(fede), act(colleague), act(carla), act(staff(region)), VISITOR)
    ]
    assert seen == [True, True, True, True, False, False, False]
    asleep = act(colleague, second_factor=False)
    assert not Introduction.objects.visible_to(asleep).exists()


@pytest.mark.parametrize(
    "why", ["", "Meet ANNA conti, a weaver", "Signora Conti weaves", "telai comaschi weave", "x" * 1001]
)
def test_words_name_neither(region, anna, fede, why):
    with pytest.raises(IntroductionWrong) as caught:
        actions.propose(
            actor=act(fede),
            region=region,
            parties=(Party(account_id=anna.pk), Party(organisation_id=_body(region).pk)),
            why=why,
            now=NOW,
        )
    assert list(caught.value.errors) == ["why"]
    assert not Introduction.objects.exists()


def test_words_may_name_who_is_public(region, anna, bruno, fede):
    made = actions.propose(
        actor=act(fede),
        region=region,
        parties=(Party(account_id=anna.pk, is_public=True), Party(account_id=bruno.pk)),
        why="Anna Conti weaves",
        now=NOW,
    )
    assert [made.shows(side) for side in made.sides.all()] == [True, False]


def test_two_that_cannot_be_introduced(region, anna, bruno, fede):
    body = _body(region)
    speaks_for(region, anna, body)
    hidden = Organisation.objects.create(region=region, name="Gone", sort_key="gone", hidden_at=NOW)
    Block.objects.create(region=region, blocker=bruno, blocked=anna)
    carla = a_person(region, "Carla Neri")
    for first, second, field in (
        (anna, anna, "second"),
        (anna, body, "second"),
        (anna, bruno, "second"),
        (hidden, carla, "first"),
    ):
        with pytest.raises(IntroductionWrong) as caught:
            proposed(region, fede, first, second)
        assert list(caught.value.errors) == [field]
    with pytest.raises(Forbidden):
        proposed(region, fede, fede, carla)
    for stranger in (anna, staff(region)):
        with pytest.raises(Forbidden):
            proposed(region, stranger, bruno, carla)
    assert not Introduction.objects.exists()


def test_who_blocked_the_other_meanwhile_is_not_introduced_to_them(region, anna, bruno, fede):
    row = proposed(region, fede, anna, bruno)
    actions.answer(actor=act(bruno), introduction=row, yes=True, now=NOW)
    Block.objects.create(region=region, blocker=bruno, blocked=anna)
    with pytest.raises(MoveNotPossible):
        actions.answer(actor=act(anna), introduction=row, yes=True, now=NOW)
    row.refresh_from_db()
    assert (row.state, row.thread_id) == ("one_consented", None)


def test_who_is_blocked_says_nothing_more_where_they_were_introduced(region, anna, bruno, fede):
    row = proposed(region, fede, anna, bruno)
    for one in (anna, bruno):
        actions.answer(actor=act(one), introduction=row, yes=True, now=NOW)
    talks = place("introduction").may_answer
    assert [bool(talks(act(one), row.pk)) for one in (anna, bruno, fede)] == [True, True, True]
    Block.objects.create(region=region, blocker=bruno, blocked=anna)
    assert [bool(talks(act(one), row.pk)) for one in (anna, bruno, fede)] == [False, False, True]
    assert "facilitator" in str(talks(act(anna), row.pk).reason)


def test_one_asks_and_has_said_yes_by_that(region, anna, bruno, fede):
    body = _body(region)
    speaks_for(region, bruno, body)
    given = {"region": region, "organisation_id": None, "other": Party(organisation_id=body.pk, is_public=True)}
    row = actions.ask(actor=act(anna), why=WHY, now=NOW, key="k", **given)
    assert (row.state, row.origin, row.facilitator_id) == ("one_consented", "asked", fede.pk)
    again = actions.ask(actor=act(anna), why="Other words", now=NOW, key="other", **given)
    assert again.pk == row.pk
    row = actions.answer(actor=act(bruno), introduction=row, yes=True, now=NOW)
    assert row.state == "made"
    with pytest.raises(IntroductionWrong):
        actions.ask(actor=act(anna), why=WHY, now=NOW, **(given | {"organisation_id": body.pk}))


def test_a_side_without_anybody_here_is_asked_by_the_facilitator(region, anna, fede):
    row = proposed(region, fede, anna, _body(region))
    assert list(Message.objects.values_list("to", flat=True)) == [anna.email]
    row = actions.answer(actor=act(anna), introduction=row, yes=True, now=NOW)
    with pytest.raises(Forbidden):
        actions.answer_for(actor=act(anna), introduction=row, position=2, yes=True, now=NOW)
    row = actions.answer_for(actor=act(fede), introduction=row, position=2, yes=True, now=NOW)
    assert row.state == "made"
    assert row.sides.get(position=2).answered_by_id == fede.pk


def test_links_answer_for_one_side_alone(region, other_region, anna, bruno, fede):
    row = proposed(region, fede, anna, bruno)
    side = row.sides.get(position=1)
    token = token_of(side, anna)
    assert side_and_account(token, region.pk) == (side, anna)
    assert side_and_account(token, other_region.pk) is None
    assert side_and_account(token + "x", region.pk) is None
    assert side_and_account(token_of(side, bruno), region.pk) is None
    anna.is_active = False
    anna.save()
    assert side_and_account(token, region.pk) is None


def test_an_admin_who_has_left_does_not_answer_by_an_old_link(region, anna, bruno, fede):
    body = _body(region)
    speaks_for(region, bruno, body)
    row = proposed(region, fede, anna, body)
    side = row.sides.get(position=2)
    token = token_of(side, bruno)
    assert side_and_account(token, region.pk) == (side, bruno)
    RoleGrant.objects.filter(account=bruno, scope_kind="organisation").update(ended_at=NOW)
    assert side_and_account(token, region.pk) is None


def test_the_clock_reminds_once_and_lets_lapse(region, anna, bruno, fede):
    row = proposed(region, fede, anna, bruno)
    actions.answer(actor=act(anna), introduction=row, yes=True, now=NOW)
    Message.objects.all().delete()
    week = NOW + timedelta(days=7)
    assert actions.run_clock(actor=PLATFORM, now=week - timedelta(seconds=1)) == (0, 0)
    assert actions.run_clock(actor=PLATFORM, now=week) == (1, 0)
    assert actions.run_clock(actor=PLATFORM, now=week) == (0, 0)
    assert list(Message.objects.values_list("to", flat=True)) == [bruno.email]
    end = NOW + timedelta(days=14)
    with pytest.raises(MoveNotPossible):
        actions.answer(actor=act(bruno), introduction=row, yes=True, now=end)
    assert actions.run_clock(actor=PLATFORM, now=end) == (0, 1)
    row.refresh_from_db()
    assert row.state == IntroductionState.LAPSED
    with pytest.raises(Forbidden):
        actions.run_clock(actor=act(fede), now=end)


@pytest.mark.parametrize(
    ("asked", "reminded", "over", "due"),
    [
        # Ten o'clock in Rome: the clocks go back on 25 October …
        ("2026-10-20T08:00", "2026-10-27T09:00", "2026-11-03T09:00", "2026-10-29T09:00"),
        # … and forward on 28 March; Easter Monday is the 29th, on which nobody works.
        ("2027-03-22T09:00", "2027-03-29T08:00", "2027-04-05T08:00", "2027-03-31T22:00"),
    ],
)
def test_the_clock_counts_days_of_the_wall_clock_and_the_desk_working_days(
    region, anna, bruno, fede, asked, reminded, over, due
):
    asked, reminded, over, due = (datetime.fromisoformat(f"{one}+00:00") for one in (asked, reminded, over, due))
    parties = (Party(account_id=anna.pk), Party(account_id=bruno.pk))
    row = actions.propose(actor=act(fede), region=region, parties=parties, why=WHY, now=asked)
    assert row.lapses_at == over
    waits = next(iter(telling.desk_waiting(None, asked)))
    assert (waits.since, waits.shows_at, waits.due_at) == (asked, reminded, due)
    second = timedelta(seconds=1)
    said = [actions.run_clock(actor=PLATFORM, now=at) for at in (reminded - second, reminded, over - second, over)]
    assert said == [(0, 0), (1, 0), (0, 0), (0, 1)]


def test_what_one_takes_along_names_the_other_only_once_made(region, anna, bruno, fede):
    body = _body(region)
    speaks_for(region, bruno, body)
    row = proposed(region, fede, anna, body)
    assert "Telai" not in str(telling.collect(anna))
    actions.answer(actor=act(anna), introduction=row, yes=True, now=NOW)
    actions.answer(actor=act(bruno), introduction=row, yes=True, now=NOW)
    assert "Telai" in str(telling.collect(anna))


def test_whoever_leaves_is_forgotten_and_what_was_open_lapses(region, anna, bruno, fede):
    row = proposed(region, fede, anna, bruno)
    with transaction.atomic():
        telling.erase(anna, keeps=True)
    row.refresh_from_db()
    assert row.state == "lapsed"
    assert not Side.objects.filter(account=anna).exists()


def test_the_desk_sees_what_waits(region, anna, bruno, fede):
    source = manifest.desk[0]
    row = proposed(region, fede, anna, bruno)
    unreached = proposed(region, fede, anna, _body(region))
    waits = {one.object_id: one for one in source.waiting(None, NOW)}
    assert waits[row.pk].shows_at == NOW + timedelta(days=7)
    assert waits[unreached.pk].shows_at == NOW
    colleague = staff(region, Role.FACILITATOR, "gino@region.example")
    ids = [row.pk, unreached.pk]
    assert [sorted(source.lines(act(one), ids, NOW)) for one in (fede, colleague, anna, staff(region))] == [
        ids,
        ids,
        [],
        [],
    ]


def test_nobody_is_asked_twice_about_the_same(region, anna, bruno, fede):
    body = _body(region)
    gina = a_person(region, "Gina Riva")
    RoleGrant.objects.create(region=region, account=gina, role=Role.FACILITATOR)
    first = proposed(region, fede, anna, body)
    translation.activate("en")
    for one, other in ((anna, body), (body, anna)):
        with pytest.raises(IntroductionWrong) as caught:
            proposed(region, gina, one, other, key=f"k{one.pk}")
        assert "were asked about" in caught.value.errors["second"]
    proposed(region, gina, anna, body, about=("proposal", 1))
    proposed(region, gina, bruno, body)
    Introduction.objects.filter(pk=first.pk).update(state="made", made_at=NOW)
    with pytest.raises(IntroductionWrong) as caught:
        proposed(region, gina, body, anna)
    assert "were introduced" in caught.value.errors["second"]
    Introduction.objects.filter(pk=first.pk).update(state="refused")
    assert proposed(region, gina, body, anna).pk != first.pk
