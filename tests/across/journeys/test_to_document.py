# SPDX-License-Identifier: EUPL-1.2
"""A discussion becomes a document: by whom, once, with nobody's name, and both lead to each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils.timezone import now
from tests.signing import sign_in
from tests.spaces.making import a_person, act, make_space, staff

from filanda.across.journeys.actions import documents_of, to_document
from filanda.across.journeys.models import Journey
from filanda.across.journeys.personal import collect, erase
from filanda.capabilities.files.steps import QuotaReached
from filanda.capabilities.threads.actions import answer, open_thread
from filanda.components.documents.actions import edit_page
from filanda.components.documents.models import Document
from filanda.directory.people.models import Person
from filanda.kernel.regions.scoped import in_region

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(region):
    ugo, mia = a_person(region, "Ugo Manager"), a_person(region, "Mia *Member*")
    space = make_space(region, "Silk", openness="restricted", managers=[ugo], members=[mia])
    thread = open_thread(
        actor=act(mia), place=("space", space.pk), title="Which [dye] holds?", source="We tried **madder**.", now=now()
    )
    answer(actor=act(ugo), thread=thread, source="Weld holds longer.", now=now())
    return ugo, mia, space, thread


def address(space, thread):
    return f"/en/communities/{space.slug}/discussions/{thread.pk}/to-document/"


def test_a_page_with_links_both_ways(client, world):
    ugo, mia, space, thread = world
    sign_in(client, ugo)
    page = client.get(address(space, thread))
    assert page.status_code == 200
    sent = {"title": "What we know of dyes", "post": ["1", "2"], "key": "one"}
    assert client.post(address(space, thread), sent).status_code == 302
    document = Document.objects.get()
    assert (document.space, document.kind, document.title) == (space, "page", "What we know of dyes")
    assert "madder" in document.html
    assert "Weld" in document.html
    for number in (1, 2):
        assert f"/discussions/{thread.pk}/p/{number}/" in document.html
    last = thread.posts.order_by("-number").first()
    assert f"/documents/{document.pk}/" in last.source
    assert Journey.objects.get().target_id == document.pk
    assert documents_of(act(mia), thread) == [document]


def test_only_chosen_posts_go_in_and_none_is_an_error(client, world):
    ugo, _mia, space, thread = world
    sign_in(client, ugo)
    wrong = client.post(address(space, thread), {"title": "Kept title", "key": "k"})
    assert wrong.status_code == 422
    assert b"Kept title" in wrong.content
    assert client.post(address(space, thread), {"title": " ", "post": "1", "key": "k"}).status_code == 422
    assert not Document.objects.exists()
    assert client.post(address(space, thread), {"title": "T", "post": "2", "key": "k"}).status_code == 302
    assert "madder" not in Document.objects.get().html


def test_who_may(client, region, world):
    _ugo, mia, space, thread = world
    expected = {mia: 403, a_person(region, "Noa Stranger"): 302, staff(region): 302}
    for account, status in expected.items():
        sign_in(client, account)
        assert client.get(address(space, thread)).status_code == status
        assert client.post(address(space, thread), {"title": "T", "post": "1"}).status_code == status
        client.logout()
    assert client.get(address(space, thread)).status_code == 302
    other = make_space(region, "Wool", managers=[_ugo])
    sign_in(client, _ugo)
    assert client.get(address(other, thread)).status_code == 404
    assert not Document.objects.exists()


def test_sent_twice_it_is_one_page_and_one_answer(client, world):
    ugo, _mia, space, thread = world
    sign_in(client, ugo)
    sent = {"title": "T", "post": "1", "key": "same"}
    first, second = (client.post(address(space, thread), sent) for _time in range(2))
    assert first.url == second.url
    assert (Document.objects.count(), Journey.objects.count(), thread.posts.count()) == (1, 1, 3)
    Document.objects.all().delete()
    assert client.post(address(space, thread), sent).status_code == 302
    assert Document.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_one_page(region, world):
    ugo, _mia, space, thread = world

    def make(_number):
        with in_region(region):
            made = to_document(
                actor=act(ugo), space=space, thread=thread, title="T", numbers=[1], key="same", now=now()
            )
            connection.close()
        return made.pk

    with ThreadPoolExecutor(4) as several:
        assert len(set(several.map(make, range(4)))) == 1
    assert (Document.objects.count(), thread.posts.count()) == (1, 3)


def test_a_page_without_room_leaves_nothing_behind(world):
    ugo, _mia, space, thread = world
    space.settings = {"documents_mb": 0}
    space.save()
    with pytest.raises(QuotaReached):
        to_document(actor=act(ugo), space=space, thread=thread, title="T", numbers=[1], key="k", now=now())
    assert not Journey.objects.exists()
    assert thread.posts.count() == 2


def test_nobody_is_named_and_who_is_erased_leaves_or_takes_their_words(region, world):
    ugo, mia, space, thread = world
    eva = a_person(region, "Eva Named")
    person = Person.objects.get(account=eva)
    said = answer(actor=act(mia), thread=thread, source=f"First words.\n\nThanks, @eva-named-{person.pk}!", now=now())
    document = to_document(
        actor=act(ugo), space=space, thread=thread, title="T", numbers=[1, 2, said.number], key="k", now=now()
    )
    for name in ("Mia", "Ugo", "eva", "[dye]"):
        assert name not in document.text
    edit_page(
        actor=act(ugo), document=document, source=f"{document.text}\n\nAdded later.", note="", version=1, now=now()
    )
    erase(mia, keeps=True)
    document.refresh_from_db()
    assert "We tried **madder**." in document.text
    erase(mia, keeps=False)
    document.refresh_from_db()
    sources = [document.text, document.html, *document.versions.values_list("source", flat=True)]
    assert len(sources) == 4
    for source in sources:
        for gone in ("madder", "First words", "Thanks"):
            assert gone not in source
        assert "Weld holds longer." in source
    assert "Added later." in document.text
    assert document.bytes_kept == sum(len(source.encode()) for source in sources[2:])


def test_what_is_kept_leaves_with_whoever_it_is_about(world):
    ugo, mia, space, thread = world
    document = to_document(actor=act(ugo), space=space, thread=thread, title="T", numbers=[1], key="k", now=now())
    assert [row["target_id"] for row in collect(ugo)["made-of-discussions.json"]] == [document.pk]
    assert [row["target_id"] for row in collect(mia)["quoted-in-documents.json"]] == [document.pk]
    erase(ugo, keeps=True)
    journey = Journey.objects.get()
    assert (journey.made_by, journey.key) == (None, "")
