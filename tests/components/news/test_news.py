# SPDX-License-Identifier: EUPL-1.2
"""News: who writes and reads them, when they come out, what follows when a space closes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils.timezone import now

from filanda.capabilities.follows.models import Follow
from filanda.capabilities.notifications.models import Notification
from filanda.components.news import actions
from filanda.components.news.models import NewsItem, NewsState
from filanda.components.news.queries import front_page, lines
from filanda.components.news.steps import follow_audience
from filanda.components.news.telling import documents, erase
from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.journal import chain
from filanda.kernel.policies import Forbidden
from filanda.kernel.workflow import MoveNotPossible, all_pairs
from filanda.spaces.homes import news_of
from tests.signing import sign_in
from tests.spaces.making import a_person, act, make_space, staff

pytestmark = pytest.mark.django_db
TEXT = {"title": "New loom", "summary": "It weaves.", "source": "It **weaves**. <script>alert(1)</script>"}


@pytest.fixture
def ugo(region):
    return a_person(region, "Ugo Manager")


@pytest.fixture
def silk(region, ugo):
    return make_space(region, "Silk", managers=[ugo], members=[a_person(region, "Mia Member")])


@pytest.fixture
def closed(region, ugo):
    return make_space(region, "Secret", openness="private", managers=[ugo])


def write(account, space, **changes):
    return actions.write_news(actor=act(account), space=space, now=now(), **{**TEXT, **changes})


def publish(account, space, **changes):
    item = write(account, space, **changes)
    actions.publish_news(actor=act(account), item=item, now=now())
    item.refresh_from_db()
    return item


def test_a_draft_is_seen_by_those_who_write_and_by_nobody_else(region, silk, ugo):
    item = write(ugo, silk)
    assert "<script" not in item.html
    assert set(lines(act(ugo), [item.pk])) == {item.pk}
    for actor in (VISITOR, act(a_person(region, "Mia Member")), act(staff(region))):
        assert lines(actor, [item.pk]) == {}


def test_members_strangers_and_staff_do_not_write(region, silk):
    for account in (a_person(region, "Mia Member"), a_person(region, "Noa Stranger"), staff(region)):
        with pytest.raises(Forbidden):
            write(account, silk)


def test_what_is_published_is_read_by_the_readers_of_the_space(region, silk, closed, ugo):
    open_item, secret = publish(ugo, silk), publish(ugo, closed)
    assert set(lines(VISITOR, [open_item.pk, secret.pk])) == {open_item.pk}
    assert [line.title for _name, line in news_of(VISITOR, silk, None, 5)] == ["New loom"]
    assert news_of(VISITOR, closed, None, 5) == []
    found = {document.id: document.audience for document in documents([open_item.pk, secret.pk])}
    assert found == {open_item.pk: ("public",), secret.pk: (f"space:{closed.pk}",)}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"source": ""}, "source"),
        ({"summary": "x" * 401}, "summary"),
    ],
)
def test_what_is_missing_is_said(silk, ugo, changes, field):
    with pytest.raises(ValidationError) as caught:
        write(ugo, silk, **changes)
    assert list(caught.value.message_dict) == [field]


def test_two_editors_lose_nothing(silk, ugo):
    item = write(ugo, silk)
    actions.edit_news(actor=act(ugo), item=item, version=1, now=now(), **{**TEXT, "title": "First"})
    with pytest.raises(actions.Outdated) as caught:
        actions.edit_news(actor=act(ugo), item=item, version=1, now=now(), **{**TEXT, "title": "Second"})
    assert caught.value.item.title == "First"


def test_a_scheduled_one_comes_out_on_its_day_once(silk, ugo):
    item = write(ugo, silk)
    at = now() + timedelta(hours=2)
    actions.schedule_news(actor=act(ugo), item=item, at=at, now=now())
    assert actions.publish_due(now=now()) == 0
    assert actions.publish_due(now=at) == 1
    assert actions.publish_due(now=at) == 0
    item.refresh_from_db()
    assert (item.state, item.published_at) == (NewsState.PUBLISHED, at)
    with pytest.raises(ValidationError):
        actions.schedule_news(actor=act(ugo), item=write(ugo, silk), at=now() - timedelta(hours=1), now=now())


def test_nothing_comes_out_by_itself_in_a_community_that_is_archived(silk, ugo):
    at = now() + timedelta(hours=2)
    actions.schedule_news(actor=act(ugo), item=write(ugo, silk), at=at, now=now())
    type(silk).objects.filter(pk=silk.pk).update(archived_at=now())
    assert actions.publish_due(now=at) == 0


def test_every_state_and_move(silk, ugo):
    for state, name, target in all_pairs(NewsItem.workflow):
        item = write(ugo, silk)
        NewsItem.objects.filter(pk=item.pk).update(state=state, publish_at=now(), published_at=now())
        calls = {
            "schedule": lambda one: actions.schedule_news(actor=act(ugo), item=one, at=now() + timedelta(1), now=now()),
            "unschedule": lambda one: actions.schedule_news(actor=act(ugo), item=one, at=None, now=now()),
            "publish": lambda one: actions.publish_news(actor=act(ugo), item=one, now=now()),
            "withdraw": lambda one: actions.withdraw_news(actor=act(ugo), item=one, now=now()),
        }
        if target is None:
            with pytest.raises(MoveNotPossible):
                calls[name](item)
        else:
            calls[name](item)
            item.refresh_from_db()
            assert item.state == target, (state, name)


def test_followers_are_told_when_it_first_comes_out(region, silk, ugo):
    from filanda.capabilities.notifications.following import follow

    follow(now())
    mia, noa = a_person(region, "Mia Member"), a_person(region, "Noa Stranger")
    Follow.objects.all().delete()
    for account in (mia, ugo):
        Follow.objects.create(region=region, account=account, thing_kind="space", thing_id=silk.pk)
    item = publish(ugo, silk)
    actions.withdraw_news(actor=act(ugo), item=item, now=now())
    actions.publish_news(actor=act(ugo), item=item, now=now())
    chain.extend()
    follow(now())
    told = Notification.objects.filter(kind="news")
    assert list(told.values_list("account", flat=True)) == [mia.pk]  # not who wrote it, not twice, not noa
    Follow.objects.create(region=region, account=noa, thing_kind="news", thing_id=item.pk)
    item.refresh_from_db()
    actions.edit_news(actor=act(ugo), item=item, version=item.version, now=now(), **TEXT)
    chain.extend()
    follow(now())
    assert sorted(told.values_list("account", flat=True)) == sorted([mia.pk, noa.pk])  # of a change, who follows it


def test_the_front_page_holds_what_staff_chose_and_everybody_may_read(region, silk, closed, ugo):
    item, secret = publish(ugo, silk), publish(ugo, closed)
    with pytest.raises(Forbidden):
        actions.put_on_front(actor=act(ugo), item=item, is_on=True)
    ada = act(staff(region))
    actions.put_on_front(actor=ada, item=item, is_on=True)
    with pytest.raises(ValidationError):
        actions.put_on_front(actor=ada, item=secret, is_on=True)
    assert [one.pk for one in front_page()] == [item.pk]
    silk.openness = "restricted"
    silk.save()
    follow_audience(silk)
    assert front_page() == []
    assert lines(VISITOR, [item.pk]) == {}


def test_what_somebody_wrote_stays_without_their_name_and_drafts_go(silk, ugo):
    publish(ugo, silk)
    write(ugo, silk, title="Never seen")
    erase(ugo, True)
    assert list(NewsItem.objects.values_list("title", "author")) == [("New loom", None)]


def test_another_region_sees_none_of_it(silk, ugo, other_region):
    from filanda.kernel.regions.scoped import in_region

    publish(ugo, silk)
    with in_region(other_region):
        assert (front_page(), NewsItem.objects.count()) == ([], 0)


def test_writing_and_publishing_in_the_browser(region, silk, ugo, client):
    sign_in(client, ugo)
    wrong = client.post(f"/en/communities/{silk.slug}/news/new/", {**TEXT, "title": ""})
    assert (wrong.status_code, "It weaves." in wrong.content.decode()) == (422, True)
    shown = client.post(f"/en/communities/{silk.slug}/news/new/", {**TEXT, "preview": "1"}).content.decode()
    assert "<strong>weaves</strong>" in shown
    assert NewsItem.objects.count() == 0
    page = client.post(f"/en/communities/{silk.slug}/news/new/", TEXT)["Location"]
    item = NewsItem.objects.get()
    move = f"/en/communities/{silk.slug}/news/{item.pk}/move"
    assert client.post(move, {"wish": "schedule", "publish_at": "tomorrow"}).status_code == 422
    assert client.post(move, {"wish": "schedule", "publish_at": "2099-12-01T09:00"}).status_code == 302
    assert client.post(move, {"wish": "publish"}).status_code == 302
    assert client.post(move, {"wish": "publish"}).status_code == 409
    assert client.post(move, {"wish": "burn"}).status_code == 404
    client.logout()
    assert "<strong>weaves</strong>" in client.get(page).content.decode()
    assert client.get(page.replace("new-loom", "old-loom"))["Location"] == page
    assert "New loom" in client.get("/en/news/").content.decode()
    assert "New loom" in client.get(f"/en/communities/{silk.slug}/news/").content.decode()
    assert client.post(move, {"wish": "withdraw"}).status_code in (302, 403)
    assert NewsItem.objects.get().state == NewsState.PUBLISHED


def test_news_of_a_private_group_are_not_there(region, closed, ugo, client):
    item = publish(ugo, closed)
    sign_in(client, a_person(region, "Noa Stranger"))
    for path in ("", "new/", f"{item.pk}/new-loom/", f"{item.pk}/edit"):
        assert client.get(f"/en/communities/{closed.slug}/news/{path}").status_code == 404, path
    assert "New loom" not in client.get("/en/news/").content.decode()


def test_an_old_form_shows_both_versions(silk, ugo, client):
    item = write(ugo, silk)
    actions.edit_news(actor=act(ugo), item=item, version=1, now=now(), **{**TEXT, "source": "Their words."})
    sign_in(client, ugo)
    answer = client.post(
        f"/en/communities/{silk.slug}/news/{item.pk}/edit", {**TEXT, "source": "My words.", "version": "1"}
    )
    page = answer.content.decode()
    assert (answer.status_code, "Their words." in page, "My words." in page) == (409, True, True)


def test_the_list_takes_the_same_queries_for_one_and_for_many(silk, ugo, client, django_assert_max_num_queries):
    for number in range(6):
        publish(ugo, silk, title=f"News {number}")
    client.get(f"/en/communities/{silk.slug}/news/")
    with django_assert_max_num_queries(4):
        client.get(f"/en/communities/{silk.slug}/news/")


def test_who_is_suspended_writes_no_news(region, silk, ugo):
    from filanda.capabilities.moderation.models import Decision, Measure, Suspension

    until = now() + timedelta(days=7)
    decided = Decision.objects.create(
        region=region,
        thing_kind="post",
        thing_id=1,
        author=ugo,
        measure=Measure.SUSPENDED,
        reasons="§",
        suspended_until=until,
    )
    Suspension.objects.create(region=region, account=ugo, space_id=silk.pk, decision=decided, until=until)
    with pytest.raises(Forbidden):
        write(ugo, silk)


def test_the_name_of_who_wrote_is_for_those_who_may_see_the_person(region, silk, ugo, client):
    item = publish(ugo, silk)  # Ugo lists himself for members only
    page = f"/en/communities/{silk.slug}/news/{item.pk}/new-loom/"
    assert "Ugo" not in client.get(page).content.decode().partition("<article")[2].partition("</article")[0]
    assert lines(VISITOR, [item.pk])[item.pk].author_name == ""
    sign_in(client, a_person(region, "Mia Member"))
    assert "Ugo Manager" in client.get(page).content.decode().partition("<article")[2]
