# SPDX-License-Identifier: EUPL-1.2
"""The public API: what visitors read, whoever asks."""

from __future__ import annotations

from filanda.spaces.models import Openness
from tests.spaces.making import a_person, make_space
from tests.spaces.making import enter as let_in


def test_threads_and_posts_of_an_open_community(world, enter, region):
    quiet = a_person(region, "Ida Segreta", listing="members")
    let_in(world.space, quiet)
    thread = world.open(world.anna, kind="question")
    for number in range(21):
        world.say(quiet, thread, f"Words **{number}**")
    base = f"/api/v1/communities/{world.space.slug}/threads"
    for who in (None, world.anna):
        client = enter(who)
        listed = client.get(base).json()
        assert (listed["total"], listed["pages"]) == (1, 1)
        (row,) = listed["threads"]
        assert (row["id"], row["author"], row["posts"]) == (thread.pk, "Anna Conti", 22)
        assert "Ida Segreta" not in client.get(base).content.decode()
        found = client.get(f"{base}/{thread.pk}?page=2").json()
        assert [post["number"] for post in found["posts"]] == [21, 22]
        assert found["posts"][0]["html"] == "<p>Words <strong>19</strong></p>\n"
        assert client.get(f"{base}?show=unanswered").json()["total"] == 1
        assert client.get(f"{base}?show=mine").status_code == 422


def test_nothing_of_closed_communities(world, enter, region):
    for openness in (Openness.RESTRICTED, Openness.PRIVATE):
        inside = make_space(region, f"Closed {openness}", openness=openness, members=[world.anna])
        thread = world.open(world.anna, f"Our secret plan, {openness}", space=inside)
        base = f"/api/v1/communities/{inside.slug}/threads"
        for who in (None, world.anna):
            assert enter(who).get(base).status_code == 404
            assert enter(who).get(f"{base}/{thread.pk}").status_code == 404
            other = f"/api/v1/communities/{world.space.slug}/threads/{thread.pk}"
            assert enter(who).get(other).status_code == 404
