# SPDX-License-Identifier: EUPL-1.2
"""Communities in the API: listed ones, whoever asks."""

from __future__ import annotations

import pytest

from tests.across.finder.test_api_schema import conforms
from tests.signing import sign_in
from tests.spaces.making import a_person, make_space

LIST, ONE = "/api/v1/communities", "/api/v1/communities/{slug}"


def test_the_list_and_one_community(client, region):
    make_space(region, "Silk", summaries={"it": "Filare.", "en": "Spinning."}, rules={"it": "Cortesia."})
    make_space(region, "Wool", openness="restricted")
    answer = client.get(f"{LIST}?q=silk&lang=en")
    conforms(answer, "get", LIST)
    [found] = answer.json()["communities"]
    assert (found["name"], found["summary"], found["members"]) == ("Silk", "Spinning.", 0)
    assert found["url"] == "http://test.example/en/communities/silk/"
    answer = client.get(f"{LIST}/silk?lang=it")
    conforms(answer, "get", ONE)
    assert answer.json()["rules"] == "Cortesia."
    assert answer.json()["feed_url"].endswith("/it/communities/silk/feed.atom")
    assert client.get(f"{LIST}/wool").json()["feed_url"] == ""
    assert [one["name"] for one in client.get(f"{LIST}?openness=restricted").json()["communities"]] == ["Wool"]


@pytest.mark.parametrize("kind", ["community", "group"])
def test_private_spaces_are_not_there_even_for_their_members(client, region, kind):
    anna = a_person(region)
    make_space(region, "Secret", openness="private", kind=kind, managers=[anna])
    sign_in(client, anna)
    assert client.get(LIST).json()["total"] == 0
    there, nowhere = client.get(f"{LIST}/secret"), client.get(f"{LIST}/nowhere")
    assert there.status_code == nowhere.status_code == 404
    assert there.json() == nowhere.json()


def test_what_is_not_understood_is_refused(client, region):
    for query in ("page=0", "page=x", "sort=evil", "openness=private", "oppenness=open"):
        assert client.get(f"{LIST}?{query}").status_code == 422
