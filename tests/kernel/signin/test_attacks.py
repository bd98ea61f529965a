# SPDX-License-Identifier: EUPL-1.2
"""What somebody tries who wants to be somebody else, or to know who has an account."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from filanda.kernel.identity.models import Account, Role
from filanda.kernel.journal.models import Event
from filanda.kernel.limits import Limit, TooMany
from filanda.kernel.mail.models import Message
from filanda.kernel.mail.rendering import render
from filanda.kernel.regions.scoped import in_region
from filanda.kernel.signin import codes
from filanda.kernel.signin.actions import ask_to_sign_in, sign_in_by_code
from filanda.kernel.signin.codes import GUESSES, CodeNotUsable, CodeWrong
from filanda.kernel.signin.models import EmailCode
from tests.kernel.signin.codes import ask, code_sent_to, enter, signed_in_as

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
WRONG = "000000"  # no code has a nought


@pytest.fixture
def anna(region):
    account = Account.objects.create_account(email="anna@example.org", name="Anna Riva")
    account.role_grants.create(region=region, role=Role.INNOVATOR)
    return account


def other_browser():
    return Client(headers={"host": "test.example"})


def asked(region, address="anna@example.org", now=NOW):
    return ask_to_sign_in(region=region, email=address, language="it", network="192.0.2.1", now=now)


def used(region, code, text, now=NOW):
    return sign_in_by_code(region=region, handle=str(code.pk), text=text, network="192.0.2.1", now=now)


# Enumeration


def _without_tokens(html):
    return re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]+', r"\1", html)


def test_nothing_tells_a_known_address_from_an_unknown_one(client, anna):
    """Texts, status, headers, number of mails, and the work that is done: which statements, in which order."""
    seen = []
    for address in ("anna@example.org", "emma@example.org"):
        browser = other_browser()
        with CaptureQueriesContext(
            connection,
        ) as statements:
            answer = ask(browser, address)
        page = browser.get("/it/sign-in/code/")
        again = browser.post("/it/sign-in/code/", {"code": WRONG})
        seen.append(
            (
                answer.status_code,
                answer.headers["Location"],
                sorted(answer.headers),
                _without_tokens(page.content.decode()).replace(address, "ADDRESS"),
                again.status_code,
                _without_tokens(again.content.decode()).replace(address, "ADDRESS"),
                Message.objects.filter(to=address).count(),
                Message.objects.get(to=address).template,
                [re.sub(r"'[^']*'|\d+", "?", row["sql"]) for row in statements],
            )
        )
    assert seen[0] == seen[1]


def test_a_wrong_guess_costs_the_same_for_both(region, anna):
    work = []
    for address in ("anna@example.org", "emma@example.org"):
        code = asked(region, address)
        with CaptureQueriesContext(connection) as statements, pytest.raises(CodeWrong):
            used(region, code, WRONG)
        work.append([re.sub(r"'[^']*'|\d+", "?", row["sql"]) for row in statements])
    assert work[0] == work[1]


def test_limits_are_the_same_for_both(region, anna, monkeypatch):
    monkeypatch.setitem(codes.LIMITS, "code_to_address", Limit(2, timedelta(hours=1)))
    for address in ("anna@example.org", "emma@example.org"):
        browser = other_browser()
        assert [ask(browser, address).status_code for _ in range(3)] == [302, 302, 429]
        assert Message.objects.filter(to=address).count() == 2


def test_nobody_shuts_the_owner_of_an_address_out(client, anna, monkeypatch):
    """Who asks for codes again and again for somebody else waits: not they, elsewhere or in a browser of theirs."""
    monkeypatch.setitem(codes.LIMITS, "code_to_address", Limit(2, timedelta(hours=1)))
    monkeypatch.setitem(codes.LIMITS, "codes_to_address", Limit(4, timedelta(hours=1)))
    enter(client, "anna@example.org")
    client.post("/it/sign-out/")
    somebody = other_browser()
    assert [ask(somebody, "anna@example.org").status_code for _ in range(2)] == [302, 429]  # from the same network
    owner = Client(headers={"host": "test.example"}, REMOTE_ADDR="198.51.100.7")
    assert enter(owner, "anna@example.org").status_code == 302
    assert signed_in_as(owner) == anna.pk
    many = [Client(headers={"host": "test.example"}, REMOTE_ADDR=f"203.0.113.{last}") for last in (1, 2, 3)]
    assert [ask(browser, "anna@example.org").status_code for browser in many] == [302, 429, 429]
    assert enter(client, "anna@example.org").status_code == 302
    assert signed_in_as(client) == anna.pk


def test_the_new_address_of_an_account_tells_nobody_who_else_has_one(client, anna):
    Account.objects.create_account(email="emma@example.org")
    enter(client, "anna@example.org")
    client.post("/it/account/confirm/", {"send": "1"})
    client.post("/it/account/confirm/", {"code": code_sent_to("anna@example.org")})
    seen = []
    for address in ("emma@example.org", "nobody@example.org"):
        answer = client.post("/it/account/address/", {"email": address})
        page = _without_tokens(client.get("/it/account/address/code/").content.decode())
        seen.append((answer.status_code, answer.headers["Location"], page.replace(address, "ADDRESS")))
    assert seen[0] == seen[1]


# Guessing


def test_a_code_that_is_guessed_at_is_burnt_and_journalled(region, anna):
    code = asked(region)
    right = code_sent_to("anna@example.org")
    for left in range(GUESSES - 1, 0, -1):
        with pytest.raises(CodeWrong) as caught:
            used(region, code, WRONG)
        assert caught.value.left == left
    for text in (WRONG, right, right):
        with pytest.raises(CodeNotUsable):
            used(region, code, text)
    assert Event.objects.filter(type="identity.code.burnt").count() == 1
    assert "anna" not in str(Event.objects.get(type="identity.code.burnt").payload)


def test_wrong_guesses_of_many_codes_of_one_address_are_limited(region, anna, monkeypatch):
    monkeypatch.setitem(codes.LIMITS, "wrong_for_address", Limit(3, timedelta(days=1)))
    code = asked(region)
    for _ in range(3):
        with pytest.raises(CodeWrong):
            used(region, code, WRONG)
    for _ in range(2):
        code = asked(region)
        with pytest.raises(TooMany):
            used(region, code, WRONG)
        with pytest.raises(CodeNotUsable):
            used(region, code, code_sent_to("anna@example.org"))
    # Who has the code gets in all the same.
    assert used(region, asked(region), code_sent_to("anna@example.org")) == anna


def test_one_network_cannot_guess_at_many_addresses(region, monkeypatch):
    monkeypatch.setitem(codes.LIMITS, "wrong_from_network", Limit(3, timedelta(hours=1)))
    for number in range(3):
        with pytest.raises(CodeWrong):
            used(region, asked(region, f"p{number}@example.org"), WRONG)
    with pytest.raises(TooMany):
        used(region, asked(region, "p9@example.org"), WRONG)


def test_guesses_at_the_same_moment_are_all_counted(transactional_db, region_committed):
    """django-allauth counts in the session, where two requests at once count as one."""
    region = region_committed
    with in_region(region):
        code = asked(region)
        right = code_sent_to("anna@example.org")
    found = []
    gate = threading.Barrier(8)

    def guess():
        try:
            with in_region(region):
                gate.wait(10)
                used(region, code, WRONG)
        except (CodeWrong, CodeNotUsable) as error:
            found.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["CodeNotUsable"] * (8 - GUESSES + 1) + ["CodeWrong"] * (GUESSES - 1)
    with in_region(region), pytest.raises(CodeNotUsable):
        used(region, code, right)


def test_one_code_used_twice_at_the_same_moment_signs_in_once(transactional_db, region_committed):
    region = region_committed
    with in_region(region):
        code = asked(region, "new@example.org")
        right = code_sent_to("new@example.org")
    found = []
    gate = threading.Barrier(4)

    def use():
        try:
            with in_region(region):
                gate.wait(10)
                found.append(used(region, code, right).email)
        except CodeNotUsable:
            found.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["new@example.org", "refused", "refused", "refused"]
    assert Account.objects.filter(email="new@example.org").count() == 1


@pytest.fixture
def region_committed(transactional_db):
    from filanda.kernel.regions.models import Region

    made = Region.objects.create(slug="test", names={"it": "Prova"}, is_invented=True)
    made.hosts.create(host="test.example", is_primary=True)
    return made


# Replay


def test_a_code_works_once_and_for_ten_minutes(region, anna):
    code = asked(region)
    right = code_sent_to("anna@example.org")
    assert used(region, code, right, NOW + timedelta(minutes=10) - timedelta(seconds=1)) == anna
    with pytest.raises(CodeNotUsable):
        used(region, code, right)
    late = asked(region)
    with pytest.raises(CodeNotUsable):
        used(region, late, code_sent_to("anna@example.org"), NOW + timedelta(minutes=10))


def test_a_code_works_in_the_browser_that_asked_for_it_only(client, anna):
    ask(client, "anna@example.org")
    thief = other_browser()
    ask(thief, "thief@example.org")
    answer = thief.post("/it/sign-in/code/", {"code": code_sent_to("anna@example.org")})
    assert answer.status_code == 422
    assert signed_in_as(thief) is None


def test_a_code_is_good_for_its_purpose_and_its_region_only(client, region, other_region, anna):
    enter(client, "anna@example.org")
    client.post("/it/account/confirm/", {"send": "1"})
    confirming = EmailCode.objects.get(purpose="confirm")
    with pytest.raises(CodeNotUsable):
        used(region, confirming, code_sent_to("anna@example.org"))
    code = asked(region)
    right = code_sent_to("anna@example.org")
    with in_region(other_region), pytest.raises(CodeNotUsable):
        used(other_region, code, right)
    assert used(region, code, right) == anna


@pytest.mark.parametrize("handle", ["", "x", "00000000-0000-0000-0000-000000000000", "' OR 1=1 --"])
def test_a_handle_that_is_none_leads_nowhere(region, handle):
    with pytest.raises(CodeNotUsable):
        sign_in_by_code(region=region, handle=handle, text="BCDFGH", network="", now=NOW)


def test_no_code_is_kept_in_the_clear(region):
    code = asked(region)
    right = code_sent_to("anna@example.org")
    assert right.encode() not in bytes(code.code_hash)
    columns = [str(getattr(EmailCode.objects.get(), field.attname)) for field in EmailCode._meta.fields]
    assert not any(right in value for value in columns)


# Sessions


def test_a_session_that_was_planted_is_not_the_one_that_is_signed_in(client, anna):
    client.get("/it/sign-in/")
    session = client.session
    session["planted"] = "x"
    session.save()
    planted = session.session_key
    client.cookies["session"] = planted
    enter(client, "anna@example.org")
    assert signed_in_as(client) == anna.pk
    assert client.session.session_key != planted
    thief = other_browser()
    thief.cookies["session"] = planted
    assert thief.get("/it/account/").status_code == 302


def test_an_address_that_was_only_typed_is_not_kept_for_long(client, anna):
    ask(client, "anna@example.org")
    assert client.session.get_expiry_age() <= 3600
    client.post("/it/sign-in/code/", {"code": code_sent_to("anna@example.org")})
    assert client.session.get_expiry_age() > 24 * 3600


def test_signing_out_ends_the_session_on_the_server(client, anna):
    enter(client, "anna@example.org")
    kept = client.cookies["session"].value
    client.post("/it/sign-out/")
    thief = other_browser()
    thief.cookies["session"] = kept
    assert thief.get("/it/account/").status_code == 302


def test_an_ended_session_is_over_at_once_and_only_one_s_own_can_be_ended(client, region, anna):
    from allauth.usersessions.models import UserSession

    enter(client, "anna@example.org")
    mine = other_browser()
    enter(mine, "anna@example.org")
    somebody = other_browser()
    enter(somebody, "emma@example.org")
    keys = {row.session_key: row.pk for row in UserSession.objects.filter(user=anna)}
    theirs = keys[mine.cookies["session"].value]
    assert somebody.post(f"/it/account/sessions/{theirs}/end/").status_code == 404
    assert mine.get("/it/account/").status_code == 200
    assert client.post(f"/it/account/sessions/{theirs}/end/").status_code == 302
    assert mine.get("/it/account/").status_code == 302
    assert client.get("/it/account/").status_code == 200


def test_cookies_are_not_for_scripts_nor_for_other_sites(client, anna, settings):
    enter(client, "anna@example.org")
    for name in ("session", "device"):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"
    settings.SESSION_COOKIE_SECURE = True
    safe = other_browser()
    enter(safe, "anna@example.org")
    assert (safe.cookies["session"]["secure"], safe.cookies["device"]["secure"]) == (True, True)


def test_a_device_cookie_that_was_forged_knows_nobody(client, anna):
    enter(client, "anna@example.org")
    forged = other_browser()
    forged.cookies["device"] = client.cookies["device"].value[:-2] + "xx"
    enter(forged, "anna@example.org")
    assert Message.objects.filter(template="signin/mail/new_device").count() == 1


# Requests of others


@pytest.mark.parametrize(
    "path",
    [
        "/it/sign-in/",
        "/it/sign-in/code/",
        "/it/sign-in/passkey/",
        "/it/sign-in/passkey/options/",
        "/it/sign-in/second-factor/",
        "/it/sign-in/with/uni/",
        "/it/sign-out/",
        "/it/account/confirm/",
        "/it/account/address/",
        "/it/account/app/",
        "/it/account/passkey/",
        "/it/account/recovery-codes/",
        "/it/account/sessions/end-others/",
        "/it/account/factors/1/remove/",
    ],
)
def test_a_form_of_another_site_is_refused(region, path):
    strict = Client(enforce_csrf_checks=True, headers={"host": "test.example"})
    assert strict.post(path, {"email": "anna@example.org"}).status_code == 403
    assert Message.objects.count() == 0


@pytest.mark.parametrize(
    "path",
    ["/it/sign-out/", "/it/sign-in/passkey/", "/it/account/sessions/end-others/", "/it/account/factors/1/remove/"],
)
def test_nothing_is_done_by_following_a_link(client, path):
    assert client.get(path).status_code == 405


NEXT_TRICKS = [
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "https://evil.example/",
    "http:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example/",
    "/\n/evil.example",
    " //evil.example/",
    "https://test.example@evil.example/",
    "/" + "a" * 2000,
]


@pytest.mark.parametrize("trick", NEXT_TRICKS)
def test_nobody_is_led_to_another_site(client, anna, trick):
    page = client.get("/it/sign-in/", {"next": trick}).content.decode()
    assert 'name="next" value=""' in page
    client.post("/it/sign-in/", {"email": "anna@example.org", "next": trick})
    answer = client.post("/it/sign-in/code/", {"code": code_sent_to("anna@example.org")})
    assert answer.headers["Location"].startswith("/it/")
    assert "evil" not in answer.headers["Location"]
    assert client.get("/it/sign-in/", {"next": trick}).headers["Location"].startswith("/it/")
    confirm = client.post("/it/account/confirm/", {"send": "1", "next": trick})
    assert "evil" not in confirm.headers["Location"]


@pytest.mark.parametrize("host", ["evil.example", "test.example.evil.example", "test.example@evil.example"])
def test_a_host_that_is_not_ours_gets_no_mail_sent(region, host):
    answer = Client(headers={"host": host}).post("/it/sign-in/", {"email": "anna@example.org"})
    assert answer.status_code == 400
    assert Message.objects.count() == 0


def test_links_in_mails_lead_to_the_region_whatever_the_request_said(client, region, anna):
    region.hosts.create(host="also.example")
    enter(client, "anna@example.org")
    elsewhere = Client(headers={"host": "also.example", "x-forwarded-host": "evil.example"})
    enter(elsewhere, "anna@example.org")
    message = Message.objects.get(template="signin/mail/new_device")
    made = render(message.template, region=region, language="it", context=message.context)
    assert "test.example" in made.text
    assert "also.example" not in made.text + made.html
    assert "evil.example" not in made.text + made.html


def test_more_fields_than_the_form_has_change_nothing(client, region):
    client.post("/it/sign-in/", {"email": "new@example.org", "is_operator": "1", "is_active": "0", "account": "1"})
    client.post("/it/sign-in/code/", {"code": code_sent_to("new@example.org"), "is_operator": "1", "role": "x"})
    made = Account.objects.get()
    assert (made.is_operator, made.is_active, made.role_grants.count()) == (False, True, 0)


# allauth's own pages


@pytest.mark.parametrize(
    "path",
    [
        "login/", "signup/", "password/reset/", "password/change/", "email/", "confirm-email/", "login/code/confirm/",
        "2fa/", "2fa/totp/activate/", "2fa/webauthn/", "2fa/recovery-codes/", "3rdparty/", "sessions/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["/it/accounts/", "/it/", "/accounts/", "/it/account/"])
def test_no_page_of_the_library_is_mounted(client, place, path):
    assert client.get(place + path).status_code == 404
