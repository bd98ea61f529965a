# SPDX-License-Identifier: EUPL-1.2
"""When an e-mail goes, also over the change of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filanda.capabilities.notifications.timing import due_at, is_quiet

ROME = ZoneInfo("Europe/Rome")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ROME).astimezone(UTC)


@pytest.mark.parametrize(
    ("channel", "happened", "quiet", "goes"),
    [
        ("at_once", "2026-11-22T12:00", (0, 0), "2026-11-22T12:01"),
        ("at_once", "2026-11-22T23:30", (22, 7), "2026-11-23T07:00"),
        ("at_once", "2026-11-22T06:59", (22, 7), "2026-11-22T07:00"),
        ("at_once", "2026-11-22T13:10", (13, 15), "2026-11-22T15:00"),
        ("daily", "2026-11-22T06:59", (0, 0), "2026-11-22T07:00"),
        ("daily", "2026-11-22T07:00", (0, 0), "2026-11-23T07:00"),
        ("weekly", "2026-11-22T12:00", (0, 0), "2026-11-23T07:00"),
        ("weekly", "2026-11-23T07:00", (0, 0), "2026-11-30T07:00"),
        ("daily", "2026-03-28T12:00", (0, 0), "2026-03-29T07:00"),  # clocks go forward that night
        ("daily", "2026-10-24T12:00", (0, 0), "2026-10-25T07:00"),  # and back
    ],
)
def test_due_at(channel, happened, quiet, goes):
    assert due_at(channel, at(happened), ROME, quiet) == at(goes)


@pytest.mark.parametrize("channel", ["product", "off"])
def test_other_channels_send_nothing(channel):
    assert due_at(channel, at("2026-11-22T12:00"), ROME) is None


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    st.integers(0, 23),
    st.integers(0, 23),
    st.sampled_from(["at_once", "daily", "weekly"]),
)
def test_it_goes_later_within_the_week_and_never_in_the_quiet_hours(moment, begin, end, channel):
    goes = due_at(channel, moment, ROME, (begin, end))
    assert goes is not None
    assert moment < goes <= moment + timedelta(days=7, hours=2)
    if channel == "at_once":
        assert not is_quiet(goes.astimezone(ROME).hour, (begin, end))
