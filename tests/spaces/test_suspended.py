# SPDX-License-Identifier: EUPL-1.2
"""Whom a decision has suspended writes nowhere in that community, and reads on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import now

from filanda.capabilities.moderation.models import Decision, Suspension
from filanda.kernel.policies import decide
from filanda.spaces.policies import may_read, takes_part
from tests.spaces.making import a_person, act, make_space

pytestmark = pytest.mark.django_db


def test_suspended_in_one_community_until_the_day(region, django_assert_num_queries):
    bruno, anna = a_person(region, "Bruno Neri"), a_person(region, "Anna Conti")
    here = make_space(region, "Silk", managers=[bruno], members=[anna])
    there = make_space(region, "Wool", managers=[bruno], members=[anna])
    until = now() + timedelta(days=7)
    decision = Decision.objects.create(
        region=region,
        thing_kind="post",
        thing_id=1,
        space_id=here.pk,
        author=anna,
        measure="suspended",
        reasons="Rule 3.",
        suspended_until=until,
    )
    made = Suspension.objects.create(
        region=region, account=anna, space_id=here.pk, decision=decision, begins_at=now(), until=until
    )
    actor = act(anna)
    with django_assert_num_queries(1):
        answers = [bool(takes_part(actor, space)) for space in (here, there, here)]
    assert answers == [False, True, False]
    assert not decide(actor, "discussions.write", here)
    assert not decide(actor, "documents.add", here)
    assert may_read(actor, here)
    assert takes_part(act(bruno), here)
    Suspension.objects.filter(pk=made.pk).update(lifted_at=now())
    assert takes_part(act(anna), here)
