# SPDX-License-Identifier: EUPL-1.2
"""Figures of the service: what small groups would tell is not said."""

from datetime import UTC, datetime, timedelta

import pytest

from filanda.across.workbench.figures import FEWEST, Group, service
from filanda.components.proposals.models import Proposal
from filanda.kernel.identity.models import Role
from tests.across.workbench.test_queue import PAGE, browser, text_of
from tests.spaces.making import a_person, act, make_space, staff

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [
        (0, 4, None),
        (4, 4, None),
        (0, 5, 0),
        (5, 5, 100),
        (2, 6, None),
        (3, 12, None),
        (6, 12, 50),
        (9, 10, 90),
        (0, 0, None),
    ],
)
def test_shares_of_small_groups_are_not_said(part, whole, share):
    assert Group.share(part, whole) == share


def published(region, space, owner, count, *, answered_after=None):
    for number in range(count):
        at = NOW - timedelta(days=30 + number)
        Proposal.objects.create(
            region=region,
            space=space,
            audience="public",
            owner=owner,
            title=f"Cerchiamo {number}",
            state="published",
            published_at=at,
            expires_at=NOW + timedelta(days=90),
            first_answer_at=at + timedelta(days=answered_after) if answered_after is not None else None,
            is_invented=True,
        )


def test_by_community_small_ones_are_told_together(region):
    anna = a_person(region, "Anna Conti")
    marta = staff(region, Role.FACILITATOR, "marta@region.example")
    silk, wool, felt = (make_space(region, name) for name in ("Silk", "Wool", "Felt"))
    published(region, silk, anna, FEWEST + 1, answered_after=3)
    published(region, wool, anna, 2)
    published(region, felt, anna, 3)
    found = service(act(marta), NOW - timedelta(days=365), NOW)
    groups = found.groups["community"]
    assert [(one.key, one.proposals, one.answered) for one in groups] == [
        (str(silk.pk), FEWEST + 1, FEWEST + 1),
        ("smaller", 5, 0),
    ]
    assert groups[0].median_days == 3.0
    assert found.whole.proposals == FEWEST + 6


def test_the_page_and_its_tables_are_for_staff(region, client):
    marta = staff(region, Role.FACILITATOR, "marta@region.example")
    one = browser(marta)
    assert "Figures of the service" in text_of(one.get(f"{PAGE}figures/?days=90"))
    for by in ("community", "priority", "role", "region"):
        answer = one.get(f"{PAGE}figures/{by}.csv")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/csv")
    assert one.get(f"{PAGE}figures/people.csv").status_code == 404
    for address in (f"{PAGE}figures/", f"{PAGE}figures/region.csv"):
        assert client.get(address).status_code == 403
        assert browser(a_person(region, "Anna Conti")).get(address).status_code == 403
