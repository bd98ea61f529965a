# SPDX-License-Identifier: EUPL-1.2
"""From an event to rows: everybody once, nobody for their own doing, nobody who may not see it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils.timezone import now

from filanda.capabilities.follows.models import Follow
from filanda.capabilities.notifications import following
from filanda.capabilities.notifications.models import Bookkeeping, Channel, Choice, Notification, Preferences
from filanda.capabilities.notifications.queries import lines_of, notification_page, unread_count
from filanda.directory.people.models import Block
from filanda.kernel.identity.actors import PLATFORM, actor_for
from filanda.kernel.journal.actions import record


def test_everybody_is_told_once_and_who_acted_is_not(notes, person, follow):
    ada, bea = person("ada"), person("bea")
    notes.write(1, "Loom", [(ada, "mention"), (ada, "follow"), (bea, "follow")], actor=actor_for(bea))
    follow()
    follow()
    assert [(row.account, row.why) for row in Notification.objects.select_related("account")] == [(ada, "mention")]


def test_an_event_read_again_after_a_crash_tells_nobody_twice(notes, person, follow):
    ada = person("ada")
    notes.write(1, "Loom", [(ada, "follow")])
    follow()
    Bookkeeping.objects.update(position=0)  # as restored from an older copy
    follow()
    assert Notification.objects.count() == 1


def test_what_happened_before_there_were_notifications_is_history(notes, person):
    notes.write(1, "Loom", [(person("ada"), "follow")])
    following.follow(now())
    assert Notification.objects.count() == 0


def test_old_events_are_not_told_late(notes, person, follow):
    notes.write(1, "Loom", [(person("ada"), "follow")])
    following.follow(now() + following.TOO_OLD + timedelta(hours=1))
    assert Notification.objects.count() == 0


def test_muting_silences_all_but_what_names_the_reader(notes, person, follow, region):
    ada, bea = person("ada"), person("bea")
    for account in (ada, bea):
        Follow.objects.create(region=region, account=account, thing_kind="shelf", thing_id=1, level="muted")
    notes.write(1, "Loom", [(ada, "follow"), (bea, "mention")])
    follow()
    assert [row.account for row in Notification.objects.select_related("account")] == [bea]


def test_a_kind_switched_off_makes_no_row_and_the_choice_of_the_space_goes_first(notes, person, follow, region):
    ada = person("ada")
    Choice.objects.create(region=region, account=ada, kind="threads", channel=Channel.OFF)
    Choice.objects.create(region=region, account=ada, kind="threads", channel=Channel.AT_ONCE, space_id=7)
    notes.write(1, "Loom", [(ada, "follow")])
    notes.write(2, "Shuttle", [(ada, "follow")], space=7)
    follow()
    assert [(row.thing_id, row.channel) for row in Notification.objects.all()] == [(2, "at_once")]


def test_what_closes_is_neither_shown_nor_counted(notes, person, follow):
    ada = person("ada")
    notes.write(1, "Loom", [(ada, "follow")])
    notes.write(2, "Shuttle", [(ada, "follow")], audience="members")
    notes.write(3, "Secret", [(ada, "follow")], audience="space:9")
    follow()
    actor = actor_for(ada)
    assert unread_count(actor) == 2  # the third was never theirs
    notes.notes[2] = ("Shuttle", "space:9")
    lines, gone, _next = notification_page(actor)
    assert [line.sentence for line in lines] == ["There is a note: Loom."]
    assert [row.thing_id for row in gone] == [2]


def test_the_number_of_queries_does_not_grow(notes, person, follow, django_assert_num_queries):
    ada = person("ada")
    for number in range(1, 21):
        notes.write(number, f"Note {number}", [(ada, "follow")])
    follow()
    actor = actor_for(ada)
    with django_assert_num_queries(1):
        lines, _gone, _next = notification_page(actor)
    assert len(lines) == 20


def test_nobody_reads_what_others_are_told(notes, person, follow):
    ada, bea = person("ada"), person("bea")
    notes.write(1, "Loom", [(ada, "follow")])
    follow()
    rows = Notification.objects.visible_to(actor_for(bea))
    assert (rows.count(), lines_of(actor_for(bea), list(rows))) == (0, [])


def test_another_region_is_told_nothing(notes, person, follow, other_region):
    from filanda.kernel.regions.scoped import in_region

    notes.write(1, "Loom", [(person("ada"), "follow")])
    follow()
    with in_region(other_region):
        assert Notification.objects.count() == 0


def test_who_left_the_region_or_is_no_longer_active_is_told_nothing(notes, person, follow):
    gone, asleep, here = person("gone"), person("asleep"), person("here")
    gone.role_grants.update(ended_at=now())
    type(asleep).objects.filter(pk=asleep.pk).update(is_active=False)
    notes.write(1, "Loom", [(gone, "mention"), (asleep, "mention"), (here, "mention")])
    follow()
    assert [row.account for row in Notification.objects.select_related("account")] == [here]


def test_people_who_blocked_one_another_are_not_told_of_each_others_words(notes, person, follow, region):
    ada, bea, eva = person("ada"), person("bea"), person("eva")
    Block.objects.create(region=region, blocker=ada, blocked=eva)
    Block.objects.create(region=region, blocker=eva, blocked=bea)
    notes.write(1, "Loom", [(ada, "mention"), (bea, "follow")], actor=actor_for(eva))
    notes.authors[2] = eva.pk  # released by somebody else, but her words
    notes.write(2, "Shuttle", [(ada, "mention"), (bea, "mention")])
    notes.write(3, "Weft", [(ada, "mention")], actor=actor_for(bea))
    follow()
    assert [(row.account, row.thing_id) for row in Notification.objects.select_related("account")] == [(ada, 3)]


def test_an_event_that_cannot_be_spoken_of_holds_nothing_up(notes, person, follow):
    ada = person("ada")
    with transaction.atomic():  # its notice asks the payload for what is not there
        record("tests.note.written", region=notes.region, actor=PLATFORM, payload={"told": [["nobody"]]})
    notes.write(2, "Shuttle", [(ada, "follow")])
    follow()
    assert [row.thing_id for row in Notification.objects.all()] == [2]


def test_a_thing_that_cannot_be_described_holds_no_other_up(notes, person, follow, monkeypatch):
    from dataclasses import replace

    from filanda.kernel import manifests

    def lines(actor, ids):
        if 1 in ids:
            raise ValueError("what is this?")
        return notes.lines(actor, ids)

    ada = person("ada")
    for number in (1, 2, 3):
        notes.write(number, f"Note {number}", [(ada, "follow")])
    room = manifests.manifests()["tests_notes"]
    monkeypatch.setitem(
        manifests.manifests(), "tests_notes", replace(room, things=(replace(room.things[0], lines=lines),))
    )
    follow()
    assert [row.thing_id for row in Notification.objects.order_by("pk")] == [2, 3]


@pytest.mark.parametrize("most", [1, 3, 1000])
def test_many_events_at_once_are_told_as_each_alone(notes, person, follow, region, monkeypatch, most):
    ada, bea, eva = person("ada"), person("bea"), person("eva")
    monkeypatch.setattr(following, "RECIPIENTS", most)
    Choice.objects.create(region=region, account=ada, kind="threads", channel=Channel.WEEKLY)
    Preferences.objects.create(region=region, account=eva, no_mail_since=now())
    Follow.objects.create(region=region, account=bea, thing_kind="note", thing_id=3, level="muted")
    for number in range(1, 8):
        by = actor_for(ada) if number == 5 else PLATFORM
        notes.write(number, "Loom", [(ada, "follow"), (bea, "follow"), (eva, "mention"), (eva, "follow")], actor=by)
    follow()
    told = [(row.thing_id, row.account_id, row.channel, row.mail_due_at is None) for row in Notification.objects.all()]
    expected = {(n, ada.pk, "weekly", False) for n in range(1, 8) if n != 5}
    expected |= {(n, bea.pk, "daily", False) for n in range(1, 8) if n != 3}
    expected |= {(n, eva.pk, "daily", True) for n in range(1, 8)}
    assert sorted(told) == sorted(expected)


def test_the_queries_of_many_events_do_not_grow_with_them(notes, person, follow, django_assert_max_num_queries):
    people = [(person(f"p{number}"), "follow") for number in range(5)]
    for number in range(1, 31):
        notes.write(number, "Loom", people)
    with django_assert_max_num_queries(25 + 30 * 2):  # of each event only what its room asks, in a savepoint
        follow()
    assert Notification.objects.count() == 150


def test_what_a_sleeping_role_would_show_is_not_lost(notes, person, follow):
    fausta = person("fausta", "facilitator")
    notes.write(2, "Shuttle", [(fausta, "manager")])
    follow()
    notes.notes[2] = ("Shuttle", "role:facilitator")
    lines, gone, _next = notification_page(actor_for(fausta))
    assert (lines, gone) == ([], [])
    lines, _gone, _next = notification_page(actor_for(fausta, has_second_factor=True))
    assert [line.thing.id for line in lines] == [2]
