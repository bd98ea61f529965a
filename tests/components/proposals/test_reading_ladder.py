# SPDX-License-Identifier: EUPL-1.2
"""The confidentiality ladder: one rule, as a function of a reader and as rows, for every kind of reader."""

from __future__ import annotations

from dataclasses import replace

import pytest

from filanda.components.proposals.ladder import Door, read_text, rungs, with_rungs
from filanda.components.proposals.models import AdmissionState, Proposal, ProposalState, Rung
from filanda.components.proposals.queries.reading import proposal_at
from filanda.directory.organisations.models import Organisation
from filanda.kernel.identity.actors import PLATFORM, VISITOR, Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.regions.scoped import in_region
from filanda.spaces.models import Openness
from tests.components.proposals.making import let_in, make_proposal
from tests.spaces.making import NOW, a_person, act, make_space, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(region):
    with in_region(region):
        yield region


@pytest.fixture
def anna(here):
    return a_person(here, "Anna Conti")


@pytest.fixture
def bruno(here):
    return a_person(here, "Bruno Riva")


@pytest.mark.parametrize("summary_for", list(Rung))
@pytest.mark.parametrize("text_for", list(Rung))
def test_rungs_of_visitor_stranger_and_member(here, anna, bruno, summary_for, text_for):
    one = make_proposal(here, anna, summary_for=summary_for, text_for=text_for)
    stranger = Actor(account_id=987_654)
    reach = {VISITOR: {"public"}, stranger: {"public"}, act(bruno): {"public", "members"}}
    for actor, reached in reach.items():
        found = rungs(actor, one)
        reads_text = text_for in reached
        assert (found.title, found.summary, found.text) == (True, reads_text or summary_for in reached, reads_text)
        assert read_text(actor).filter(pk=one.pk).exists() == reads_text
        assert bool(found.why_not) == (not reads_text)


def test_rungs_owner_platform_and_facilitators(here, anna):
    fausto, other = staff(here, Role.FACILITATOR, "fausto@region.example"), staff(here, Role.FACILITATOR)
    ada = staff(here, Role.REGION_ADMINISTRATOR, "admin@region.example")
    closed = make_proposal(here, anna, summary_for=Rung.LET_IN, facilitator=fausto)
    review = make_proposal(here, anna, "In review", state=ProposalState.IN_REVIEW, facilitator=fausto)
    draft = make_proposal(here, anna, "Draft", state=ProposalState.DRAFT, facilitator=fausto)
    seen = {
        name: [rungs(actor, one).text for one in (closed, review, draft)]
        for name, actor in (
            ("owner", act(anna)),
            ("platform", PLATFORM),
            ("facilitator", act(fausto)),
            ("other facilitator", act(other)),
            ("without a second factor", act(fausto, second_factor=False)),
            ("administrator", act(ada)),
        )
    }
    assert seen == {
        "owner": [True, True, True],
        "platform": [True, True, True],
        "facilitator": [True, True, False],
        "other facilitator": [False, True, False],
        "without a second factor": [False, False, False],
        "administrator": [False, False, False],
    }
    assert set(read_text(act(fausto)).values_list("title", flat=True)) == {closed.title, "In review"}
    assert set(read_text(act(other)).values_list("title", flat=True)) == {"In review"}
    assert not rungs(act(other), draft).title


def test_rungs_organisation_admin_is_of_the_owners_side(here, anna, bruno):
    mill = Organisation.objects.create(region=here, name="Mill", helix_role="industry")
    one = make_proposal(here, anna, organisation=mill, state=ProposalState.DRAFT)
    speaker = replace(act(bruno), scoped=frozenset({(Role.ORGANISATION_ADMIN.value, "organisation", mill.pk)}))
    assert rungs(speaker, one).text
    assert read_text(speaker).filter(pk=one.pk).exists()
    assert not rungs(act(bruno), one).title


@pytest.mark.parametrize("needs", [False, True])
@pytest.mark.parametrize("undertaken", [False, True])
@pytest.mark.parametrize("state", list(AdmissionState))
def test_rungs_of_who_was_let_in(here, anna, bruno, needs, undertaken, state):
    one = make_proposal(here, anna, needs_undertaking=needs, summary_for=Rung.LET_IN)
    let_in(one, bruno, undertaken=undertaken, state=state)
    found = rungs(act(bruno), one)
    may = state == AdmissionState.LET_IN and (undertaken or not needs)
    assert (found.text, found.summary) == (may, may)
    assert read_text(act(bruno)).filter(pk=one.pk).exists() == may
    if not may:
        expected = {
            AdmissionState.LET_IN: Door.UNDERTAKE,
            AdmissionState.ASKED: Door.ASKED,
            AdmissionState.REFUSED: Door.REFUSED,
            AdmissionState.ENDED: Door.ENDED,
        }
        assert found.door == expected[state]


