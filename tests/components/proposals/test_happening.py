# SPDX-License-Identifier: EUPL-1.2
"""Nobody but the owner, who answered and the facilitator learns whether a proposal was answered, or how often."""

from datetime import timedelta

import pytest

from filanda.components.proposals.happening import tasks
from filanda.components.proposals.models import Proposal
from filanda.components.proposals.telling.writing import expiring_lines
from filanda.kernel.identity.models import Role
from tests.components.proposals.answers import answer_it
from tests.components.proposals.making import make_proposal
from tests.spaces.making import NOW, a_person, act, staff

pytestmark = pytest.mark.django_db


def _told(proposal, days):
    return [(task.count, task.sentence) for task in tasks(proposal.space, NOW + timedelta(days=days))]


def test_managers_are_asked_for_people_alike_with_and_without_an_answer(region):
    anna, bruno = (a_person(region, name) for name in ("Anna Conti", "Bruno Sala"))
    proposal = make_proposal(region, anna)
    Proposal.objects.filter(pk=proposal.pk).update(published_at=NOW)
    silent = [_told(proposal, days) for days in (13, 15, 61)]
    answer_it(proposal, bruno)
    assert Proposal.objects.get(pk=proposal.pk).answers_count == 1
    assert [_told(proposal, days) for days in (13, 15, 61)] == silent
    assert [[count for count, _sentence in told] for told in silent] == [[], [1], []]


def test_only_its_own_facilitator_reads_how_many_answered(region):
    anna, bruno = (a_person(region, name) for name in ("Anna Conti", "Bruno Sala"))
    marta, other = (staff(region, Role.FACILITATOR, f"{name}@region.example") for name in ("marta", "other"))
    proposal = make_proposal(region, anna)
    answer_it(proposal, bruno)
    soon = {"facilitator": marta, "warned_14_at": NOW, "expires_at": NOW + timedelta(days=9)}
    Proposal.objects.filter(pk=proposal.pk).update(**soon)
    lines = [expiring_lines(act(one), [proposal.pk], NOW)[proposal.pk].context for one in (marta, other)]
    assert (len(lines[0]), lines[0][:1], lines[0][1][-1]) == (2, lines[1], "1")
