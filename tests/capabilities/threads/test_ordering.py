# SPDX-License-Identifier: EUPL-1.2
from datetime import timedelta

import pytest

from filanda.capabilities.follows.models import Follow
from filanda.capabilities.threads.actions import (
    NotPossible,
    accept_answer,
    answer,
    close_thread,
    delete_post,
    mark_all_read,
    mark_read,
    merge_threads,
    move_thread,
    open_thread,
    pin_thread,
    release_post,
    rename_thread,
    reopen_thread,
    split_thread,
)
from filanda.capabilities.threads.models import Post, PostState, ReadPosition, Thread
from filanda.capabilities.threads.queries import where
from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.policies import Forbidden
from tests.capabilities.threads.halls import HOLDING, INNER, NOW, OTHER_PUBLIC, PUBLIC
from tests.capabilities.threads.recounting import assert_counted
from tests.capabilities.threads.test_writing import opened

pytestmark = pytest.mark.django_db


def talk(*actors, place=PUBLIC, title="Spent grain", words="words") -> Thread:
    """A thread opened by the first of `actors`, in which the others answer."""
    thread = opened(actors[0], place, title=title, source=f"First {words}")
    for at, actor in enumerate(actors[1:], start=2):
        answer(actor=actor, thread=thread, source=f"Number {at}: {words}", now=NOW + timedelta(minutes=at))
    thread.refresh_from_db()
    return thread


def position(thread, actor) -> int:
    return ReadPosition.objects.get(thread=thread, account=actor.account_id).number


KEEPING = {
    "pin": lambda actor, thread: pin_thread(actor=actor, thread=thread, is_on=True, now=NOW),
    "unpin": lambda actor, thread: pin_thread(actor=actor, thread=thread, is_on=False, now=NOW),
    "close": lambda actor, thread: close_thread(actor=actor, thread=thread, reason="", now=NOW),
    "reopen": lambda actor, thread: reopen_thread(actor=actor, thread=thread, now=NOW),
    "move": lambda actor, thread: move_thread(actor=actor, thread=thread, place=OTHER_PUBLIC, now=NOW),
    "split": lambda actor, thread: split_thread(actor=actor, thread=thread, numbers=[2], title="New", now=NOW),
    "merge": lambda actor, thread: merge_threads(
        actor=actor, thread=thread, into=Thread.objects.exclude(pk=thread.pk).get(), now=NOW
    ),
    "release": lambda actor, thread: release_post(actor=actor, post=thread.posts.get(number=2), now=NOW),
}


@pytest.mark.parametrize("what", sorted(KEEPING))
def test_only_keepers_keep_order(region, anna, bruno, mara, stranger, what):
    thread = talk(anna, bruno)
    talk(bruno, title="Another", words="more")
    for actor in (VISITOR, stranger, anna, bruno):
        with pytest.raises(Forbidden):
            KEEPING[what](actor, thread)
    KEEPING[what](mara, thread)
    assert_counted()


def test_renaming_is_for_whoever_opened_it_and_for_keepers(region, anna, bruno, mara):
    thread = talk(anna, bruno)
    with pytest.raises(Forbidden):
        rename_thread(actor=bruno, thread=thread, title="Bruno's", now=NOW)
    rename_thread(actor=anna, thread=thread, title="  Spent   grain again ", now=NOW)
    thread.refresh_from_db()
    assert thread.title == "Spent grain again"
    rename_thread(actor=mara, thread=thread, title="Mara's", now=NOW)


