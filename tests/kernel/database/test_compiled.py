# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import pytest
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from filanda.kernel.database import compiled
from filanda.kernel.identity.models import Account, Role, RoleGrant


@pytest.fixture(autouse=True)
def _nothing_kept():
    compiled.forget()
    yield
    compiled.forget()


@pytest.fixture
def accounts(region):
    made = [Account.objects.create_account(email=f"{n}@example.org", name=f"Person {n}") for n in range(4)]
    for account in made[:2]:
        RoleGrant.objects.create(region=region, account=account, role=Role.FACILITATOR)
    return made


def with_roles(pks):
    grants = RoleGrant.objects.filter(account=OuterRef("pk")).values(found=JSONObject(role="role"))
    return (
        Account.objects.filter(pk__in=pks)
        .order_by("pk")
        .values("id", "name", "created_at", roles=ArraySubquery(grants))
    )


def test_rows_are_those_of_the_queryset(accounts):
    for chosen in (accounts, accounts[:2], accounts[2:], [accounts[3]], [accounts[0]]):
        pks = [account.pk for account in chosen]
        found = compiled.rows("people", with_roles, pks)
        assert found == list(with_roles(pks))
    assert compiled.rows("people", with_roles, [accounts[0].pk])[0]["roles"] == [{"role": "facilitator"}]


def test_the_second_time_nothing_is_built(accounts, django_assert_num_queries):
    built = []

    def build(pks):
        built.append(len(pks))
        return with_roles(pks)

    with django_assert_num_queries(3):
        first = compiled.rows("people", build, [accounts[0].pk])
        second = compiled.rows("people", build, [accounts[1].pk])
        compiled.rows("people", build, [accounts[0].pk, accounts[1].pk])
    assert built == [1, 2]
    assert [row["name"] for row in first + second] == ["Person 0", "Person 1"]


def test_scoped_rows_stay_in_their_region(accounts, region, other_region):
    from filanda.kernel.regions.scoped import in_region

    def grants(pks):
        return RoleGrant.objects.filter(account__in=pks).values("role")

    pk = [accounts[0].pk]
    assert compiled.rows(("grants", region.pk), grants, pk) == [{"role": "facilitator"}]
    with in_region(other_region):
        assert compiled.rows(("grants", other_region.pk), grants, pk) == []
    assert compiled.rows(("grants", region.pk), grants, pk) == [{"role": "facilitator"}]


def test_no_numbers_cost_no_query(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert compiled.rows("people", with_roles, []) == []


def test_what_can_find_nothing_is_not_asked(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert compiled.rows("none", lambda pks: Account.objects.none().values("id"), [1]) == []
        assert compiled.rows("none", lambda pks: Account.objects.none().values("id"), [1]) == []


def test_a_number_that_is_no_parameter_is_refused(db):
    with pytest.raises(ValueError, match="as a parameter"):
        compiled.rows("sliced", lambda pks: Account.objects.order_by("pk").values("id")[: pks[0]], [3])


def test_what_is_kept_does_not_grow_for_ever(accounts, monkeypatch):
    monkeypatch.setattr(compiled, "_KEPT", 3)
    for n in range(8):
        assert len(compiled.rows(("people", n), with_roles, [accounts[0].pk])) == 1
    assert len(compiled._kept) == 3


def test_the_largest_id_finds_nothing(region):
    assert compiled.rows("people", with_roles, [2**63 - 1]) == []


def test_texts_take_the_places_of_texts(accounts):
    def build(given):
        return Account.objects.filter(email__in=given[1:]).exclude(pk=given[0]).order_by("pk").values("id")

    def found(*given):
        return [row["id"] for row in compiled.rows("by address", build, given)]

    one, two, three, _four = accounts
    assert found(one.pk, one.email, two.email) == [two.pk]
    assert found(two.pk, one.email, three.email) == [one.pk, three.pk]
    assert found(two.pk, "nobody@example.org", "700") == []


def test_a_number_may_be_a_part_of_a_text(db):
    def build(given):
        return Account.objects.filter(email__in=[f"{given[0]}@{{x}}.org", f"{given[1]}:{given[0]}"]).values("email")

    for email in ("17@{x}.org", "18@{x}.org", "b:18", "17"):
        Account.objects.create_account(email=email, name=email)
    assert compiled.rows("parts", build, [17, "a"]) == [{"email": "17@{x}.org"}]
    assert {row["email"] for row in compiled.rows("parts", build, [18, "b"])} == {"18@{x}.org", "b:18"}


def test_a_region_forgotten_in_the_key_leaks_nothing(accounts, region, other_region):
    from filanda.kernel.regions.scoped import across_regions, in_region

    def grants(pks):
        return RoleGrant.objects.filter(account__in=pks).values("role")

    pk = [accounts[0].pk]
    with across_regions():
        assert len(compiled.rows("grants", grants, pk)) == 1
    with in_region(other_region):
        assert compiled.rows("grants", grants, pk) == []
        with across_regions():
            assert len(compiled.rows("grants", grants, pk)) == 1
        assert compiled.rows("grants", grants, pk) == []
    assert len(compiled.rows("grants", grants, pk)) == 1
