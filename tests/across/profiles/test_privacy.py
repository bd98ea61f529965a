# SPDX-License-Identifier: EUPL-1.2
"""Nothing that a reader may not know of somebody can be found: by no word, filter, count, completion or list."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from filanda.capabilities.search.queries import PEOPLE_FACETS, find_people, suggest_people
from filanda.directory.affiliations.models import Position
from filanda.directory.affiliations.search import SEARCH_SOURCES
from filanda.directory.organisations.actions import hide_organisation
from filanda.directory.people import actions
from filanda.directory.people.models import FIELDS, Person, PersonConcept
from filanda.directory.people.queries import unfindable_ids
from filanda.kernel.identity.actors import PLATFORM, VISITOR
from tests.across.profiles.conftest import NOON, me
from tests.signing import sign_in

WORDS = {
    "headline": "headlineone",
    "about": "aboutone",
    "skills": "tessile",
    "interests": "salute",
    "orcid": "0000-0002-1825-0097",
    "positions": "positionsone",
}
VALUES = {"skills": ("skills", "energia"), "interests": ("interests", "salute"), "languages": ("languages", "nl")}
PLACES = {"helix_role": "academia", "province": "ML"}


def found(region, actor, text="", **filters):
    return find_people(region, actor, text, {name: [value] for name, value in filters.items()})


def documents(kind, *people):
    source = {source.kind: source for source in SEARCH_SOURCES}[kind]
    return {document.id: document for document in source.build([person.pk for person in people])}


def said(document) -> str:
    """Everything in a document that can be searched, counted or shown."""
    texts = [*document.names, document.label, *(text.text for text in (*document.titles, *document.texts))]
    return json.dumps([texts, dict(document.facets)])


def test_documents_hold_what_their_readers_may_see_of_each_field(member):
    for field, word in WORDS.items():
        for chosen, holders in (("public", {"person", "member"}), ("members", {"member"}), ("private", set())):
            Person.objects.all().delete()
            everything_else = dict.fromkeys(set(FIELDS) - {field}, "private")
            person = member(f"Paola {field} {chosen}", "one", "public", {field: chosen, **everything_else})
            holding = {
                kind
                for kind in ("person", "member")
                if word.lower() in said(documents(kind, person)[person.pk]).lower()
            }
            assert holding == holders, (field, chosen)


def test_documents_are_there_for_those_who_list_themselves(member, facilitator):
    people = {listing: member(f"Pia {listing}", listing, listing) for listing in ("public", "members", "private")}
    gone = member("Gina Andata", "gone", "public")
    Person.objects.filter(pk=gone.pk).update(leaving_at=NOON)
    hidden = member("Nina Nascosta", "hidden", "public")
    actions.hide_person(actor=me(facilitator), person=hidden, reason="x", now=NOON)
    every = [*people.values(), gone, hidden]
    assert set(documents("person", *every)) == {people["public"].pk}
    assert set(documents("member", *every)) == {people["public"].pk, people["members"].pk}
    for source in SEARCH_SOURCES:
        assert set(source.all_ids()) == set(documents(source.kind, *every))


def test_purpose_questions_links_and_suggestions_are_in_no_document(member, facilitator, topics):
    person = member("Paola Pubblica", "one", "public", dict.fromkeys(FIELDS, "public"))
    actions.return_person(actor=me(facilitator), person=person, question="questionone", now=NOON)
    PersonConcept.objects.create(
        region=person.region, person=person, concept_id=topics["acqua"], kind="skill", origin="suggested"
    )
    for kind in ("person", "member"):
        text = said(documents(kind, person)[person.pk]).lower()
        for secret in ("purposeone", "questionone", "linksone", "acqua", "returned", "example.org"):
            assert secret not in text


@pytest.mark.parametrize("chosen", ["members", "private"])
def test_no_word_or_value_finds_what_is_not_for_the_reader(region, indexed, member, joined, account, chosen):
    member("Paola Pubblica", "one", "public", dict.fromkeys(FIELDS, chosen))
    other = joined("Carlo Curioso", listing="public")
    indexed()
    readers = {"visitor": VISITOR, "stranger": me(account("stranger@example.org"))}
    if chosen == "private":
        readers["member"] = me(other.account)
    for reader in readers.values():
        for word in (*WORDS.values(), "titleone", "nl", "headlineon", "headlinoene", "aboutome"):
            assert found(region, reader, word).total == 0, word
        for facet, value in VALUES.values():
            assert found(region, reader, **{facet: value}).total == 0
        for facet, value in PLACES.items():
            assert found(region, reader, **{facet: value}).total == 0
        counts = {(one.name, one.value): one.count for one in found(region, reader).facets}
        assert counts == {("validated", "no"): 2}
        assert found(region, reader).total == 2
    if chosen == "members":
        for word in (*WORDS.values(), "titleone"):
            assert found(region, me(other.account), word).total == 1, word
        for facet, value in [*VALUES.values(), *PLACES.items()]:
            assert found(region, me(other.account), **{facet: value}).total == 1


@pytest.mark.parametrize("listing", ["members", "private"])
def test_nobody_who_is_not_listed_is_counted_completed_or_exported(indexed, region, member, joined, account, listing):
    member("Serena Segreta", "one", listing)
    other = joined("Carlo Curioso", listing="public")
    indexed()
    readers = {None: Client(headers={"host": "test.example"})}
    stranger = account("stranger@example.org")
    readers[stranger] = sign_in(Client(headers={"host": "test.example"}), stranger)
    if listing == "private":
        readers[other.account] = sign_in(Client(headers={"host": "test.example"}), other.account)
    for reader, client in readers.items():
        actor = me(reader) if reader else VISITOR
        for text in ("s", "se", "serena", "segreta", "Serena Segr", "serna", "sagreta"):
            assert [one.text for one in suggest_people(region, actor, text)] == []
            assert client.get("/it/people/suggest", {"q": text}).json() == []
        assert {one.name for one in found(region, actor).facets} == {"validated"}
        page = client.get("/it/people/").content.decode()
        assert "Serena" not in page
        assert re.search(r'id="count">1 ', page)
        assert "1 persona" in page or "1 person" in page
        taken = b"".join(client.get("/it/people.csv").streaming_content).decode()
        assert "Serena" not in taken
        assert client.get("/it/people.csv?q=serena")["X-Total-Count"] == "0"
        for facet in PEOPLE_FACETS:
            for value in ("energia", "salute", "academia", "ML", "nl", "no"):
                assert "Serena" not in client.get("/it/people/", {facet: value}).content.decode()
        for path in ("/api/v1/people", "/api/v1/people?q=serena"):
            assert "Serena" not in client.get(path).content.decode()


def test_what_becomes_private_is_gone_from_the_index_with_the_next_event(region, indexed, member):
    person = member("Paola Pubblica", "one", "public", dict.fromkeys(FIELDS, "public"))
    indexed()
    assert found(region, VISITOR, "headlineone").total == 1
    actions.set_visibility(actor=me(person.account), person=person, fields={"headline": "members"}, now=NOON)
    indexed()
    assert found(region, VISITOR, "headlineone").total == 0
    assert found(region, VISITOR, "paola").total == 1
    actions.set_visibility(actor=me(person.account), person=person, listing="members", now=NOON)
    indexed()
    assert found(region, VISITOR, "paola").total == 0
    assert found(region, me(person.account), "paola").total == 1
    actions.set_visibility(actor=me(person.account), person=person, listing="private", now=NOON)
    indexed()
    assert found(region, me(person.account), "paola").total == 0


def test_hits_and_counts_leave_out_those_who_are_blocked(region, indexed, member, joined):
    paola = member("Paola Pubblica", "one", "public", dict.fromkeys(FIELDS, "public"))
    member("Piera Pubblica", "two", "public", dict.fromkeys(FIELDS, "public"))
    carlo = joined("Carlo Curioso", listing="public")
    indexed()
    actions.block_person(actor=me(paola.account), person=carlo, now=NOON)
    for actor, fewer in ((me(carlo.account), 1), (me(joined("Dora Altra").account), 2)):
        without = unfindable_ids(actor)
        answer = find_people(region, actor, "pubblica", without=without)
        assert (answer.total, len(answer.ids)) == (fewer, fewer)
        counts = {(one.name, one.value): one.count for one in answer.facets}
        assert counts["skills", "energia"] == counts["helix_role", "academia"] == fewer
        assert find_people(region, actor, "", {"skills": ["energia"]}, without=without).total == fewer
        assert len(suggest_people(region, actor, "pubbl", without=without)) == fewer


def test_what_changes_of_an_organisation_follows_to_its_people(region, indexed, member, facilitator):
    member("Paola Pubblica", "one", "public", dict.fromkeys(FIELDS, "public"))
    body = Position.objects.get().organisation
    indexed()
    assert found(region, VISITOR, "positionsone").total == 1
    assert found(region, VISITOR, helix_role="academia").total == 1
    hide_organisation(actor=PLATFORM, organisation=body, reason="they asked", now=NOON)
    indexed()
    assert found(region, VISITOR, "positionsone").total == 0
    assert found(region, VISITOR, helix_role="academia").total == 0
    assert found(region, VISITOR, province="ML").total == 0
