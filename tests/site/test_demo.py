# SPDX-License-Identifier: EUPL-1.2
import pytest

from filanda.directory.organisations.models import Organisation
from filanda.directory.people.models import Person
from filanda.kernel.identity.models import Account
from filanda.kernel.regions.middleware import forget_hosts


@pytest.mark.parametrize(
    ("role", "granted"), [("facilitator", "facilitator"), ("administrator", "region_administrator")]
)
def test_the_demo_signs_in_an_invented_member_of_staff(client, settings, role, granted):
    settings.DEMO = True
    for _ in range(2):
        assert client.post("/demo/sign-in", {"role": role}).status_code == 302
    account = Account.objects.get()
    assert account.is_invented
    assert list(account.role_grants.values_list("role", flat=True)) == [granted]
    assert client.get("/it/workbench/").status_code == 200


def test_the_demo_signs_in_an_invented_innovator(client, settings):
    settings.DEMO = True
    for _ in range(2):
        assert client.post("/demo/sign-in", {"role": "innovator"}).status_code == 302
    person = Person.objects.get()
    assert (person.is_invented, person.account.is_invented, person.name) == (True, True, "Elena Rovati")
    assert list(person.account.role_grants.values_list("role", flat=True)) == ["innovator"]
    assert client.get("/it/account/").status_code == 200


def test_the_demo_signs_in_who_speaks_for_an_organisation(client, region, settings):
    settings.DEMO = True
    named = Organisation.objects.create(region=region, name="Istituto di prova")
    Organisation.objects.create(region=region, name="Un altro")
    for _ in range(2):
        assert client.post("/demo/sign-in", {"role": "organisation_admin"}).status_code == 302
    grants = Person.objects.get().account.role_grants.filter(role="organisation_admin")
    assert list(grants.values_list("scope_kind", "scope_id")) == [("organisation", named.pk)]


def test_the_demo_does_not_mix_up_two_people(client, settings):
    settings.DEMO = True
    client.post("/demo/sign-in", {"role": "administrator"})
    client.post("/demo/sign-in", {"role": "innovator"})
    assert client.get("/it/workbench/").status_code == 403


@pytest.mark.parametrize(("language", "leads"), [("it", "/it/"), ("en", "/en/"), ("xx", "/it/"), ("", "/it/")])
def test_the_demo_goes_on_in_the_language_of_the_page(client, settings, language, leads):
    settings.DEMO = True
    answer = client.post("/demo/sign-in", {"role": "facilitator", "language": language})
    assert answer.headers["Location"].startswith(leads)


def test_the_demo_leads_back_to_pages_here_only(client, settings):
    settings.DEMO = True
    asked = {"role": "facilitator", "next": "/it/organisations/"}
    assert client.post("/demo/sign-in", asked).headers["Location"] == "/it/organisations/"
    answer = client.post("/demo/sign-in", asked | {"next": "//evil.example/"})
    assert "evil" not in answer.headers["Location"]


def test_signing_in_as_somebody_is_offered_in_a_demonstration_only(client, region, settings):
    settings.DEMO = True
    assert "/demo/sign-in" in client.get("/it/sign-in/").content.decode()
    settings.DEMO = False
    assert "/demo/sign-in" not in client.get("/it/sign-in/").content.decode()
    settings.DEMO, region.is_invented = True, False
    region.save()
    forget_hosts()
    assert "/demo/sign-in" not in client.get("/it/sign-in/").content.decode()


def test_the_demo_has_no_other_roles(client, settings):
    settings.DEMO = True
    assert client.post("/demo/sign-in", {"role": "operator"}).status_code == 400
    assert client.post("/demo/sign-in").status_code == 400
    assert client.get("/demo/sign-in").status_code == 405


def test_outside_a_demo_it_is_not_there(client, settings):
    settings.DEMO = False
    assert client.post("/demo/sign-in", {"role": "facilitator"}).status_code == 404
    assert Account.objects.count() == 0


def test_nobody_invented_signs_in_where_people_are_real(client, region, settings):
    settings.DEMO = True
    region.is_invented = False
    region.save()
    assert client.post("/demo/sign-in", {"role": "facilitator"}).status_code == 404
    assert Account.objects.count() == 0
