# SPDX-License-Identifier: EUPL-1.2
"""Several people at once, each with a connection of their own: nothing is lost, nothing is doubled."""

import threading
from collections import Counter

import pytest
from django.db import connection

from filanda.capabilities.threads.actions import (
    EditConflict,
    NotPossible,
    answer,
    delete_post,
    edit_post,
    mark_read,
    merge_threads,
    open_thread,
    react,
)
from filanda.capabilities.threads.models import Post, PostRevision, ReadPosition, Thread
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.scoped import in_region
from tests.capabilities.threads.halls import NOW
from tests.capabilities.threads.recounting import assert_counted
from tests.capabilities.threads.test_writing import opened

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(region, *calls) -> list[object]:
    """Start all `calls` together; return what each gave or raised, in their order."""
    gate = threading.Barrier(len(calls))
    results: list[object] = [None] * len(calls)

    def run(at, call):
        try:
            with in_region(region):
                gate.wait(30)
                results[at] = call()
        except Exception as error:  # noqa: BLE001 - what it was is what the test looks at
            results[at] = error
        finally:
            connection.close()

    started = [threading.Thread(target=run, args=(at, call)) for at, call in enumerate(calls)]
    for one in started:
        one.start()
    for one in started:
        one.join(60)
    return results


def test_everything_that_may_meet(region, anna, bruno, mara, stranger):
    """One test, as a database of one's own costs more than all of this."""
    with in_region(region):
        _two_edits(region, anna)
        _many_answers(region, anna, bruno)
        _double_sending(region, anna, bruno)
        _a_merge_while_people_answer(region, anna, bruno, mara)
        _reactions_edits_and_deletion(region, anna, bruno, mara, stranger)
        assert_counted()


def _two_edits(region, anna):
    post = opened(anna, source="One").posts.get()
    found = at_once(
        region,
        *(
            lambda text=text: edit_post(actor=anna, post=post, source=text, version=1, now=NOW)
            for text in ("Two", "Three", "Four")
        ),
    )
    won = [one for one in found if isinstance(one, Post)]
    assert [type(one) for one in found if one not in won] == [EditConflict, EditConflict]
    post.refresh_from_db()
    assert (post.source, post.version) == (won[0].source, 2)
    assert PostRevision.objects.filter(post=post).count() == 1


def _many_answers(region, anna, bruno):
    thread = opened(anna, title="Many")
    texts = [f"Answer {number}" for number in range(12)]
    calls = [
        lambda text=text, who=who: answer(actor=who, thread=thread, source=text, key=f"many-{text}", now=NOW)
        for text, who in zip(texts, [anna, bruno] * 6, strict=True)
    ]
    readers = [lambda n=n: mark_read(actor=bruno, thread=thread, number=n, now=NOW) for n in (1, 1, 1)]
    found = at_once(region, *calls, *readers)
    assert [one for one in found if isinstance(one, Exception)] == []
    assert Counter(Post.objects.filter(thread=thread, number__gt=1).values_list("source", flat=True)) == Counter(texts)
    assert sorted(Post.objects.filter(thread=thread).values_list("number", flat=True)) == list(range(1, 14))
    assert ReadPosition.objects.filter(thread=thread, account=bruno.account_id).count() == 1


def _double_sending(region, anna, bruno):
    calls = [
        lambda: open_thread(actor=anna, place=("hall", 1), title="Twice", source="Sent twice", key="twice", now=NOW)
        for _ in range(4)
    ]
    found = at_once(region, *calls)
    assert len({one.pk for one in found}) == 1
    thread = found[0]
    found = at_once(
        region,
        *(lambda: answer(actor=bruno, thread=thread, source="Once", key="answer-once", now=NOW) for _ in range(4)),
    )
    assert len({one.pk for one in found}) == 1
    assert Post.objects.filter(thread=thread).count() == 2


def _a_merge_while_people_answer(region, anna, bruno, mara):
    one, two = opened(anna, title="Stays"), opened(bruno, title="Goes")
    answers = [
        lambda n=n: answer(actor=bruno, thread=two, source=f"While merged {n}", key=f"merged-{n}", now=NOW)
        for n in range(6)
    ]
    found = at_once(
        region, *answers[:3], lambda: merge_threads(actor=mara, thread=two, into=one, now=NOW), *answers[3:]
    )
    assert [item for item in found if isinstance(item, Exception)] == []
    assert Post.objects.filter(thread=one).count() == 8
    assert not Post.objects.filter(thread=two).exists()
    assert Thread.objects.get(pk=two.pk).moved_to_id == one.pk


def _reactions_edits_and_deletion(region, anna, bruno, mara, stranger):
    post = opened(anna, title="Liked", source="Like it").posts.get()
    found = at_once(
        region,
        *(
            lambda who=who, is_on=is_on: react(actor=who, post=post, name="thanks", is_on=is_on, now=NOW)
            for who in (bruno, mara, stranger)
            for is_on in (True, True, False)
        ),
        lambda: edit_post(actor=anna, post=post, source="Like it now", version=1, now=NOW),
    )
    assert [one for one in found if isinstance(one, Exception)] == []
    assert_counted(post.thread)
    _deleted, reacted, answered = at_once(
        region,
        lambda: delete_post(actor=anna, post=post, now=NOW),
        lambda: react(actor=bruno, post=post, name="agree", is_on=True, now=NOW),
        lambda: answer(actor=bruno, thread=post.thread, source="An answer to what goes", now=NOW),
    )
    assert isinstance(answered, (Post, Forbidden, NotPossible))
    assert isinstance(reacted, (dict, Forbidden))
    post.refresh_from_db()
    assert (post.html, post.reactions) == ("", {})
