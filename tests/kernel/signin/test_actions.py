# SPDX-License-Identifier: EUPL-1.2
from datetime import UTC, datetime, timedelta

import pytest

from filanda.kernel.identity.actors import PLATFORM, VISITOR, Actor, actor_for
from filanda.kernel.identity.models import Account, Role, RoleGrant, SignInLink
from filanda.kernel.journal.models import Event
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.scoped import in_region
from filanda.kernel.signin.actions import (
    LINK_LASTS,
    EmailWrong,
    LinkNotUsable,
    create_sign_in_link,
    grant_role,
    use_sign_in_link,
)
from filanda.kernel.signin.tasks import forget_what_is_over

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.fixture
def anna(region):
    return grant_role(actor=PLATFORM, region=region, email=" Anna@Example.org ", role=Role.FACILITATOR, now=NOW)


def test_granting_a_role_makes_the_account_once(region, anna):
    again = grant_role(actor=PLATFORM, region=region, email="anna@example.org", role=Role.FACILITATOR, now=NOW)
    assert (again, anna.email, anna.has_usable_password()) == (anna, "anna@example.org", False)
    assert RoleGrant.objects.count() == 1
    # A role with power over others sleeps until the session has shown a second factor.
    assert (actor_for(anna).roles, actor_for(anna).withheld) == (frozenset(), {"facilitator"})
    assert actor_for(anna, has_second_factor=True).roles == {"facilitator"}
    assert list(Event.objects.order_by("pk").values_list("type", flat=True)) == [
        "identity.account.created",
        "identity.role.granted",
    ]


def test_a_role_holds_in_its_own_region_only(region, other_region, anna):
    with in_region(other_region):
        assert actor_for(anna).roles == frozenset()


@pytest.mark.parametrize("address", ["", "anna", "anna@", "a b@example.org"])
def test_what_cannot_be_an_address_is_refused(region, address):
    with pytest.raises(EmailWrong):
        grant_role(actor=PLATFORM, region=region, email=address, role=Role.FACILITATOR, now=NOW)
    assert Account.objects.count() == 0


def test_who_may_give_roles(region, anna):
    for actor in (VISITOR, actor_for(anna)):
        with pytest.raises(Forbidden):
            grant_role(actor=actor, region=region, email="b@example.org", role=Role.FACILITATOR, now=NOW)
    administrator = Actor(account_id=anna.pk, roles=frozenset({"region_administrator"}))
    grant_role(actor=administrator, region=region, email="b@example.org", role=Role.FACILITATOR, now=NOW)
    with pytest.raises(Forbidden):
        create_sign_in_link(actor=administrator, account=anna, region=region, now=NOW)


def test_a_link_works_once(region, anna):
    token = create_sign_in_link(actor=PLATFORM, account=anna, region=region, now=NOW)
    assert token.encode() not in bytes(SignInLink.objects.get().token_hash)
    assert use_sign_in_link(token=token, region=region, now=NOW + LINK_LASTS - timedelta(seconds=1)) == anna
    with pytest.raises(LinkNotUsable):
        use_sign_in_link(token=token, region=region, now=NOW)
    assert Event.objects.filter(type="identity.link.used", account=anna).count() == 1


def test_a_link_ends_after_ten_minutes(region, anna):
    token = create_sign_in_link(actor=PLATFORM, account=anna, region=region, now=NOW)
    with pytest.raises(LinkNotUsable):
        use_sign_in_link(token=token, region=region, now=NOW + LINK_LASTS)


def test_a_link_does_not_open_another_region_nor_a_closed_account(region, other_region, anna):
    token = create_sign_in_link(actor=PLATFORM, account=anna, region=region, now=NOW)
    with in_region(other_region), pytest.raises(LinkNotUsable):
        use_sign_in_link(token=token, region=other_region, now=NOW)
    Account.objects.update(is_active=False)
    with pytest.raises(LinkNotUsable):
        use_sign_in_link(token=token, region=region, now=NOW)
    with pytest.raises(LinkNotUsable):
        use_sign_in_link(token="", region=region, now=NOW)


def test_links_that_are_over_are_forgotten(region, anna):
    create_sign_in_link(actor=PLATFORM, account=anna, region=region, now=datetime.now(UTC) - timedelta(days=2))
    create_sign_in_link(actor=PLATFORM, account=anna, region=region, now=datetime.now(UTC))
    forget_what_is_over()
    assert SignInLink.objects.count() == 1
