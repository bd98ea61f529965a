# SPDX-License-Identifier: EUPL-1.2
"""Starting, answering, editing, reacting, drafts: nothing is lost, nothing is doubled, nobody writes who may not."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from filanda.capabilities.threads import actions as talking
from filanda.capabilities.threads.models import Draft, Post, Reaction, Thread
from filanda.spaces.models import Membership, MembershipState, Openness
from tests.components.discussions.test_reading import text_of
from tests.spaces.making import act, make_space
from tests.spaces.making import enter as let_in

HTMX = {"HX-Request": "true"}
KEY = "abcdefgh12345678"


@pytest.fixture(autouse=True)
def _files_apart(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "files": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


def typed(response) -> str:
    found = re.search(r'name="source"[^>]*>\n(.*?)</textarea>', response.content.decode(), re.S)
    assert found is not None
    return found[1]


def test_start_a_discussion(world, enter):
    client = enter(world.anna)
    assert client.get(f"{world.root}new/").status_code == 200
    form = {"title": "  A  winter ", "source": "Cold & *long*", "kind": "question", "key": KEY}
    response = client.post(f"{world.root}new/", form)
    thread = Thread.objects.get()
    assert response.headers["Location"] == world.url(thread)
    assert (thread.title, thread.kind, thread.posts_count) == ("A winter", "question", 1)
    client.post(f"{world.root}new/", form)
    assert Thread.objects.count() == 1


def test_what_is_missing_is_said_and_nothing_typed_is_lost(world, enter):
    client = enter(world.anna)
    response = client.post(f"{world.root}new/", {"title": "", "source": "My <b>long</b> text", "key": KEY})
    assert response.status_code == 422
    assert "Give it a title" in text_of(response)
    assert typed(response) == "My &lt;b&gt;long&lt;/b&gt; text"
    assert f'value="{KEY}"' in response.content.decode()
    response = client.post(f"{world.root}new/", {"title": "x" * 300, "source": " "})
    assert "Write something first." in text_of(response)
    assert "300 characters" in text_of(response)
    assert not Thread.objects.exists()


@pytest.mark.parametrize("source", ["x" * 40_001, "\x00", "   \n "])
def test_texts_that_cannot_be(world, enter, source):
    thread = world.open(world.anna)
    response = enter(world.sara).post(f"{world.root}{thread.pk}/answer/", {"source": source})
    assert response.status_code == 422
    assert Post.objects.count() == 1


def test_too_many_links_of_a_newcomer_are_told_beside_their_words(world, enter):
    words = "Look at https://a.example https://b.example https://c.example https://d.example"
    client = enter(world.anna)
    response = client.post(f"{world.root}new/", {"title": "Looms", "source": words, "key": KEY})
    assert (response.status_code, typed(response)) == (422, words)
    assert re.search(r'id="source-error">[^<]*may hold 3 links', response.content.decode())


def test_answer_twice_with_one_key_is_one_answer(world, enter):
    thread = world.open(world.anna)
    client = enter(world.sara)
    path = f"{world.root}{thread.pk}/answer/"
    first = client.post(path, {"source": "The blue one", "key": KEY})
    assert first.headers["Location"] == f"{world.url(thread)}#post-2"
    assert client.post(path, {"source": "The blue one", "key": KEY}).status_code == 302
    assert Post.objects.filter(thread=thread).count() == 2


def test_answer_without_a_reload_brings_what_others_wrote_too(world, enter):
    thread = world.open(world.anna)
    world.say(world.carlo, thread, "Faster words")
    response = enter(world.sara).post(
        f"{world.root}{thread.pk}/answer/", {"source": "Mine", "key": KEY, "last": "1"}, headers=HTMX
    )
    page = response.content.decode()
    assert response.status_code == 200
    assert "<html" not in page
    assert page.index('id="post-2"') < page.index('id="post-3"') < page.index('id="composer"')
    assert typed(response) == ""
    assert KEY not in page


def test_answer_from_an_early_page_goes_to_the_last(world, enter):
    thread = world.open(world.anna)
    for _time in range(20):
        world.say(world.carlo, thread)
    response = enter(world.sara).post(
        f"{world.root}{thread.pk}/answer/", {"source": "Mine", "key": KEY, "last": "20"}, headers=HTMX
    )
    assert response.headers["HX-Redirect"].endswith("?page=2#post-22")


def test_a_wrong_answer_comes_back_as_the_form(world, enter):
    thread = world.open(world.anna)
    response = enter(world.sara).post(f"{world.root}{thread.pk}/answer/", {"source": "x" * 40_001}, headers=HTMX)
    assert response.status_code == 422
    assert len(typed(response)) == 40_001
    assert b"<html" not in response.content


def test_a_preview_without_scripts(world, enter):
    thread = world.open(world.anna)
    response = enter(world.sara).post(f"{world.root}{thread.pk}/answer/", {"source": "So **bold**", "preview": "1"})
    assert response.status_code == 200
    assert "<strong>bold</strong>" in response.content.decode()
    assert typed(response) == "So **bold**"
    assert Post.objects.count() == 1


def test_a_preview_in_place_is_harmless(world, enter):
    response = enter(world.anna).post(f"{world.root}preview/", {"source": "<script>alert(1)</script> **b**"})
    page = response.content.decode()
    assert "<script" not in page
    assert "<strong>b</strong>" in page


def test_answer_to_a_post_with_a_quote(world, enter):
    thread = world.open(world.anna, source="First line\n\n> older\n\nSecond line")
    page = enter(world.sara).get(f"{world.root}{thread.pk}/answer/?quote=1")
    assert typed(page).startswith("&gt; **Anna Conti** (#1):\n&gt;\n&gt; First line")
    assert "older" not in typed(page)
    enter(world.sara).post(f"{world.root}{thread.pk}/answer/", {"source": "Well", "reply_to": "1", "key": KEY})
    assert Post.objects.get(number=2).reply_to == Post.objects.get(number=1)
    assert "to Anna Conti, #1" in text_of(enter(None).get(world.url(thread)))


def test_who_is_no_member_joins_with_the_same_tap(world, enter):
    thread = world.open(world.anna)
    client = enter(world.dora)
    assert "Join and answer" in text_of(client.get(world.url(thread)))
    path = f"{world.root}{thread.pk}/answer/"
    client.post(path, {"source": "Hello", "key": KEY, "join": "1"})
    assert Membership.objects.get(account=world.dora).state == MembershipState.ACTIVE
    assert Post.objects.get(number=2).author == world.dora


def test_who_does_not_join_writes_nothing(world, enter):
    thread = world.open(world.anna)
    response = enter(world.dora).post(f"{world.root}{thread.pk}/answer/", {"source": "My words", "key": KEY})
    assert response.status_code == 422
    assert typed(response) == "My words"
    assert not Membership.objects.filter(account=world.dora).exists()


def test_who_may_not_write(world, enter, region):
    from tests.spaces.making import a_person

    reader = a_person(region, "Rita Legge")
    let_in(world.space, reader, "space_reader")
    thread = world.open(world.anna)
    paths = [f"{world.root}new/", f"{world.root}{thread.pk}/answer/"]
    for path in paths:
        assert enter(None).post(path, {"source": "x", "title": "y"}).status_code == 302
        assert enter(reader).post(path, {"source": "x", "title": "y"}).status_code == 403
    assert Post.objects.count() == 1
    page = text_of(enter(reader).get(world.url(thread)))
    assert "You read here" in page


def test_a_closed_thread_says_why(world, enter):
    thread = world.open(world.anna)
    talking.close_thread(actor=act(world.carlo), thread=thread, reason="It is spring.", now=world.tick())
    client = enter(world.sara)
    page = client.get(world.url(thread))
    assert "It is spring." in text_of(page)
    assert b'name="source"' not in page.content
    response = client.post(f"{world.root}{thread.pk}/answer/", {"source": "Too late", "key": KEY})
    assert response.status_code == 422
    assert typed(response) == "Too late"
    assert "closed" in text_of(response)


def test_edit_and_a_conflict_that_shows_both(world, enter):
    thread = world.open(world.anna, source="Version one")
    client = enter(world.anna)
    path = f"{world.root}{thread.pk}/p/1/edit/"
    assert typed(client.get(path)) == "Version one"
    assert client.post(path, {"source": "Version two", "version": "1"}).status_code == 302
    clash = client.post(path, {"source": "Version three", "version": "1"})
    assert clash.status_code == 409
    assert typed(clash) == "Version three"
    assert re.search(r'id="theirs"[^>]*>\nVersion two<', clash.content.decode())
    assert 'name="version" value="2"' in clash.content.decode()
    assert client.post(path, {"source": "Both", "version": "2"}).status_code == 302
    assert Post.objects.get().source == "Both"


def test_nobody_edits_or_deletes_what_others_wrote(world, enter):
    thread = world.open(world.anna)
    for who in (world.sara, world.carlo, world.bruno, world.dora):
        for what in ("edit", "delete"):
            path = f"{world.root}{thread.pk}/p/1/{what}/"
            assert enter(who).get(path).status_code == 404
            assert enter(who).post(path, {"source": "Mine now", "version": "1"}).status_code == 404
    assert Post.objects.get().source.startswith("Ours gave up")


def test_delete_is_asked_first(world, enter):
    thread = world.open(world.anna)
    world.say(world.sara, thread, "Regrettable")
    client = enter(world.sara)
    path = f"{world.root}{thread.pk}/p/2/delete/"
    assert "Delete your post?" in text_of(client.get(path))
    assert Post.objects.get(number=2).state == "shown"
    assert client.post(path).status_code == 302
    assert Post.objects.get(number=2).state == "deleted"


def test_react_and_take_it_back(world, enter):
    thread = world.open(world.anna)
    client = enter(world.sara)
    path = f"{world.root}{thread.pk}/p/1/react/"
    assert client.post(path, {"react": "thanks:1"}).status_code == 302
    assert client.post(path, {"react": "thanks:1"}).status_code == 302
    assert Post.objects.get().reactions == {"thanks": 1}
    part = client.post(path, {"react": "thanks:0"}, headers=HTMX)
    assert b'aria-pressed="false"' in part.content
    assert b"<html" not in part.content
    assert not Reaction.objects.exists()
    assert client.post(path, {"react": "rage:1"}).status_code == 404
    assert enter(world.anna).post(path, {"react": "thanks:1"}).status_code == 403
    assert enter(None).post(path, {"react": "thanks:1"}).status_code in (302, 403)


def test_the_answer_that_helped(world, enter):
    thread = world.open(world.anna, kind="question")
    world.say(world.sara, thread, "The blue one")
    path = f"{world.root}{thread.pk}/accept/"
    assert enter(world.sara).post(path, {"post": "2"}).status_code == 403
    assert enter(world.anna).post(path, {"post": "2"}).status_code == 302
    page = enter(None).get(world.url(thread))
    assert "To the accepted answer, #2" in text_of(page)
    assert "Accepted answer" in text_of(page)
    assert enter(world.anna).post(path, {"post": "0"}).status_code == 302
    assert Thread.objects.get().answer is None
    assert enter(world.anna).post(path, {"post": "x"}).status_code == 404


def test_a_draft_comes_back(world, enter):
    thread = world.open(world.anna)
    client = enter(world.sara)
    draft = {"place": f"thread:{thread.pk}", "source": "Half a sen"}
    assert client.post(f"{world.root}draft/", draft).status_code == 204
    page = client.get(world.url(thread))
    assert typed(page) == "Half a sen"
    assert "Your draft is back" in text_of(page)
    assert typed(enter(world.carlo).get(world.url(thread))) == ""
    client.post(f"{world.root}{thread.pk}/answer/", {"source": "Half a sentence", "key": KEY})
    assert not Draft.objects.exists()
    client.post(f"{world.root}draft/", draft)
    client.post(f"{world.root}draft/", draft | {"source": ""})
    assert not Draft.objects.exists()
    assert client.post(f"{world.root}draft/", draft | {"place": "account:1"}).status_code == 404
    assert enter(None).post(f"{world.root}draft/", draft).status_code == 403


def test_whom_one_may_name(world, enter):
    names = enter(world.anna).get(f"{world.root}people/?q=sar").json()["people"]
    assert [one["name"] for one in names] == ["Sara Neri"]
    assert re.fullmatch(r"sara-neri-\d+", names[0]["handle"])
    assert enter(None).get(f"{world.root}people/?q=sar").status_code == 403
    thread = world.open(world.anna, source=f"Hello @{names[0]['handle']}, are you there?")
    assert "Sara Neri" in enter(None).get(world.url(thread)).content.decode()


def picture() -> SimpleUploadedFile:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(data, "PNG")
    return SimpleUploadedFile("field.png", data.getvalue(), "image/png")


def test_files_with_an_answer(world, enter):
    thread = world.open(world.anna)
    client = enter(world.sara)
    path = f"{world.root}{thread.pk}/answer/"
    assert client.post(path, {"source": "Look", "key": KEY, "files": [picture()]}).status_code == 302
    page = enter(None).get(world.url(thread)).content.decode()
    address = re.search(r'<li><a href="(/files/[^"]+)"><img', page)
    assert address is not None
    assert "field.png" in page
    assert enter(None).get(address[1]).status_code == 200
    odd = SimpleUploadedFile("run.exe", b"MZ\x90\x00 nothing good", "application/octet-stream")
    response = client.post(path, {"source": "And this", "files": [odd]})
    assert response.status_code == 422
    assert typed(response) == "And this"
    assert 'id="files-error"' in response.content.decode()


def test_files_of_a_closed_community_stay_inside(world, enter, region):
    inside = make_space(region, "Closed", openness=Openness.PRIVATE, members=[world.anna])
    thread = world.open(world.anna, "Secret", space=inside)
    client = enter(world.anna)
    root = f"/en/communities/{inside.slug}/discussions/"
    client.post(f"{root}{thread.pk}/answer/", {"source": "Look", "key": KEY, "files": [picture()]})
    page = client.get(f"{root}{thread.pk}/secret/").content.decode()
    address = re.search(r'<li><a href="(/files/[^"]+)"><img', page)
    assert address is not None
    assert client.get(address[1]).status_code == 200
    for who in (None, world.sara, world.bruno):
        assert enter(who).get(address[1]).status_code == 404


def test_hostile_words_do_no_harm(world, enter):
    hostile = (
        "<script>alert(1)</script>\n\n[x](javascript:alert(1)) <img src=x onerror=alert(1)>\n\n"
        '![a](data:text/html,1)\n\n[b](//evil.example "onmouseover=alert(1)")'
    )
    thread = world.open(world.anna, "<script>alert('title')</script>", source=hostile)
    page = enter(None).get(world.url(thread)).content.decode()
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert not re.search(r"<[^>]*\son\w+=", page[page.index("<article") :])


def test_who_fills_in_what_nobody_sees_waits_for_a_person_if_they_are_new(world, enter):
    """A program that fills in every field; a false alarm costs somebody a wait, and no words."""
    client = enter(world.anna)
    assert 'name="website"' in client.get(f"{world.root}new/").content.decode()
    thread = world.open(world.carlo)
    form = {"source": "Cheap watches for everybody", "key": KEY, "website": "https://watches.example"}
    client.post(f"{world.root}{thread.pk}/answer/", form)
    held = Post.objects.get(key=KEY)
    assert (held.state, held.source) == ("held", "Cheap watches for everybody")
    shown = client.get(f"{world.root}{thread.pk}/p/{held.number}/", follow=True)
    assert "Only you and the moderators see this yet" in text_of(shown)
    form = {"title": "Watches", "source": "Even cheaper ones here", "key": KEY[::-1], "website": "x"}
    client.post(f"{world.root}new/", form)
    assert Post.objects.get(key=KEY[::-1]).state == "held"
    assert enter(world.carlo).post(f"{world.root}{thread.pk}/p/{held.number}/release/").status_code == 302
    held.refresh_from_db()
    assert held.state == "shown"
