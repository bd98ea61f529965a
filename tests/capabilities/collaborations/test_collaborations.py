# SPDX-License-Identifier: EUPL-1.2
"""The register: reporting, confirming, disputing, ending, what becomes evidence, who sees it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filanda.capabilities.collaborations import actions, steps, telling
from filanda.capabilities.collaborations.errors import CollaborationWrong
from filanda.capabilities.collaborations.models import (
    CheckIn,
    Collaboration,
    CollaborationState,
    Outcome,
    Party,
)
from filanda.capabilities.collaborations.queries import figures, lines, party_lines, shared_partners, with_parties
from filanda.capabilities.collaborations.telling import collect, desk_disputed, desk_unconfirmed, erase, lines_of_desk
from filanda.directory.organisations.models import Evidence, EvidenceParty
from filanda.kernel.identity.actors import PLATFORM, VISITOR
from filanda.kernel.identity.models import Account
from filanda.kernel.journal import chain
from filanda.kernel.journal.models import Event
from filanda.kernel.policies import Forbidden
from filanda.kernel.workflow import MoveNotPossible, all_pairs
from tests.capabilities.collaborations.conftest import NOW, World, speak
from tests.spaces.making import act, staff

pytestmark = pytest.mark.django_db
_S = CollaborationState


def _move(world: World, name: str, row: Collaboration) -> Collaboration | None:
    """`name` as its action makes it, by who may."""
    both = {"collaboration": row, "now": NOW}
    by_facilitator = {"actor": act(world.fulvia), "reason": "Seen: the contract of 2 November.", **both}
    match name:
        case "agree":
            actions.confirm(actor=act(world.anna), **both)
            return actions.confirm(actor=act(world.bruno), **both)
        case "dispute":
            return actions.dispute(actor=act(world.bruno), reason="We never met.", **both)
        case "certify" | "settle" | "void":
            return getattr(actions, name)(**by_facilitator)
        case "end":
            return actions.end(actor=act(world.anna), ended_on=date(2026, 11, 20), **both)
        case "begin":
            return Collaboration.objects.get(pk=row.pk) if actions.begin_due(region=world.region, now=NOW) else None
    raise AssertionError(name)


@pytest.mark.parametrize(("state", "name", "target"), list(all_pairs(Collaboration.workflow)))
def test_moves_every_state_and_move(world: World, state: str, name: str, target: str | None) -> None:
    row = world.in_state(state)
    if target is None:
        if name == "begin":  # the clock finds nothing to begin
            assert _move(world, name, row) is None
        elif name == "agree" and state in (_S.CONFIRMED, _S.ACTIVE, _S.ENDED):  # late, and harmless
            assert _move(world, name, row).state == state
        else:
            with pytest.raises(MoveNotPossible):
                _move(world, name, row)
        row.refresh_from_db()
        assert row.state == state
    else:
        moved = _move(world, name, row)
        # What is confirmed after the day it starts is active at once.
        assert moved.state == (_S.ACTIVE if target == _S.CONFIRMED else target)


def test_report_by_a_side_waits_for_the_other(world: World) -> None:
    row = world.reported()
    assert row.state == _S.REPORTED
    said = {party.organisation_id: party.confirmed_at for party in row.parties.all()}
    assert said == {world.mill.pk: NOW, world.lab.pk: None}
    confirmed = actions.confirm(actor=act(world.bruno), collaboration=row, now=NOW)
    assert (confirmed.state, confirmed.confirmed_at) == (_S.ACTIVE, NOW)
    assert figures(world.region, NOW).counted == 1


def test_confirm_again_and_by_the_same_side_confirms_nothing_more(world: World) -> None:
    row = world.reported()
    before = Event.objects.count()
    assert actions.confirm(actor=act(world.anna), collaboration=row, now=NOW).state == _S.REPORTED
    assert Event.objects.count() == before


def test_report_sent_twice_is_written_once(world: World) -> None:
    assert world.reported(key="form-1").pk == world.reported(key="form-1").pk
    assert world.reported(key="form-2").pk != world.reported(key="form-1").pk


def test_report_starting_later_is_confirmed_and_begins_on_its_day(world: World) -> None:
    row = world.reported(started_on=date(2026, 12, 1))
    assert actions.confirm(actor=act(world.bruno), collaboration=row, now=NOW).state == _S.CONFIRMED
    assert actions.begin_due(region=world.region, now=NOW + timedelta(days=7)) == 0
    assert actions.begin_due(region=world.region, now=NOW + timedelta(days=8)) == 1
    row.refresh_from_db()
    assert row.state == _S.ACTIVE


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "  \n "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"summary": "x" * 2001}, "summary"),
        ({"kind": "marriage"}, "kind"),
        ({"value": "all of it"}, "value"),
        ({"started_on": date(1999, 1, 1)}, "started_on"),
        ({"started_on": date(2030, 1, 1)}, "started_on"),
        ({"parties": []}, "parties"),
        ({"parties": "mill"}, "parties"),
        ({"parties": "mill twice"}, "parties"),
        ({"parties": "nobody"}, "parties"),
        ({"parties": "others"}, "parties"),
    ],
)
def test_report_bad_input_says_where(world: World, change: dict[str, Any], field: str) -> None:
    sides = {
        "mill": [(world.mill.pk, None)],
        "mill twice": [(world.mill.pk, None), (world.mill.pk, world.anna.pk)],
        "nobody": [(world.mill.pk, None), (None, None)],
        "others": [(world.lab.pk, None), (None, world.carla.pk)],
    }
    if isinstance(change.get("parties"), str):
        change = {"parties": sides[change["parties"]]}
    with pytest.raises(CollaborationWrong) as caught:
        world.reported(**change)
    assert list(caught.value.errors) == [field]
    assert not Collaboration.objects.exists()


def test_report_by_a_facilitator_about_others_waits_for_all(world: World) -> None:
    row = world.reported(world.fulvia, parties=[(world.lab.pk, None), (None, world.carla.pk)])
    assert Party.objects.filter(collaboration=row, confirmed_at=None).count() == 2
    actions.confirm(actor=act(world.carla), collaboration=row, now=NOW)
    assert actions.confirm(actor=act(world.bruno), collaboration=row, now=NOW).state == _S.ACTIVE


@pytest.mark.parametrize("who", ["dora", "carla", "fulvia"])
def test_confirm_is_for_its_sides(world: World, who: str) -> None:
    row = world.reported()
    for act_on in (actions.confirm, lambda **given: actions.dispute(reason="No.", **given)):
        with pytest.raises(Forbidden):
            act_on(actor=act(getattr(world, who)), collaboration=row, now=NOW)


def test_certify_is_for_facilitators_who_are_no_side(world: World) -> None:
    row = world.reported()
    speak(world.region, world.gino, world.lab)
    for who in (world.anna, world.dora, world.gino):
        with pytest.raises(Forbidden):
            actions.certify(actor=act(who), collaboration=row, reason="Seen.", now=NOW)
    with pytest.raises(Forbidden):  # asleep without a second factor
        actions.certify(actor=act(world.fulvia, second_factor=False), collaboration=row, reason="Seen.", now=NOW)
    with pytest.raises(CollaborationWrong):
        actions.certify(actor=act(world.fulvia), collaboration=row, reason=" ", now=NOW)
    done = actions.certify(actor=act(world.fulvia), collaboration=row, reason="Grant agreement 12.", now=NOW)
    assert (done.state, done.by_document) == (_S.ACTIVE, True)


def test_visible_to_only_sides_and_facilitators_until_public_and_confirmed(world: World) -> None:
    row = world.reported(is_public=True)

    def seen(*actors: Any) -> list[bool]:
        return [bool(lines(actor, [row.pk])) for actor in actors]

    readers = (VISITOR, act(world.dora), act(world.anna), act(world.bruno), act(world.fulvia))
    administrator = act(staff(world.region))
    assert seen(*readers, administrator) == [False, False, True, True, True, False]
    actions.confirm(actor=act(world.bruno), collaboration=row, now=NOW)
    assert seen(*readers, administrator) == [True] * 6
    actions.set_public(actor=act(world.bruno), collaboration=row, is_public=False, now=NOW)
    assert seen(*readers, administrator) == [False, False, True, True, True, False]


def test_evidence_follows_what_is_public_and_confirmed(world: World) -> None:
    row = world.reported(is_public=True)
    assert not Evidence.objects.filter(source=steps.SOURCE).exists()
    actions.confirm(actor=act(world.bruno), collaboration=row, now=NOW)
    piece = Evidence.objects.get(source=steps.SOURCE)
    bodies = set(EvidenceParty.objects.filter(evidence=piece).values_list("organisation_id", flat=True))
    assert (piece.title, bodies) == ("Dyes from onion skins", {world.mill.pk, world.lab.pk})
    assert shared_partners([world.mill.pk]) == {world.mill.pk: {world.lab.pk}}
    actions.set_public(actor=act(world.anna), collaboration=row, is_public=False, now=NOW)
    assert not Evidence.objects.filter(source=steps.SOURCE).exists()
    assert shared_partners([world.mill.pk]) == {}
    assert figures(world.region, NOW).counted == 1  # counted still


def test_set_public_needs_every_side_that_took_it_back(world: World) -> None:
    row = world.reported(is_public=True)
    actions.confirm(actor=act(world.bruno), collaboration=row, now=NOW)
    actions.set_public(actor=act(world.bruno), collaboration=row, is_public=False, now=NOW)
    assert not actions.set_public(actor=act(world.anna), collaboration=row, is_public=True, now=NOW).is_public
    assert actions.set_public(actor=act(world.bruno), collaboration=row, is_public=True, now=NOW).is_public


def test_nobody_makes_public_what_the_other_side_agreed_to_count(world: World) -> None:
    row = world.reported()
    actions.confirm(actor=act(world.bruno), collaboration=row, now=NOW)
    assert not actions.set_public(actor=act(world.anna), collaboration=row, is_public=True, now=NOW).is_public
    assert not Evidence.objects.filter(source=steps.SOURCE).exists()
    wanted = Event.objects.get(type="collaborations.collaboration.publication_wanted")
    assert [told.account_id for told in telling.keeping_private(wanted)] == [world.bruno.pk]
    actions.set_public(actor=act(world.anna), collaboration=row, is_public=True, now=NOW)  # twice is as once
    assert Event.objects.filter(type=wanted.type).count() == 1
    actions.set_public(actor=act(world.anna), collaboration=row, is_public=False, now=NOW)
    assert not actions.set_public(actor=act(world.bruno), collaboration=row, is_public=True, now=NOW).is_public
    assert actions.set_public(actor=act(world.anna), collaboration=row, is_public=True, now=NOW).is_public
    assert Evidence.objects.filter(source=steps.SOURCE).exists()


def test_void_is_counted_nowhere_and_asks_nobody(world: World) -> None:
    row = world.reported()
    actions.dispute(actor=act(world.bruno), collaboration=row, reason="We declined.", now=NOW)
    actions.void(actor=act(world.fulvia), collaboration=row, reason="The lab is right.", now=NOW)
    found = figures(world.region, NOW)
    assert (found.counted, found.waiting, CheckIn.objects.count()) == (0, 0, 0)


def test_note_outcome_sides_and_facilitators_once(world: World) -> None:
    row = world.in_state(_S.ACTIVE)
    given = {"kind": "patent", "words": "Filed in Milan", "url": "https://example.org/p", "count": "1"}
    first = actions.note_outcome(actor=act(world.anna), collaboration=row, given=given, now=NOW)
    again = actions.note_outcome(actor=act(world.anna), collaboration=row, given=given, now=NOW)
    assert first.pk == again.pk
    actions.note_outcome(actor=act(world.fulvia), collaboration=row, given={"kind": "hire", "count": "3"}, now=NOW)
    assert dict(figures(world.region, NOW).outcomes)["hire"] == 3
    with pytest.raises(Forbidden):
        actions.note_outcome(actor=act(world.dora), collaboration=row, given=given, now=NOW)
    actions.remove_outcome(actor=act(world.bruno), outcome=first, now=NOW)
    assert list(Outcome.objects.values_list("kind", flat=True)) == ["hire"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "glory"}, "kind"),
        ({"kind": "hire", "count": "0"}, "count"),
        ({"kind": "hire", "count": "٣"}, "count"),
        ({"kind": "hire", "count": "9" * 40}, "count"),
        ({"kind": "patent", "url": "javascript:alert(1)"}, "url"),
        ({"kind": "patent", "words": "x" * 1001}, "words"),
    ],
)
def test_note_outcome_bad_input_says_where(world: World, given: dict[str, str], field: str) -> None:
    row = world.in_state(_S.ACTIVE)
    with pytest.raises(CollaborationWrong) as caught:
        actions.note_outcome(actor=act(world.anna), collaboration=row, given=given, now=NOW)
    assert list(caught.value.errors) == [field]


def test_end_before_it_began_is_refused(world: World) -> None:
    row = world.in_state(_S.ACTIVE)
    for day in (date(2026, 11, 1), date(2026, 11, 24)):
        with pytest.raises(CollaborationWrong):
            actions.end(actor=act(world.anna), collaboration=row, ended_on=day, now=NOW)


def test_desk_sees_what_waits_from_its_day_on_but_not_one_s_own(world: World) -> None:
    row = world.reported()
    [waits] = desk_unconfirmed(None, NOW)
    assert (waits.object_id, waits.shows_at) == (row.pk, NOW + timedelta(days=14))
    actions.dispute(actor=act(world.bruno), collaboration=row, reason="No.", now=NOW)
    assert (list(desk_unconfirmed(None, NOW)), [one.object_id for one in desk_disputed([row.pk], NOW)]) == (
        [],
        [row.pk],
    )
    speak(world.region, world.gino, world.lab)
    assert set(lines_of_desk(act(world.fulvia), [row.pk], NOW)) == {row.pk}
    assert lines_of_desk(act(world.gino), [row.pk], NOW) == {}


def test_party_lines_do_not_name_a_hidden_organisation(world: World) -> None:
    row = world.reported(is_public=True)
    actions.confirm(actor=act(world.bruno), collaboration=row, now=NOW)
    world.lab.hidden_at = NOW
    world.lab.save()
    [found] = with_parties(Collaboration.objects.filter(pk=row.pk))
    assert [party.name for party in party_lines([found], VISITOR)[row.pk]] == ["Setificio Prova", ""]
    assert [party.name for party in party_lines([found], act(world.bruno))[row.pk]][1] == "Laboratorio Prova"


def test_queries_are_constant(world: World, django_assert_num_queries: Any) -> None:
    def read(rows: int) -> None:
        for _number in range(rows):
            actions.confirm(actor=act(world.bruno), collaboration=world.reported(is_public=True), now=NOW)
        dora = act(world.dora)
        with django_assert_num_queries(3):
            party_lines(list(with_parties(Collaboration.objects.visible_to(dora))), dora)
        with django_assert_num_queries(9):
            figures(world.region, NOW)

    read(1)
    read(3)


def test_erase_keeps_the_register_true_without_the_name(world: World) -> None:
    row = world.reported(world.carla, parties=[(None, world.carla.pk), (world.lab.pk, None)], is_public=True)
    actions.confirm(actor=act(world.bruno), collaboration=row, now=NOW)
    assert collect(world.carla)["collaborations.json"][0]["title"] == "Dyes from onion skins"
    erase(world.carla, False)
    row.refresh_from_db()
    assert (row.state, row.is_public, row.summary, row.reported_by_id) == (_S.ACTIVE, False, "", None)
    assert not Party.objects.filter(account=world.carla).exists()
    assert collect(world.carla) == {}
    assert not Evidence.objects.filter(source=steps.SOURCE).exists()


def test_other_region_sees_nothing(world: World, other_region: Any) -> None:
    from filanda.kernel.regions.scoped import in_region

    row = world.reported(is_public=True)
    actions.confirm(actor=act(world.bruno), collaboration=row, now=NOW)
    with in_region(other_region):
        assert lines(PLATFORM, [row.pk]) == {}
        assert figures(other_region, NOW).counted == 0


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(steps.CHECK_IN_MONTHS))
def test_in_months_stays_within_the_month(day: date, months: int) -> None:
    later = steps.in_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def test_notices_reach_the_other_side_and_nobody_else(world: World, follow: Any) -> None:
    from filanda.capabilities.notifications.models import Notification

    row = world.reported()
    chain.extend()
    follow()
    told = set(Notification.objects.values_list("account", flat=True))
    assert told == {world.bruno.pk}
    actions.confirm(actor=act(world.bruno), collaboration=row, now=NOW)
    chain.extend()
    follow()
    names = Account.objects.filter(pk__in=Notification.objects.values("account")).values_list("name", flat=True)
    assert set(names) == {"Anna Conti", "Bruno Riva"}
