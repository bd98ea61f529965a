# SPDX-License-Identifier: EUPL-1.2
"""The workbench in a browser: by keyboard alone, without scripts, on a phone, in both languages, with axe."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Installation
from tests.journeys.visiting import NARROW, SIDES, WIDE, Visits, no_sideways

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(autouse=True, scope="module")
def _desk(installation: Installation) -> None:
    """What waits is on the desk, as the worker brings it there."""
    installation.python(
        "from django.utils.timezone import now",
        "from filanda.capabilities.desk.following import compare",
        "from filanda.kernel.regions.models import Region",
        "from filanda.kernel.regions.scoped import in_region",
        "with in_region(Region.objects.get(slug='altariva')):",
        "    compare(now())",
    )


def at_work(visits: Visits, width: int = WIDE, *, language: str = "en", scripts: bool = True) -> Page:
    page = visits.begin(width, scripts=scripts, expected=(403, 422))
    page.goto(f"/{language}/workbench/")
    with page.expect_navigation():
        page.locator("button[name=role][value=facilitator]").click()
    page.goto(f"/{language}/workbench/")
    return page


def test_by_keyboard_alone(visits: Visits) -> None:
    page = at_work(visits)
    page.goto("/en/workbench/?whose=free")
    rows = page.locator("ol.js-keys > li")
    many = rows.count()
    assert many > 1
    page.keyboard.press("j")
    expect(rows.first).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(rows.first.locator("input[type=checkbox]")).to_be_checked()
    page.keyboard.press("x")
    page.keyboard.press("?")
    expect(page.locator(".js-keys-help")).to_be_focused()
    title = rows.first.locator("h2 a").inner_text()
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("t")
    expect(page.locator(".notice-good")).to_contain_text("It is yours now.")
    expect(rows).to_have_count(many - 1)
    undo = page.get_by_role("button", name="Undo")
    undo.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".notice-good")).to_contain_text("as it was before")
    expect(rows.first.locator("h2 a")).to_have_text(title)
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("s")
    expect(page.locator("h1")).to_have_text(title)
    with page.expect_navigation():
        page.locator(".crumbs a").first.press("Enter")
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("o")
    assert "/workbench/?" not in page.url


def test_two_facilitators_on_one_item(visits: Visits, installation: Installation) -> None:
    page = at_work(visits)
    page.goto("/en/workbench/?whose=free")
    chosen = page.locator("ol.js-keys > li").first.locator("button.js-key-t").get_attribute("value") or ""
    installation.python(
        "from django.utils.timezone import now",
        "from filanda.capabilities.desk.actions import take",
        "from filanda.directory.people.queries import facilitators",
        "from filanda.kernel.identity.actors import actor_for",
        "from filanda.kernel.regions.models import Region",
        "from filanda.kernel.regions.scoped import in_region",
        "with in_region(Region.objects.get(slug='altariva')):",
        "    other = next(one for one in facilitators(now()) if one.name == 'Marisa Tordoni')",
        f"    take(actor=actor_for(other, has_second_factor=True), seen={{{chosen.split(':')[0]}: None}}, now=now())",
    )
    page.locator("ol.js-keys > li").first.locator("button.js-key-t").click()
    expect(page.locator(".notice-warn")).to_contain_text("Marisa Tordoni has taken this in the meantime")


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_works_without_scripts(visits: Visits, width: int) -> None:
    page = at_work(visits, width, scripts=False)
    page.goto("/en/workbench/?whose=free")
    no_sideways(page)
    box = page.locator("ol.js-keys > li").first.locator("input[type=checkbox]")
    box.check()
    page.get_by_role("button", name="Take them", exact=True).click()
    expect(page.locator(".notice-good")).to_contain_text("It is yours now.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".notice-good")).to_contain_text("as it was before")
    page.locator("ol.js-keys > li").first.get_by_role("link", name=re.compile("Put off")).click()
    page.locator("#note").fill("Call on Tuesday")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.locator("main")).to_contain_text("Call on Tuesday")
    no_sideways(page)


@pytest.mark.parametrize(("language", "width"), SIDES)
def test_axe_finds_nothing(visits: Visits, width: int, language: str) -> None:
    page = at_work(visits, width, language=language)
    item = page.locator("ol.js-keys > li a.js-key-s").first.get_attribute("href") or ""
    asks = page.locator('ol.js-keys > li a[href*="ask="]').first.get_attribute("href") or ""
    parts = ("", "?whose=all", "?kind=report&whose=later", "team/", "figures/?days=1095", "replies/", "absences/")
    for address in (*(f"/{language}/workbench/{part}" for part in parts), item, asks):
        page.goto(address)
        no_sideways(page)
        page.evaluate(f"window.axe ?? (() => {{ {AXE_FILE_PATH.read_text(encoding='utf-8')} }})()")
        found = page.evaluate("(rules) => axe.run({ runOnly: rules })", RULES)
        wrong = [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found["violations"]]
        assert wrong == [], address
