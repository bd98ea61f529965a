# SPDX-License-Identifier: EUPL-1.2
"""Proposals, answers and introductions of the people whom a demonstration offers at "Sign in as": some of the invented
ones become theirs, with all that was said in them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q

from filanda.capabilities.desk.following import compare
from filanda.capabilities.follows.models import Follow
from filanda.capabilities.introductions.models import Introduction, IntroductionState, Side
from filanda.capabilities.introductions.policies import PLACE as MEETING
from filanda.capabilities.threads.models import Post, Thread
from filanda.components.proposals.models import (
    WAITING_STATES,
    ExpressionOfInterest,
    InterestState,
    Proposal,
    ProposalQuerySet,
    ProposalState,
    ProposalVersion,
)
from filanda.components.proposals.policies.answering import PLACE
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region

__all__ = ["seed_together"]

_P, _I = ProposalState, InterestState


def seed_together(
    actor: Actor, region: Region, spokesperson: Account, innovator: Account, facilitator: Account, now: datetime
) -> None:
    """Give `spokesperson`'s organisation three proposals (answered, in talks, returned), `innovator` answers to some,
    `facilitator` what to look after, once. The region must be active, and invented. Raises Forbidden, ValueError.
    """
    require(actor, "proposals.seed")
    if not region.is_invented:
        raise ValueError("Invented proposals belong into an invented region.")
    if Proposal.objects.filter(owner=spokesperson).exists():
        return
    grant = spokesperson.role_grants.filter(role=Role.ORGANISATION_ADMIN, scope_kind="organisation", ended_at=None)
    body = grant.order_by("pk").values_list("scope_id", flat=True).first()
    if body is None:
        return
    with transaction.atomic(durable=True):
        theirs = _choose(body)
        for row in theirs:
            _give_proposal(region, row, spokesperson, body, facilitator)
        answers = _answers_for(theirs)
        for answer in answers:
            _put_in_place(region, [answer], {answer.author_id: innovator.pk})
            ExpressionOfInterest.objects.filter(pk=answer.pk).update(author=innovator, organisation=None)
        looked_after = [row.pk for row in theirs] + _look_after(facilitator, [row.pk for row in theirs])
        introductions = _introduce(body, spokesperson)
        record(
            "proposals.demo.seeded",
            region=region,
            actor=actor,
            payload={"proposals": len(theirs), "answers": len(answers), "introductions": len(introductions)},
            touches={"proposal": looked_after, "introduction": introductions},
        )
    compare(now)


def _choose(body: int) -> list[Proposal]:
    """One with most answers that wait, one in talks, one that came back."""
    free = Proposal.objects.filter(is_invented=True, hidden_at=None).exclude(interests__organisation=body)
    waiting = Count("interests", filter=Q(interests__state__in=WAITING_STATES))
    wanted: tuple[ProposalQuerySet, ...] = (
        free.filter(state=_P.PUBLISHED, language="it").annotate(waiting=waiting).order_by("-waiting", "pk"),
        free.filter(state=_P.IN_TALKS, interests__state=_I.ACCEPTED).order_by("pk"),
        free.filter(state=_P.DRAFT, reviews__isnull=False).order_by("pk"),
    )
    return [row for row in (rows.first() for rows in wanted) if row is not None]


def _give_proposal(region: Region, row: Proposal, to: Account, body: int, facilitator: Account) -> None:
    answers = list(row.interests.all())
    who = {row.owner_id: to.pk, row.facilitator_id: facilitator.pk}
    _put_in_place(region, answers, who)
    Proposal.objects.filter(pk=row.pk).update(owner=to, organisation=body, facilitator=facilitator)
    ProposalVersion.objects.filter(proposal=row).update(by=to)


def _put_in_place(region: Region, answers: Iterable[ExpressionOfInterest], who: dict[int | None, int]) -> None:
    """In the conversations of `answers`, what some accounts said was said by others; those follow them."""
    ids = [answer.pk for answer in answers]
    threads = Thread.objects.filter(place_kind=PLACE, place_id__in=ids)
    numbers = list(threads.values_list("pk", flat=True))
    for old, new in who.items():
        if old is None:
            continue
        Post.objects.filter(thread__in=numbers, author=old).update(author=new)
        threads.filter(author=old).update(author=new)
        threads.filter(last_author=old).update(last_author=new)
        Follow.objects.filter(thing_kind="thread", thing_id__in=numbers, account=old).delete()
    Follow.objects.bulk_create(
        [
            Follow(region=region, account_id=account, thing_kind="thread", thing_id=number, is_own_choice=False)
            for number in numbers
            for account in who.values()
        ],
        ignore_conflicts=True,
    )


def _answers_for(proposals: list[Proposal]) -> list[ExpressionOfInterest]:
    """One to the first of `proposals`, and three to those of others, in different states."""
    rows = ExpressionOfInterest.objects.filter(is_invented=True, author__isnull=False).order_by("pk")
    others = rows.exclude(proposal__in=proposals)
    talked = others.filter(thread_id__isnull=False)
    wanted = (
        rows.filter(proposal=proposals[0], state__in=(_I.READ, _I.SHORTLISTED), thread_id__isnull=False)
        if proposals
        else rows.none(),
        talked.filter(state=_I.SHORTLISTED),
        others.filter(state=_I.SENT),
        talked.filter(state=_I.DECLINED),
    )
    found: dict[int, ExpressionOfInterest] = {}
    for one in wanted:
        answer = one.exclude(proposal__in=list(found)).first()
        if answer is not None:
            found[answer.proposal_id] = answer
    return list(found.values())


def _look_after(facilitator: Account, besides: list[int]) -> list[int]:
    """Some proposals to review and some with answers that wait."""
    rows = Proposal.objects.filter(is_invented=True).exclude(pk__in=besides).order_by("pk")
    waiting = rows.filter(state=_P.PUBLISHED, interests__state__in=WAITING_STATES).distinct()
    reviews = rows.filter(state=_P.IN_REVIEW).order_by("-versions", "pk").distinct()
    chosen = [*waiting.values_list("pk", flat=True)[:8]]
    for number in reviews.values_list("pk", flat=True):
        if number not in chosen and len(chosen) < 12:
            chosen.append(number)
    Proposal.objects.filter(pk__in=chosen).update(facilitator=facilitator)
    return chosen


def _introduce(body: int, spokesperson: Account) -> list[int]:
    """One introduction waits for the organisation, one for the other side, one is made."""
    changed = []
    rows = Introduction.objects.filter(is_invented=True).exclude(sides__organisation=body).order_by("pk")
    for state in (IntroductionState.PROPOSED, IntroductionState.ONE_CONSENTED, IntroductionState.MADE):
        row = rows.filter(state=state).first()
        if row is None:
            continue
        side = (
            row.sides.order_by("consented_at", "position").last() if state == IntroductionState.ONE_CONSENTED else None
        )
        side = side or row.sides.order_by("-position").first()
        if side is None:
            continue
        old = side.account_id
        answered = spokesperson if side.consented_at is not None else None
        Side.objects.filter(pk=side.pk).update(organisation=body, account=None, answered_by=answered)
        posts = Post.objects.filter(thread__place_kind=MEETING, thread__place_id=row.pk)
        if old is not None:
            posts.filter(author=old).update(author=spokesperson)
        changed.append(row.pk)
    return changed
