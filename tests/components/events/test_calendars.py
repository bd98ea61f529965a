# SPDX-License-Identifier: EUPL-1.2
"""Moments on the clock of a place, and calendars as other programs read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation
from icalendar import Calendar

from filanda.components.events.actions import announcing
from filanda.components.events.calendars import calendar_of
from filanda.components.events.models import SpaceEvent
from filanda.components.events.times import moment_in, spoken, typed
from tests.components.events.conftest import NOW, details
from tests.spaces.making import act

ROME = "Europe/Rome"


def parsed(content: bytes) -> Calendar:
    calendar = Calendar.from_ical(content)
    assert not calendar.errors
    assert all(not one.errors for one in calendar.walk())
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    return calendar


def entries(client, path: str) -> list:
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/calendar")
    return list(parsed(response.content).walk("VEVENT"))


@pytest.mark.parametrize(
    ("text", "zone", "meant"),
    [
        ("2026-03-28T18:00", ROME, "2026-03-28T17:00:00+00:00"),
        ("2026-03-29T18:00", ROME, "2026-03-29T16:00:00+00:00"),
        ("2026-03-29 01:59", ROME, "2026-03-29T00:59:00+00:00"),
        ("2026-03-29T03:00", ROME, "2026-03-29T01:00:00+00:00"),
        ("2026-10-25T02:30", ROME, "2026-10-25T00:30:00+00:00"),  # twice that night: the first is meant
        ("2026-10-25T03:00", ROME, "2026-10-25T02:00:00+00:00"),
        ("2026-07-01T09:00", "Europe/London", "2026-07-01T08:00:00+00:00"),
        ("2026-07-01T09:00", "UTC", "2026-07-01T09:00:00+00:00"),
    ],
)
def test_what_is_typed_is_meant_on_the_clock_of_the_place(text, zone, meant):
    moment = moment_in(text, zone)
    assert moment.isoformat() == meant
    assert typed(moment, zone) == text.replace(" ", "T")


@pytest.mark.parametrize("text", ["2026-03-29T02:00", "2026-03-29T02:59"])
def test_the_hour_that_is_missing_cannot_be_meant(text):
    with pytest.raises(ValidationError, match="clocks go forward"), translation.override("en"):
        moment_in(text, ROME)
    assert moment_in(text, "UTC")


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-02-30T10:00", "2026-01-01T25:00", "9999-01-01T10:00", "１"])
def test_what_is_no_moment(text):
    with pytest.raises(ValidationError):
        moment_in(text, ROME)


def test_through_the_night_when_the_clocks_go_back():
    begins, ends = moment_in("2026-10-24T22:00", ROME), moment_in("2026-10-25T06:00", ROME)
    assert ends - begins == timedelta(hours=9)
    with translation.override("en"):
        words = spoken(begins, ends, ROME)
    assert 'datetime="2026-10-24T22:00+02:00"' in words
    assert 'datetime="2026-10-25T06:00+01:00"' in words
    assert "(CEST)" in words
    with translation.override("en"), timezone.override("Europe/London"):
        assert "(Rome, CEST)" in spoken(begins, ends, ROME)


@pytest.mark.django_db
def test_one_entry_says_what_changed(world, enter):
    event = world.announce(
        title="Seta, lana; e altro\nancora",
        starts_at=moment_in("2026-12-10T18:00", ROME),
        ends_at=moment_in("2026-12-10T19:30", ROME),
    )
    path = f"{world.root}{event.pk}/event.ics"
    (first,) = entries(enter(None), path)
    assert first["UID"] == str(event.uid)
    assert first["SEQUENCE"] == 0
    assert first["STATUS"] == "CONFIRMED"
    assert first["SUMMARY"] == "Seta, lana; e altro ancora"
    assert first["LOCATION"] == "Silk mill, Via del Filo 3, Como"
    assert first["URL"] == f"http://test.example{world.url(event)}"
    assert first.start == datetime(2026, 12, 10, 18, 0, tzinfo=ZoneInfo(ROME))
    assert first.end == datetime(2026, 12, 10, 19, 30, tzinfo=ZoneInfo(ROME))
    assert first["DTSTART"].params["TZID"] == ROME
    later = details(starts_at=moment_in("2026-12-11T18:00", ROME), ends_at=moment_in("2026-12-11T19:30", ROME))
    announcing.edit_event(actor=act(world.bruno), event=event, details=later, version=1, now=NOW)
    announcing.cancel_event(actor=act(world.bruno), event=event, reason="No mill.", now=NOW)
    (last,) = entries(enter(None), path)
    assert last["UID"] == first["UID"]
    assert last["SEQUENCE"] == 2
    assert last["STATUS"] == "CANCELLED"
    assert "No mill." in last["DESCRIPTION"]
    assert last.start.day == 11


@pytest.mark.django_db
def test_the_zone_is_described_as_it_is(world):
    for month in (1, 7):
        begins = moment_in(f"2027-0{month}-15T18:00", ROME)
        world.announce(title=f"In {month}", starts_at=begins, ends_at=begins + timedelta(hours=1))
    world.announce(title="London", time_zone="Europe/London")
    rows = list(SpaceEvent.objects.select_related("space"))
    calendar = parsed(calendar_of(rows, name="All", address=lambda one: f"https://x.example/{one.pk}"))
    zones = {str(one["TZID"]): one for one in calendar.walk("VTIMEZONE")}
    assert set(zones) == {ROME, "Europe/London"}
    rome = zones[ROME].to_tz(lookup_tzid=False)
    for month, hours in ((1, 1), (7, 2)):
        at = datetime(2027, month, 15, 18, tzinfo=UTC).replace(tzinfo=None)
        assert rome.utcoffset(at) == timedelta(hours=hours)


@pytest.mark.django_db
def test_the_calendar_of_a_space(world, enter):
    shown = world.announce(title="Shown")
    world.draft(title="Draft")
    hidden = world.announce(title="Hidden")
    SpaceEvent.objects.filter(pk=hidden.pk).update(hidden_at=NOW)
    gone = world.announce(title="Gone")
    announcing.cancel_event(actor=act(world.bruno), event=gone, reason="No.", now=NOW)
    for who in (None, world.bruno):
        found = entries(enter(who), f"{world.root}calendar.ics")
        assert {(str(one["SUMMARY"]), str(one["STATUS"])) for one in found} == {
            ("Shown", "CONFIRMED"),
            ("Gone", "CANCELLED"),
        }
    assert str(shown.uid) in {str(one["UID"]) for one in found}
    assert entries(enter(None), f"{world.root}calendar.ics".replace("/en/", "/it/"))


@pytest.mark.django_db
def test_an_empty_calendar_is_one(world, enter):
    assert entries(enter(None), f"{world.root}calendar.ics") == []


@pytest.mark.django_db
def test_who_waits_is_told_so_and_sees_no_address_online(world, enter):
    event = world.announce(capacity=1, online_url="https://meet.example/secret", place="", address="")
    world.come(world.sara, event)
    world.come(world.anna, event)
    path = f"{world.root}{event.pk}/event.ics"
    (coming,), (waiting,) = entries(enter(world.sara), path), entries(enter(world.anna), path)
    assert (coming["STATUS"], waiting["STATUS"]) == ("CONFIRMED", "TENTATIVE")
    assert "https://meet.example/secret" in coming["DESCRIPTION"]
    assert "meet.example" not in str(waiting.to_ical())
