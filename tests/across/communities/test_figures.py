# SPDX-License-Identifier: EUPL-1.2
"""The figures of communities are what a recount by hand gives, and private ones are nobody's median."""

from __future__ import annotations

import math
from datetime import timedelta
from fractions import Fraction
from statistics import median

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.spaces.making import NOW, a_person, act, enter, make_space

from filanda.across.communities.figures import compute, gini, medians, months_before, top_share
from filanda.across.communities.models import SpaceFigures
from filanda.across.communities.queries import health_of
from filanda.across.communities.steps import forget_figures, keep_figures
from filanda.capabilities.threads.models import Post, PostState, Reaction, Thread
from filanda.kernel.identity.actors import PLATFORM
from filanda.spaces.models import Membership

pytestmark = pytest.mark.django_db
COUNTS = st.lists(st.integers(1, 500), max_size=60)


@given(COUNTS)
def test_gini_is_the_mean_difference_between_any_two(counts):
    if not counts:
        assert gini(counts) is None
        return
    apart = sum(abs(one - two) for one in counts for two in counts)
    exact = Fraction(apart, 2 * len(counts) * sum(counts))
    assert gini(counts) == pytest.approx(float(exact), abs=1e-4)


@given(COUNTS)
def test_the_most_active_tenth(counts):
    if not counts:
        assert top_share(counts) is None
        return
    left, taken = list(counts), 0
    for _ in range(math.ceil(len(counts) * 0.1 - 1e-9)):
        taken += left.pop(left.index(max(left)))
    assert top_share(counts) == pytest.approx(taken / sum(counts), abs=1e-4)


def test_months_go_over_the_year():
    months = months_before(NOW)
    assert (months[0], months[1], months[-1], len(months)) == ("2025-12", "2026-01", "2026-11", 12)


WRITTEN = st.lists(
    st.tuples(
        st.integers(0, 3),  # who opens
        st.integers(0, 120),  # days ago
        st.lists(
            st.tuples(st.integers(0, 3), st.integers(0, 48), st.sampled_from(["shown", "hidden"]), st.booleans()),
            max_size=4,
        ),
        st.booleans(),  # hidden
    ),
    max_size=6,
)


@settings(max_examples=25, deadline=None)
@given(WRITTEN, st.lists(st.integers(0, 400), min_size=3, max_size=3))
def test_figures_equal_a_recount(region, written, ages):
    """Three members who joined `ages` days ago and a stranger write; figures against a recount in plain Python."""
    Thread.objects.all().delete()
    people = [a_person(region, name) for name in ("Ugo Uno", "Dina Due", "Teo Tre", "Quinto Quattro")]
    space = make_space(region, f"Silk {Thread.objects.count()}", slug=f"silk-{_next()}")
    for account, age in zip(people, ages, strict=False):
        enter(space, account)
        Membership.objects.filter(space=space, account=account).update(joined_at=NOW - timedelta(days=age, hours=1))
    last: dict[int, list] = {}
    posts, waits, threads, unanswered = [], [], 0, 0
    for who, days, answers, is_hidden in written:
        opened = NOW - timedelta(days=days, minutes=5)
        rows = [(people[who], opened, "shown", False)]
        rows += [(people[by], opened + timedelta(hours=hours), state, likes) for by, hours, state, likes in answers]
        replies = [at for by, at, state, _likes in rows[1:] if state == "shown" and by != people[who]]
        thread = Thread.objects.create(
            region=region,
            place_kind="space",
            place_id=space.pk,
            audience=space.audience,
            title="x",
            author=people[who],
            created_at=opened,
            first_reply_at=min(replies, default=None),
            hidden_at=NOW if is_hidden else None,
        )
        for number, (by, at, state, likes) in enumerate(rows, start=1):
            post = Post.objects.create(
                region=region,
                thread=thread,
                number=number,
                author=by,
                source="x",
                state=PostState.SHOWN if state == "shown" else PostState.HIDDEN,
                created_at=at,
            )
            if likes:
                Reaction.objects.create(region=region, post=post, account=people[0], name="thanks", created_at=at)
            in_period = NOW - timedelta(days=90) <= at < NOW and not is_hidden
            if in_period and state == "shown":
                posts.append(by.pk)
                last.setdefault(by.pk, []).append(at)
            if in_period and likes and state == "shown":
                last.setdefault(people[0].pk, []).append(at)
        if not is_hidden and NOW - timedelta(days=90) <= opened:
            threads += 1
            if replies:
                waits.append((min(replies) - opened).total_seconds() / 3600)
            else:
                unanswered += 1
    found = compute([space], NOW)[space.pk]
    members = {account.pk for account in people[:3]}
    active = {account: max(times) for account, times in last.items() if account in members}
    assert found["members"] == 3
    assert found["active_90"] == len(active)
    assert found["active_30"] == sum(at >= NOW - timedelta(days=30) for at in active.values())
    assert found["new_30"] == sum(age < 30 for age in ages)
    assert (found["threads"], found["unanswered"]) == (threads, unanswered)
    assert found["first_reply_hours"] == (pytest.approx(median(waits), abs=0.01) if waits else None)
    assert found["posts"] == len(posts)
    assert found["authors"] == len(set(posts))
    assert found["top_share"] == (
        pytest.approx(max(posts.count(one) for one in posts) / len(posts), abs=1e-4) if posts else None
    )
    assert found["helix"]["unknown"] == 3
    assert found["growth"][-1]["members"] == 3


