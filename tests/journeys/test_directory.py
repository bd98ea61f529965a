# SPDX-License-Identifier: EUPL-1.2
"""The directory as a person uses it: typing, ticking, going back and forth, taking it home."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.visiting import NARROW, Visits, no_sideways, until

ALL = 60  # organisations of the demonstration


def count(page: Page) -> int:
    return int(re.sub(r"\D", "", page.locator("#count").inner_text()))


def names(page: Page) -> list[str]:
    return page.locator(".rows h3 a").all_inner_texts()


def opened(visits: Visits, width: int = 1280, *, scripts: bool = True, address: str = "/en/organisations/") -> Page:
    page = visits.begin(width, scripts=scripts)
    page.goto(address)
    if scripts:
        page.evaluate("window.stillTheSamePage = true")
    return page


def is_same_page(page: Page) -> bool:
    return bool(page.evaluate("window.stillTheSamePage === true"))


def test_search_as_you_type(visits: Visits) -> None:
    page = opened(visits)
    assert count(page) == ALL
    page.locator("#q").press_sequentially("politecnico", delay=20)
    expect(page.locator(".rows h3 a").first).to_have_text("Politecnico di Pianmura")
    expect(page).to_have_url(re.compile(r"/en/organisations/\?q=politecnico$"))
    assert 0 < count(page) < ALL
    assert is_same_page(page)
    # The field still has the focus, and what was typed.
    expect(page.locator("#q")).to_be_focused()
    expect(page.locator("#q")).to_have_value("politecnico")
    # Sharing the address shows the same.
    shown = names(page)
    page.reload()
    assert names(page) == shown
    page.locator("#q").fill("")
    expect(page.locator("#count")).to_contain_text(str(ALL))
    expect(page).to_have_url(re.compile(r"/en/organisations/$"))


def test_words_that_nobody_has_lead_on(visits: Visits) -> None:
    page = opened(visits)
    page.locator("#q").fill("xyzzyplugh")
    expect(page.locator(".empty")).to_be_visible()
    assert count(page) == 0
    page.locator(".empty a").last.click()
    expect(page.locator("#need-text")).to_be_visible()


def test_facets_go_on_and_off_and_their_counts_are_true(visits: Visits) -> None:
    page = opened(visits)
    academia = page.locator("#facets label", has=page.locator("input[name=helix_role][value=academia]"))
    promised = int(academia.locator(".num").inner_text())
    academia.locator("input").check()
    expect(page.locator("#count")).to_contain_text(str(promised))
    expect(page).to_have_url(re.compile(r"\?helix_role=academia$"))
    assert count(page) == promised == page.locator(".rows > li").count()
    expect(page.locator(".active .chip")).to_have_count(1)
    # Values of one facet are alternatives, facets narrow each other.
    industry = page.locator("#facets label", has=page.locator("input[name=helix_role][value=industry]"))
    more = int(industry.locator(".num").inner_text())
    industry.locator("input").check()
    expect(page.locator("#count")).to_contain_text(str(promised + more))
    province = page.locator("#facets input[name=province]").first
    value = province.get_attribute("value")
    fewer = int(province.locator("xpath=ancestor::label").locator(".num").inner_text())
    province.check()
    expect(page.locator("#count")).to_contain_text(str(fewer))
    expect(page).to_have_url(re.compile(rf"province={value}"))
    page.locator("#facets input[name=helix_role][value=academia]").uncheck()
    expect(page.locator(".active .chip")).to_have_count(2)
    page.locator(".chip-clear").click()
    expect(page.locator("#count")).to_contain_text(str(ALL))
    expect(page.locator("#facets input:checked")).to_have_count(0)


def test_back_and_forward(visits: Visits) -> None:
    page = opened(visits)
    page.locator("#facets input[name=helix_role][value=academia]").check()
    expect(page.locator(".active .chip")).to_have_count(1)
    academia = names(page)
    page.locator("#facets input[name=helix_role][value=industry]").check()
    expect(page.locator(".active .chip")).to_have_count(2)
    page.go_back()
    expect(page.locator(".active .chip")).to_have_count(1)
    assert names(page) == academia
    expect(page.locator("#facets input:checked")).to_have_count(1)
    page.go_back()
    expect(page.locator("#count")).to_contain_text(str(ALL))
    expect(page.locator("#facets input:checked")).to_have_count(0)
    page.go_forward()
    expect(page.locator(".active .chip")).to_have_count(1)
    assert names(page) == academia
    # From an organisation's page, Back leads to the list as it was, with its head and foot.
    page.locator(".rows h3 a").first.click()
    expect(page.locator("h1")).to_have_text(academia[0])
    page.go_back()
    expect(page.locator(".active .chip")).to_have_count(1)
    expect(page.locator("header .brand")).to_be_visible()
    assert names(page) == academia


def test_sort_and_pages(visits: Visits) -> None:
    page = opened(visits)
    by_name = names(page)
    assert len(by_name) == 20
    page.locator("#sort").select_option("evidence")
    expect(page).to_have_url(re.compile(r"\?sort=evidence$"))
    until(lambda: names(page) != by_name)
    amounts = [int(text) for text in page.locator(".rows .amount b").all_inner_texts()]
    assert amounts == sorted(amounts, reverse=True)
    assert amounts[0] > 1
    page.locator(".pager a[rel=next]").click()
    expect(page).to_have_url(re.compile(r"\?sort=evidence&page=2$"))
    expect(page.locator(".pager [aria-current=page]")).to_have_text("2")
    page.goto("/en/organisations/?page=3")
    assert not set(by_name) & set(names(page))
    expect(page.locator(".pager a[rel=next]")).to_have_count(0)
    # Beyond the last page is the last page.
    last = names(page)
    page.goto("/en/organisations/?page=99")
    assert names(page) == last


def test_the_map_narrows_down(visits: Visits) -> None:
    page = opened(visits)
    area = page.locator(".map-draw a").first
    said = area.get_attribute("aria-label") or ""
    area.locator("path").click()
    expect(page).to_have_url(re.compile(r"\?province=\w+$"))
    assert count(page) == int(re.sub(r"\D", "", said.rsplit(":", 1)[1]))
    expect(page.locator(".active .chip")).to_contain_text(said.split(":")[0])


def test_the_list_is_taken_home(visits: Visits, tmp_path: Path) -> None:
    page = opened(visits)
    page.locator("#facets input[name=helix_role][value=government]").check()
    expect(page.locator(".active .chip")).to_have_count(1)
    total = count(page)
    with page.expect_download() as download:
        page.locator("a[href*='organisations.csv']").click()
    assert download.value.suggested_filename == "organisations.csv"
    download.value.save_as(tmp_path / "list.csv")
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == total
    assert [row["Name"] for row in rows] == names(page)


def test_the_drawer_of_a_phone(visits: Visits) -> None:
    page = opened(visits, NARROW)
    no_sideways(page)
    drawer = page.locator("#facets")
    expect(drawer).to_be_hidden()
    page.locator(".facets-button").click()
    expect(drawer).to_be_visible()
    academia = drawer.locator("label", has=page.locator("input[name=helix_role][value=academia]"))
    promised = int(academia.locator(".num").inner_text())
    academia.locator("input").check()
    # The drawer stays open while its counts change, and its button says how many there are.
    expect(drawer.locator(".facets-foot button")).to_contain_text(str(promised))
    expect(drawer).to_be_visible()
    drawer.locator(".facets-foot button").click()
    expect(drawer).to_be_hidden()
    assert count(page) == promised
    expect(page.locator(".facets-button")).to_contain_text("1")
    page.locator(".facets-button").click()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(page.locator(".facets-button")).to_be_focused()
    no_sideways(page)


def test_without_scripts(visits: Visits) -> None:
    page = opened(visits, scripts=False)
    page.locator("#q").fill("università")
    page.locator("#facets input[name=helix_role][value=academia]").check()
    page.locator(".searchbar button").click()
    expect(page).to_have_url(re.compile(r"q=universit%C3%A0&helix_role=academia"))
    assert "Università degli Studi di Altariva" in names(page)
    page.locator(".rows h3 a").first.click()
    expect(page.locator("h1")).to_be_visible()


def test_the_other_language_is_the_same_page(visits: Visits) -> None:
    page = opened(visits, address="/en/organisations/?q=salute&helix_role=academia")
    shown = names(page)
    page.locator(".langs a").click()
    expect(page).to_have_url(re.compile(r"/it/organisations/\?q=salute&helix_role=academia$"))
    assert page.locator("html").get_attribute("lang") == "it"
    assert names(page) == shown
    page.locator(".rows h3 a").first.click()
    name = page.locator("h1").inner_text()
    page.locator(".langs a").click()
    expect(page).to_have_url(re.compile(r"/en/organisations/\d+/[\w-]+/$"))
    expect(page.locator("h1")).to_have_text(name)


def test_a_piece_of_evidence_is_found_on_its_organisations_page(visits: Visits) -> None:
    page = visits.begin()
    page.goto("/en/")
    page.locator(".need-examples button").first.click()
    link = page.locator(".match .proof-title a").first
    title = link.inner_text()
    link.click()
    target = page.locator(":target")
    expect(target).to_be_in_viewport()
    expect(target).to_contain_text(title)


def test_slash_leads_to_the_search_field(visits: Visits) -> None:
    page = opened(visits)
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    expect(page.locator("#q")).to_have_value("")
