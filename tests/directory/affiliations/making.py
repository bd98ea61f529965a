# SPDX-License-Identifier: EUPL-1.2
"""People, organisations and codes for the tests of this room."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from django.db import transaction

from filanda.directory.organisations.models import Organisation
from filanda.directory.people.actions import join_region
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import PLATFORM, Actor, actor_for
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.mail.models import Message
from filanda.kernel.signin.actions import grant_role
from filanda.kernel.signin.models import EmailCode, Purpose
from filanda.kernel.signin.steps import give_role

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def body(region, name="Politecnico di Altariva", website="https://www.polialta.example/it", **fields) -> Organisation:
    return Organisation.objects.create(
        region=region, name=name, sort_key=name.lower(), website=website, helix_role="academia", **fields
    )


def account(email: str) -> Account:
    return Account.objects.filter(email=email).first() or Account.objects.create_account(email=email)


def person(region, email="anna@polialta.example", name="Anna Conti") -> Person:
    found = account(email)
    return join_region(actor=actor_for(found), account=found, region=region, name=name, now=NOW)


def member(region, email="anna@polialta.example", name="Anna Conti") -> Actor:
    """Somebody of the region, as they act without a second factor."""
    known = Person.objects.filter(account__email=email).first() or person(region, email, name)
    return actor_for(known.account)


def facilitator(region, email="giulia@region.example") -> Actor:
    found = grant_role(actor=PLATFORM, region=region, email=email, role=Role.FACILITATOR, now=NOW, name="Giulia")
    return actor_for(found, has_second_factor=True)


def admin(region, organisation, email="bruno@polialta.example", name="Bruno Riva", *, second_factor=True) -> Actor:
    found = person(region, email, name).account
    scope = ("organisation", organisation.pk)
    with transaction.atomic():
        give_role(actor=PLATFORM, region=region, account=found, role=Role.ORGANISATION_ADMIN, scope=scope)
    return actor_for(found, has_second_factor=second_factor)


def afresh(actor: Actor, *, second_factor=False) -> Actor:
    """The same account with the roles it has now."""
    return actor_for(Account.objects.get(pk=actor.account_id), has_second_factor=second_factor)


def last_mail(to: str) -> Message:
    return Message.objects.filter(to=to).latest("pk")


def code_in(message: Message) -> str:
    return message.context["code"]


def token_in(message: Message) -> str:
    found = re.search(r"/invitations/([^/]+)/", message.context["url"])
    assert found is not None
    return found[1]


def just_proven(region, email: str, at: datetime = NOW) -> None:
    """A code sent to `email` has opened a session."""
    EmailCode.objects.create(
        region=region,
        purpose=Purpose.SIGN_IN,
        address=email,
        code_hash=b"x" * 32,
        created_at=at,
        expires_at=at,
        used_at=at,
    )
