# SPDX-License-Identifier: EUPL-1.2
"""E-mails: at once, in digests, never twice, never of what was read or closed meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import now

from filanda.capabilities.notifications.actions import choose, mark_read, set_quiet_hours, stop_mail, unsubscribe
from filanda.capabilities.notifications.models import Channel, Choice, Notification
from filanda.capabilities.notifications.sending import MOST_LINES, send_due
from filanda.capabilities.notifications.timing import zone_of
from filanda.capabilities.notifications.unsubscribing import Unsubscription, read_token
from filanda.kernel.identity.actors import actor_for
from filanda.kernel.mail.models import Message
from tests.mailing import deliver

SOON = timedelta(minutes=2)
pytestmark = pytest.mark.django_db


def at_once(account, region):
    Choice.objects.create(region=region, account=account, kind="threads", channel=Channel.AT_ONCE)


def test_at_once_is_one_message_with_the_sentence_and_never_a_second(notes, person, follow, region):
    ada = person("ada")
    at_once(ada, region)
    notes.write(1, "Loom", [(ada, "follow")])
    follow()
    assert send_due(region, now()) == 0  # what happens within a minute is gathered
    assert send_due(region, now() + SOON) == 1
    assert send_due(region, now() + SOON) == 0
    message = Message.objects.get()
    assert (message.to, message.template) == ("ada@example.org", "notifications/mail/told")
    assert message.context["single"]["sentence"] == "There is a note: Loom."
    assert message.context["single"]["excerpt"] == "secret words"


def test_what_was_read_or_closed_meanwhile_goes_in_no_mail(notes, person, follow, region):
    ada = person("ada")
    at_once(ada, region)
    for number in (1, 2, 3):
        notes.write(number, f"Note {number}", [(ada, "follow")])
    follow()
    mark_read(actor=actor_for(ada), notification=Notification.objects.get(thing_id=1), now=now())
    notes.notes[2] = ("Note 2", "space:9")
    assert send_due(region, now() + SOON) == 1
    assert Message.objects.get().context["single"]["title"] == "Note 3"
    assert Notification.objects.get(thing_id=2).dropped_at is not None


def test_a_mail_that_would_say_nothing_is_not_sent(notes, person, follow, region):
    ada = person("ada")
    at_once(ada, region)
    notes.write(1, "Loom", [(ada, "follow")])
    follow()
    del notes.notes[1]
    assert send_due(region, now() + SOON) == 0
    assert Message.objects.count() == 0


def test_the_digest_gathers_and_puts_what_names_the_reader_first(notes, person, follow, region):
    ada = person("ada")
    for number in range(1, MOST_LINES + 4):
        notes.write(number, f"Note {number}", [(ada, "mention" if number == 5 else "follow")])
    follow()
    assert send_due(region, now() + SOON) == 0
    assert send_due(region, now() + timedelta(days=1, hours=1)) == 1
    context = Message.objects.get().context
    assert (context["bundle"], context["count"], context["more"]) == ("daily", MOST_LINES + 3, 3)
    assert context["groups"][0]["entries"][0]["title"] == "Note 5"


def test_unsubscribing_from_one_kind_ends_what_waits_and_keeps_the_rest(notes, person, follow, region):
    ada = person("ada")
    at_once(ada, region)
    notes.write(1, "Loom", [(ada, "follow")])
    follow()
    send_due(region, now() + SOON)
    link = Message.objects.get().unsubscribe_url
    notes.write(2, "Shuttle", [(ada, "follow")])
    follow()
    wish = read_token(link.rstrip("/").rpartition("/")[2], region)
    assert wish is not None
    assert (wish.account_id, wish.kind) == (ada.pk, "threads")
    assert unsubscribe(wish=wish, now=now()) == ["threads"]
    assert send_due(region, now() + SOON) == 0
    assert Choice.objects.get().channel == Channel.PRODUCT


def test_a_token_of_ours_for_another_region_or_altered_is_nothing(region, other_region, person):
    from filanda.capabilities.notifications.unsubscribing import unsubscribe_path

    path = unsubscribe_path(person("ada"), other_region, kind="threads", channel="at_once")
    token = path.rstrip("/").rpartition("/")[2]
    assert read_token(token, region) is None
    assert read_token(token[:-1] + ("a" if token[-1] != "a" else "b"), other_region) is None
    assert read_token("x" * 2000, region) is None


def test_who_wants_no_mail_gets_none(notes, person, follow, region):
    ada = person("ada")
    at_once(ada, region)
    notes.write(1, "Loom", [(ada, "follow")])
    follow()
    stop_mail(actor=actor_for(ada), is_on=False, now=now())
    assert send_due(region, now() + SOON) == 0
    notes.write(2, "Shuttle", [(ada, "follow")])
    follow()
    assert Notification.objects.get(thing_id=2).mail_due_at is None


def test_choosing_here_only_takes_back_what_waits(notes, person, follow, region):
    ada = person("ada")
    notes.write(1, "Loom", [(ada, "follow")])
    follow()
    choose(actor=actor_for(ada), choices={(0, "threads"): "product"}, now=now())
    assert Notification.objects.get().mail_due_at is None


def test_the_mail_is_rendered_in_html_and_text(notes, person, follow, region, settings):
    settings.DEMO = True
    ada = person("ada")
    at_once(ada, region)
    notes.write(1, "<b>Loom</b> & co", [(ada, "follow")])
    notes.write(2, "Shuttle", [(ada, "follow")])
    follow()
    send_due(region, now() + SOON)
    (mail,) = deliver("ada@example.org")
    assert "<b>Loom" not in mail.html
    assert "&lt;b&gt;Loom" in mail.html
    assert "Shuttle" in mail.text
    assert "List-Unsubscribe-Post" in str(mail.headers)


def test_who_has_left_the_region_meanwhile_gets_no_mail(notes, person, follow, region):
    ada = person("ada")
    at_once(ada, region)
    notes.write(1, "Loom", [(ada, "follow")])
    follow()
    ada.role_grants.update(ended_at=now())
    assert (send_due(region, now() + SOON), Message.objects.count()) == (0, 0)


def test_what_became_due_before_the_quiet_hours_and_was_not_sent_waits_for_their_end(notes, person, follow, region):
    ada = person("ada")
    at_once(ada, region)
    notes.write(1, "Loom", [(ada, "follow")])
    follow()
    late = now() + timedelta(hours=5)  # the worker stood still
    hour = late.astimezone(zone_of(region)).hour
    set_quiet_hours(actor=actor_for(ada), begin=hour, end=(hour + 2) % 24)
    assert send_due(region, late) == 0
    assert Notification.objects.get().mail_due_at > late
    assert send_due(region, late + timedelta(hours=2)) == 1


def test_unsubscribing_from_a_digest_ends_it_in_single_communities_too(notes, person, region):
    ada = person("ada")
    Choice.objects.create(region=region, account=ada, kind="news", channel=Channel.PRODUCT)
    Choice.objects.create(region=region, account=ada, kind="news", channel=Channel.DAILY, space_id=7)
    unsubscribe(wish=Unsubscription(ada.pk, region.pk, "", Channel.DAILY), now=now())
    assert set(Choice.objects.filter(account=ada).values_list("channel", flat=True)) == {Channel.PRODUCT}


def test_a_link_of_somebody_who_is_gone_does_nothing(region):
    assert unsubscribe(wish=Unsubscription(2**40, region.pk, "news", Channel.DAILY), now=now()) == []


def test_ending_a_kind_everywhere_leaves_what_a_community_was_given_of_its_own(notes, person, follow, region):
    ada = person("ada")
    at_once(ada, region)
    Choice.objects.create(region=region, account=ada, kind="threads", channel=Channel.DAILY, space_id=7)
    notes.write(1, "Loom", [(ada, "follow")])
    notes.write(2, "Shuttle", [(ada, "follow")], space=7)
    follow()
    choose(actor=actor_for(ada), choices={(0, "threads"): Channel.PRODUCT}, now=now())
    assert [row.thing_id for row in Notification.objects.filter(mail_due_at__isnull=False)] == [2]
