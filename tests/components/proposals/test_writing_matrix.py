# SPDX-License-Identifier: EUPL-1.2
"""Every state of a proposal and every move, through the real actions; what each leaves behind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from filanda.components.proposals.actions import ending, reviewing, writing
from filanda.components.proposals.contents import Locked
from filanda.components.proposals.models import (
    ClosedAs,
    ExpressionOfInterest,
    InterestState,
    Proposal,
    ProposalState,
    Review,
)
from filanda.components.proposals.steps import ending as steps
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.identity.models import Role
from filanda.kernel.journal.models import Event
from filanda.kernel.policies import Forbidden
from filanda.kernel.workflow import MoveNotPossible, all_pairs
from tests.components.proposals.making import make_proposal, region_space
from tests.spaces.making import NOW, a_person, act, staff

pytestmark = pytest.mark.django_db
GOOD = dict.fromkeys(reviewing.Check.values, True)
OTHER_TEXT = {"title": "A mill for flax", "summary": "We offer a whole other thing, with other words, to other people."}


@pytest.fixture
def people(region):
    region.settings = {"proposals": {"review": "always"}}
    region.save()
    region_space(region)
    return a_person(region, "Anna Conti"), staff(region, Role.FACILITATOR, "fausto@region.example")


def _resume(proposal):
    """What moderation does, told as the workflow tells it: nothing happens to what is not suspended."""
    before = proposal.state
    _in_transaction(steps.restore, PLATFORM, proposal.pk, NOW)
    if before != ProposalState.SUSPENDED:
        raise MoveNotPossible(Proposal.workflow, Proposal.workflow.transition("resume"), before)


def _suspend(proposal):
    before = proposal.state
    _in_transaction(steps.hide, PLATFORM, proposal.pk, NOW)
    if Proposal.objects.get(pk=proposal.pk).state == before:
        raise MoveNotPossible(Proposal.workflow, Proposal.workflow.transition("suspend"), before)


def _in_transaction(step, *args):
    from django.db import transaction

    with transaction.atomic():
        step(*args)


def _make_move(name, proposal, owner, facilitator):
    mine, theirs = act(owner), act(facilitator)
    match name:
        case "submit" | "publish":
            writing.submit(actor=mine, proposal=proposal, now=NOW)
        case "take_back":
            writing.take_back(actor=mine, proposal=proposal, now=NOW)
        case "return":
            reviewing.return_it(
                actor=theirs, proposal=proposal, checklist={}, remarks={}, words="Say what is new.", now=NOW
            )
        case "approve":
            reviewing.approve(actor=theirs, proposal=proposal, checklist=GOOD, now=NOW)
        case "review_again":
            writing.change(actor=mine, proposal=proposal, fields=OTHER_TEXT, version=proposal.version, now=NOW)
        case "begin_talks":
            ending.begin_talks(actor=mine, proposal=proposal, now=NOW)
        case "fail_talks":
            ending.fail_talks(actor=mine, proposal=proposal, now=NOW)
        case "close":
            ending.close(actor=mine, proposal=proposal, closed_as="withdrawn", reason="", now=NOW)
        case "expire":
            Proposal.objects.filter(pk=proposal.pk, expires_at__isnull=False).update(
                expires_at=NOW - timedelta(seconds=1)
            )
            if ending.expire_due(now=NOW) == 0:
                raise MoveNotPossible(Proposal.workflow, Proposal.workflow.transition("expire"), proposal.state)
        case "renew":
            before = proposal.state
            ending.renew(actor=mine, proposal=proposal, now=NOW)
            if before in (ProposalState.PUBLISHED, ProposalState.IN_TALKS):  # nothing to renew yet, and no harm done
                assert Proposal.objects.get(pk=proposal.pk).state == before
                raise MoveNotPossible(Proposal.workflow, Proposal.workflow.transition("renew"), before)
        case "suspend":
            _suspend(proposal)
        case "resume" | "resume_talks":
            _resume(proposal)
        case _:
            raise AssertionError(f"No action makes the move {name}.")


@pytest.mark.parametrize(("state", "name", "target"), list(all_pairs(Proposal.workflow)))
def test_every_state_and_move(region, people, state, name, target):
    owner, facilitator = people
    if name == "publish":
        region.settings = {"proposals": {"review": "never"}}
        region.save()
    fields = {"suspended_from": "in_talks" if name == "resume_talks" else "published"} if state == "suspended" else {}
    hidden = {"hidden_at": NOW} if state == "suspended" else {}
    proposal = make_proposal(region, owner, state=state, facilitator=facilitator, **fields, **hidden)
    before = Event.objects.count()

    if target is None:
        with pytest.raises((MoveNotPossible, Locked)):
            _make_move(name, proposal, owner, facilitator)
        found = Proposal.objects.get(pk=proposal.pk)
        # A decision of moderation takes what is not open out of sight; its state stays.
        expected = before + (name == "suspend" and state != "suspended")
        assert (found.state, Event.objects.count()) == (state, expected)
    else:
        _make_move(name, proposal, owner, facilitator)
        found = Proposal.objects.get(pk=proposal.pk)
        assert (found.state, Event.objects.count()) == (target, before + 1)
        assert found.state_changed_at == NOW


@pytest.mark.parametrize("closed_as", ClosedAs.values)
def test_what_ends_lets_its_answers_lapse(region, people, closed_as):
    owner, facilitator = people
    proposal = make_proposal(region, owner, facilitator=facilitator)
    bruno = a_person(region, "Bruno Neri")
    waits = ExpressionOfInterest.objects.create(
        region=region, proposal=proposal, author=bruno, brings="Probes", state=InterestState.SENT, sent_at=NOW
    )
    ending.close(actor=act(owner), proposal=proposal, closed_as=closed_as, reason="We are done.", now=NOW)
    waits.refresh_from_db()
    found = Proposal.objects.get(pk=proposal.pk)
    assert (found.closed_as, found.reason, waits.state) == (closed_as, "We are done.", InterestState.LAPSED)


def test_a_review_is_kept_with_its_clock(region, people):
    owner, facilitator = people
    friday = NOW - timedelta(days=2)  # Friday at 11 in Rome
    proposal = make_proposal(region, owner, state="in_review", facilitator=facilitator, submitted_at=friday)
    reviewing.return_it(
        actor=act(facilitator),
        proposal=proposal,
        checklist={"need_clear": True, "is_admin": True},
        remarks={"summary": " Say what is new. ", "region": "no field of it"},
        words="",
        now=NOW,
    )
    kept = Review.objects.get()
    assert kept.checklist == {name: name == "need_clear" for name in reviewing.Check.values}
    assert kept.remarks == {"summary": "Say what is new."}
    assert (kept.reviewer_id, kept.number, kept.due_at) == (facilitator.pk, 1, friday + timedelta(days=3))
    assert Event.objects.last().payload == {
        "space": proposal.space_id,
        "state": "draft",
        "lacks": ["not_promotion", "nothing_confidential", "partner_described", "return_said"],
        "fields": ["summary"],
    }


def test_two_facilitators_leave_one_outcome(region, people):
    owner, facilitator = people
    second = staff(region, Role.FACILITATOR, "gina@region.example")
    proposal = make_proposal(region, owner, state="in_review", facilitator=facilitator)
    reviewing.approve(actor=act(facilitator), proposal=proposal, checklist=GOOD, now=NOW)
    with pytest.raises(MoveNotPossible):
        reviewing.return_it(
            actor=act(second), proposal=proposal, checklist={}, remarks={}, words="It is not clear.", now=NOW
        )
    assert [(one.outcome, one.reviewer_id) for one in Review.objects.all()] == [("approved", facilitator.pk)]


def test_nobody_reviews_their_own_sides(region, people):
    _owner, facilitator = people
    proposal = make_proposal(region, facilitator, state="in_review")
    with pytest.raises(Forbidden):
        reviewing.approve(actor=act(facilitator), proposal=proposal, checklist=GOOD, now=NOW)
    assert Proposal.objects.get(pk=proposal.pk).state == "in_review"
