# SPDX-License-Identifier: EUPL-1.2
"""Following, muting, marking: one's own choice stands, the nearest word counts, nobody sees whom others follow."""

from __future__ import annotations

import pytest
from django.utils.timezone import now
from hypothesis import given
from hypothesis import strategies as st

from filanda.capabilities.follows.actions import ThingGone, set_bookmark, set_follow
from filanda.capabilities.follows.models import Bookmark, Follow
from filanda.capabilities.follows.personal import collect, erase
from filanda.capabilities.follows.queries import bookmarks_of, followed_by, followers, muted_each, standing
from filanda.capabilities.follows.steps import follow as follow_by_doing
from filanda.kernel.identity.actors import VISITOR, actor_for
from filanda.kernel.policies import Forbidden

pytestmark = pytest.mark.django_db


def test_following_twice_is_following_once(notes, person):
    notes.notes[1] = ("Loom", "public")
    actor = actor_for(person("ada"))
    for _again in range(2):
        set_follow(actor=actor, thing=("note", 1), level="following", now=now())
    assert followers([("note", 1)]) == [actor.account_id]
    set_follow(actor=actor, thing=("note", 1), level=None, now=now())
    assert followers([("note", 1)]) == []


def test_what_a_person_chose_is_kept_when_they_do_something(notes, person, region):
    notes.notes[1] = ("Loom", "public")
    actor = actor_for(person("ada"))
    set_follow(actor=actor, thing=("note", 1), level="muted", now=now())
    follow_by_doing(region, actor.account_id, ("note", 1))
    assert standing(actor, [("note", 1)]).level(("note", 1)) == "muted"


def test_the_nearest_word_counts(notes, person, region):
    ada, bea, eva = person("ada"), person("bea"), person("eva")
    for account, thing, level in (
        (ada, ("shelf", 1), "following"),
        (ada, ("note", 1), "muted"),
        (bea, ("shelf", 1), "muted"),
        (bea, ("note", 1), "following"),
        (eva, ("shelf", 1), "following"),
    ):
        Follow.objects.create(region=region, account=account, thing_kind=thing[0], thing_id=thing[1], level=level)
    keys = [("note", 1), ("shelf", 1)]
    assert followers(keys) == sorted([bea.pk, eva.pk])
    near, shelf, other = tuple(keys), (("shelf", 1),), (("note", 2),)
    assert muted_each([near, shelf, other]) == {near: {ada.pk}, shelf: {bea.pk}, other: set()}
    assert muted_each([]) == {}
    assert followers([]) == []


@pytest.mark.parametrize("thing", [("note", 2), ("note", 99), ("nothing", 1), ("shelf", 1)])
def test_what_is_not_theirs_to_see_cannot_be_marked_or_told_from_nothing(notes, person, thing):
    notes.notes[2] = ("Secret", "space:9")
    actor = actor_for(person("ada"))
    with pytest.raises(ThingGone):
        set_bookmark(actor=actor, thing=thing, is_on=True, now=now())
    assert Bookmark.objects.count() == 0


def test_what_has_closed_can_still_be_let_go_and_is_not_listed(notes, person):
    notes.notes[1] = ("Loom", "public")
    actor = actor_for(person("ada"))
    set_follow(actor=actor, thing=("note", 1), level="following", now=now())
    set_bookmark(actor=actor, thing=("note", 1), is_on=True, note="  for\nlater ", now=now())
    assert [(line.title, mark.note) for mark, line in bookmarks_of(actor)] == [("Loom", "for later")]
    notes.notes[1] = ("Loom", "space:9")
    assert (bookmarks_of(actor), followed_by(actor)) == ([], [])
    set_follow(actor=actor, thing=("note", 1), level=None, now=now())
    assert Follow.objects.count() == 0


def test_visitors_and_strangers_follow_nothing(notes, db):
    from filanda.kernel.identity.models import Account

    notes.notes[1] = ("Loom", "public")
    stranger = actor_for(Account.objects.create_account(email="stranger@example.org"))
    for actor in (VISITOR, stranger):
        with pytest.raises(Forbidden):
            set_follow(actor=actor, thing=("note", 1), level="following", now=now())


def test_everything_leaves_with_its_person_and_goes_with_them(notes, person):
    notes.notes[1] = ("Loom", "public")
    ada = person("ada")
    set_follow(actor=actor_for(ada), thing=("note", 1), level="following", now=now())
    set_bookmark(actor=actor_for(ada), thing=("note", 1), is_on=True, now=now())
    assert {name: len(rows) for name, rows in collect(ada).items()} == {"follows.json": 1, "bookmarks.json": 1}
    erase(ada, True)
    assert (Follow.objects.count(), Bookmark.objects.count()) == (0, 0)


@given(st.lists(st.tuples(st.sampled_from(["note", "shelf"]), st.sampled_from(["following", "muted"])), max_size=2))
def test_following_and_muting_exclude_each_other(said):
    from filanda.capabilities.follows.queries import nearest_words

    rows = [(1, kind, 1, level) for kind, level in dict(said).items()]
    found = nearest_words([("note", 1), ("shelf", 1)], rows)
    expected = dict(said).get("note") or dict(said).get("shelf")
    assert found == ({1: expected} if expected else {})