_made = iter(range(10_000))


def _next() -> int:
    return next(_made)


def test_a_second_run_on_a_day_replaces_the_first_and_old_days_are_forgotten(region):
    space = make_space(region, "Silk", members=[a_person(region)])
    assert keep_figures(region, [space], NOW) == 1
    enter(space, a_person(region, "Bea Due"))
    assert keep_figures(region, [space], NOW + timedelta(hours=1)) == 1
    row = SpaceFigures.objects.get(space=space)
    assert row.numbers["members"] == 2
    keep_figures(region, [space], NOW + timedelta(days=1))
    assert forget_figures(region, NOW + timedelta(days=1), NOW) == 1


def test_medians_need_three_and_leave_private_ones_out(region):
    ugo = a_person(region, "Ugo Manager")
    spaces = [make_space(region, name, managers=[ugo]) for name in ("One", "Two")]
    secret = make_space(region, "Secret", openness="private", managers=[ugo])
    for number in range(5):
        enter(secret, a_person(region, f"Mia {number}"))
    keep_figures(region, [*spaces, secret], NOW)
    assert health_of(act(ugo), spaces[0], NOW).medians == {}
    third = make_space(region, "Three", openness="restricted", managers=[ugo, a_person(region, "Noa Two")])
    keep_figures(region, [*spaces, secret, third], NOW)
    assert health_of(act(ugo), spaces[0], NOW).medians["members"] == 1
    assert medians([{"members": 1}, {"members": 9}]) == {}


def test_figures_cost_the_same_for_any_number_of_spaces(region):
    ugo = a_person(region, "Ugo Manager")
    spaces = [make_space(region, "One", managers=[ugo])]
    with CaptureQueriesContext(connection) as one:
        compute(spaces, NOW)
    spaces += [make_space(region, f"Number {n}", managers=[ugo]) for n in range(6)]
    with CaptureQueriesContext(connection) as many:
        compute(spaces, NOW)
    assert len(one) == len(many) <= 10


def test_rows_are_seen_by_those_who_may(region):
    ugo, mia = a_person(region, "Ugo Manager"), a_person(region, "Mia Member")
    mod = a_person(region, "Moe Moderator")
    spaces = [
        make_space(region, openness.title(), openness=openness, managers=[ugo], members=[mia], moderators=[mod])
        for openness in ("open", "restricted", "private")
    ]
    keep_figures(region, spaces, NOW)
    seen = {
        name: SpaceFigures.objects.visible_to(act(who)).count()
        for name, who in (("ugo", ugo), ("mia", mia), ("mod", mod))
    }
    assert seen == {"ugo": 3, "mia": 0, "mod": 2}
    assert SpaceFigures.objects.visible_to(PLATFORM).count() == 3
