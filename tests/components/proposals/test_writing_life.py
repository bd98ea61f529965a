# SPDX-License-Identifier: EUPL-1.2
"""The life of a proposal in any order, beside a small model of what must come out."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from filanda.components.proposals.actions import ending, reviewing, writing
from filanda.components.proposals.contents import Locked
from filanda.components.proposals.models import (
    ExpressionOfInterest,
    InterestState,
    Proposal,
    ProposalVersion,
    Review,
)
from filanda.components.proposals.steps import ending as steps
from filanda.components.proposals.timing import months_after
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.identity.models import Role
from filanda.kernel.journal.models import Event
from filanda.kernel.workflow import MoveNotPossible
from tests.components.proposals.making import make_proposal, region_space
from tests.spaces.making import NOW, a_person, act, staff

pytestmark = pytest.mark.django_db
OPEN = ("published", "in_talks")
GOOD = dict.fromkeys(reviewing.Check.values, True)


def machine(region, anna, fausto, bruno):
    mine, theirs = act(anna), act(fausto)

    class Life(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            self.point = transaction.savepoint()
            self.now = NOW
            self.row = make_proposal(region, anna, state="draft", months=2)
            self.state, self.before, self.end, self.born = "draft", "", None, None
            self.reviews, self.title, self.moves = 0, self.row.title, 0
            self.suspended_at = None

        def teardown(self):
            transaction.savepoint_rollback(self.point)

        def attempt(self, action, allowed, target, **more):
            """Do it; it must come out as `allowed` says."""
            try:
                action(proposal=self.row, now=self.now, **more)
            except (MoveNotPossible, Locked):
                assert self.state not in allowed
                return False
            assert self.state in allowed
            self.state, self.moves = target, self.moves + 1
            return True

        def publish(self):
            self.born = self.born or self.now
            if self.end is None or self.end <= self.now:
                self.end = months_after(region, self.now, 2)

        @rule()
        def submit(self):
            self.attempt(writing.submit, ("draft",), "in_review", actor=mine)

        @rule()
        def take_back(self):
            self.attempt(writing.take_back, ("in_review",), "draft", actor=mine)

        @rule(is_good=st.booleans())
        def review(self, is_good):
            if is_good:
                done = self.attempt(reviewing.approve, ("in_review",), "published", actor=theirs, checklist=GOOD)
            else:
                given = {"checklist": {}, "remarks": {"title": "Which?"}, "words": ""}
                done = self.attempt(reviewing.return_it, ("in_review",), "draft", actor=theirs, **given)
            self.reviews += done
            if done and is_good:
                self.publish()

        @rule()
        def begin_talks(self):
            self.attempt(ending.begin_talks, ("published",), "in_talks", actor=mine)

        @rule()
        def fail_talks(self):
            self.attempt(ending.fail_talks, ("in_talks",), "published", actor=mine)

        @rule(closed_as=st.sampled_from(["withdrawn", "no_partner", "collaborating", "sold"]))
        def close(self, closed_as):
            given = {"actor": mine, "reason": "", "closed_as": closed_as}
            if closed_as == "sold":
                with pytest.raises(ValidationError):
                    ending.close(proposal=self.row, now=self.now, **given)
                return
            self.attempt(ending.close, OPEN, "closed", **given)

        @rule(number=st.integers(0, 99))
        def write(self, number):
            title = f"{self.row.title}{number}"
            version = Proposal.objects.get(pk=self.row.pk).version
            given = {"actor": mine, "fields": {"title": title}, "version": version}
            before = self.moves
            if self.state == "draft":
                done = self.attempt(writing.save_draft, ("draft",), "draft", **given)
                self.moves = before
            else:
                done = self.attempt(writing.change, OPEN, self.state, **given)
                self.moves = before + (done and title != self.title)
            self.title = title if done else self.title

        @rule()
        def renew(self):
            was = self.state
            if was in OPEN:
                ending.renew(actor=mine, proposal=self.row, now=self.now)
                end = Proposal.objects.get(pk=self.row.pk).expires_at
                self.moves += end != self.end
                self.end = end
            elif self.attempt(ending.renew, ("expired",), "published", actor=mine):
                self.end = months_after(region, self.now, 2)

        @rule()
        def hide(self):
            hidden = Proposal.objects.get(pk=self.row.pk).hidden_at is not None
            steps.hide(PLATFORM, self.row.pk, self.now)
            if hidden:
                return
            self.moves += 1
            if self.state in OPEN:
                self.before, self.state, self.suspended_at = self.state, "suspended", self.now

        @rule()
        def restore(self):
            hidden = Proposal.objects.get(pk=self.row.pk).hidden_at is not None
            steps.restore(PLATFORM, self.row.pk, self.now)
            self.moves += hidden
            if self.state == "suspended":
                self.state = self.before
                self.end = self.end.astimezone(UTC) + (self.now - self.suspended_at)

        @rule(days=st.integers(1, 40))
        def time_passes(self, days):
            self.now += timedelta(days=days)
            count = ending.expire_due(now=self.now)
            if self.state in OPEN and self.end <= self.now:
                self.state = "expired"
                assert count == 1
                self.moves += 1
            else:
                assert count == 0

        @rule()
        def answer(self):
            if self.state in OPEN and not ExpressionOfInterest.objects.waiting().filter(author=bruno).exists():
                ExpressionOfInterest.objects.create(
                    region=region,
                    proposal=self.row,
                    author=bruno,
                    brings="x",
                    state=InterestState.SENT,
                    sent_at=self.now,
                )

        @invariant()
        def stands_as_it_must(self):
            row = Proposal.objects.get(pk=self.row.pk)
            assert (row.state, row.expires_at, row.published_at) == (self.state, self.end, self.born)
            assert (row.title, Review.objects.filter(proposal=row).count()) == (self.title, self.reviews)
            assert (row.state == "closed") == bool(row.closed_as)
            waiting = ExpressionOfInterest.objects.waiting().filter(proposal=row).exists()
            assert not (waiting and row.state in ("closed", "expired"))
            told = Event.objects.filter(type__startswith="proposals.proposal.", subject_id=row.pk)
            assert told.count() == self.moves
            numbers = ProposalVersion.objects.filter(proposal=row).values_list("number", flat=True)
            assert all(number <= row.version for number in numbers)

    return Life


def test_the_life_of_a_proposal(region):
    region.settings = {"proposals": {"review": "always"}}
    region.save()
    region_space(region)
    anna, bruno = a_person(region, "Anna Conti"), a_person(region, "Bruno Neri")
    fausto = staff(region, Role.FACILITATOR, "fausto@region.example")
    run_state_machine_as_test(
        machine(region, anna, fausto, bruno),
        settings=settings(
            max_examples=20,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
