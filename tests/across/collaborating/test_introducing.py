# SPDX-License-Identifier: EUPL-1.2
"""Pages of introductions: who opens them, what each side learns, links in e-mails, words that are kept."""

from __future__ import annotations

import pytest
from django.test import Client

from filanda.capabilities.introductions import actions
from filanda.capabilities.introductions.mailing import token_of
from filanda.capabilities.introductions.models import Introduction
from filanda.capabilities.introductions.steps import Party
from filanda.directory.organisations.models import Organisation
from filanda.directory.people.models import Person
from filanda.kernel.identity.models import Role, RoleGrant
from tests.components.proposals.answers import speaks_for
from tests.components.proposals.making import make_proposal
from tests.signing import sign_in
from tests.spaces.making import NOW, a_person, act, staff

pytestmark = pytest.mark.django_db
WHY = "A weaver with a test line, and a maker of probes."
ROOT = "/en/introductions/"


@pytest.fixture
def anna(region):
    return a_person(region, "Anna Conti")


@pytest.fixture
def bruno(region):
    return a_person(region, "Bruno Sala")


@pytest.fixture
def fede(region):
    account = a_person(region, "Fede Galli")
    RoleGrant.objects.create(region=region, account=account, role=Role.FACILITATOR)
    return account


@pytest.fixture
def body(region, bruno):
    made = Organisation.objects.create(region=region, name="Telai Comaschi", sort_key="telai comaschi")
    speaks_for(region, bruno, made)
    return made


@pytest.fixture
def row(region, fede, anna, body):
    parties = (Party(account_id=anna.pk), Party(organisation_id=body.pk))
    return actions.propose(actor=act(fede), region=region, parties=parties, why=WHY, now=_now())


def _now():
    from django.utils.timezone import now

    return now()


def _page(client, account, row, status=200):
    response = sign_in(client, account).get(f"{ROOT}{row.pk}/")
    assert response.status_code == status
    return response.content.decode()


def test_who_opens_it(region, client, anna, bruno, fede, row):
    assert client.get(f"{ROOT}{row.pk}/").status_code == 302
    assert client.get(ROOT).status_code == 302
    for account, status in (
        (anna, 200),
        (bruno, 200),
        (fede, 200),
        (a_person(region, "Carla Neri"), 404),
        (staff(region), 404),
    ):
        _page(client, account, row, status)
        assert client.get(ROOT).status_code == 200
        assert client.get(f"{ROOT}new/").status_code == (200 if account == fede else 403)


def test_neither_learns_who_the_other_is_before_both_consent(client, anna, bruno, fede, row):
    assert "Telai Comaschi" not in _page(client, anna, row)
    assert "Telai Comaschi" not in client.get(ROOT).content.decode()
    client.post(f"{ROOT}{row.pk}/answer/", {"yes": "1"})
    assert "Telai Comaschi" not in _page(client, anna, row)
    asked = _page(client, bruno, row)
    assert "Anna Conti" not in asked
    assert "Yes, introduce us" in asked
    assert "Anna Conti" in _page(client, fede, row)
    sign_in(client, bruno).post(f"{ROOT}{row.pk}/answer/", {"yes": "1"})
    assert "Anna Conti" in _page(client, bruno, row)
    assert "Telai Comaschi" in _page(client, anna, row)
    said = client.post(f"{ROOT}{row.pk}/say/", {"source": "Good morning", "key": "a"}, follow=True)
    assert "Good morning" in said.content.decode()
    assert "Good morning" in _page(client, bruno, row)


def test_what_it_is_about_does_not_tell_who_the_owner_is(region, client, anna, bruno, fede, body):
    proposal = make_proposal(region, anna)
    made = actions.propose(
        actor=act(fede),
        region=region,
        parties=(Party(account_id=anna.pk), Party(organisation_id=body.pk)),
        why=WHY,
        about=("proposal", proposal.pk),
        now=_now(),
    )
    assert proposal.title not in _page(client, bruno, made)
    assert proposal.title in _page(client, anna, made)
    assert proposal.title in _page(client, fede, made)


