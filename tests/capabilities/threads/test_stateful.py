# SPDX-License-Identifier: EUPL-1.2
"""Posting, reading and keeping order in any order, beside a small model of what must come out."""

from datetime import timedelta
from itertools import count

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from filanda.capabilities.threads.actions import (
    answer,
    delete_post,
    edit_post,
    mark_read,
    merge_threads,
    open_thread,
    react,
    release_post,
    split_thread,
)
from filanda.capabilities.threads.models import Post, PostRevision, PostState, ReadPosition, Thread
from filanda.capabilities.threads.queries import unread_in, where
from filanda.capabilities.threads.steps import moderating
from tests.capabilities.threads.halls import HOLDING, NOW, PUBLIC
from tests.capabilities.threads.recounting import assert_counted

pytestmark = pytest.mark.django_db


def machine(people, mara):
    class Talk(RuleBasedStateMachine):
        posts = Bundle("posts")

        def __init__(self):
            super().__init__()
            self.point = transaction.savepoint()
            self.ticks = count()
            self.words: dict[int, str] = {}  # by post: what it must say
            self.states: dict[int, str] = {}
            self.addresses: dict[tuple[int, int], int] = {}  # every address that ever was, and its post
            self.read: dict[tuple[int, int], int] = {}

        def teardown(self):
            transaction.savepoint_rollback(self.point)

        def now(self):
            return NOW + timedelta(seconds=next(self.ticks))

        def note(self, post):
            self.words[post.pk], self.states[post.pk] = post.source, post.state
            self.addresses[post.thread_id, post.number] = post.pk
            return post.pk

        def alive(self, number):
            return Post.objects.select_related("thread").get(pk=number)

        @rule(target=posts, who=st.sampled_from(people), place=st.sampled_from([PUBLIC, HOLDING]))
        def open(self, who, place):
            tick = next(self.ticks)
            thread = open_thread(actor=who, place=place, title=f"T{tick}", source=f"w{tick}", now=self.now())
            return self.note(thread.posts.get())

        @rule(target=posts, who=st.sampled_from(people), at=posts)
        def write(self, who, at):
            thread = self.alive(at).thread
            if thread.hidden_at is not None:
                return multiple()
            text = f"w{next(self.ticks)}"
            return self.note(answer(actor=who, thread=thread, source=text, key=text, now=self.now()))

        @rule(at=posts)
        def edit(self, at):
            post = self.alive(at)
            who = next(one for one in people if one.account_id == post.author_id)
            if self.states[at] not in ("shown", "held") or (post.thread.hidden_at and post.number != 1):
                return
            self.words[at] = f"edited {next(self.ticks)}"
            edit_post(actor=who, post=post, source=self.words[at], version=post.version, now=self.now())

        @rule(target=posts, at=consumes(posts))
        def delete(self, at):
            post = self.alive(at)
            who = next(one for one in people if one.account_id == post.author_id)
            delete_post(actor=who, post=post, now=self.now())
            if self.states[at] == "held" and post.number > 1:
                del self.words[at], self.states[at]
                self.addresses = {place: number for place, number in self.addresses.items() if number != at}
                return multiple()
            self.words[at], self.states[at] = "", "deleted"
            return at

        @rule(at=posts)
        def release(self, at):
            if self.states[at] == "held":
                post = release_post(actor=mara, post=self.alive(at), now=self.now())
                self.states[at] = "shown"
                self.addresses[post.thread_id, post.number] = at

        @rule(at=posts, what=st.sampled_from(["hide", "remove", "restore"]))
        def moderate(self, at, what):
            with transaction.atomic():
                getattr(moderating, f"{what}_post")(mara, at, self.now())
            before = self.states[at]
            after = {"hide": "hidden", "remove": "removed", "restore": "shown"}[what]
            allowed = {
                "hide": ("shown", "held"),
                "remove": ("shown", "held", "hidden"),
                "restore": ("hidden", "removed"),
            }
            if before in allowed[what]:
                self.states[at] = after

        @rule(at=posts, who=st.sampled_from(people), is_on=st.booleans())
        def say(self, at, who, is_on):
            post = self.alive(at)
            if self.states[at] == "shown" and post.author_id != who.account_id and post.thread.hidden_at is None:
                react(actor=who, post=post, name="agree", is_on=is_on, now=self.now())

        @rule(at=posts, who=st.sampled_from(people), number=st.integers(0, 30))
        def look(self, at, who, number):
            thread = self.alive(at).thread
            if thread.hidden_at is None:
                mark_read(actor=who, thread=thread, number=number, now=self.now())

        @rule(at=posts)
        def split(self, at):
            post = self.alive(at)
            if post.number > 1:
                made = split_thread(
                    actor=mara, thread=post.thread, numbers=[post.number], title="Apart", now=self.now()
                )
                self.addresses[made.pk, 1] = at

        @rule(at=posts, other=posts)
        def merge(self, at, other):
            one, two = self.alive(at).thread, self.alive(other).thread
            if one.pk == two.pk or one.audience not in ("public", two.audience):
                return
            merge_threads(actor=mara, thread=one, into=two, now=self.now())
            for post in Post.objects.filter(thread=two):
                self.addresses[two.pk, post.number] = post.pk
            self.read = {key: number for key, number in self.read.items() if key[0] != one.pk}

        @invariant()
        def nothing_is_lost_or_doubled(self):
            rows = {post.pk: post for post in Post.objects.all()}
            assert {number: (post.source, post.state) for number, post in rows.items()} == {
                number: (self.words[number], self.states[number]) for number in self.words
            }
            for post in rows.values():
                assert bool(post.html) == (post.state in (PostState.SHOWN, PostState.HELD, PostState.HIDDEN))
                earlier = PostRevision.objects.filter(post=post).count()
                assert post.state == PostState.DELETED or post.version == earlier + 1

        @invariant()
        def counters_are_a_recount(self):
            assert_counted()

        @invariant()
        def addresses_go_on_working(self):
            for (thread, number), post in self.addresses.items():
                row = Post.objects.get(pk=post)
                assert where(mara, thread, number) == (row.thread, row.number)

        @invariant()
        def positions_never_go_back(self):
            for thread, account, number in ReadPosition.objects.values_list("thread", "account", "number"):
                assert number >= self.read.get((thread, account), 0)
                self.read[thread, account] = number

        @invariant()
        def unread_is_what_each_sees(self):
            for who in people:
                seen = Thread.objects.visible_to(who).in_place(*PUBLIC).filter(moved_to=None)
                mine = dict(ReadPosition.objects.filter(account=who.account_id).values_list("thread", "number"))
                unread = sum(thread.last_number > mine.get(thread.pk, 0) for thread in seen)
                assert unread_in(who, [PUBLIC]) == {PUBLIC: unread}

    return Talk


def test_threads_whatever_happens(region, anna, bruno, mara):
    run_state_machine_as_test(
        machine([anna, bruno], mara),
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
