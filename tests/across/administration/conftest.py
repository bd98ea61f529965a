# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import pytest
from django.test import Client

from filanda.kernel.identity.actors import actor_for
from filanda.kernel.identity.models import Account, Role, RoleGrant
from tests.signing import sign_in


@pytest.fixture
def person(region):
    """Somebody with a role: person("anna"), person("giulia", Role.FACILITATOR)."""

    def make(name, role=Role.INNOVATOR, scope=("", 0), region=region, **account_fields):
        fields = {"name": name.title()} | account_fields
        account, _new = Account.objects.get_or_create(email=f"{name}@example.org", defaults=fields)
        RoleGrant.objects.create(region=region, account=account, role=role, scope_kind=scope[0], scope_id=scope[1])
        return account

    return make


@pytest.fixture
def tommaso(person):
    return person("tommaso", Role.REGION_ADMINISTRATOR)


@pytest.fixture
def administrator(tommaso):
    """The actor of an administrator whose session showed a second factor."""
    return actor_for(tommaso, has_second_factor=True)


@pytest.fixture
def at():
    """at(account) -> a client in which they are signed in."""

    def make(account=None, host="test.example", second_factor=True):
        client = Client(headers={"host": host})
        return sign_in(client, account, second_factor=second_factor) if account is not None else client

    return make
