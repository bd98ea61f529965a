# SPDX-License-Identifier: EUPL-1.2
"""Keeping order: managers and moderators, and nobody else."""

from __future__ import annotations

import pytest

from filanda.capabilities.threads.models import Post, Thread
from filanda.spaces.models import Openness
from tests.components.discussions.test_reading import text_of
from tests.spaces.making import enter as let_in
from tests.spaces.making import make_space, staff

MOVES = {
    "pin": {},
    "close": {"reason": "Said and done."},
    "rename": {"title": "A better title"},
    "split": {"posts": ["2"], "split_title": "Something else"},
}


@pytest.mark.parametrize("move", MOVES)
def test_only_those_who_keep_order(world, enter, region, move):
    thread = world.open(world.anna)
    world.say(world.sara, thread)
    path = f"{world.root}{thread.pk}/order/"
    before = Thread.objects.values().get()
    for who in (None, world.anna, world.sara, world.dora, staff(region)):
        assert enter(who).get(path).status_code == 403
        assert enter(who).post(f"{path}{move}/", MOVES[move]).status_code == 403
    assert Thread.objects.values().get() == before
    for who in (world.carlo, world.bruno):
        assert enter(who).get(path).status_code == 200
    assert enter(world.carlo).post(f"{path}{move}/", MOVES[move]).status_code == 302


def test_pin_and_unpin(world, enter):
    thread = world.open(world.anna)
    path = f"{world.root}{thread.pk}/order/"
    client = enter(world.carlo)
    client.post(f"{path}pin/")
    assert Thread.objects.get().pinned_at is not None
    client.post(f"{path}unpin/")
    assert Thread.objects.get().pinned_at is None
    assert client.post(f"{path}explode/").status_code == 404


def test_close_needs_a_reason(world, enter):
    thread = world.open(world.anna)
    path = f"{world.root}{thread.pk}/order/"
    client = enter(world.carlo)
    response = client.post(f"{path}close/", {"reason": " "})
    assert response.status_code == 422
    assert "Say why it is closed" in text_of(response)
    client.post(f"{path}close/", {"reason": "Said and done."})
    assert Thread.objects.get().closed_reason == "Said and done."
    client.post(f"{path}reopen/")
    assert Thread.objects.get().closed_at is None


def test_split_off_what_was_ticked(world, enter):
    thread = world.open(world.anna)
    for number in range(4):
        world.say(world.sara, thread, f"Words {number}")
    client = enter(world.carlo)
    path = f"{world.root}{thread.pk}/order/split/"
    wrong = client.post(path, {"posts": ["3"], "split_title": ""})
    assert wrong.status_code == 422
    assert 'value="3" checked' in wrong.content.decode()
    response = client.post(path, {"posts": ["3", "4"], "split_title": "Something else"})
    made = Thread.objects.get(title="Something else")
    assert response.headers["Location"] == world.url(made)
    assert list(made.posts.order_by("number").values_list("source", flat=True)) == ["Words 1", "Words 2"]
    old = enter(None).get(f"{world.root}{thread.pk}/p/3/")
    assert old.status_code == 302
    assert f"/{made.pk}/" in old.headers["Location"]


def test_merge_into_a_thread_that_was_looked_for(world, enter):
    thread = world.open(world.anna, "Blue sensors")
    other = world.open(world.sara, "Winter sensors")
    world.open(world.sara, "Something quite different")
    client = enter(world.carlo)
    page = text_of(client.get(f"{world.root}{thread.pk}/order/?q=winter"))
    assert "Winter sensors" in page
    assert "Something quite different" not in page
    response = client.post(f"{world.root}{thread.pk}/order/merge/", {"into": str(other.pk)})
    assert response.headers["Location"] == world.url(other)
    assert Post.objects.filter(thread=other).count() == 2
    assert client.post(f"{world.root}{other.pk}/order/merge/", {"into": "999999999999999999999"}).status_code == 404


def test_move_to_a_community_in_which_one_keeps_order_too(world, enter, region):
    other = make_space(region, "Wool", managers=[world.bruno])
    thread = world.open(world.anna)
    path = f"{world.root}{thread.pk}/order/move/"
    assert enter(world.carlo).post(path, {"space": str(other.pk)}).status_code == 403
    response = enter(world.bruno).post(path, {"space": str(other.pk)})
    assert response.headers["Location"] == f"/en/communities/{other.slug}/discussions/{thread.pk}/"
    assert Thread.objects.get().place_id == other.pk


def test_a_move_to_a_closed_community_closes_the_thread_to_visitors(world, enter, region):
    inside = make_space(region, "Closed", openness=Openness.RESTRICTED, managers=[world.bruno])
    thread = world.open(world.anna)
    enter(world.bruno).post(f"{world.root}{thread.pk}/order/move/", {"space": str(inside.pk)})
    assert Thread.objects.get().audience == f"space:{inside.pk}"
    root = f"/en/communities/{inside.slug}/discussions/"
    assert enter(world.anna).get(f"{root}{thread.pk}/which-sensor-lasts-a-winter/").status_code != 200
    let_in(inside, world.anna)
    assert enter(world.anna).get(f"{root}{thread.pk}/which-sensor-lasts-a-winter/").status_code == 200


def test_to_where_one_does_not_see_is_not_there(world, enter, region):
    hidden = make_space(region, "Hidden", openness=Openness.PRIVATE, managers=[world.anna])
    thread = world.open(world.anna)
    path = f"{world.root}{thread.pk}/order/move/"
    assert enter(world.bruno).post(path, {"space": str(hidden.pk)}).status_code == 404
    assert "Hidden" not in text_of(enter(world.bruno).get(f"{world.root}{thread.pk}/order/"))