def test_a_no_keeps_its_reason_for_the_facilitator(client, anna, bruno, fede, row):
    sign_in(client, anna).post(f"{ROOT}{row.pk}/answer/", {"yes": "0", "reason": "We compete with weavers."})
    assert "We compete" in _page(client, fede, row)
    assert "We compete" not in _page(client, bruno, row)
    late = client.post(f"{ROOT}{row.pk}/answer/", {"yes": "1"})
    assert late.status_code == 409
    assert "one side said no a moment before" in late.content.decode()


def test_words_that_are_too_long_come_back(client, anna, row):
    response = sign_in(client, anna).post(f"{ROOT}{row.pk}/answer/", {"yes": "0", "reason": "y" * 1001})
    assert response.status_code == 422
    assert "y" * 1001 in response.content.decode()
    assert Introduction.objects.get().state == "proposed"


def test_a_link_shows_and_only_a_post_answers(region, anna, bruno, row):
    visitor = Client(headers={"host": "test.example"})
    address = f"{ROOT}answer/{token_of(row.sides.get(position=1), anna)}/"
    shown = visitor.get(address)
    assert shown.status_code == 200
    assert "Telai Comaschi" not in shown.content.decode()
    assert Introduction.objects.get().state == "proposed"
    assert visitor.post(address, {"yes": "1"}).status_code == 302
    assert Introduction.objects.get().state == "one_consented"
    assert "You have said yes" in visitor.get(address).content.decode()
    assert visitor.get(f"{ROOT}{row.pk}/").status_code == 302  # the link signs nobody in
    assert visitor.get(f"{ROOT}answer/nonsense/").status_code == 404
    other = f"{ROOT}answer/{token_of(row.sides.get(position=2), bruno)}/"
    visitor.post(other, {"yes": "1"})
    assert "Anna Conti" in visitor.get(other).content.decode()


def test_a_facilitator_finds_two_and_introduces_them(region, client, anna, fede, body):
    sign_in(client, fede)
    found = client.post(f"{ROOT}new/", {"find": "first", "first_q": "conti", "why": "Do not lose me"}).content.decode()
    person = Person.objects.get(account=anna)
    assert f'value="person:{person.pk}"' in found
    assert "Do not lose me" in found
    given = {
        "first": f"person:{person.pk}",
        "second": f"organisation:{body.pk}",
        "why": "Anna Conti weaves",
        "key": "k",
    }
    wrong = client.post(f"{ROOT}new/", given)
    assert wrong.status_code == 422
    assert "These words name one of the two" in wrong.content.decode()
    for _time in range(2):
        assert client.post(f"{ROOT}new/", given | {"why": WHY}).status_code == 302
    assert Introduction.objects.count() == 1


def test_an_owner_asks_to_be_introduced(region, client, anna, bruno, fede, body):
    proposal = make_proposal(region, anna, facilitator=fede)
    sign_in(client, anna)
    address = f"{ROOT}ask/?proposal={proposal.pk}&organisation={body.pk}"
    assert "Telai Comaschi" in client.get(address).content.decode()
    empty = client.post(address, {"proposal": proposal.pk, "organisation": body.pk, "why": ""})
    assert empty.status_code == 422
    client.post(address, {"proposal": proposal.pk, "organisation": body.pk, "why": WHY, "is_public": "1"})
    made = Introduction.objects.get()
    assert (made.state, made.about_kind, made.about_id, made.facilitator_id) == (
        "one_consented",
        "proposal",
        proposal.pk,
        fede.pk,
    )
    assert "Anna Conti" in _page(client, bruno, made)
    assert client.get(f"{ROOT}ask/?organisation=999999").status_code == 404


def test_lists_cost_the_same_for_one_and_three(region, client, anna, fede, body, row):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    sign_in(client, anna)
    for _time in range(2):
        client.get(ROOT)
    with CaptureQueriesContext(connection) as one:
        client.get(ROOT)
    for number in range(2):
        other = Organisation.objects.create(region=region, name=f"Filati {number}", sort_key=f"filati {number}")
        actions.propose(
            actor=act(fede),
            region=region,
            parties=(Party(account_id=anna.pk), Party(organisation_id=other.pk)),
            why=WHY,
            now=NOW,
        )
    with CaptureQueriesContext(connection) as three:
        client.get(ROOT)

    def of_the_list(found):  # what a session asks now and then is not the list's
        return [one["sql"] for one in found if '"introductions_' in one["sql"]]

    assert len(of_the_list(three)) == len(of_the_list(one)) == 2
