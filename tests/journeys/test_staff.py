# SPDX-License-Identifier: EUPL-1.2
"""A facilitator's day: sign in to the demonstration, find the request, take it on, answer, close, sign out."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Installation
from tests.journeys.visiting import NARROW, Visits, no_sideways


def signed_in(visits: Visits, width: int = 1280, role: str = "facilitator") -> Page:
    """Refused with the reason, and then let in as an invented member of staff."""
    page = visits.begin(width, expected=(403, 422))
    response = page.goto("/en/workbench/")
    assert response is not None
    assert response.status == 403
    no_sideways(page)
    with page.expect_navigation():
        page.locator(f"button[name=role][value={role}]").click()
    page.goto("/en/workbench/requests/")
    return page


def introduction_asked(visits: Visits, email: str) -> str:
    """As a visitor, ask to be introduced to the first organisation of the directory. Returns its name."""
    page = visits.begin()
    page.goto("/en/organisations/")
    page.locator(".rows h3 a").first.click()
    name = page.locator("h1").inner_text()
    page.locator(".who-acts a.btn-primary").click()
    page.locator("#email").fill(email)
    page.locator("#message").fill("We would like to visit your laboratory.")
    page.locator("form.js-draft button[type=submit]").click()
    expect(page.locator(".notice-good")).to_be_visible()
    return name


def test_a_request_from_arrival_to_end(visits: Visits) -> None:
    name = introduction_asked(visits, "visitor@journeys.example")
    page = signed_in(visits)
    row = page.locator("table tbody tr", has_text="visitor@journeys.example")
    expect(row).to_contain_text("Received")
    row.locator("th a").click()
    expect(page.locator("h1")).to_contain_text(name)
    expect(page.locator("main")).to_contain_text("We would like to visit your laboratory.")

    page.get_by_role("button", name="Take on").click()
    expect(page.locator(".track [aria-current=step]")).to_contain_text("Taken on")
    expect(page.locator("dl")).to_contain_text("Giulia Ferrandi")
    page.locator("#note").fill("Both agreed; they meet on Monday.")
    page.get_by_role("button", name="Mark as answered").click()
    expect(page.locator(".track [aria-current=step]")).to_contain_text("Answered")
    expect(page.locator("main")).to_contain_text("Both agreed; they meet on Monday.")

    # Refusing needs a reason, and what was chosen stays.
    page.locator("#outcome").select_option("refused")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.locator(".js-errors")).to_be_focused()
    expect(page.locator("#outcome")).to_have_value("refused")
    page.locator("#outcome").select_option("made")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.locator(".track [aria-current=step]")).to_contain_text("Closed")
    expect(page.get_by_role("button", name="Close", exact=True)).to_have_count(0)

    page.locator(".crumbs a").first.click()
    page.locator("nav .chip", has_text="Closed").click()
    expect(page.locator("table tbody tr", has_text="visitor@journeys.example")).to_contain_text("Giulia Ferrandi")
    page.locator(".me summary").click()
    page.locator(".sign-out button").click()
    page.wait_for_url(re.compile(r"/(it|en)/$"))
    expect(page.locator(".sign-out")).to_have_count(0)
    response = page.goto("/en/workbench/")
    assert response is not None
    assert response.status == 403


def test_on_a_phone(visits: Visits) -> None:
    introduction_asked(visits, "phone@journeys.example")
    page = signed_in(visits, NARROW)
    no_sideways(page)
    page.locator("table tbody tr", has_text="phone@journeys.example").locator("th a").click()
    no_sideways(page)
    page.get_by_role("button", name="Take on").click()
    expect(page.locator(".track [aria-current=step]")).to_contain_text("Taken on")
    no_sideways(page)


def test_who_may_do_what_is_for_administrators(visits: Visits) -> None:
    page = signed_in(visits, role="administrator")
    page.get_by_role("link", name="Who may do what").click()
    expect(page.locator("table")).to_contain_text("needs.requests.view")
    no_sideways(page)


def test_a_sign_in_link_that_leads_nowhere(visits: Visits) -> None:
    page = visits.begin(expected=(410,))
    page.goto("/en/sign-in/nothing-of-the-kind/")
    page.locator("main button[type=submit]").click()
    expect(page.locator(".notice-bad")).to_be_visible()


def test_a_sign_in_link_works_once(visits: Visits, installation: Installation) -> None:
    said = installation.command("region", "facilitator", "new@journeys.example", "altariva", "--name", "Nora Leri")
    link = "/" + said.split("//", 1)[1].split("/", 1)[1].split()[0]  # as printed, at the port served here
    page = visits.begin(expected=(410,))
    page.goto(link)
    page.locator("main button[type=submit]").click()
    # Signed in, and led to add the second factor that the role needs.
    page.wait_for_url(re.compile(r"/account/$"))
    expect(page.locator(".me summary")).to_contain_text("Nora Leri")
    expect(page.locator(".notice-warn")).to_be_visible()
    again = visits.begin(expected=(410,))
    again.goto(link)
    again.locator("main button[type=submit]").click()
    expect(again.locator(".notice-bad")).to_be_visible()
