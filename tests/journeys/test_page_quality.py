# SPDX-License-Identifier: EUPL-1.2
"""Every page type, at both widths and in both languages: axe finds nothing, the HTML is valid, the languages are said.

HTML is checked by vnu (the Nu checker) where there is Java and the checker: `python -m bench validity` brings it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page

from tests.journeys.preparing import EXPIRED_TOKEN
from tests.journeys.test_need import NEED
from tests.journeys.test_staff import introduction_asked, signed_in
from tests.journeys.visiting import NARROW, WIDE, WIDTHS_OF, Visits, no_sideways

TOP = Path(__file__).parents[2]
VALIDATOR = TOP / "bench" / "tools" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

Opened = Callable[[Visits, int, str], Page]


def at(address: str, *, expected: int = 200) -> Opened:
    def open_it(visits: Visits, width: int, language: str) -> Page:
        page = visits.begin(width, expected=(expected,))
        response = page.goto(f"/{language}/{address}")
        assert response is not None
        assert response.status == expected
        return page

    return open_it


def need(visits: Visits, width: int, language: str) -> Page:
    page = at("")(visits, width, language)
    page.locator("#need-text").fill(NEED)
    page.locator(".need .btn-primary").click()
    page.locator(".match details.why summary").first.click()
    page.locator(".asked-edit summary").click()
    return page


def need_too_short(visits: Visits, width: int, language: str) -> Page:
    page = visits.begin(width, expected=(422,))
    page.goto(f"/{language}/")
    page.locator(".need .btn-primary").click()
    page.locator("#need-error").wait_for()
    return page


def organisation(visits: Visits, width: int, language: str) -> Page:
    page = at("organisations/?sort=evidence")(visits, width, language)
    page.locator(".rows h3 a").first.click()
    page.locator(".who").wait_for()
    return page


def funding_call(visits: Visits, width: int, language: str) -> Page:
    page = at("funding/")(visits, width, language)
    page.locator(".rows h3 a").first.click()
    page.locator(".who").wait_for()
    return page


def all_filters(visits: Visits, width: int, language: str) -> Page:
    page = at("organisations/?helix_role=academia")(visits, width, language)
    page.eval_on_selector_all("#facets details", "all => all.forEach((one) => { one.open = true; })")
    return page


def introduction(visits: Visits, width: int, language: str) -> Page:
    page = organisation(visits, width, language)
    page.locator(".who-acts a.btn-primary").click()
    page.locator("#email").wait_for()
    return page


def introduction_wrong(visits: Visits, width: int, language: str) -> Page:
    page = at("organisations/?sort=evidence", expected=200)(visits, width, language)
    address = page.locator(".rows h3 a").first.get_attribute("href")
    page = visits.begin(width, expected=(422,))
    page.goto(f"{address}introduction/")
    page.locator("form.js-draft button[type=submit]").click()
    page.locator(".js-errors").wait_for()
    return page


def introduction_sent(visits: Visits, width: int, language: str) -> Page:
    page = introduction(visits, width, language)
    page.goto(page.url.split("?")[0] + "sent/")
    page.locator(".notice-good").wait_for()
    return page


def workbench(visits: Visits, width: int, language: str) -> Page:
    page = signed_in(visits, width)
    page.goto(f"/{language}/workbench/")
    return page


def workbench_request(visits: Visits, width: int, language: str) -> Page:
    introduction_asked(visits, f"quality-{width}@journeys.example")
    page = signed_in(visits, width)
    page.goto(f"/{language}/workbench/requests/")
    page.locator("table tbody th a").first.click()
    page.locator(".track").wait_for()
    return page


def permissions(visits: Visits, width: int, language: str) -> Page:
    page = signed_in(visits, width, role="administrator")
    page.goto(f"/{language}/workbench/permissions/")
    return page


def person(visits: Visits, width: int, language: str) -> Page:
    page = at("people/?validated=yes&sort=newest")(visits, width, language)
    page.locator(".rows h3 a").first.click()
    page.locator(".who").wait_for()
    return page


def as_member(address: str) -> Opened:
    """A page as an invented innovator has it."""

    def open_it(visits: Visits, width: int, language: str) -> Page:
        page = visits.begin(width, expected=(403, 422))
        page.goto(f"/{language}/workbench/")
        with page.expect_navigation():
            page.locator("button[name=role][value=innovator]").click()
        page.goto(f"/{language}/{address}")
        return page

    return open_it


def sign_in_wrong(visits: Visits, width: int, language: str) -> Page:
    page = visits.begin(width, expected=(422,))
    page.goto(f"/{language}/sign-in/")
    page.locator("#email").fill("nobody")
    page.locator("main .btn-primary").first.click()
    page.locator(".js-errors").wait_for()
    return page


def sign_in_code(visits: Visits, width: int, language: str) -> Page:
    page = visits.begin(width)
    page.goto(f"/{language}/sign-in/")
    page.locator("#email").fill(f"quality-{language}@pages.example")
    page.locator("main .btn-primary").first.click()
    page.locator("#code").wait_for()
    return page


def profile_wrong(visits: Visits, width: int, language: str) -> Page:
    page = as_member("profile/")(visits, width, language)
    page.locator("#name").fill("7")
    page.locator("#orcid").fill("1234")
    page.locator("form.js-draft .btn-primary").click()
    page.locator(".js-errors").wait_for()
    return page


def profiles_to_validate(visits: Visits, width: int, language: str) -> Page:
    page = signed_in(visits, width)
    page.goto(f"/{language}/workbench/people/")
    page.locator(".match summary").first.click()
    return page


PAGES: dict[str, Opened] = {
    "home": at(""),
    "need": need,
    "need too short": need_too_short,
    "need expired": at(f"needs/{EXPIRED_TOKEN}/", expected=404),
    "directory": at("organisations/"),
    "directory, found": at("organisations/?q=sensori"),
    "directory, nobody found": at("organisations/?q=xyzzyplugh"),
    "directory, all filters": all_filters,
    "organisation": organisation,
    "introduction": introduction,
    "introduction, errors": introduction_wrong,
    "introduction, sent": introduction_sent,
    "funding calls": at("funding/"),
    "funding call": funding_call,
    "how matching works": at("how-matching-works/"),
    "privacy": at("privacy/"),
    "accessibility": at("accessibility/"),
    "programming interface": at("api/"),
    "catalogue": at("catalogue/"),
    "sign-in": at("sign-in/"),
    "sign-in, errors": sign_in_wrong,
    "sign-in, code": sign_in_code,
    "sign-in, link": at("sign-in/nothing-of-the-kind/"),
    "security": as_member("account/"),
    "security, confirm": as_member("account/confirm/"),
    "not found": at("nothing/", expected=404),
    "forbidden": at("workbench/", expected=403),
    "workbench": workbench,
    "workbench, request": workbench_request,
    "permissions": permissions,
    "people": at("people/"),
    "people, nobody found": at("people/?q=xyzzyplugh"),
    "person": person,
    "profile": as_member("profile/"),
    "profile, errors": profile_wrong,
    "profile, as others see it": as_member("profile/preview/?as=visitor"),
    "profile, organisations": as_member("profile/positions/?q=politecnico"),
    "people blocked": as_member("profile/blocked/"),
    "profiles to validate": profiles_to_validate,
}


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_page(visits: Visits, name: str, language: str) -> None:
    page = PAGES[name](visits, WIDE, language)
    assert page.locator("html").get_attribute("lang") == language
    assert page.evaluate("document.title").endswith("Filanda")
    assert page.locator("h1").count() == 1
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 844})
        no_sideways(page)
        assert width not in WIDTHS_OF[language] or violations(page) == []


def test_the_drawer_of_a_phone_is_accessible(visits: Visits) -> None:
    page = all_filters(visits, NARROW, "it")
    page.locator(".facets-button").click()
    page.locator("#facets:popover-open").wait_for()
    assert violations(page) == []


def violations(page: Page) -> list[str]:
    """What axe finds, a line each: the rule, what it asks for, where it is broken."""
    page.evaluate(f"window.axe ?? (() => {{ {AXE_FILE_PATH.read_text(encoding='utf-8')} }})()")
    found = page.evaluate("(rules) => axe.run({ runOnly: rules })", RULES)
    assert found["passes"]
    return [
        f"{one['id']}: {one['help']}: " + " | ".join(node["html"][:200] for node in one["nodes"][:4])
        for one in found["violations"]
    ]


def test_texts_in_another_language_say_so(visits: Visits) -> None:
    page = need(visits, WIDE, "en")
    assert page.locator("blockquote.asked-text").get_attribute("lang") == "it"
    languages = set(page.eval_on_selector_all(".proof-title a", "all => all.map((one) => one.lang || 'en')"))
    assert languages == {"it", "en"}


def sent_page(visits: Visits, opened: Opened, language: str) -> str:
    """The HTML of a page as the server sent it, and not what the browser made of it."""
    page = opened(visits, WIDE, language)
    response = page.reload()
    assert response is not None
    return response.text()


@pytest.mark.parametrize("language", ["it", "en"])
def test_html_is_valid(visits: Visits, language: str, tmp_path: Path) -> None:
    java = shutil.which("java")
    if java is None:
        pytest.skip("vnu needs Java, and there is none")
    if not VALIDATOR.exists():
        pytest.skip("vnu is not here: python -m bench validity fetches it")
    for name, opened in PAGES.items():
        (tmp_path / f"{name.replace(' ', '-').replace(',', '')}.html").write_text(
            sent_page(visits, opened, language), encoding="utf-8"
        )
    done = subprocess.run(
        [java, "-jar", str(VALIDATOR), "--format", "json", *map(str, sorted(tmp_path.glob("*.html")))],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    messages = json.loads(done.stderr)["messages"]
    assert [
        f"{Path(one['url']).name}:{one.get('lastLine')}: {one['message']}: {one.get('extract', '')}"
        for one in messages
        if (one["type"] == "error" or one.get("subType") == "warning")
        # vnu guesses the language of the whole page, and the samples in the catalogue are Italian in both.
        and not ("catalogue" in one["url"] and "appears to be written in" in one["message"])
    ] == []
