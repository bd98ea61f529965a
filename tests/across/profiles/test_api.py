# SPDX-License-Identifier: EUPL-1.2
"""People in the API: what everybody may know, whoever asks."""

from __future__ import annotations

import json

import pytest

from filanda.directory.people.models import FIELDS
from tests.across.finder.test_api_schema import conforms
from tests.signing import sign_in

LIST, ONE = "/api/v1/people", "/api/v1/people/{person_id}"


def test_the_list_and_a_person_say_what_is_public(client, indexed, member):
    person = member("Paola Pubblica", "one", "public", dict.fromkeys(FIELDS, "public"))
    indexed()
    answer = client.get(f"{LIST}?q=headlineone&skills=energia&lang=it")
    conforms(answer, "get", LIST)
    [found] = answer.json()["people"]
    assert (found["name"], found["headline"], found["languages"]) == ("Paola Pubblica", "headlineone", ["it", "nl"])
    assert [one["code"] for one in found["skills"]] == ["energia", "tessile"]
    assert found["organisations"][0]["name"] == "Filatura positionsone"
    assert found["url"] == f"http://test.example/it/people/{person.pk}/paola-pubblica/"
    facets = {one["name"]: one["values"] for one in answer.json()["facets"]}
    chosen = [(one["value"], one["label"]) for one in facets["skills"] if one["is_chosen"]]
    assert chosen == [("energia", "Energia")]
    assert 'rel="first"' in answer["Link"]
    answer = client.get(f"{LIST}/{person.pk}")
    conforms(answer, "get", ONE)
    said = answer.json()
    assert (said["about"], said["orcid"]) == ("aboutone", "0000-0002-1825-0097")
    assert said["links"] == [{"label": "linksone", "url": "https://linksone.example.org/"}]
    assert "purposeone" not in json.dumps(said)


@pytest.mark.parametrize("chosen", ["members", "private"])
def test_other_fields_and_other_people_are_not_there_even_for_who_is_signed_in(client, indexed, member, chosen):
    person = member("Paola Pubblica", "one", "public", dict.fromkeys(FIELDS, chosen))
    quiet = member("Serena Segreta", "two", chosen)
    indexed()
    sign_in(client, person.account)
    said = client.get(f"{LIST}/{person.pk}").json()
    assert said == {
        "id": person.pk, "name": "Paola Pubblica", "url": said["url"], "headline": None, "language": said["language"],
        "is_validated": False, "organisations": [], "past_organisations": [], "skills": [], "interests": [],
        "languages": [], "about": None, "orcid": None, "links": [], "joined_at": said["joined_at"],
    }  # fmt: skip
    answer = client.get(f"{LIST}/{quiet.pk}")
    assert answer.status_code == 404
    conforms(answer, "get", ONE)
    assert answer["Content-Type"].startswith("application/problem+json")
    listed = client.get(LIST).json()
    assert [one["name"] for one in listed["people"]] == ["Paola Pubblica"]
    assert listed["total"] == 1


@pytest.mark.parametrize(
    "query", ["validated=perhaps", "skill=energia", "limit=1000", "sort=evidence", "offset=-1", "languages=%00"]
)
def test_what_cannot_be_asked_is_a_problem(client, region, query):
    answer = client.get(f"{LIST}?{query}")
    assert answer.status_code == 422
    conforms(answer, "get", LIST)
    assert answer.json()["errors"]


def test_numbers_of_nobody(client, region, other_region, member):
    for number in (0, 2**31, 2**63, 10**30):
        answer = client.get(f"{LIST}/{number}")
        assert answer.status_code == 404
        conforms(answer, "get", ONE)
    person = member("Paola Pubblica", "one", "public")
    assert client.get(f"{LIST}/{person.pk}", headers={"host": "other.example"}).status_code == 404
