# SPDX-License-Identifier: EUPL-1.2
"""Newsletters: what goes in, who writes and reads them, and that nobody gets one twice."""

from __future__ import annotations

from threading import Thread as Worker

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.timezone import now
from tests.mailing import deliver
from tests.signing import sign_in
from tests.spaces.making import a_person, act, go, make_space, staff

from filanda.across.communities import actions
from filanda.across.communities.delivering import deliver_batch
from filanda.across.communities.letters import sections_of
from filanda.across.communities.models import Delivery, Newsletter, NewsletterState
from filanda.capabilities.follows.models import Follow
from filanda.capabilities.notifications.models import Channel, Choice, Preferences
from filanda.components.news.actions import publish_news, withdraw_news, write_news
from filanda.components.news.models import NewsItem
from filanda.kernel.mail.models import Message
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.scoped import in_region

pytestmark = pytest.mark.django_db


@pytest.fixture
def ugo(region):
    return a_person(region, "Ugo Manager")


@pytest.fixture
def mia(region):
    return a_person(region, "Mia Member")


def follow(space, *accounts):
    for account in accounts:
        Follow.objects.update_or_create(
            region=space.region, account=account, thing_kind="space", thing_id=space.pk, defaults={"level": "following"}
        )


def a_letter(region, ugo, space):
    item = write_news(actor=act(ugo), space=space, title="New loom", summary="", source="It weaves.", now=now())
    publish_news(actor=act(ugo), item=item, now=now())
    return actions.draft_letter(actor=act(ugo), space=space, now=now())


def send(ugo, letter):
    actions.send_letter(actor=act(ugo), letter=letter, version=letter.version, now=now())


def finish(letter, most=50):
    while deliver_batch(letter.pk, now(), most):
        pass
    letter.refresh_from_db()


def test_a_letter_goes_to_members_who_follow_and_want_it(region, ugo, mia):
    quiet, silent, gone, outside = (a_person(region, f"{name} Due") for name in ("Quinto", "Silvio", "Gino", "Olga"))
    muted = a_person(region, "Muto Due")
    space = make_space(region, "Silk", managers=[ugo], members=[mia, quiet, silent, gone, muted])
    follow(space, ugo, mia, quiet, silent, gone, outside, muted)
    Follow.objects.filter(account=muted).update(level="muted")
    Choice.objects.create(region=region, account=quiet, kind="news", space_id=0, channel=Channel.PRODUCT)
    Preferences.objects.create(region=region, account=silent, no_mail_since=now())
    go(space, gone)
    letter = a_letter(region, ugo, space)
    assert {"kind": "news"}.items() <= letter.lines[-1].items()
    send(ugo, letter)
    finish(letter, most=2)
    assert (letter.state, letter.sent_count) == (NewsletterState.SENT, 2)
    assert set(Delivery.objects.values_list("account", flat=True)) == {ugo.pk, mia.pk}
    (mail,) = deliver(mia.email)
    assert "New loom" in str(mail.__dict__)
    with pytest.raises(actions.Outdated):
        send(ugo, letter)


@pytest.mark.parametrize("openness", ["restricted", "private"])
def test_what_a_reader_may_not_see_is_not_in_theirs(region, ugo, mia, openness):
    space = make_space(region, "Silk", openness=openness, managers=[ugo], members=[mia])
    letter = a_letter(region, ugo, space)
    assert [section.kind for section in sections_of(act(mia), letter)] == ["news"]
    assert sections_of(act(a_person(region, "Noa Stranger")), letter) == []
    assert sections_of(act(staff(region)), letter) == []
    withdraw_news(actor=act(ugo), item=NewsItem.objects.get(), now=now())
    assert sections_of(act(ugo), letter) == []  # managers still see it, and do not send it to themselves


