# SPDX-License-Identifier: EUPL-1.2
"""What other rooms see of threads: lines, notices, search, e-mail, personal data, limits, lists."""

from datetime import timedelta

import pytest

from filanda.capabilities.files.queries import files_shown
from filanda.capabilities.follows.actions import set_follow
from filanda.capabilities.notifications.following import follow as follow_journal
from filanda.capabilities.notifications.models import Notification
from filanda.capabilities.threads import personal
from filanda.capabilities.threads.actions import (
    SaidAlready,
    TooManyLinks,
    TooManyPosts,
    accept_answer,
    answer,
    edit_post,
    mark_read,
    merge_threads,
    react,
    release_post,
    save_draft,
)
from filanda.capabilities.threads.figures import figures_of
from filanda.capabilities.threads.models import Draft, Post, PostState, Reaction, Thread
from filanda.capabilities.threads.queries import (
    first_unread,
    latest,
    measure,
    page_of,
    post_rows,
    thread_rows,
    unread_in,
)
from filanda.capabilities.threads.replying import take
from filanda.capabilities.threads.searching import SOURCE
from filanda.capabilities.threads.steps.moderating import hide_post, remove_post, restore_post
from filanda.capabilities.threads.things import post_lines, thread_lines
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import PLATFORM, VISITOR
from filanda.kernel.identity.models import Account
from filanda.kernel.journal import chain
from filanda.kernel.manifests.replies import InboundReply, ReplyRefused
from filanda.kernel.regions.scoped import across_regions
from tests.capabilities.threads.halls import HOLDING, INNER, NOW, PUBLIC, act, somebody
from tests.capabilities.threads.recounting import assert_counted
from tests.capabilities.threads.test_ordering import talk
from tests.capabilities.threads.test_rendering import handle
from tests.capabilities.threads.test_writing import opened

pytestmark = pytest.mark.django_db


def told() -> set[tuple[int, str, str]]:
    """(account, kind, why) of every notification that the journal gives."""
    chain.extend()
    with across_regions():
        follow_journal(_clock())
    return set(Notification.objects.values_list("account", "kind", "why"))


def _clock():
    from django.utils.timezone import now

    return now()


@pytest.fixture
def listening(region):
    """Notifications begin now."""
    told()


def test_lines_are_for_those_who_see_the_thing(region, anna, stranger):
    thread = opened(anna, INNER, source="What **we** said")
    post = thread.posts.get()
    assert thread_lines(anna, [thread.pk])[thread.pk].excerpt == "What we said"
    assert post_lines(anna, [post.pk])[post.pk].inside == (("thread", thread.pk), INNER)
    for actor in (stranger, VISITOR):
        assert thread_lines(actor, [thread.pk]) == post_lines(actor, [post.pk]) == {}


def test_line_of_a_merged_thread_is_of_where_it_went(region, anna, bruno, mara):
    one, two = talk(anna, bruno), talk(bruno, anna, title="Two", words="two")
    merge_threads(actor=mara, thread=two, into=one, now=NOW)
    assert thread_lines(anna, [two.pk])[two.pk].id == one.pk


def test_named_answered_and_followers_are_told_once_for_the_strongest_reason(
    region, anna, bruno, mara, stranger, listening
):
    thread = opened(anna)
    answer(actor=mara, thread=thread, source="I follow this now.", now=_clock())
    set_follow(actor=stranger, thing=("thread", thread.pk), level="muted", now=_clock())
    told()
    Notification.objects.all().delete()
    answer(actor=bruno, thread=thread, source=f"{handle(stranger)}, what do you say?", now=_clock())
    assert told() == {
        (stranger.account_id, "mentions", "mention"),
        (anna.account_id, "replies", "author"),
        (mara.account_id, "threads", "follow"),
    }


def test_held_post_tells_nobody_until_it_is_released(region, anna, bruno, mara, listening):
    set_follow_hall(region, bruno, HOLDING)
    thread = opened(anna, HOLDING, source=f"{handle(bruno)}, look")
    assert told() == set()
    release_post(actor=mara, post=thread.posts.get(), now=_clock())
    assert told() == {(bruno.account_id, "mentions", "mention")}


