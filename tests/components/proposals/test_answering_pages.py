# SPDX-License-Identifier: EUPL-1.2
"""Pages of answers: what they cost, answers side by side, long conversations page by page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from filanda.capabilities.threads import conversations
from filanda.capabilities.threads.actions import answer as say
from filanda.capabilities.threads.models import Post, Thread
from filanda.capabilities.threads.things import post_lines
from tests.components.proposals.answers import answer_it
from tests.components.proposals.making import make_proposal
from tests.signing import sign_in
from tests.spaces.making import NOW, a_person, act

pytestmark = pytest.mark.django_db


def test_lists_comparison_and_one_answer_cost_the_same_for_two_and_four(region, client):
    anna = a_person(region, "Anna Conti")
    proposal = make_proposal(region, anna)
    sign_in(client, anna)
    counts = []
    for names in (("Bice Riva", "Ciro Riva"), ("Dina Riva", "Elio Riva")):
        for name in names:
            interest = answer_it(proposal, a_person(region, name))
            thread = Thread.objects.get(pk=interest.thread_id)
            say(actor=act(anna), thread=thread, source=f"When could you begin, {name}?", now=NOW)
        listed = f"/en/proposals/answers/?proposal={proposal.pk}"
        for path in ("/en/proposals/answers/", listed, f"{listed}&compare=1", f"/en/proposals/answers/{interest.pk}/"):
            assert client.get(path).status_code == 200  # the first visit reads it
            with CaptureQueriesContext(connection) as counted:
                page = client.get(path).content.decode()
            counts.append(len(counted))
            assert interest.author.email not in page
            assert names[1] in page
    assert counts == [9, 9, 9, 20] * 2


def test_a_long_conversation_has_pages_the_latest_first(region, client, monkeypatch):
    monkeypatch.setattr(conversations, "TALK", 20)
    anna = a_person(region, "Anna Conti")
    interest = answer_it(make_proposal(region, anna), a_person(region, "Bice Riva"))
    thread = Thread.objects.get(pk=interest.thread_id)
    for number in range(22):
        say(actor=act(anna), thread=thread, source=f"Word {number:02}.", now=NOW + timedelta(days=number))
    path = f"/en/proposals/answers/{interest.pk}/"
    sign_in(client, anna)
    latest, first, beyond = (client.get(path + query).content.decode() for query in ("", "?page=1", "?page=99"))
    assert ("Word 21." in latest, "Word 00." in latest) == (True, False)
    assert ("Word 21." in first, "Word 00." in first) == (False, True)
    assert "Word 21." in beyond
    assert f'href="{path}?page=1#talk"' in latest
    leads = [client.get(f"{path}messages/{number}/")["Location"] for number in (3, 22, 10**9)]
    assert leads == [f"{path}?page=1#post-3", f"{path}?page=2#post-22", f"{path}?page=2#post-{10**9}"]
    third = Post.objects.get(thread=thread, number=3)
    line = post_lines(act(anna), [third.pk])[third.pk]
    assert (line.url_name, line.url_args) == ("proposals:interest-message", (interest.pk, 3))
    sign_in(client, a_person(region, "Carlo Galli"))
    assert client.get(f"{path}messages/3/").status_code == 404
