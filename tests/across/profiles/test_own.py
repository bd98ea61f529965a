# SPDX-License-Identifier: EUPL-1.2
"""Editing one's own profile: what is typed is kept, what others may see is chosen, and nobody else's is reached."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from filanda.directory.affiliations.models import Position
from filanda.directory.people import actions
from filanda.directory.people.models import FIELDS, Person
from filanda.kernel.regions.scoped import in_region
from tests.across.profiles.conftest import NOON, me
from tests.across.profiles.test_pages import as_


def sent(page: str) -> dict[str, list[str]]:
    """What a browser would send of the form as it stands."""
    form = page[page.index('<form class="js-draft"') :].split("</form>")[0]
    data: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        kind, name = re.search(r'type="(\w+)"', tag), re.search(r'name="([^"]*)"', tag)
        if name and (kind[1] not in ("checkbox", "radio") or " checked" in tag):
            value = re.search(r'value="([^"]*)"', tag)
            data.setdefault(name[1], []).append(value[1] if value else "")
    for name, body in re.findall(r'<select[^>]*name="([^"]*)">(.*?)</select>', form, re.DOTALL):
        data[name] = [re.search(r'value="([^"]*)" selected', body)[1]]
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL):
        data[name] = [text]
    data.pop("csrfmiddlewaretoken", None)
    return data


@pytest.fixture
def person(member) -> Person:
    return member("Paola Pubblica", "one", "public", {"about": "private"})


def stored(person: Person) -> dict[str, object]:
    fresh = Person.objects.get(pk=person.pk)
    names = (
        "name",
        "headline",
        "purpose",
        "about",
        "languages",
        "orcid",
        "links",
        "listing",
        "state",
        "facilitator_id",
    )
    concepts = sorted(fresh.concept_links.values_list("kind", "concept_id"))
    return {name: getattr(fresh, name) for name in names} | {
        "concepts": concepts,
        "visibility": {field: str(fresh.visibility_of(field)) for field in FIELDS},
    }


def test_the_form_sent_back_as_it_is_changes_nothing(person):
    before, reader = stored(person), as_(person.account)
    response = reader.post("/it/profile/", sent(reader.get("/it/profile/").content.decode()))
    assert response.status_code == 302
    assert stored(person) == before


def test_what_is_typed_is_stored_field_by_field(person, topics):
    reader = as_(person.account)
    form = sent(reader.get("/it/profile/").content.decode())
    form |= {
        "name": ["Paola Nuova"], "headline": ["Nuova riga"], "listing": ["members"], "orcid": [""], "languages": ["fr"],
        "skills": [str(topics["acqua"])], "interests": [], "visibility_headline": ["members"],
        "link_url_1": ["www.example.org"], "state": ["validated"], "facilitator": [str(person.account_id)],
        "is_invented": ["1"], "account": ["1"],
    }  # fmt: skip
    response = reader.post("/it/profile/", form)
    assert response["Location"] == "/it/profile/?saved=1"
    said = stored(person)
    assert (said["name"], said["headline"], said["listing"], said["orcid"], said["languages"]) == (
        "Paola Nuova", "Nuova riga", "members", "", ["fr"],
    )  # fmt: skip
    assert said["concepts"] == [("skill", topics["acqua"])]
    assert said["visibility"]["headline"] == "members"
    assert [link["url"] for link in said["links"]] == ["https://linksone.example.org/", "https://www.example.org"]
    assert (said["state"], said["facilitator_id"]) == ("waiting", None)


def test_what_is_wrong_is_said_beside_each_field_and_nothing_typed_is_lost(person):
    before, reader = stored(person), as_(person.account)
    form = sent(reader.get("/it/profile/").content.decode())
    form |= {
        "name": ["7"],
        "orcid": ["0000-0002-1825-0098"],
        "headline": ["Riga <b>mia</b>"],
        "languages": ["it", "xx"],
    }
    form |= {
        "link_url_0": ["javascript:alert(1)"],
        "about": ["a" * 6000],
        "listing": ["nobody"],
        "skills": ["999999999"],
    }
    response = reader.post("/it/profile/", form)
    assert response.status_code == 422
    text = response.content.decode()
    for field in ("name", "orcid", "languages", "links", "about", "listing", "skills"):
        assert f'id="{field}-error"' in text
        assert f'href="#{field}"' in text
    assert 'value="Riga &lt;b&gt;mia&lt;/b&gt;"' in text
    assert 'value="javascript:alert(1)"' in text
    assert stored(person) == before


def test_two_windows_both_are_shown_and_the_second_decides(person):
    reader = as_(person.account)
    first, second = (sent(reader.get("/it/profile/").content.decode()) for _window in range(2))
    reader.post("/it/profile/", first | {"headline": ["Dalla prima"]})
    answer = reader.post("/it/profile/", second | {"headline": ["Dalla seconda"]})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert 'value="Dalla seconda"' in text
    assert "Dalla prima" in text[text.index('id="headline-stored"') :][:200]
    assert stored(person)["headline"] == "Dalla prima"
    assert reader.post("/it/profile/", sent(text)).status_code == 302
    assert stored(person)["headline"] == "Dalla seconda"


def test_the_form_is_for_people_of_the_region(client, person, account, other_region):
    for method in ("get", "post"):
        assert getattr(client, method)("/it/profile/").status_code == 403
        stranger = as_(account(f"{method}@example.org"))
        answer = getattr(stranger, method)("/it/profile/")
        assert answer.status_code in (302, 403)
        assert answer.get("Location", "/it/join/").startswith("/it/join/")
    elsewhere = Client(headers={"host": "other.example"})
    elsewhere.cookies = as_(person.account).cookies
    with in_region(other_region):
        assert elsewhere.get("/it/profile/").status_code in (302, 403)
        assert elsewhere.get("/it/profile/preview/").status_code in (302, 403)
        assert elsewhere.get("/it/profile/blocked/").status_code == 403
    for path in ("/it/profile/preview/", "/it/profile/blocked/"):
        assert client.get(path).status_code == 403
    assert client.post("/it/profile/answer/", {"words": "x"}).status_code == 403


def test_the_preview_is_what_others_see(person):
    reader = as_(person.account)
    texts = {who: reader.get(f"/it/profile/preview/?as={who}").content.decode() for who in ("visitor", "member")}
    assert "headlineone" in texts["visitor"]
    for secret in ("aboutone", "linksone", "Salute", "purposeone"):
        assert secret not in texts["visitor"]
    assert "linksone" in texts["member"]
    assert "aboutone" not in texts["member"]
    actions.set_visibility(actor=me(person.account), person=person, listing="private", now=NOON)
    for who in ("visitor", "member"):
        assert "headlineone" not in reader.get(f"/it/profile/preview/?as={who}").content.decode()


def test_a_question_is_shown_with_who_asks_and_answered(member, facilitator):
    person = member("Paola Pubblica", "one", "public")
    reader = as_(person.account)
    assert str(facilitator) in reader.get("/it/profile/").content.decode()  # introduced by name from the first day
    actions.return_person(actor=me(facilitator), person=person, question="Quale laboratorio?", now=NOON)
    text = reader.get("/it/profile/").content.decode()
    assert "Quale laboratorio?" in text
    assert str(facilitator) in text
    assert reader.post("/it/profile/answer/", {"words": "Il terzo"}).status_code == 302
    fresh = Person.objects.get(pk=person.pk)
    assert (fresh.state, fresh.answer) == ("waiting", "Il terzo")
    again = reader.post("/it/profile/answer/", {"words": "Ancora"})
    assert again.status_code == 409


def test_the_form_costs_the_same_whatever_is_chosen(person, topics, django_assert_max_num_queries):
    reader = as_(person.account)
    reader.get("/it/profile/")
    with django_assert_max_num_queries(12):
        reader.get("/it/profile/")


def test_positions_are_added_left_and_taken_away(client, person, indexed, organisation, joined):
    body = organisation("Tintoria Verdi")
    hidden = organisation("Tintoria Nascosta", hidden_at=NOON)
    indexed()
    reader, address = as_(person.account), "/it/profile/positions/"
    text = reader.get(f"{address}?q=tintoria").content.decode()
    assert "Tintoria Verdi" in text
    assert "Nascosta" not in text
    sent_form = {"organisation": str(body.pk), "title": "Tintora", "started_on": "2020-01-01", "q": "tintoria"}
    for wrong, field in (
        ({"organisation": ""}, "organisation"),
        ({"organisation": str(hidden.pk)}, "organisation"),
        ({"started_on": "ieri"}, "started_on"),
        ({"started_on": "2020-13-01"}, "started_on"),
        ({"ended_on": "2019-01-01"}, "ended_on"),
    ):
        answer = reader.post(address, sent_form | wrong)
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.content.decode()
    assert Position.objects.count() == 1
    assert reader.post(address, sent_form).status_code == 302
    position = Position.objects.get(organisation=body)
    assert (position.person, position.title, position.is_confirmed) == (person, "Tintora", False)
    stranger = as_(joined("Carlo Curioso").account)
    for move in ("leave", "remove"):
        assert client.post(f"{address}{position.pk}/{move}/").status_code == 403
        assert stranger.post(f"{address}{position.pk}/{move}/").status_code == 404
    assert reader.post(f"{address}{position.pk}/leave/", {"ended_on": "2019-01-01"}).status_code == 422
    assert reader.post(f"{address}{position.pk}/leave/", {"ended_on": "2024-05-01"}).status_code == 302
    position.refresh_from_db()
    assert position.ended_on.isoformat() == "2024-05-01"
    assert "2020–2024" in client.get(f"/it/people/{person.pk}/{person.slug}/").content.decode()
    assert reader.post(f"{address}{position.pk}/remove/").status_code == 302
    assert not Position.objects.filter(organisation=body).exists()