def test_new_thread_is_told_to_followers_of_its_place(region, anna, bruno, listening):
    set_follow_hall(region, bruno, PUBLIC)
    opened(anna)
    assert told() == {(bruno.account_id, "threads", "follow")}


def test_an_edit_tells_only_whom_it_names_anew(region, anna, bruno, mara, listening):
    post = opened(anna, source=f"{handle(bruno)}").posts.get()
    told()
    Notification.objects.all().delete()
    edit_post(actor=anna, post=post, source=f"{handle(bruno)} {handle(mara)}", version=1, now=_clock())
    assert told() == {(mara.account_id, "mentions", "mention")}


def test_accepted_answer_is_told_to_its_author(region, anna, bruno, listening):
    thread = opened(anna, kind="question")
    post = answer(actor=bruno, thread=thread, source="Bread", now=_clock())
    told()
    Notification.objects.all().delete()
    accept_answer(actor=anna, thread=thread, post=post, now=_clock())
    assert told() == {(bruno.account_id, "replies", "author")}


def set_follow_hall(region, actor, key):
    from filanda.capabilities.follows.steps import follow

    follow(region, actor.account_id, key)


def test_search_document_has_the_words_of_shown_posts_for_their_readers(region, anna, bruno, mara):
    thread = opened(anna, INNER, source=f"Trebbie **umide** {handle(bruno)}")
    post = answer(actor=bruno, thread=thread, source="Hidden words", now=NOW)
    hide_post(mara, post.pk, NOW)
    (document,) = SOURCE.build([thread.pk])
    said = " ".join(text.text for text in document.texts)
    assert document.audience == ("hall:2",)
    assert "Trebbie" in said
    assert "umide" in said
    assert "Hidden" not in said
    assert "runo" not in said
    Thread.objects.filter(pk=thread.pk).update(hidden_at=NOW)
    assert list(SOURCE.build([thread.pk])) == []


def test_moderation_hides_removes_and_restores(region, anna, bruno, mara):
    thread = opened(anna)
    post = answer(actor=bruno, thread=thread, source="*Rude* words", now=NOW)
    hide_post(mara, post.pk, NOW)
    assert [row.number for row in post_rows(anna, thread)] == [1]
    assert [row.number for row in post_rows(bruno, thread)] == [1, 2]
    remove_post(mara, post.pk, NOW)
    rows = post_rows(anna, Thread.objects.get(pk=thread.pk))
    assert [(row.number, row.state, row.html) for row in rows[1:]] == [(2, PostState.REMOVED, "")]
    assert Post.objects.get(pk=post.pk).source == "*Rude* words"
    assert_counted()
    restore_post(mara, post.pk, NOW)
    assert Post.objects.get(pk=post.pk).html == "<p><em>Rude</em> words</p>\n"
    assert_counted()


def test_an_accepted_answer_is_one_again_when_it_is_shown_again(region, anna, bruno, mara):
    thread = opened(anna, kind="question")
    post = answer(actor=bruno, thread=thread, source="Use steam.", now=NOW)
    accept_answer(actor=anna, thread=thread, post=post, now=NOW)
    hide_post(mara, post.pk, NOW)
    remove_post(mara, post.pk, NOW)
    assert Thread.objects.get(pk=thread.pk).answer_id is None
    restore_post(mara, post.pk, NOW + timedelta(days=3))
    found = Thread.objects.get(pk=thread.pk)
    assert (found.answer_id, found.answered_at) == (post.pk, NOW)


def mailed(region, account, thread, text="By e-mail", attachments=()):
    return InboundReply(region, account, thread.pk, text, False, list(attachments), "<one@mail.example>")


def test_answer_by_mail_is_a_post_and_the_same_message_is_one(region, anna, bruno):
    thread = opened(anna)
    account = Account.objects.get(pk=bruno.account_id)
    pdf = ("note.pdf", "application/pdf", b"%PDF-1.4\nnotes\n%%EOF")
    take(mailed(region, account, thread, attachments=[pdf]))
    take(mailed(region, account, thread, attachments=[pdf]))
    post = thread.posts.get(number=2)
    assert (post.source, post.via_mail, post.author_id) == ("By e-mail", True, bruno.account_id)
    assert_counted(thread)


