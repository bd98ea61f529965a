# SPDX-License-Identifier: EUPL-1.2
"""An organisation's desk in a browser: edits undone by keyboard, a file with errors, all screens at both widths."""

from __future__ import annotations

import csv
import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Installation
from tests.journeys.test_page_quality import violations
from tests.journeys.test_staff import signed_in
from tests.journeys.visiting import NARROW, WIDE, Visits, no_sideways, tab_to

DESK = ["", "details/", "topics/", "evidence/", "evidence/new/", "evidence/import/", "history/", "staff/"]


def desk(page: Page) -> str:
    """The address of the desk of the first organisation of the directory."""
    page.goto("/en/organisations/")
    href = page.locator(".rows h3 a").first.get_attribute("href") or ""
    found = re.search(r"/organisations/(\d+)/", href)
    assert found is not None
    return f"/en/organisations/{found[1]}/manage/"


def test_an_edit_is_made_and_undone_by_keyboard_alone(visits: Visits) -> None:
    page = signed_in(visits)
    own = desk(page)
    page.goto(f"{own}details/")
    before = page.locator("#short_name").input_value()
    tab_to(page, page.locator("#short_name"))
    page.keyboard.press("Control+A")
    page.keyboard.type("KEYBOARD")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    # The first button of the form is the preview's: what was typed is there, and nothing is saved yet.
    expect(page.locator("#short_name")).to_have_value("KEYBOARD")
    tab_to(page, page.locator("button[name=save]"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".notice-good")).to_be_visible()
    page.goto(f"{own}history/")
    expect(page.locator("article.card").first).to_contain_text("KEYBOARD")
    tab_to(page, page.locator("article.card button").first)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".notice-good")).to_be_visible()
    page.goto(f"{own}details/")
    expect(page.locator("#short_name")).to_have_value(before)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_file_with_errors_is_read_written_and_given_back(
    visits: Visits, installation: Installation, width: int
) -> None:
    page = signed_in(visits, width)
    own = desk(page)
    page.goto(f"{own}evidence/import/")
    content = f"title;kind;started_on\nA loom of {width};product;2024\n;product;\nA shuttle {width};spaceship;\n"
    page.locator("#file").set_input_files({"name": "list.csv", "mimeType": "text/csv", "buffer": content.encode()})
    with page.expect_navigation():
        page.locator("form button[type=submit].btn-primary").click()
    expect(page.locator("table")).to_contain_text("The title is missing.")
    no_sideways(page)
    assert violations(page) == []
    with page.expect_navigation():
        page.get_by_role("button", name="Write these rows").click()
    expect(page.locator("meta[http-equiv=refresh]")).to_have_count(1)
    installation.command("worker", "--until-empty")
    expect(page.locator("h2", has_text="Rows to mend")).to_be_visible(timeout=60_000)  # the page loads itself again
    expect(page.locator("meta[http-equiv=refresh]")).to_have_count(0)
    expect(page.locator("dl.figures")).to_contain_text("2")
    assert violations(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    given = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    table = list(csv.reader(given, delimiter=";"))  # as it came
    assert [row[1] for row in table[1:]] == ["", f"A shuttle {width}"]


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_every_screen_of_the_desk_and_of_staff(visits: Visits, width: int) -> None:
    page = signed_in(visits, width)
    own = desk(page)
    others = [own.replace("manage/", "say/"), "/en/workbench/duplicates/", "/en/workbench/objections/"]
    for address in [*(own + part for part in DESK), *others]:
        response = page.goto(address)
        assert response is not None
        assert response.status == 200, address
        assert page.locator("h1").count() == 1, address
        no_sideways(page)
        assert violations(page) == [], address


def test_the_desk_works_without_scripts(visits: Visits) -> None:
    with_scripts = signed_in(visits)
    own = desk(with_scripts)
    page = visits.begin(scripts=False)
    page.goto(own.replace("manage/", "say/"))
    page.locator("#kind").select_option("correct")
    page.locator("#text").fill("The name is written otherwise.")
    page.locator("#email").fill("somebody@journeys.example")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".notice-good")).to_be_visible()
    with_scripts.goto("/en/workbench/objections/")
    card = with_scripts.locator("section.card", has_text="somebody@journeys.example").first
    with with_scripts.expect_navigation():
        card.get_by_role("button", name="Done").click()
    expect(with_scripts.locator(".notice-good")).to_be_visible()
