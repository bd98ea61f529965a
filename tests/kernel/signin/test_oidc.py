# SPDX-License-Identifier: EUPL-1.2
"""Identity providers: a real one of OpenID Connect on a port of its own, asked over HTTP."""

from __future__ import annotations

import html
import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import oidc_provider_mock
import pytest
import requests
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.test import Client

from filanda.kernel.identity.actors import PLATFORM, actor_for
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.journal.models import Event
from filanda.kernel.regions.middleware import forget_hosts
from filanda.kernel.regions.scoped import in_region
from filanda.kernel.signin import providers
from filanda.kernel.signin.authenticators import add_app
from tests.kernel.signin.codes import code_sent_to, enter, signed_in_as
from tests.kernel.signin.test_factors import NOW, SECRET, code_of, prove

MFA = "https://refeds.org/profile/mfa"
USERS = (
    {"sub": "anna", "email": "anna@example.org", "email_verified": True, "name": "Anna Riva"},
    {"sub": "unverified", "email": "anna@example.org", "email_verified": False},
    {"sub": "nameless"},
    {"sub": "strong", "email": "anna@example.org", "email_verified": True, "acr": MFA},
)


@pytest.fixture(scope="module")
def server():
    users = [
        oidc_provider_mock.User(sub=user["sub"], claims={k: v for k, v in user.items() if k != "sub"}) for user in USERS
    ]
    with oidc_provider_mock.run_server_in_thread(require_nonce=True, user_claims=users) as running:
        yield f"http://localhost:{running.server_port}"


def offer(region, server, **more):
    row = {
        "id": "uni",
        "name": "University of Altariva",
        "server_url": server,
        "client_id": f"client-{region.slug}",
        "secret_env": "FILANDA_OIDC_UNI",
        "trusts_email": True,
        "acr_second_factor": [MFA],
        **more,
    }
    assert providers.problems_of(row) == {}
    region.settings = {**region.settings, "oidc": [row]}
    region.save()
    forget_hosts()


@pytest.fixture
def uni(region, server, monkeypatch):
    monkeypatch.setenv("FILANDA_OIDC_UNI", "very secret")
    offer(region, server)
    return region


@pytest.fixture
def anna(region):
    made = Account.objects.create_account(email="anna@example.org", name="Anna Riva")
    made.role_grants.create(region=region, role=Role.FACILITATOR)
    return made


def begin(client, path="/en/sign-in/with/uni/", **more):
    """The address at the provider that the browser is sent to."""
    page = client.post(path, more)
    assert page.status_code == 200, page.content
    return html.unescape(re.search(r'content="0;url=([^"]+)"', page.content.decode())[1])


def consent(address, sub):
    """Sign in at the provider as `sub`. Returns the path it sends the browser back to."""
    answer = requests.post(address, data={"sub": sub}, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["Location"])
    assert back.netloc == "test.example"
    return f"{back.path}?{back.query}"


def come_from(client, sub, **more):
    return client.get(consent(begin(client, **more), sub))


def browser(host="test.example"):
    return Client(headers={"host": host})


def test_the_buttons_are_those_of_the_region(client, uni, other_region):
    assert "Continue with University of Altariva" in client.get("/en/sign-in/").content.decode()
    assert "University" not in browser("other.example").get("/en/sign-in/").content.decode()
    assert browser("other.example").post("/en/sign-in/with/uni/").status_code == 404


