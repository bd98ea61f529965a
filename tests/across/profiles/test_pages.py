# SPDX-License-Identifier: EUPL-1.2
"""The directory, a profile and its page for machines, to everybody who may ask."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from django.test import Client

from filanda.directory.people import actions
from filanda.directory.people.models import Block
from filanda.kernel.identity.models import Role
from tests.across.profiles.conftest import NOON, me
from tests.signing import sign_in


def as_(account, **options) -> Client:
    return sign_in(Client(headers={"host": "test.example"}), account, **options)


def names(response) -> list[str]:
    return re.findall(r'<h3><a href="[^"]*">([^<]*)</a>', response.content.decode())


def test_the_directory_shows_each_reader_their_own(client, indexed, member, account, facilitator):
    everybody = member("Paola Pubblica", "one", "public")
    member("Mara Membri", "two", "members")
    member("Piera Privata", "three", "private")
    indexed()
    assert names(client.get("/it/people/")) == ["Paola Pubblica"]
    assert names(as_(account("stranger@example.org")).get("/it/people/")) == ["Paola Pubblica"]
    for reader in (everybody.account, facilitator):
        assert names(as_(reader).get("/it/people/")) == ["Mara Membri", "Paola Pubblica"]
    without_second_factor = as_(facilitator, second_factor=False)
    assert names(without_second_factor.get("/it/people/")) == ["Mara Membri", "Paola Pubblica"]


def test_filters_narrow_down_and_stay_in_the_address(client, indexed, member, joined):
    member("Paola Pubblica", "one", "public")
    joined("Ugo Vuoto", listing="public")
    indexed()
    page = client.get("/it/people/?skills=energia&helix_role=academia&province=ML&q=headlineone")
    assert names(page) == ["Paola Pubblica"]
    text = page.content.decode()
    assert 'name="skills" value="energia" checked' in text
    assert "Energia" in text
    assert names(client.get("/it/people/?skills=acqua")) == []
    assert names(client.get("/it/people/?validated=no")) == ["Paola Pubblica", "Ugo Vuoto"]
    fragment = client.get("/it/people/?q=ugo", headers={"HX-Request": "true"})
    assert names(fragment) == ["Ugo Vuoto"]
    assert "<html" not in fragment.content.decode()
    assert {"HX-Request", "Cookie"} <= set(re.split(r",\s*", fragment["Vary"]))


@pytest.mark.parametrize(
    "query", ["?page=99999", "?q=%00%ff", "?skills=" + "x" * 500, "?sort=evidence&validated=maybe"]
)
def test_any_address_of_the_directory_gets_an_answer(client, indexed, member, query):
    member("Paola Pubblica", "one", "public")
    indexed()
    assert client.get(f"/it/people/{query}").status_code == 200


def test_a_profile_is_there_for_those_who_may_see_it(client, member, account, facilitator, joined, other_region):
    other = joined("Carlo Curioso").account
    answers = {}
    for listing in ("public", "members", "private"):
        person = member(f"Pia {listing.title()}", listing, listing)
        address = f"/it/people/{person.pk}/{person.slug}/"
        readers = (None, account(f"{listing}@example.org"), other, facilitator, person.account)
        answers[listing] = [(client if reader is None else as_(reader)).get(address).status_code for reader in readers]
        elsewhere = Client(headers={"host": "other.example"})
        assert elsewhere.get(address).status_code == 404
    assert answers == {
        "public": [200, 200, 200, 200, 200],
        "members": [404, 404, 200, 200, 200],
        "private": [404, 404, 404, 200, 200],
    }


def test_an_old_slug_leads_to_the_page(client, member):
    person = member("Paola Pubblica", "one", "public")
    for address in (f"/it/people/{person.pk}/", f"/it/people/{person.pk}/other-name/?x=1"):
        response = client.get(address)
        assert response.status_code == 302
        assert response["Location"].startswith(f"/it/people/{person.pk}/paola-pubblica/")
    assert client.get(f"/it/people/{2**64}/x/").status_code == 404


@pytest.mark.parametrize("chosen", ["public", "members", "private"])
def test_each_field_is_rendered_to_those_who_may_see_it(client, member, joined, facilitator, chosen):
    fields = ("headline", "about", "links", "positions")
    person = member("Paola Pubblica", "one", "public", dict.fromkeys([*fields, "orcid", "skills", "languages"], chosen))
    address = f"/it/people/{person.pk}/paola-pubblica/"
    readers = {"visitor": client, "member": as_(joined("Carlo Curioso").account), "theirs": as_(facilitator)}
    readers["own"] = as_(person.account)
    words = [f"{field}one" for field in fields] + ["0000-0002-1825-0097", "Energia"]
    shown = {
        name: [word for word in words if word in reader.get(address).content.decode()]
        for name, reader in readers.items()
    }
    may = {"public": ["visitor", "member", "theirs", "own"], "members": ["member", "theirs", "own"]}
    seeing = may.get(chosen, ["theirs", "own"])
    assert shown == {name: (words if name in seeing else []) for name in readers}


def test_the_purpose_is_for_the_person_and_their_facilitator(client, member, joined, facilitator, account, region):
    person = member("Paola Pubblica", "one", "public")
    second = account("second@example.org", Role.FACILITATOR, region=region)
    for reader in (client, as_(joined("Carlo Curioso").account), as_(second)):
        assert "purposeone" not in reader.get(f"/it/people/{person.pk}/paola-pubblica/").content.decode()


def test_machines_learn_what_everybody_may_know(client, member, joined):
    person = member("Paola </script> Pubblica", "one", "public", {"orcid": "members", "headline": "public"})
    address = f"/it/people/{person.pk}/{person.slug}/"
    for reader in (client, as_(person.account), as_(joined("Carlo Curioso").account)):
        text = reader.get(address).content.decode()
        found = re.search(r'<script type="application/ld\+json">(.*?)</script>', text)
        said = json.loads(found[1])
        assert said["name"] == "Paola </script> Pubblica"
        assert said["@type"] == "Person"
        assert said["description"] == "headlineone"
        assert said["knowsAbout"] == ["Energia", "Tessile"]
        assert said["worksFor"] == [{"@type": "Organization", "name": "Filatura positionsone"}]
        assert "sameAs" not in said  # ORCID and links are for members
        assert "noindex" not in text
    quiet = member("Mara Membri", "two", "members")
    text = as_(person.account).get(f"/it/people/{quiet.pk}/{quiet.slug}/").content.decode()
    assert "noindex" in text
    assert "ld+json" not in text


def test_the_list_can_be_taken_along_as_each_reader_sees_it(client, indexed, member, joined):
    member("Paola Pubblica", "one", "public", {"skills": "members", "languages": "private"})
    member("=Mara Membri", "two", "members")
    indexed()

    def taken(reader):
        response = reader.get("/it/people.csv")
        rows = csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig")))
        return response["X-Total-Count"], [row[:5] for row in list(rows)[1:]]

    assert taken(client) == ("1", [["Paola Pubblica", "headlineone", "Filatura positionsone (titleone)", "", ""]])
    total, rows = taken(as_(joined("Carlo Curioso").account))
    assert total == "2"
    assert rows == [
        ["'=Mara Membri", "headlinetwo", "Filatura positionstwo (titletwo)", "Energia; Tessile", "Italiano; Olandese"],
        ["Paola Pubblica", "headlineone", "Filatura positionsone (titleone)", "Energia; Tessile", ""],
    ]


def test_blocking_parts_two_everywhere_and_is_taken_back(indexed, member, joined):
    paola, carlo = member("Paola Pubblica", "one", "public"), joined("Carlo Curioso", listing="public")
    indexed()
    mine, theirs = as_(carlo.account), as_(paola.account)
    page = mine.get(f"/it/people/{paola.pk}/paola-pubblica/").content.decode()
    assert f"/it/people/{paola.pk}/block/" in page
    assert mine.post(f"/it/people/{paola.pk}/block/").status_code == 302
    assert Block.objects.count() == 1
    for reader, other in ((mine, paola), (theirs, carlo)):
        assert reader.get(f"/it/people/{other.pk}/{other.slug}/").status_code == 404
        listed = reader.get("/it/people/").content.decode()
        assert other.name not in listed
        assert re.search(r'id="count">1 ', listed)
        assert reader.get(f"/it/people/suggest?q={other.name[:4]}").json() == []
        assert other.name not in b"".join(reader.get("/it/people.csv").streaming_content).decode()
    listed = mine.get("/it/profile/blocked/").content.decode()
    assert "Paola Pubblica" in listed
    assert "Carlo" not in theirs.get("/it/profile/blocked/").content.decode()
    assert mine.post(f"/it/people/{paola.pk}/unblock/").status_code == 302
    assert mine.get(f"/it/people/{paola.pk}/paola-pubblica/").status_code == 200


def test_nobody_else_blocks_or_hides(client, member, joined, account):
    paola = member("Paola Pubblica", "one", "public")
    stranger = as_(account("stranger@example.org"))
    for reader in (client, stranger, as_(paola.account)):
        assert reader.post(f"/it/people/{paola.pk}/block/").status_code == 403
    for reader in (client, stranger, as_(joined("Carlo Curioso").account), as_(paola.account)):
        assert reader.post(f"/it/people/{paola.pk}/hide/", {"reason": "x"}).status_code == 403
    assert not Block.objects.exists()


def test_staff_hide_with_a_reason(client, member, facilitator):
    paola = member("Paola Pubblica", "one", "public")
    staff = as_(facilitator)
    refused = staff.post(f"/it/people/{paola.pk}/hide/", {"reason": " "})
    assert refused.status_code == 422
    assert staff.post(f"/it/people/{paola.pk}/hide/", {"reason": "Pubblicità"}).status_code == 302
    address = f"/it/people/{paola.pk}/paola-pubblica/"
    assert client.get(address).status_code == 404
    for reader in (staff, as_(paola.account)):
        assert "Pubblicità" in reader.get(address).content.decode()
    assert "Pubblicità" in as_(paola.account).get("/it/profile/").content.decode()
    staff.post(f"/it/people/{paola.pk}/show/")
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_pages_cost_the_same_for_one_person_and_for_many(
    client, indexed, member, joined, django_assert_max_num_queries, count
):
    people = [member(f"Paola Pubblica {number}", f"n{number}", "public") for number in range(count)]
    indexed()
    client.get("/it/people/?q=paola")
    with django_assert_max_num_queries(6):
        assert len(names(client.get("/it/people/"))) == count
    with django_assert_max_num_queries(5):
        assert client.get(f"/it/people/{people[0].pk}/{people[0].slug}/").status_code == 200
    reader = as_(people[0].account)
    actions.block_person(actor=me(people[0].account), person=joined("Bo Bloccato"), now=NOON)
    reader.get("/it/people/")
    with django_assert_max_num_queries(12):
        assert len(names(reader.get("/it/people/"))) == count
