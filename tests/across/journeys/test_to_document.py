# SPDX-License-Identifier: EUPL-1.2
"""A discussion becomes a document: by whom, with whose names, and both lead to each other."""

from __future__ import annotations

import pytest
from django.utils.timezone import now
from tests.signing import sign_in
from tests.spaces.making import a_person, act, make_space, staff

from filanda.across.journeys.actions import documents_of
from filanda.across.journeys.models import Journey
from filanda.capabilities.threads.actions import answer, open_thread
from filanda.components.documents.models import Document

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


def test_a_page_with_names_and_links_both_ways(client, world):
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
    assert "Mia *Member*" in document.html
    assert "Ugo Manager" in document.html
    assert f"/discussions/{thread.pk}/" in document.html
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