def test_answer_is_accepted_exchanged_and_taken_back(region, anna, bruno, mara, stranger):
    thread = opened(anna, kind="question")
    one = answer(actor=bruno, thread=thread, source="Bread of it", now=NOW)
    two = answer(actor=mara, thread=thread, source="Cows eat it", now=NOW)
    with pytest.raises(Forbidden):
        accept_answer(actor=bruno, thread=thread, post=one, now=NOW)
    with pytest.raises(NotPossible):
        accept_answer(actor=anna, thread=thread, post=thread.posts.get(number=1), now=NOW)
    accept_answer(actor=anna, thread=thread, post=one, now=NOW)
    accept_answer(actor=mara, thread=thread, post=two, now=NOW)
    thread.refresh_from_db()
    assert (thread.answer, thread.answered_at) == (two, NOW)
    delete_post(actor=mara, post=two, now=NOW)
    thread.refresh_from_db()
    assert (thread.answer, thread.answered_at) == (None, None)
    discussion = talk(anna, bruno, title="No question", words="else")
    with pytest.raises(Forbidden, match=r"question|domanda"):
        accept_answer(actor=anna, thread=discussion, post=discussion.posts.get(number=2), now=NOW)


def test_moved_thread_has_the_readers_of_its_new_place(region, anna, bruno, mara, stranger):
    thread = talk(anna, bruno)
    move_thread(actor=mara, thread=thread, place=INNER, now=NOW)
    thread.refresh_from_db()
    assert (thread.audience, thread.place_id) == ("hall:2", 2)
    assert list(Thread.objects.visible_to(stranger)) == list(Post.objects.visible_to(stranger)) == []
    assert where(bruno, thread.pk, 2) == (thread, 2)
    assert where(stranger, thread.pk, 2) is None


def test_what_was_written_for_a_few_is_never_moved_to_more(region, anna, bruno, mara):
    inner, public = talk(anna, bruno, place=INNER), talk(anna, bruno, title="Public", words="other")
    with pytest.raises(NotPossible):
        move_thread(actor=mara, thread=inner, place=PUBLIC, now=NOW)
    with pytest.raises(NotPossible):
        move_thread(actor=mara, thread=inner, place=HOLDING, now=NOW)
    with pytest.raises(NotPossible):
        merge_threads(actor=mara, thread=inner, into=public, now=NOW)
    merge_threads(actor=mara, thread=public, into=inner, now=NOW)


def test_split_carries_posts_with_addresses_and_positions(region, anna, bruno, mara, stranger):
    thread = talk(anna, bruno, mara, anna, bruno)  # 1 to 5
    mark_read(actor=stranger, thread=thread, number=3, now=NOW)
    mark_read(actor=mara, thread=thread, number=5, now=NOW)
    third = thread.posts.get(number=3)
    made = split_thread(actor=mara, thread=thread, numbers=[3, 5], title="Apart", now=NOW)
    assert [(post.number, post.source) for post in made.posts.all()] == [
        (1, "Number 3: words"),
        (2, "Number 5: words"),
    ]
    assert [post.number for post in thread.posts.all()] == [1, 2, 4]
    third.refresh_from_db()
    assert where(stranger, thread.pk, 3) == (made, 1)
    assert (position(made, stranger), position(made, mara)) == (1, 2)
    again = answer(actor=bruno, thread=thread, source="Another one here", now=NOW + timedelta(hours=1))
    assert again.number == 6
    assert_counted()


def test_split_leaves_the_first_post_and_wants_posts_that_are_there(region, anna, bruno, mara):
    thread = talk(anna, bruno)
    for numbers in ([], [1], [1, 2], [2, 9]):
        with pytest.raises(NotPossible):
            split_thread(actor=mara, thread=thread, numbers=numbers, title="Apart", now=NOW)
    assert Thread.objects.count() == 1


def test_merged_posts_come_after_and_old_addresses_lead_there(region, anna, bruno, mara, stranger):
    one, two = talk(anna, bruno, mara), talk(bruno, anna, title="Same thing", words="again")
    for thread, number in ((one, 3), (two, 1)):
        mark_read(actor=stranger, thread=thread, number=number, now=NOW)
    merge_threads(actor=mara, thread=two, into=one, now=NOW)
    one.refresh_from_db()
    two.refresh_from_db()
    assert [(post.number, post.source) for post in one.posts.all()] == [
        (1, "First words"),
        (2, "Number 2: words"),
        (3, "Number 3: words"),
        (4, "First again"),
        (5, "Number 2: again"),
    ]
    assert two.moved_to == one
    assert where(stranger, two.pk, 2) == (one, 5)
    assert where(stranger, two.pk) == (one, None)
    assert position(one, stranger) == 4
    assert not ReadPosition.objects.filter(thread=two).exists()
    assert not Follow.objects.filter(thing_kind="thread", thing_id=two.pk).exists()
    late = answer(actor=bruno, thread=Thread.objects.get(pk=two.pk), source="I was still writing", now=NOW)
    assert (late.thread, late.number) == (one, 6)
    assert_counted()


