# SPDX-License-Identifier: EUPL-1.2
"""Accepting an answer: all of it or nothing, once, and told clearly to whoever came second."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from filanda.across.collaborating.accepting import accept_interest
from filanda.capabilities.collaborations.models import Collaboration
from filanda.capabilities.threads.models import Thread
from filanda.components.proposals.actions import answering as actions
from filanda.components.proposals.actions.ending import close
from filanda.components.proposals.models import ExpressionOfInterest, Proposal
from filanda.components.proposals.refusals import AnswerWrong, ProposalOver
from filanda.directory.organisations.models import Organisation
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.scoped import in_region
from filanda.kernel.workflow import MoveNotPossible
from filanda.spaces.errors import SpaceWrong
from filanda.spaces.models import Membership, Space
from tests.components.proposals.answers import answer_it, speaks_for
from tests.components.proposals.making import make_proposal
from tests.signing import sign_in
from tests.spaces.making import NOW, a_person, act, staff

URL = "/en/proposals/answers/{}/accept/"


def _parties(region):
    anna, bruno, carla = (a_person(region, name) for name in ("Anna Conti", "Bruno Sala", "Carla Neri"))
    bodies = [
        Organisation.objects.create(region=region, name=name, sort_key=name.lower()) for name in ("Ottica", "Telai")
    ]
    for account in (anna, carla):
        speaks_for(region, account, bodies[0])
    speaks_for(region, bruno, bodies[1])
    return anna, bruno, carla, bodies


@pytest.mark.django_db
def test_a_group_and_the_register_come_with_it(region):
    anna, bruno, carla, bodies = _parties(region)
    proposal = make_proposal(region, anna, organisation=bodies[0])
    interest = answer_it(proposal, bruno, organisation=bodies[1])
    accept_interest(
        actor=act(carla), interest=interest, opens_group=True, registers=True, kind="pilot", words="Good.", now=NOW
    )
    interest.refresh_from_db()
    proposal.refresh_from_db()
    assert (interest.state, proposal.state, interest.reason) == ("accepted", "in_talks", "Good.")
    group = interest.group
    assert (group.kind, group.openness) == ("group", "private")
    inside = Membership.objects.filter(space=group).order_by("account").values_list("account", "role", "state")
    assert set(inside) == {
        (anna.pk, "space_manager", "active"),
        (bruno.pk, "space_manager", "active"),
        (carla.pk, "space_manager", "active"),
    }
    thread = Thread.objects.get(place_kind="space", place_id=group.pk)
    assert [Thread.objects.visible_to(act(one)).filter(pk=thread.pk).exists() for one in (anna, bruno, carla)] == [
        True
    ] * 3
    assert not Thread.objects.visible_to(act(staff(region))).filter(pk=thread.pk).exists()
    made = Collaboration.objects.get(pk=interest.collaboration_id)
    assert (made.state, made.kind, made.is_public, (made.from_kind, made.from_id)) == (
        "reported",
        "pilot",
        False,
        ("proposal", proposal.pk),
    )
    assert list(made.parties.order_by("position").values_list("organisation", "confirmed_at")) == [
        (bodies[0].pk, NOW),
        (bodies[1].pk, None),
    ]


@pytest.mark.django_db
def test_what_is_wrong_changes_nothing(region):
    anna, bruno, carla, _bodies = _parties(region)
    proposal = make_proposal(region, anna)
    interest = answer_it(proposal, bruno)
    with pytest.raises(AnswerWrong):
        accept_interest(actor=act(anna), interest=interest, registers=True, kind="", now=NOW)
    for stranger in (bruno, carla, staff(region)):
        with pytest.raises(Forbidden):
            accept_interest(actor=act(stranger), interest=interest, opens_group=True, now=NOW)
    Proposal.objects.filter(pk=proposal.pk).update(title="!" * 20)
    with pytest.raises(SpaceWrong):
        accept_interest(actor=act(anna), interest=interest, opens_group=True, now=NOW)
    interest.refresh_from_db()
    proposal.refresh_from_db()
    assert (interest.state, proposal.state, Space.objects.filter(kind="group").count()) == ("sent", "published", 0)


@pytest.mark.django_db
def test_the_page_and_who_may_open_it(region, client):
    anna, bruno, carla, _bodies = _parties(region)
    interest = answer_it(make_proposal(region, anna), bruno)
    address = URL.format(interest.pk)
    assert client.get(address).status_code == 302
    statuses = [sign_in(client, one).get(address).status_code for one in (bruno, carla, staff(region), anna)]
    assert statuses == [403, 404, 404, 200]
    wrong = client.post(address, {"registers": "1", "kind": "", "words": "Do not lose me"})
    assert wrong.status_code == 422
    assert "Do not lose me" in wrong.content.decode()
    right = client.post(address, {"words": "Welcome", "opens_group": "1"})
    assert (right.status_code, right.headers["location"]) == (302, f"/en/proposals/answers/{interest.pk}/")
    again = client.post(address, {"words": "Welcome", "opens_group": "1"}, follow=True)
    assert "once only" in again.content.decode()
    assert Space.objects.filter(kind="group").count() == 1


@pytest.mark.django_db
def test_who_comes_second_is_told_what_happened(region, client):
    anna, bruno, _carla, _bodies = _parties(region)
    interest = answer_it(make_proposal(region, anna), bruno)
    sign_in(client, anna)
    actions.withdraw(actor=act(bruno), interest=interest, now=NOW)
    late = client.post(URL.format(interest.pk), {})
    assert late.status_code == 409
    assert "withdrew it a moment before" in late.content.decode()


def at_once(region, *calls) -> list[object]:
    """Start all `calls` together; return what each gave or raised, in their order."""
    gate = threading.Barrier(len(calls))
    results: list[object] = [None] * len(calls)

    def run(at, call):
        try:
            with in_region(region):
                gate.wait(30)
                results[at] = call()
        except Exception as error:  # noqa: BLE001 - what it was is what the test looks at
            results[at] = error
        finally:
            connection.close()

    started = [threading.Thread(target=run, args=(at, call)) for at, call in enumerate(calls)]
    for one in started:
        one.start()
    for one in started:
        one.join(60)
    return results


def _again(interest):
    return ExpressionOfInterest.objects.get(pk=interest.pk)


@pytest.mark.django_db(transaction=True)
def test_everything_that_may_meet(region):
    """One test, as a database of one's own costs more than all of this."""
    with in_region(region):
        anna, bruno, carla, bodies = _parties(region)
        owners, author = (act(anna), act(carla)), act(bruno)
        for _round in range(3):
            _both_owners_accept(region, make_proposal(region, anna, organisation=bodies[0]), bruno, owners)
            _withdrawn_while_accepted(
                region, make_proposal(region, anna, organisation=bodies[0]), bruno, owners, author
            )
            _closed_while_accepted(region, make_proposal(region, anna, organisation=bodies[0]), bruno, owners)
            _sent_twice(region, make_proposal(region, anna, organisation=bodies[0]), author)


