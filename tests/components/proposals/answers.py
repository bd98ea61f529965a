# SPDX-License-Identifier: EUPL-1.2
"""Answers to proposals, for tests here and above."""

from __future__ import annotations

from datetime import datetime

from filanda.components.proposals.actions.answering import send_interest
from filanda.components.proposals.models import ExpressionOfInterest, InterestState, Proposal
from filanda.directory.organisations.models import Organisation
from filanda.kernel.identity.models import Role, RoleGrant
from tests.spaces.making import NOW, act

BRINGS = "We have spun ceramic probes for **twelve** mills."
QUESTIONS = "How many looms are there?"


def speaks_for(region, account, organisation: Organisation) -> None:
    """`account` is an admin of `organisation` from now on."""
    RoleGrant.objects.create(
        region=region,
        account=account,
        role=Role.ORGANISATION_ADMIN,
        scope_kind="organisation",
        scope_id=organisation.pk,
    )


def answer_it(
    proposal: Proposal,
    account,
    *,
    organisation: Organisation | None = None,
    brings: str = BRINGS,
    questions: str = QUESTIONS,
    now: datetime = NOW,
) -> ExpressionOfInterest:
    """`account` answers `proposal`, through the action."""
    fields = {"organisation": organisation.pk if organisation else None, "brings": brings, "questions": questions}
    return send_interest(actor=act(account), proposal=proposal, fields=fields, version=0, now=now)


def put(interest: ExpressionOfInterest, state: str) -> ExpressionOfInterest:
    """A row as if it had come to `state`."""
    ExpressionOfInterest.objects.filter(pk=interest.pk).update(
        state=state, decline_reason="no_fit" if state == InterestState.DECLINED else "", sent_at=NOW
    )
    interest.refresh_from_db()
    return interest