def test_thread_merges_with_itself_never_and_with_a_merged_one_neither(region, anna, bruno, mara):
    one, two, three = (talk(anna, bruno, title=str(n), words=f"words {n}") for n in range(3))
    with pytest.raises(NotPossible):
        merge_threads(actor=mara, thread=one, into=one, now=NOW)
    merge_threads(actor=mara, thread=two, into=one, now=NOW)
    with pytest.raises(NotPossible):
        merge_threads(actor=mara, thread=three, into=two, now=NOW)
    with pytest.raises(NotPossible):
        pin_thread(actor=mara, thread=two, is_on=True, now=NOW)


def test_held_posts_are_seen_by_author_and_keepers_until_released(region, anna, bruno, mara):
    thread = opened(anna, HOLDING)
    post = thread.posts.get()
    assert post.state == PostState.HELD
    assert list(Thread.objects.visible_to(bruno)) == []
    assert list(Post.objects.visible_to(anna)) == list(Post.objects.visible_to(mara)) == [post]
    release_post(actor=mara, post=post, now=NOW)
    release_post(actor=mara, post=post, now=NOW)
    assert list(Thread.objects.visible_to(bruno)) == [thread]
    thread.refresh_from_db()
    held = answer(actor=bruno, thread=thread, source="Held too", now=NOW)
    shown = answer(actor=mara, thread=thread, source="Shown at once", now=NOW)
    assert list(Post.objects.visible_to(anna).order_by("number")) == [post, shown]
    thread.refresh_from_db()
    assert (thread.posts_count, thread.last_number, held.number, shown.number) == (2, 3, 2, 3)
    mark_read(actor=anna, thread=thread, number=3, now=NOW)
    released = release_post(actor=mara, post=held, now=NOW)
    assert released.number == 4  # nobody who has read up to 3 misses it
    assert where(anna, thread.pk, 2) == (thread, 4)
    assert_counted()


def test_of_a_held_post_that_is_taken_back_nothing_shows(region, anna, bruno, mara):
    thread = talk(mara, place=HOLDING)
    held = answer(actor=bruno, thread=thread, source="Held", now=NOW)
    delete_post(actor=bruno, post=held, now=NOW)
    assert list(Post.objects.values_list("number", flat=True)) == [1]
    assert answer(actor=mara, thread=thread, source="Next", now=NOW).number == 3
    assert_counted()


def test_read_positions_never_go_back_nor_beyond_the_end(region, anna, bruno):
    thread = talk(anna, bruno, bruno)
    for number, reached in ((2, 2), (1, 2), (9, 3), (0, 3)):
        mark_read(actor=anna, thread=thread, number=number, now=NOW)
        assert position(thread, anna) == reached
    with pytest.raises(Forbidden):
        mark_read(actor=VISITOR, thread=thread, number=1, now=NOW)


def test_everything_read_at_once_is_what_one_sees(region, anna, bruno, stranger):
    one, two, inner = (
        talk(anna, bruno),
        talk(bruno, anna, title="Two", words="two"),
        talk(anna, bruno, place=INNER, words="inner"),
    )
    assert mark_all_read(actor=stranger, place=PUBLIC, now=NOW) == 2
    assert mark_all_read(actor=stranger, place=INNER, now=NOW) == 0
    assert {position(one, stranger), position(two, stranger)} == {2}
    assert not ReadPosition.objects.filter(thread=inner, account=stranger.account_id).exists()


def test_open_thread_in_a_place_that_is_none(region, anna):
    with pytest.raises(Forbidden):
        open_thread(actor=anna, place=("cellar", 1), title="Here", source="Nobody", now=NOW)
