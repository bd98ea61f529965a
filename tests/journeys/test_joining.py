# SPDX-License-Identifier: EUPL-1.2
"""From the landing page to a member with a claimed organisation, as a person types and clicks; and by keyboard alone.

Screens, fields and seconds are printed: `pytest tests/journeys/test_joining.py -s`. Only screens are asserted.
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Installation
from tests.journeys.visiting import NARROW, WIDE, Visits, no_sideways, tab_to

SCREENS_MOST = 4  # e-mail, code, who you are, organisation
CHARACTERS_A_SECOND = 5.0
CLICK_SECONDS = 1.5  # to find the place, move there, and click
MAIL_SECONDS = 15.0  # for an e-mail to arrive and to be opened: the demonstration's outbox would be no measure of that
PURPOSE = "We recycle plastics and textiles"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Somebody:
    """A person at a page: what they do is counted, at the speed of people, and done at the speed of machines.

    `waited`: seconds in between, for pages and for the e-mail.
    """

    page: Page
    screens: list[str] = field(default_factory=list)
    fields: int = 0
    characters: int = 0
    clicks: int = 0
    waited: float = 0.0

    def types(self, target: Locator, text: str) -> None:
        self.fields += 1
        self.characters += len(text)
        target.press_sequentially(text)

    def clicks_on(self, target: Locator) -> None:
        self.clicks += 1
        target.click()

    def arrives(self, name: str, address: str) -> None:
        """Wait for the next screen; axe and the width of the window have nothing against it."""
        before = time.monotonic()
        self.page.wait_for_url(re.compile(address))
        self.page.locator("main h1").wait_for()
        self.waited += time.monotonic() - before
        self.screens.append(name)
        clean(self.page)

    @property
    def seconds(self) -> float:
        return self.characters / CHARACTERS_A_SECOND + self.clicks * CLICK_SECONDS + self.waited


def clean(page: Page) -> None:
    no_sideways(page)
    page.evaluate(Path(AXE_FILE_PATH).read_text())
    found = page.evaluate(
        "(rules) => axe.run(document, {runOnly: {type: 'tag', values: rules}}).then((r) => r.violations)", RULES
    )
    assert found == [], json.dumps(found, indent=1)[:3000]


def code_for(installation: Installation, visits: Visits, address: str) -> str:
    """The code of the latest e-mail to `address`: the worker sends it, the demonstration's outbox shows it."""
    installation.command("worker", "--until-empty")
    outbox = visits.begin()
    outbox.goto(f"/demo/outbox/?to={address}")
    found = re.search(r"\b[2-9BCDFGHJKMNP-TV-Z]{6}\b", outbox.locator("table tbody th").first.inner_text())
    assert found is not None
    return found[0]


def unclaimed(visits: Visits) -> tuple[str, str]:
    """A listed organisation with a website of its own: its name, and the domain of its addresses."""
    page = visits.begin()
    page.goto("/en/organisations/")
    for address in page.locator(".rows h3 a").evaluate_all("all => all.map((one) => one.href)"):
        page.goto(address)
        website = page.locator(".who-acts a[rel*=nofollow]")
        is_listed = "listed" in page.locator(".track [aria-current=step]").inner_text().lower()
        if is_listed and website.count():
            return page.locator("h1").inner_text(), website.inner_text().strip().removeprefix("www.").rstrip("/")
    raise AssertionError("no listed organisation with a website among the first")


def joins(installation: Installation, visits: Visits, page: Page, name: str, domain: str) -> Somebody:
    who = Somebody(page)
    address = f"nora.{time.monotonic_ns() % 10**7}@{domain}"
    page.goto("/en/join/")
    who.arrives("landing, with the e-mail", r"/join/$")
    who.types(page.locator("#email"), address)
    who.clicks_on(page.get_by_role("button", name="Continue"))
    who.arrives("code", r"/sign-in/code/$")
    code = code_for(installation, visits, address)
    who.waited += MAIL_SECONDS
    who.types(page.locator("#code"), code)
    who.clicks_on(page.get_by_role("button", name="Continue"))
    who.arrives("who you are", r"/join/you/$")
    who.types(page.locator("#name"), "Nora Valli")
    who.types(page.locator("#purpose"), PURPOSE)
    topics = page.locator("#topics input")
    topics.first.wait_for()
    who.clicks_on(topics.first)
    clean(page)
    who.clicks_on(page.get_by_role("button", name="Continue"))
    who.arrives("your organisation", r"/join/organisation/$")
    who.types(page.locator("#q"), name[:8])
    found = page.locator("#choices .rows a", has_text=name)
    found.wait_for()
    clean(page)
    who.clicks_on(found)
    page.locator("#email").wait_for()
    clean(page)
    expect(page.locator("#email")).to_have_value(address)
    who.clicks_on(page.get_by_role("button", name="Claim it"))
    page.wait_for_url(re.compile(r"/join/done/$"))
    clean(page)
    return who


def test_from_landing_to_a_claimed_organisation(visits: Visits, installation: Installation) -> None:
    name, domain = unclaimed(visits)
    page = visits.begin()
    who = joins(installation, visits, page, name, domain)
    counted = f"{len(who.screens)} screens ({', '.join(who.screens)}), {who.fields} fields, {who.clicks} clicks"
    speed = (
        f"{CHARACTERS_A_SECOND:g} characters a second, {CLICK_SECONDS:g} s a click, {MAIL_SECONDS:g} s for the e-mail"
    )
    pages = who.waited - MAIL_SECONDS
    print(  # noqa: T201 - what it measures is for people to read
        f"\njoining: {counted}, {who.characters} characters: {who.seconds:.0f} s at {speed}, pages {pages:.1f} s"
    )
    assert len(who.screens) <= SCREENS_MOST
    expect(page.locator(".notice-good")).to_contain_text(name)
    expect(page.locator("main")).to_contain_text("looks after you")
    # The profile is complete: nothing is asked again, and the organisation's desk is open.
    page.get_by_role("link", name=f"Complete the page of {name}").click()
    expect(page.locator("h1")).to_be_visible()
    page.goto("/en/join/")
    page.wait_for_url(re.compile(r"/(home|workbench)/"))


