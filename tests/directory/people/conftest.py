# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from filanda.directory.people import actions
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import Actor, actor_for
from filanda.kernel.identity.models import Account, Role, RoleGrant
from filanda.kernel.text.folding import fold

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def account(db) -> Callable[..., Account]:
    def make(email: str, *roles: Role, region=None) -> Account:
        made = Account.objects.create_account(email=email, name=email.split("@")[0].title())
        for role in roles:
            RoleGrant.objects.create(region=region, account=made, role=role)
        return made

    return make


@pytest.fixture
def facilitator(region, account) -> Account:
    return account("fabia@example.org", Role.FACILITATOR, region=region)


@pytest.fixture
def joined(region, account) -> Callable[..., Person]:
    """Somebody who joined the region; give any field of join_region."""

    def join(name: str = "Anna Verdi", **fields) -> Person:
        made = account(fields.pop("email", f"{fold(name).replace(' ', '.')}@example.org"))
        return actions.join_region(actor=me(made), account=made, region=region, name=name, now=NOON, **fields)

    return join


def me(account: Account) -> Actor:
    """The account as an actor, with a second factor shown."""
    return actor_for(account, has_second_factor=True)
