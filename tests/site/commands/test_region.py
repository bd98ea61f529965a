# SPDX-License-Identifier: EUPL-1.2
import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from typer.testing import CliRunner

from filanda.kernel.identity.models import Account, RoleGrant
from filanda.kernel.journal import chain
from filanda.kernel.regions.middleware import forget_hosts
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import across_regions
from filanda.site.cli import build
from filanda.site.failures import Failure


@pytest.fixture
def filanda(transactional_db):
    def run(*arguments):
        result = CliRunner().invoke(build(), ["region", *arguments])
        if isinstance(result.exception, Failure):
            raise result.exception
        assert result.exit_code == 0, (result.output, result.exception)
        return result.output

    return run


def add(filanda, slug="valle", host="valle.example"):
    return filanda("add", slug, "--name-it", "Valle", "--name-en", "Valley", "--host", host)


def test_a_region_is_added_and_answers_to_its_hosts(filanda):
    add(filanda)
    filanda("host", "valle", "Altra.Valle.Example")
    assert "valle: Valle (valle.example, altra.valle.example)" in filanda("list")
    forget_hosts()
    for host in ("valle.example", "altra.valle.example"):
        assert Client(headers={"host": host}).get("/it/").status_code == 200
    chain.extend()
    assert chain.verify().intact


def test_staff_get_a_link_that_signs_them_in_once(filanda):
    add(filanda)
    said = filanda("facilitator", "Anna@example.org", "valle", "--name", "Anna")
    path = re.search(r"http://valle\.example:\d+(/it/sign-in/\S+/)", said).group(1)
    forget_hosts()
    client = Client(headers={"host": "valle.example"})
    assert client.post(path).status_code == 302
    assert client.get("/it/account/").status_code == 200
    assert client.get("/it/workbench/").status_code == 403  # until a second factor was added
    assert client.post(path).status_code == 410
    assert Account.objects.get().name == "Anna"
    assert "/it/sign-in/" in filanda("administrator", "bruno@example.org", "valle")
    assert "/it/sign-in/" in filanda("sign-in-link", "ANNA@example.org", "valle")


def test_the_first_administrator_of_the_only_region(filanda):
    add(filanda)
    said = filanda("admin", "anna@example.org")
    assert re.search(r"http://valle\.example:\d+/it/sign-in/\S+/", said)
    add(filanda, "monte", "monte.example")
    assert "/it/sign-in/" in filanda("admin", "bruno@example.org", "--region", "monte")
    with across_regions():
        grants = RoleGrant.objects.filter(role="region_administrator")
        held = set(grants.values_list("account__email", "region__slug"))
    assert held == {("anna@example.org", "valle"), ("bruno@example.org", "monte")}


def test_an_operator_can_let_somebody_back_in(filanda):
    add(filanda)
    filanda("administrator", "anna@example.org", "valle")
    Authenticator.objects.create(user=Account.objects.get(), type="totp", data={"secret": "x"})
    assert "1 factors removed" in filanda("forget-factors", "ANNA@example.org", "valle")
    assert Authenticator.objects.count() == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("host", "nowhere", "x.example"), "there is no region 'nowhere'"),
        (("host", "valle", "valle.example"), "already opens the region valle"),
        (("host", "valle", "not a host"), "host name"),
        (("add", "Not A Slug", "--name-it", "a", "--name-en", "b"), "slug"),
        (("add", "valle", "--name-it", "a", "--name-en", "b"), "slug"),
        (("facilitator", "anna", "valle"), "e-mail"),
        (("forget-factors", "nobody@example.org", "valle"), "nobody has an account"),
        (("sign-in-link", "nobody@example.org", "valle"), "nobody has an account"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(filanda, arguments, says):
    add(filanda)
    with pytest.raises(Failure, match=says):
        filanda(*arguments)
    assert (Region.objects.count(), Account.objects.count()) == (1, 0)
