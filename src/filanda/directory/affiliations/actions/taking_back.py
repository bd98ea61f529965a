# SPDX-License-Identifier: EUPL-1.2
"""A claim that was granted and should not have been: the grant is taken back, with a reason that its person reads.

What the grant did is undone: the role of an admin ends (a member is one again), the position is confirmed by nobody any
more, invitations that the person made cannot be used, and the organisation goes back to the state it was in, or to what
the other claims granted to it say. Those whom the person made admins meanwhile stay: they are named to the facilitator.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from filanda.directory.affiliations.errors import ReasonMissing
from filanda.directory.affiliations.models import Claim, ClaimState, Invitation, Position
from filanda.directory.affiliations.queries import has_admins
from filanda.directory.affiliations.steps import become_member, end_roles, lock_organisation, tell, told
from filanda.directory.organisations.models import Organisation, OrganisationState
from filanda.directory.organisations.steps import sign_history
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.journal.actions import record
from filanda.kernel.text.folding import clean
from filanda.kernel.workflow import move

__all__ = ["take_claim_back"]

REASON_LENGTH = 1000
_RISING = [OrganisationState.LISTED, OrganisationState.CLAIMED, OrganisationState.VERIFIED]


def take_claim_back(*, actor: Actor, claim: Claim, reason: str, now: datetime) -> Claim:
    """Undo what granting `claim` did. Raises ReasonMissing without words, Forbidden (one's own claim too),
    MoveNotPossible where it was not granted.
    """
    reason = clean(reason)[:REASON_LENGTH]
    if not reason:
        raise ReasonMissing
    with transaction.atomic(durable=True):
        organisation = lock_organisation(claim.organisation_id)
        move(claim, "take_back", actor=actor, now=now, decided_by_id=actor.account_id, reason=reason, code_hash=None)
        account = claim.account
        end_roles(
            actor=actor,
            organisation=organisation,
            account=account,
            role=Role.ORGANISATION_ADMIN,
            reason="claim taken back",
            now=now,
        )
        if claim.was_member:
            become_member(actor=actor, organisation=organisation, account=account, title="", reason="claim taken back")
        else:
            held = Position.objects.filter(person__account=account, organisation=organisation, ended_on=None)
            held.update(is_confirmed=False)
        Invitation.objects.usable(now).filter(organisation=organisation, invited_by=account).update(withdrawn_at=now)
        _go_back(actor, organisation)
        tell(
            [account],
            "claim_taken_back",
            region=organisation.region,
            path=reverse("ownership:claim", args=[organisation.pk]),
            context={"organisation": organisation.name, "reason": reason},
        )
        record(
            "affiliations.claim.taken_back",
            region=organisation.region,
            actor=actor,
            subject=claim,
            payload={"organisation": organisation.pk},
            touches=told(organisation, account),
        )
    return claim


def _go_back(actor: Actor, organisation: Organisation) -> None:
    """The state that the organisation had before anybody's claim, or that the claims which still stand gave it."""
    if organisation.state not in _RISING:
        return  # merged since, say
    decided = Claim.objects.filter(
        organisation=organisation, state__in=[ClaimState.GRANTED, ClaimState.TAKEN_BACK]
    ).order_by("created_at", "pk")
    before = decided.exclude(state_before="").values_list("state_before", flat=True).first()
    reached = [_RISING.index(OrganisationState(before))] if before in _RISING else [0]
    standing = decided.filter(state=ClaimState.GRANTED)
    if standing.filter(Q(decided_by__isnull=False) | Q(email="")).exists():  # by a document that somebody looked at
        reached.append(_RISING.index(OrganisationState.VERIFIED))
    if standing.exists() or has_admins(organisation.pk):
        reached.append(_RISING.index(OrganisationState.CLAIMED))
    state = _RISING[max(reached)]
    if _RISING.index(state) < _RISING.index(OrganisationState(organisation.state)):
        sign_history(actor)
        organisation.state = state
        organisation.save(update_fields=["state", "updated_at"])
