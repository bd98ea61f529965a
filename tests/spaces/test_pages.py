# SPDX-License-Identifier: EUPL-1.2
import re

import pytest

from filanda.spaces.models import Membership
from tests.signing import sign_in
from tests.spaces.making import a_person, make_space, staff


@pytest.mark.parametrize(
    ("openness", "who", "expected"),
    [
        ("open", "visitor", 200),
        ("open", "stranger", 200),
        ("open", "member", 200),
        ("restricted", "visitor", 302),
        ("restricted", "stranger", 302),
        ("restricted", "administrator", 302),
        ("restricted", "member", 200),
        ("private", "visitor", 404),
        ("private", "stranger", 404),
        ("private", "administrator", 404),
        ("private", "member", 200),
    ],
)
def test_who_reads_a_space(region, client, openness, who, expected):
    anna = a_person(region, "Anna Conti")
    make_space(region, "Silk", openness=openness, members=[anna])
    if who == "stranger":
        sign_in(client, a_person(region, "Bruno Riva"))
    elif who == "administrator":
        sign_in(client, staff(region))
    elif who == "member":
        sign_in(client, anna)
    assert client.get("/it/communities/silk/").status_code == expected
    assert client.get("/it/communities/silk/about/").status_code == (404 if expected == 404 else 200)


def test_a_private_space_answers_strangers_as_what_is_not_there(region, client):
    make_space(region, "Silk", openness="private", members=[a_person(region)])
    sign_in(client, a_person(region, "Bruno Riva"))
    there, nowhere = client.get("/it/communities/silk/"), client.get("/it/communities/wool/")
    assert there.status_code == nowhere.status_code == 404
    plain = [re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", one.content) for one in (there, nowhere)]
    assert plain[0].replace(b"silk", b"wool") == plain[1]


def test_an_open_space_is_joined_with_one_tap_and_left_again(region, client):
    space = make_space(region, "Silk", managers=[a_person(region, "Mara Neri")])
    anna = a_person(region)
    sign_in(client, anna)
    assert client.post("/it/communities/silk/join/").status_code == 302
    assert Membership.objects.get(account=anna).state == "active"
    space.refresh_from_db()
    assert space.members_count == 2
    assert client.get("/it/communities/silk/people/").status_code == 200
    assert client.post("/it/communities/silk/leave/").status_code == 302
    space.refresh_from_db()
    assert space.members_count == 1
    assert client.get("/it/communities/silk/leave/").status_code == 404


def test_a_restricted_space_leads_strangers_to_its_door(region, client):
    make_space(region, "Silk", openness="restricted", managers=[a_person(region, "Mara Neri")])
    sign_in(client, a_person(region))
    answer = client.get("/it/communities/silk/people/")
    assert answer.status_code == 302
    assert answer.url == "/it/communities/silk/join/"
    assert client.post("/it/communities/silk/join/", {"answer": "I spin."}).status_code == 302
    assert Membership.objects.get(answer="I spin.").state == "requested"
