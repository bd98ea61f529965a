# SPDX-License-Identifier: EUPL-1.2
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from filanda.capabilities.files.models import StoredFile
from filanda.capabilities.files.queries import files_of
from filanda.capabilities.threads.actions import (
    EditConflict,
    NothingWritten,
    TextTooLong,
    ThreadClosed,
    answer,
    close_thread,
    delete_post,
    edit_post,
    open_thread,
    react,
    save_draft,
)
from filanda.capabilities.threads.models import Draft, Post, PostState, ReadPosition, Thread
from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.policies import Forbidden
from tests.capabilities.threads.halls import INNER, NOW, PUBLIC
from tests.capabilities.threads.recounting import assert_counted

pytestmark = pytest.mark.django_db


def opened(actor, place=PUBLIC, **more) -> Thread:
    given = {"title": "Spent grain", "source": "What do you do with **yours**?", "now": NOW} | more
    return open_thread(actor=actor, place=place, **given)


def test_open_thread_writes_its_first_post(region, anna):
    thread = opened(anna, source="What do you do with **yours**?")
    post = thread.posts.get()
    assert (thread.audience, thread.posts_count, thread.last_number) == ("public", 1, 1)
    assert (post.number, post.html) == (1, "<p>What do you do with <strong>yours</strong>?</p>\n")
    assert ReadPosition.objects.get().number == 1
    assert_counted(thread)


def test_answer_counts_and_is_the_first_reply_when_by_somebody_else(region, anna, bruno):
    thread = opened(anna)
    answer(actor=anna, thread=thread, source="Nobody?", now=NOW + timedelta(minutes=1))
    thread.refresh_from_db()
    assert thread.first_reply_at is None
    later = NOW + timedelta(minutes=5)
    answer(actor=bruno, thread=thread, source="We feed it to cows.", now=later)
    thread.refresh_from_db()
    assert (thread.posts_count, thread.last_number, thread.first_reply_at) == (3, 3, later)
    assert thread.last_author_id == bruno.account_id
    assert_counted(thread)


def test_sending_twice_writes_once(region, anna, bruno):
    first = opened(anna, key="form-1")
    assert opened(anna, key="form-1", title="Another title") == first
    one = answer(actor=bruno, thread=first, source="Bread of it.", key="form-1", now=NOW)
    two = answer(actor=bruno, thread=first, source="Bread of it.", key="form-1", now=NOW)
    assert one == two
    assert Post.objects.count() == 2
    assert_counted(first)


@pytest.mark.parametrize("who", ["visitor", "stranger", "anna", "mara"])
def test_open_and_answer_by_role(request, region, who):
    actor = VISITOR if who == "visitor" else request.getfixturevalue(who)
    thread = opened(request.getfixturevalue("mara"), INNER)
    may = who in ("anna", "mara")
    for act in (
        lambda: opened(actor, INNER, title="Mine"),
        lambda: answer(actor=actor, thread=thread, source="Some words.", now=NOW),
    ):
        if may:
            act()
        else:
            with pytest.raises(Forbidden):
                act()
    assert Post.objects.count() == (3 if may else 1)


@pytest.mark.parametrize("source", ["", "   \n", "\x00", "\u202e"])
def test_nothing_written_is_refused(region, anna, source):
    with pytest.raises(NothingWritten):
        opened(anna, source=source)
    assert not Thread.objects.exists()


def test_too_long_is_refused_with_figures(region, anna):
    with pytest.raises(TextTooLong, match=r"40001.*40000"):
        opened(anna, source="a" * 40_001)
    with pytest.raises(TextTooLong):
        opened(anna, title="a" * 201)


def test_closed_thread_takes_no_answers_and_says_why(region, anna, mara):
    thread = opened(anna)
    close_thread(actor=mara, thread=thread, reason="Goes on in the other hall.", now=NOW)
    with pytest.raises(ThreadClosed, match="Goes on in the other hall"):
        answer(actor=anna, thread=thread, source="But still.", now=NOW)


def test_edit_keeps_how_it_read_before(region, anna):
    post = opened(anna, source="One").posts.get()
    edit_post(actor=anna, post=post, source="Two", version=1, now=NOW + timedelta(hours=1))
    post.refresh_from_db()
    assert (post.source, post.html, post.version) == ("Two", "<p>Two</p>\n", 2)
    assert [(r.version, r.source, r.written_at) for r in post.revisions.all()] == [(1, "One", NOW)]


