# SPDX-License-Identifier: EUPL-1.2
"""The question after 3, 6 and 12 months: when it is asked, how it is answered, by the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from filanda.capabilities.collaborations import actions
from filanda.capabilities.collaborations.ending import said_over
from filanda.capabilities.collaborations.errors import CollaborationWrong
from filanda.capabilities.collaborations.mailing import LINK_DAYS, check_in_of, token_of
from filanda.capabilities.collaborations.models import CheckIn, Collaboration, CollaborationState, Outcome
from filanda.capabilities.collaborations.telling import desk_check_ins, lines_of_check_ins, other_sides
from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.identity.models import RoleGrant
from filanda.kernel.journal.models import Event
from filanda.kernel.mail.models import Message
from filanda.kernel.policies import Forbidden
from tests.capabilities.collaborations.conftest import NOW, World, speak
from tests.spaces.making import act

pytestmark = pytest.mark.django_db


def _confirmed(world: World, **more) -> Collaboration:
    return actions.confirm(actor=act(world.bruno), collaboration=world.reported(**more), now=NOW)


def _at(year: int, month: int, day: int, hour: int = 8) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def _send(world: World, now: datetime) -> list[str]:
    before = Message.objects.count()
    actions.send_due_check_ins(region=world.region, now=now)
    return sorted(Message.objects.order_by("pk").values_list("to", flat=True)[before:])


def test_check_ins_are_planned_for_each_side(world: World) -> None:
    _confirmed(world)
    days = list(CheckIn.objects.order_by("months", "party__position").values_list("due_on", flat=True))
    assert days == [date(2027, 2, 2)] * 2 + [date(2027, 5, 2)] * 2 + [date(2027, 11, 2)] * 2


def test_check_ins_of_days_that_are_over_are_not_asked(world: World) -> None:
    _confirmed(world, started_on=date(2026, 4, 30))
    assert set(CheckIn.objects.values_list("months", flat=True)) == {12}


def test_send_asks_once_reminds_once_and_never_of_what_was_answered(world: World) -> None:
    row = _confirmed(world)
    both = ["anna.conti@example.org", "bruno.riva@example.org"]
    assert _send(world, _at(2027, 2, 1, 22)) == []  # still 1 February in Rome
    assert _send(world, _at(2027, 2, 1, 23)) == both  # 2 February there
    assert _send(world, _at(2027, 2, 2)) == []
    first = CheckIn.objects.get(months=3, party__organisation=world.mill)
    actions.answer_check_in(actor=VISITOR, check_in=first, answer="goes_on", now=_at(2027, 2, 3))
    assert _send(world, _at(2027, 2, 9)) == both[1:]
    assert _send(world, _at(2027, 3, 20)) == []
    assert row.state == CollaborationState.ACTIVE


def test_send_after_a_long_silence_of_the_worker_asks_one_question_a_side(world: World) -> None:
    _confirmed(world)
    assert len(_send(world, _at(2027, 12, 1))) == 6  # three were due: they go in the order of their days …
    assert _send(world, _at(2027, 12, 9)) == [
        "anna.conti@example.org",
        "bruno.riva@example.org",
    ]  # … one is reminded of


def test_send_nobody_is_asked_once_it_has_ended(world: World) -> None:
    row = _confirmed(world)
    actions.end(actor=act(world.anna), collaboration=row, ended_on=date(2026, 11, 22), now=NOW)
    assert (_send(world, _at(2027, 12, 1)), CheckIn.objects.count()) == ([], 0)


def test_answer_by_link_needs_no_account_and_may_be_changed(world: World) -> None:
    _confirmed(world)
    _send(world, _at(2027, 2, 2))
    row = check_in_of(token_of(CheckIn.objects.filter(months=3).first()), world.region.pk)
    at = _at(2027, 2, 3)
    actions.answer_check_in(actor=VISITOR, check_in=row, answer="slow", now=at)
    outcome = {"kind": "hire", "count": "2"}
    actions.answer_check_in(actor=VISITOR, check_in=row, answer="goes_on", details="Better", outcome=outcome, now=at)
    row.refresh_from_db()
    assert (row.answer, row.details, row.answered_by_id) == ("goes_on", "Better", None)
    assert Outcome.objects.get().count == 2


def _asked(world: World) -> tuple[Collaboration, CheckIn, CheckIn]:
    """A collaboration of which both sides have been asked after three months: the mill's question, the lab's."""
    row = _confirmed(world)
    _send(world, _at(2027, 2, 2))
    asked = CheckIn.objects.filter(months=3)
    return row, asked.get(party__organisation=world.mill), asked.get(party__organisation=world.lab)


def _answer(asked: CheckIn, answer: str, now: datetime, details: str = "") -> None:
    actions.answer_check_in(actor=VISITOR, check_in=asked, answer=answer, details=details, now=now)


@pytest.mark.parametrize(("answer", "why"), [("stopped", "The partner has closed."), ("success", "")])
def test_it_ends_once_both_sides_say_so(world: World, answer: str, why: str) -> None:
    row, mill, lab = _asked(world)
    _answer(mill, answer, _at(2027, 2, 3), "The partner has closed.")
    row.refresh_from_db()
    assert row.state == CollaborationState.ACTIVE
    _answer(lab, answer, _at(2027, 2, 5))
    row.refresh_from_db()
    assert (row.state, row.ended_on, row.stopped_why) == (CollaborationState.ENDED, date(2027, 2, 3), why)
    assert set(CheckIn.objects.values_list("months", flat=True)) == {3}  # the others are not asked any more


def test_the_other_side_is_told_and_silent_it_ends_after_ten_working_days(world: World) -> None:
    row, mill, _lab = _asked(world)
    # Wednesday 17 March; the clocks go forward on 28 March, Easter Monday is the 29th: ten working days are 1 April.
    _answer(mill, "stopped", _at(2027, 3, 17, 9), "No money")
    event = Event.objects.get(type="collaborations.collaboration.said_over")
    assert [told.account_id for told in other_sides(event)] == [world.bruno.pk]
    end = datetime(2027, 4, 1, 8, tzinfo=UTC)  # ten o'clock in Rome, then as before
    assert said_over(Collaboration.objects.get(pk=row.pk)).until == end
    assert actions.end_due(region=world.region, now=end - timedelta(seconds=1)) == 0
    assert actions.end_due(region=world.region, now=end) == 1
    assert actions.end_due(region=world.region, now=end) == 0
    row.refresh_from_db()
    assert (row.state, row.ended_on, row.stopped_why) == (CollaborationState.ENDED, date(2027, 3, 17), "No money")


def test_the_other_side_objects_and_it_goes_on(world: World) -> None:
    row, mill, lab = _asked(world)
    _answer(lab, "goes_on", _at(2027, 2, 3))  # said before: no objection to what comes later
    _answer(mill, "stopped", _at(2027, 2, 4))
    with pytest.raises(Forbidden):
        actions.answer_end(actor=act(world.dora), collaboration=row, is_over=False, now=_at(2027, 2, 5))
    actions.answer_end(actor=act(world.bruno), collaboration=row, is_over=False, now=_at(2027, 2, 5))
    assert said_over(Collaboration.objects.get(pk=row.pk)) is None
    assert Event.objects.filter(type="collaborations.collaboration.goes_on").count() == 1
    assert actions.end_due(region=world.region, now=_at(2027, 4, 5)) == 0
    _answer(mill, "success", _at(2027, 4, 6))
    actions.answer_end(actor=act(world.bruno), collaboration=row, is_over=True, now=_at(2027, 4, 7))
    row.refresh_from_db()
    lab.refresh_from_db()
    assert (row.state, row.ended_on, lab.answer) == (CollaborationState.ENDED, date(2027, 4, 6), "success")
    with pytest.raises(CollaborationWrong):
        actions.answer_end(actor=act(world.bruno), collaboration=row, is_over=False, now=_at(2027, 4, 8))


def test_where_nobody_answers_for_the_other_side_one_is_enough(world: World) -> None:
    row, mill, _lab = _asked(world)
    RoleGrant.objects.filter(account=world.bruno).update(ended_at=NOW)
    _answer(mill, "stopped", _at(2027, 2, 4))
    row.refresh_from_db()
    assert (row.state, row.stopped_why) == (CollaborationState.ENDED, "—")


@pytest.mark.parametrize(
    ("started", "months", "day", "first_minute"),
    [
        (date(2026, 11, 2), 3, date(2027, 2, 2), datetime(2027, 2, 1, 23, tzinfo=UTC)),  # winter in Rome
        (date(2026, 10, 28), 6, date(2027, 4, 28), datetime(2027, 4, 27, 22, tzinfo=UTC)),  # summer, begun in winter
        (date(2026, 11, 1), 12, date(2027, 11, 1), datetime(2027, 10, 31, 23, tzinfo=UTC)),  # a holiday, the day after
    ],
)
def test_a_day_begins_by_the_wall_clock_in_summer_and_winter(
    world: World, started: date, months: int, day: date, first_minute: datetime
) -> None:
    _confirmed(world, started_on=started)
    CheckIn.objects.exclude(months=months).delete()
    assert set(CheckIn.objects.values_list("due_on", flat=True)) == {day}
    assert _send(world, first_minute - timedelta(minutes=1)) == []
    assert len(_send(world, first_minute)) == 2


def test_answer_unknown_or_too_long_is_refused(world: World) -> None:
    _confirmed(world)
    row = CheckIn.objects.first()
    for given in ({"answer": "perhaps"}, {"answer": "slow", "details": "x" * 4001}):
        with pytest.raises(CollaborationWrong):
            actions.answer_check_in(actor=VISITOR, check_in=row, now=NOW, **given)


def test_check_in_of_wrong_links_lead_nowhere(world: World, monkeypatch: pytest.MonkeyPatch, other_region) -> None:
    _confirmed(world)
    token = token_of(CheckIn.objects.first())
    assert check_in_of(token, other_region.pk) is None
    for wrong in (token[:-1], token + "a", "", "a:b:c", "\x00", "é" * 40):
        assert check_in_of(wrong, world.region.pk) is None
    import time

    later = time.time() + timedelta(days=LINK_DAYS, seconds=5).total_seconds()
    monkeypatch.setattr(time, "time", lambda: later)
    assert check_in_of(token, world.region.pk) is None


def test_desk_waits_two_weeks_after_the_question_and_only_for_the_last_one(world: World) -> None:
    _confirmed(world)
    sent = _at(2027, 2, 2)
    _send(world, sent)
    waits = list(desk_check_ins(None, sent))
    assert [one.shows_at for one in waits] == [sent + timedelta(days=14)] * 2
    speak(world.region, world.gino, world.lab)
    ids = [one.object_id for one in waits]
    assert len(lines_of_check_ins(act(world.fulvia), ids, sent)) == 2
    assert len(lines_of_check_ins(act(world.gino), ids, sent)) == 1
    assert lines_of_check_ins(act(world.anna), ids, sent) == {}
    _send(world, _at(2027, 5, 2))
    assert {CheckIn.objects.get(pk=one.object_id).months for one in desk_check_ins(None, sent)} == {6}
