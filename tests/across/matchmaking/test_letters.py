# SPDX-License-Identifier: EUPL-1.2
"""The weekly letter, the level that feedback sets, and the desk's line of what nobody answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from filanda.across.matchmaking import keeping, letters
from filanda.across.matchmaking.models import KeptMatch, LetterLine, Showing
from filanda.across.matchmaking.personal import collect, erase
from filanda.across.matchmaking.unanswered import UNANSWERED
from filanda.capabilities.matching.models import ThingVector
from filanda.capabilities.notifications.actions import unsubscribe
from filanda.capabilities.notifications.unsubscribing import Unsubscription
from filanda.components.proposals.models import Proposal
from filanda.directory.people.models import Person
from filanda.kernel.identity.models import Role
from filanda.kernel.mail.models import Message
from tests.across.matchmaking.conftest import read_things
from tests.spaces.making import NOW, a_person, act, make_space, staff


@pytest.fixture
def carla(world):
    made = a_person(world.region, "Carla Neri", headline="Noise of railway trains, wheels and dampers for freight")
    read_things(world.region)
    return made


def letter(world, account, now=NOW, level=0.2):
    return letters.send_letter(account_id=account.pk, region=world.region, level=level, now=now)


def test_a_letter_tells_what_fits_once(world, carla):
    assert letter(world, carla) >= 1
    message = Message.objects.get(template="matchmaking/mail/for_you")
    assert message.context["rows"][0]["title"] == world.trains.title
    assert "zirconia" not in str(message.context)
    assert "Rubber" not in str(message.context)
    assert Showing.objects.filter(surface="letter", object_id=world.trains.pk).exists()
    assert carla.pk not in letters.recipients(NOW + timedelta(days=2))
    assert carla.pk in letters.recipients(NOW + timedelta(days=7))
    assert letter(world, carla, NOW + timedelta(days=7)) == 0
    assert LetterLine.objects.filter(account=carla, proposal_id=world.trains.pk).count() == 1


def test_nothing_goes_below_the_level_nor_what_its_reader_may_not_see_any_more(world, carla):
    assert letter(world, carla, level=3.0) == 0
    group = make_space(world.region, "Group", openness="private", managers=[world.bruno])
    Proposal.objects.all().update(space=group, audience=group.audience)
    assert letter(world, carla) == 0
    assert not LetterLine.objects.exists()
    assert not Message.objects.filter(template="matchmaking/mail/for_you").exists()


def test_one_click_ends_the_letter_and_nothing_else(world, carla):
    assert carla.pk in letters.recipients(NOW)
    ended = unsubscribe(wish=Unsubscription(carla.pk, world.region.pk, "matches", "weekly"), now=NOW)
    assert ended == ["matches"]
    assert carla.pk not in letters.recipients(NOW)


def test_feedback_sets_the_level():
    welcome, refused = [(0.95, False)] * 40, [(0.5, True)] * 40
    assert letters.level_of([]) == letters.DEFAULT_LEVEL
    assert letters.level_of(welcome) == letters.LEVELS[0]
    assert letters.level_of([*welcome, *refused]) == 0.55
    assert letters.level_of(refused) == letters.LEVELS[-1]
    assert letters.quality_level.__doc__


def test_the_level_is_read_from_what_was_recorded(world, carla):
    assert letters.quality_level() == letters.DEFAULT_LEVEL


def test_what_nobody_answers_comes_up_after_two_weeks_with_partners(world):
    facilitator = staff(world.region, Role.FACILITATOR, "fay@region.example")
    later = NOW + timedelta(days=15)
    waiting = {one.object_id: one for one in UNANSWERED.waiting(None, later)}
    assert waiting[world.need.pk].shows_at == NOW + timedelta(days=14)
    assert keeping.keep_partners(world.region, later) == 3
    with translation.override("en"):
        lines = UNANSWERED.lines(act(facilitator), [world.need.pk, world.trains.pk], later)
    labels = [one.label for one in lines[world.need.pk].actions]
    assert labels[0] == "Introduce Caseificio"
    assert f"second=organisation%3A{world.bodies['Caseificio'].pk}" in lines[world.need.pk].actions[0].query
    assert UNANSWERED.lines(act(world.bruno), [world.need.pk], later) == {}
    Proposal.objects.filter(pk=world.need.pk).update(answers_count=1)
    assert world.need.pk not in {one.object_id for one in UNANSWERED.waiting(None, later)}
    assert UNANSWERED.lines(act(facilitator), [world.need.pk], later) == {}
    keeping.keep_partners(world.region, later)
    assert not KeptMatch.objects.filter(proposal_id=world.need.pk).exists()


def test_who_leaves_takes_it_along_and_is_found_no_more(world, carla):
    letter(world, carla)
    person = Person.objects.get(account=carla)
    found = collect(carla)
    assert found["suggestions-sent.json"]
    assert found["suggestions-shown.json"]
    erase(carla, True)
    assert collect(carla) == {}
    assert not ThingVector.objects.filter(kind="person", object_id=person.pk).exists()