def test_edit_of_an_old_version_is_a_conflict_with_what_stands_now(region, anna):
    post = opened(anna, source="One").posts.get()
    edit_post(actor=anna, post=post, source="Two", version=1, now=NOW)
    with pytest.raises(EditConflict) as caught:
        edit_post(actor=anna, post=post, source="Three", version=1, now=NOW)
    assert caught.value.post.source == "Two"
    assert post.revisions.count() == 1


def test_nobody_edits_or_deletes_what_others_wrote(region, anna, bruno, mara):
    post = opened(anna).posts.get()
    for actor in (bruno, mara, VISITOR):
        with pytest.raises(Forbidden):
            edit_post(actor=actor, post=post, source="Not mine", version=1, now=NOW)
        with pytest.raises(Forbidden):
            delete_post(actor=actor, post=post, now=NOW)


def test_delete_leaves_a_stone_without_words(region, anna, bruno):
    thread = opened(anna)
    upload = SimpleUploadedFile("note.pdf", b"%PDF-1.4\nsome notes\n%%EOF", content_type="application/pdf")
    post = answer(actor=bruno, thread=thread, source="Words", uploads=[upload], now=NOW)
    react(actor=anna, post=post, name="thanks", is_on=True, now=NOW)
    edit_post(actor=bruno, post=post, source="Other words", version=1, now=NOW)
    delete_post(actor=bruno, post=post, now=NOW)
    delete_post(actor=bruno, post=post, now=NOW)
    post.refresh_from_db()
    assert (post.state, post.source, post.html, post.reactions) == (PostState.DELETED, "", "", {})
    assert not post.revisions.exists()
    assert not StoredFile.objects.exists()
    thread.refresh_from_db()
    assert (thread.posts_count, thread.last_number, thread.first_reply_at) == (1, 2, None)
    later = answer(actor=bruno, thread=thread, source="Again", now=NOW)
    assert later.number == 3
    assert_counted(thread)


def test_thread_of_which_nothing_is_left_is_seen_by_its_author_alone(region, anna, bruno):
    thread = opened(anna)
    delete_post(actor=anna, post=thread.posts.get(), now=NOW)
    assert list(Thread.objects.visible_to(bruno)) == []
    assert list(Thread.objects.visible_to(anna)) == [thread]


def test_reactions_are_said_once_and_taken_back_once(region, anna, bruno, stranger):
    post = opened(anna).posts.get()
    assert react(actor=bruno, post=post, name="thanks", is_on=True, now=NOW) == {"thanks": 1}
    assert react(actor=bruno, post=post, name="thanks", is_on=True, now=NOW) == {"thanks": 1}
    assert react(actor=stranger, post=post, name="thanks", is_on=True, now=NOW) == {"thanks": 2}
    assert react(actor=bruno, post=post, name="agree", is_on=True, now=NOW) == {"agree": 1, "thanks": 2}
    assert react(actor=bruno, post=post, name="thanks", is_on=False, now=NOW) == {"agree": 1, "thanks": 1}
    assert react(actor=bruno, post=post, name="thanks", is_on=False, now=NOW) == {"agree": 1, "thanks": 1}
    with pytest.raises(Forbidden):
        react(actor=anna, post=post, name="thanks", is_on=True, now=NOW)
    with pytest.raises(ValueError, match="applause"):
        react(actor=bruno, post=post, name="applause", is_on=True, now=NOW)


def test_files_of_a_post_are_for_those_who_see_it(region, anna, stranger):
    upload = SimpleUploadedFile("note.pdf", b"%PDF-1.4\nsome notes\n%%EOF", content_type="application/pdf")
    thread = opened(anna, INNER, uploads=[upload])
    post = thread.posts.get()
    assert [file.name for file in files_of(("post", post.pk), anna)] == ["note.pdf"]
    assert list(files_of(("post", post.pk), stranger)) == []
    assert list(files_of(("post", post.pk), VISITOR)) == []


def test_draft_goes_when_what_was_written_is_sent(region, anna):
    thread = opened(anna)
    save_draft(actor=anna, place=f"thread:{thread.pk}", title="", source="Half a", now=NOW)
    save_draft(actor=anna, place=f"thread:{thread.pk}", title="", source="Half a sentence", now=NOW)
    assert Draft.objects.get().source == "Half a sentence"
    answer(actor=anna, thread=thread, source="Half a sentence, whole.", now=NOW)
    assert not Draft.objects.exists()
