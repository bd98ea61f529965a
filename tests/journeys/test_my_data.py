# SPDX-License-Identifier: EUPL-1.2
"""Somebody signs in by a code, takes all their data out, leaves and stays: with a browser, axe, keyboard and 390 px."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Installation
from tests.journeys.test_page_quality import violations
from tests.journeys.visiting import NARROW, WIDE, WIDTHS_OF, Visits, no_sideways, tab_to

_CODE = re.compile(r"\b([0-9A-Z]{6})\b")


def newest_message(installation: Installation, page: Page, to: str) -> Page:
    """Let the worker send what waits, and open the newest message to `to` in the outbox."""
    installation.command("worker", "--until-empty")
    outbox = page.context.new_page()
    outbox.goto(f"/demo/outbox/?to={to}")
    outbox.locator("table tbody th a").first.click()
    return outbox


def give_code(installation: Installation, page: Page, to: str) -> None:
    message = newest_message(installation, page, to)
    code = _CODE.search(message.locator(".prose").inner_text())
    assert code is not None
    message.close()
    page.locator("main input[name=code]").fill(code[1])
    with page.expect_navigation():
        page.keyboard.press("Enter")


def checked(page: Page) -> None:
    """As it should be at both widths, and for axe."""
    language = page.locator("html").get_attribute("lang") or ""
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        no_sideways(page)
        assert width not in WIDTHS_OF[language] or violations(page) == []
    page.set_viewport_size({"width": WIDE, "height": 900})


@pytest.mark.parametrize("language", ["it", "en"])
def test_taking_out_leaving_and_staying(
    visits: Visits, installation: Installation, language: str, tmp_path: Path
) -> None:
    to = f"leaver-{language}@journeys.example"
    page = visits.begin(expected=(422,))
    page.goto(f"/{language}/sign-in/?next=/{language}/my-data/")
    page.locator("main input[type=email]").fill(to)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    give_code(installation, page, to)
    page.goto(f"/{language}/my-data/")
    checked(page)

    # Only after a fresh code: whoever finds an open session gets nothing.
    page.goto(f"/{language}/my-data/take-out/")
    expect(page).to_have_url(re.compile("/account/confirm/"))
    if page.locator("main input[name=code]").count() == 0:
        with page.expect_navigation():
            page.locator("main button[type=submit]").first.click()
    give_code(installation, page, to)
    expect(page).to_have_url(re.compile("/my-data/take-out/"))
    checked(page)
    tab_to(page, page.locator("main form button"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    checked(page)

    message = newest_message(installation, page, to)
    checked(message)
    frame = message.frame_locator("iframe")
    expect(frame.locator("a").first).to_be_visible()
    message.close()
    page.goto(f"/{language}/my-data/")
    checked(page)
    with page.expect_download() as downloading:
        page.locator("main a[download]").click()
    packed = zipfile.ZipFile(io.BytesIO(Path(downloading.value.path()).read_bytes()))
    assert to in packed.read("account.json").decode()

    page.goto(f"/{language}/my-data/leave/")
    checked(page)
    page.locator("main form button").click()
    expect(page.locator("main [role=alert]")).to_be_visible()
    checked(page)
    tab_to(page, page.locator("#contributions-stay"))
    page.keyboard.press("Space")
    tab_to(page, page.locator("main form button"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/my-data/$"))
    expect(page.locator(".notice-warn")).to_be_visible()
    checked(page)
    with page.expect_navigation():
        page.locator("main .notice-warn button").click()
    expect(page.locator(".notice-good")).to_be_visible()
    expect(page.locator(".notice-warn")).to_have_count(0)


def test_the_outbox_without_messages_says_what_will_be_here(visits: Visits) -> None:
    page = visits.begin()
    page.goto("/demo/outbox/?to=nobody@journeys.example")
    expect(page.locator(".empty")).to_be_visible()
    checked(page)