def test_answer_by_mail_is_posted_without_the_attachment_that_is_not_taken(region, anna, bruno):
    thread, account = opened(anna), Account.objects.get(pk=bruno.account_id)
    pdf, archive = ("a.pdf", "application/pdf", b"%PDF-1.4\n\n%%EOF"), ("b.zip", "application/zip", b"PK\x03\x04zip")
    ((name, sentence),) = take(mailed(region, account, thread, attachments=[archive, pdf]))
    post = thread.posts.get(number=2)
    assert (post.source, name) == ("By e-mail", "b.zip")
    assert sentence
    assert [file.name for file in files_shown(("post", post.pk))] == ["a.pdf"]
    with pytest.raises(ReplyRefused, match=r"b\.zip"):
        take(mailed(region, account, opened(anna), text="", attachments=[archive]))


def test_answer_by_mail_of_somebody_who_left_is_refused_in_words(region, anna, stranger):
    thread = opened(anna, INNER)
    with pytest.raises(ReplyRefused):
        take(mailed(region, Account.objects.get(pk=stranger.account_id), thread))
    assert thread.posts.count() == 1


def test_personal_data_leaves_and_contributions_stay_as_by_a_former_member(region, anna, bruno):
    thread = opened(anna, source="Mine")
    answer(actor=bruno, thread=thread, source=f"Thanks {handle(anna)}", now=NOW)
    react(actor=anna, post=thread.posts.get(number=2), name="thanks", is_on=True, now=NOW)
    save_draft(actor=anna, place="space:1", title="", source="Half", now=NOW)
    account = Account.objects.get(pk=anna.account_id)
    files = personal.PERSONAL_DATA.collect(account)
    assert set(files) == {"posts.json", "drafts.json", "reactions.json", "read.json"}
    ((name, file),) = personal.PERSONAL_DATA.files(account)
    assert (name, b"Mine" in file.read()) == ("posts.md", True)
    Person.objects.filter(account=account).update(account=None)  # people are erased first
    personal.PERSONAL_DATA.erase(account, True)
    one, two = thread.posts.order_by("number")
    assert (one.author, one.source, two.source) == (None, "Mine", "Thanks @…")
    assert two.reactions == {}
    assert not Draft.objects.exists()
    assert not Reaction.objects.exists()
    assert Thread.objects.get().author is None


def test_personal_data_goes_with_its_words(region, anna, bruno):
    thread = opened(anna, source="Mine")
    answer(actor=bruno, thread=thread, source="His", now=NOW)
    personal.PERSONAL_DATA.erase(Account.objects.get(pk=anna.account_id), False)
    one, two = thread.posts.order_by("number")
    assert (one.author, one.source, one.html, one.state) == (None, "", "", PostState.DELETED)
    assert two.source == "His"
    assert "Spent grain" not in Thread.objects.get().title


def test_drafts_go_after_half_a_year(region, anna):
    save_draft(actor=anna, place="space:1", title="", source="Half", now=NOW)
    kept = personal.DRAFTS_KEPT
    assert kept.apply(region, NOW - timedelta(days=1), NOW) == 0
    assert kept.apply(region, NOW + timedelta(seconds=1), NOW) == 1


def test_newcomers_have_limits_and_others_have_none(region, anna, bruno):
    new = act(somebody(region, "Nina Nuova", is_new=True))
    region.settings["newcomers"] = {"posts_an_hour": 3, "links": 1}
    region.save()
    thread = opened(bruno)
    links = "http://a.example http://b.example"
    with pytest.raises(TooManyLinks):
        answer(actor=new, thread=thread, source=links, now=NOW)
    answer(actor=anna, thread=thread, source=links, now=NOW)
    for number in range(3):
        answer(actor=new, thread=thread, source=f"Number {number}", now=NOW)
        answer(actor=anna, thread=thread, source=f"Number {number}", now=NOW)
    with pytest.raises(TooManyPosts) as caught:
        answer(actor=new, thread=thread, source="Number 4", now=NOW)
    assert 0 < caught.value.retry_after <= 3600
    answer(actor=anna, thread=thread, source="Number 4", now=NOW)
    answer(actor=new, thread=thread, source="Number 4", now=NOW + timedelta(hours=1))