def test_what_is_asked_carries_state_nonce_and_a_pkce_challenge(client, uni):
    asked = parse_qs(urlsplit(begin(client)).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://test.example/sign-in/callback/uni/"]
    assert (asked["response_type"], asked["client_id"]) == (["code"], ["client-test"])
    assert len(asked["nonce"][0]) >= 32
    assert len(asked["state"][0]) >= 16
    assert "very secret" not in str(asked)


def test_who_comes_with_a_verified_address_is_signed_in_and_made_if_new(client, uni):
    answer = come_from(client, "anna", next="/en/organisations/")
    assert answer.headers["Location"] == "/en/organisations/"
    made = Account.objects.get()
    assert (signed_in_as(client), made.email, made.name) == (made.pk, "anna@example.org", "Anna Riva")
    linked = SocialAccount.objects.get()
    assert (linked.uid, providers.id_in(linked.provider), linked.extra_data) == ("anna", "uni", {})
    assert Event.objects.filter(type="identity.provider.linked").count() == 1
    again = browser()
    come_from(again, "anna")
    assert signed_in_as(again) == made.pk
    assert SocialAccount.objects.count() == 1


def test_a_known_address_is_the_same_account(client, uni, anna):
    come_from(client, "anna")
    assert signed_in_as(client) == anna.pk


@pytest.mark.parametrize("sub", ["unverified", "nameless"])
def test_an_address_that_does_not_count_is_proved_here_once(client, uni, anna, sub):
    answer = come_from(client, sub, next="/en/organisations/")
    assert answer.headers["Location"] == "/en/sign-in/?next=%2Fen%2Forganisations%2F"
    assert signed_in_as(client) is None
    assert SocialAccount.objects.count() == 0
    assert "knows who you are" in client.get(answer.headers["Location"]).content.decode()
    enter(client, "anna@example.org")
    assert signed_in_as(client) == anna.pk
    again = browser()
    come_from(again, sub)
    assert signed_in_as(again) == anna.pk


def test_a_provider_that_is_not_trusted_with_addresses_proves_none(client, uni, server, anna):
    offer(uni, server, trusts_email=False)
    come_from(client, "anna")
    assert signed_in_as(client) is None


def test_a_second_factor_there_counts_where_the_region_says_so(client, uni, server, anna):
    come_from(client, "anna")
    assert client.get("/en/workbench/").status_code == 403
    strong = browser()
    come_from(strong, "strong")
    assert signed_in_as(strong) == anna.pk
    assert strong.get("/en/workbench/").status_code == 200
    offer(uni, server, acr_second_factor=[])
    weak = browser()
    come_from(weak, "strong")
    assert weak.get("/en/workbench/").status_code == 403


def test_a_provider_s_word_does_not_open_an_account_with_a_second_factor(client, uni, anna):
    """Else whoever sets up a provider in one region is anybody in all of them."""
    actor = actor_for(anna)
    code = code_of(SECRET, NOW)
    add_app(actor=actor, account=anna, region=uni, secret=SECRET, code=code, language="it", now=NOW)
    come_from(client, "strong")
    assert signed_in_as(client) is None
    assert enter(client, "anna@example.org").headers["Location"] == "/it/sign-in/second-factor/"
    assert SocialAccount.objects.count() == 0
    client.post("/it/sign-in/second-factor/", {"code": code_of(SECRET)})
    assert signed_in_as(client) == anna.pk
    assert SocialAccount.objects.get().user == anna


def test_the_same_name_in_another_region_is_somebody_else(client, uni, other_region, server):
    come_from(client, "nameless")
    enter(client, "anna@example.org")
    offer(other_region, server)
    with in_region(other_region):
        there = browser("other.example")
        address = begin(there)
        answer = requests.post(address, data={"sub": "nameless"}, allow_redirects=False, timeout=10)
        back = urlsplit(answer.headers["Location"])
        assert back.netloc == "other.example"
        there.get(f"{back.path}?{back.query}")
        assert signed_in_as(there) is None


def test_who_was_linked_is_nobody_at_another_server_of_the_same_name(client, uni, server, anna):
    """Else an administrator who sets another address in is everybody who ever came from the first."""
    come_from(client, "nameless")
    enter(client, "anna@example.org")
    with oidc_provider_mock.run_server_in_thread(require_nonce=True) as other:
        offer(uni, f"http://localhost:{other.server_port}", acr_second_factor=[MFA])
        stranger = browser()
        come_from(stranger, "nameless")
        assert signed_in_as(stranger) is None
    prove(client)
    row = SocialAccount.objects.get()
    assert "does not offer it any more" in client.get("/en/account/").content.decode()
    assert client.post(f"/en/account/links/{row.pk}/remove/").status_code == 302
    assert SocialAccount.objects.count() == 0


def test_who_waits_to_be_linked_is_nobody_at_another_server(client, uni, anna):
    come_from(client, "nameless")
    offer(uni, "http://localhost:9")
    assert "knows who you are" not in client.get("/en/sign-in/").content.decode()
    enter(client, "anna@example.org")
    assert SocialAccount.objects.count() == 0


def test_a_session_of_one_region_is_none_in_another(client, uni, other_region, anna):
    """A region trusts its own providers: what they vouch for must not wake a role of another region."""
    with in_region(other_region):
        anna.role_grants.create(region=other_region, role=Role.FACILITATOR)
    come_from(client, "strong")
    assert client.get("/en/workbench/").status_code == 200
    there = browser("other.example")
    there.cookies["session"] = client.cookies["session"].value
    assert there.get("/en/home/").status_code == 302
    assert there.get("/en/workbench/").status_code == 403
    assert client.get("/en/workbench/").status_code == 200


def test_an_answer_to_somebody_else_s_question_is_refused(client, uni, anna):
    """A forged or replayed return: another browser's, a second time, a state made up, none at all."""
    back = consent(begin(client), "anna")
    victim = browser()
    victim.get("/en/sign-in/")
    assert victim.get(back).status_code == 400
    assert signed_in_as(victim) is None
    for path in (
        "/sign-in/callback/uni/",
        "/sign-in/callback/uni/?code=x&state=y",
        re.sub(r"state=[^&]+", "state=z", back),
    ):
        assert client.get(path).status_code == 400
    client.get(back)
    assert signed_in_as(client) == anna.pk
    client.post("/en/sign-out/")
    assert client.get(back).status_code == 400
    assert signed_in_as(client) is None


def test_an_id_token_for_another_question_is_refused(client, uni):
    back = consent(begin(client), "anna")
    session = client.session
    states = session["socialaccount_states"]
    for kept in states.values():
        kept[0]["nonce"] = "another"
    session["socialaccount_states"] = states
    session.save()
    assert client.get(back).status_code == 400
    assert signed_in_as(client) is None


@contextmanager
def answering(path, body):
    """A web server that answers every request with `body`."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *args):
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}{path}"
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


@pytest.mark.parametrize("wrong", [{"jwks_uri": None}, {"issuer": "https://somebody.example"}])
def test_an_id_token_of_somebody_else_is_refused(client, uni, server, wrong):
    """What the provider signs with another key, or another provider signs with it."""
    configuration = requests.get(f"{server}/.well-known/openid-configuration", timeout=10).json()
    with oidc_provider_mock.run_server_in_thread() as other:
        changed = {key: value or f"http://localhost:{other.server_port}/jwks" for key, value in wrong.items()}
        with answering("", configuration | changed) as told:
            offer(uni, told)
            assert client.get(consent(begin(client), "anna")).status_code == 400
            assert signed_in_as(client) is None
        with answering("", configuration) as told:
            offer(uni, told)
            come_from(client, "anna")
            assert signed_in_as(client)


def test_saying_no_at_the_provider_leads_back(client, uni):
    state = parse_qs(urlsplit(begin(client, next="/en/organisations/")).query)["state"][0]
    answer = client.get(f"/sign-in/callback/uni/?error=access_denied&state={state}")
    assert answer.headers["Location"] == "/en/sign-in/?next=%2Fen%2Forganisations%2F"
    assert signed_in_as(client) is None


def test_a_failure_is_told_in_the_language_one_came_in(client, uni):
    state = parse_qs(urlsplit(begin(client)).query)["state"][0]
    page = client.get(f"/sign-in/callback/uni/?error=server_error&state={state}")
    assert page.status_code == 400
    assert '<html lang="en"' in page.content.decode()


def test_a_provider_that_does_not_answer_is_a_sentence(client, uni):
    offer(uni, "http://localhost:9")
    page = client.post("/en/sign-in/with/uni/")
    assert page.status_code == 502
    assert "does not answer" in page.content.decode()


def test_one_links_and_unlinks_a_provider_after_a_fresh_proof(client, uni, anna):
    enter(client, "anna@example.org")
    assert client.post("/en/account/with/uni/").headers["Location"].startswith("/en/account/confirm/")
    prove(client)
    answer = client.get(consent(begin(client, "/en/account/with/uni/"), "nameless"))
    assert answer.headers["Location"] == "/en/account/"
    row = SocialAccount.objects.get(user=anna)
    assert client.post(f"/en/account/links/{row.pk}/remove/").status_code == 302
    assert SocialAccount.objects.count() == 0
    assert Event.objects.filter(type="identity.provider.unlinked").count() == 1


def test_a_link_of_somebody_else_is_neither_taken_nor_removed(client, uni, anna):
    come_from(client, "nameless")
    enter(client, "anna@example.org")
    emma = browser()
    enter(emma, "emma@example.org")
    prove(emma, "emma@example.org")
    assert emma.get(consent(begin(emma, "/en/account/with/uni/"), "nameless")).status_code == 409
    row = SocialAccount.objects.get()
    assert row.user == anna
    assert emma.post(f"/en/account/links/{row.pk}/remove/").status_code == 404


def test_nothing_of_a_provider_is_a_row_nor_in_the_journal(client, uni):
    come_from(client, "anna")
    assert SocialApp.objects.count() == 0
    assert "very secret" not in str(list(Event.objects.values_list("payload", flat=True)))
    assert "very secret" not in str(client.session.items())
    assert PLATFORM.account_id is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "UNI"),
        ("id", "a/b"),
        ("name", ""),
        ("client_id", None),
        ("server_url", "ftp://x.example"),
        ("server_url", "http://uni.example"),
        ("server_url", "file:///etc/passwd"),
        ("server_url", ""),
        ("secret_env", "DATABASE_URL"),
        ("secret_env", "the secret itself"),
        ("acr_second_factor", "mfa"),
    ],
)
def test_what_is_wrong_with_a_provider_is_said_and_it_is_not_offered(region, field, value):
    row = {"id": "uni", "name": "Uni", "server_url": "https://uni.example", "client_id": "x", field: value}
    assert list(providers.problems_of(row)) == [field]
    region.settings = {"oidc": [row, "nonsense", None]}
    assert providers.providers_of(region) == []


def test_the_code_for_an_address_is_not_asked_again(client, uni, anna):
    come_from(client, "nameless")
    enter(client, "anna@example.org")
    assert code_sent_to("anna@example.org")
    again = browser()
    assert "sign-in" not in come_from(again, "nameless").headers["Location"]
