# SPDX-License-Identifier: EUPL-1.2
"""Accepting an answer: the answer, the proposal, a project group and the register move together or not at all."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from filanda.capabilities.collaborations.models import Cooperation
from filanda.capabilities.collaborations.steps import register, today
from filanda.capabilities.threads.steps.opening import start_thread
from filanda.components.proposals.models import REASON_MOST, ExpressionOfInterest, Proposal
from filanda.components.proposals.refusals import AnswerWrong
from filanda.components.proposals.steps.answering import accept
from filanda.directory.affiliations.queries import admin_accounts
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.policies import decide, require
from filanda.kernel.text.folding import clean
from filanda.spaces.models import SCOPE, MemberRole, Openness, Space, SpaceKind
from filanda.spaces.steps import enter, found_space, told_event
from filanda.spaces.values import TEXTS, checked_texts

__all__ = ["accept_interest", "may_open_group", "people_of"]


def may_open_group(actor: Actor) -> bool:
    """Whether accepting may open a project group. No query."""
    return bool(decide(actor, "spaces.groups.open"))


def people_of(interest: ExpressionOfInterest) -> list[tuple[int, MemberRole]]:
    """Who enters the project group: whoever made the proposal and whoever answered it manage it, those who speak for
    their organisations are members. At most three queries.
    """
    proposal = interest.proposal
    managers = [account for account in (proposal.owner_id, interest.author_id) if account is not None]
    members = [
        account.pk
        for organisation in (proposal.organisation_id, interest.organisation_id)
        if organisation is not None
        for account in admin_accounts(organisation)
    ]
    active = set(Account.objects.filter(pk__in=[*managers, *members], is_active=True).values_list("pk", flat=True))
    found = {account: MemberRole.MEMBER for account in members if account in active}
    found |= {account: MemberRole.MANAGER for account in managers if account in active}
    return sorted(found.items())


def accept_interest(
    *,
    actor: Actor,
    interest: ExpressionOfInterest,
    opens_group: bool = False,
    registers: bool = False,
    kind: str = "",
    words: str = "",
    now: datetime,
) -> ExpressionOfInterest:
    """Accept `interest`; with `opens_group` a private project group of both sides, with `registers` the register of
    collaborations (`kind`: of cooperation), which the other side is asked to confirm. `words`: to the other side.

    Raises AnswerWrong by field, Forbidden, ProposalOver, MoveNotPossible when somebody was faster, TooOften and
    SpaceWrong of the group, CollaborationWrong of the register: and then nothing has changed.
    """
    text = clean(words)
    errors = {}
    if len(text) > REASON_MOST:
        errors["words"] = _("This has %(length)s characters; up to %(most)s fit. Shorten it a little.") % {
            "length": len(text),
            "most": REASON_MOST,
        }
    if registers and kind not in Cooperation.values:
        errors["kind"] = _("Choose the kind of cooperation from the list.")
    if errors:
        raise AnswerWrong(errors)
    with transaction.atomic(durable=True):
        accept(actor=actor, interest=interest, now=now, words=text)
        proposal = interest.proposal
        changed = []
        if opens_group:
            interest.group = _group(actor, interest, proposal, text, now)
            changed.append("group")
        if registers:
            interest.collaboration_id = register(
                actor=actor,
                region=proposal.region,
                title=proposal.title,
                kind=kind,
                started_on=today(proposal.region, now),
                parties=[
                    (proposal.organisation_id, actor.account_id),
                    (interest.organisation_id, interest.author_id),
                ],
                from_key=("proposal", proposal.pk),
                space_id=proposal.space_id,
                facilitator_id=proposal.facilitator_id,
                confirmed_by=[actor.account_id] if actor.account_id is not None else [],
                now=now,
            ).pk
            changed.append("collaboration_id")
        if changed:
            interest.save(update_fields=changed)
    return interest


def _group(actor: Actor, interest: ExpressionOfInterest, proposal: Proposal, words: str, now: datetime) -> Space:
    """A private group named after the proposal, with both sides in it and a first thread."""
    require(actor, "spaces.groups.open")
    region = proposal.region
    name = proposal.title[: TEXTS["names"]].strip()
    texts = checked_texts({"names": {region.default_language: name}}, region)
    space = found_space(actor, region, SpaceKind.GROUP, texts, Openness.PRIVATE, None, now)
    for account_id, role in people_of(interest):
        if account_id == actor.account_id:
            continue
        membership = enter(
            actor=actor, space=space, account_id=account_id, role=role, now=now, reason="party to an accepted answer"
        )
        told_event("spaces.membership.joined", actor=actor, membership=membership)
    with override(region.default_language):
        first = words or _(
            "Here the two sides of this proposal work together. What would each of us do first, and by when?"
        )
    start_thread(actor=actor, place=(SCOPE, space.pk), title=proposal.title, source=first, now=now)
    return space