def test_by_keyboard_alone_on_a_phone(visits: Visits, installation: Installation) -> None:
    page = visits.begin(NARROW, expected=(422,))
    address = f"keyboard.{time.monotonic_ns() % 10**7}@journeys.example"
    page.goto("/en/join/")
    clean(page)
    tab_to(page, page.locator("#email"))
    page.keyboard.type(address)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/sign-in/code/$"))
    tab_to(page, page.locator("#code"))
    page.keyboard.type(code_for(installation, visits, address))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/join/you/$"))
    clean(page)
    # Without a name: told what is missing, nothing lost.
    tab_to(page, page.locator("#purpose"))
    page.keyboard.type(PURPOSE)
    page.locator("#topics input").first.wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator("#topics input").first).to_be_checked()
    tab_to(page, page.get_by_role("button", name="Continue"))
    page.keyboard.press("Enter")
    expect(page.locator(".js-errors")).to_be_focused()
    clean(page)
    expect(page.locator("#purpose")).to_have_value(PURPOSE)
    tab_to(page, page.locator("#name"))
    page.keyboard.type("Ada Tasti")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/join/organisation/$"))
    clean(page)
    tab_to(page, page.get_by_role("button", name="I am here for myself"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/join/done/$"))
    clean(page)
    expect(page.locator("h1")).to_contain_text("Ada Tasti")


def test_who_leaves_in_the_middle_finds_everything_again(visits: Visits, installation: Installation) -> None:
    """Without JavaScript too, and back goes back."""
    page = visits.begin(WIDE, scripts=False, expected=(422,))
    address = f"later.{time.monotonic_ns() % 10**7}@journeys.example"
    page.goto("/en/join/")
    page.locator("#email").fill(address)
    page.get_by_role("button", name="Continue").click()
    page.locator("#code").fill(code_for(installation, visits, address))
    page.get_by_role("button", name="Continue").click()
    page.locator("#purpose").fill(PURPOSE)
    page.get_by_role("button", name="Suggest topics").click()
    page.locator("#topics input").first.check()
    page.get_by_role("button", name="Continue").click()  # the name is missing
    expect(page.locator("#name-error")).to_be_visible()
    page.goto("/en/")
    page.goto("/en/join/")
    expect(page.locator("#purpose")).to_have_value(PURPOSE)
    expect(page.locator("#topics input").first).to_be_checked()
    page.locator("#name").fill("Dora Poi")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(re.compile(r"/join/organisation/$"))
    page.go_back()
    page.locator("#name").fill("Dora Dopo")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(re.compile(r"/join/organisation/$"))
    page.locator("#q").fill("zzz nothing like it")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="It is not in the list: add it").click()
    page.locator("#name").fill(f"Dora {address[:12]}")
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("#helix_role-error")).to_be_visible()
    page.locator("#helix_role").select_option("industry")
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url(re.compile(r"/join/done/$"))
    expect(page.locator("h1")).to_contain_text("Dora Dopo")


def as_invented(visits: Visits, role: str, width: int = WIDE) -> Page:
    """One of the demonstration's people."""
    page = visits.begin(width, expected=(422,))
    page.goto("/en/sign-in/")
    page.locator(f"button[name=role][value={role}]").click()
    page.wait_for_url(re.compile(r"/(home|workbench)/"))
    return page


def test_a_document_goes_to_a_facilitator_who_grants_the_claim(visits: Visits, tmp_path: Path) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )
    name, _domain = unclaimed(visits)
    page = as_invented(visits, "innovator", NARROW)
    page.goto(f"/en/organisations/?q={name}")
    page.locator(".rows h3 a", has_text=name).first.click()
    page.get_by_role("link", name="Is this yours?").click()
    clean(page)
    page.get_by_role("button", name="Send the document").click()
    expect(page.locator("#document-error")).to_be_visible()
    clean(page)
    page.locator("#document").set_input_files(letter)
    page.locator("#message").fill("I am its director.")
    page.get_by_role("button", name="Send the document").click()
    expect(page.locator(".notice-good")).to_be_visible()
    clean(page)

    staff = as_invented(visits, "facilitator", NARROW)
    staff.goto("/en/workbench/claims/")
    clean(staff)
    staff.locator("table a", has_text=name).click()
    expect(staff.locator("main")).to_contain_text("I am its director.")
    clean(staff)
    staff.get_by_role("button", name="Refuse").click()
    expect(staff.locator("#reason-error")).to_be_visible()
    staff.get_by_role("button", name="Grant").click()
    expect(staff.locator("main")).to_contain_text("Granted")

    page.goto(f"/en/organisations/?q={name}")
    page.locator(".rows h3 a", has_text=name).first.click()
    page.get_by_role("link", name="Manage this page").click()
    page.get_by_role("link", name="People", exact=True).last.click()
    clean(page)
    page.get_by_role("link", name="Invite several people from a list").click()
    page.locator("#list").fill("email,name\nada@journeys.example,Ada\nnot one,Otto")
    page.get_by_role("button", name="Look at it first").click()
    expect(page.locator("table")).to_contain_text("ada@journeys.example")
    clean(page)
    page.get_by_role("button", name="Invite 1 person").click()
    expect(page.locator("#list")).to_have_value(re.compile("not one"))
    clean(page)
