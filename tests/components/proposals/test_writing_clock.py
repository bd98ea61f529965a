# SPDX-License-Identifier: EUPL-1.2
"""The clock of proposals, moved by hand: warnings, the end, renewal, over changes of daylight-saving time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filanda.components.proposals.actions import ending, writing
from filanda.components.proposals.models import ExpressionOfInterest, InterestState, Proposal
from filanda.components.proposals.steps import ending as steps
from filanda.components.proposals.timing import days_before, months_after
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.journal.models import Event
from filanda.kernel.mail.models import Message
from filanda.kernel.regions.models import Region
from tests.components.proposals.making import make_proposal, region_space
from tests.spaces.making import a_person, act

pytestmark = pytest.mark.django_db


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def anna(region):
    region_space(region)
    return a_person(region, "Anna Conti")


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-15T09:00", 3, "2026-04-15T08:00"),  # ten o'clock in Rome, before and after the clocks go forward
        ("2026-09-15T08:00", 2, "2026-11-15T09:00"),  # and back
        ("2026-01-31T09:00", 1, "2026-02-28T09:00"),  # of a month without that day, its last one
        ("2027-11-30T09:00", 3, "2028-02-29T09:00"),
        ("2026-06-10T08:00", 24, "2028-06-10T08:00"),
    ],
)
def test_a_month_is_a_month_by_the_wall_clock(region, start, months, end):
    assert months_after(region, at(start), months) == at(end)


@given(
    moment=st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2035, 1, 1), timezones=st.just(UTC)),
    months=st.integers(1, 24),
)
def test_more_months_end_later_on_the_same_day_or_the_last(moment, months):
    region = Region(slug="r", nuts_code="ITC4")
    one, more = months_after(region, moment, months), months_after(region, moment, months + 1)
    assert timedelta(days=26) < more - one < timedelta(days=33)
    local = moment.astimezone(one.tzinfo)
    assert one.day == local.day or (one.day < local.day and (one + timedelta(days=1)).month != one.month)
    assert (one.hour, one.minute) == (local.hour, local.minute)


def test_warned_twice_then_over(region, anna):
    # It ends on Monday, 9 November at 10 in Rome; clocks go back on 25 October, between the warning and the end.
    end = at("2026-11-09T09:00")
    row = make_proposal(region, anna, published_at=at("2026-05-09T08:00"), expires_at=end)
    bruno = a_person(region, "Bruno Neri")
    waits = ExpressionOfInterest.objects.create(
        region=region, proposal=row, author=bruno, brings="Probes", state=InterestState.SENT, sent_at=row.published_at
    )
    first, second = days_before(region, end, 14), days_before(region, end, 3)
    assert (first, second) == (at("2026-10-26T09:00"), at("2026-11-06T09:00"))
    said = []
    moment = at("2026-10-23T00:00")
    while moment < end + timedelta(hours=3):
        said += [(moment, "warned")] * ending.warn_due(now=moment) + [(moment, "ended")] * ending.expire_due(now=moment)
        moment += timedelta(hours=1)
    assert said == [(first, "warned"), (second, "warned"), (end, "ended")]
    waits.refresh_from_db()
    assert (Proposal.objects.get().state, waits.state) == ("expired", "lapsed")
    assert [one.to for one in Message.objects.order_by("pk")] == ["anna.conti@example.org"] * 2
    assert [one.payload["days"] for one in Event.objects.filter(type="proposals.proposal.warned").order_by("pk")] == [
        14,
        3,
    ]


def test_the_first_warning_falls_before_the_change_of_clocks(region, anna):
    end = at("2026-11-02T09:00")  # ten o'clock in Rome; so is the warning, a clock change earlier
    make_proposal(region, anna, published_at=at("2026-05-02T08:00"), expires_at=end)
    assert ending.warn_due(now=at("2026-10-19T07:59")) == 0
    assert ending.warn_due(now=at("2026-10-19T08:00")) == 1


def test_who_was_not_warned_in_time_hears_the_last_warning_alone(region, anna):
    end = at("2026-11-09T09:00")
    make_proposal(region, anna, published_at=at("2026-05-09T08:00"), expires_at=end)
    late = end - timedelta(days=1)
    assert [ending.warn_due(now=late), ending.warn_due(now=late)] == [1, 0]


def test_renewal_before_the_end_counts_from_today_and_only_when_near(region, anna):
    end = at("2026-11-09T09:00")
    row = make_proposal(region, anna, published_at=at("2026-05-09T08:00"), expires_at=end, months=6)
    ending.renew(actor=act(anna), proposal=row, now=end - timedelta(days=20))
    assert Proposal.objects.get().expires_at == end
    near = at("2026-10-30T09:00")
    ending.warn_due(now=near)
    ending.renew(actor=act(anna), proposal=row, now=near)
    renewed = Proposal.objects.get()
    assert (renewed.expires_at, renewed.warned_14_at, renewed.state) == (at("2027-04-30T08:00"), None, "published")
    ending.renew(actor=act(anna), proposal=row, now=near + timedelta(minutes=1))
    assert Proposal.objects.get().expires_at == renewed.expires_at
    assert ending.warn_due(now=days_before(region, renewed.expires_at, 14)) == 1


def test_what_is_renewed_keeps_its_first_day(region, anna):
    row = make_proposal(
        region, anna, state="expired", published_at=at("2026-05-09T08:00"), expires_at=at("2026-11-09T09:00")
    )
    ending.renew(actor=act(anna), proposal=row, now=at("2026-12-01T09:00"))
    again = Proposal.objects.get()
    assert (again.state, again.published_at) == ("published", row.published_at)
    assert again.expires_at == at("2027-06-01T08:00")


@pytest.mark.parametrize("before", ["published", "in_talks"])
def test_a_suspension_stops_the_clock_and_gives_back_the_state(region, anna, before):
    end = at("2026-11-09T09:00")
    row = make_proposal(region, anna, state=before, published_at=at("2026-05-09T08:00"), expires_at=end)
    begun, lifted = at("2026-11-01T09:00"), at("2026-12-01T09:00")
    steps.hide(PLATFORM, row.pk, begun)
    steps.hide(PLATFORM, row.pk, begun + timedelta(hours=1))
    hidden = Proposal.objects.get()
    assert (hidden.state, hidden.suspended_from, hidden.hidden_at) == ("suspended", before, begun)
    assert ending.expire_due(now=at("2026-11-20T09:00")) == 0
    steps.restore(PLATFORM, row.pk, lifted)
    again = Proposal.objects.get()
    assert (again.state, again.hidden_at, again.expires_at) == (before, None, end + (lifted - begun))


def test_nobody_is_written_to_who_has_left(region, anna):
    row = make_proposal(region, None, published_at=at("2026-05-09T08:00"), expires_at=at("2026-11-09T09:00"))
    assert ending.warn_due(now=at("2026-11-07T09:00")) == 1
    assert not Message.objects.exists()
    assert Proposal.objects.get(pk=row.pk).warned_3_at == at("2026-11-07T09:00")


def test_a_new_publication_counts_its_own_months(region, anna):
    region.settings = {"proposals": {"review": "never"}}
    region.save()
    row = make_proposal(region, anna, state="draft", months=3)
    now = at("2026-01-15T09:00")
    writing.submit(actor=act(anna), proposal=row, now=now)
    published = Proposal.objects.get()
    assert (published.published_at, published.expires_at) == (now, at("2026-04-15T08:00"))
