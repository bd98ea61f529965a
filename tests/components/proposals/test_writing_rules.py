# SPDX-License-Identifier: EUPL-1.2
"""Who writes, publishes and reviews; what two people at once leave; what a version keeps."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils.timezone import now as clock
from django.utils.translation import override

from filanda.capabilities.moderation.models import Decision, Measure, Suspension
from filanda.components.proposals.actions import ending, reviewing, writing
from filanda.components.proposals.contents import Locked, Outdated
from filanda.components.proposals.models import ExpressionOfInterest, InterestState, Proposal, ProposalVersion
from filanda.directory.organisations.models import Organisation
from filanda.directory.people.models import ValidationState
from filanda.kernel.identity.actors import PLATFORM, VISITOR
from filanda.kernel.identity.models import Role
from filanda.kernel.journal.models import Event
from filanda.kernel.policies import Forbidden
from filanda.kernel.signin.steps import give_role
from filanda.spaces.models import SpaceKind
from tests.components.proposals.making import make_proposal, region_space
from tests.spaces.making import NOW, a_person, act, make_space, staff

pytestmark = pytest.mark.django_db
GOOD = dict.fromkeys(reviewing.Check.values, True)


@pytest.fixture
def anna(region):
    region_space(region)
    return a_person(region, "Anna Conti")


@pytest.fixture
def fausto(region):
    return staff(region, Role.FACILITATOR, "fausto@region.example")


def _body(region):
    return Organisation.objects.create(region=region, name="Seta SpA", sort_key="seta spa")


def _give(region, account, role, body):
    give_role(actor=PLATFORM, region=region, account=account, role=role, scope=("organisation", body.pk))


def _submitted(region, account):
    row = make_proposal(region, account, state="draft")
    return writing.submit(actor=act(account), proposal=row, now=NOW)


@pytest.mark.parametrize(
    ("rule", "validated", "approved", "state"),
    [
        ("first", True, False, "in_review"),
        ("first", True, True, "published"),
        ("first", False, True, "in_review"),
        ("always", True, True, "in_review"),
        ("never", True, False, "published"),
        ("never", False, False, "in_review"),
        ("nonsense", True, False, "in_review"),
    ],
)
def test_the_regions_rule_of_review(region, anna, fausto, rule, validated, approved, state):
    if approved:
        first = _submitted(region, anna)
        reviewing.approve(actor=act(fausto), proposal=first, checklist=GOOD, now=NOW)
    region.settings = {"proposals": {"review": rule}}
    region.save()
    if not validated:
        anna.people.update(state=ValidationState.WAITING)
    assert _submitted(region, anna).state == state


def test_nobody_looks_into_a_closed_community(region, anna, fausto):
    closed = make_space(region, "Closed", openness="restricted", members=[anna])
    row = make_proposal(region, anna, state="draft", space=closed)
    assert writing.submit(actor=act(anna), proposal=row, now=NOW).state == "published"
    waits = make_proposal(region, anna, state="in_review", space=closed)
    with pytest.raises(Forbidden):
        reviewing.approve(actor=act(fausto), proposal=waits, checklist=GOOD, now=NOW)


def test_who_may_write_in_it(region, other_region, anna, fausto):
    row = make_proposal(region, anna, state="draft")
    bruno, ada = a_person(region, "Bruno Neri"), staff(region)
    for who in (VISITOR, act(bruno), act(fausto), act(ada)):
        with pytest.raises(Forbidden):
            writing.save_draft(actor=who, proposal=row, fields={"title": "Theirs"}, version=1, now=NOW)
        with pytest.raises(Forbidden):
            writing.submit(actor=who, proposal=row, now=NOW)
        with pytest.raises(Forbidden):
            writing.delete_draft(actor=who, proposal=row, now=NOW)
    assert Proposal.objects.get().title == row.title


def test_who_speaks_for_the_organisation_writes_too(region, anna):
    body = _body(region)
    row = make_proposal(region, anna, state="draft", organisation=body)
    carla = a_person(region, "Carla Bo")
    with pytest.raises(Forbidden):
        writing.save_draft(actor=act(carla), proposal=row, fields={"title": "Ours"}, version=1, now=NOW)
    _give(region, carla, Role.ORGANISATION_ADMIN, body)
    kept = writing.save_draft(actor=act(carla), proposal=row, fields={"title": "Ours"}, version=1, now=NOW)
    assert (kept.title, kept.version, kept.owner_id) == ("Ours", 2, anna.pk)


def test_nobody_speaks_for_the_organisation_of_others(region, anna):
    body = _body(region)
    with pytest.raises(Forbidden):
        writing.create_draft(
            actor=act(anna), region=region, space=region_space(region), kind="offer", organisation=body, now=NOW
        )
    row = make_proposal(region, anna, state="draft")
    with pytest.raises(Forbidden):
        writing.save_draft(actor=act(anna), proposal=row, fields={"organisation": body}, version=1, now=NOW)


def test_a_facilitator_of_the_organisation_does_not_review_it(region, anna, fausto):
    body = _body(region)
    _give(region, fausto, Role.ORGANISATION_MEMBER, body)
    row = make_proposal(region, anna, state="draft", organisation=body)
    waits = writing.submit(actor=act(anna), proposal=row, now=NOW)
    assert waits.facilitator_id is None
    with pytest.raises(Forbidden):
        reviewing.approve(actor=act(fausto), proposal=waits, checklist=GOOD, now=NOW)


def test_a_facilitator_without_second_factor_reviews_nothing(region, anna, fausto):
    row = make_proposal(region, anna, state="in_review")
    with override("en"), pytest.raises(Forbidden, match="second factor"):
        reviewing.approve(actor=act(fausto, second_factor=False), proposal=row, checklist=GOOD, now=NOW)


def test_who_is_suspended_writes_nothing(region, anna):
    row = make_proposal(region, anna, state="draft")
    until = clock() + timedelta(days=7)
    decided = Decision.objects.create(
        region=region,
        thing_kind="post",
        thing_id=1,
        author=anna,
        measure=Measure.SUSPENDED,
        reasons="Rule 3.",
        suspended_until=until,
    )
    Suspension.objects.create(region=region, account=anna, decision=decided, until=until)
    with override("en"), pytest.raises(Forbidden, match="may not write"):
        writing.submit(actor=act(anna), proposal=row, now=NOW)
    with override("en"), pytest.raises(Forbidden, match="may not write"):
        writing.create_draft(actor=act(anna), region=region, space=region_space(region), kind="offer", now=NOW)


def test_groups_and_archived_communities_take_no_proposals(region, anna):
    group = make_space(region, "Group", kind=SpaceKind.GROUP, managers=[anna])
    archived = make_space(region, "Old", members=[anna], archived_at=NOW)
    strange = make_space(region, "Strange")
    for space in (group, archived, strange):
        with pytest.raises(Forbidden):
            writing.create_draft(actor=act(anna), region=region, space=space, kind="offer", now=NOW)


def test_the_same_key_gives_the_same_draft(region, anna):
    given = {"actor": act(anna), "region": region, "space": region_space(region), "kind": "offer", "now": NOW}
    first = writing.create_draft(**given, key="k", fields={"title": "A mill"})
    second = writing.create_draft(**given, key="k", fields={"title": "Another"})
    assert (second.pk, second.title, Proposal.objects.count()) == (first.pk, "A mill", 1)
    assert Event.objects.filter(type="proposals.proposal.drafted").count() == 1


def test_two_who_save_at_once(region, anna):
    row = make_proposal(region, anna, state="draft")
    writing.save_draft(actor=act(anna), proposal=row, fields={"title": "First"}, version=1, now=NOW)
    with pytest.raises(Outdated) as caught:
        writing.save_draft(actor=act(anna), proposal=row, fields={"title": "Second"}, version=1, now=NOW)
    assert (caught.value.proposal.title, caught.value.proposal.version) == ("First", 2)
    same = writing.save_draft(actor=act(anna), proposal=row, fields={"title": "First"}, version=1, now=NOW)
    assert same.version == 2  # nothing to lose where both say the same


def test_saving_a_draft_is_nobodys_business(region, anna):
    row = make_proposal(region, anna, state="draft")
    before = Event.objects.count()
    writing.save_draft(actor=act(anna), proposal=row, fields={"title": "First"}, version=1, now=NOW)
    assert Event.objects.count() == before


def test_an_unknown_field_is_an_error_of_ours(region, anna):
    row = make_proposal(region, anna, state="draft")
    with pytest.raises(TypeError):
        writing.save_draft(actor=act(anna), proposal=row, fields={"state": "published"}, version=1, now=NOW)


def test_what_is_missing_is_told_by_field(region, anna):
    row = make_proposal(region, anna, "", state="draft", summary="")
    with pytest.raises(ValidationError) as caught:
        writing.submit(actor=act(anna), proposal=row, now=NOW)
    assert sorted(caught.value.message_dict) == ["summary", "title"]
    assert Proposal.objects.get().state == "draft"


def test_a_small_change_keeps_its_place_and_how_it_was(region, anna):
    region.settings = {"proposals": {"review": "always"}}
    region.save()
    row = make_proposal(region, anna, version=3)
    writing.change(actor=act(anna), proposal=row, fields={"title": row.title + "!"}, version=3, now=NOW)
    again = Proposal.objects.get()
    assert (again.state, again.published_at, again.version) == ("published", row.published_at, 4)
    kept = {one.number: one.fields["title"] for one in ProposalVersion.objects.all()}
    assert kept == {3: row.title, 4: row.title + "!"}
    assert Event.objects.last().payload["fields"] == ["title"]


def test_another_text_is_read_again_and_keeps_its_end(region, anna, fausto):
    region.settings = {"proposals": {"review": "always"}}
    region.save()
    row = make_proposal(region, anna)
    other = {"title": "A mill for flax", "source": "Wholly other words stand here now.", "summary": "No."}
    writing.change(actor=act(anna), proposal=row, fields=other, version=1, now=NOW)
    assert Proposal.objects.get().state == "in_review"
    done = reviewing.approve(actor=act(fausto), proposal=row, checklist=GOOD, now=NOW)
    assert (done.state, done.published_at, done.expires_at) == ("published", row.published_at, row.expires_at)


def test_who_is_trusted_changes_it_at_once(region, anna):
    region.settings = {"proposals": {"review": "never"}}
    region.save()
    row = make_proposal(region, anna)
    other = {"title": "A mill for flax", "source": "Wholly other words.", "summary": "No."}
    assert writing.change(actor=act(anna), proposal=row, fields=other, version=1, now=NOW).state == "published"
    with pytest.raises(ValidationError):
        writing.change(actor=act(anna), proposal=row, fields={"title": ""}, version=2, now=NOW)
    with pytest.raises(Locked):
        writing.save_draft(actor=act(anna), proposal=row, fields={"title": "x"}, version=2, now=NOW)


def test_what_others_wrote_is_not_thrown_away(region, anna):
    row = make_proposal(region, anna, state="draft")
    ExpressionOfInterest.objects.create(
        region=region, proposal=row, author=a_person(region, "Bruno Neri"), brings="x", state=InterestState.READ
    )
    with pytest.raises(Forbidden):
        writing.delete_draft(actor=act(anna), proposal=row, now=NOW)


def test_what_was_changed_meanwhile_is_not_approved(region, anna, fausto):
    row = make_proposal(region, anna, state="in_review", version=2)
    with pytest.raises(Outdated):
        reviewing.approve(actor=act(fausto), proposal=row, checklist=GOOD, version=1, now=NOW)
    assert Proposal.objects.get().state == "in_review"


def test_a_list_with_a_gap_approves_nothing(region, anna, fausto):
    row = make_proposal(region, anna, state="in_review")
    for checklist in ({}, GOOD | {"not_promotion": False}):
        with pytest.raises(ValidationError):
            reviewing.approve(actor=act(fausto), proposal=row, checklist=checklist, now=NOW)


@pytest.mark.parametrize(("closed_as", "reason"), [("", ""), ("sold", ""), ("withdrawn", "x" * 1_001)])
def test_an_end_needs_a_known_outcome(region, anna, closed_as, reason):
    row = make_proposal(region, anna)
    with pytest.raises(ValidationError):
        ending.close(actor=act(anna), proposal=row, closed_as=closed_as, reason=reason, now=NOW)
    assert Proposal.objects.get().state == "published"
