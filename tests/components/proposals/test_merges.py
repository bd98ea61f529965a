# SPDX-License-Identifier: EUPL-1.2
"""Answers of organisations that turn out to be one."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from filanda.components.proposals.models import ExpressionOfInterest
from filanda.directory.organisations.models import Organisation
from filanda.directory.organisations.steps import merge_organisations
from tests.components.proposals.answers import answer_it, speaks_for
from tests.components.proposals.making import make_proposal
from tests.spaces.making import a_person

pytestmark = pytest.mark.django_db


def test_merge_keeps_both_answers_and_one_of_them_open(region: Any) -> None:
    mill, other = (
        Organisation.objects.create(region=region, name=name, sort_key=name.lower()) for name in ("Mill", "The Mill")
    )
    anna, bruno, owner = (a_person(region, name) for name in ("Anna Conti", "Bruno Riva", "Carla Sala"))
    speaks_for(region, anna, mill)
    speaks_for(region, bruno, other)
    one, two = make_proposal(region, owner, "Sensors"), make_proposal(region, owner, "Looms")
    answer_it(one, anna, organisation=mill)
    answer_it(one, bruno, organisation=other)
    answer_it(two, bruno, organisation=other)
    with transaction.atomic():
        stays, gone = merge_organisations(region, [mill.pk, other.pk])
    rows = list(ExpressionOfInterest.objects.order_by("pk").values_list("proposal", "organisation", "state", "brings"))
    assert len(gone) == 1
    assert {row[1] for row in rows} == {stays}
    assert sorted(row[2] for row in rows if row[0] == one.pk) == ["lapsed", "sent"]
    assert [row[2] for row in rows if row[0] == two.pk] == ["sent"]
    assert all(row[3] for row in rows)


def test_merge_with_the_proposals_own_organisation_ends_the_answer(region: Any) -> None:
    mill, other = (
        Organisation.objects.create(region=region, name=name, sort_key=name.lower()) for name in ("Mill", "The Mill")
    )
    bruno, owner = (a_person(region, name) for name in ("Bruno Riva", "Carla Sala"))
    speaks_for(region, bruno, other)
    proposal = make_proposal(region, owner, "Sensors", organisation=mill)
    answer_it(proposal, bruno, organisation=other)
    with transaction.atomic():
        merge_organisations(region, [mill.pk, other.pk])
    assert ExpressionOfInterest.objects.get().state == "lapsed"
