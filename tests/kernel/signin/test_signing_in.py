# SPDX-License-Identifier: EUPL-1.2
"""One flow: an address, a code, signed in; an unknown address becomes an account on the way."""

from __future__ import annotations

import pytest
from django.test import Client

from filanda.kernel.identity.models import Account, Role
from filanda.kernel.journal.models import Event
from filanda.kernel.mail.models import Message
from tests.kernel.signin.codes import ask, code_sent_to, signed_in_as


@pytest.fixture
def anna(region):
    return Account.objects.create_account(email="anna@example.org", name="Anna Riva")


@pytest.fixture
def member(region, anna):
    anna.role_grants.create(region=region, role=Role.INNOVATOR)
    return anna


def test_an_address_and_its_code_sign_in(client, member):
    answer = ask(client, " Anna@Example.org ")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/it/sign-in/code/")
    page = client.get("/it/sign-in/code/")
    assert "anna@example.org" in page.content.decode()
    answer = client.post("/it/sign-in/code/", {"code": code_sent_to("anna@example.org")})
    assert answer.status_code == 302
    assert signed_in_as(client) == member.pk
    assert Event.objects.filter(type="identity.session.opened", account=member).count() == 1


def test_an_unknown_address_becomes_an_account_when_its_code_is_used(client, region):
    ask(client, "new@example.org")
    assert Account.objects.count() == 0
    client.post("/it/sign-in/code/", {"code": code_sent_to("new@example.org")})
    made = Account.objects.get()
    assert (made.email, made.has_usable_password(), made.role_grants.count()) == ("new@example.org", False, 0)
    assert signed_in_as(client) == made.pk
    assert Event.objects.filter(type="identity.account.created", subject_id=made.pk).count() == 1


@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{1}", "{2}"])
def test_codes_may_be_typed_as_people_type(client, anna, typed):
    ask(client, "anna@example.org")
    code = code_sent_to("anna@example.org")
    client.post("/it/sign-in/code/", {"code": typed.format(code, code.lower(), f"{code[:3]}-{code[3:]}")})
    assert signed_in_as(client) == anna.pk


@pytest.mark.parametrize("address", ["", "anna", "anna@", "a b@example.org", "x" * 400 + "@example.org"])
def test_what_is_no_address_is_said_beside_the_field_and_kept(client, address):
    page = client.post("/en/sign-in/", {"email": address})
    assert page.status_code == 422
    assert "like anna@example.org" in page.content.decode()
    assert address[:100] in page.content.decode()
    assert Message.objects.count() == 0


def test_another_code_ends_the_one_before(client, anna):
    ask(client, "anna@example.org")
    first = code_sent_to("anna@example.org")
    assert client.post("/it/sign-in/code/", {"again": "1"}).status_code == 302
    second = code_sent_to("anna@example.org")
    if first != second:
        assert client.post("/it/sign-in/code/", {"code": first}).status_code == 422
    client.post("/it/sign-in/code/", {"code": second})
    assert signed_in_as(client) == anna.pk


def test_who_is_signed_in_is_led_on(client, member):
    ask(client, "anna@example.org")
    client.post("/it/sign-in/code/", {"code": code_sent_to("anna@example.org")})
    assert client.get("/it/sign-in/").status_code == 302
    assert client.get("/it/sign-in/?next=/it/organisations/").headers["Location"] == "/it/organisations/"
    assert client.get("/it/sign-in/code/").headers["Location"] == "/it/sign-in/"


def test_a_closed_account_is_told_so_after_it_has_proved_its_address(client, anna):
    anna.is_active = False
    anna.save()
    ask(client, "anna@example.org")
    page = client.post("/it/sign-in/code/", {"code": code_sent_to("anna@example.org")})
    assert page.status_code == 403
    assert signed_in_as(client) is None


def test_the_code_goes_on_where_somebody_was(client, member):
    client.post("/it/sign-in/", {"email": "anna@example.org", "next": "/it/organisations/?q=x"})
    answer = client.post("/it/sign-in/code/", {"code": code_sent_to("anna@example.org")})
    assert answer.headers["Location"] == "/it/organisations/?q=x"


def test_a_new_device_is_told_of_and_a_known_one_is_not(client, member):
    def in_and_out(browser):
        ask(browser, "anna@example.org")
        browser.post("/it/sign-in/code/", {"code": code_sent_to("anna@example.org")})
        browser.post("/it/sign-out/")

    def told():
        return Message.objects.filter(template="signin/mail/new_device").count()

    in_and_out(client)
    assert told() == 0  # the first sign-in of all
    in_and_out(client)
    assert told() == 0
    in_and_out(Client(headers={"host": "test.example", "user-agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"}))
    assert told() == 1
    assert Message.objects.get(template="signin/mail/new_device").context["device"] == "Firefox, Linux"


def test_the_mail_tells_the_code_in_the_language_of_the_page(client, anna):
    client.post("/en/sign-in/", {"email": "anna@example.org"})
    message = Message.objects.get()
    assert (message.language, message.secret, message.to) == ("en", True, "anna@example.org")
