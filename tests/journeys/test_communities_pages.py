# SPDX-License-Identifier: EUPL-1.2
"""Every kind of page of communities: looked at by axe at both widths and in both languages, and walked by keyboard."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Installation
from tests.journeys.test_staff import signed_in
from tests.journeys.visiting import NARROW, SIDES, Visits, no_sideways, tab_to

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = f"window.axe ?? (() => {{ {AXE_FILE_PATH.read_text(encoding='utf-8')} }})()"


@pytest.fixture(scope="module")
def place(installation: Installation) -> dict[str, Any]:
    """A community that has everything, and what is where in it: see tests.journeys.furnishing."""
    told = installation.python("from tests.journeys.furnishing import furnish", "print(furnish())")
    found: dict[str, Any] = json.loads(told.strip().splitlines()[-1])
    return found


def of_visitors(place: dict[str, Any]) -> list[str]:
    space, events = f"communities/{place['space']}/", place["events"]
    return [
        *("communities/", "communities/?view=list", "communities/?q=zzzqqq", "news/", "events/", "transparency/"),
        *(space, f"{space}about/", f"{space}documents/", f"{space}news/", f"{space}events/"),
        *(f"{space}search/?q=misura", f"{space}search/?q=misura&kind=discussions"),
        *(f"communities/{place['door']}/", f"{space}documents/{place['documents']['text']}/x/"),
        *(f"{space}news/{place['news']}/x/", f"{space}events/{events['full']}/x/"),
    ]


def of_members(place: dict[str, Any]) -> list[str]:
    space, events, documents = f"communities/{place['space']}/", place["events"], place["documents"]
    return [
        *("communities/mine/", f"communities/{place['door']}/join/"),
        *(space, f"{space}people/", f"{space}leave/"),
        *(f"{space}documents/{documents[name]}/x/" for name in ("pdf", "picture")),
        *(f"{space}events/{events[name]}/x/" for name in ("open", "full", "cancelled", "over")),
        *("events/calendar/", "notifications/", "notifications/choices/", "following/", "bookmarks/", "reports/"),
        f"report/?thing=thread:{place['thread']}",
    ]


def of_managers(place: dict[str, Any]) -> list[str]:
    space, events = f"communities/{place['space']}/", place["events"]
    paper, documents, talk = place["documents"]["page"], f"{space}documents/", f"{space}discussions/{place['thread']}/"
    news = f"{space}news/"
    return [
        *(space, f"{space}people/", f"{space}people/{place['member_row']}/", f"{space}settings/"),
        *(f"{space}people/invite/", f"{space}people/invite/list/", f"communities/{place['led']}/people/requests/"),
        *(documents, f"{documents}{paper}/x/", f"{documents}{paper}/edit", f"{documents}pages/new/"),
        *(f"{documents}folders/new/", f"{documents}folders/{place['folder']}/", f"{documents}bin/"),
        *(f"{documents}waiting/", f"{talk}order/", f"{talk}to-document/"),
        *(
            news,
            f"{news}new/",
            f"{news}{place['draft']}/x/",
            f"{news}{place['planned']}/x/",
            f"{news}{place['draft']}/edit",
        ),
        *(f"{space}events/new/", f"{space}events/{events['draft']}/x/", f"{space}events/{events['full']}/edit/"),
        *(f"{space}events/{events['full']}/people/", f"{space}events/{events['over']}/material/"),
        *(f"{space}events/{events['open']}/cancel/", f"{space}health/", f"{space}health/invite/"),
        f"{space}health/greet/{place['member_row']}/",
        *(
            f"{space}newsletters/",
            f"{space}newsletters/{place['letter']}/",
            f"{space}newsletters/{place['letter']}/edit/",
        ),
        *("moderation/", f"moderation/{place['report']}/"),
    ]


def clean(page: Page, path: str) -> None:
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200, path
    no_sideways(page)
    page.evaluate(AXE)
    found = page.evaluate("(rules) => axe.run({ runOnly: rules })", RULES)
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == [], path


@pytest.mark.parametrize(("language", "width"), SIDES)
def test_axe_finds_nothing(visits: Visits, place: dict[str, Any], width: int, language: str) -> None:
    visitor = visits.begin(width)
    for path in of_visitors(place):
        clean(visitor, f"/{language}/{path}")
    member = signed_in(visits, width, "innovator")
    for path in of_members(place):
        clean(member, f"/{language}/{path}")
    manager = signed_in(visits, width, "community_manager")
    for path in of_managers(place):
        clean(manager, f"/{language}/{path}")


def test_the_menu_of_a_phone_by_keyboard(visits: Visits, place: dict[str, Any]) -> None:
    page = visits.begin(NARROW)
    page.goto(f"/en/communities/{place['space']}/news/")
    here = page.locator(".tabs [aria-current]").bounding_box()
    assert here is not None
    assert 0 <= here["x"] <= NARROW - here["width"]
    tab_to(page, page.get_by_role("button", name="Menu"))
    people = page.locator("#menu a", has_text="Organisations")
    expect(people).to_be_hidden()
    page.keyboard.press("Enter")
    expect(people).to_be_visible()
    tab_to(page, people)
    page.keyboard.press("Escape")
    expect(people).to_be_hidden()


def test_join_a_community_by_keyboard(visits: Visits, place: dict[str, Any]) -> None:
    page = signed_in(visits, role="innovator")
    page.goto(f"/en/communities/{place['quiet']}/")
    tab_to(page, page.get_by_role("button", name="Join", exact=True))
    page.keyboard.press("Enter")
    expect(page.locator(".space-acts .state")).to_have_text("Member")


def test_register_for_an_event_by_keyboard(visits: Visits, place: dict[str, Any]) -> None:
    page = signed_in(visits, role="innovator")
    page.goto(f"/en/communities/{place['space']}/events/{place['events']['full']}/x/")
    tab_to(page, page.get_by_role("button", name="Join the waiting list"))
    page.keyboard.press("Enter")  # without the answer that is needed
    expect(page.locator(".js-errors")).to_be_focused()
    tab_to(page, page.locator("#register input[type=text]").first)
    page.keyboard.type("A spool of hemp")
    page.keyboard.press("Enter")
    expect(page.locator("#register")).to_contain_text("You wait for a place")


def test_upload_and_open_a_document_by_keyboard(visits: Visits, place: dict[str, Any]) -> None:
    page = signed_in(visits, role="innovator")
    page.goto(f"/en/communities/{place['space']}/documents/")
    tab_to(page, page.locator("#files"))
    page.locator("#files").set_input_files(
        {"name": "Warp of the year.txt", "mimeType": "text/plain", "buffer": b"Eighteen newtons."}
    )
    tab_to(page, page.get_by_role("button", name="Upload"))
    page.keyboard.press("Enter")
    document = page.get_by_role("link", name="Warp of the year")
    expect(document).to_be_visible()
    tab_to(page, document)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Warp of the year")
    expect(page.locator(".doc-text")).to_have_text("Eighteen newtons.")


def test_publish_news_by_keyboard(visits: Visits, place: dict[str, Any]) -> None:
    page = signed_in(visits, role="community_manager")
    page.goto(f"/en/communities/{place['space']}/news/")
    tab_to(page, page.get_by_role("link", name="Write news"))
    page.keyboard.press("Enter")
    expect(page.locator("#title")).to_be_visible()
    tab_to(page, page.locator("#title"))
    page.keyboard.type("The loom runs again")
    tab_to(page, page.locator("#source"))
    page.keyboard.type("It has run since **Monday**.")
    tab_to(page, page.get_by_role("button", name="Save as a draft"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Publish now")).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Publish now"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Take it back")).to_be_visible()
    page.goto(f"/en/communities/{place['space']}/news/")
    expect(page.locator(".news-card", has_text="The loom runs again")).to_be_visible()


def test_handle_a_report_by_keyboard(visits: Visits, place: dict[str, Any]) -> None:
    page = signed_in(visits, role="community_manager")
    page.goto("/en/moderation/")
    tab_to(page, page.locator(f"a[href$='/moderation/{place['report']}/']"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/moderation/\d+/$"))
    choices = page.get_by_role("radio")
    tab_to(page, choices.first)
    for _press in range(choices.count()):
        if page.get_by_role("radio", name="It stays, and its author is warned").is_checked():
            break
        page.keyboard.press("ArrowDown")
    tab_to(page, page.locator("#rule"))
    page.keyboard.type("Rule 3")
    tab_to(page, page.locator("#reasons"))
    page.keyboard.type("It names a product and answers nothing.")
    tab_to(page, page.get_by_role("button", name="Decide, and tell those concerned"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Decided")).to_be_visible()


def test_paper_has_the_words_and_none_of_the_machinery(visits: Visits, place: dict[str, Any]) -> None:
    page = visits.begin()
    page.emulate_media(media="print")
    space, talk = f"/en/communities/{place['space']}/", f"discussions/{place['thread']}/"
    for path in (talk, f"news/{place['news']}/x/", f"events/{place['events']['full']}/x/"):
        page.goto(f"{space}{path}")
        expect(page.locator("h1")).to_be_visible()
        for machinery in (".tabs", ".space-acts", ".nav", ".strip", ".nav-button", ".btn"):
            for one in page.locator(machinery).all():
                expect(one).to_be_hidden()