def test_newcomer_says_the_same_once_a_day_and_smuggles_no_links_in(region, bruno):
    new = act(somebody(region, "Nina Nuova", is_new=True))
    one, two = opened(bruno), opened(bruno, title="Two")
    post = answer(actor=new, thread=one, source="Buy our excellent looms!", now=NOW)
    with pytest.raises(SaidAlready):
        answer(actor=new, thread=two, source="Buy our excellent looms!", now=NOW)
    with pytest.raises(TooManyLinks):
        edit_post(actor=new, post=post, source="http://a.example " * 4, version=1, now=NOW)
    answer(actor=new, thread=two, source="Buy our excellent looms!", now=NOW + timedelta(days=2))


def test_lists_cost_the_same_for_one_and_three(region, anna, bruno, mara, django_assert_num_queries):
    for rows in (1, 3):
        while Thread.objects.count() < rows:
            talk(anna, bruno, mara, title=f"T{Thread.objects.count()}", words=f"{Thread.objects.count()}")
        thread = Thread.objects.first()
        with django_assert_num_queries(1):
            assert len(thread_rows(anna, PUBLIC)) == rows
        with django_assert_num_queries(1):
            assert measure(anna, PUBLIC).total == rows
        with django_assert_num_queries(1):
            post_rows(anna, thread)
        with django_assert_num_queries(1):
            post_rows(VISITOR, thread)
        with django_assert_num_queries(1):
            unread_in(anna, [PUBLIC, INNER])
        with django_assert_num_queries(1):
            latest(anna, PUBLIC)
        with django_assert_num_queries(3):
            figures_of("hall", [1, 2, 3], NOW - timedelta(days=1), NOW + timedelta(days=1))
        ids = list(Thread.objects.values_list("pk", flat=True))
        with django_assert_num_queries(4):
            assert len(thread_lines(anna, ids)) == rows
        posts = list(Post.objects.values_list("pk", flat=True))
        with django_assert_num_queries(2):
            post_lines(anna, posts)


def test_unread_by_thread_place_and_post(region, anna, bruno, stranger):
    thread = talk(anna, *([bruno] * 24))  # 25 posts
    opened(anna, INNER)
    mark_read(actor=stranger, thread=thread, number=21, now=NOW)
    (row,) = thread_rows(stranger, PUBLIC)
    assert (row.unread, measure(stranger, PUBLIC).total) == (4, 1)
    assert unread_in(stranger, [PUBLIC, INNER]) == {PUBLIC: 1, INNER: 0}
    assert unread_in(VISITOR, [PUBLIC]) == {}
    assert first_unread(stranger, thread) == 22
    assert page_of(stranger, thread, 22) == 2
    assert [row.number for row in post_rows(stranger, thread, page=2)] == [21, 22, 23, 24, 25]


def test_filters_of_the_list(region, anna, bruno):
    asked = opened(anna, kind="question", title="Asked")
    talk(bruno, anna, title="Talk", words="t")
    opened(bruno, title="His")

    def titles(name, actor=anna):
        return {row.title for row in thread_rows(actor, PUBLIC, filter=name)}

    assert titles("questions") == titles("unanswered") == {"Asked"}
    assert titles("mine") == {"Asked", "Talk"}
    assert titles("unread", bruno) == {"Asked", "Talk"}
    post = answer(actor=bruno, thread=asked, source="So", now=NOW)
    accept_answer(actor=anna, thread=asked, post=post, now=NOW)
    assert titles("unanswered") == set()


def test_figures_of_a_place(region, anna, bruno):
    thread = opened(anna, kind="question")
    post = answer(actor=bruno, thread=thread, source="So", now=NOW + timedelta(hours=2))
    accept_answer(actor=anna, thread=thread, post=post, now=NOW)
    opened(bruno, title="Nobody")
    found = figures_of("hall", [1, 2], NOW, NOW + timedelta(days=1))
    assert (found[1].threads, found[1].posts, found[1].authors) == (2, 3, 2)
    assert (found[1].questions, found[1].answered, found[1].unanswered) == (1, 1, 1)
    assert found[1].first_reply == timedelta(hours=2)
    assert (found[2].threads, found[2].first_reply) == (0, None)


def test_platform_sees_lines_of_everything(region, anna):
    thread = opened(anna, INNER)
    assert thread.pk in thread_lines(PLATFORM, [thread.pk])
