# SPDX-License-Identifier: EUPL-1.2
"""A form sent by somebody who was signed out meanwhile, or signed in elsewhere: its words come back and can be sent."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from filanda.components.proposals.models import Proposal
from filanda.kernel.identity.models import Account
from tests.components.proposals.forms_shown import form_of
from tests.components.proposals.making import make_proposal
from tests.signing import sign_in
from tests.spaces.making import a_person

pytestmark = pytest.mark.django_db
OURS = {"origin": "http://test.example"}
WORDS = "Probes for looms, that hear </textarea><b>dust</b>."


@pytest.fixture
def anna(region):
    return a_person(region, "Anna Conti")


def written(proposal, **more):
    return {"title": "Probes", "summary": WORDS, "kind": "offer", "step": "what", "version": "1", "go": "keep"} | more


def token_of(page):
    return {"csrfmiddlewaretoken": re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())[1]}


def test_what_was_written_while_signed_out_is_shown_and_can_be_sent_once_signed_in(region, anna):
    row = make_proposal(region, anna, state="draft")
    client = Client(headers={"host": "test.example"}, enforce_csrf_checks=True)
    path = f"/en/proposals/{row.pk}/edit/what/"
    sign_in(client, anna)
    token = token_of(client.get(path))
    client.logout()
    page = client.post(path, written(row) | token, headers=OURS)
    assert page.status_code == 403
    assert "Nothing is lost" in page.content.decode()
    assert "<b>dust" not in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    sign_in(client, anna)
    kept = form_of(page, "again")
    assert kept["summary"] == [WORDS]
    client.cookies["csrf"] = "z" * 32  # as signing in gives a new one
    again = client.post(path, kept | token_of(page), headers=OURS)
    assert (again.status_code, Proposal.objects.get().summary == WORDS) == (403, False)
    assert "You signed in or out elsewhere" in again.content.decode()
    done = client.post(path, form_of(again, "again") | token_of(again), headers=OURS)
    assert (done.status_code, Proposal.objects.get().summary) == (302, WORDS)


@pytest.mark.parametrize(
    "origin", ["https://elsewhere.example", "null", "", "https://test.example", "http://test.example.elsewhere.example"]
)
def test_what_another_site_sends_is_never_offered_to_be_sent(region, anna, origin):
    row = make_proposal(region, anna, state="draft")
    client = Client(headers={"host": "test.example"}, enforce_csrf_checks=True)
    sign_in(client, anna)
    for path in (f"/en/proposals/{row.pk}/edit/what/", "/en/nowhere/"):
        page = client.post(path, written(row), headers={"origin": origin} if origin else {})
        assert page.status_code in (403, 404)
        assert "Probes for looms" not in page.content.decode()


@pytest.mark.parametrize("number", ["{}", "999999"])
def test_a_draft_and_none_are_alike_to_who_was_signed_out(region, client, anna, number):
    row = make_proposal(region, anna, state="draft")
    path = f"/en/proposals/{number.format(row.pk)}/delete/"
    client.cookies["session"] = "over" * 8
    page = client.post(path, written(row), headers=OURS)
    assert (page.status_code, "Not sent yet" in page.content.decode()) == (403, True)


def test_who_may_not_send_it_keeps_their_words(region, client, anna):
    row = make_proposal(region, anna, state="draft")
    sign_in(client, a_person(region, "Bruno Neri"))
    page = client.post(f"/en/proposals/{row.pk}/edit/what/", written(row), headers=OURS)
    assert page.status_code == 404
    assert "Probes for looms" in page.content.decode()
    assert "Send it again" not in page.content.decode()


def test_a_part_of_a_page_is_refused_in_short(region, client, anna):
    row = make_proposal(region, anna, state="draft")
    for path in ("/en/proposals/new/", f"/en/proposals/{row.pk}/edit/what/"):
        answer = client.post(path, written(row), headers=OURS | {"hx-request": "true"})
        assert (answer.status_code, "<main" in answer.content.decode()) == (403, False)
    assert Account.objects.count() == 1
