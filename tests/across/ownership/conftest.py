# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import pytest

from filanda.directory.organisations.actions import create_organisation
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.identity.models import Account, Role, RoleGrant
from tests.signing import sign_in


@pytest.fixture
def body(region):
    return create_organisation(actor=PLATFORM, region=region, name="Filanda Alfa")


@pytest.fixture
def signed(client, region, body):
    """Sign somebody in who is `role` of the region, or of `body`; returns the client."""

    def enter(role, *, scope=None, email="ada@example.org", second_factor=True):
        account = Account.objects.create_account(email=email, name="Ada Prova")
        RoleGrant.objects.create(region=region, account=account, role=Role.INNOVATOR)
        if role in (Role.ORGANISATION_ADMIN, Role.ORGANISATION_MEMBER):
            number = (scope or body).pk
            RoleGrant.objects.create(
                region=region, account=account, role=role, scope_kind="organisation", scope_id=number
            )
        elif role != Role.INNOVATOR:
            RoleGrant.objects.create(region=region, account=account, role=role)
        return sign_in(client, account, second_factor=second_factor)

    return enter
