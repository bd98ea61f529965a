# SPDX-License-Identifier: EUPL-1.2
"""The question after 3, 6 and 12 months: when it is asked, how it is answered, by the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from filanda.capabilities.collaborations import actions
from filanda.capabilities.collaborations.errors import CollaborationWrong
from filanda.capabilities.collaborations.mailing import LINK_DAYS, check_in_of, token_of
from filanda.capabilities.collaborations.models import CheckIn, Collaboration, CollaborationState, Outcome
from filanda.capabilities.collaborations.telling import desk_check_ins, lines_of_check_ins
from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.mail.models import Message
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


@pytest.mark.parametrize(("answer", "why"), [("stopped", "The partner has closed."), ("success", "")])
def test_answer_that_it_has_ended_ends_it(world: World, answer: str, why: str) -> None:
    row = _confirmed(world)
    _send(world, _at(2027, 2, 2))
    asked = CheckIn.objects.filter(months=3).first()
    details = "The partner has closed."
    actions.answer_check_in(actor=VISITOR, check_in=asked, answer=answer, details=details, now=_at(2027, 2, 3))
    row.refresh_from_db()
    assert (row.state, row.ended_on, row.stopped_why) == (CollaborationState.ENDED, date(2027, 2, 3), why)
    assert set(CheckIn.objects.values_list("months", flat=True)) == {3}  # the others are not asked any more


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
