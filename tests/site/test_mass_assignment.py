# SPDX-License-Identifier: EUPL-1.2
"""Forms take what they ask for and nothing else, whatever fields somebody adds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.forms.models import model_to_dict

from filanda.directory.organisations.models import Organisation
from filanda.directory.people.models import Person
from filanda.kernel.identity.models import Account, Role, RoleGrant
from tests.site import matrix_world as w

# What would raise somebody above others, by names that a form might be fooled with.
FORGED = {
    "state": "verified",
    "state_changed_at": "2020-01-01",
    "is_external": "1",
    "is_natural_person": "1",
    "hidden_at": "2020-01-01",
    "hidden_reason": "forged",
    "region": "999",
    "region_id": "999",
    "account": "999",
    "account_id": "999",
    "validated_by": "999",
    "facilitator": "999",
    "leaving_at": "2020-01-01",
    "erased_at": "2020-01-01",
    "is_invented": "1",
    "is_operator": "1",
    "is_active": "",
    "role": "region_administrator",
    "roles": "region_administrator",
    "scope_kind": "",
    "scope_id": "0",
    "sort_key": "aaaa",
    "id": "999",
    "pk": "999",
}
MAY_CHANGE = {"name", "sort_key", "headline", "updated_at"}


@pytest.fixture
def world(region, other_region, settings, tmp_path) -> w.World:
    settings.STORAGES = settings.STORAGES | {
        "files": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }
    return w.make_world(region, other_region, datetime.now(UTC))


def guarded(row: Any) -> dict[str, Any]:
    """The fields of a row that no form of these may change to what was forged."""
    fields = model_to_dict(row, fields=[field.name for field in row._meta.fields])
    return {name: value for name, value in fields.items() if name in FORGED and name not in MAY_CHANGE}


@pytest.mark.parametrize("address", ["/it/profile/", "/it/profile/answer/", "/it/profile/positions/", "/it/join/you/"])
def test_a_profile_takes_no_field_that_its_form_does_not_have(world, address):
    person = Person.objects.get(account=world.accounts["member"])
    before, grants = guarded(person), RoleGrant.objects.count()
    forged = FORGED | {"name": "Persona Nuova", "headline": "Nuova", "listing": "members"}
    assert world.client("member").post(address, forged).status_code in (302, 409, 422)
    assert guarded(Person.objects.get(pk=person.pk)) == before
    assert RoleGrant.objects.count() == grants
    assert not Account.objects.filter(is_operator=True).exists()


def test_an_organisation_takes_no_field_that_its_form_does_not_have(world):
    organisation = Organisation.objects.get(pk=world.ids["organisation_id"])
    before = guarded(organisation)
    client = world.client("organisation_admin")
    address = f"/it/organisations/{organisation.pk}/manage/"
    for form in ("details/", "evidence/new/", "people/invite/"):
        forged = FORGED | {
            "name": "Caseificio Nuovo",
            "title": "Nuovo",
            "email": "nuova@example.org",
            "kind": "product",
        }
        assert client.post(address + form, forged).status_code in (302, 403, 409, 422)
        assert guarded(Organisation.objects.get(pk=organisation.pk)) == before
    assert not RoleGrant.objects.filter(
        account=world.accounts["organisation_admin"], role=Role.REGION_ADMINISTRATOR
    ).exists()


def test_nobody_becomes_more_than_they_are_by_an_invitation_of_their_own(world):
    client = world.client("organisation_admin")
    address = f"/it/organisations/{world.ids['organisation_id']}/manage/people/invite/"
    answer = client.post(address, {"email": "amica@example.org", "role": "region_administrator"})
    assert answer.status_code in (403, 422)
    assert not RoleGrant.objects.filter(account__email="amica@example.org").exists()
