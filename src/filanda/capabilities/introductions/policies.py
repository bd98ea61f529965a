# SPDX-License-Identifier: EUPL-1.2
"""Who proposes introductions, asks for them and answers; and the place in which the two talk once it is made."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from filanda.capabilities.introductions.models import Introduction, IntroductionState, Side
from filanda.capabilities.moderation.suspensions import may_write
from filanda.capabilities.threads.places import Place, Read, register_place
from filanda.directory.affiliations.queries import admin_accounts
from filanda.directory.people.models import Block
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.policies import Decision, Permission

__all__ = ["PERMISSIONS", "PLACE", "answerers", "keep_apart", "register_introduction_place", "side_of"]

PLACE = "introduction"
_MEMBERS = frozenset({Role.INNOVATOR, Role.FACILITATOR})
_OVER = Decision(
    False, _("This conversation is over: one of the two does not go on with it. Your facilitator can tell you more.")
)
_GONE = Decision(False, _("This is not there any more, or not for you to see."))


def answerers(side: Side) -> list[Account]:
    """Who answers for a side: the person; for an organisation, who was named, else those who speak for it. Empty where
    nobody here does: then the facilitator asks them otherwise. Two queries at most.
    """
    if side.organisation_id is None:
        account = side.account
        return [account] if account is not None and account.is_active else []
    named = [side.account] if side.account is not None and side.account.is_active else []
    return named or [one for one in admin_accounts(side.organisation_id) if one.is_active]


def keep_apart(row: Introduction, actor: Actor) -> bool:
    """Whether `actor`, and everybody who answers for the side that is not theirs, want nothing to do with each other:
    one has blocked the other. Five queries at most; False for who is on neither side.
    """
    sides = list(row.sides.select_related("account"))
    own = next((side for side in sides if side.is_of(actor)), None)
    if own is None:
        return False
    others = {account.pk for side in sides if side.pk != own.pk for account in answerers(side)}
    blocks = Block.objects.filter(
        Q(blocker=actor.account_id, blocked__in=others) | Q(blocker__in=others, blocked=actor.account_id)
    )
    apart = {account for pair in blocks.values_list("blocker", "blocked") for account in pair}
    return bool(others) and others <= apart


def side_of(actor: Actor, introduction: Introduction) -> Side | None:
    """The side for which `actor` answers; where somebody came to stand on both, the one that has not answered. No query
    where `sides` is prefetched.
    """
    mine = [side for side in introduction.sides.all() if side.is_of(actor)]
    waiting = [side for side in mine if side.consented_at is None and side.refused_at is None]
    return next(iter(waiting or mine), None)


def _may_propose(actor: Actor, introduction: Any) -> Decision:
    if introduction is None or side_of(actor, introduction) is None:
        return Decision(True)
    return Decision(False, _("You are one of the two: another facilitator looks after this introduction."))


def _may_ask(actor: Actor, _obj: Any) -> Decision:
    return may_write(actor, None)


def _may_answer(actor: Actor, introduction: Any) -> Decision:
    """The sides; of a side that nobody here speaks for, a facilitator says what they heard from it: see actions."""
    if introduction is None or side_of(actor, introduction) is not None or Role.FACILITATOR in actor.roles:
        return Decision(True)
    return Decision(False, _("Only the two who would be introduced answer this."))


PERMISSIONS = (
    Permission(
        "introductions.propose",
        _("Propose two parties to each other"),
        roles=frozenset({Role.FACILITATOR}),
        rule=_may_propose,
    ),
    Permission("introductions.ask", _("Ask to be introduced to somebody"), roles=_MEMBERS, rule=_may_ask),
    Permission("introductions.answer", _("Say whether one wants to be introduced"), roles=_MEMBERS, rule=_may_answer),
    Permission("introductions.clock", _("Remind of introductions and let them lapse (the platform only)")),
)


def _reads(actor: Actor) -> Read:
    """The two sides and the facilitator who made it."""
    rows = Introduction.objects.filter(state=IntroductionState.MADE)
    mine = rows.filter(pk__in=Side.objects.filter(Side.of(actor)).values("introduction"))
    if Role.FACILITATOR in actor.roles:
        mine |= rows.filter(facilitator=actor.account_id)
    return mine.order_by().values("pk")


def _talks(actor: Actor, number: int) -> Decision:
    if actor.account_id is None or not Introduction.objects.filter(pk__in=_reads(actor)).filter(pk=number).exists():
        return _GONE
    if keep_apart(Introduction.objects.get(pk=number), actor):
        return _OVER
    return may_write(actor, None)


def register_introduction_place() -> None:
    """Let the two who were introduced talk, and the facilitator with them."""
    register_place(
        Place(
            kind=PLACE,
            may_open=_talks,
            may_answer=_talks,
            keeps_order=lambda _actor, _number: _GONE,
            keeps_order_in=lambda _actor: (),
            audience=lambda number: f"{PLACE}:{number}",
            thread_page=lambda number, _thread, _title: ("collaborating:introduction", (number,)),
            post_page=lambda number, _thread, post: ("collaborating:introduction-message", (number, post)),
            read_by=_reads,
        )
    )
