# SPDX-License-Identifier: EUPL-1.2
"""The pages: who may, what they say, what a form that makes no sense is answered."""

from __future__ import annotations

import pytest
from django.test import Client

from filanda.across.matchmaking.models import MatchFeedback, Showing
from filanda.kernel.identity.models import Role
from tests.signing import sign_in
from tests.spaces.making import a_person, make_space, staff


@pytest.fixture
def anna(client, world):
    return sign_in(client, world.anna)


def fresh():
    return Client(headers={"host": "test.example"})


def test_the_owners_page_says_why_and_what_to_do(anna, world):
    page = anna.get(f"/en/proposals/{world.need.pk}/matches/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "Caseificio" in text
    assert "It has done something close to this" in text or "It works in this field" in text
    assert "A portable laboratory for milk" in text
    assert f"organisation={world.bodies['Caseificio'].pk}" in text
    assert Showing.objects.filter(seeker_kind="proposal", seeker_id=world.need.pk, kind="organisation").exists()
    assert anna.get(f"/it/proposals/{world.need.pk}/matches/").status_code == 200


def test_only_its_side_and_facilitators_see_who_fits(client, world):
    address = f"/en/proposals/{world.need.pk}/matches/"
    assert client.get(address).status_code in (302, 403)
    assert sign_in(fresh(), world.bruno).get(address).status_code == 403
    facilitator = staff(world.region, Role.FACILITATOR, "fay@region.example")
    page = sign_in(fresh(), facilitator).get(address)
    assert page.status_code == 200
    assert b"zirconia" not in page.content
    assert not Showing.objects.exists()
    group = make_space(world.region, "Group", openness="private", managers=[world.anna])
    world.need.space, world.need.audience = group, group.audience
    world.need.save()
    assert sign_in(fresh(), world.bruno).get(address).status_code == 404
    assert client.get("/en/proposals/999999/matches/").status_code == 404


def test_not_for_me_on_the_page_and_back(anna, world):
    here = f"/en/proposals/{world.need.pk}/matches/"
    said = {
        "seeker": f"proposal:{world.need.pk}",
        "thing": f"organisation:{world.bodies['Caseificio'].pk}",
        "reason": "field",
        "next": here,
    }
    answer = anna.post("/en/matches/dismiss/", said)
    assert (answer.status_code, answer["Location"]) == (303, here)
    text = anna.get(here).content.decode()
    assert "Suggest it again" in text
    assert "It has done something close to this" not in text
    anna.post("/en/matches/dismiss/", said | {"undo": "1"})
    assert not MatchFeedback.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"reason": ""},
        {"reason": "nonsense"},
        {"thing": "organisation:x"},
        {"thing": "planet:3"},
        {"seeker": "planet:3"},
        {"seeker": "proposal:" + "9" * 40},
        {"next": "https://elsewhere.example/"},
    ],
)
def test_what_makes_no_sense_is_answered_in_words(anna, world, changed):
    said = {"seeker": f"proposal:{world.need.pk}", "thing": "organisation:1", "reason": "field", "next": "/en/for-you/"}
    answer = anna.post("/en/matches/dismiss/", said | changed)
    assert answer.status_code == 303
    assert answer["Location"] == "/en/for-you/"


def test_nobody_speaks_for_others(client, world):
    said = {"seeker": f"proposal:{world.need.pk}", "thing": "organisation:1", "reason": "field"}
    assert client.post("/en/matches/dismiss/", said).status_code in (302, 403)
    for seeker in (f"proposal:{world.need.pk}", f"organisation:{world.bodies['Treni'].pk}", "person:1"):
        answer = sign_in(fresh(), world.bruno).post("/en/matches/dismiss/", said | {"seeker": seeker})
        assert answer.status_code == 403
    assert client.get("/en/matches/dismiss/").status_code == 405
    assert not MatchFeedback.objects.exists()


def test_for_you_shows_what_fits_and_says_what_to_do_where_nothing_does(client, world):
    assert client.get("/en/for-you/").status_code == 302
    carla = a_person(world.region, "Carla Neri", headline="Noise of railway trains, wheels and dampers")
    page = sign_in(fresh(), carla).get("/en/for-you/").content.decode()
    assert world.trains.title in page
    empty = sign_in(fresh(), a_person(world.region, "Dario Verdi")).get("/it/for-you/")
    assert empty.status_code == 200
    assert "/it/profile/" in empty.content.decode()


def test_the_panel_answers_anybody_with_titles_alone(client, world):
    address = "/en/proposals/panel/"
    text = client.post(address, {"title": "We look for rapid analyses of milk", "kind": "look_for"}).content.decode()
    assert "Caseificio" in text
    assert world.need.title in text
    assert world.need.summary not in text
    assert "zirconia" not in text
    assert client.post(address, {"title": ""}).status_code == 200
    assert client.post(address, {"title": "\x00", "kind": "x", "proposal": "9" * 50}).status_code == 200
    assert client.get(address).status_code == 405
