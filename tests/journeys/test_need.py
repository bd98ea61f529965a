# SPDX-License-Identifier: EUPL-1.2
"""The main job, as a person does it: say what is needed, see who can help and why, ask to be introduced."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.preparing import EXPIRED_TOKEN
from tests.journeys.visiting import NARROW, WIDE, Visits, no_sideways, tab_to, until

NEED = (
    "Seguiamo pazienti con scompenso cardiaco e cerchiamo chi sappia misurare a casa peso, pressione e saturazione, "
    "così che un infermiere si accorga in tempo di un peggioramento."
)
NEED_ADDRESS = re.compile(r"/it/needs/[\w-]{16,}/$")
SENT_ADDRESS = re.compile(r"/introduction/sent/\?need=[\w-]+$")


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_main_job_by_mouse(visits: Visits, width: int) -> None:
    page = visits.begin(width)
    page.goto("/it/")
    no_sideways(page)
    page.locator("#need-text").fill(NEED)
    page.locator(".need .btn-primary").click()

    page.wait_for_url(NEED_ADDRESS)
    assert "scompenso" not in page.url
    no_sideways(page)
    expect(page.locator(".asked-text")).to_have_text(NEED)
    matches = page.locator(".match")
    expect(matches).to_have_count(10)
    first = matches.first
    assert 1 <= first.locator(".proofs > li").count() <= 3
    expect(first.locator(".proofs mark").first).to_be_visible()
    # What was asked for is in what carried the first one.
    assert re.search("scompenso|heart failure|pazienti", first.locator(".proofs").inner_text())

    why = first.locator("details.why")
    expect(why.locator(".shares")).to_be_hidden()
    why.locator("summary").click()
    shares = [int(text.rstrip("%")) for text in why.locator(".shares .num").all_inner_texts()]
    assert shares == sorted(shares, reverse=True)
    assert 0 < sum(shares) <= 101
    no_sideways(page)

    name = first.locator("h3 a").inner_text()
    first.locator("a.btn-primary").click()
    expect(page.locator("p.to")).to_contain_text(name)
    expect(page.locator("details.along")).to_contain_text("scompenso cardiaco")
    no_sideways(page)
    page.locator("#email").fill("anna.rossi@caseificio.example")
    page.locator("#message").fill("Possiamo sentirci in settimana?")
    page.locator("form.js-draft button[type=submit]").click()

    page.wait_for_url(SENT_ADDRESS)
    expect(page.locator(".notice-good")).to_be_visible()
    expect(page.locator("h1")).to_contain_text(name)
    expect(page.locator(".track [aria-current=step]")).to_have_count(1)
    page.locator("main a.btn-primary").click()
    page.wait_for_url(NEED_ADDRESS)
    expect(page.locator(".match").first.locator("h3")).to_contain_text(name)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_main_job_by_keyboard_alone(visits: Visits, width: int) -> None:
    page = visits.begin(width, expected=(422,))
    page.goto("/it/")
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    tab_to(page, page.locator("#need-text"))
    page.keyboard.type(NEED)
    tab_to(page, page.locator(".need .btn-primary"), most=3)
    page.keyboard.press("Enter")

    page.wait_for_url(NEED_ADDRESS)
    expect(page.locator(".match")).to_have_count(10)
    first = page.locator(".match").first
    why = first.locator("details.why")
    tab_to(page, first.locator("a.btn-primary"))
    tab_to(page, why.locator("summary"), most=1)
    page.keyboard.press("Enter")
    expect(why.locator(".shares")).to_be_visible()
    page.keyboard.press("Space")
    expect(why.locator(".shares")).to_be_hidden()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile("/introduction/"))
    tab_to(page, page.locator("#email"))
    page.keyboard.type("anna.rossi")
    tab_to(page, page.locator("form.js-draft button[type=submit]"))
    page.keyboard.press("Enter")
    # The address was no address: the summary has the focus, leads to the field, and nothing is lost.
    summary = page.locator(".js-errors")
    expect(summary).to_be_focused()
    tab_to(page, summary.locator("a"), most=1)
    page.keyboard.press("Enter")
    field = page.locator("#email")
    expect(field).to_be_focused()
    expect(field).to_have_value("anna.rossi")
    page.keyboard.press("End")
    page.keyboard.type("@caseificio.example")
    page.keyboard.press("Enter")
    page.wait_for_url(SENT_ADDRESS)
    expect(page.locator(".notice-good")).to_be_visible()


def test_main_job_without_scripts(visits: Visits) -> None:
    page = visits.begin(NARROW, scripts=False)
    page.goto("/it/")
    page.locator("#need-text").fill(NEED)
    page.locator(".need .btn-primary").click()
    page.wait_for_url(NEED_ADDRESS)
    everybody = int(re.sub(r"\D", "", page.locator("#count").inner_text()))
    page.locator(".facets-button").click()
    page.locator("#facets input[name=helix_role][value=academia]").check()
    page.locator("#facets noscript button, #facets button[type=submit]").first.click()
    expect(page).to_have_url(re.compile(r"\?helix_role=academia$"))
    assert 0 < int(re.sub(r"\D", "", page.locator("#count").inner_text())) < everybody
    first = page.locator(".match").first
    first.locator("details.why summary").click()
    expect(first.locator(".shares")).to_be_visible()
    # Buttons that need a script are not there.
    expect(page.locator(".js-copy")).to_be_hidden()
    expect(first.locator(".js-dismiss")).to_be_hidden()
    first.locator("a.btn-primary").click()
    page.locator("#email").fill("luca@officina.example")
    page.locator("form.js-draft button[type=submit]").click()
    page.wait_for_url(SENT_ADDRESS)
    expect(page.locator(".notice-good")).to_be_visible()


def test_an_example_is_one_click(visits: Visits) -> None:
    page = visits.begin()
    page.goto("/en/")
    example = page.locator(".need-examples button").first
    words = example.inner_text()
    example.click()
    page.wait_for_url(re.compile(r"/en/needs/[\w-]{16,}/$"))
    expect(page.locator(".asked-text")).to_have_text(words)
    expect(page.locator(".match").first).to_be_visible()


def test_filters_of_a_need_go_on_and_off_without_a_reload(visits: Visits) -> None:
    page = visits.begin()
    asked(page)
    page.evaluate("window.stillTheSamePage = true")
    count = page.locator("#count")
    everybody = count.inner_text()
    tick = page.locator("#facets input[name=helix_role][value=industry]")
    tick.check()
    expect(count).not_to_have_text(everybody)
    expect(page).to_have_url(re.compile(r"\?helix_role=industry$"))
    expect(page.locator(".match .helix-industry").first).to_be_visible()
    expect(page.locator(".match .helix-academia")).to_have_count(0)
    page.locator(".active a.chip-clear").click()
    expect(count).to_have_text(everybody)
    expect(page).to_have_url(NEED_ADDRESS)


def test_a_result_is_put_aside_and_taken_back(visits: Visits) -> None:
    page = visits.begin()
    asked(page)
    first = page.locator(".match").first
    first.locator(".js-dismiss").click()
    expect(first).to_have_class("match match-away")
    page.reload()
    expect(first).to_have_class("match match-away")
    first.locator(".js-dismiss").click()
    expect(first).to_have_class("match")


def test_a_need_half_written_is_still_there(visits: Visits) -> None:
    page = visits.begin()
    page.goto("/it/")
    page.locator("#need-text").fill("Cerchiamo chi sappia")
    until(lambda: page.evaluate("localStorage.getItem('filanda-need') !== null"))
    page.goto("/it/organisations/")
    page.goto("/it/")
    expect(page.locator("#need-text")).to_have_value("Cerchiamo chi sappia")
    page.locator("#need-text").fill(NEED)
    page.locator(".need .btn-primary").click()
    page.wait_for_url(NEED_ADDRESS)
    page.goto("/it/")
    expect(page.locator("#need-text")).to_have_value("")


def test_a_need_too_long_keeps_its_text(visits: Visits) -> None:
    page = visits.begin(expected=(422,))
    page.goto("/en/")
    text = "We look for somebody who measures. " * 1000
    page.locator("#need-text").fill(text)
    page.locator(".need .btn-primary").click()
    error = page.locator("#need-error")
    expect(error).to_contain_text("This text has")
    assert page.locator("#need-text").input_value() == text
    assert page.locator("#need-text").get_attribute("aria-describedby").split() == ["need-help", "need-error"]
    page.locator("#need-text").fill(NEED)
    page.locator(".need .btn-primary").click()
    expect(page.locator(".match").first).to_be_visible()


def test_a_need_too_short_is_asked_for_more(visits: Visits) -> None:
    page = visits.begin(NARROW, expected=(422,))
    page.goto("/en/")
    page.locator(".need .btn-primary").click()
    expect(page.locator("#need-error")).to_contain_text("Tell us a little more")
    no_sideways(page)


def test_an_expired_need_says_so_and_offers_the_box(visits: Visits) -> None:
    page = visits.begin(expected=(404,))
    response = page.goto(f"/en/needs/{EXPIRED_TOKEN}/")
    assert response is not None
    assert response.status == 404
    expect(page.locator("#need-error")).to_contain_text("kept for 30 days")
    assert "latte" not in page.content()
    expect(page.locator("#need-text")).to_be_visible()


SENT_OFTEN = """async ([text, times]) => {
  const form = document.querySelector('form.js-need');
  const kinds = [];
  for (let time = 0; time < times; time++) {
    const body = new URLSearchParams(new FormData(form));
    body.set('text', text);
    kinds.push((await fetch(form.action, { method: 'POST', body, redirect: 'manual' })).type);
  }
  return kinds;
}"""


def test_who_asks_too_often_loses_no_word(visits: Visits) -> None:
    page = visits.begin(expected=(429,))
    page.goto("/en/")
    kinds = page.evaluate(SENT_OFTEN, [NEED, 30])
    assert kinds == ["opaqueredirect"] * 30
    page.locator("#need-text").fill(NEED)
    page.locator(".need .btn-primary").click()
    expect(page.locator("#need-error")).to_contain_text("short break")
    expect(page.locator("#need-text")).to_have_value(NEED)


def asked(page: Page) -> None:
    """A need's page."""
    page.goto("/it/")
    page.locator("#need-text").fill(NEED)
    page.locator(".need .btn-primary").click()
    page.wait_for_url(NEED_ADDRESS)
