# SPDX-License-Identifier: EUPL-1.2
"""Talking in a community: reading, answering by keyboard, naming somebody, drafts, two windows, without scripts."""

from __future__ import annotations

import json
import re

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Installation
from tests.journeys.test_people import entered
from tests.journeys.visiting import NARROW, SIDES, Visits, no_sideways

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
HOSTILE = (
    "<script>window.harmed = 1</script> <img src=x onerror='window.harmed = 1'>\n\n"
    "[a](javascript:window.harmed=1) <svg onload=window.harmed=1>\n\n"
    "[b](https://x.example \"' onmouseover='window.harmed=1\")\n\n"
    "<div data-hx-get='/en/' data-hx-trigger='load'>x</div> ![c](javascript:window.harmed=1)"
)


@pytest.fixture(scope="module")
def place(installation: Installation) -> dict[str, str]:
    """A lively community: its address, a member's e-mail address, and a thread of more than one page."""
    told = installation.python(
        "import json",
        "from filanda.capabilities.threads.models import Thread",
        "from filanda.kernel.regions.models import Region",
        "from filanda.kernel.regions.scoped import in_region",
        "from filanda.spaces.models import Membership, Space",
        "with in_region(Region.objects.get(slug='altariva')):",
        "    open_ones = Thread.objects.filter(audience='public', place_kind='space', closed_at=None)",
        "    thread = open_ones.filter(posts_count__gt=21).order_by('pk')[0]",
        "    space = Space.objects.get(pk=thread.place_id)",
        "    members = Membership.objects.active().filter(space=space, role='space_member').order_by('pk')",
        "    emails = [row.account.email for row in members.select_related('account')[:2]]",
        "    print(json.dumps({'root': f'/en/communities/{space.slug}/discussions/', 'thread': str(thread.pk),",
        "        'email': emails[0], 'other': emails[1]}))",
    )
    found: dict[str, str] = json.loads(told.strip().splitlines()[-1])
    return found


def at_the_end(page: Page, place: dict[str, str]) -> None:
    """The last page of the thread."""
    page.goto(f"{place['root']}{place['thread']}/")
    page.locator(".pager a:not([rel])").last.click()
    expect(page.locator("#composer")).to_be_visible()


def test_read_as_a_visitor_and_by_keyboard(visits: Visits, place: dict[str, str]) -> None:
    page = visits.begin()
    page.goto(place["root"])
    rows = page.locator(".talk-row h2 a")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.first).to_be_focused()
    title = rows.first.inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(title)
    page.go_back()
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("jk?rq")
    expect(page.locator("#q")).to_have_value("jk?rq")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator(".js-keys dl")).to_be_visible()
    page.goto(f"{place['root']}{place['thread']}/p/21/")
    expect(page).to_have_url(re.compile(r"\?page=2#post-21$"))
    expect(page.locator("#post-21")).to_be_visible()


def test_answer_by_keyboard_without_a_reload(visits: Visits, installation: Installation, place: dict[str, str]) -> None:
    page = entered(visits, installation, place["email"])
    at_the_end(page, place)
    page.evaluate("window.same = true")
    posts = page.locator("article.post")
    before = posts.count()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("r")
    expect(page.locator("#source")).to_be_focused()
    expect(page.locator(".js-to")).to_be_visible()
    page.keyboard.type("We tried it with **silk**, too.")
    page.keyboard.press("Control+Enter")
    expect(posts).to_have_count(before + 1)
    expect(posts.last).to_contain_text("We tried it with silk, too.")
    expect(posts.last).to_be_focused()
    expect(page.locator("#source")).to_have_value("")
    assert page.evaluate("window.same") is True
    page.keyboard.press("k")
    page.keyboard.press("q")
    expect(page.locator("#source")).to_have_value(re.compile(r"^> \*\*.+\*\* \(#\d+\):\n>\n> "))
    page.locator("#source").fill("")
    word = posts.nth(before - 1).locator("button.said").first
    word.click()
    expect(word).to_have_attribute("aria-pressed", "true")
    word.click()
    expect(word).to_have_attribute("aria-pressed", "false")


