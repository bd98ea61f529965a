# SPDX-License-Identifier: EUPL-1.2
"""Directory, feed and page of funding calls; the form of who looks after them."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from django.test import Client

from filanda.capabilities.notifications.following import follow as tell
from filanda.capabilities.notifications.models import Notification
from filanda.directory.funding import actions
from filanda.directory.funding.models import FundingCall
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.identity.models import Account, Role, RoleGrant
from filanda.kernel.journal import chain
from tests.components.proposals.making import make_proposal
from tests.directory.funding.making import NOW, make_call
from tests.signing import sign_in
from tests.spaces.making import a_person


@pytest.fixture
def staff(region):
    account = Account.objects.create_account(email="f@example.org", name="F")
    RoleGrant.objects.create(region=region, account=account, role=Role.FACILITATOR, reason="test")
    signed = Client(headers={"host": "test.example"})
    sign_in(signed, account)
    return signed


def text_of(response):
    return response.content.decode()


def test_the_directory_finds_filters_and_sorts(region, client, indexed):
    late = make_call(region, "Silk and looms", programme="Weaving", deadlines=[date(2027, 5, 1)])
    soon = make_call(region, "Water for silk", programme="Rivers", deadlines=[date(2026, 12, 1)])
    over = make_call(region, "Old silk", programme="Weaving", deadlines=[date(2026, 11, 1)])
    gone = make_call(region, "Withdrawn silk")
    actions.withdraw(actor=PLATFORM, call=gone, now=NOW)
    indexed()
    page = text_of(client.get("/en/funding/"))
    assert page.index(soon.title) < page.index(late.title)
    assert over.title not in page
    assert gone.title not in page
    assert over.title in text_of(client.get("/en/funding/?state=closed"))
    only = text_of(client.get("/en/funding/?q=silk&programme=Rivers"))
    assert "Silk and looms" not in only
    assert "Water for <mark>silk</mark>" in only or soon.title in only
    month = text_of(client.get("/en/funding/?deadline=2027-05"))
    assert "May 2027" in month
    assert soon.title not in month
    for odd in ("page=999", "page=x&sort=%00", "state=%FF&deadline=13", "q=" + "a" * 5000):
        assert client.get(f"/en/funding/?{odd}").status_code == 200
    fragment = text_of(client.get("/en/funding/", headers={"hx-request": "true"}))
    assert "<html" not in fragment
    feed = text_of(client.get("/it/funding/feed.atom"))
    assert soon.title in feed
    assert over.title not in feed
    assert gone.title not in feed


def test_a_page_and_who_sees_it(region, other_region, client, staff):
    row = make_call(region, "Looms & silk", text="First.\n\n<b>Second</b>.", budget=1_500_000, link="https://x.example")
    page = text_of(client.get(f"/en/funding/{row.pk}/"))
    assert "Looms &amp; silk" in page
    assert "&lt;b&gt;Second" in page
    assert "€ 1,500,000" in page
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])
    assert data["@type"] == "MonetaryGrant"
    assert data["name"] == "Looms & silk"
    assert Client(headers={"host": "other.example"}).get(f"/en/funding/{row.pk}/").status_code == 404
    actions.withdraw(actor=PLATFORM, call=row, now=NOW)
    assert client.get(f"/en/funding/{row.pk}/").status_code == 404
    assert "Withdrawn" in text_of(staff.get(f"/en/funding/{row.pk}/"))
    assert client.get(f"/en/funding/{10**17}/").status_code == 404


def test_a_closed_call_stays_readable(region, client):
    row = make_call(region, deadlines=[date(2026, 11, 1)])
    assert "It stays here to be read" in text_of(client.get(f"/en/funding/{row.pk}/"))


def test_pages_cost_as_many_queries_whatever_there_is(region, client, indexed, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost():
        with CaptureQueriesContext(connection) as found:
            assert client.get("/en/funding/").status_code == 200
        return len(found)

    make_call(region)
    indexed()
    client.get("/en/funding/")
    one = cost()
    for number in range(8):
        make_call(region, f"Looms {number}")
    indexed()
    client.get("/en/funding/")
    assert cost() == one


def test_staff_lists_corrects_and_withdraws(region, client, staff):
    assert staff.get("/en/funding/new/").status_code == 200
    typed = {"key": "k", "title": "Our own call", "deadlines": "2027-03-01, 2027-06-01", "budget": "1.500.000"}
    made = staff.post("/en/funding/new/", typed)
    row = FundingCall.objects.get()
    assert made.status_code == 302
    assert made.headers["Location"] == f"/en/funding/{row.pk}/"
    assert (row.budget, row.closes_on) == (1_500_000, date(2027, 6, 1))
    staff.post("/en/funding/new/", typed)
    assert FundingCall.objects.count() == 1
    form = {"version": row.version, "title": "Better words", "created_by": "1", "source": "ft"}
    assert staff.post(f"/en/funding/{row.pk}/edit/", form).status_code == 302
    row.refresh_from_db()
    assert (row.title, row.source, row.deadlines) == ("Better words", "hand", [])
    stale = staff.post(f"/en/funding/{row.pk}/edit/", form | {"title": "Mine"})
    assert stale.status_code == 409
    assert 'value="Mine"' in text_of(stale)
    assert staff.post(f"/en/funding/{row.pk}/withdraw/").status_code == 303
    assert client.get(f"/en/funding/{row.pk}/").status_code == 404
    assert staff.post(f"/en/funding/{row.pk}/restore/").status_code == 303
    assert staff.post(f"/en/funding/{row.pk}/delete/").status_code == 404
    assert client.get(f"/en/funding/{row.pk}/").status_code == 200


def test_bad_input_is_told_and_nothing_typed_is_lost(region, staff):
    typed = {"key": "k", "title": "", "text": "My text", "deadlines": "tomorrow", "budget": "much", "link": "x"}
    typed["opens_on"] = "2027-02-30"
    page = staff.post("/en/funding/new/", typed)
    assert page.status_code == 422
    shown = text_of(page)
    assert "My text" in shown
    assert 'value="tomorrow"' in shown
    assert shown.count('class="field-error"') == 5
    assert not FundingCall.objects.exists()


def test_strangers_and_members_list_nothing(region, client):
    row = make_call(region)
    assert client.get("/en/funding/new/").status_code == 302
    assert client.post(f"/en/funding/{row.pk}/withdraw/").status_code == 403
    account = Account.objects.create_account(email="m@example.org", name="M")
    RoleGrant.objects.create(region=region, account=account, role=Role.INNOVATOR, reason="test")
    sign_in(client, account)
    for address in ("/en/funding/new/", f"/en/funding/{row.pk}/edit/"):
        assert client.get(address).status_code == 403
        assert client.post(address, {"title": "x"}).status_code == 403
    assert client.post(f"/en/funding/{row.pk}/withdraw/").status_code == 403
    row.refresh_from_db()
    assert row.withdrawn_at is None


def test_who_follows_a_call_or_proposes_for_it_hears_of_its_deadline(region, client):
    anna, bruno, mia = (a_person(region, name) for name in ("Anna Conti", "Bruno Sala", "Mia Longo"))
    call = make_call(region, "Looms that save water", deadlines=[date(2026, 12, 1)])
    make_proposal(region, bruno, funding_call=call)
    sign_in(client, anna)
    page = text_of(client.get(f"/en/funding/{call.pk}/", follow=True))
    wish = {"thing": f"funding_call:{call.pk}", "wish": "follow", "next": f"/en/funding/{call.pk}/"}
    assert (f'value="{wish["thing"]}"' in page, 'value="follow"' in page) == (True, True)
    assert client.post(re.search(r'action="([^"]*/follow[^"]*)"', page)[1], wish).status_code in (302, 303)
    tell(NOW)
    before = set(Notification.objects.values_list("pk", flat=True))
    assert actions.tell_deadlines(region=region, now=NOW) == 1
    chain.extend()
    tell(NOW)
    told = Notification.objects.exclude(pk__in=before).order_by("account").values_list("account", flat=True)
    assert (list(told), mia.pk in told) == ([anna.pk, bruno.pk], False)
    page = text_of(client.get("/en/notifications/"))
    assert ("Deadline on" in page, call.title in page) == (True, True)
