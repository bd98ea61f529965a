# SPDX-License-Identifier: EUPL-1.2
"""Reads about expressions of interest. Each says how many queries it costs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, DateTimeField, Exists, F, Max, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce, Greatest

from filanda.capabilities.threads.models import Post, PostState
from filanda.components.proposals.models import (
    ORGANISATION,
    SPEAKERS,
    WAITING_STATES,
    ExpressionOfInterest,
    InterestQuerySet,
    InterestState,
    Proposal,
)
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import RoleGrant
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.regions.working import days_after

__all__ = ["SILENT_REMINDED", "SILENT_TOLD", "draft_of", "received", "sent", "silent_since", "with_last_sign"]

SILENT_REMINDED, SILENT_TOLD = timedelta(days=7), timedelta(days=14)


def with_last_sign(rows: InterestQuerySet) -> Any:
    """`rows` with `last_sign`: when the owner's side last showed that it is there, by putting it on the shortlist or
    by a message; when it was sent, if they never did. `looks_after`: the proposal's facilitator. Reading is no sign.
    """
    grants = RoleGrant.objects.filter(
        account=OuterRef("author"),
        role__in=SPEAKERS,
        scope_kind=ORGANISATION,
        scope_id=OuterRef(OuterRef("proposal__organisation")),
        ended_at=None,
    )
    said = (
        Post.objects.filter(thread=OuterRef("thread_id"), state=PostState.SHOWN)
        .filter(Q(author=OuterRef("proposal__owner")) | Q(Exists(grants)))
        .order_by()
        .values("thread")
        .annotate(latest=Max("created_at"))
    )
    moved = Case(
        When(state=InterestState.SHORTLISTED, then=F("state_changed_at")),
        default=F("sent_at"),
        output_field=DateTimeField(),
    )
    return rows.annotate(
        last_sign=Greatest(F("sent_at"), moved, Coalesce(Subquery(said.values("latest")[:1]), F("sent_at"))),
        looks_after=F("proposal__facilitator"),
    )


def silent_since(rows: InterestQuerySet, now: datetime, days: timedelta) -> Any:
    """Those of the waiting `rows` whose owner has been silent for `days` of the region's wall clock, longest first."""
    found = with_last_sign(rows.waiting()).filter(last_sign__lte=days_after(active_region(), now, -days.days))
    return found.order_by("last_sign", "pk")


def draft_of(actor: Actor, proposal: Proposal) -> ExpressionOfInterest | None:
    """What `actor` is writing to `proposal`. One query, none for visitors."""
    if actor.account_id is None:
        return None
    rows = ExpressionOfInterest.objects.filter(proposal=proposal, author=actor.account_id, state=InterestState.DRAFT)
    found: ExpressionOfInterest | None = rows.first()
    return found


def sent(actor: Actor) -> InterestQuerySet:
    """Answers of `actor`'s side, drafts too, with their proposals: the latest first."""
    rows = ExpressionOfInterest.objects.filter(ExpressionOfInterest.objects.all().written(actor))
    found: InterestQuerySet = rows.select_related("proposal", "organisation", "author").order_by("-created_at", "-pk")
    return found


def received(actor: Actor) -> InterestQuerySet:
    """Answers to proposals of `actor`'s side: those that wait first, the oldest of them on top."""
    proposals = Proposal.objects.filter(Proposal.objects.all().owned(actor))
    rows = ExpressionOfInterest.objects.filter(proposal__in=proposals).exclude(state=InterestState.DRAFT)
    waits = Case(When(state__in=WAITING_STATES, then=0), default=1)
    found: InterestQuerySet = rows.select_related("proposal", "organisation", "author").order_by(
        waits, "proposal", "sent_at", "pk"
    )
    return found
