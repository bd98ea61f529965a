# SPDX-License-Identifier: EUPL-1.2
"""An administrator's screens in a browser: axe, 390 px, keyboard, print, without scripts; a logo that is uploaded."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.test_page_quality import violations
from tests.journeys.visiting import NARROW, WIDE, WIDTHS_OF, Visits, no_sideways, tab_to

PAGES = {
    "home": "home/",
    "roles": "administration/roles/",
    "ended roles": "administration/roles/?state=ended",
    "give a role": "administration/roles/give/?q=a",
    "region": "administration/region/",
    "names": "administration/region/names/",
    "home texts": "administration/region/home/",
    "facilitators": "administration/region/people/",
    "retention": "administration/region/retention/",
    "controller": "administration/region/controller/",
    "providers": "administration/region/providers/",
    "a provider": "administration/region/providers/new/",
    "legal texts": "administration/legal/",
    "a legal text": "administration/legal/terms/",
    "journal": "administration/journal/",
    "feedback": "administration/feedback/",
    "who may do what": "workbench/permissions/",
    "consent": "consent/",
    "terms": "terms/",
    "cookies": "cookies/",
    "accessibility": "accessibility/",
}


def signed_in(visits: Visits, role: str = "facilitator") -> Page:
    """As an invented member of staff. Two at once meet 409."""
    page = visits.begin(expected=(403, 409, 422))
    page.goto("/en/workbench/")
    with page.expect_navigation():
        page.locator(f"button[name=role][value={role}]").click()
    return page


def checked(page: Page) -> None:
    """As it should be at both widths, and for axe; on paper without what only a screen needs."""
    language = page.locator("html").get_attribute("lang") or ""
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        no_sideways(page)
        assert width not in WIDTHS_OF[language] or violations(page) == [], page.url
    page.set_viewport_size({"width": WIDE, "height": 900})
    page.emulate_media(media="print")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("header .nav")).to_be_hidden()
    page.emulate_media(media="screen")


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_screen_of_an_administrator(visits: Visits, language: str) -> None:
    page = signed_in(visits, role="administrator")
    for name, address in PAGES.items():
        response = page.goto(f"/{language}/{address}")
        assert response is not None
        assert response.status == 200, name
        assert page.locator("h1").count() == 1, name
        assert page.locator("html").get_attribute("lang") == language
        checked(page)


def test_a_role_is_given_and_ended_by_keyboard_alone(visits: Visits) -> None:
    page = signed_in(visits, role="administrator")
    page.goto("/en/administration/roles/give/")
    tab_to(page, page.locator("#email"))
    page.keyboard.type("marta.kronen@journeys.example")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".js-errors a").first).to_be_visible()
    expect(page.locator("#email")).to_have_value("marta.kronen@journeys.example")
    checked(page)
    tab_to(page, page.locator("#role"))
    page.keyboard.type("Facilitator")
    tab_to(page, page.locator("#organisation"))
    page.locator("#reason").focus()  # between them is a date, whose parts the browser keeps to itself
    page.keyboard.type("She knows the weavers of the valley.")
    tab_to(page, page.locator("main form[method=post] button[type=submit]"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    row = page.locator("tr", has_text="marta.kronen@journeys.example")
    expect(row).to_contain_text("She knows the weavers")
    row.locator("a", has_text="End").click()
    page.locator("#reason").fill("She moved away.")
    with page.expect_navigation():
        page.locator("main form[method=post] button[type=submit]").click()
    expect(page.locator("tr", has_text="marta.kronen@journeys.example")).to_have_count(0)
    page.goto("/en/administration/roles/?state=ended&q=marta")
    expect(page.locator("tr", has_text="She moved away.")).to_be_visible()
    page.goto("/en/administration/journal/?type=identity.role.ended")
    expect(page.locator("tbody tr").first).to_contain_text("She moved away.")
    page.locator("form[action$='/verify/'] button").click()
    expect(page.locator(".notice-good")).to_be_visible()
    checked(page)


def test_two_administrators_at_once_see_each_other_and_scripts_are_not_needed(visits: Visits) -> None:
    first = signed_in(visits, role="administrator")
    second = signed_in(visits, role="administrator")
    for page in (first, second):
        page.goto("/en/administration/region/controller/")
    first.locator("#controller").fill("Ente Altariva, via dei Gelsi 1")
    first.locator("main form button[type=submit]").click()
    expect(first.locator(".notice-good")).to_be_visible()
    second.locator("#controller").fill("Ente Altariva, via dei Gelsi 2")
    second.locator("main form button[type=submit]").click()
    expect(second.locator("main")).to_contain_text("via dei Gelsi 1")
    expect(second.locator("#controller")).to_have_value("Ente Altariva, via dei Gelsi 2")
    checked(second)
    visitor = visits.begin(scripts=False)
    visitor.goto("/en/privacy/")
    expect(visitor.locator("main")).to_contain_text("via dei Gelsi 1")


def test_a_visitor_says_what_cannot_be_used_without_scripts(visits: Visits) -> None:
    page = visits.begin(NARROW, scripts=False, expected=(422,))
    page.goto("/it/accessibility/?page=/it/people/")
    expect(page.locator("#page")).to_have_value("/it/people/")
    page.locator("#message").fill("La tabella non si legge a voce.")
    page.locator("#email").fill("nessuno")
    page.locator("#feedback button").click()
    expect(page.locator("#email-error")).to_be_visible()
    page.locator("#email").fill("lettrice@journeys.example")
    page.locator("#feedback button").click()
    expect(page.locator(".notice-good")).to_be_visible()
    staff = signed_in(visits)
    staff.goto("/en/home/")
    staff.locator("main a", has_text=re.compile("accessib", re.IGNORECASE)).first.click()
    card = staff.locator("article", has_text="La tabella non si legge a voce.")
    checked(staff)
    card.locator("input[name^=note]").fill("The table has a caption now.")
    card.locator("button").click()
    expect(staff.locator("article", has_text="The table has a caption now.").locator("form")).to_have_count(0)


def test_a_logo_is_uploaded_and_shown(visits: Visits) -> None:
    page = signed_in(visits, role="administrator")
    page.goto("/en/organisations/")
    page.locator(".rows h3 a").first.click()
    public = page.url
    number = re.search(r"/organisations/(\d+)/", public)
    assert number is not None
    page.goto(f"/en/organisations/{number[1]}/manage/logo/")
    page.locator("#logo").set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": b"<svg/>"})
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("#logo-error")).to_be_visible()
    checked(page)
    out = io.BytesIO()
    Image.new("RGB", (300, 120), (20, 90, 60)).save(out, "PNG")
    page.locator("#logo").set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": out.getvalue()})
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("main .logo img")).to_be_visible()
    checked(page)
    visitor = visits.begin()
    visitor.goto(public)
    assert visitor.locator(".who .logo img").evaluate("(image) => image.naturalWidth") == 300
    checked(visitor)
