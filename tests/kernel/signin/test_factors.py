# SPDX-License-Identifier: EUPL-1.2
"""Second factors: adding them behind a fresh proof, signing in with them, what they wake. One's address, sessions."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from filanda.kernel.identity.actors import PLATFORM, actor_for
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.journal.models import Event
from filanda.kernel.limits import TooMany
from filanda.kernel.mail.models import Message
from filanda.kernel.policies import Forbidden
from filanda.kernel.signin import authenticators
from filanda.kernel.signin.authenticators import FactorWrong, add_app, has_factor, use_factor_code
from filanda.kernel.signin.models import Recovery, RecoveryState
from filanda.kernel.signin.recovery import (
    AlreadyAsked,
    ReasonMissing,
    SamePerson,
    approve,
    ask_for_recovery,
    forget_factors,
    lapse_recoveries,
    refuse,
)
from filanda.kernel.workflow import MoveNotPossible, all_pairs
from tests.kernel.signin.codes import code_sent_to, enter, signed_in_as

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_of(secret, at=None):
    counter = int((at or datetime.now(UTC)).timestamp()) // 30
    return format_hotp_value(hotp_value(secret, counter))


def account(region, email, role=Role.INNOVATOR, name=""):
    made = Account.objects.create_account(email=email, name=name)
    made.role_grants.create(region=region, role=role)
    return made


@pytest.fixture
def anna(region):
    return account(region, "anna@example.org", Role.FACILITATOR, "Anna Riva")


@pytest.fixture
def with_app(region, anna):
    """Anna has an authenticator app. Returns her recovery codes."""
    return add_app(
        actor=actor_for(anna),
        account=anna,
        region=region,
        secret=SECRET,
        code=code_of(SECRET, NOW),
        language="it",
        now=NOW,
    )


def browser():
    return Client(headers={"host": "test.example"})


def prove(client, address="anna@example.org"):
    """Show a fresh code."""
    client.post("/it/account/confirm/", {"send": "1"})
    return client.post("/it/account/confirm/", {"code": code_sent_to(address)})


# A fresh proof


@pytest.mark.parametrize(
    "path", ["/it/account/address/", "/it/account/app/", "/it/account/passkey/", "/it/account/recovery-codes/"]
)
def test_having_just_signed_in_is_no_fresh_proof(client, anna, path):
    enter(client, "anna@example.org")
    answer = client.get(path)
    assert answer.headers["Location"] == f"/it/account/confirm/?next={path.replace('/', '%2F')}"
    assert client.post(path, {"email": "new@example.org"}).status_code == 302
    client.post("/it/account/confirm/", {"send": "1", "next": path})
    answer = client.post("/it/account/confirm/", {"code": code_sent_to("anna@example.org"), "next": path})
    assert answer.headers["Location"] == path
    assert client.get(path).status_code == 200


def test_a_fresh_proof_ages(client, anna):
    enter(client, "anna@example.org")
    prove(client)
    assert client.get("/it/account/app/").status_code == 200
    session = client.session
    session["fresh"] = {**session["fresh"], "at": session["fresh"]["at"] - 601}
    session.save()
    assert client.get("/it/account/app/").status_code == 302


def test_the_code_for_signing_in_is_no_fresh_proof(client, anna):
    client.post("/it/sign-in/", {"email": "anna@example.org"})
    code = code_sent_to("anna@example.org")
    client.post("/it/sign-in/code/", {"code": code})
    client.post("/it/account/confirm/", {"send": "1"})
    if code != code_sent_to("anna@example.org"):
        assert client.post("/it/account/confirm/", {"code": code}).status_code == 422


def test_visitors_are_led_to_sign_in(client, region):
    for path in ("", "confirm/", "address/", "app/", "passkey/", "recovery-codes/"):
        assert client.get(f"/it/account/{path}").headers["Location"].startswith("/it/sign-in/?next=")


# The authenticator app


def test_an_app_is_added_and_asked_for_from_then_on(client, anna):
    enter(client, "anna@example.org")
    assert client.get("/it/workbench/").status_code == 403
    prove(client)
    page = client.get("/it/account/app/").content.decode()
    secret = re.search(r'class="key">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    assert "<svg" in page
    assert "style=" not in page[page.index("<svg") : page.index("</svg>")]
    wrong = client.post("/it/account/app/", {"code": "12"})
    assert wrong.status_code == 422
    page = client.post("/it/account/app/", {"code": code_of(secret)})
    assert len(re.findall(r'<code class="key">\d{8}</code>', page.content.decode())) == 10
    # This session has shown the factor by adding it: the role wakes.
    assert client.get("/it/workbench/").status_code == 200
    assert secret not in str(Authenticator.objects.filter(type="totp").values_list("data", flat=True))
    assert Message.objects.filter(template="signin/mail/factor_added", to="anna@example.org").count() == 1

    again = browser()
    answer = enter(again, "anna@example.org")
    assert answer.headers["Location"] == "/it/sign-in/second-factor/"
    assert signed_in_as(again) is None
    assert again.get("/it/account/").status_code == 302
    Authenticator.objects.filter(type="totp").update(
        data={**Authenticator.objects.get(type="totp").data, "last_counter": 0}
    )
    answer = again.post("/it/sign-in/second-factor/", {"code": code_of(secret)})
    assert signed_in_as(again) == anna.pk
    assert again.get("/it/workbench/").status_code == 200


def test_the_second_factor_comes_after_the_code_only(client, with_app):
    assert client.get("/it/sign-in/second-factor/").headers["Location"] == "/it/sign-in/"
    assert client.post("/it/sign-in/second-factor/", {"code": code_of(SECRET)}).status_code == 302
    assert signed_in_as(client) is None


def test_a_code_of_the_app_works_once(region, anna, with_app):
    later = NOW + timedelta(minutes=1)
    with pytest.raises(FactorWrong):  # shown when it was added
        use_factor_code(account=anna, region=region, text=code_of(SECRET, NOW), now=NOW)
    assert use_factor_code(account=anna, region=region, text=code_of(SECRET, later), now=later).type == "totp"
    with pytest.raises(FactorWrong):
        use_factor_code(account=anna, region=region, text=code_of(SECRET, later), now=later)


def test_guessing_at_the_app_is_limited_and_journalled(region, anna, with_app):
    later = NOW + timedelta(minutes=16)
    for _ in range(authenticators.GUESS_LIMIT.most):
        with pytest.raises(FactorWrong):
            use_factor_code(account=anna, region=region, text="000000", now=later)
    for text in ("000000", code_of(SECRET, later)):
        with pytest.raises(TooMany):
            use_factor_code(account=anna, region=region, text=text, now=later)
    assert Event.objects.filter(type="identity.factor.guessed_at").exists()


def test_a_recovery_code_stands_in_once(client, anna, with_app):
    for expected in (anna.pk, None):
        visitor = browser()
        enter(visitor, "anna@example.org")
        visitor.post("/it/sign-in/second-factor/", {"code": with_app[0]})
        assert signed_in_as(visitor) == expected
    assert Event.objects.filter(type="identity.recovery_code.used", account=anna).count() == 1


def test_a_passkey_is_renamed_by_its_owner_only(client, anna):
    kinds = Authenticator.Type
    enter(client, "anna@example.org")
    own = Authenticator.objects.create(user=anna, type=kinds.WEBAUTHN, data={"name": "Laptop", "rp_id": "test"})
    emma = Account.objects.create_account(email="emma@example.org")
    hers = Authenticator.objects.create(user=emma, type=kinds.WEBAUTHN, data={"name": "Hers"})
    app = Authenticator.objects.create(user=anna, type=kinds.TOTP, data={})
    path = f"/it/account/factors/{own.pk}/name/"
    assert client.get(path).headers["Location"].startswith("/it/account/confirm/")
    session = client.session
    session["fresh"] = {"account": anna.pk, "at": int(time.time())}
    session.save()
    assert 'value="Laptop"' in client.get(path).content.decode()
    for nothing in ("\x00 ", "x" * 81):
        assert client.post(path, {"name": nothing}).status_code == 422
    assert client.post(path, {"name": " Blue\x00 key "}).headers["Location"] == "/it/account/"
    for other in (hers, app):
        assert client.post(f"/it/account/factors/{other.pk}/name/", {"name": "Mine"}).status_code == 404
    names = dict(Authenticator.objects.filter(type=kinds.WEBAUTHN).values_list("pk", "data__name"))
    assert names == {own.pk: "Blue key", hers.pk: "Hers"}
    assert Event.objects.filter(type="identity.factor.renamed").count() == 1


def test_new_recovery_codes_end_the_old_ones(region, anna, with_app):
    made = authenticators.new_recovery_codes(actor=actor_for(anna), account=anna, region=region, language="it", now=NOW)
    assert set(made).isdisjoint(with_app)
    with pytest.raises(FactorWrong):
        use_factor_code(account=anna, region=region, text=with_app[1], now=NOW)
    assert use_factor_code(account=anna, region=region, text=made[1], now=NOW).type == "recovery_codes"


def test_removing_the_last_factor_removes_the_recovery_codes_and_tells(client, anna, with_app):
    row = Authenticator.objects.get(type="totp")
    enter(client, "anna@example.org")
    client.post("/it/sign-in/second-factor/", {"code": with_app[0]})
    assert client.post(f"/it/account/factors/{row.pk}/remove/").headers["Location"].startswith("/it/account/confirm/")
    prove(client)
    asked = client.post(f"/it/account/factors/{row.pk}/remove/")  # one tap is not enough
    assert (asked.status_code, Authenticator.objects.filter(pk=row.pk).exists()) == (200, True)
    assert str(Role.FACILITATOR.label) in asked.content.decode()
    assert client.post(f"/it/account/factors/{row.pk}/remove/", {"sure": "1"}).status_code == 302
    assert Authenticator.objects.count() == 0
    assert Message.objects.filter(template="signin/mail/factor_removed").count() == 1
    # What this session has shown is no more: the role sleeps again.
    assert client.get("/it/workbench/").status_code == 403


def test_removing_the_last_factor_ends_sessions_that_have_shown_it(client, anna, with_app):
    other = browser()
    for number, one in enumerate((other, client)):
        enter(one, "anna@example.org")
        one.post("/it/sign-in/second-factor/", {"code": with_app[number]})
    prove(client)
    client.post(f"/it/account/factors/{Authenticator.objects.get(type='totp').pk}/remove/", {"sure": "1"})
    assert other.get("/it/account/").status_code == 302
    assert client.get("/it/account/").status_code == 200


def test_nobody_changes_the_factors_of_somebody_else(client, region, anna, with_app):
    emma = account(region, "emma@example.org")
    with pytest.raises(Forbidden):
        authenticators.remove_factor(
            actor=actor_for(emma),
            account=anna,
            region=region,
            factor_id=Authenticator.objects.get(type="totp").pk,
            language="it",
            now=NOW,
        )
    enter(client, "emma@example.org")
    prove(client, "emma@example.org")
    assert client.post(f"/it/account/factors/{Authenticator.objects.get(type='totp').pk}/remove/").status_code == 404
    assert has_factor(anna)


def test_a_link_of_the_operator_asks_for_the_second_factor_too(client, region, anna, with_app):
    from filanda.kernel.signin.actions import create_sign_in_link

    token = create_sign_in_link(actor=PLATFORM, account=anna, region=region, now=datetime.now(UTC))
    assert client.post(f"/it/sign-in/{token}/").headers["Location"] == "/it/sign-in/second-factor/"
    assert signed_in_as(client) is None


# Address


def test_the_address_is_changed_by_a_code_to_the_new_one_and_the_old_one_is_told(client, anna):
    enter(client, "anna@example.org")
    prove(client)
    client.post("/it/account/address/", {"email": "Anna.Riva@Example.net"})
    Account.objects.get(email="anna@example.org")  # not yet
    assert client.post("/it/account/address/code/", {"code": "000000"}).status_code == 422
    answer = client.post("/it/account/address/code/", {"code": code_sent_to("anna.riva@example.net")})
    assert answer.headers["Location"] == "/it/account/"
    anna.refresh_from_db()
    assert anna.email == "anna.riva@example.net"
    told = Message.objects.get(template="signin/mail/address_changed")
    assert (told.to, told.context) == ("anna@example.org", {"new_address": "a•••@example.net"})
    assert Event.objects.get(type="identity.address.changed").account_id == anna.pk
    again = browser()
    enter(again, "anna.riva@example.net")
    assert signed_in_as(again) == anna.pk


def test_an_address_of_somebody_else_is_told_to_who_proves_it(client, region, anna):
    account(region, "emma@example.org")
    enter(client, "anna@example.org")
    prove(client)
    client.post("/it/account/address/", {"email": "emma@example.org"})
    answer = client.post("/it/account/address/code/", {"code": code_sent_to("emma@example.org")})
    assert answer.status_code == 409
    anna.refresh_from_db()
    assert anna.email == "anna@example.org"


# Sessions


def test_all_other_sessions_end_after_a_fresh_proof(client, anna):
    others = [browser() for _ in range(2)]
    for one in (*others, client):
        enter(one, "anna@example.org")
    assert client.get("/it/account/").content.decode().count("account/sessions/") == 4
    client.post("/it/account/sessions/end-others/")
    assert others[0].get("/it/account/").status_code == 200
    prove(client)
    client.post("/it/account/sessions/end-others/")
    assert [one.get("/it/account/").status_code for one in others] == [302, 302]
    assert client.get("/it/account/").status_code == 200
    assert Event.objects.get(type="identity.sessions.ended").payload == {"sessions": 2}


def test_the_account_page_takes_as_many_queries_for_many_sessions(client, anna, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    enter(client, "anna@example.org")
    client.get("/it/account/")  # what a process keeps for a while is read
    with CaptureQueriesContext(connection) as one:
        client.get("/it/account/")
    expected = len(one)
    for _ in range(3):
        enter(browser(), "anna@example.org")
    with django_assert_num_queries(expected):
        client.get("/it/account/")


# Recovery


@pytest.fixture
def administrators(region):
    found = [account(region, f"admin{n}@example.org", Role.REGION_ADMINISTRATOR, f"Admin {n}") for n in range(2)]
    return [actor_for(one, has_second_factor=True) for one in found]


@pytest.fixture
def recovery(region, anna, with_app, administrators):
    return ask_for_recovery(account=anna, region=region, words="Call my office", language="it", now=NOW)


def test_a_lost_factor_comes_back_through_two_administrators(client, anna, with_app, administrators):
    enter(client, "anna@example.org")
    assert client.post("/it/sign-in/lost-factor/", {"words": "Call my office"}).status_code == 200
    assert client.post("/it/sign-in/lost-factor/", {"words": "again"}).status_code == 409
    assert signed_in_as(client) is None
    found = Recovery.objects.get()
    assert Message.objects.filter(template="signin/mail/recovery_to_decide").count() == 2
    assert approve(actor=administrators[0], recovery=found, now=NOW) == RecoveryState.SECONDED
    assert has_factor(anna)
    with pytest.raises(SamePerson):
        approve(actor=administrators[0], recovery=found, now=NOW)
    assert approve(actor=administrators[1], recovery=found, now=NOW) == RecoveryState.DONE
    assert not has_factor(anna)
    assert Message.objects.filter(template="signin/mail/factors_recovered", to="anna@example.org").count() == 1
    types = list(Event.objects.filter(type__startswith="identity.recovery.").values_list("type", flat=True))
    assert types == ["identity.recovery.asked", "identity.recovery.seconded"]
    assert Event.objects.filter(type="identity.factors.recovered").count() == 1
    enter(client, "anna@example.org")
    assert signed_in_as(client) == anna.pk


def test_nobody_approves_their_own(region, administrators):
    own = Account.objects.get(email="admin0@example.org")
    found = ask_for_recovery(account=own, region=region, words="", language="it", now=NOW)
    for move in (lambda: approve(actor=administrators[0], recovery=found, now=NOW),
                 lambda: refuse(actor=administrators[0], recovery=found, reason="x", now=NOW)):  # fmt: skip
        with pytest.raises(SamePerson):
            move()


def test_who_may_decide(region, recovery, administrators):
    emma = account(region, "emma@example.org", Role.FACILITATOR)
    asleep = actor_for(Account.objects.get(email="admin0@example.org"))
    for actor in (actor_for(emma, has_second_factor=True), asleep, actor_for(None)):
        with pytest.raises(Forbidden):
            approve(actor=actor, recovery=recovery, now=NOW)
        assert Recovery.objects.visible_to(actor).count() == 0


def test_a_refusal_says_why(recovery, administrators, anna):
    with pytest.raises(ReasonMissing):
        refuse(actor=administrators[0], recovery=recovery, reason=" ", now=NOW)
    refuse(actor=administrators[0], recovery=recovery, reason="The voice was not hers.", now=NOW)
    told = Message.objects.get(template="signin/mail/recovery_refused")
    assert told.context == {"reason": "The voice was not hers."}
    with pytest.raises(MoveNotPossible):
        approve(actor=administrators[1], recovery=recovery, now=NOW)
    assert has_factor(anna)


def test_showing_the_factor_ends_the_request(client, anna, recovery, with_app):
    enter(client, "anna@example.org")
    client.post("/it/sign-in/second-factor/", {"code": with_app[2]})
    recovery.refresh_from_db()
    assert recovery.state == RecoveryState.LAPSED


def test_a_request_lapses_after_a_week(region, recovery):
    assert lapse_recoveries(region=region, now=NOW + timedelta(days=6)) == 0
    assert lapse_recoveries(region=region, now=NOW + timedelta(days=7)) == 1


def test_one_open_request_is_enough(region, anna, recovery):
    with pytest.raises(AlreadyAsked):
        ask_for_recovery(account=anna, region=region, words="", language="it", now=NOW)


@pytest.mark.parametrize(("state", "move", "target"), list(all_pairs(Recovery.workflow)))
def test_every_move_from_every_state(region, recovery, state, move, target):
    from django.db import transaction

    from filanda.kernel.workflow import move as move_along

    Recovery.objects.update(state=state)
    with transaction.atomic():
        if target is None:
            with pytest.raises(MoveNotPossible):
                move_along(recovery, move, actor=PLATFORM, now=NOW)
        else:
            move_along(recovery, move, actor=PLATFORM, now=NOW)
            assert recovery.state == target


def test_administrators_decide_on_a_page_behind_a_fresh_proof(client, recovery):
    assert client.get("/it/account/recoveries/").status_code == 403
    admin = account(recovery.region, "third@example.org", Role.REGION_ADMINISTRATOR, "Terza")
    from tests.signing import sign_in

    sign_in(client, admin)
    page = client.get("/it/account/recoveries/").content.decode()
    assert "Anna Riva" in page
    assert "Call my office" in page
    path = f"/it/account/recoveries/{recovery.pk}/"
    assert client.post(path + "approve/").headers["Location"].startswith("/it/account/confirm/")
    prove(client, "third@example.org")
    assert client.post(path + "refuse/", {"reason": ""}).status_code == 422
    assert client.post(path + "approve/").status_code == 302
    assert client.post(path + "approve/").status_code == 409
    recovery.refresh_from_db()
    assert (recovery.state, recovery.first_approver) == (RecoveryState.SECONDED, admin)


def test_the_operator_can_forget_factors_where_nobody_else_can(region, anna, with_app):
    with pytest.raises(Forbidden):
        forget_factors(actor=actor_for(anna, has_second_factor=True), account=anna, region=region, now=NOW)
    assert forget_factors(actor=PLATFORM, account=anna, region=region, now=NOW) == 1
    assert not has_factor(anna)
