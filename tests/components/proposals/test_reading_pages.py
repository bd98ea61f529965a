# SPDX-License-Identifier: EUPL-1.2
"""Pages of proposals for every kind of reader: the directory, one proposal, a space's tab, one's own; feed, exports."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from filanda.components.proposals.models import ExpressionOfInterest, ProposalState, Rung
from filanda.kernel.identity.models import Role
from filanda.kernel.regions.scoped import in_region
from filanda.spaces.models import Openness
from tests.components.proposals.making import SUMMARY, TITLE, let_in, make_proposal
from tests.signing import sign_in
from tests.spaces.making import a_person, make_space, staff

pytestmark = pytest.mark.django_db

SECRET = "zirconia"  # in the full text alone
PROBES = "humidity probes"  # in the summary alone


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


def body(client, path: str) -> str:
    response = client.get(path, follow=True)
    assert response.status_code == 200, path
    return b"".join(response).decode() if response.streaming else response.content.decode()


def test_page_each_reader_gets_their_rung_and_next_step(here, anna, bruno, client):
    one = make_proposal(here, anna)
    path = f"/en/proposals/{one.pk}/"
    page = body(client, path)
    assert TITLE in page
    assert "Sign in and answer" in page
    assert PROBES not in page
    assert SECRET not in page
    page = body(sign_in(client, bruno), path)
    assert PROBES in page
    assert SECRET not in page
    assert "Ask to read the full text" in page
    let_in(one, bruno)
    assert SECRET in body(client, path)
    page = body(sign_in(client, anna), path)
    assert SECRET in page
    assert "Nobody has answered yet" in page
    assert "Who may read the full text" in page
    fausto = staff(here, Role.FACILITATOR)
    page = body(sign_in(client, fausto), path)
    assert PROBES in page
    assert SECRET not in page


@pytest.mark.parametrize("state", list(ProposalState))
def test_page_in_every_state_for_the_owner(here, anna, client, state):
    one = make_proposal(here, anna, state=state, reason="It went well.")
    page = body(sign_in(client, anna), f"/en/proposals/{one.pk}/")
    assert SECRET in page
    assert 'class="track"' in page
    stranger = client.__class__()
    shown = state in (ProposalState.PUBLISHED, ProposalState.IN_TALKS, ProposalState.CLOSED, ProposalState.EXPIRED)
    assert stranger.get(f"/en/proposals/{one.pk}/", follow=True).status_code == (200 if shown else 404)


@pytest.mark.parametrize("many", [1, 3])
def test_pages_cost_a_constant_number_of_queries(here, anna, client, indexed, many):
    rows = [make_proposal(here, anna, f"Looms number {number}") for number in range(many)]
    indexed()
    assert client.get("/en/proposals/").content.count(b"Looms number") == many
    least = []
    for path in ("/en/proposals/", f"/en/proposals/{rows[0].pk}/looms-number-0/"):
        counts = []
        for _time in range(4):  # what is kept for a minute may run out in one of them
            with CaptureQueriesContext(connection) as counted:
                assert client.get(path).status_code == 200
            counts.append(len(counted))
        least.append(min(counts))
    assert least == [3, 3]


def test_directory_finds_by_rung_counts_and_narrows(here, anna, bruno, client, indexed):
    make_proposal(here, anna, "Sensors for looms", kind="look_for", cooperation=["pilot"])
    make_proposal(here, anna, "A test hall for dyes", kind="offer", source="Nothing secret.", summary="Vats.")
    make_proposal(here, anna, "Draft of a mill", state=ProposalState.DRAFT)
    make_proposal(here, anna, "Ended mill", state=ProposalState.CLOSED)
    make_proposal(here, anna, "Hidden mill", hidden_at="2026-11-01T00:00Z")
    space = make_space(here, "Secret dyes", openness=Openness.PRIVATE, members=[bruno])
    make_proposal(here, bruno, "Indigo of the group", space=space, cooperation=["licence"])
    indexed()
    page = body(client, "/en/proposals/")
    assert "3 proposals" in page
    assert "Indigo" not in page
    assert "Licence" not in page  # not even as a facet of what is private
    assert "Secret dyes" not in page
    assert "Vats" not in page
    # The rarest word of a summary finds nothing for visitors, and does for members.
    assert "No proposal found" in body(client, "/en/proposals/?q=vats")
    assert "1 proposal" in body(client, "/en/proposals/?kind=offer&q=hall")
    assert "No proposal found" in body(client, "/en/proposals/?q=zirconia")
    sign_in(client, bruno)
    assert "1 proposal" in body(client, "/en/proposals/?q=vats")
    assert "No proposal found" in body(client, "/en/proposals/?q=zirconia")
    page = body(client, "/en/proposals/")
    assert "4 proposals" in page
    assert "Indigo" in page
    assert "Secret dyes" in page


def test_directory_summary_and_text_that_only_let_in_people_read_are_in_no_index(here, anna, bruno, client, indexed):
    one = make_proposal(here, anna, summary_for=Rung.LET_IN)
    let_in(one, bruno)
    make_proposal(here, anna, "Open text", text_for=Rung.PUBLIC, summary="", source="All of it is of zirconia.")
    indexed()
    sign_in(client, bruno)
    assert PROBES in body(client, "/en/proposals/")  # bruno reads it where it is found
    assert "No proposal found" in body(client, "/en/proposals/?q=cotton")
    assert "Open text" in body(client.__class__(), "/en/proposals/?q=zirconia")


def test_directory_follows_changes(here, anna, client, indexed):
    from django.db import transaction

    from filanda.components.proposals.models import Proposal
    from filanda.components.proposals.steps.reading import follow_audience

    space = make_space(here, "Looms", members=[anna])
    one = make_proposal(here, anna, space=space)
    indexed()
    assert TITLE in body(client, "/en/proposals/")
    space.openness = Openness.RESTRICTED
    space.save()
    with transaction.atomic():
        follow_audience(space)
    indexed()
    assert TITLE not in body(client, "/en/proposals/")
    assert Proposal.objects.get(pk=one.pk).audience == f"space:{space.pk}"
    assert TITLE in body(sign_in(client, anna), "/en/proposals/")


@pytest.mark.parametrize(
    "query", ["page=9999", "page=x", "sort=evil", "kind=%00", "s3=" + "x" * 500, "q=" + "%22" * 900, "space=1%27"]
)
def test_directory_any_query_gets_a_sane_answer(here, anna, client, indexed, query):
    make_proposal(here, anna)
    indexed()
    assert client.get(f"/it/proposals/?{query}").status_code == 200


def test_feed_and_exports_hold_the_ladder(here, anna, bruno, client, indexed):
    make_proposal(here, anna, "=cmd|Looms")
    make_proposal(here, anna, "Open to all", summary_for=Rung.PUBLIC, summary="Everybody reads this line.")
    space = make_space(here, "Secret dyes", openness=Openness.PRIVATE, members=[bruno])
    make_proposal(here, bruno, "Indigo of the group", space=space)
    indexed()
    sign_in(client, bruno)
    feed = body(client, "/en/proposals/feed.atom")
    assert "Everybody reads this line." in feed
    assert "Looms" in feed
    assert SUMMARY not in feed  # a feed is as for visitors, whoever asks
    assert "Indigo" not in feed
    sheet = body(client, "/en/proposals/list.csv")
    assert "'=cmd|Looms" in sheet
    assert SUMMARY in sheet
    assert "Indigo" in sheet
    assert SECRET not in sheet
    data = client.__class__().get("/en/proposals/list.json").json()["proposals"]
    assert {row["title"]: row["summary"] for row in data} == {
        "=cmd|Looms": "",
        "Open to all": "Everybody reads this line.",
    }


def test_space_tab_shows_its_own_to_its_readers(here, anna, bruno, client):
    space = make_space(here, "Secret dyes", openness=Openness.PRIVATE, members=[bruno])
    make_proposal(here, bruno, "Indigo of the group", space=space)
    make_proposal(here, bruno, "Ended one", space=space, state=ProposalState.EXPIRED)
    make_proposal(here, anna, "Elsewhere")
    path = f"/en/communities/{space.slug}/proposals/"
    assert client.get(path).status_code == 404
    page = body(sign_in(client, bruno), path)
    assert "Indigo of the group" in page
    assert f'href="/en/proposals/new/?space={space.pk}"' in page
    assert "Elsewhere" not in page
    assert "Ended one" not in page
    assert "Ended one" in body(client, path + "?past=1")
    assert "Indigo of the group" in body(client, f"/en/communities/{space.slug}/")


def test_home_of_a_space_shows_summaries_to_members_only(here, anna, bruno, client):
    space = make_space(here, "Looms", members=[anna])
    make_proposal(here, anna, space=space)
    path = f"/en/communities/{space.slug}/"
    page = body(client, path)
    assert TITLE in page
    assert PROBES not in page
    assert PROBES in body(sign_in(client, bruno), path)


def test_mine_shows_all_states_of_ones_own(here, anna, bruno, client):
    for state in ProposalState:
        make_proposal(here, anna, f"One {state}", state=state)
    make_proposal(here, bruno, "Not mine")
    assert client.get("/en/proposals/mine/").status_code == 302
    page = body(sign_in(client, anna), "/en/proposals/mine/")
    assert all(f"One {state}" in page for state in ProposalState)
    assert "Not mine" not in page


def test_directory_stems_in_the_language_of_the_proposal(here, anna, client, indexed):
    make_proposal(here, anna, "Sensori per telai", language="it")
    make_proposal(here, anna, "Weaving machines", language="en")
    indexed()
    assert "Sensori per telai" in body(client, "/it/proposals/?q=sensore")
    assert "Weaving machines" in body(client, "/it/proposals/?q=machine")


def test_authors_of_answers_never_learn_of_each_other(here, anna, bruno, client, indexed):
    carla = a_person(here, "Carla Neri")
    one = make_proposal(here, anna, answers_count=2)
    for author in (bruno, carla):
        ExpressionOfInterest.objects.create(
            region=here, proposal=one, author=author, brings="Probes", state="sent", sent_at=one.created_at
        )
    indexed()
    sign_in(client, carla)
    for path in (
        f"/en/proposals/{one.pk}/",
        "/en/proposals/",
        "/en/proposals/list.csv",
        "/en/proposals/list.json",
        "/en/proposals/feed.atom",
        f"/api/v1/proposals/{one.pk}",
    ):
        page = body(client, path)
        assert TITLE in page
        assert "Bruno" not in page
        assert "answers_count" not in page
        assert "2 answers" not in page
    assert "You have answered" in body(client, f"/en/proposals/{one.pk}/")
    assert "2 answers wait for you" in body(sign_in(client, anna), f"/en/proposals/{one.pk}/")


def test_owners_page_and_mine_cost_as_much_for_three_as_for_one(here, anna, client):
    one = make_proposal(here, anna, "Looms")
    sign_in(client, anna)
    counts = []
    for names in (("Aldo Riva",), ("Bice Riva", "Ciro Riva")):
        for name in names:
            other = a_person(here, name)
            let_in(one, other)
            ExpressionOfInterest.objects.create(
                region=here, proposal=one, author=other, brings="Probes", state="sent", sent_at=one.created_at
            )
            make_proposal(here, anna, f"More for {name}")
        for path in (f"/en/proposals/{one.pk}/looms/", f"/en/proposals/{one.pk}/people/", "/en/proposals/mine/"):
            assert client.get(path).status_code == 200
            with CaptureQueriesContext(connection) as counted:
                client.get(path)
            counts.append(len(counted))
    assert counts == [13, 9, 10] * 2
