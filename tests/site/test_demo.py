# SPDX-License-Identifier: EUPL-1.2
import pytest

from filanda.kernel.identity.models import Account


@pytest.mark.parametrize(
    ("role", "granted"), [("facilitator", "facilitator"), ("administrator", "region_administrator")]
)
def test_the_demo_signs_in_an_invented_person(client, settings, role, granted):
    settings.DEMO = True
    assert client.post("/demo/sign-in", {"role": role}).headers["Location"] == "/it/workbench/"
    assert client.post("/demo/sign-in", {"role": role}).status_code == 302
    account = Account.objects.get()
    assert account.is_invented
    assert list(account.role_grants.values_list("role", flat=True)) == [granted]
    assert client.get("/it/workbench/").status_code == 200


@pytest.mark.parametrize(("language", "leads"), [("it", "/it/"), ("en", "/en/"), ("xx", "/it/"), ("", "/it/")])
def test_the_demo_goes_on_in_the_language_of_the_page(client, settings, language, leads):
    settings.DEMO = True
    answer = client.post("/demo/sign-in", {"role": "facilitator", "language": language})
    assert answer.headers["Location"] == f"{leads}workbench/"


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
