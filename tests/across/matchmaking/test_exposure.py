# SPDX-License-Identifier: EUPL-1.2
"""Who was suggested often gives way, who is answered less so, and nothing tells of one answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from filanda.across.matchmaking.diversity import EXPOSED, Candidate, diversified
from filanda.across.matchmaking.exposure import attention, count_exposure, excess, excess_of
from filanda.across.matchmaking.models import Exposure, Showing
from filanda.across.matchmaking.personal import erase
from filanda.components.proposals.models import ExpressionOfInterest, InterestState
from filanda.directory.organisations.models import Organisation
from filanda.directory.people.models import Person
from tests.components.proposals.making import make_proposal
from tests.spaces.making import NOW, a_person


def show(region, kind, object_id, seeker=1, place=1, *, days_ago=1, seeker_kind="proposal"):
    Showing.objects.create(
        region=region,
        seeker_kind=seeker_kind,
        seeker_id=seeker,
        kind=kind,
        object_id=object_id,
        surface="page",
        place=place,
        score=0.7,
        on_day=(NOW - timedelta(days=days_ago)).date(),
    )


def test_excess_grows_with_attention_and_less_with_welcome():
    found = excess({1: 9.0, 2: 3.0, 3: 0.3}, {})
    assert 1 > found[1] > found[2] > found[3] > 0
    assert excess({1: 9.0, 2: 3.0}, {1: 2.0})[1] < found[1]
    assert excess({}, {}) == {}
    assert excess({1: 0.5}, {})[1] == pytest.approx(1 / 3)  # one showing is no excess, however few there are


def test_who_was_shown_often_gives_way_by_a_bounded_part():
    near = Candidate(1, 1.0, excess=1.0)
    often, seldom = Candidate(2, 0.9, excess=0.9), Candidate(3, 0.88)
    assert [one.id for one in diversified([near, often, seldom], 3)] == [3, 1, 2]
    assert [one.id for one in diversified([near, Candidate(3, 1.0 - EXPOSED - 0.01)], 2)] == [1, 3]
    assert [one.score for one in diversified([near, seldom], 2)] == [0.88, 1.0]  # what readers are told stays


def test_attention_is_counted_for_each_seeker_once_and_for_ninety_days(region):
    show(region, "organisation", 5, seeker=1, place=3, days_ago=2)
    show(region, "organisation", 5, seeker=1, place=1, days_ago=1)
    show(region, "organisation", 6, seeker=1, place=2)
    show(region, "organisation", 7, seeker=1, days_ago=91)
    assert count_exposure(region, NOW) == 2
    mean = max(1.0, (attention(1) + attention(2)) / 2)
    found = excess_of("organisation", [5, 6, 7])
    assert found[5] == pytest.approx(attention(1) / mean / (1 + attention(1) / mean), abs=1e-3)
    assert found[6] < found[5]
    assert 7 not in found
    assert count_exposure(region, NOW + timedelta(days=200)) == 0


def test_answers_count_from_three_on_and_never_for_proposals(region):
    anna, bruno = a_person(region, "Anna Conti"), a_person(region, "Bruno Rossi")
    body = Organisation.objects.create(region=region, name="Caseificio", sort_key="caseificio")
    person = Person.objects.get(account=bruno)
    asked = [make_proposal(region, anna, f"Proposal {number}") for number in range(4)]
    for row in asked:
        for kind, number in (("organisation", body.pk), ("organisation", body.pk + 1), ("person", person.pk)):
            show(region, kind, number, seeker=row.pk)
        show(region, "proposal", row.pk, seeker=body.pk, seeker_kind="organisation")
    count_exposure(region, NOW)
    alone = excess_of("organisation", [body.pk, body.pk + 1])
    proposals = excess_of("proposal", [row.pk for row in asked])
    assert alone[body.pk] == alone[body.pk + 1]
    for number, row in enumerate(asked, start=1):
        ExpressionOfInterest.objects.create(
            region=region, proposal=row, author=bruno, organisation=body, state=InterestState.SENT, sent_at=NOW
        )
        count_exposure(region, NOW)
        changed = excess_of("organisation", [body.pk])[body.pk] < alone[body.pk]
        assert changed is (number >= 3)
        assert (excess_of("person", [person.pk])[person.pk] < alone[body.pk]) is (number >= 3)
    assert excess_of("proposal", [row.pk for row in asked]) == proposals
    erase(bruno, True)
    assert not Exposure.objects.filter(kind="person").exists()
