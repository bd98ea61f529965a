# SPDX-License-Identifier: EUPL-1.2
"""The list, a thread, how far somebody has read: what each reader sees, and what it costs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from filanda.capabilities.threads import actions as talking
from filanda.capabilities.threads.models import Post, ReadPosition, Thread
from filanda.directory.people.models import Person
from filanda.kernel.manifests import things
from filanda.spaces.models import Openness, Pin
from tests.spaces.making import a_person, act, make_space
from tests.spaces.making import enter as let_in


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


def titles(response) -> list[str]:
    return re.findall(r'<h2><a href="[^"]*"[^>]*>([^<]*)</a></h2>', response.content.decode())


def queries(client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        response = client.get(path)
    assert response.status_code == 200, path
    return len(asked)


def test_a_visitor_reads_an_open_community(world, enter):
    thread = world.open(world.anna)
    world.say(world.sara, thread, "Take the **blue** one.")
    visitor = enter(None)
    assert titles(visitor.get(world.root)) == ["Which sensor lasts a winter?"]
    page = visitor.get(world.url(thread))
    assert "<strong>blue</strong>" in page.content.decode()
    assert "Sara Neri" in text_of(page)
    assert 'name="source"' not in page.content.decode()
    assert "Sign in to answer" in text_of(page)


def test_the_name_of_somebody_who_shows_it_to_members_only_stays_with_members(world, enter, region):
    quiet = a_person(region, "Ida Segreta", listing="members")
    let_in(world.space, quiet)
    thread = world.open(quiet)
    assert "Ida Segreta" not in text_of(enter(None).get(world.url(thread)))
    assert "A member" in text_of(enter(None).get(world.url(thread)))
    assert "Ida Segreta" in text_of(enter(world.anna).get(world.url(thread)))


@pytest.mark.parametrize("openness", [Openness.RESTRICTED, Openness.PRIVATE])
def test_a_closed_community_is_read_by_its_members_alone(world, enter, region, openness):
    inside = make_space(region, "Closed", openness=openness, members=[world.anna])
    thread = world.open(world.anna, "Our secret plan", space=inside)
    post = world.say(world.anna, thread, "The plan itself")
    root = f"/en/communities/{inside.slug}/discussions/"
    paths = [root, f"{root}{thread.pk}/our-secret-plan/", f"{root}{thread.pk}/p/{post.number}/", f"{root}{thread.pk}/"]
    for who in (None, world.dora, world.bruno):
        for path in paths:
            response = enter(who).get(path)
            assert response.status_code in (404, 302, 403), (who, path)
            assert "secret plan" not in text_of(response).lower()
    assert [enter(world.anna).get(path).status_code for path in paths] == [200, 200, 302, 302]


def test_a_thread_is_not_read_through_another_community(world, enter, region):
    inside = make_space(region, "Closed", openness=Openness.PRIVATE, members=[world.anna])
    thread = world.open(world.anna, "Our secret plan", space=inside)
    path = f"{world.root}{thread.pk}/our-secret-plan/"
    for who in (None, world.sara, world.bruno):
        assert enter(who).get(path).status_code == 404
    assert (
        enter(world.anna).get(path).headers["Location"]
        == f"/en/communities/closed/discussions/{thread.pk}/our-secret-plan/"
    )


def test_an_old_address_leads_to_the_new_title(world, enter):
    thread = world.open(world.anna)
    response = enter(None).get(f"{world.root}{thread.pk}/some-old-words/?page=1")
    assert response.status_code == 301
    assert response.headers["Location"] == f"{world.url(thread)}?page=1"


def test_a_title_like_an_address_of_ours_is_reached(world, enter):
    thread = world.open(world.anna, "Order")
    assert enter(None).get(world.url(thread)).status_code == 200


def test_pages_and_addresses_of_posts(world, enter):
    thread = world.open(world.anna)
    for _time in range(24):
        world.say(world.sara, thread)
    visitor = enter(None)
    assert visitor.get(world.url(thread)).content.count(b"<article") == 20
    assert visitor.get(f"{world.url(thread)}?page=2").content.count(b"<article") == 5
    assert visitor.get(f"{world.url(thread)}?page=99").content.count(b"<article") == 5
    there = visitor.get(f"{world.root}{thread.pk}/p/23/").headers["Location"]
    assert there == f"{world.url(thread)}?page=2#post-23"
    assert visitor.get(f"{world.root}{thread.pk}/p/99/").status_code == 404


def test_what_is_new_since_the_last_visit(world, enter):
    thread = world.open(world.anna)
    for _time in range(22):
        world.say(world.anna, thread)
    reader = enter(world.sara)
    first = reader.get(world.url(thread)).content.decode()
    assert "New since your last visit" not in first
    assert ReadPosition.objects.get(account=world.sara).number == 20
    assert reader.get(f"{world.root}{thread.pk}/unread/").headers["Location"].endswith("?page=2#post-21")
    second = reader.get(f"{world.url(thread)}?page=2").content.decode()
    assert second.index("New since your last visit") < second.index('id="post-21"')
    assert ReadPosition.objects.get(account=world.sara).number == 23
    reader.get(world.url(thread))
    assert ReadPosition.objects.get(account=world.sara).number == 23


def test_looking_with_head_reads_nothing(world, enter):
    thread = world.open(world.anna)
    assert enter(world.sara).head(world.url(thread)).status_code == 200
    assert not ReadPosition.objects.filter(account=world.sara).exists()


def test_the_list_chooses(world, enter):
    told = world.open(world.anna, "Something told")
    asked = world.open(world.sara, "Something asked", kind="question")
    solved = world.open(world.anna, "Something solved", kind="question")
    answer = world.say(world.sara, solved)
    talking.accept_answer(actor=act(world.anna), thread=solved, post=answer, now=world.tick())
    talking.pin_thread(actor=act(world.carlo), thread=told, is_on=True, now=world.tick())
    client = enter(world.anna)

    def listed(show: str) -> list[str]:
        return titles(client.get(f"{world.root}?show={show}"))

    assert listed("") == [told.title, solved.title, asked.title]
    assert listed("questions") == [solved.title, asked.title]
    assert listed("unanswered") == [asked.title]
    assert listed("mine") == [told.title, solved.title]
    client.get(world.url(solved))
    world.say(world.sara, solved, "One more thing")
    assert listed("unread") == [solved.title, asked.title]
    talking.mark_all_read(actor=act(world.anna), place=("space", world.space.pk), now=now())
    assert listed("unread") == []
    assert "Question, answered" in text_of(client.get(world.root))


def test_mark_all_as_read(world, enter):
    thread = world.open(world.anna)
    client = enter(world.sara)
    assert client.post(f"{world.root}all-read/").status_code == 302
    assert ReadPosition.objects.get(account=world.sara, thread=thread).number == 1
    assert enter(None).post(f"{world.root}all-read/").status_code in (302, 403)
    assert client.get(f"{world.root}all-read/").status_code == 405


def test_the_same_queries_for_one_and_for_many(world, enter):
    one = world.open(world.anna)
    world.say(world.sara, one)
    clients = {"visitor": enter(None), "member": enter(world.sara), "keeper": enter(world.carlo)}
    paths = {"list": world.root, "thread": world.url(one)}
    for client in clients.values():  # visits are noted, sessions are fresh
        for path in paths.values():
            client.get(path)
    few = {(who, what): queries(client, path) for who, client in clients.items() for what, path in paths.items()}
    for number in range(6):
        more = world.open(world.sara, f"Another one, {number}", kind="question")
        world.say(world.carlo, more, f"And an answer, {number}")
        post = world.say(world.anna, one, f"Once more, {number}", reply_to=world.made[0])
        talking.react(actor=act(world.sara), post=post, name="thanks", is_on=True, now=world.tick())
    for client in clients.values():
        for path in paths.values():
            client.get(path)
    many = {(who, what): queries(client, path) for who, client in clients.items() for what, path in paths.items()}
    assert many == few
    assert max(count for (who, _what), count in few.items() if who == "visitor") <= 8
    assert max(few.values()) <= 16


def test_versions_of_a_post_with_what_changed(world, enter):
    thread = world.open(world.anna, source="The old wool is warm.")
    post = thread.posts.get(number=1)
    talking.edit_post(actor=act(world.anna), post=post, source="The new wool is warm.", version=1, now=world.tick())
    path = f"{world.root}{thread.pk}/p/1/history/"
    page = enter(None).get(path).content.decode()
    assert "<del>old</del>" in page
    assert "<ins>new</ins>" in page
    talking.delete_post(actor=act(world.anna), post=post, now=world.tick())
    assert enter(None).get(path).status_code == 404


def test_deleted_held_and_hidden_posts(world, enter):
    world.space.settings = {"holds_first_posts": 1}
    world.space.save()
    thread = world.open(world.carlo)
    held = world.say(world.anna, thread, "Words that wait")
    gone = world.say(world.bruno, thread, "Words that go")
    talking.delete_post(actor=act(world.bruno), post=gone, now=world.tick())
    path = world.url(thread)
    for who, sees in ((None, False), (world.sara, False), (world.anna, True), (world.carlo, True)):
        page = text_of(enter(who).get(path))
        assert ("Words that wait" in page) is sees, who
        assert "Words that go" not in page
        assert "deleted by its author" in page
    assert enter(world.sara).get(f"{world.root}{thread.pk}/p/{held.number}/").status_code == 404
    shown = enter(world.carlo).post(f"{world.root}{thread.pk}/p/{held.number}/release/")
    assert shown.status_code == 302
    assert "Words that wait" in text_of(enter(None).get(path))


def test_texts_in_another_language_say_so(world, enter):
    italian = "Abbiamo provato tre sensori diversi durante l'inverno e soltanto uno ha funzionato fino a primavera."
    thread = world.open(world.anna, "Sensori per l'inverno", source=italian)
    assert thread.language == "it"
    assert '<div class="post-text js-text" lang="it">' in enter(None).get(world.url(thread)).content.decode()


def test_follow_mute_and_bookmark(world, enter):
    from filanda.capabilities.follows.models import Bookmark, Follow

    thread = world.open(world.anna)
    client = enter(world.sara)
    base = f"{world.root}{thread.pk}/"
    assert client.post(f"{base}follow/", {"level": "muted"}).status_code == 302
    assert Follow.objects.get(account=world.sara).level == "muted"
    assert client.post(f"{base}follow/", {"level": ""}).status_code == 302
    assert not Follow.objects.filter(account=world.sara).exists()
    assert client.post(f"{base}bookmark/", {"on": "1"}).status_code == 302
    assert Bookmark.objects.filter(account=world.sara).count() == 1
    part = client.post(f"{base}bookmark/", {"on": "0"}, headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert b"<html" not in part.content
    assert client.post(f"{base}follow/", {"level": "adored"}).status_code == 404
    assert enter(None).post(f"{base}bookmark/", {"on": "1"}).status_code in (302, 403)


def test_the_posts_of_visitors_are_kept_until_something_changes(world, enter):
    thread = world.open(world.anna)
    visitor = enter(None)
    visitor.get(world.url(thread))
    with CaptureQueriesContext(connection) as asked:
        visitor.get(world.url(thread))
    assert not any(
        "threads_post" in one["sql"] and "threads_thread" not in one["sql"] for one in asked.captured_queries
    )
    world.say(world.sara, thread, "Quite fresh words")
    assert "Quite fresh words" in text_of(visitor.get(world.url(thread)))
    post = thread.posts.get(number=2)
    talking.edit_post(actor=act(world.sara), post=post, source="Other words", version=1, now=world.tick())
    assert "Quite fresh words" not in text_of(visitor.get(world.url(thread)))


def test_what_stands_on_the_home_of_the_space(world):
    from filanda.components.discussions.happening import tasks
    from filanda.spaces.homes import news_of

    thread = world.open(world.anna, kind="question")
    lines = [line for _name, line in news_of(act(world.sara), world.space, None, 5)]
    assert [(line.kind, line.id, line.title, line.author_name) for line in lines] == [
        ("thread", thread.pk, thread.title, "Anna Conti")
    ]
    assert news_of(act(world.sara), world.space, world.at + timedelta(hours=1), 5) == []
    assert list(tasks(world.space, world.at + timedelta(days=1))) == []
    (task,) = tasks(world.space, world.at + timedelta(days=3))
    assert task.count == 1
    assert (task.url_name, task.url_args[1]) == ("discussions:thread", thread.pk)
    world.say(world.sara, thread)
    assert list(tasks(world.space, world.at + timedelta(days=3))) == []


def test_threads_follow_their_space_when_it_closes(world, enter):
    from django.db import transaction

    from filanda.components.discussions.steps import follow_audience

    thread = world.open(world.anna)
    world.space.openness = Openness.RESTRICTED
    world.space.save()
    with transaction.atomic():
        follow_audience(world.space)
    assert Thread.objects.get(pk=thread.pk).audience == f"space:{world.space.pk}"
    assert enter(None).get(world.url(thread)).status_code != 200
    assert enter(world.anna).get(world.url(thread)).status_code == 200
    assert Post.objects.visible_to(act(world.dora)).filter(thread=thread).count() == 0


def test_search_inside_the_community(world, enter, region, indexed):
    inside = make_space(region, "Closed", openness=Openness.PRIVATE, members=[world.anna])
    world.open(world.anna, "Secret sensors", source="Capacitive humidity sensors, hidden.", space=inside)
    thread = world.open(world.anna, "Which one lasts?", source="Something about winter & snow.")
    world.say(world.sara, thread, "Nothing to the point.")
    world.say(world.carlo, thread, "We measured with capacitive humidity sensors <b>for years</b> & were content.")
    world.open(world.sara, "Another thread", source="Wool, silk and flax.")
    indexed()
    page = enter(None).get(f"{world.root}?q=humidity+sensor")
    html = page.content.decode()
    assert "One place with" in text_of(page)
    assert "<mark>humidity</mark>" in html
    assert "<mark>sensors</mark>" in html
    assert f"{world.root}{thread.pk}/p/3/" in html
    assert "hidden" not in text_of(page)
    assert "Nothing found" in text_of(enter(None).get(f"{world.root}?q=zzyzx"))
    root = f"/en/communities/{inside.slug}/discussions/"
    assert "Secret" in text_of(enter(world.anna).get(f"{root}?q=humidity"))
    assert enter(world.sara).get(f"{root}?q=humidity").status_code == 404


def test_what_visitors_searched_is_kept_until_a_thread_of_it_changes(world, enter, indexed):
    thread = world.open(world.anna, "Which one lasts?", source="Looms of the brand Zyzzyva.")
    other = world.open(world.anna, "Something else", source="The Zyzzyva again.")
    indexed()
    visitor, path = enter(None), f"{world.root}?q=zyzzyva"
    assert "Which one lasts?" in text_of(visitor.get(path))
    assert queries(visitor, path) == 3
    assert queries(visitor, f"{world.root}?q=zyzzyvas") > 3
    with transaction.atomic():
        things()["thread"].enforcement.hide(act(world.carlo), thread.pk, world.tick())
    assert "Which one lasts?" not in text_of(visitor.get(path))
    assert other.title in text_of(visitor.get(path))
    world.space.openness = Openness.PRIVATE
    world.space.save()
    assert visitor.get(path).status_code == 404


def test_what_is_kept_for_visitors_is_theirs_alone_and_goes_at_once(world, enter, region):
    quiet = a_person(region, "Ida Segreta", listing="members")
    let_in(world.space, quiet)
    thread = world.open(quiet, "Which loom is quiet?")
    home = f"/en/communities/{world.space.slug}/"
    visitor, member = enter(None), enter(world.anna)
    for path in (world.root, home):
        assert "Which loom is quiet?" in text_of(visitor.get(path))
        kept = queries(visitor, path)
        assert kept <= 3, path
        assert "Ida Segreta" not in text_of(visitor.get(path))
        assert "Ida Segreta" in text_of(member.get(path))
        assert "Ida Segreta" not in text_of(visitor.get(path))
        assert (
            f'href="/it/communities/{world.space.slug}/' in visitor.get(path.replace("/en/", "/it/")).content.decode()
        )
        assert (
            f'href="/it/communities/{world.space.slug}/disc' not in visitor.get(path).content.decode().split("<main")[1]
        )
    talking.rename_thread(actor=act(world.carlo), thread=thread, title="Which loom is still?", now=world.tick())
    assert titles(visitor.get(world.root)) == ["Which loom is still?"]
    assert "Which loom is still?" in text_of(visitor.get(home))
    world.space.openness = Openness.PRIVATE
    world.space.save()
    for path in (world.root, home):
        assert visitor.get(path).status_code == 404
        assert member.get(path).status_code == 200


@pytest.mark.parametrize("way", ["listing", "hidden", "leaving", "name", "erased"])
def test_who_hides_is_named_on_no_kept_page_from_then_on(world, enter, region, way):
    """Whatever wrote it: no event is recorded here, so nothing but the people themselves tells that they changed."""
    ida = a_person(region, "Ida Filatrice", listing="public")
    let_in(world.space, ida)
    thread = world.open(ida, "Which loom is quiet?")
    world.say(world.anna, thread, f"Ask @ida-{Person.objects.get(account=ida).pk}, who knows.")
    about_ida = world.open(world.sara, "Whom to ask?")
    world.say(world.sara, about_ida, f"Ask @ida-{Person.objects.get(account=ida).pk}, who knows.")
    Pin.objects.create(region=region, space=world.space, thing_kind="thread", thing_id=thread.pk)
    home = f"/en/communities/{world.space.slug}/"
    paths = (home, world.root, world.url(thread), world.url(about_ida))
    visitor = enter(None)
    for path in paths:
        assert "Ida Filatrice" in text_of(visitor.get(path))
        before = queries(visitor, path)
        assert before <= 5  # kept
    changes = {
        "listing": {"listing": "members"},
        "hidden": {"hidden_at": world.at},
        "leaving": {"leaving_at": world.at},
        "name": {"name": "Ada Tessitrice"},
        "erased": {"erased_at": world.at, "name": "", "account": None},
    }
    Person.objects.filter(account=ida).update(**changes[way])
    for path in paths:
        page = text_of(visitor.get(path))
        assert "Ida Filatrice" not in page
        assert ("Ada Tessitrice" in page) == (way == "name")


def test_a_page_that_shows_a_thing_is_not_kept(world, enter, region):
    other = make_space(region, "Wool", members=[world.anna])
    there = world.open(world.anna, "What wool is for", space=other)
    address = f"https://test.example/en/communities/{other.slug}/discussions/{there.pk}/what-wool-is-for/"
    thread = world.open(world.anna, "See there")
    world.say(world.sara, thread, f"Look:\n\n{address}")
    visitor = enter(None)
    assert "What wool is for" in text_of(visitor.get(world.url(thread)))
    Thread.objects.filter(pk=there.pk).update(audience=f"space:{other.pk}")
    assert "What wool is for" not in text_of(visitor.get(world.url(thread)))


def test_a_hidden_thread_leaves_the_kept_pages_at_once(world, enter):
    thread = world.open(world.anna, "Buy our looms")
    other = world.open(world.sara, "Another thing")
    home = f"/en/communities/{world.space.slug}/"
    visitor = enter(None)
    for path in (world.root, home, world.url(thread)):
        assert "Buy our looms" in text_of(visitor.get(path))
    with transaction.atomic():
        things()["thread"].enforcement.hide(act(world.carlo), thread.pk, world.tick())
    assert titles(visitor.get(world.root)) == [other.title]
    assert "Buy our looms" not in text_of(visitor.get(home))
    assert visitor.get(world.url(thread)).status_code == 404
    assert "Buy our looms" in text_of(enter(world.anna).get(world.root))


def test_a_member_pays_for_a_thread_once(world, enter):
    thread = world.open(world.anna)
    world.say(world.anna, thread)
    clients = {None: 6, world.sara: 14}
    for who, most in clients.items():
        client = enter(who)
        client.get(world.url(thread))
        assert queries(client, world.url(thread)) <= most
