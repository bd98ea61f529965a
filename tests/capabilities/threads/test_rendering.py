# SPDX-License-Identifier: EUPL-1.2
import pytest
from django.utils.translation import override

from filanda.capabilities.threads.actions import answer, delete_post
from filanda.capabilities.threads.models import Mention
from filanda.capabilities.threads.queries import people_named
from filanda.capabilities.threads.rendering import finished, plain, plain_of, preview_html, render
from filanda.directory.people.models import Block, Person, Visibility
from filanda.kernel.identity.actors import VISITOR
from tests.capabilities.threads.halls import INNER, NOW, PUBLIC, act, somebody
from tests.capabilities.threads.test_writing import opened

pytestmark = pytest.mark.django_db


def handle(actor) -> str:
    person = Person.objects.get(account=actor.account_id)
    return f"@{person.slug}-{person.pk}"


def html(source: str, actor=VISITOR, audience="public") -> str:
    return render(source, actor=actor, audience=audience).html


def test_tables_strikes_code_and_addresses(region):
    assert "<th>a</th>" in html("|a|\n|-|\n|b|")
    assert html("~~no~~") == "<p><s>no</s></p>\n"
    assert html("```py\na < b\n```") == "<pre><code>a &lt; b\n</code></pre>\n"
    assert html("See https://a.example/x.") == (
        '<p>See <a href="https://a.example/x" rel="nofollow ugc noopener">https://a.example/x</a>.</p>\n'
    )


def test_headings_stand_below_those_of_the_page(region):
    assert html("# a\n## b\n### c\n###### d") == "<h3>a</h3>\n<h4>b</h4>\n<h5>c</h5>\n<h6>d</h6>\n"


def test_mention_is_stored_without_name_and_shown_with_the_present_one(region, anna, bruno):
    thread = opened(anna)
    post = answer(actor=anna, thread=thread, source=f"Ask {handle(bruno)}.", now=NOW)
    assert [mention.account_id for mention in Mention.objects.all()] == [bruno.account_id]
    assert "runo" not in post.html
    Person.objects.filter(account=bruno.account_id).update(name="Bruno Bianchi")
    shown = finished(anna, [post.html])[0]
    assert "@Bruno Bianchi</a>" in shown


def test_mention_is_nameless_for_those_who_may_not_know_the_person(region, anna, bruno):
    Person.objects.filter(account=bruno.account_id).update(listing=Visibility.MEMBERS)
    post = answer(actor=anna, thread=opened(anna), source=f"Ask {handle(bruno)}.", now=NOW)
    with override("en"):
        assert finished(VISITOR, [post.html])[0] == '<p>Ask <span class="mention">@a member</span>.</p>\n'
    assert "runo" not in plain(post.source)


def test_only_readers_of_the_thread_are_named(region, anna, bruno, stranger):
    inner = opened(anna, INNER, source=f"{handle(stranger)} and {handle(bruno)}")
    assert {mention.account_id for mention in Mention.objects.filter(post__thread=inner)} == {bruno.account_id}
    assert f"{handle(stranger)} and" in inner.posts.get().html


def test_who_has_blocked_the_writer_is_not_named(region, anna, bruno):
    Block.objects.create(region=region, blocker_id=bruno.account_id, blocked_id=anna.account_id)
    opened(anna, source=f"{handle(bruno)}!")
    assert not Mention.objects.exists()


@pytest.mark.parametrize(
    "text", ["a{0}", "x@y{0}", "`{0}`", "https://a.example/{0}", "[{0}](http://a.example)", "{0}x"]
)
def test_handle_within_something_else_is_none(region, anna, bruno, text):
    opened(anna, source=text.format(handle(bruno)))
    assert not Mention.objects.exists()


def test_people_named_are_found_by_their_beginnings_among_readers(region, anna, bruno, mara, stranger):
    found = people_named(anna, PUBLIC, "br ne")
    assert [(one.name, f"@{one.handle}") for one in found] == [("Bruno Neri", handle(bruno))]
    assert [one.name for one in people_named(anna, INNER, "sara")] == []
    assert [one.name for one in people_named(anna, PUBLIC, "sara")] == ["Sara Estranea"]
    assert people_named(VISITOR, PUBLIC, "bruno") == []
    assert people_named(anna, PUBLIC, " % ") == []


def test_preview_of_a_thing_shows_only_what_its_reader_sees(region, anna, bruno, stranger, django_assert_num_queries):
    from filanda.spaces.models import Space

    space = Space.objects.create(region=region, slug="secret-group", names={"en": "Weavers"}, openness="private")
    address = f"/en/communities/{space.slug}/"
    post = opened(anna, source=f"See https://test.example{address}").posts.get()
    assert "Weavers" not in post.html
    shown = finished(stranger, [post.html])[0]
    assert "Weavers" not in shown
    assert f'href="https://test.example{address}"' in shown


def test_own_words_of_a_link_stay(region, anna):
    source = "[what we said](https://test.example/en/nothing-here/)"
    assert "what we said</a>" in preview_html(anna, PUBLIC, source)


def test_finishing_costs_the_same_for_one_and_many(region, anna, bruno, django_assert_num_queries):
    others = [act(somebody(region, f"Person Number{n}")) for n in range(3)]
    posts = [render(f"Ask {handle(one)}", actor=anna, audience="public").html for one in others]
    with django_assert_num_queries(0):
        finished(anna, ["<p>none</p>"] * 3)
    for many in (posts[:1], posts):
        with django_assert_num_queries(1):
            finished(anna, many)


def test_words_are_cut_between_words(region):
    assert plain("**One** two [three](http://a) `four`\n\n- five", 22) == "One two three four…"


def test_deleted_post_leaves_no_mention(region, anna, bruno):
    post = answer(actor=anna, thread=opened(anna), source=f"Ask {handle(bruno)}.", now=NOW)
    delete_post(actor=anna, post=post, now=NOW)
    assert not Mention.objects.exists()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("# Silk & *wool*\n\n- warp\n- weft", "Silk & wool warp weft"),
        ("a  \nb\n\n***\n\nc<d, \"e\" > f", 'a b c<d, "e" > f'),
        ("|a|b|\n|-|-|\n|c|d|", "a b c d"),
        ("[a > b](https://x.example/?q=%3E \"1 > 0\")", "a > b"),
        ("```\n<b>bold</b>\n```", "<b>bold</b>"),
        ("See https://a.example/x now", "See https://a.example/x now"),
    ],
)  # fmt: skip
def test_the_words_of_stored_html(region, source, words):
    assert plain_of(html(source)) == words


def test_the_words_of_stored_html_name_nobody(region, anna, bruno):
    assert plain_of(html(f"Ask {handle(bruno)}, please.", anna)) == "Ask @…, please."
