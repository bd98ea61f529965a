# SPDX-License-Identifier: EUPL-1.2
"""The pages of what one is told and follows."""

from __future__ import annotations

import pytest
from django.utils.timezone import now

from filanda.capabilities.follows.models import Bookmark, Follow
from filanda.capabilities.notifications.models import Choice, Notification, Preferences
from filanda.capabilities.notifications.unsubscribing import unsubscribe_path
from filanda.kernel.regions.scoped import in_region
from tests.signing import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(notes, person, follow, client):
    """Ada, signed in, who has been told of one note."""
    account = person("ada")
    notes.write(1, "Loom <i>", [(account, "follow")])
    follow()
    sign_in(client, account)
    return account


def test_the_list_shows_what_one_was_told_and_the_header_counts_it(ada, client):
    page = client.get("/en/notifications/").content.decode()
    assert "There is a note: Loom &lt;i&gt;." in page
    assert 'data-unread="1"' in page
    assert client.get("/en/notifications/count/").json() == {"unread": 1}


def test_opening_one_leads_there_and_marks_it_read(ada, client):
    number = Notification.objects.get().pk
    answer = client.get(f"/en/notifications/{number}/")
    assert (answer.status_code, answer["Location"]) == (302, "/en/")
    assert client.get("/en/notifications/count/").json() == {"unread": 0}


def test_one_that_is_not_theirs_is_not_there(ada, client, person):
    number = Notification.objects.get().pk
    sign_in(client, person("bea"))
    assert client.get(f"/en/notifications/{number}/").status_code == 404
    assert "Loom" not in client.get("/en/notifications/").content.decode()
    assert client.get(f"/en/notifications/{2**70}/").status_code == 404


def test_one_whose_thing_has_closed_is_not_there_and_not_counted_again(ada, client, notes):
    notes.notes[1] = ("Loom", "space:9")
    assert "Loom" not in client.get("/en/notifications/").content.decode()
    assert client.get("/en/notifications/count/").json() == {"unread": 0}


def test_marking_all_as_read_leaves_what_came_later(ada, client, notes, follow):
    seen_until = now()
    notes.write(2, "Shuttle", [(ada, "follow")])
    follow()
    assert client.post("/en/notifications/read/", {"until": seen_until.isoformat()}).status_code == 302
    assert [row.thing_id for row in Notification.objects.unread()] == [2]
    assert client.post("/en/notifications/read/", {"until": "soon"}).status_code == 302


@pytest.mark.parametrize(
    "query", ["?kind=nonsense", "?before=x&id=y", "?before=2026-01-01T00:00:00%2B00:00&id=-3", "?only=unread"]
)
def test_clumsy_addresses_give_a_page(ada, client, query):
    assert client.get(f"/en/notifications/{query}").status_code == 200


def test_visitors_are_asked_to_sign_in(client, region):
    for path in ("notifications/", "notifications/choices/", "following/", "bookmarks/"):
        answer = client.get(f"/en/{path}")
        assert answer.status_code in (302, 403), path
    assert client.get("/en/notifications/count/").json() == {"unread": 0}


def test_choices_are_kept_and_wrong_ones_are_told(ada, client):
    good = {"c-0-threads": "weekly", "quiet_from": "22", "quiet_until": "7", "wants_mail": "1"}
    assert client.post("/en/notifications/choices/", good).status_code == 302
    assert Choice.objects.get().channel == "weekly"
    assert (Preferences.objects.get().quiet_from, Preferences.objects.get().no_mail_since) == (22, None)
    assert "Saved" in client.get("/en/notifications/choices/?saved").content.decode()
    for bad in (
        {"c-0-threads": "pigeon"},
        {"quiet_from": "25"},
        {"c-0-threads": ""},
        {"quiet_until": "²"},
        {"quiet_from": "9" * 5000},
    ):
        assert client.post("/en/notifications/choices/", {**good, **bad}).status_code == 422
    assert Choice.objects.get().channel == "weekly"


def test_no_mail_at_all(ada, client):
    client.post("/en/notifications/choices/", {"quiet_from": "0", "quiet_until": "0"})
    assert Preferences.objects.get().no_mail_since is not None


def test_a_link_ends_e_mails_without_signing_in_and_only_when_asked(notes, person, region, client):
    path = unsubscribe_path(person("ada"), region, kind="threads", channel="at_once").replace("/it/", "/en/")
    assert "End them" in client.get(path).content.decode()
    assert Choice.objects.count() == 0
    answer = client.post(path, {"List-Unsubscribe": "One-Click"})  # as a mail program does it: no cookie, no token
    assert (answer.status_code, Choice.objects.get().channel) == (200, "product")
    assert client.get("/en/notifications/unsubscribe/nonsense/").status_code == 404


def test_a_link_of_another_region_is_nothing_here(person, other_region, client):
    with in_region(other_region):
        path = unsubscribe_path(person("ada"), other_region, kind="threads", channel="at_once")
    assert client.post(path).status_code == 404


def test_following_and_marking_by_form(ada, client):
    sent = {"thing": "note:1", "wish": "follow", "next": "/en/notifications/"}
    assert client.post("/en/following/set/", sent)["Location"] == "/en/notifications/"
    assert (
        client.post("/en/following/set/", {**sent, "wish": "mark", "next": "//evil.example/"})["Location"]
        == "/en/following/"
    )
    assert (Follow.objects.get().level, Bookmark.objects.count()) == ("following", 1)
    assert "Loom" in client.get("/en/following/").content.decode()
    assert "Loom" in client.get("/en/bookmarks/").content.decode()
    for wrong in (
        {"thing": "note:x"},
        {"thing": "note:" + "9" * 40},
        {"thing": "nothing:1"},
        {"wish": "eat"},
        {"thing": ""},
    ):
        assert client.post("/en/following/set/", {**sent, **wrong}).status_code == 404


def test_htmx_gets_the_buttons_alone(ada, client):
    answer = client.post("/en/following/set/", {"thing": "note:1", "wish": "mute"}, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert page.lstrip().startswith('<div class="standing"')
    assert ">Muted<" in page