def test_only_managers_write_letters(region, ugo, mia):
    mod = a_person(region, "Moe Moderator")
    space = make_space(region, "Silk", managers=[ugo], members=[mia], moderators=[mod])
    letter = a_letter(region, ugo, space)
    for account in (mia, mod, staff(region), a_person(region, "Noa Stranger")):
        with pytest.raises(Forbidden):
            actions.draft_letter(actor=act(account), space=space, now=now())
        with pytest.raises(Forbidden):
            actions.send_letter(actor=act(account), letter=letter, version=1, now=now())
        with pytest.raises(Forbidden):
            actions.drop_letter(actor=act(account), letter=letter, version=1)
        assert not Newsletter.objects.visible_to(act(account)).exists()
    actions.drop_letter(actor=act(ugo), letter=letter, version=1)
    assert not Newsletter.objects.exists()


def test_editing(region, ugo):
    space = make_space(region, "Silk", managers=[ugo])
    letter = a_letter(region, ugo, space)
    with pytest.raises(ValidationError) as caught:
        actions.edit_letter(actor=act(ugo), letter=letter, title=" ", intro="x" * 4001, kept=[], version=1)
    assert set(caught.value.message_dict) == {"title", "intro"}
    made = actions.edit_letter(actor=act(ugo), letter=letter, title="T", intro="", kept=["thread:99"], version=1)
    assert (made.lines, made.version) == ([], 2)
    with pytest.raises(actions.Outdated):
        actions.edit_letter(actor=act(ugo), letter=letter, title="U", intro="", kept=[], version=1)
    with pytest.raises(ValidationError):
        send(ugo, made)


def test_the_pages(client, region, ugo, mia):
    space = make_space(region, "Silk", openness="restricted", managers=[ugo], members=[mia])
    root = f"/en/communities/{space.slug}/newsletters/"
    a_letter(region, ugo, space)
    sign_in(client, ugo)
    answer = client.post(root)
    letter = Newsletter.objects.latest("pk")
    assert answer.url == f"{root}{letter.pk}/edit/"
    assert client.get(answer.url).status_code == 200
    assert client.post(answer.url, {"title": "", "intro": "kept words", "version": 1}).status_code == 422
    line = f"{letter.lines[0]['kind']}:{letter.lines[0]['id']}"
    assert client.post(answer.url, {"title": "Best", "intro": "*Hi*", "version": 1, "line": line}).status_code == 302
    assert b"<em>Hi</em>" in client.get(f"{root}{letter.pk}/").content
    assert client.post(answer.url, {"title": "Late", "intro": "", "version": 1}).status_code == 409
    client.logout()
    sign_in(client, mia)
    assert client.get(f"{root}{letter.pk}/").status_code == 404
    assert client.post(f"{root}{letter.pk}/send/", {"version": 2}).status_code == 404
    client.logout()
    sign_in(client, ugo)
    assert client.post(f"{root}{letter.pk}/send/", {"version": 2}).status_code == 302
    client.logout()
    sign_in(client, mia)
    assert b"New loom" in client.get(f"{root}{letter.pk}/").content
    client.logout()
    assert client.get(f"{root}{letter.pk}/").status_code == 302
    sign_in(client, staff(region))
    assert client.get(f"{root}{letter.pk}/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_it_once(region, ugo):
    people = [a_person(region, f"Nina {number}") for number in range(12)]
    space = make_space(region, "Silk", managers=[ugo], members=people)
    follow(space, ugo, *people)
    letter = a_letter(region, ugo, space)
    send(ugo, letter)

    def work():
        try:
            with in_region(region):
                while deliver_batch(letter.pk, now(), 3):
                    pass
        finally:
            connection.close()

    workers = [Worker(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    letter.refresh_from_db()
    assert (letter.state, letter.sent_count) == (NewsletterState.SENT, 13)
    letters = Message.objects.filter(template="communities/mail/letter")
    assert sorted(letters.values_list("to", flat=True)) == sorted(one.email for one in [ugo, *people])
