# SPDX-License-Identifier: EUPL-1.2
"""Funding calls beside organisations, people and proposals: why, to whom, until when, and what they may tell."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import translation

from filanda.across.matchmaking import actions, queries
from filanda.across.matchmaking.funding import keep_answerers, nearest_passage
from filanda.across.matchmaking.listing import rows
from filanda.components.proposals.models import Proposal
from filanda.directory.funding import actions as listing
from filanda.kernel.identity.actors import PLATFORM, actor_for
from filanda.spaces.models import Space
from tests.across.matchmaking.conftest import SECRET, read_things
from tests.components.proposals.making import make_proposal
from tests.directory.funding.making import NOW, make_call
from tests.signing import sign_in

MILK = "Grants for laboratories and dairies that find bacteria in milk within an hour. Trains are not funded."
TRAINS = "Grants for quieter freight trains and wheels in cities."


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def calls(world):
    milk = make_call(world.region, "Rapid analyses of milk and cheese", text=MILK)
    trains = make_call(world.region, "Quiet railways", text=TRAINS)
    read_things(world.region)
    return milk, trains


def found_for(world, now=NOW):
    return queries.matches_for_proposal(world.need, actor=actor_for(world.anna), now=now).calls


def test_a_proposal_meets_the_calls_that_fund_such_work_and_why(world, calls):
    milk, _trains = calls
    found = found_for(world)
    assert [one.id for one in found] == [milk.pk]
    assert found[0].why == "It funds work near to this."
    told = rows(found, actor=actor_for(world.anna), asked="rapid analyses of milk", language="en")
    assert told[0].url == f"/en/funding/{milk.pk}/"
    assert "<mark>milk</mark>" in told[0].passage
    assert str(SECRET) not in f"{found} {told}"


def test_what_is_over_withdrawn_or_refused_is_suggested_no_more(world, calls):
    milk, _trains = calls
    assert found_for(world, now=NOW + timedelta(days=400)) == ()
    anna = actor_for(world.anna)
    seeker = ("proposal", world.need.pk)
    actions.dismiss(actor=anna, seeker=seeker, kind="funding_call", object_id=milk.pk, reason="field", now=NOW)
    assert found_for(world) == ()
    actions.take_back(actor=anna, seeker=seeker, kind="funding_call", object_id=milk.pk)
    assert found_for(world)
    listing.withdraw(actor=PLATFORM, call=milk, now=NOW)
    assert found_for(world) == ()


def test_words_that_a_reader_may_not_read_find_no_call(world):
    zirconia = make_call(world.region, "Zirconia glass", text="Grants for probes made of zirconia glass.")
    read_things(world.region)
    facilitator_like = actor_for(world.bruno)  # reads title and summary, not the text
    before = queries.matches_for_proposal(world.need, actor=facilitator_like, now=NOW).calls
    Proposal.objects.filter(pk=world.need.pk).update(source="Something else altogether, about bridges.")
    world.need.refresh_from_db()
    after = queries.matches_for_proposal(world.need, actor=facilitator_like, now=NOW).calls
    assert [(one.id, one.score) for one in before] == [(one.id, one.score) for one in after]
    assert zirconia.pk not in [one.id for one in before]


def test_an_organisation_and_a_person_meet_calls(world, calls):
    milk, _trains = calls
    found = queries.calls_for(world.bodies["Caseificio"], actor=actor_for(world.anna), now=NOW)
    assert [one.id for one in found] == [milk.pk]
    assert found[0].why.startswith("It funds work near to your “Rapid tests for cheese”")
    assert found[0].evidence


def test_who_here_could_answer_stands_on_the_calls_page(world, calls, client):
    milk, _trains = calls
    assert keep_answerers(world.region, NOW)
    page = client.get(f"/en/funding/{milk.pk}/").content.decode()
    assert "Caseificio" in page
    assert "It has done something close to this: “Rapid tests for cheese”" in page
    body = world.bodies["Caseificio"]
    type(body).objects.filter(pk=body.pk).update(hidden_at=NOW)
    hidden = client.get(f"/en/funding/{milk.pk}/").content.decode()
    assert "Caseificio" not in hidden


def test_a_passage_marks_shared_words_across_languages(region):
    call = make_call(region, text="Cars.\nGrants for laboratories that find bacteria in milk.")
    assert "<mark>milk</mark>" in nearest_passage(call, "milk", "en")
    assert "<mark>" in nearest_passage(call, "analisi di laboratorio del latte", "it")
    assert nearest_passage(call, "zzz", "en") == ""


def test_the_page_of_a_proposal_shows_calls_and_takes_not_for_me(world, calls, client):
    milk, _trains = calls
    sign_in(client, world.anna)
    page = client.get(f"/en/proposals/{world.need.pk}/matches/").content.decode()
    assert milk.title in page
    line = f'id="proposal-{world.need.pk}-funding_call-{milk.pk}"'
    assert (line in page, f'value="funding_call:{milk.pk}"' in page) == (True, True)
    answer = client.post(
        "/en/matches/dismiss/",
        {"seeker": f"proposal:{world.need.pk}", "thing": f"funding_call:{milk.pk}", "reason": "other"},
    )
    assert answer.status_code == 303
    assert line not in client.get(f"/en/proposals/{world.need.pk}/matches/").content.decode()


def test_a_proposal_names_a_call_and_the_call_shows_it_to_who_may_know(world, client, indexed):
    milk = make_call(world.region, "Rapid analyses of milk", text=MILK, deadlines=[date(2027, 2, 1)])
    indexed()
    sign_in(client, world.anna)
    page = client.get(f"/en/proposals/new/?kind=together&call={milk.pk}").content.decode()
    assert f'name="call" value="{milk.pk}"' in page
    space = Space.objects.get(slug=world.region.slug)
    typed = {"key": "k1", "go": "next", "kind": "together", "title": "Together for milk", "summary": "With whom?"}
    client.post("/en/proposals/new/", typed | {"space": space.pk, "call": milk.pk})
    made = Proposal.objects.get(title="Together for milk")
    assert (made.funding_call_id, made.cooperation) == (milk.pk, ["consortium"])
    offered = client.get("/en/proposals/funding/?funding_q=milk").content.decode()
    assert f'value="{milk.pk}"' in offered
    step = client.get(f"/en/proposals/{made.pk}/edit/details/").content.decode()
    assert f'value="{milk.pk}" checked' in step
    wrong = client.post(
        f"/en/proposals/{made.pk}/edit/details/",
        {"version": made.version, "go": "keep", "funding_call": str(10**15), "cooperation": "consortium"},
    )
    assert wrong.status_code == 422
    made.refresh_from_db()
    assert made.funding_call_id == milk.pk
    draft = client.get(f"/en/funding/{milk.pk}/").content.decode()
    assert "Together for milk" not in draft


def test_the_calls_page_lists_what_its_reader_may_know(world, client):
    milk = make_call(world.region, "Rapid analyses of milk", text=MILK)
    open_one = make_proposal(world.region, world.anna, "Open together", funding_call=milk, summary_for="let_in")
    page = client.get(f"/en/funding/{milk.pk}/").content.decode()
    assert open_one.title in page
    assert open_one.summary not in page
    shown = client.get(f"/en/proposals/{open_one.pk}/", follow=True).content.decode()
    assert milk.title in shown
    listing.withdraw(actor=PLATFORM, call=milk, now=NOW)
    assert milk.title not in client.get(f"/en/proposals/{open_one.pk}/", follow=True).content.decode()
