# SPDX-License-Identifier: EUPL-1.2
"""Listing, correcting, withdrawing; states that follow the calendar; erasure."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from filanda.directory.funding import actions, personal
from filanda.directory.funding.models import FundingCall, FundingState, state_on
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.journal.models import Event
from filanda.kernel.policies import Forbidden
from tests.directory.funding.making import NOW, make_call

DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("opens", "deadlines", "said", "state"),
    [
        (None, [], "", "open"),
        (None, [], "closed", "closed"),
        (None, [DAY], "", "open"),
        (None, [DAY - timedelta(days=1)], "open", "closed"),
        (None, [DAY - timedelta(days=9), DAY + timedelta(days=9)], "", "open"),
        (DAY, [], "forthcoming", "open"),
        (DAY + timedelta(days=1), [DAY + timedelta(days=9)], "", "forthcoming"),
        (None, [DAY + timedelta(days=9)], "forthcoming", "forthcoming"),
    ],
)
def test_the_state_follows_from_dates(opens, deadlines, said, state):
    assert state_on(DAY, opens, deadlines, said) == state


def test_a_call_closes_by_the_calendar_and_the_index_is_told(region):
    row = make_call(region, deadlines=[date(2026, 12, 1), date(2027, 2, 1)])
    assert (row.told_state, row.next_deadline) == (FundingState.OPEN, date(2026, 12, 1))
    assert actions.follow_calendar(region=region, now=NOW) == 0
    assert actions.follow_calendar(region=region, now=NOW + timedelta(days=10)) == 1
    row.refresh_from_db()
    assert (row.told_state, row.next_deadline) == (FundingState.OPEN, date(2027, 2, 1))
    assert actions.follow_calendar(region=region, now=NOW + timedelta(days=90)) == 1
    row.refresh_from_db()
    assert row.told_state == FundingState.CLOSED
    assert Event.objects.filter(type="funding.calendar.followed").latest("pk").touches == {"funding_call": [row.pk]}
    assert actions.follow_calendar(region=region, now=NOW + timedelta(days=91)) == 0
    assert not FundingCall.objects.answerable(DAY + timedelta(days=90)).exists()


def test_of_a_deadline_is_told_twice_and_late_rather_than_never(region):
    near = make_call(region, deadlines=[date(2026, 12, 1), date(2027, 2, 1)])
    make_call(region, "Withdrawn", deadlines=[date(2026, 12, 1)])
    FundingCall.objects.filter(title="Withdrawn").update(withdrawn_at=NOW)
    make_call(region, "Not open yet", deadlines=[date(2026, 12, 1)], opens_on=date(2026, 11, 30))

    def told(day: int) -> list[tuple[int, str]]:
        before = Event.objects.order_by("pk").values_list("pk", flat=True).last()
        actions.follow_calendar(region=region, now=NOW + timedelta(days=day))
        actions.tell_deadlines(region=region, now=NOW + timedelta(days=day))
        rows = Event.objects.filter(pk__gt=before, type="funding.call.ending").order_by("pk")
        return [(row.subject_id, row.payload["deadline"]) for row in rows]

    assert [told(0), told(0), told(4)] == [[(near.pk, "2026-12-01")], [], []]  # 8 days before it
    assert sorted(told(7))[:1] == [(near.pk, "2026-12-01")]  # a day before it
    assert told(7) == []
    assert told(9) == []  # the next is far
    assert told(68) == [(near.pk, "2027-02-01")]  # nothing ran for weeks: once, not twice
    assert told(69) == []


def test_who_may_and_what_is_written(region):
    account = Account.objects.create_account(email="f@example.org", name="F")
    staff = Actor(account_id=account.pk, roles=frozenset({Role.FACILITATOR}))
    for stranger in (Actor(account_id=None), Actor(account_id=account.pk, roles=frozenset({Role.INNOVATOR}))):
        with pytest.raises(Forbidden):
            actions.create(actor=stranger, region=region, fields={"title": "x"}, now=NOW)
    row = actions.create(actor=staff, region=region, fields={"title": "Call", "text": "Ask a@b.org."}, key="k", now=NOW)
    assert row.text == "Ask ."
    again = actions.create(actor=staff, region=region, fields={"title": "Call"}, key="k", now=NOW + timedelta(hours=1))
    assert again.pk == row.pk
    with pytest.raises(Forbidden):
        actions.withdraw(actor=Actor(account_id=None), call=row, now=NOW)
    actions.change(actor=staff, call=row, fields={"title": "Other"}, version=row.version, now=NOW)
    with pytest.raises(actions.Outdated):
        actions.change(actor=staff, call=row, fields={"title": "Third"}, version=row.version, now=NOW)
    told = Event.objects.filter(subject_id=row.pk, type="funding.call.changed").get()
    assert told.payload == {"call": row.pk, "fields": ["title"]}
    actions.withdraw(actor=staff, call=row, now=NOW)
    assert not FundingCall.objects.visible_to(Actor(account_id=None)).exists()
    assert FundingCall.objects.visible_to(staff).exists()
    actions.restore(actor=staff, call=row, now=NOW)
    assert FundingCall.objects.visible_to(Actor(account_id=None)).exists()
    assert personal.collect(account)["funding-calls.json"][0]["id"] == row.pk
    personal.erase(account, keeps=True)
    assert FundingCall.objects.get().created_by_id is None


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"title": "x", "link": "javascript:alert(1)"}, "link"),
        ({"title": "x", "link": "https://[broken"}, "link"),
        ({"title": "x", "budget": -1}, "budget"),
        ({"title": "x", "grant_min": 5, "grant_max": 4}, "grant_max"),
        ({"title": "x", "deadlines": [date(1066, 10, 14)]}, "deadlines"),
        ({"title": "x", "opens_on": date(2027, 1, 2), "deadlines": [date(2027, 1, 1)]}, "deadlines"),
    ],
)
def test_what_cannot_be_kept_is_told_by_field(region, fields, wrong):
    with pytest.raises(ValidationError) as caught:
        actions.create(actor=PLATFORM, region=region, fields=fields, now=NOW)
    assert list(caught.value.message_dict) == [wrong]


def test_the_demo_is_seeded_once_and_is_invented(region):
    from filanda.directory.funding.demo.seeding import seed_calls

    assert seed_calls(PLATFORM, region) == 15
    assert seed_calls(PLATFORM, region) == 0
    assert set(FundingCall.objects.values_list("is_invented", flat=True)) == {True}
    assert set(FundingCall.objects.values_list("told_state", flat=True)) == {"open", "forthcoming", "closed"}
    assert set(FundingCall.objects.values_list("language", flat=True)) == {"it", "en"}
