# SPDX-License-Identifier: EUPL-1.2
"""What organisations keep about people leaves with them, and is erased."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import override

from filanda.directory.organisations.actions import Details, create_organisation, keep_draft, update_details
from filanda.directory.organisations.models import Draft, OrganisationVersion
from filanda.directory.organisations.personal import collect, erase, forget_history
from filanda.directory.organisations.queries.history import changes_of
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.identity.models import Account


def test_changes_are_told_and_stay_as_by_a_former_member(region):
    body = create_organisation(actor=PLATFORM, region=region, name="Alfa")
    ada, other = (Account.objects.create_account(email=f"{name}@example.org", name=name) for name in ("ada", "bo"))
    for number, account in enumerate((ada, other)):
        actor = Actor(account_id=account.pk, scoped=frozenset({("organisation_admin", "organisation", body.pk)}))
        update_details(actor=actor, organisation=body, details=Details(name=f"Alfa {number}"))
        keep_draft(actor=actor, organisation=body, form="details", typed={"name": ["x"]}, now=now())
    said = collect(ada)["organisations.json"]
    assert [change["kind"] for change in said["changes"]] == ["organisation"]
    assert [draft["typed"] for draft in said["drafts"]] == [{"name": ["x"]}]
    erase(ada, True)
    assert collect(ada) == {}
    with override("en"):
        assert [change.who for change in changes_of(body, PLATFORM)] == ["bo", "a former member"]
    assert list(Draft.objects.values_list("account", flat=True)) == [other.pk]
    assert "ada" not in str(list(OrganisationVersion.objects.values("pgh_context")))
    with transaction.atomic():
        assert forget_history(region, now() + timedelta(days=36_500), now()) == 2  # PostgreSQL's clock dates it
