# SPDX-License-Identifier: EUPL-1.2
import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from filanda.kernel.identity.models import Account
from filanda.kernel.mail.inbound.addresses import reply_address, token_of, verify
from filanda.kernel.manifests import Manifest, manifests
from filanda.kernel.manifests.replies import ReplyHandler
from filanda.kernel.regions.models import Region
from tests.mailing import deliver

NOW = datetime(2026, 11, 17, 9, tzinfo=UTC)
KINDS = ("thread", "need")
BASE32 = string.ascii_lowercase + "234567"


@pytest.fixture(autouse=True)
def _replies(settings):
    settings.REPLY_ADDRESS = "reply@in.example.org"
    manifests()["test_room"] = Manifest(replies=tuple(ReplyHandler(kind, lambda _reply: None) for kind in KINDS))
    yield
    del manifests()["test_room"]


def made(number=17, kind="thread", region=3, account=5, now=NOW):
    address = reply_address(Region(pk=region), kind, number, Account(pk=account), now=now)
    assert address is not None
    return address


def test_an_address_says_what_it_was_made_for():
    address = made()
    assert address.startswith("reply+")
    assert address.endswith("@in.example.org")
    found = verify(token_of(address), KINDS, now=NOW)
    assert (found.region_id, found.kind, found.number, found.account_id) == (3, "thread", 17, 5)
    assert not found.is_expired
    assert verify(token_of(address.upper()), KINDS, now=NOW) == found


@given(
    number=st.integers(0, 2**63 - 1),
    region=st.integers(1, 2**31),
    account=st.integers(1, 2**31),
    kind=st.sampled_from(KINDS),
)
def test_every_number_that_a_row_can_have_fits_and_comes_back(number, region, account, kind):
    address = made(number, kind, region, account)
    assert len(address.partition("@")[0].encode()) <= 64
    found = verify(token_of(address), KINDS, now=NOW)
    assert (found.region_id, found.kind, found.number, found.account_id) == (region, kind, number, account)


@given(at=st.integers(0, 200), letter=st.sampled_from(BASE32 + "+-=_ é0189"), number=st.integers(0, 10**6))
@hypothesis_settings(max_examples=400)
def test_no_other_spelling_of_an_address_is_taken(at, letter, number):
    token = token_of(made(number))
    at %= len(token)
    changed = token[:at] + letter + token[at + 1 :]
    if changed != token:
        assert verify(changed, KINDS, now=NOW) is None
    assert verify(token[:at], KINDS, now=NOW) is None
    assert verify(token + letter, KINDS, now=NOW) is None


@given(token=st.text(max_size=70) | st.text(BASE32, max_size=70))
def test_what_somebody_makes_up_is_nobodys(token):
    assert verify(token, KINDS, now=NOW) is None


def test_an_address_holds_for_its_kind_and_this_installation_only(settings):
    token = token_of(made())
    assert verify(token, ("need",), now=NOW) is None
    assert verify(token, (), now=NOW) is None
    settings.SECRET_KEY = "another installation's"
    assert verify(token, KINDS, now=NOW) is None


@pytest.mark.parametrize(("days", "is_expired"), [(0, False), (60, False), (61, True), (4000, True)])
def test_an_address_holds_for_some_time(days, is_expired):
    found = verify(token_of(made()), KINDS, now=NOW + timedelta(days=days))
    assert found.is_expired is is_expired


def test_without_a_domain_there_is_no_address(settings):
    settings.REPLY_ADDRESS, settings.EMAIL_CONFIGURED = "", True
    assert reply_address(Region(pk=3), "thread", 1, Account(pk=5), now=NOW) is None


def test_of_what_nobody_takes_answers_to_there_is_no_address():
    assert reply_address(Region(pk=3), "weather", 1, Account(pk=5), now=NOW) is None


@pytest.mark.parametrize("number", [-1, 2**200])
def test_a_number_that_no_row_has_is_an_error(number):
    with pytest.raises(ValueError, match="number"):
        made(number)


@pytest.mark.parametrize("address", ["", "reply@in.example.org", "a+b", "@", "+@", "reply+@in.example.org"])
def test_an_address_without_a_token_has_none(address):
    assert token_of(address) == ""


def test_a_message_carries_its_reply_address_and_thread(write, region):
    account = Account.objects.create_account(email="anna@example.org")
    to = reply_address(region, "thread", 17, account)
    write(reply_to=to, thread_id="thread-17", unsubscribe_url="https://a.example/u/1")
    write(reply_to=None, context={"path": "/2"})
    with_reply, without = deliver()
    assert with_reply.headers["Reply-To"] == to
    assert with_reply.headers["References"] == with_reply.headers["In-Reply-To"] == "<thread-17@test.example>"
    assert with_reply.headers["List-Unsubscribe"] == "<https://a.example/u/1>"
    assert with_reply.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert {"Reply-To", "References", "In-Reply-To", "List-Unsubscribe"}.isdisjoint(without.headers)
    with pytest.raises(ValueError, match="thread_id"):
        write(thread_id="thread 17>\nBcc: x")
