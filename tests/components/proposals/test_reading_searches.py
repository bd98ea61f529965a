# SPDX-License-Identifier: EUPL-1.2
"""Kept searches: limits, what is told and what is not, at the moment of sending; the link that ends the e-mails."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from filanda.components.proposals.actions import searching
from filanda.components.proposals.models import Frequency, Proposal, ProposalState, Rung, SavedSearch
from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.mail.models import Message
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.scoped import in_region
from filanda.spaces.models import Openness
from tests.components.proposals.making import make_proposal
from tests.signing import sign_in
from tests.spaces.making import NOW, a_person, act, make_space

pytestmark = pytest.mark.django_db(transaction=True)

WEEK = NOW + timedelta(days=7)


@pytest.fixture
def here(region):
    with in_region(region):
        yield region


@pytest.fixture
def anna(here):
    return a_person(here, "Anna Conti")


@pytest.fixture
def bruno(here):
    return a_person(here, "Bruno Riva")


def keep(account, region, query: str = "kind=offer", name: str = "Offers", frequency: str = "weekly") -> SavedSearch:
    return searching.keep_search(
        actor=act(account), region=region, name=name, query=query, frequency=frequency, now=NOW
    )


def told(now=WEEK) -> list[Message]:
    before = set(Message.objects.values_list("pk", flat=True))
    for number in searching.due(now):
        searching.tell_new(search_id=number, now=now)
    return list(Message.objects.exclude(pk__in=before).order_by("pk"))


def titles(message: Message) -> list[str]:
    return [row["title"] for row in message.context["rows"]]


def test_keeping_twice_is_once_and_in_one_form(here, anna):
    first = keep(anna, here, "q=silk&kind=offer&page=3&evil=1&kind=offer")
    again = keep(anna, here, "kind=offer&q=silk", "Silk", "daily")
    assert first.pk == again.pk
    kept = SavedSearch.objects.get()
    assert (kept.query, kept.name, kept.frequency) == ("q=silk&kind=offer", "Silk", "daily")


def test_keeping_has_limits_and_asks_for_words(here, anna):
    for number in range(searching.KEPT_MOST):
        keep(anna, here, f"q=number{number}")
    with pytest.raises(searching.TooManySearches):
        keep(anna, here, "q=onemore")
    keep(anna, here, "q=number1", "Another name")  # one that is kept may change
    with pytest.raises(ValidationError) as error:
        keep(anna, here, "q=number1", " ", "hourly")
    assert set(error.value.message_dict) == {"name", "frequency"}


def test_keeping_is_for_members_and_of_ones_own(here, anna, bruno):
    with pytest.raises(Forbidden):
        searching.keep_search(actor=VISITOR, region=here, name="X", query="", frequency="daily", now=NOW)
    kept = keep(anna, here)
    with pytest.raises(Forbidden):
        searching.drop_search(actor=act(bruno), search=kept)
    with pytest.raises(Forbidden):
        searching.change_search(actor=act(bruno), search=kept, name="Mine", frequency="daily", now=NOW)
    for _time in range(2):
        searching.drop_search(actor=act(anna), search=kept)
    assert not SavedSearch.objects.exists()


def test_telling_only_what_is_new_and_fits(here, anna, bruno, indexed):
    keep(bruno, here)
    make_proposal(here, anna, "An old offer", kind="offer", published_at=NOW - timedelta(days=1))
    make_proposal(here, anna, "A new offer", kind="offer", published_at=NOW + timedelta(days=2))
    make_proposal(here, anna, "A new need", kind="look_for", published_at=NOW + timedelta(days=2))
    make_proposal(here, anna, "A draft", kind="offer", state=ProposalState.DRAFT)
    indexed()
    assert not told(NOW + timedelta(days=3))  # not before its week is over
    (message,) = told()
    assert titles(message) == ["A new offer"]
    assert message.to == bruno.email
    assert not told(WEEK + timedelta(days=8))  # nothing new, no e-mail


def test_what_the_index_did_not_know_yet_is_told_the_next_time(here, anna, bruno, indexed):
    keep(bruno, here, "", "All", "daily")
    day = NOW + timedelta(days=1)
    make_proposal(here, anna, "Just before", published_at=day - timedelta(minutes=5))
    assert not told(day)
    indexed()
    (message,) = told(day + timedelta(days=1))
    assert titles(message) == ["Just before"]


def test_telling_holds_the_ladder_at_the_moment_of_sending(here, anna, bruno, indexed):
    keep(bruno, here, "", "All", "daily")
    space = make_space(here, "Secret dyes", openness=Openness.PRIVATE, members=[anna])
    new = {"published_at": NOW + timedelta(hours=2)}
    make_proposal(here, anna, "Indigo", space=space, **new)
    make_proposal(here, anna, "Closed summary", summary_for=Rung.LET_IN, summary="Mordants of tin.", **new)
    hidden = make_proposal(here, anna, "Hidden since", **new)
    ended = make_proposal(here, anna, "Ended since", **new)
    indexed()
    # The index still knows them: what is sent is read again.
    Proposal.objects.filter(pk=hidden.pk).update(hidden_at=NOW)
    Proposal.objects.filter(pk=ended.pk).update(state="closed", closed_as="withdrawn")
    (message,) = told(NOW + timedelta(days=1))
    assert titles(message) == ["Closed summary"]
    assert "Mordants" not in str(message.context)


def test_telling_stops_for_who_left_or_does_not_want_it(here, anna, bruno, indexed):
    kept = keep(bruno, here, "", "All", "daily")
    make_proposal(here, anna, "New", published_at=NOW + timedelta(hours=2))
    indexed()
    searching.change_search(actor=act(bruno), search=kept, name="All", frequency=Frequency.NEVER, now=NOW)
    assert not told()
    searching.change_search(actor=act(bruno), search=kept, name="All", frequency="daily", now=NOW + timedelta(days=2))
    assert not told()  # what came meanwhile is no news
    make_proposal(here, anna, "Newer", published_at=NOW + timedelta(days=3))
    bruno.is_active = False
    bruno.save()
    assert not told()


def test_telling_twice_at_once_sends_once(here, anna, bruno, indexed):
    kept = keep(bruno, here, "", "All", "daily")
    make_proposal(here, anna, "New", published_at=NOW + timedelta(hours=2))
    indexed()
    assert searching.tell_new(search_id=kept.pk, now=WEEK) == 1
    assert searching.tell_new(search_id=kept.pk, now=WEEK) == 0
    assert Message.objects.filter(template="proposals/mail/search").count() == 1


def test_link_ends_the_emails_without_signing_in(here, anna, bruno, client, indexed):
    kept = keep(bruno, here, "", "All", "daily")
    make_proposal(here, anna, "New", published_at=NOW + timedelta(hours=2))
    indexed()
    (message,) = told()
    path = "/" + message.unsubscribe_url.split("/", 3)[3]
    assert client.get(path).status_code == 200
    assert SavedSearch.objects.get(pk=kept.pk).frequency == "daily"  # asking does nothing
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert SavedSearch.objects.get(pk=kept.pk).frequency == "never"
    assert client.post(path.replace("end/", "end/x")).status_code == 404
    kept.delete()
    assert client.get(path).status_code == 404


def test_pages_keep_change_drop(here, anna, bruno, client):
    path = "/en/proposals/searches/"
    assert client.get(path).status_code == 302
    sign_in(client, bruno)
    assert "You keep no search yet" in client.get(path).content.decode()
    page = client.get(path + "?q=silk&kind=offer").content.decode()
    assert "Keep this search" in page
    assert "I offer" in page
    wrong = client.post(path, {"move": "keep", "query": "q=silk", "name": "", "frequency": "daily"})
    assert wrong.status_code == 422
    assert "Give the search a name" in wrong.content.decode()
    kept = {"move": "keep", "query": "q=silk", "name": "Silk", "frequency": "daily"}
    assert client.post(path, kept).status_code == 302
    assert "Silk" in client.get(path).content.decode()
    row = SavedSearch.objects.get()
    assert client.post(path, {"move": "change", "search": row.pk, "name": "", "frequency": "x"}).status_code == 422
    client.post(path, {"move": "change", "search": row.pk, "name": "Fibres", "frequency": "never"})
    assert SavedSearch.objects.get().name == "Fibres"
    sign_in(client, anna)
    assert client.post(path, {"move": "drop", "search": row.pk}).status_code == 404
    assert "Fibres" not in client.get(path).content.decode()
    for sent in ({}, {"move": "evil"}, {"move": "drop", "search": "x"}, {"move": "drop", "search": "9" * 40}):
        assert client.post(path, sent).status_code == 404
    sign_in(client, bruno)
    assert client.post(path, {"move": "drop", "search": row.pk}).status_code == 302
    assert not SavedSearch.objects.exists()


def test_pages_name_no_space_that_one_may_not_know(here, anna, bruno, client):
    space = make_space(here, "Secret dyes", openness=Openness.PRIVATE, members=[anna])
    sign_in(client, bruno)
    assert "Secret dyes" not in client.get(f"/en/proposals/searches/?space={space.pk}").content.decode()