def _accept(actor, interest):
    return lambda: accept_interest(actor=actor, interest=_again(interest), opens_group=True, now=NOW)


def _both_owners_accept(region, proposal, bruno, owners):
    interest = answer_it(proposal, bruno)
    before = Space.objects.filter(kind="group").count()
    found = at_once(region, *(_accept(actor, interest) for actor in (*owners, owners[0])))
    lost = [one for one in found if isinstance(one, Exception)]
    assert [(type(one), one.state) for one in lost] == [(MoveNotPossible, "accepted")] * 2
    assert Space.objects.filter(kind="group").count() == before + 1


def _withdrawn_while_accepted(region, proposal, bruno, owners, author):
    interest = answer_it(proposal, bruno)
    found = at_once(
        region,
        _accept(owners[0], interest),
        lambda: actions.withdraw(actor=author, interest=_again(interest), now=NOW),
    )
    lost = [one for one in found if isinstance(one, Exception)]
    state = _again(interest).state
    assert [(type(one), one.state) for one in lost] == [(MoveNotPossible, state)]
    proposal.refresh_from_db()
    expected = {"accepted": ("in_talks", 1, True), "withdrawn": ("published", 0, False)}[state]
    assert (proposal.state, proposal.answers_count, _again(interest).group_id is not None) == expected


def _closed_while_accepted(region, proposal, bruno, owners):
    interest = answer_it(proposal, bruno)
    found = at_once(
        region,
        _accept(owners[1], interest),
        lambda: close(
            actor=owners[0],
            proposal=Proposal.objects.get(pk=proposal.pk),
            closed_as="withdrawn",
            reason="No budget",
            now=NOW,
        ),
    )
    proposal.refresh_from_db()
    assert proposal.state == "closed"
    state = _again(interest).state
    refused = [type(one) for one in found if isinstance(one, Exception)]
    assert (state, refused) in [("accepted", []), ("lapsed", [ProposalOver])]


def _sent_twice(region, proposal, author):
    fields = {"organisation": None, "brings": "We bring looms", "questions": ""}
    found = at_once(
        region,
        *(
            lambda: actions.send_interest(actor=author, proposal=proposal, fields=fields, version=0, key="one", now=NOW)
            for _time in range(3)
        ),
    )
    assert len({one.pk for one in found}) == 1
    proposal.refresh_from_db()
    assert proposal.answers_count == 1
