# SPDX-License-Identifier: EUPL-1.2
"""Where facilitators validate profiles: who may, what they see, what happens."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from filanda.directory.people import actions, personal
from filanda.directory.people.desk import PROFILES
from filanda.directory.people.models import Person
from filanda.kernel.identity.models import Role
from filanda.kernel.mail.models import Message
from filanda.kernel.mail.rendering import render
from tests.across.profiles.conftest import NOON, me
from tests.across.profiles.test_pages import as_

QUEUE = "/it/workbench/people/"


def names(response) -> list[str]:
    return re.findall(r'<h2><a href="[^"]*">([^<]*)</a>', response.content.decode())


@pytest.fixture
def paola(facilitator, member) -> Person:
    return member("Paola Privata", "one", "private", {"about": "private"})


def test_the_queue_is_for_staff_with_a_second_factor(client, paola, account, joined, facilitator, region, other_region):
    readers = [client, as_(account("stranger@example.org")), as_(joined("Carlo Curioso").account)]
    readers.append(as_(facilitator, second_factor=False))
    readers.append(as_(account("there@example.org", Role.FACILITATOR, region=other_region)))
    for reader in readers:
        assert reader.get(QUEUE).status_code == 403
        for move in ("validate", "return"):
            assert reader.post(f"{QUEUE}{paola.pk}/{move}/", {"question": "?"}).status_code == 403
    assert Person.objects.get(pk=paola.pk).state == "waiting"
    administrator = account("admin@example.org", Role.REGION_ADMINISTRATOR, region=region)
    for reader in (as_(facilitator), as_(administrator)):
        assert "Paola Privata" in names(reader.get(QUEUE))


def test_one_tap_validates(paola, facilitator):
    staff = as_(facilitator)
    answer = staff.post(f"{QUEUE}{paola.pk}/validate/?whose=mine")
    assert answer.status_code == 302
    assert answer["Location"] == f"{QUEUE}?whose=mine&done={paola.pk}"
    text = staff.get(answer["Location"]).content.decode()
    assert "Paola Privata" in text
    assert names(staff.get(QUEUE)) == []
    assert names(staff.get(f"{QUEUE}?state=validated")) == ["Paola Privata"]
    fresh = Person.objects.get(pk=paola.pk)
    assert (fresh.state, fresh.validated_by) == ("validated", facilitator)
    assert staff.post(f"{QUEUE}{paola.pk}/validate/").status_code == 409


def test_one_tap_takes_it_back(paola, facilitator):
    staff = as_(facilitator)
    done = staff.post(f"{QUEUE}{paola.pk}/validate/")["Location"]
    undo = f"{QUEUE}{paola.pk}/take_back/"
    for page in (done, f"{QUEUE}?state=validated"):
        assert f'action="{undo}' in staff.get(page).content.decode()
    answer = staff.post(undo)
    assert answer.status_code == 302
    assert names(staff.get(answer["Location"])) == ["Paola Privata"]
    assert undo not in staff.get(answer["Location"]).content.decode()
    late = staff.post(undo)
    assert late.status_code == 409
    assert [one.template for one in Message.objects.filter(account=paola.account).order_by("pk")][-2:] == [
        "people/mail/validated",
        "people/mail/validation_taken_back",
    ]


def test_from_the_workbench_it_is_undone_there(paola, facilitator):
    staff = as_(facilitator)
    sent = {"seen": "waiting", "next": "/it/workbench/"}
    assert staff.post(f"{QUEUE}{paola.pk}/validate/", sent)["Location"] == "/it/workbench/"
    page = staff.get("/it/workbench/").content.decode()
    assert f'formaction="{QUEUE}{paola.pk}/take_back/"' in page
    assert staff.post(f"{QUEUE}{paola.pk}/take_back/", {"next": "/it/workbench/"}).status_code == 302
    assert Person.objects.get(pk=paola.pk).state == "waiting"
    assert "take_back" not in staff.get("/it/workbench/").content.decode()


def test_a_question_needs_words_and_leads_to_the_person(paola, facilitator):
    staff = as_(facilitator)
    refused = staff.post(f"{QUEUE}{paola.pk}/return/", {"question": "  "})
    assert refused.status_code == 422
    assert f'id="question-{paola.pk}-error"' in refused.content.decode()
    assert staff.post(f"{QUEUE}{paola.pk}/return/", {"question": "Dove lavora?"}).status_code == 302
    assert "Dove lavora?" in as_(paola.account).get("/it/profile/").content.decode()
    assert names(staff.get(f"{QUEUE}?state=returned")) == ["Paola Privata"]
    [line] = personal.waiting(me(paola.account))
    assert line.url_name == "profiles:edit"


def test_nobody_finds_or_validates_themselves_in_it(region, facilitator):
    own = actions.join_region(actor=me(facilitator), account=facilitator, region=region, name="Fabia Leri", now=NOON)
    staff = as_(facilitator)
    assert names(staff.get(QUEUE)) == []
    assert staff.post(f"{QUEUE}{own.pk}/validate/").status_code == 403
    assert Person.objects.get(pk=own.pk).state == "waiting"


def test_mine_and_names_narrow_down(paola, facilitator, account, region, member):
    second = account("gino@example.org", Role.FACILITATOR, region=region)
    member("Bruno Blu", "two", "public")  # of the second, who has fewer
    assert Person.objects.get(name="Bruno Blu").facilitator == second
    staff = as_(facilitator)
    assert names(staff.get(QUEUE)) == ["Paola Privata", "Bruno Blu"]
    assert names(staff.get(f"{QUEUE}?whose=mine")) == ["Paola Privata"]
    assert names(staff.get(f"{QUEUE}?q=blu")) == ["Bruno Blu"]
    assert names(staff.get(f"{QUEUE}?q=%25")) == ["Paola Privata", "Bruno Blu"]
    [line] = personal.waiting(me(facilitator))
    assert (line.url_name, line.count, line.query) == ("profiles:queue", 1, "whose=mine")
    # What is for the person and their own facilitator is not for every facilitator.
    text = as_(second).get(QUEUE).content.decode()
    assert "purposeone" not in text
    assert "aboutone" not in text
    assert "purposeone" in staff.get(QUEUE).content.decode()
    assert "aboutone" in staff.get(QUEUE).content.decode()


def test_another_regions_people_are_not_there(paola, account, other_region):
    staff = Client(headers={"host": "other.example"})
    there = account("there@example.org", Role.FACILITATOR, region=other_region)
    staff.cookies = as_(there).cookies
    assert names(staff.get(QUEUE)) == []
    assert staff.post(f"{QUEUE}{paola.pk}/validate/").status_code == 404


@pytest.mark.parametrize("query", ["?page=99", "?state=nothing&whose=x", "?q=%00", "?done=abc", "?done=99999999"])
def test_any_address_of_the_queue_gets_an_answer(paola, facilitator, query):
    assert as_(facilitator).get(f"{QUEUE}{query}").status_code == 200


def test_the_queue_costs_the_same_for_one_and_for_many(member, facilitator):
    staff = as_(facilitator)
    costs = []
    for number in range(4):
        member(f"Paola Privata {number}", f"n{number}", "private")
        staff.get(QUEUE)
        with CaptureQueriesContext(connection) as asked:
            assert len(names(staff.get(QUEUE))) == number + 1
        costs.append(len(asked))
    assert costs[1] == costs[3] <= 12  # the first page of a session looks up more


@pytest.fixture
def colleague(region, account):
    return account("gino@example.org", Role.FACILITATOR, region=region)


def test_somebody_is_handed_over_on_their_page_and_told_why(paola, facilitator, colleague, account, joined, region):
    address = f"/it/people/{paola.pk}/assign/"
    page = as_(facilitator).get(f"/it/people/{paola.pk}/paola-privata/").content.decode()
    assert f'action="{address}"' in page
    assert f'<option value="{colleague.pk}"' in page
    refused = as_(facilitator).post(address, {"to": str(colleague.pk), "why": " "})
    assert refused.status_code == 422
    assert 'id="why-error"' in refused.content.decode()
    assert as_(facilitator).post(address, {"to": "0", "why": "x"}).status_code == 422
    assert Person.objects.get(pk=paola.pk).facilitator == facilitator
    administrator = account("admin@example.org", Role.REGION_ADMINISTRATOR, region=region)
    answer = as_(administrator).post(address, {"to": str(colleague.pk), "why": "Fabia è in congedo."})
    assert answer["Location"] == f"/it/people/{paola.pk}/paola-privata/?assigned=1"
    assert Person.objects.get(pk=paola.pk).facilitator == colleague
    [message] = Message.objects.filter(template="people/mail/assigned")
    assert (message.to, message.context["reason"]) == (paola.account.email, "Fabia è in congedo.")
    mail = render(message.template, region=region, language="it", context=message.context)
    assert "Fabia è in congedo." in mail.text


def test_nobody_else_hands_people_over(client, paola, facilitator, colleague, account, joined, region, other_region):
    readers = [client, as_(account("stranger@example.org")), as_(joined("Carlo Curioso").account), as_(paola.account)]
    readers.append(as_(facilitator, second_factor=False))
    readers.append(as_(account("there@example.org", Role.FACILITATOR, region=other_region)))
    sent = {"to": str(colleague.pk), "why": "x", "chosen": [str(paola.pk)]}
    for reader in readers:
        assert reader.post(f"/it/people/{paola.pk}/assign/", sent).status_code in (403, 404)
        assert reader.post(f"{QUEUE}assign/", sent).status_code == 403
        assert reader.post(f"{QUEUE}assign/undo/").status_code == 403
    assert Person.objects.get(pk=paola.pk).facilitator == facilitator
    for address in (f"/it/people/{paola.pk}/assign/", f"{QUEUE}assign/", f"{QUEUE}assign/undo/"):
        assert as_(facilitator).get(address).status_code == 405


def test_several_are_handed_over_at_once_and_taken_back(paola, joined, facilitator, colleague):
    carlo = joined("Carlo Curioso")
    before = {one.pk: one.facilitator_id for one in Person.objects.all()}
    staff = as_(facilitator)
    nobody = staff.post(f"{QUEUE}assign/", {"to": str(colleague.pk), "why": "Ferie"})
    assert nobody.status_code == 422
    both = [str(paola.pk), str(carlo.pk)]
    refused = staff.post(f"{QUEUE}assign/", {"to": str(colleague.pk), "chosen": both})
    assert refused.status_code == 422
    assert f'value="{paola.pk}" form="chosen" checked' in refused.content.decode()
    assert {one.pk: one.facilitator_id for one in Person.objects.all()} == before
    answer = staff.post(f"{QUEUE}assign/?whose=mine", {"to": str(colleague.pk), "why": "Ferie", "chosen": both})
    changed = [pk for pk, earlier in before.items() if earlier != colleague.pk]
    assert answer["Location"] == f"{QUEUE}?whose=mine&handed={len(changed)}"
    assert set(Person.objects.values_list("facilitator", flat=True)) == {colleague.pk}
    assert f'action="{QUEUE}assign/undo/' in staff.get(answer["Location"]).content.decode()
    back = staff.post(f"{QUEUE}assign/undo/")
    assert back["Location"] == f"{QUEUE}?handed={len(changed)}"
    assert {one.pk: one.facilitator_id for one in Person.objects.all()} == before
    assert staff.post(f"{QUEUE}assign/undo/")["Location"] == f"{QUEUE}?handed=0"


def test_a_facilitator_takes_people_over_with_one_button(paola, facilitator, colleague, account, region):
    mine = {"mine": "1", "chosen": [str(paola.pk)], "why": "Conosco il suo campo."}
    assert as_(colleague).post(f"{QUEUE}assign/", mine).status_code == 302
    assert Person.objects.get(pk=paola.pk).facilitator == colleague
    administrator = account("admin@example.org", Role.REGION_ADMINISTRATOR, region=region)
    assert 'name="mine"' not in as_(administrator).get(QUEUE).content.decode()
    assert as_(administrator).post(f"{QUEUE}assign/", mine).status_code == 422


@pytest.mark.parametrize("chosen", [["x"], ["-1"], [str(10**30)], ["999999"], ["0"]])
def test_numbers_of_nobody_change_nothing(paola, facilitator, colleague, chosen):
    sent = {"to": str(colleague.pk), "why": "x", "chosen": chosen}
    assert as_(facilitator).post(f"{QUEUE}assign/", sent).status_code in (302, 422)
    assert Person.objects.get(pk=paola.pk).facilitator == facilitator


def test_the_desk_shows_a_private_headline_to_their_own_facilitator_alone(member, facilitator, account, region):
    person = member("Paola Privata", "one", "public", {"headline": "private"})
    Person.objects.filter(pk=person.pk).update(facilitator=facilitator)
    other = account("other@example.org", Role.FACILITATOR, region=region)
    lines = [PROFILES.lines(me(one), [person.pk], NOON)[person.pk] for one in (facilitator, other)]
    assert [(line.title, line.context) for line in lines] == [
        ("Paola Privata", ("headlineone",)),
        ("Paola Privata", ()),
    ]