def test_a_name_a_preview_and_a_draft_that_comes_back(
    visits: Visits, installation: Installation, place: dict[str, str]
) -> None:
    page = entered(visits, installation, place["email"], expected=(403,))
    at_the_end(page, place)
    name = page.locator("article.post .js-name").first.inner_text()
    field = page.locator("#source")
    field.press_sequentially(f"Thank you @{name[:4].lower()}", delay=30)
    expect(page.locator("#people [role=option]").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(field).to_have_value(re.compile(r"^Thank you @[\w-]+-\d+ $"))
    page.locator(".js-preview").click()
    expect(page.locator(".js-shown .mention")).to_be_visible()
    page.locator(".js-write").click()
    field.press("End")
    field.press_sequentially("for all of it", delay=10)
    expect(page.locator(".js-draft-state")).to_have_text("Draft saved")
    page.reload()
    expect(field).to_have_value(re.compile("for all of it$"))
    field.fill("")
    expect(page.locator(".js-draft-state")).to_have_text("Draft saved")
    page.reload()
    expect(field).to_have_value("")

    page.context.clear_cookies(name="session")  # signed out elsewhere, or for too long
    field.fill("Words that nobody wants to lose.")
    expect(page.locator(".js-draft-state")).to_contain_text("Not saved.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("main")).to_contain_text("Not sent yet")
    expect(page.locator("main blockquote")).to_have_text("Words that nobody wants to lose.")
    expect(page.get_by_role("link", name="Sign in in a new window")).to_be_visible()


def test_two_windows_change_one_post_and_lose_nothing(
    visits: Visits, installation: Installation, place: dict[str, str]
) -> None:
    page = entered(visits, installation, place["other"])
    at_the_end(page, place)
    page.locator("#source").fill("A first thought.")
    page.locator(".js-send").click()
    own = page.locator("article.post", has_text="A first thought.")
    own.get_by_role("link", name="Edit").click()
    expect(page.locator("#source")).to_have_value("A first thought.")
    second = page.context.new_page()
    second.goto(page.url)
    second.locator("#source").fill("A second thought.")
    second.locator(".js-send").click()
    expect(second).to_have_url(re.compile("#post-"))
    page.locator("#source").fill("A third thought.")
    page.locator(".js-send").click()
    expect(page.locator("#theirs")).to_have_value("A second thought.")
    expect(page.locator("#source")).to_have_value("A third thought.")
    page.locator("#source").fill("A second thought, and a third.")
    page.locator(".js-send").click()
    changed = page.locator("article.post", has_text="A second thought, and a third.")
    changed.get_by_role("link", name="changed").click()
    expect(page.locator("ins").first).to_be_visible()


def test_without_scripts(visits: Visits, installation: Installation, place: dict[str, str]) -> None:
    signed = entered(visits, installation, place["email"])
    page = visits.begin(NARROW, scripts=False, expected=(422,))
    page.context.add_cookies(signed.context.cookies())
    page.goto(f"{place['root']}{place['thread']}/")
    page.get_by_role("link", name="Quote").first.click()
    expect(page.locator("#source")).to_have_value(re.compile(r"^> \*\*"))
    page.locator("#source").fill("Without a **script**.")
    page.locator("button[name=preview]").click()
    expect(page.locator(".composer-preview strong")).to_have_text("script")
    page.locator(".js-send").click()
    expect(page.locator("article.post").last).to_contain_text("Without a script.")
    page.locator("button.said").first.click()
    expect(page).to_have_url(re.compile("#post-"))
    page.goto(f"{place['root']}new/")
    page.locator("#source").fill("A text without a title")
    page.locator(".js-send").click()
    expect(page.locator("#title-error")).to_be_visible()
    expect(page.locator("#source")).to_have_value("A text without a title")


def test_a_hostile_post_runs_nothing(visits: Visits, installation: Installation, place: dict[str, str]) -> None:
    page = entered(visits, installation, place["email"])
    page.goto(f"{place['root']}new/")
    page.locator("#title").fill("<script>window.harmed = 1</script>")
    page.locator("#source").fill(HOSTILE)
    page.locator(".js-preview").click()
    expect(page.locator(".js-shown")).to_contain_text("window.harmed")
    page.locator(".js-write").click()
    page.locator(".js-send").click()
    expect(page.locator("h1")).to_contain_text("<script>")
    for link in page.locator(".post-text a").all():
        link.hover()
        assert not (link.get_attribute("href") or "").startswith("javascript")
    assert page.evaluate("window.harmed") is None
    assert page.locator(".post-text :is(script, svg, img, div)").count() == 0


@pytest.mark.parametrize(("language", "width"), SIDES)
def test_axe_finds_nothing(
    visits: Visits, installation: Installation, place: dict[str, str], width: int, language: str
) -> None:
    root = place["root"].replace("/en/", f"/{language}/")
    thread = f"{root}{place['thread']}/"
    visitor, member = visits.begin(width), entered(visits, installation, place["email"], width)
    pages = [(visitor, root), (visitor, thread), (visitor, f"{root}?q=prova")]
    pages += [(member, path) for path in (root, thread, f"{root}new/", f"{thread}answer/?quote=1")]
    for page, path in pages:
        page.goto(path)
        no_sideways(page)
        page.evaluate(f"window.axe ?? (() => {{ {AXE_FILE_PATH.read_text(encoding='utf-8')} }})()")
        found = page.evaluate("(rules) => axe.run({ runOnly: rules })", RULES)
        assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == [], path
