# SPDX-License-Identifier: EUPL-1.2
"""Addresses that lead nowhere, in a browser and without one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Installation
from tests.journeys.visiting import NARROW, WIDE, Visits, no_sideways


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("address", ["/en/nothing/", "/en/organisations/999999/", "/en/organisations/1/x/y/"])
def test_a_page_that_is_not_there_leads_on(visits: Visits, address: str, width: int) -> None:
    page = visits.begin(width, expected=(404,))
    response = page.goto(address)
    assert response is not None
    assert response.status == 404
    expect(page.locator("h1")).to_be_visible()
    no_sideways(page)
    page.locator(".wrong-acts a.btn-primary").click()
    expect(page.locator("#need-text")).to_be_visible()


def test_the_first_visit_finds_its_language(visits: Visits) -> None:
    page = visits.begin()
    page.goto("/")
    expect(page).to_have_url(re.compile("/it/$"))
    page.goto("/en/privacy/")
    assert page.locator("html").get_attribute("lang") == "en"


def test_an_unknown_host_gets_a_sentence(installation: Installation) -> None:
    status, headers, text = installation.get("/it/", "elsewhere.example")
    assert status == 400
    assert headers["content-type"].startswith("text/plain")
    assert "belongs to no region" in text


def test_the_page_of_an_unknown_host_is_readable(visits: Visits, installation: Installation) -> None:
    page = visits.begin(expected=(400,))
    page.goto(f"http://nobody.localhost:{installation.port}/it/")
    expect(page.locator("body")).to_contain_text("Check the host name")
