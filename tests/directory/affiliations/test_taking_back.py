# SPDX-License-Identifier: EUPL-1.2
"""Grants of claims taken back: what they did is undone, what others hold stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from filanda.directory.affiliations.actions import claims
from filanda.directory.affiliations.actions.invitations import checked, invite
from filanda.directory.affiliations.actions.taking_back import take_claim_back
from filanda.directory.affiliations.errors import ReasonMissing
from filanda.directory.affiliations.models import Claim, Invitation, Position
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.identity.models import Account, Role, RoleGrant
from filanda.kernel.journal.models import Event
from filanda.kernel.signin.steps import give_role
from tests.directory.affiliations.making import (
    NOW,
    admin,
    afresh,
    body,
    code_in,
    facilitator,
    last_mail,
    member,
)

LATER = NOW + timedelta(days=3)
ADDRESS = "anna@polialta.example"


def by_document(anna, giulia, organisation):
    claim = claims.ask_claim(actor=anna, organisation=organisation, now=NOW)
    claims.give_claim_document(actor=anna, claim=claim, message="I am the dean", now=NOW)
    return claims.grant_claim(actor=giulia, claim=claim, now=NOW)


def by_code(anna, organisation, email=ADDRESS):
    claim = claims.send_claim_code(actor=anna, organisation=organisation, email=email, language="en", now=NOW)
    return claims.prove_claim(actor=anna, claim=claim, code=code_in(last_mail(email)), now=NOW)


def roles_of(actor, organisation):
    grants = RoleGrant.objects.filter(account=actor.account_id, scope_id=organisation.pk, ended_at=None)
    return sorted(grants.values_list("role", flat=True))


def take_back(actor, claim):
    return take_claim_back(actor=actor, claim=Claim.objects.get(pk=claim.pk), reason="Not <the> dean", now=LATER)


def test_what_a_grant_did_is_undone_and_told(region):
    organisation, anna, giulia = body(region), member(region), facilitator(region)
    claim = by_document(anna, giulia, organisation)
    organisation.refresh_from_db()
    assert (organisation.state, roles_of(anna, organisation)) == ("verified", ["organisation_admin"])
    people = [checked("friend@elsewhere.example", role=Role.ORGANISATION_ADMIN)]
    invite(actor=afresh(anna, second_factor=True), organisation=organisation, people=people, language="en", now=NOW)
    with pytest.raises(ReasonMissing):
        take_claim_back(actor=giulia, claim=claim, reason=" ", now=LATER)

    taken = take_back(giulia, claim)

    organisation.refresh_from_db()
    assert (organisation.state, roles_of(anna, organisation)) == ("listed", [])
    assert (taken.state, taken.reason, taken.decided_by_id) == ("taken_back", "Not <the> dean", giulia.account_id)
    assert not Position.objects.get(organisation=organisation).is_confirmed
    assert Invitation.objects.get().withdrawn_at == LATER
    mail = last_mail(ADDRESS)
    assert (mail.template, mail.context["reason"]) == ("affiliations/mail/claim_taken_back", "Not <the> dean")
    event = Event.objects.get(type="affiliations.claim.taken_back")
    assert event.payload == {"organisation": organisation.pk}
    assert organisation.pk in event.touches["organisation"]
    # Nothing is held against whoever claimed: another document may be looked at.
    assert by_document(afresh(anna), giulia, organisation).state == "granted"


def test_a_member_is_a_member_again(region):
    organisation, anna, giulia = body(region), member(region), facilitator(region)
    scope = ("organisation", organisation.pk)
    with transaction.atomic():
        give_role(
            actor=PLATFORM,
            region=region,
            account=Account.objects.get(pk=anna.account_id),
            role=Role.ORGANISATION_MEMBER,
            scope=scope,
        )
    claim = by_document(afresh(anna), giulia, organisation)
    take_back(giulia, claim)
    assert roles_of(anna, organisation) == ["organisation_member"]
    assert Position.objects.get(organisation=organisation).is_confirmed


def test_other_claims_and_admins_keep_the_state_they_gave(region):
    organisation, anna, giulia = body(region), member(region), facilitator(region)
    carla = member(region, "carla@polialta.example", "Carla")
    first = by_code(anna, organisation)
    second = by_document(carla, giulia, organisation)
    take_back(giulia, second)
    organisation.refresh_from_db()
    assert (organisation.state, roles_of(anna, organisation)) == ("claimed", ["organisation_admin"])
    third = by_document(afresh(carla), giulia, organisation)
    take_back(giulia, first)
    organisation.refresh_from_db()
    assert (organisation.state, roles_of(carla, organisation)) == ("verified", ["organisation_admin"])
    admin(region, organisation)  # made by somebody, without a claim
    take_back(giulia, third)
    organisation.refresh_from_db()
    assert organisation.state == "claimed"
