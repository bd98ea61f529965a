# SPDX-License-Identifier: EUPL-1.2
"""Places that are read without a token, by two parties and who stands between them: nothing else is read by it."""

from __future__ import annotations

import pytest
from django.db import transaction

from filanda.capabilities.threads.actions import answer, open_thread
from filanda.capabilities.threads.models import Post, Thread
from filanda.capabilities.threads.places import Place, reads, register_place
from filanda.capabilities.threads.policies import may_answer, may_read, sees
from filanda.capabilities.threads.queries import latest, measure, thread_at, thread_rows, unread_in
from filanda.capabilities.threads.steps.opening import start_thread
from filanda.capabilities.threads.things import post_lines, thread_lines
from filanda.kernel.identity.actors import PLATFORM, VISITOR
from filanda.kernel.policies import Decision, Forbidden
from tests.capabilities.threads.halls import INNER, NOW, PUBLIC, act, somebody

pytestmark = pytest.mark.django_db
PARLOUR, OTHER_PARLOUR = ("parlour", 1), ("parlour", 2)
GUESTS: dict[int, set[int]] = {}  # account -> parlours

register_place(
    Place(
        kind="parlour",
        may_open=lambda actor, number: Decision(number in GUESTS.get(actor.account_id or 0, ())),
        may_answer=lambda actor, number: Decision(number in GUESTS.get(actor.account_id or 0, ())),
        keeps_order=lambda _actor, _number: Decision(False, "Nobody keeps order here."),
        keeps_order_in=lambda _actor: (),
        audience=lambda number: f"parlour:{number}",
        thread_page=lambda number, thread, _title: ("discussions:thread", (f"parlour-{number}", thread, "x")),
        read_by=lambda actor: GUESTS.get(actor.account_id or 0, set()),
    )
)


@pytest.fixture
def people(region):
    GUESTS.clear()
    made = {
        "guest": somebody(region, "Gaia Guest"),
        "other": somebody(region, "Olga Other"),
        "inside": somebody(region, "Ivo Inside", inside=(2,)),
        "member": somebody(region, "Mara Member"),
    }
    GUESTS[made["guest"].pk] = {1}
    GUESTS[made["other"].pk] = {2}
    return made


@pytest.fixture
def threads(region, people):
    """One in each place, with an answer or a first post in it."""
    found = {}
    for place, key in ((PUBLIC, "member"), (INNER, "inside")):
        found[place] = open_thread(actor=act(people[key]), place=place, title="Looms", source="How old?", now=NOW)
    for place, key in ((PARLOUR, "guest"), (OTHER_PARLOUR, "other")):
        with transaction.atomic():
            found[place] = start_thread(actor=act(people[key]), place=place, title="Looms", now=NOW)
        answer(actor=act(people[key]), thread=found[place], source="Between us.", now=NOW)
        found[place].refresh_from_db()
    return found


READERS = {
    "guest": {PUBLIC, PARLOUR},
    "other": {PUBLIC, OTHER_PARLOUR},
    "inside": {PUBLIC, INNER},
    "member": {PUBLIC},
    "visitor": {PUBLIC},
    "platform": {PUBLIC, INNER, PARLOUR, OTHER_PARLOUR},
}


@pytest.mark.parametrize("place", [PUBLIC, INNER, PARLOUR, OTHER_PARLOUR])
@pytest.mark.parametrize("name", list(READERS))
def test_who_reads_what_on_every_path(people, threads, name, place):
    actor = {"visitor": VISITOR, "platform": PLATFORM}.get(name) or act(people[name])
    thread, expected = threads[place], place in READERS[name]
    post = thread.posts.get()
    read = {
        "threads": Thread.objects.visible_to(actor).filter(pk=thread.pk).exists(),
        "posts": Post.objects.visible_to(actor).filter(pk=post.pk).exists(),
        "sees": sees(actor, thread),
        "rows": [row.id for row in thread_rows(actor, place)] == [thread.pk],
        "measure": measure(actor, place).total == 1,
        "one": thread_at(actor, place, thread.pk, lambda rows, _account: rows, []) is not None,
        "latest": [row.id for row in latest(actor, place)] == [thread.pk],
        "thread lines": thread.pk in thread_lines(actor, [thread.pk]),
        "post lines": post.pk in post_lines(actor, [post.pk]),
    }
    assert read == dict.fromkeys(read, expected)
    if actor.account_id is not None:
        assert bool(may_read(actor, thread)) == expected
        assert bool(may_answer(actor, thread)) == (expected and (place != INNER or name == "inside"))


def test_a_guest_counts_what_is_unread(people, threads):
    places = [PUBLIC, INNER, PARLOUR, OTHER_PARLOUR]
    assert unread_in(act(people["member"]), places) == {PUBLIC: 0, INNER: 0, PARLOUR: 0, OTHER_PARLOUR: 0}
    GUESTS[people["member"].pk] = {1}
    assert unread_in(act(people["member"]), places) == {PUBLIC: 0, INNER: 0, PARLOUR: 1, OTHER_PARLOUR: 0}


def test_strangers_neither_answer_nor_open(people, threads):
    for key in ("member", "other"):
        with pytest.raises(Forbidden):
            answer(actor=act(people[key]), thread=threads[PARLOUR], source="Let me in", now=NOW)
        with pytest.raises(Forbidden):
            open_thread(actor=act(people[key]), place=PARLOUR, title="Mine", source="Let me in", now=NOW)


def test_a_line_says_no_token_that_nobody_holds(people, threads):
    assert thread_lines(PLATFORM, [threads[PARLOUR].pk])[threads[PARLOUR].pk].audience == ""
    assert thread_lines(PLATFORM, [threads[INNER].pk])[threads[INNER].pk].audience == "hall:2"


def test_visitors_cost_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert not reads(VISITOR, PARLOUR)
        assert not reads(VISITOR, PUBLIC)
