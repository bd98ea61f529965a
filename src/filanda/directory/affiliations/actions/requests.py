# SPDX-License-Identifier: EUPL-1.2
"""Asking the admins of a claimed organisation to be one of its people."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from filanda.directory.affiliations.errors import AlreadyBelongs, NobodyToAsk, ReasonMissing, TooManyInvitations
from filanda.directory.affiliations.models import JoinRequest, RequestState
from filanda.directory.affiliations.queries import admin_accounts, names_of
from filanda.directory.affiliations.steps import (
    account_id_of,
    become_member,
    lock_organisation,
    page_path,
    people_path,
    tell,
    told,
)
from filanda.directory.organisations.models import Organisation
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.limits import Limit, TooMany, take
from filanda.kernel.policies import require
from filanda.kernel.text.folding import clean
from filanda.kernel.workflow import move

__all__ = ["accept_request", "ask_to_join", "decline_request", "withdraw_request"]

MESSAGE_LENGTH = 1000
TITLE_LENGTH = 120
ASKED_A_DAY = Limit(20, timedelta(days=1))


def ask_to_join(
    *, actor: Actor, organisation: Organisation, now: datetime, title: str = "", message: str = ""
) -> JoinRequest:
    """Ask; the admins are told. Asking again while it waits is the same request, with what was added.

    Raises AlreadyBelongs, NobodyToAsk, TooManyInvitations, Forbidden.
    """
    title, message = clean(title)[:TITLE_LENGTH], clean(message)[:MESSAGE_LENGTH]
    with transaction.atomic(durable=True):
        locked = lock_organisation(organisation.pk)
        require(actor, "affiliations.requests.ask", locked)
        if locked.pk in actor.scope_ids("organisation"):
            raise AlreadyBelongs
        admins = admin_accounts(locked.pk)
        if not admins:
            raise NobodyToAsk
        asked = (
            JoinRequest.objects.select_for_update(of=("self",))
            .select_related("organisation", "account", "region")
            .filter(organisation=locked, account=actor.account_id, state=RequestState.ASKED)
            .first()
        )
        if asked is not None:
            asked.title, asked.message = title or asked.title, message or asked.message
            asked.save(update_fields=["title", "message"])
            return asked
        try:
            take("requests_asked", ASKED_A_DAY, who=f"account:{actor.account_id}", region=locked.region, now=now)
        except TooMany:
            raise TooManyInvitations from None
        asked = JoinRequest.objects.create(
            region=locked.region,
            organisation=locked,
            account_id=account_id_of(actor),
            title=title,
            message=message,
            created_at=now,
            state_changed_at=now,
        )
        names = names_of([asked.account])
        tell(
            admins,
            "request_asked",
            region=locked.region,
            path=people_path(locked),
            context={
                "organisation": locked.name,
                "name": names.get(asked.account_id, str(asked.account)),
                "message": message,
            },
        )
        _record("asked", actor, asked)
    return asked


def accept_request(*, actor: Actor, request: JoinRequest, now: datetime) -> None:
    """Whoever asked is a member from now on, with a confirmed position. Raises Forbidden, MoveNotPossible."""
    with transaction.atomic(durable=True):
        organisation = lock_organisation(request.organisation_id)
        move(request, "accept", actor=actor, now=now, decided_by_id=actor.account_id)
        become_member(
            actor=actor, organisation=organisation, account=request.account, title=request.title, reason="asked to join"
        )
        tell(
            [request.account],
            "request_accepted",
            region=organisation.region,
            path=page_path(organisation),
            context={"organisation": organisation.name},
        )
        _record("accepted", actor, request, changed=True)


def decline_request(*, actor: Actor, request: JoinRequest, reason: str, now: datetime) -> None:
    """Raises ReasonMissing without words, Forbidden, MoveNotPossible."""
    reason = clean(reason)[:MESSAGE_LENGTH]
    if not reason:
        raise ReasonMissing
    with transaction.atomic(durable=True):
        organisation = lock_organisation(request.organisation_id)
        move(request, "decline", actor=actor, now=now, decided_by_id=actor.account_id, reason=reason)
        tell(
            [request.account],
            "request_declined",
            region=organisation.region,
            path=page_path(organisation),
            context={"organisation": organisation.name, "reason": reason},
        )
        _record("declined", actor, request)


def withdraw_request(*, actor: Actor, request: JoinRequest, now: datetime) -> None:
    """Whoever asked thinks better of it. Raises Forbidden, MoveNotPossible."""
    with transaction.atomic(durable=True):
        lock_organisation(request.organisation_id)
        move(request, "withdraw", actor=actor, now=now)
        _record("withdrawn", actor, request)


def _record(verb: str, actor: Actor, request: JoinRequest, *, changed: bool = False) -> None:
    record(
        f"affiliations.request.{verb}",
        region=request.region,
        actor=actor,
        subject=request,
        payload={"organisation": request.organisation_id},
        touches=told(request.organisation, request.account) if changed else {},
    )
