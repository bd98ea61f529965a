# SPDX-License-Identifier: EUPL-1.2
"""Reading and writing funding calls: invented lines in the shape of the portal's."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime

import pytest

from filanda.directory.funding.actions import change
from filanda.directory.funding.importers.writing import import_calls
from filanda.directory.funding.models import FundingCall, FundingState
from filanda.directory.organisations.importers.reporting import ImportRefused, RejectLog
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.journal.models import Event

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def line(number: int, **given) -> str:
    """A line as the portal has them, of an invented call."""
    row = {
        "reference": f"{number}TOPICSen",
        "topicId": f"INVENTED-2027-{number:02d}",
        "title": f"Invented call {number} about looms",
        "programme": "Invented Europe",
        "actionType": "IA",
        "typesOfAction": "INVENTED Innovation Actions",
        "deadline": "2027-02-01",
        "callStatus": "open",
        "budgetMin": 1000000,
        "budgetMax": 2000000,
        "portalUrl": "https://portal.example.org/invented",
        "description": "Expected Outcome:Projects weave more silk.Scope:Looms that mend themselves.",
        "supportInfo": "Ask Jane Invented, jane@example.org",
    }
    return json.dumps(row | given)


def run(region, path):
    log = RejectLog()
    done = import_calls(actor=PLATFORM, region=region, path=path, on_reject=log, now=NOW)
    return done, log


def test_what_a_line_becomes(region, tmp_path):
    path = tmp_path / "calls.jsonl.gz"
    text = "Objective:The loomâ€™s costs.Write to desk@example.org.Scope:Silk and \u25aa one \u25aa two"
    path.write_bytes(gzip.compress((line(1, description=text, title="Lâ€™eau & la soie") + "\n").encode()))
    done, log = run(region, path)
    assert (done.created, done.changed, done.unchanged) == (1, 0, 0)
    assert not log.by_reason
    row = FundingCall.objects.get()
    assert row.title == "L’eau & la soie"
    assert "loom’s" in row.text
    assert "@" not in row.text
    assert [one.split(":")[0] for one in row.paragraphs[:2]] == ["Objective", "Scope"]
    assert row.identifier == "INVENTED-2027-01"
    assert row.deadlines == [date(2027, 2, 1)] == [row.closes_on]
    assert (row.grant_min, row.grant_max) == (1_000_000, 2_000_000)
    assert row.state(NOW.date()) == FundingState.OPEN
    assert "Jane" not in json.dumps(list(FundingCall.objects.values()), default=str)


def test_again_changes_nothing_and_hands_keep_what_they_wrote(region, tmp_path):
    path = tmp_path / "calls.jsonl"
    path.write_text(line(1) + "\n" + line(2) + "\n")
    run(region, path)
    events = Event.objects.count()
    done, _log = run(region, path)
    assert (done.created, done.changed, done.unchanged) == (0, 0, 2)
    assert Event.objects.count() == events
    row = FundingCall.objects.get(identifier="INVENTED-2027-01")
    change(actor=PLATFORM, call=row, fields={"title": "Our title"}, version=row.version, now=NOW)
    path.write_text(line(1, deadline="2027-03-01", title="Their title") + "\n" + line(2) + "\n")
    done, _log = run(region, path)
    assert (done.created, done.changed, done.unchanged) == (0, 1, 1)
    row.refresh_from_db()
    assert row.title == "Our title"
    assert row.closes_on == date(2027, 3, 1)


def test_broken_lines_are_told_and_the_others_read(region, tmp_path):
    path = tmp_path / "calls.jsonl"
    lines = [
        line(1).encode(),
        b"{not json",
        b'"a text"',
        b"\xff\xfe\x00",
        line(2, title=None).encode(),
        line(3, topicId="", reference=7).encode(),
        line(4, deadline="soon", budgetMin="much", budgetMax=-3, portalUrl="javascript:alert(1)").encode(),
        line(1).encode(),
        b"[" * 100_000,
        line(5, deadline="1066-10-14", callStatus=["odd"], title="x" * 400).encode(),
        b"",
    ]
    path.write_bytes(b"\n".join(lines))
    done, log = run(region, path)
    assert done.created == 2
    assert log.lines == 8
    told = {(one.line, one.column) for one in log.first}
    assert {(2, ""), (3, ""), (4, ""), (5, ""), (6, ""), (8, ""), (9, ""), (10, "")} <= told
    assert {(7, "deadline"), (7, "budgetMin"), (7, "budgetMax"), (7, "link")} <= told
    row = FundingCall.objects.get(identifier="INVENTED-2027-04")
    assert (row.link, row.deadlines, row.grant_min) == ("", [], None)


def test_a_file_that_breaks_off_or_is_none(region, tmp_path):
    whole = gzip.compress("\n".join(line(one) for one in range(40)).encode())
    path = tmp_path / "broken.jsonl.gz"
    path.write_bytes(whole[: len(whole) - 12])
    done, log = run(region, path)
    assert done.created >= 39
    assert log.lines == 1
    with pytest.raises(ImportRefused):
        run(region, tmp_path / "nowhere.jsonl")
    (tmp_path / "odd.jsonl.gz").write_bytes(b"no gzip at all")
    with pytest.raises(ImportRefused):
        run(region, tmp_path / "odd.jsonl.gz")


def test_what_a_source_says_without_dates(region, tmp_path):
    path = tmp_path / "calls.jsonl"
    path.write_text(
        "\n".join(
            [
                line(1, callStatus="forthcoming"),
                line(2, callStatus="closed"),
                line(3, callStatus="open", deadline="2026-11-22"),
                line(4, callStatus="closed", deadline=None),
            ]
        )
    )
    run(region, path)
    states = dict(FundingCall.objects.values_list("identifier", "told_state"))
    assert list(states.values()).count("closed") == 3
    assert states["INVENTED-2027-01"] == "forthcoming"


def test_an_import_of_another_region_is_its_own(region, other_region, tmp_path):
    from filanda.kernel.regions.scoped import in_region

    path = tmp_path / "calls.jsonl"
    path.write_text(line(1))
    run(region, path)
    with in_region(other_region):
        run(other_region, path)
        assert FundingCall.objects.count() == 1
    assert FundingCall.objects.count() == 1