def test_rungs_admission_does_not_open_what_is_closed_to_the_reader(here, anna, bruno):
    space = make_space(here, "Secret dyes", openness=Openness.PRIVATE, members=[anna])
    one = make_proposal(here, anna, space=space, text_for=Rung.PUBLIC, summary_for=Rung.PUBLIC)
    hidden = make_proposal(here, anna, "Hidden", hidden_at=one.created_at)
    suspended = make_proposal(here, anna, "Suspended", state=ProposalState.SUSPENDED)
    for row in (one, hidden, suspended):
        let_in(row, bruno)
        assert rungs(act(bruno), row) == rungs(VISITOR, row)
        assert (rungs(act(bruno), row).title, rungs(act(bruno), row).text) == (False, False)
    assert not read_text(act(bruno)).exists()
    fausto = staff(here, Role.FACILITATOR)
    assert not rungs(act(fausto), one).title


def test_rungs_over_nobody_else_is_let_in(here, anna, bruno):
    one = make_proposal(here, anna, state=ProposalState.CLOSED)
    assert rungs(act(bruno), one).door == Door.OVER
    let_in(one, bruno)
    assert rungs(act(bruno), one).text


@pytest.mark.parametrize("many", [1, 3])
def test_with_rungs_one_query_for_members_none_for_visitors(here, anna, bruno, many, django_assert_num_queries):
    rows = [make_proposal(here, anna, f"Number {number}") for number in range(many)]
    let_in(rows[0], bruno)
    actor = act(bruno)
    with django_assert_num_queries(1):
        found = with_rungs(actor, rows)
    assert [row.rungs.text for row in found] == [True] + [False] * (many - 1)
    with django_assert_num_queries(0):
        assert not any(row.rungs.text for row in with_rungs(VISITOR, rows))


def test_address_never_is_that_of_another_page(here, anna):
    assert make_proposal(here, anna, "People").slug == "people-proposal"
    assert make_proposal(here, anna, "!!!").slug == "-"


def test_page_redirects_to_its_words_and_is_missing_for_strangers(here, anna, client):
    one = make_proposal(here, anna, "Sensors for looms")
    wrong = client.get(f"/en/proposals/{one.pk}/wrong/?a=1")
    assert (wrong.status_code, wrong.headers["Location"]) == (302, f"/en/proposals/{one.pk}/sensors-for-looms/?a=1")
    assert client.get(f"/en/proposals/{one.pk}/").status_code == 302
    space = make_space(here, "Secret dyes", openness=Openness.PRIVATE, members=[anna])
    private = make_proposal(here, anna, "Indigo of the mill", space=space)
    bodies = {number: client.get(f"/en/proposals/{number}/").content.decode() for number in (private.pk, 4321)}
    assert (
        bodies[private.pk].replace(f"%2F{private.pk}%2F", "%2F4321%2F").replace(f"/{private.pk}/", "/4321/")
        == bodies[4321]
    )


def test_one_proposal_is_there_for_those_whom_lists_show_it_to(here, anna, bruno):
    """`proposal_at` decides by a row at hand what `visible_to` decides in the database."""
    mill = Organisation.objects.create(region=here, name="Mill", helix_role="industry")
    closed = make_space(here, "Secret dyes", openness=Openness.PRIVATE, members=[anna])
    fausto = staff(here, Role.FACILITATOR)
    rows = [
        make_proposal(here, anna, f"{state} {number}", state=state, **more)
        for state in ProposalState
        for number, more in enumerate(({}, {"space": closed}, {"hidden_at": NOW}, {"organisation": mill}))
    ]
    speaker = replace(act(bruno), scoped=frozenset({(Role.ORGANISATION_ADMIN.value, "organisation", mill.pk)}))
    for actor in (VISITOR, PLATFORM, act(anna), act(bruno), speaker, act(fausto), act(fausto, second_factor=False)):
        listed = set(Proposal.objects.visible_to(actor).values_list("pk", flat=True))
        assert {row.pk for row in rows if proposal_at(actor, row.pk) is not None} == listed
    found = proposal_at(act(anna), rows[3].pk)
    assert found is not None
    assert (found, found.region, found.space.name, found.organisation) == (rows[3], here, rows[3].space.name, mill)
