# SPDX-License-Identifier: EUPL-1.2
"""People as others find them, by mouse, keyboard and phone; one's own profile; a facilitator's queue."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Installation
from tests.journeys.test_directory import count, names
from tests.journeys.test_staff import signed_in
from tests.journeys.visiting import NARROW, Visits, no_sideways, tab_to, until


def opened(visits: Visits, width: int = 1280, *, scripts: bool = True, address: str = "/en/people/") -> Page:
    page = visits.begin(width, scripts=scripts)
    page.goto(address)
    return page


def entered(
    visits: Visits, installation: Installation, email: str, width: int = 1280, *, expected: tuple[int, ...] = (409, 422)
) -> Page:
    """Signed in as an invented person, by a session that the installation itself makes. `expected`: as `begin`."""
    key = installation.python(
        "from tests.journeys.preparing import session_of", f"print(session_of({email!r}))"
    ).split()[-1]
    page = visits.begin(width, expected=expected)
    page.context.add_cookies([{"name": "session", "value": key, "url": installation.url}])
    return page


def test_search_as_you_type_filter_and_go_back(visits: Visits) -> None:
    page = opened(visits)
    everybody = count(page)
    assert 60 < everybody < 150  # the others list themselves for members, or for nobody
    skill = page.locator("#facets label", has=page.locator("input[name=skills]")).first
    promised = int(skill.locator(".num").inner_text())
    skill.locator("input").check()
    expect(page.locator("#count")).to_contain_text(str(promised))
    expect(page).to_have_url(re.compile(r"\?skills="))
    expect(page.locator(".active .chip")).to_have_count(1)
    page.go_back()
    expect(page.locator("#count")).to_contain_text(str(everybody))
    name = names(page)[3]
    page.locator("#q").press_sequentially(name.split()[-1], delay=20)
    until(lambda: count(page) < everybody)
    assert name in names(page)
    expect(page.locator("#q")).to_be_focused()
    page.locator("#q").fill("xyzzyplugh")
    expect(page.locator(".empty")).to_be_visible()
    page.locator("#q").fill("")
    expect(page.locator("#count")).to_contain_text(str(everybody))
    page.locator("#sort").select_option("newest")
    expect(page).to_have_url(re.compile(r"\?sort=newest$"))


def test_by_keyboard_alone(visits: Visits) -> None:
    page = opened(visits)
    box = page.locator("#facets input[name=skills]").first
    tab_to(page, box)
    promised = int(page.locator("#facets label").first.locator(".num").inner_text())
    page.keyboard.press("Space")
    expect(page.locator("#count")).to_contain_text(str(promised))
    expect(box).to_be_focused()
    link = page.locator(".rows h3 a").first
    name = link.inner_text()
    tab_to(page, link)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(name)


def test_without_scripts(visits: Visits) -> None:
    page = opened(visits, scripts=False)
    everybody = count(page)
    page.locator("#facet-validated summary").click()
    page.locator("#facets input[name=validated][value=yes]").check()
    page.get_by_role("button", name="Apply filters").click()
    expect(page.locator(".active .chip")).to_have_count(1)
    assert 0 < count(page) < everybody


def test_on_a_phone(visits: Visits) -> None:
    page = opened(visits, NARROW)
    no_sideways(page)
    page.locator(".facets-button").click()
    page.locator("#facets:popover-open").wait_for()
    page.locator("#facets input[name=skills]").first.check()
    page.locator(".facets-foot button").click()
    expect(page.locator(".active .chip")).to_have_count(1)
    no_sideways(page)
    page.locator(".rows h3 a").first.click()
    expect(page.locator("h1")).to_be_visible()
    no_sideways(page)


def test_taking_the_list_home(visits: Visits, tmp_path: Path) -> None:
    page = opened(visits, address="/en/people/?validated=yes")
    promised = count(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download this list as CSV").click()
    download.value.save_as(tmp_path / "people.csv")
    rows = list(csv.reader((tmp_path / "people.csv").open(encoding="utf-8-sig", newline="")))
    assert len(rows) == promised + 1


def test_ones_own_profile_and_how_others_see_it(visits: Visits, installation: Installation) -> None:
    email = installation.python(
        "from tests.journeys.preparing import person_with", "print(person_with(listing='public', state='validated'))"
    ).split()[-1]
    page = entered(visits, installation, email)
    page.goto("/en/profile/")
    name = page.locator("#name").input_value()
    page.locator("#headline").fill("A headline of this journey")
    page.locator("#visibility_headline").select_option("members")
    page.locator("#orcid").fill("0000-0002-1825-0098")
    # Nothing typed is lost, not even by going away.
    until(lambda: page.evaluate("Object.keys(localStorage).some((key) => key.startsWith('filanda-profile'))"))
    page.goto("/en/people/")
    page.goto("/en/profile/")
    expect(page.locator("#headline")).to_have_value("A headline of this journey")
    expect(page.locator("#visibility_headline")).to_have_value("members")
    expect(page.locator(".js-draft-back")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".js-errors")).to_be_focused()
    expect(page.locator("#orcid-error")).to_be_visible()
    page.locator("#orcid").fill("")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".notice-good")).to_be_visible()
    page.get_by_role("link", name="See it as others do").click()
    expect(page.locator("article")).to_contain_text("A headline of this journey")
    page.get_by_role("link", name="A visitor").click()
    expect(page.locator("article h2").first).to_have_text(name)
    expect(page.locator("article")).not_to_contain_text("A headline of this journey")
    # Two windows: both are shown.
    other = page.context.new_page()
    other.goto("/en/profile/")
    page.goto("/en/profile/")
    page.locator("#purpose").fill("From the first window.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".notice-good")).to_be_visible()
    other.locator("#purpose").fill("From the second window.")
    other.get_by_role("button", name="Save", exact=True).click()
    expect(other.locator("#purpose")).to_have_value("From the second window.")
    expect(other.locator("#purpose-stored")).to_contain_text("From the first window.")


def test_a_facilitator_validates_and_asks(visits: Visits) -> None:
    page = signed_in(visits)
    page.goto("/en/workbench/people/")
    cards = page.locator(".match")
    first, second = (cards.nth(place).locator("h2").inner_text() for place in range(2))
    cards.first.get_by_role("button", name="Validate").click()
    expect(page.locator(".notice-good")).to_contain_text(first)
    card = page.locator(".match", has_text=second)
    card.locator("summary").click()
    card.get_by_role("button", name="Send the question").click()
    expect(page.locator(".js-errors")).to_be_focused()
    card.locator("textarea").fill("Which organisation do you work for?")
    card.get_by_role("button", name="Send the question").click()
    expect(page.locator(".match", has_text=second)).to_have_count(0)
    page.locator("nav .chip", has_text="Returned").click()
    page.locator("#q").fill(second.split()[-1])
    page.locator("form#names button").click()
    expect(page.locator(".match", has_text=second)).to_contain_text("Which organisation do you work for?")
    page.set_viewport_size({"width": NARROW, "height": 844})
    no_sideways(page)
