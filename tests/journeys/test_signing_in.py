# SPDX-License-Identifier: EUPL-1.2
"""Signing in as people do: a code from an e-mail, a passkey of the browser's, an authenticator app."""

from __future__ import annotations

import itertools
import re
import time
from datetime import UTC, datetime

import psycopg
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Installation
from tests.journeys.visiting import NARROW, Visits, no_sideways, until

_people = itertools.count(1)


def somebody() -> str:
    return f"person{next(_people)}@signing-in.example"


def code_for(installation: Installation, address: str) -> str:
    """The code of the latest e-mail to `address`, from the row that waits to be sent."""
    with psycopg.connect(installation.env["DATABASE_URL"]) as connection:
        found = connection.execute(
            """SELECT context->>'code' FROM mail_message WHERE "to" = %s AND context ? 'code' ORDER BY id DESC""",
            [address],
        ).fetchone()
    assert found, f"no code was sent to {address}"
    return str(found[0])


def sign_in(page: Page, installation: Installation, address: str) -> None:
    page.goto("/en/sign-in/")
    no_sideways(page)
    page.locator("#email").fill(address)
    page.get_by_role("button", name="Send me a code").click()
    page.wait_for_url(re.compile(r"/sign-in/code/$"))
    no_sideways(page)
    page.locator("#code").fill(code_for(installation, address).lower())
    page.get_by_role("button", name="Continue").click()


def prove(page: Page, installation: Installation, address: str) -> None:
    """On the page that asks whether it is still them."""
    page.wait_for_url(re.compile(r"/account/confirm/"))
    no_sideways(page)
    page.get_by_role("button", name=re.compile("^Send a code")).click()
    page.locator("#code").wait_for()
    page.locator("#code").fill(code_for(installation, address))
    page.get_by_role("button", name="Continue").click()


def sign_out(page: Page) -> None:
    page.locator(".me summary").click()
    page.locator(".sign-out button").click()
    page.wait_for_url(re.compile(r"/(it|en)/$"))
    expect(page.locator(".sign-in")).to_be_visible()


def test_a_newcomer_signs_in_by_a_code_and_out(visits: Visits, installation: Installation) -> None:
    address = somebody()
    page = visits.begin(expected=(422,))
    page.goto("/en/organisations/")
    page.locator(".sign-in").click()
    page.locator("#email").fill("not an address")
    page.get_by_role("button", name="Send me a code").click()
    expect(page.locator(".js-errors")).to_be_focused()
    expect(page.locator("#email")).to_have_value("not an address")
    page.locator("#email").fill(address)
    page.get_by_role("button", name="Send me a code").click()
    page.locator("#code").fill("wrong0")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".js-errors")).to_be_focused()
    page.locator("#code").fill(code_for(installation, address))
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(re.compile(r"/en/organisations/$"))
    expect(page.locator(".me")).to_be_visible()
    sign_out(page)


def test_without_scripts_and_on_a_phone(visits: Visits, installation: Installation) -> None:
    page = visits.begin(NARROW, scripts=False)
    address = somebody()
    sign_in(page, installation, address)
    expect(page.locator(".me")).to_be_visible()
    page.goto("/en/account/")
    expect(page.locator("main")).to_contain_text(address)
    page.goto("/en/account/app/")
    prove(page, installation, address)
    page.wait_for_url(re.compile(r"/account/app/$"))


def test_a_passkey_is_made_and_signs_in_alone(visits: Visits, installation: Installation) -> None:
    address = somebody()
    page = visits.begin()
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    sign_in(page, installation, address)
    page.goto("/en/account/")
    no_sideways(page)
    page.get_by_role("link", name="Add a passkey").click()
    prove(page, installation, address)
    page.locator("#name").fill("My laptop")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.locator(".keys .key")).to_have_count(10)
    no_sideways(page)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator("main")).to_contain_text("My laptop")
    sign_out(page)

    # Alone, without an address.
    page.goto("/en/sign-in/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator(".me")).to_be_visible()
    # And as a fresh proof.
    page.goto("/en/account/recovery-codes/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(re.compile(r"/account/recovery-codes/$"))
    sign_out(page)

    # After a code it is asked for as the second factor.
    sign_in(page, installation, address)
    page.wait_for_url(re.compile(r"/sign-in/second-factor/$"))
    no_sideways(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator(".me")).to_be_visible()


def test_a_passkey_that_is_refused_says_so(visits: Visits) -> None:
    page = visits.begin()
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": False,
                "automaticPresenceSimulation": True,
            }
        },
    )
    page.goto("/en/sign-in/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("[data-said]")).to_contain_text("have a code sent")


def test_an_authenticator_app_wakes_a_facilitator_s_role(visits: Visits, installation: Installation) -> None:
    address = somebody()
    installation.command("region", "facilitator", address, "altariva", "--name", "Irene Sarti")
    page = visits.begin(NARROW, expected=(403,))
    sign_in(page, installation, address)
    page.wait_for_url(re.compile(r"/account/$"))
    expect(page.locator(".notice-warn")).to_be_visible()
    page.goto("/en/workbench/")
    page.get_by_role("link", name="Sign-in and security").last.click()
    page.get_by_role("link", name="Add an authenticator app").click()
    prove(page, installation, address)
    no_sideways(page)
    expect(page.locator(".qr svg")).to_be_visible()
    secret = page.locator(".key").inner_text().replace(" ", "")
    page.locator("#code").fill(shown_by_app(secret))
    page.get_by_role("button", name="Add the app").click()
    page.get_by_role("link", name="I have kept them").click()
    response = page.goto("/en/workbench/")
    assert response is not None
    assert response.status == 200
    sign_out(page)

    sign_in(page, installation, address)
    page.wait_for_url(re.compile(r"/sign-in/second-factor/$"))
    used = int(time.time()) // 30
    until(lambda: int(time.time()) // 30 > used, 40)  # a code works once: the next one
    page.locator("#code").fill(shown_by_app(secret))
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".me")).to_be_visible()
    response = page.goto("/en/workbench/")
    assert response is not None
    assert response.status == 200


def shown_by_app(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(datetime.now(UTC).timestamp()) // 30))


def test_sessions_are_listed_and_one_is_ended(visits: Visits, installation: Installation) -> None:
    address = somebody()
    here, there = visits.begin(), visits.begin()
    for page in (here, there):
        sign_in(page, installation, address)
        page.locator(".me").wait_for()
    here.goto("/en/account/")
    expect(here.locator("form[action*='/account/sessions/'][action$='/end/']")).to_have_count(2)
    here.get_by_role("button", name=re.compile("^End it")).click()
    expect(here.locator(".notice-good")).to_be_visible()
    there.goto("/en/account/")
    there.wait_for_url(re.compile(r"/sign-in/\?next="))


def test_in_the_demonstration_one_is_somebody_by_a_button(visits: Visits) -> None:
    for role in ("innovator", "organisation_admin", "facilitator", "administrator"):
        page = visits.begin()
        page.goto("/en/sign-in/")
        page.locator(f"button[name=role][value={role}]").click()
        expect(page.locator(".me")).to_be_visible()
        no_sideways(page)
