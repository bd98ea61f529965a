# SPDX-License-Identifier: EUPL-1.2
"""What this room keeps about people: taken out, erased, forgotten; and what waits for them."""

from datetime import UTC, datetime, timedelta

from django.db import transaction

from filanda.directory.affiliations import personal
from filanda.directory.affiliations.actions.claims import ask_claim, give_claim_document, refuse_claim
from filanda.directory.affiliations.actions.invitations import checked, invite
from filanda.directory.affiliations.actions.requests import ask_to_join, decline_request
from filanda.directory.affiliations.models import Claim, Invitation, JoinRequest, Position
from filanda.directory.affiliations.queries import organisations_without_admins
from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.identity.models import Account, RoleGrant
from filanda.kernel.mail.models import Message
from filanda.kernel.regions.scoped import in_region
from tests.directory.affiliations.making import NOW, account, admin, body, facilitator, last_mail, member

ANNA = "anna@polialta.example"


def everything(region):
    """Anna claims, asks, is invited, and holds a position."""
    organisation, other = body(region), body(region, "Another")
    bruno = admin(region, organisation)
    anna = member(region)
    ask_claim(actor=anna, organisation=other, message="my claim", now=NOW)
    ask_to_join(actor=anna, organisation=organisation, message="my request", now=NOW)
    at = datetime.now(UTC)
    invite(actor=bruno, organisation=organisation, people=[checked(ANNA, "Anna")], language="it", now=at)
    Position.objects.create(region=region, person=anna_of(anna), organisation=other, title="Chemist")
    return organisation, bruno, anna


def anna_of(actor):
    return Account.objects.get(pk=actor.account_id).people.get()


def test_everything_is_taken_out_and_nothing_of_others(region, other_region):
    _organisation, bruno, anna = everything(region)
    with in_region(other_region):
        everything(other_region)
    found = personal.collect(Account.objects.get(pk=anna.account_id))
    assert {name: len(rows) for name, rows in found.items()} == {
        "positions.json": 1,
        "claims.json": 1,
        "requests-to-join.json": 1,
        "invitations.json": 1,
    }
    assert "my claim" in str(found)
    assert "code_hash" not in str(found)
    assert "token_hash" not in str(found)
    theirs = personal.collect(Account.objects.get(pk=bruno.account_id))
    assert "my claim" not in str(theirs)


def test_everything_is_erased_and_an_orphan_is_told_of(region):
    facilitator(region)
    organisation, bruno, anna = everything(region)
    organisation.state = "claimed"
    organisation.save()
    with transaction.atomic():
        personal.erase(Account.objects.get(pk=anna.account_id), True)
    for model in (Claim, JoinRequest, Invitation, Position):
        rows = model.objects.all()
        assert not rows.exclude(person__account=bruno.account_id).exists() if model is Position else not rows.exists()
    assert not organisations_without_admins().exists()
    with transaction.atomic():
        personal.erase(Account.objects.get(pk=bruno.account_id), False)
    assert not RoleGrant.objects.filter(scope_kind="organisation", ended_at=None).exists()
    assert list(organisations_without_admins()) == [organisation]
    assert last_mail("giulia@region.example").template == "affiliations/mail/without_admin"
    with transaction.atomic():
        personal.erase(account("nobody@elsewhere.example"), True)  # who never was here
    assert Message.objects.filter(template="affiliations/mail/without_admin").count() == 1


def test_what_waits_for_whom(region):
    organisation, bruno, anna = everything(region)
    giulia = facilitator(region)
    carla = member(region, "carla@elsewhere.example", "Carla")
    claim = ask_claim(actor=carla, organisation=body(region, "Third"), now=NOW)
    give_claim_document(actor=carla, claim=claim, now=NOW)

    def lines(actor):
        return [(one.url_name, tuple(one.url_args), one.count) for one in personal.waiting(actor)]

    assert lines(VISITOR) == []
    assert lines(bruno) == [("ownership:people", (organisation.pk,), 1)]
    assert lines(giulia) == [("ownership:claims", (), 1)]
    assert [line[0] for line in lines(anna)] == ["ownership:claim", "joining:invitations"]
    assert lines(carla) == []  # it is staff's turn


def test_what_is_over_is_forgotten_in_time(region):
    _organisation, bruno, anna = everything(region)
    giulia = facilitator(region)
    claim = Claim.objects.get()
    give_claim_document(actor=anna, claim=claim, now=NOW)
    forget = (personal.forget_claims, personal.forget_requests, personal.forget_invitations)
    later = NOW + timedelta(days=5000)
    assert [one(region, NOW - timedelta(days=1), NOW) for one in forget] == [0, 0, 0]
    assert [personal.forget_claims(region, later, later), personal.forget_requests(region, later, later)] == [0, 0]
    refuse_claim(actor=giulia, claim=claim, reason="No", now=NOW)
    decline_request(actor=bruno, request=JoinRequest.objects.get(), reason="No", now=NOW)
    assert [one(region, NOW, later) for one in forget] == [0, 0, 0]  # not before their time
    assert [one(region, later, later) for one in forget] == [1, 1, 1]
