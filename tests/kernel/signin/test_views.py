# SPDX-License-Identifier: EUPL-1.2
from datetime import UTC, datetime

import pytest
from django.test import Client

from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.identity.models import Role, SignInLink
from filanda.kernel.signin.actions import create_sign_in_link, grant_role


@pytest.fixture
def link(region):
    now = datetime.now(UTC)
    anna = grant_role(actor=PLATFORM, region=region, email="anna@example.org", role=Role.FACILITATOR, now=now)
    return f"/it/sign-in/{create_sign_in_link(actor=PLATFORM, account=anna, region=region, now=now)}/"


def test_opening_a_link_does_not_use_it_up(client, link):
    for _ in range(3):
        page = client.get(link)
        assert page.status_code == 200
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert "no-store" in page.headers["Cache-Control"]
    assert client.head(link).status_code == 200
    assert SignInLink.objects.get().used_at is None
    assert "_auth_user_id" not in client.session


def test_the_button_signs_in_under_a_new_session(client, link):
    session = client.session
    session["kept"] = 1
    session.save()
    before = session.session_key
    assert client.post(link).status_code == 302
    assert client.session.session_key != before
    assert "_auth_user_id" in client.session
    # Their role sleeps until they show a second factor, which they are led to add.
    refusal = client.get("/it/workbench/")
    assert refusal.status_code == 403
    assert "/it/account/" in refusal.content.decode()
    again = Client(headers={"host": "test.example"}).post(link)
    assert again.status_code == 410
    assert "_auth_user_id" not in client.get("/it/").wsgi_request.COOKIES


def test_a_wrong_link_says_what_to_do(client, region):
    page = client.post("/en/sign-in/nothing/")
    assert page.status_code == 410
    assert "Ask for a new one" in page.content.decode()


def test_a_post_without_the_token_of_the_form_is_refused(region, link):
    strict = Client(enforce_csrf_checks=True, headers={"host": "test.example"})
    assert strict.post(link).status_code == 403
    assert SignInLink.objects.get().used_at is None


def test_signing_out_ends_the_session(client, link):
    client.post(link)
    assert client.get("/it/account/").status_code == 200
    assert client.get("/it/sign-out/").status_code == 405
    assert client.post("/it/sign-out/").headers["Location"] == "/it/"
    assert client.get("/it/account/").headers["Location"] == "/it/sign-in/?next=%2Fit%2Faccount%2F"
