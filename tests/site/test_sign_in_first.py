# SPDX-License-Identifier: EUPL-1.2
"""Links of e-mails to pages of people who signed in: visitors sign in and come back, whether the page exists or not."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.components.proposals.answers import answer_it
from tests.components.proposals.making import make_proposal
from tests.signing import sign_in
from tests.spaces.making import a_person

pytestmark = pytest.mark.django_db
PAGES = (
    "/en/proposals/answers/{}/",
    "/en/collaborations/{}/",
    "/en/introductions/{}/",
    "/en/collaborations/mine/?page=2",
    "/en/proposals/mine/",
    "/en/proposals/answers/?proposal=3",
    "/en/home/",
)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("number", [1, 10**17])
def test_a_visitor_is_led_to_signing_in_and_back(client, page, number):
    address = page.format(number)
    response = client.get(address)
    assert response.status_code == 302
    there = urlsplit(response["Location"])
    assert there.path == "/en/sign-in/"
    assert parse_qs(there.query) == {"next": [address]}
    assert "no-store" in response["Cache-Control"]


def test_what_is_there_and_what_is_not_answer_alike(region, client):
    anna, bruno, mia = (a_person(region, name) for name in ("Anna Conti", "Bruno Sala", "Mia Longo"))
    interest = answer_it(make_proposal(region, anna), bruno)
    page, free = f"/en/proposals/answers/{interest.pk}/", "/en/proposals/answers/999999/"
    there, nowhere = client.get(page), client.get(free)
    said = there.content.decode().replace(f"answers%2F{interest.pk}%2F", "answers%2F999999%2F")
    assert (there.status_code, said) == (nowhere.status_code, nowhere.content.decode())
    assert client.post(page).status_code == client.post(free).status_code == 405
    sign_in(client, mia)
    assert client.get(page).status_code == 404
    sign_in(client, bruno)
    assert client.get(page).status_code == 200


def test_the_page_that_is_not_there_offers_visitors_to_sign_in(region, client):
    page = client.get("/en/communities/nowhere/")
    assert page.status_code == 404
    assert "/en/sign-in/?next=%2Fen%2Fcommunities%2Fnowhere%2F" in page.content.decode()
    assert "If a link in an e-mail led you here" in page.content.decode()
    sign_in(client, a_person(region, "Mia Longo"))
    assert "If a link in an e-mail led you here" not in client.get("/en/communities/nowhere/").content.decode()
